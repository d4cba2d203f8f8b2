"""What the history tells of each utterance: what was typed for it, what became of it, whether undo would reach it."""

import pytest

from tests.dictation.bench import OTHER_WINDOW, DictationBench
from tests.fake_keyboard import WINDOW
from windictator.dictation.history import History


class Remembering(DictationBench):
    """A bench with a history."""

    def __init__(self, length=100, **options):
        super().__init__(**options)
        self.log = History(length, None, lambda: 0.0, lambda problem: None)
        self.dictation.on_result = self.log.add

    def history(self, *names):
        return [tuple(each[name] for name in names) for each in self.log.entries(100, self.dictation.undo_history)]


def test_what_undo_would_reach():
    """Everything since the last seal, until it has been undone."""
    bench = Remembering()
    bench.hear("one", "two")
    bench.user_types()
    bench.hear("three", "scratch that", "scratch that", "four")
    assert bench.history("heard", "undoable", "status") == [
        ("one", False, ""),
        ("two", False, ""),
        ("three", True, "erased"),
        ("scratch that", True, ""),
        ("scratch that", False, ""),
        ("four", True, ""),
    ]
    bench.dictation.undo()
    bench.dictation.undo()
    assert bench.history("heard", "undoable", "status")[2:] == [
        ("three", True, ""),
        ("scratch that", False, ""),
        ("scratch that", False, ""),
        ("four", False, "undone"),
        ("", False, ""),
        ("", False, ""),
    ]
    assert bench.window_text() == "One two`three"


def test_an_utterance_that_corrects_and_writes():
    """Both can be undone, one after the other; as long as one of them can it is marked."""
    bench = Remembering()
    bench.hear("one", "scratch that two")
    for undoable in (True, True, False):
        assert bench.history("heard", "undoable")[1] == ("scratch that two", undoable)
        bench.dictation.undo()
    assert bench.window_text() == ""
    assert bench.history("status")[:2] == [("undone",), ("undone",)]


def test_windows_are_told_apart():
    """What was typed into a window that has been left can be undone when the user comes back."""
    bench = Remembering()
    bench.hear("one")
    bench.keyboard.focus = OTHER_WINDOW
    bench.hear("two", "replace two with three")
    assert bench.history("typed", "window", "undoable", "status") == [
        ("One", WINDOW, True, ""),
        ("Two", OTHER_WINDOW, True, "corrected"),
        ("hree", OTHER_WINDOW, True, ""),
    ]


@pytest.mark.parametrize(
    ("partials", "said", "typed", "erased"),
    [
        (["~hello", "~hello wor"], "hello world", " hello world", 0),
        (["~hello", "~hello world"], "hello world", " hello world", 0),
        (["~hello", "~hell of a"], "hello", " hello", 0),
        (["~delete last", "~delete last night"], "delete last night", " delete last night", 0),
        (["~scratch", "~scratched"], "scratch that", "", 5),
        (["~scratch", "~scratched"], "scratch that hello", "Hello", 5),
    ],
)
def test_what_was_shown_meanwhile_counts_as_typed(partials, said, typed, erased):
    """The history has the text of an utterance, whatever of it stood there before its end, and what it took back."""
    bench = Remembering(live="eager")
    bench.hear("first", *partials, said)
    assert bench.history("typed", "erased", "window")[-1] == (typed, erased, WINDOW)


def test_forgotten_utterances_leave_the_others():
    """The history is as long as the settings say, also when they change."""
    bench = Remembering(length=2)
    bench.hear("one", "two", "three", "scratch that")
    assert bench.history("heard", "undoable", "status") == [("three", True, "erased"), ("scratch that", True, "")]
    bench.log.configure(1, None)
    assert bench.history("heard") == [("scratch that",)]
    bench.log.configure(0, None)
    bench.hear("four")
    assert bench.history("heard") == []
