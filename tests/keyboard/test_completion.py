"""Return that no offer of a word can swallow."""

import pytest

from tests.fake_keyboard import keymap
from windictator.keyboard.completion import decline_completions
from windictator.keyboard.key_coder import KeyCoder
from windictator.keyboard.key_events import keystroke_events
from windictator.text.cursor_edit import CARET_LEFT, CARET_RIGHT

US = keymap("us")
CODER = KeyCoder(US)
ASIDE = tuple(CODER.text_to_keys(CARET_LEFT + CARET_RIGHT))


@pytest.mark.parametrize(
    ("before", "text", "declined"),
    [
        ("", "ab\ncd", [2]),
        ("a", "\n\n", [0]),
        ("9", "\n", [0]),
        ("", "\na", []),
        (" ", "\na", []),
        ("", "a.\nb\t\n", []),
    ],
)
def test_return_after_a_word_declines_its_completion(before, text, declined):
    """An offer is there only after a letter or digit."""
    keystrokes = decline_completions(CODER.text_to_keys(text), before, ASIDE)
    before_aside = [keystrokes[:place] for place, keystroke in enumerate(keystrokes) if keystroke.prefix]
    assert [len("".join(each.char for each in those)) for those in before_aside] == declined
    assert "".join(keystroke.char for keystroke in keystrokes) == text


def test_prefix_keys_are_pressed_and_released_first():
    """Nothing is held down while the caret moves."""
    aside, line_break = decline_completions(CODER.text_to_keys("\n"), "a", ASIDE)
    keys = [(event.keycode, event.pressed) for event in keystroke_events(aside, US)]
    assert keys == [(each.keycode, pressed) for each in ASIDE for pressed in (True, False)]
    assert (aside.char, line_break) == ("", *CODER.text_to_keys("\n"))


def test_prefix_of_another_group_is_left_out():
    """The group that is locked for Return would change what they are."""
    other = tuple(KeyCoder(keymap("us-ru")).text_to_keys(CARET_LEFT + CARET_RIGHT, 1))
    keystrokes = CODER.text_to_keys("\n")
    assert decline_completions(keystrokes, "a", other) == keystrokes
