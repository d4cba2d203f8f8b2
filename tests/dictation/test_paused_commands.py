"""Commands and text that pauses tell apart, as they are dictated, shown live or not."""

import pytest

from tests.dictation.bench import DictationBench
from tests.text.spoken import heard
from windictator.text.commands.actions import Mode
from windictator.text.utterance import Final, Partial


def say(bench, spoken):
    """With partials, which know of no pauses, word by word; "|" is a pause. What was typed before the end."""
    words = [word for word in spoken.split() if word != "|"]
    for count in range(1, len(words) + 1):
        bench.dictation.accept_hypothesis(Partial(bench.utterance_number, " ".join(words[:count])))
    shown = bench.window_text()
    bench.dictation.accept_hypothesis(Final(bench.utterance_number, heard(spoken, pause=0.3)))
    bench.utterance_number += 1
    return shown


@pytest.mark.parametrize("live", ["off", "stable", "eager"])
def test_the_same_words_with_and_without_a_pause(live):
    """A command and its rest, or text; until that is known nothing is typed of either."""
    bench = DictationBench(live=live)
    bench.hear("one", "two")
    assert say(bench, "undo that | three") == "One two"
    assert bench.window_text() == bench.ledger_text() == "One three"
    assert say(bench, "undo that knot") == "One three"
    assert bench.window_text() == bench.ledger_text() == "One three undo that knot"
    assert say(bench, "scratch | that") == "One three undo that knot"
    assert bench.window_text() == bench.ledger_text() == "One three undo that knot scratch that"
    say(bench, "delete last two words | undo that | four")
    assert bench.window_text() == bench.ledger_text() == "One three undo that knot scratch that four"
    assert not bench.listener.refusals


def test_a_mode_and_what_is_said_in_it():
    """In one breath, with a pause."""
    bench = DictationBench()
    say(bench, "spelling mode | alpha bravo | charlie")
    assert (bench.window_text(), bench.dictation.interpreter.mode) == ("abc", Mode.SPELLING)
    say(bench, "dictation mode | comma hello")
    assert (bench.window_text(), bench.dictation.interpreter.mode) == ("abc, hello", Mode.DICTATION)
    bench.hear("go to sleep")
    say(bench, "wake up | again")
    assert bench.window_text() == bench.ledger_text() == "abc, hello again"


def test_what_is_refused_takes_its_rest_along():
    """ "Literal that" still types it as text."""
    bench = DictationBench()
    say(bench, "undo that | hello")
    assert bench.window_text() == "" and len(bench.listener.refusals) == 1
    bench.hear("literal that")
    assert bench.window_text() == "Undo that hello"
