"""Words that were heard with little confidence: told, remembered, shown."""

import logging

import pytest

from tests.dictation.bench import DictationBench
from windictator.app.event_publisher import EventPublisher
from windictator.cli.daemon_replies import format_utterance
from windictator.dictation import events
from windictator.dictation.history import History
from windictator.dictation.result import CommandResult
from windictator.text.utterance import Final, RecognizedWord


def words(*confidences):
    return tuple(RecognizedWord(f"word{n}", n, n + 0.5, confidence) for n, confidence in enumerate(confidences))


@pytest.mark.parametrize(
    ("percent", "doubtful"), [(0, ()), (60, (1,)), (61, (1, 2)), (100, (0, 1, 2))], ids=lambda value: str(value)
)
def test_what_was_heard_with_less_confidence_is_in_doubt(percent, doubtful):
    """By a setting that can change; 0 doubts nothing. The text is typed anyway."""
    bench = DictationBench()
    outcomes = []
    bench.dictation.on_result = lambda heard, outcome: outcomes.append(outcome)
    bench.configure(low_confidence=percent / 100)
    bench.dictation.accept_hypothesis(Final(0, words(0.99, 0.0, 0.6)))
    bench.dictation.say("by request")
    assert bench.listener.low_confidence == [doubtful, ()]
    assert [outcome.low_confidence for outcome in outcomes] == [doubtful, ()]
    assert bench.window_text() == "Word0 word1 word2 by request"


def test_it_is_remembered():
    """For "history"."""
    log = History(3, None, lambda: 0.0, [].append)
    log.add("a b", CommandResult("A b", low_confidence=(1,)))
    log.add("c", CommandResult("C"))
    assert [utterance.low_confidence for utterance in log.last(2)] == [(1,), ()]


@pytest.mark.parametrize(
    ("utterance", "line"),
    [
        (
            {"heard": "when i met", "typed": "When I met", "low_confidence": [0, 2]},
            "typed        When I met  (low confidence: when, met)",
        ),
        ({"heard": "hello", "typed": "Hello", "low_confidence": []}, "typed        Hello"),
        (
            {"heard": "scratch hat", "typed": "", "refused": "no", "low_confidence": [1]},
            "refused      scratch hat  (low confidence: hat)  (no)",
        ),
    ],
)  # fmt: skip
def test_the_history_marks_it(utterance, line):
    """The words as they were heard: what was typed for them may look otherwise."""
    assert format_utterance(utterance) == line


def test_followers_are_told_and_the_log_has_no_words(caplog):
    """The event has the numbers of the words; alternatives and offers are for people, not for the log."""
    caplog.set_level(logging.DEBUG, "windictator")
    published = []
    publisher = EventPublisher(published.append, dict)
    publisher.on_event(events.Final("secret words", 0.5, (0,)))
    items = (events.ListedAlternative(1, "Secret swords"), events.ListedAlternative(2, "Secrete words"))
    publisher.on_event(events.Alternatives("Secret words", items))
    publisher.on_event(events.Suggestion("'secret' was corrected to 'secrete' again"))
    assert published == [
        {"event": "final", "text": "secret words", "confidence": 0.5, "low_confidence": [0]},
        {
            "event": "alternatives",
            "text": "Secret words",
            "items": [{"number": 1, "text": "Secret swords"}, {"number": 2, "text": "Secrete words"}],
        },
        {"event": "notice", "message": "choose by number: 1 Secret swords  2 Secrete words"},
        {"event": "suggestion", "message": "'secret' was corrected to 'secrete' again"},
    ]
    assert caplog.records and "ecret" not in caplog.text
