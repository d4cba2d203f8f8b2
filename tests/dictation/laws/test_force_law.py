"""What is done by force, over windows left and come back to, undone and redone: laws for any mix of it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.dictation.bench import OTHER_WINDOW, DictationBench
from tests.dictation.laws.bench import bench_with, commands, perform_step, phrases
from tests.fake_editor import END, Press, SelectionExit
from tests.fake_keyboard import WINDOW
from windictator.dictation.history import History
from windictator.text.edit import BackspaceUnit
from windictator.text.ledger import text_of
from windictator.typist.interfaces import UserInput

ALT_TAB = UserInput("key", 23, True, 8)
said = st.tuples(st.just("hear"), phrases | commands)
asked = st.tuples(st.sampled_from(["undo", "redo"]), st.booleans())
forced = st.one_of(asked, st.tuples(st.just("say"), commands))
elsewhere = st.one_of(
    st.tuples(st.just("focus"), st.sampled_from([WINDOW, OTHER_WINDOW])),
    st.tuples(st.sampled_from(["user clicks", "user switches"]), st.none()),
    st.tuples(st.just("stop"), st.integers(1, 8)),
)
spoken = st.tuples(st.just("hear"), phrases)
selecting = said | st.tuples(
    st.sampled_from(["hear", "say"]),
    st.sampled_from(["select that", "select last word", "select hello", "select i", "copy that"]),
)


def rounds(others, more_said=said):
    """Something is said, others do something, then what was sealed by that may be asked for."""
    one = st.builds(
        lambda first, more, other, asked: [first, *more, other, *asked],
        spoken,
        st.lists(more_said | asked, max_size=2),
        others,
        st.lists(forced | more_said, max_size=3),
    )
    return st.lists(one, max_size=5).map(lambda all_of_them: [step for each in all_of_them for step in each])


anything = rounds(elsewhere | st.tuples(st.just("user types"), st.none()))


def act(bench, step, argument):
    """One step; for a request, its result."""
    outcomes = []
    if step in ("undo", "redo"):
        getattr(bench.dictation, step)(argument).addCallback(outcomes.append)
    elif step == "say":
        bench.dictation.say(argument, force=True).addCallback(outcomes.append)
    elif step == "user switches":
        bench.dictation.user_input(ALT_TAB)
    else:
        perform_step(bench, step, argument, {WINDOW: 0, OTHER_WINDOW: 0})
    return outcomes[0] if outcomes else None


@pytest.mark.slow
@settings(max_examples=50)
@given(
    rounds(elsewhere, selecting),
    st.sampled_from(BackspaceUnit),
    st.sampled_from(SelectionExit),
    st.sampled_from(["never", "on_command", "always"]),
)
def test_force_follows_the_ledger_without_user_input(steps, removal, leaving, cursor_keys):
    """After clicks, in windows that were left, and whatever is selected force is exact: each window holds what is
    remembered of it.
    """
    bench = bench_with(cursor_keys, removal=removal)
    for step, argument in steps:
        focus = bench.keyboard.focus
        editor = bench.editor(focus, leaving)
        if step == "user clicks" and editor.selection != (len(editor.text), len(editor.text)):
            bench.keyboard.presses[focus].append(Press(END, "", control=True))  # behind the text
        act(bench, step, argument)
        for window in (WINDOW, OTHER_WINDOW):
            assert bench.editor(window, leaving).text == bench.ledger_text(window)
    assert bench.is_idle


@pytest.mark.slow
@settings(max_examples=50)
@given(anything, st.sampled_from(BackspaceUnit))
def test_force_reaches_no_further_than_what_was_sealed_last(steps, removal):
    """Whatever others typed: no more is erased than what was open then has characters, or what is open now; and
    nothing that was sealed is open afterwards.
    """
    bench = DictationBench(removal=removal)
    ledger = bench.ledger
    for step, argument in steps:
        window = bench.keyboard.focus
        sealing, trusted = ledger.sealed_state(window), ledger.last_entries(window, 10_000)
        was_open = bool(trusted)
        if sealing and sealing.size:
            trusted = ledger.entries(window)[-sealing.size :]
        before = {id(entry) for entry in ledger.entries(window)}
        outcome = act(bench, step, argument)
        if outcome is not None:
            assert outcome.erased <= len(text_of(trusted))
            opened = [entry for entry in ledger.last_entries(window, 10_000) if id(entry) in before]
            assert was_open or not opened


@pytest.mark.slow
@settings(max_examples=50)
@given(anything, st.sampled_from(BackspaceUnit))
def test_the_history_tells_what_undo_reaches(steps, removal):
    """All of it stands in the window that has the focus, and is out of reach when it has been undone; what is done
    again is within reach again.
    """
    bench = DictationBench(removal=removal)
    log = History(100, None, lambda: 0.0, lambda problem: None)
    bench.dictation.on_result = log.add
    for step, argument in steps:
        act(bench, step, argument)
    act(bench, "hear", "done")
    bench.keyboard.before_write = lambda number: None
    window = bench.keyboard.focus
    reach = bench.dictation.undo_history(window)

    def undoable_here(limit):
        entries = log.entries(limit, bench.dictation.undo_history)
        return [each for each in entries if each["undoable"] and each["window"] == window]

    undoable = undoable_here(100)
    assert bool(undoable) == bool(reach.undo)
    screens = [bench.window_text(window)]
    for _ in reach.undo:
        assert act(bench, "undo", False).reason == ""
        screens.append(bench.window_text(window))
    assert "Can't take that back" in act(bench, "undo", False).reason
    assert not undoable_here(200)
    for screen in reversed(screens[:-1]):
        assert act(bench, "redo", False).reason == ""
        assert bench.window_text(window) == screen
    again = undoable_here(100)
    assert again[: len(undoable)] == undoable
