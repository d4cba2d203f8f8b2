"""What a key of the user's adds to a text, as far as the next dictated words depend on it."""

from __future__ import annotations

from windictator.keyboard.keymap import LOCK, SHIFT
from windictator.keyboard.keysyms import RETURN, character_of, is_dead_key

LETTER, DIGIT = "x", "0"
"""Stand for any letter and any digit: which of them the user typed is not kept."""
_KEYPAD_ENTER = 0xFF8D
_KEYPAD_CHARACTERS = range(0xFFAA, 0xFFBA)
"""Keysyms of the keypad's characters: 0xFF80 and the character's code (X11 protocol, appendix A)."""
_KEYPAD_OFFSET = 0xFF80
_NUM_LOCK_MASK = 16
_CURSOR_AND_CONTROL = "\b\t\x02\x06"


def typed_by_user(keysym: int, modifiers: int, composes: bool = False) -> str | None:
    """Return what the press of a key adds before the caret; None if that is unknown.

    A letter is ``LETTER`` and a digit ``DIGIT``; spaces, line breaks and symbols are themselves.

    keysym: meaning of the key while ``modifiers`` are active.
    modifiers: real modifiers. With Ctrl, Alt or Super a key does not type its character.
    composes: True if a dead key or Compose was pressed before.
    """
    if composes or is_dead_key(keysym) or modifiers & ~(SHIFT | LOCK | _NUM_LOCK_MASK):
        return None
    if keysym in (RETURN, _KEYPAD_ENTER):
        return "\n"
    character = chr(keysym - _KEYPAD_OFFSET) if keysym in _KEYPAD_CHARACTERS else character_of(keysym)
    if character is None or character in _CURSOR_AND_CONTROL:
        return None
    if character.isalpha():
        return LETTER
    return DIGIT if character.isdecimal() else character
