"""Selections and corrections far back: whatever is said, the windows hold what the ledger says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.dictation.bench import OTHER_WINDOW, USER_CHARACTER
from tests.dictation.laws.bench import bench_with, perform_step
from tests.fake_editor import HOME, Press, SelectionExit
from tests.fake_keyboard import WINDOW
from windictator.text.edit import BackspaceUnit

BEFORE, BEHIND = "§§§", "¬¬¬"
"""What stands around the caret when dictation begins: nothing of it may be touched."""
WORDS = ["hello", "new line", "period", "cap", "cafe\u0301", "i", "quote", "no space", "comma", "🙂", "word", "שלום"]
words = st.sampled_from(WORDS)
phrases = st.lists(words, min_size=1, max_size=5).map(" ".join)
commands = st.one_of(
    st.sampled_from(["select that", "select last word", "select last three words", "unselect that"]),
    st.sampled_from(["copy that", "cut that"]),
    st.builds("select {}".format, words),
    st.sampled_from(["scratch that", "undo that", "redo that", "undo scratch", "delete last word", "repeat that"]),
    st.sampled_from(["correct that", "choose one", "choose two"]),
    st.sampled_from(["cap that", "uppercase that", "title case that", "no space that", "backspace two"]),
    st.builds("replace {} with {}".format, words, phrases),
    st.builds("insert before {}".format, words),
    st.builds("scratch that {}".format, phrases),
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("hear"), st.tuples(st.sampled_from(["", "", "~"]), phrases).map("".join)),
        st.tuples(st.just("hear"), commands),
        st.tuples(st.just("hear"), commands),
        st.tuples(st.just("undo"), st.none()),
        st.tuples(st.just("redo"), st.none()),
        st.tuples(st.just("user types"), st.none()),
        st.tuples(st.just("user clicks"), st.none()),
        st.tuples(st.just("user clicks at the start"), st.none()),
        st.tuples(st.just("focus"), st.sampled_from([WINDOW, OTHER_WINDOW])),
        st.tuples(st.just("stop"), st.integers(1, 12)),
    ),
    max_size=16,
)


@pytest.mark.slow
@given(
    steps,
    st.sampled_from(["off", "stable", "eager"]),
    st.sampled_from(BackspaceUnit),
    st.sampled_from(SelectionExit),
    st.sampled_from(["never", "on_command", "always"]),
    st.booleans(),
)
def test_windows_and_ledger_agree_whatever_is_selected(steps, live, removal, leaving, cursor_keys, checked):
    """In every toolkit: after every step each window holds what the ledger says and every character of the user's."""
    bench = bench_with(cursor_keys, live=live, removal=removal, checked=checked)
    bench.leaving, bench.text_before, bench.text_after = leaving, BEFORE, BEHIND
    users = {WINDOW: 0, OTHER_WINDOW: 0}
    followed = {WINDOW, OTHER_WINDOW}
    for step, argument in [*steps, ("hear", "done")]:
        focus = bench.keyboard.focus
        editor = bench.editor(focus, leaving)
        if step == "user types" and editor.selection != (len(editor.text), len(editor.text)):
            followed.discard(focus)  # into our text, or replaces it: WinDictator does not follow the user
        if step in ("undo", "redo"):
            getattr(bench.dictation, step)()
        elif step == "user clicks at the start":
            followed.discard(focus)
            bench.keyboard.user_clicks()
            bench.keyboard.presses[focus][-1] = Press(HOME, "", control=True)
        else:
            perform_step(bench, step, argument, users)
        for window in (WINDOW, OTHER_WINDOW):
            screen = bench.editor(window, leaving, BEFORE, BEHIND).text
            assert screen.count(USER_CHARACTER) == users[window]
            assert screen.count("§") == screen.count("¬") == 3
            if window in followed and not bench.dictation.utterance_in_progress:
                ours = screen.replace(USER_CHARACTER, "").replace(BEFORE, "").replace(BEHIND, "")
                assert ours == bench.ledger_text(window)
    assert bench.is_idle
    assert not bench.keyboard.down
