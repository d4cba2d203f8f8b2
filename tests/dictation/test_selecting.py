"""Selecting what was dictated: what is refused, and where the caret goes when something comes between."""

from __future__ import annotations

import pytest

from tests.dictation.bench import OTHER_WINDOW, SHIFT_KEY, DictationBench
from tests.dictation.laws.bench import bench_with
from tests.fake_editor import HOME, Press, SelectionExit
from tests.fake_keyboard import WINDOW
from windictator.keyboard.keysyms import LEFT
from windictator.typist.result import StopReason


def selected(bench, leaving=SelectionExit.EDGE):
    editor = bench.editor(leaving=leaving)
    start, end = editor.selection
    return editor.text[start:end]


@pytest.mark.parametrize("leaving", list(SelectionExit))
def test_the_caret_comes_back_in_every_toolkit(leaving):
    """What a plain Right does to a selection is not the same everywhere."""
    bench = DictationBench()
    bench.hear("one and two and three", "select two")
    assert selected(bench, leaving) == "two"
    bench.hear("select and")
    assert selected(bench, leaving) == "and"
    bench.hear("delete last word", "more")
    assert bench.editor(leaving=leaving).text == bench.ledger_text() == "One and two and more"


def test_partials_are_not_shown_while_something_is_selected():
    """They would take its place letter by letter, and back."""
    bench = DictationBench("eager")
    bench.hear("one two of them", "select them", "~us", "~us all")
    assert bench.window_text() == "One two of them" and selected(bench) == "them"
    bench.hear("us all", "~too", "too")
    assert bench.window_text() == bench.ledger_text() == "One two of us all too"


def test_where_the_caret_stays_nothing_is_selected():
    """In a terminal."""
    bench = bench_with("never")
    bench.hear("hello world", "select that", "select world", "select last word")
    assert len(bench.listener.refusals) == 3 and set(bench.listener.refusal_codes) == {"caret-keys-off"}
    assert bench.dictation.key_event_count == 2 * len("Hello world") + 2


@pytest.mark.parametrize(
    ("dictated", "said", "reason"),
    [
        ("hello", "select goodbye", 'I have not typed "goodbye" here'),
        ("שלום עולם", "select that", "from right to left"),
        ("नमस्ते", "select that", "characters have several parts"),
        ("hello", "select last three words", "Only 1 word can be selected"),
        ("cap", "select that", "no text to select"),
    ],
)
def test_what_cannot_be_selected_is_told(dictated, said, reason):
    """Before the first key."""
    bench = DictationBench()
    bench.hear(dictated)
    count = len(bench.keyboard.log)
    bench.hear(said)
    assert len(bench.listener.refusals) == 1 and reason in bench.listener.refusals[0]
    assert len(bench.keyboard.log) == count


def test_the_users_key_takes_the_selection():
    """What it has replaced is not ours any more, and is never opened again."""
    bench = DictationBench()
    bench.hear("keep this please", "select this")
    bench.user_types()
    assert bench.window_text() == "Keep ` please"
    bench.hear("scratch that", "uppercase that", "undo that")
    assert len(bench.listener.refusals) == 3 and bench.window_text() == "Keep ` please"
    assert bench.ledger.sealed_state(WINDOW) is None


@pytest.mark.parametrize("live", ["off", "eager"])
def test_a_click_in_the_middle_of_the_words_that_replace_it(live):
    """They go where the user has clicked: keys to bring the caret back would select there what is the user's."""
    bench = DictationBench(live)
    bench.hear("one and two", "select two", "~more")
    bench.keyboard.user_clicks()
    bench.keyboard.presses[WINDOW][-1] = Press(HOME, "", control=True)
    bench.hear("more words", "behind")
    assert bench.editor(before="§§§", behind="¬¬¬").text == "More words behind§§§One and two¬¬¬"


def test_user_input_in_another_window_does_not_move_the_caret():
    """It is brought back before words that come later."""
    bench = DictationBench()
    bench.hear("one and two", "select one")
    bench.keyboard.focus = OTHER_WINDOW
    bench.user_types()
    bench.keyboard.focus = WINDOW
    bench.hear("more")
    assert bench.editor(behind="¬¬¬").text == "One and two more¬¬¬"


def test_the_selection_outlasts_a_look_at_another_window():
    """It is still there when the user comes back, and the words replace it."""
    bench = DictationBench()
    bench.hear("keep this please", "select this")
    bench.keyboard.focus = OTHER_WINDOW
    bench.hear("elsewhere")
    bench.keyboard.focus = WINDOW
    bench.hear("and more")
    assert bench.window_text() == bench.ledger_text() == "Keep and more please"
    assert not bench.listener.refusals


@pytest.mark.parametrize("elsewhere", ["press home", "copy that", "select words", "choose all"])
def test_words_in_another_window_leave_the_selection_alone(elsewhere):
    """Each window has a caret of its own, and what is selected there is replaced there."""
    bench = DictationBench()
    bench.hear("keep this please", "select this")
    bench.keyboard.focus = OTHER_WINDOW
    bench.hear("other words here", elsewhere)
    bench.keyboard.focus = WINDOW
    bench.hear("and more")
    # Only what was selected last is replaced.
    expected = "Keep this please and more" if elsewhere == "select words" else "Keep and more please"
    assert bench.window_text() == bench.ledger_text() == expected
    bench.keyboard.focus = OTHER_WINDOW
    if elsewhere == "select words":
        bench.hear("too")
        assert bench.window_text(OTHER_WINDOW) == bench.ledger_text(OTHER_WINDOW) == "Other too here"


@pytest.mark.parametrize("stop_at", [1, 2, 9, 11, 12])
def test_stopped_caret_is_brought_back_before_next_words(stop_at):
    """At whichever key of the way there."""
    bench = DictationBench()
    bench.hear("one and two and three")
    bench.before_keystroke(stop_at, bench.typist.stop)
    bench.hear("select two")
    bench.keyboard.before_write = lambda number: None
    assert bench.ledger.last_editable(WINDOW) is None
    bench.hear("behind")
    assert bench.editor(behind="¬¬¬").text == "One and two and threeBehind¬¬¬"


@pytest.mark.parametrize("stop_at", range(1, 30))
def test_stopped_replacement_agrees_with_the_ledger(stop_at):
    """While the caret is brought back, while the end is erased, while it is retyped; by the caret or not."""
    for cursor_keys in ("on_command", "always"):
        bench = bench_with(cursor_keys)
        bench.hear("one and two and three", "select two")
        bench.before_keystroke(stop_at, bench.typist.stop)
        bench.hear("twelve", "behind")
        assert bench.editor(behind="¬¬¬").text == bench.ledger_text() + "¬¬¬"
        assert bench.window_text().endswith("ehind")


def test_a_key_that_is_held_leaves_the_selection_as_it_is():
    """Nothing has been pressed: the command can be said again."""
    bench = DictationBench()
    bench.hear("one and two", "select one")
    bench.keyboard.user_presses(SHIFT_KEY)
    bench.hear("scratch that")
    bench.clock.advance(1.1)
    assert bench.dictation.stopped.stopped_by is StopReason.KEYS_HELD
    bench.keyboard.user_presses(SHIFT_KEY, False)
    assert selected(bench) == "One"
    bench.hear("scratch that")
    assert bench.window_text() == bench.ledger_text() == "and two"


def test_what_is_selected_is_counted_in_characters():
    """Of the reader's, or code points where the application has these."""
    bench = DictationBench()
    bench.hear("cafe\u0301 🙂 end", "select cafe\u0301")
    moves = [press.shift for press in bench.keyboard.presses[WINDOW] if press.keysym == LEFT]
    assert moves == [False] * len(" 🙂 end") + [True] * len("cafe")
    assert selected(bench) == "Cafe\u0301"


def test_far_back_is_corrected_where_the_caret_may_be_moved():
    """Nothing after it is retyped, and undo and redo retype nothing either."""
    bench = bench_with("always")
    bench.hear("first", *["word word word word word"] * 12)
    bench.hear("replace first with last", "insert before last", "once more")
    assert bench.window_text() == bench.ledger_text() and bench.window_text().startswith("Once more Last word")
    assert [(text, erased) for text, erased, _ in bench.listener.typed_parts[-2:]] == [("La", 3), ("Once more ", 0)]
    bench.hear("undo that", "undo that")
    assert bench.window_text().startswith("First word") and bench.listener.refusals == []
    bench.hear("redo that")
    assert bench.window_text() == bench.ledger_text() and bench.window_text().startswith("Last word")
    bench.hear("end")
    assert bench.window_text().endswith("word end")


def test_a_text_from_right_to_left_is_typed_anew():
    """Left would go forth in it."""
    bench = bench_with("always")
    bench.hear("one", "שלום", "replace one with two")
    assert bench.window_text() == bench.ledger_text() == "Two שלום"
    assert bench.listener.typed_parts[-1][1] == len("One שלום")


@pytest.mark.parametrize("between", [[], ["user clicks"]])
def test_line_that_begins_right_to_left_turns_the_rest(between):
    """Left goes by what is seen: over the words of another direction the caret takes another way, however they were
    dictated. The next line is another.
    """
    bench = bench_with("always")
    bench.hear("שלום")
    if between:
        bench.keyboard.user_clicks()
    bench.hear("hello there world", "select world", "replace hello with goodbye", "move left two words")
    lefts = [press.control for press in bench.keyboard.presses[WINDOW] if press.keysym == LEFT]
    assert bench.listener.refusals == [
        "I cannot select this text by keys: it is written from right to left. Select it with the mouse."
    ]
    assert lefts == [True, True], "but for the application's own keys over words"
    bench.hear("new line good day", "select good")
    assert selected(bench) == "Good"
