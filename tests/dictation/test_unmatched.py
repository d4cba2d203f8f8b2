"""Sentences that sound like commands: they name words that were not typed in the window."""

import pytest

from tests.dictation.bench import OTHER_WINDOW, DictationBench
from windictator.text.commands.actions import Mode


def bench_that_types(live="off"):
    return DictationBench(live=live, type_unmatched=True)


SENTENCES = [
    ("change the world to a better place", "Change the world to a better place"),
    ("replace the battery with a new one period", "Replace the battery with a new one."),
    ("insert before lunch", "Insert before lunch"),
    ("resume with chapter two", "Resume with chapter two"),
    ("select the best one", "Select the best one"),
]


@pytest.mark.parametrize(("said", "written"), SENTENCES)
def test_refused_unless_wanted_otherwise(said, written):
    """The user who wanted the command sees that it was not done; "literal that" types it as text."""
    bench = DictationBench()
    bench.hear("hello period", said)
    assert bench.window_text() == "Hello."
    (reason,) = bench.listener.refusals
    assert reason.endswith(' here. To write these words as they are, say "literal that".')
    bench.hear("literal that")
    assert bench.window_text() == bench.ledger_text() == "Hello. " + written


@pytest.mark.parametrize(("said", "written"), SENTENCES)
@pytest.mark.parametrize("live", ["off", "eager"])
def test_typed_where_that_is_wanted(said, written, live):
    """Also as the first that is said at all; it is taken back as any text."""
    bench = bench_that_types(live)
    words = said.split()
    bench.hear(*("~" + " ".join(words[:count]) for count in range(1, len(words) + 1)), said)
    assert bench.window_text() == bench.ledger_text() == written
    bench.hear("scratch that", "hello period", said)
    assert bench.window_text() == bench.ledger_text() == "Hello. " + written
    assert not bench.listener.refusals


def test_what_names_words_that_were_typed_is_a_command():
    """Executed, or refused with the reason why they may not be changed any more: it was not a sentence."""
    bench = bench_that_types()
    bench.hear("the world is a better place", "change the world to mars")
    assert bench.window_text() == "Mars is a better place"
    bench.user_types()
    bench.hear("replace mars with venus")
    assert bench.window_text() == "Mars is a better place`"
    (reason,) = bench.listener.refusals
    assert "you typed or clicked" in reason and "literal" not in reason
    bench.keyboard.focus = OTHER_WINDOW
    bench.hear("replace mars with venus")
    assert bench.window_text(OTHER_WINDOW) == "Replace mars with venus", "nothing was typed there"


def test_commands_that_name_no_words_are_as_ever():
    """Refused where there is nothing for them."""
    bench = bench_that_types()
    bench.hear("scratch that", "delete last two words", "undo that")
    assert bench.window_text() == "" and len(bench.listener.refusals) == 3


def test_in_command_mode_there_are_no_sentences():
    """What it names and what is not there is refused, as all words are."""
    bench = bench_that_types()
    bench.dictation.interpreter.set_mode(Mode.COMMAND)
    bench.hear("replace mars with venus")
    assert bench.window_text() == "" and len(bench.listener.refusals) == 1
