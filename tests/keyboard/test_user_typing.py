"""What the user's keys add to a text."""

import pytest

from windictator.keyboard.user_typing import typed_by_user

CONTROL, ALT, SUPER, SHIFT, CAPS_LOCK, NUM_LOCK = 4, 8, 64, 1, 2, 16


@pytest.mark.parametrize(
    ("keysym", "typed"),
    [
        (ord("q"), "x"),
        (ord("Q"), "x"),
        (0x06D1, "x"),  # Cyrillic_ya
        (0x01000436, "x"),
        (ord("7"), "0"),
        (ord(" "), " "),
        (ord("."), "."),
        (ord("("), "("),
        (0xFF0D, "\n"),
        (0xFF8D, "\n"),  # KP_Enter
        (0xFFB5, "0"),  # KP_5
        (0xFFAB, ","),  # KP_Add
        (ord("?"), "."),
        (ord("{"), "("),
        (ord("]"), ")"),
        (ord("$"), ","),
        (0xA0, " "),  # nobreakspace
        (0xFF08, None),  # BackSpace
        (0xFF51, None),  # Left
        (0xFF50, None),  # Home
        (0xFF95, None),  # KP_Home
        (0xFFFF, None),  # Delete
        (0xFF09, "\n"),  # Tab
        (0xFE20, "\n"),  # ISO_Left_Tab, which is Shift+Tab
        (0xFFC2, None),  # F5
        (0xFE51, None),  # dead_acute
        (0xFF20, None),  # Multi_key
        (0, None),
    ],
)
def test_key_adds_a_character_or_something_unknown(keysym, typed):
    """Letters and digits are not told apart: what the user types is not kept."""
    assert typed_by_user(keysym, 0) == typed


@pytest.mark.parametrize("modifiers", [CONTROL, ALT, SUPER, CONTROL | SHIFT])
def test_shortcut_has_an_unknown_effect(modifiers):
    """It may paste, undo, or move the cursor."""
    assert typed_by_user(ord("v"), modifiers) is None


@pytest.mark.parametrize("modifiers", [SHIFT, CAPS_LOCK, NUM_LOCK, SHIFT | CAPS_LOCK])
def test_shift_and_locks_type(modifiers):
    """They only choose the character."""
    assert typed_by_user(ord("V"), modifiers) == "x"


def test_letter_after_a_dead_key_is_unknown():
    """It may have become another character, or two."""
    assert typed_by_user(ord("e"), 0, composes=True) is None
