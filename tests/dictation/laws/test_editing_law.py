"""Voice editing: whatever is dictated, corrected, undone and redone, the windows and the ledger agree."""

import sys
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.dictation.bench import OTHER_WINDOW, SHIFT_KEY, USER_CHARACTER, DictationBench
from tests.dictation.laws.bench import commands, perform_step, phrases
from tests.fake_keyboard import WINDOW
from tests.text.spoken import heard
from windictator.dictation.history import History
from windictator.text.edit import BackspaceUnit
from windictator.text.ledger import Ledger
from windictator.text.utterance import Final
from windictator.typist.result import StopReason

said = st.tuples(st.just("hear"), st.tuples(st.sampled_from(["", "", "~"]), phrases).map("".join))
asked = st.one_of(
    st.tuples(st.just("hear"), commands),
    st.tuples(st.just("hear"), commands),
    st.tuples(st.just("undo"), st.none()),
    st.tuples(st.just("redo"), st.none()),
)
happened = st.one_of(
    st.tuples(st.just("user types"), st.none()),
    st.tuples(st.just("user clicks"), st.none()),
    st.tuples(st.just("focus"), st.sampled_from([WINDOW, OTHER_WINDOW])),
    st.tuples(st.just("stop"), st.integers(1, 8)),
    st.tuples(st.just("user types meanwhile"), st.integers(1, 8)),
)
# What matters most is what is asked when something has happened to what was said; by chance alone that is rare.
steps = st.lists(
    st.one_of(
        st.tuples(said, happened, asked),
        st.tuples(said, asked, happened, asked),
        st.lists(said | asked | happened, min_size=1, max_size=3).map(tuple),
    ),
    max_size=6,
).map(lambda parts: [step for part in parts for step in part])


def user_types_after(bench, number, users, followed):
    """The user presses a key after the ``number``-th keystroke from now, and may be in the middle of a word.

    Where something is selected just then, the key replaces it: WinDictator does not follow that, and erases nothing
    there later.
    """
    due = len(bench.keyboard.writes) + number

    def act(written):
        if written == due:
            start, end = bench.editor(bench.keyboard.focus).selection
            if start < end:
                followed.discard(bench.keyboard.focus)
            users[bench.keyboard.focus] += 1
            bench.user_types()

    bench.keyboard.after_write = act


@pytest.mark.slow
@settings(max_examples=200)
@given(steps, st.sampled_from(["off", "stable", "eager"]), st.sampled_from(BackspaceUnit), st.booleans())
def test_windows_and_ledger_agree_whatever_is_corrected(steps, live, removal, checked):
    """After every step each window holds what the ledger says and every character of the user's."""
    bench = DictationBench(live=live, removal=removal, checked=checked)
    users = {WINDOW: 0, OTHER_WINDOW: 0}
    followed = {WINDOW, OTHER_WINDOW}
    for step, argument in [*steps, ("hear", "done")]:
        if step in ("undo", "redo"):
            getattr(bench.dictation, step)()
        elif step == "user types meanwhile":
            user_types_after(bench, argument, users, followed)
        else:
            perform_step(bench, step, argument, users)
        shown = bench.dictation.utterance_in_progress
        for window in (WINDOW, OTHER_WINDOW):
            screen = bench.window_text(window)
            assert screen.count(USER_CHARACTER) == users[window]
            # What is shown of an utterance that is still spoken is not in the ledger yet.
            if window in followed and not shown:
                assert screen.replace(USER_CHARACTER, "") == bench.ledger_text(window)
    assert bench.is_idle
    assert not bench.keyboard.down


@pytest.mark.slow
@given(st.lists(phrases | commands, max_size=12), st.sampled_from(BackspaceUnit), st.booleans())
def test_undo_leads_back_and_redo_forth(utterances, removal, checked):
    """Through the same texts in the opposite order, to the empty window and back to the last text."""
    bench = DictationBench(removal=removal, checked=checked)
    bench.hear(*utterances)
    last, count = bench.window_text(), 0
    while bench.ledger.next_undo(WINDOW) is not None:
        bench.dictation.undo()
        count += 1
    assert bench.window_text() == bench.ledger_text() == ""
    assert bench.ledger.context(WINDOW) == Ledger().context(WINDOW)
    for _ in range(count):
        bench.dictation.redo()
    assert bench.window_text() == bench.ledger_text() == last


def test_a_correction_is_in_the_history():
    """What was heard, what was typed for it, what was erased."""
    bench = DictationBench()
    log = History(10, None, lambda: 0.0, lambda problem: None)
    bench.dictation.on_result = log.add
    bench.hear("hello wurld", "replace wurld with world", "delete last ten words")
    bench.dictation.undo()
    told = [(each.heard, each.typed, each.erased, bool(each.refused)) for each in log.last(10)]
    assert told == [
        ("hello wurld", "Hello wurld", 0, False),
        ("replace wurld with world", "orld", 4, False),
        ("delete last ten words", "", 0, True),
        ("", "urld", 4, False),
    ]


def test_a_change_far_back_is_refused():
    """No more is retyped than the eye can follow; text beyond the search limit is not found."""
    bench = DictationBench()
    bench.hear("first", *["word word word word word"] * 12, "replace first with last", "insert before first", "end")
    assert bench.window_text().startswith("First word") and bench.window_text().endswith("word end")
    assert len(bench.listener.refusals) == 2
    assert all("characters back" in reason for reason in bench.listener.refusals)
    bench.hear(*["word word word word word"] * 80, "replace first with last", "delete last sentence")
    assert "I have not typed" in bench.listener.refusals[2] and "begins more than" in bench.listener.refusals[3]


@pytest.mark.parametrize("live", ["stable", "eager"])
def test_partials_of_a_command_are_never_typed(live):
    """Not a letter, until it is clear that they are text."""
    bench = DictationBench(live=live)
    bench.hear("the old hat")
    before = bench.keyboard.received[WINDOW]
    spoken = ["replace", "old", "with", "new"]
    bench.hear(*("~" + " ".join(spoken[:n]) for n in (1, 1, 2, 2, 3, 3, 4, 4)))
    assert bench.keyboard.received[WINDOW] == before
    bench.hear("replace old with new")
    assert bench.window_text() == "The new hat"
    spoken = ["replace", "what", "you", "do", "not", "need", "any", "more", "as", "soon", "as", "you", "can"]
    seen = []
    for n in range(1, len(spoken) + 1):
        bench.hear(*["~" + " ".join(spoken[:n])] * 2)
        seen.append(bench.window_text() != "The new hat")
    assert not any(seen[:11]) and all(seen[11:]), "text in the end"


@pytest.mark.parametrize(("command", "stays"), [("scratch that", "Hello"), ("replace hello with you", "Hello")])
def test_user_input_during_a_waiting_correction_is_not_erased(command, stays):
    """Shift is held down for a capital: the BackSpaces wait for it to come up, and are not pressed behind that."""
    bench = DictationBench()
    bench.hear("hello")
    bench.keyboard.user_presses(SHIFT_KEY)
    bench.hear(command)
    bench.user_types()
    bench.keyboard.user_presses(SHIFT_KEY, False)
    assert bench.window_text() == stays + "~"
    assert bench.dictation.stopped.stopped_by is StopReason.FOREIGN_INPUT
    bench.hear("scratch that", "next")
    assert bench.window_text() == stays + "~Next"


def test_the_work_for_an_utterance_does_not_grow_with_the_ledger():
    """With ten thousand entries before it an utterance, a correction and their undoing call no more functions than with
    five hundred; what they cost is the benchmark's to say.
    """

    def calls(entries):
        bench = DictationBench(ledger=Ledger(max_entries=20_000))
        bench.hear("hello")
        (entry,) = bench.ledger.entries(WINDOW)
        for _ in range(entries):
            bench.ledger.record(WINDOW, entry)
        called = Counter()
        sys.setprofile(lambda _frame, event, _argument: called.update((event,)))
        try:
            for number, text in enumerate(("good day", "replace day with night"), start=1):
                bench.dictation.accept_hypothesis(Final(number, heard(text)))
            bench.dictation.undo()
            bench.dictation.undo()
        finally:
            sys.setprofile(None)
        assert not bench.listener.refusals
        return called["call"]

    calls(1)  # what is imported and compiled once
    assert calls(10_000) <= 1.1 * calls(500)  # some finalisers of others may come in between
