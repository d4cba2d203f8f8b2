"""Edits by moving the caret: their keys, and the text after any number of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fake_editor import FakeEditor, Press
from tests.text.texts import hard_text
from windictator.keyboard.keysyms import BACKSPACE, LEFT, RETURN, RIGHT
from windictator.text.cursor_edit import CARET_LEFT, CARET_RIGHT, cursor_edit, is_left_to_right, visible_text
from windictator.text.edit import BackspaceUnit

KEYSYMS = {"\b": BACKSPACE, "\n": RETURN, CARET_LEFT: LEFT, CARET_RIGHT: RIGHT}
parts = st.text(st.sampled_from("ab .,\n\u0301é🙂👩\u200d🚀🇫"), max_size=6) | hard_text.map(
    lambda text: "".join(each for each in text if each >= " " or each == "\n")
)


def screen(text, removal, keys):
    editor = FakeEditor(removal)
    editor.text, editor.caret, editor.anchor = text, len(text), len(text)
    for key in keys:
        editor.press(Press(KEYSYMS.get(key, 0), key))
    return editor


@pytest.mark.slow
@given(parts, parts, parts, parts, st.sampled_from(BackspaceUnit), st.data())
def test_cursor_edit_state_is_known_after_every_key(start, old, new, tail, removal, data):
    """An application with a caret has the expected text after every key, and the caret ends where it began."""
    before, after = start + old + tail, start + new + tail
    path = cursor_edit(before, after, removal)
    if path is None:
        return
    whole = screen(before, removal, path.keys)
    assert whole.text == after and whole.caret == len(after)
    count = data.draw(st.integers(0, len(path.keys)))
    assert screen(before, removal, path.keys[:count]).text == path.text_after(count)


@pytest.mark.parametrize(
    ("before", "after", "keys"),
    [
        ("one two three", "one 2 three", CARET_LEFT * 6 + "\b\b\b2" + CARET_RIGHT * 6),
        ("a c", "a b c", CARET_LEFT + "b " + CARET_RIGHT),
        ("same", "same", None),
        ("end", "and", CARET_LEFT * 2 + "\ba" + CARET_RIGHT * 2),
        ("x", "y", None),
        # The accent would temporarily combine with the text before it.
        ("ab\u0301", "c\u0301", None),
        # Left moves forwards there.
        ("one שלום", "two שלום", None),
        # Flags would temporarily begin and end elsewhere.
        ("\U0001f1e9x\U0001f1ea\U0001f1eb", "\U0001f1e9y\U0001f1ea\U0001f1eb", None),
        # As many presses of Left as reach the place.
        ("one 🙂", "two 🙂", CARET_LEFT * 2 + "\b\b\btwo" + CARET_RIGHT * 2),
    ],
)
def test_cursor_edit_keys_are_in_order(before, after, keys):
    """The order is Left, BackSpaces, the new text, Right."""
    path = cursor_edit(before, after, BackspaceUnit.GRAPHEME)
    assert (path and path.keys) == keys


def test_text_direction_and_visible_text():
    """Keys within a text are not visible."""
    assert is_left_to_right("abc é я 中 🙂") and not is_left_to_right("a ש") and not is_left_to_right("\u202ea")
    assert visible_text(CARET_LEFT + "\bab" + CARET_RIGHT) == "ab"
