"""What a key of the user's adds to a text, as far as the next dictated words depend on it."""

from __future__ import annotations

from windictator.keyboard.keymap import LOCK, SHIFT
from windictator.keyboard.keysyms import RETURN, TAB, character_of, is_dead_key

LETTER, DIGIT, SPACE, LINE_BREAK = "x", "0", " ", "\n"
SENTENCE_END, OPENING, CLOSING, QUOTE, OTHER = ".", "(", ")", '"', ","
"""Stand for any character of their kind: which of them the user typed is not kept."""
_KINDS = {
    **dict.fromkeys("\r\v\f\x85\u2028\u2029", LINE_BREAK),
    **dict.fromkeys(".?!…‽。？！؟।", SENTENCE_END),
    **dict.fromkeys("([{<“‘«„‚‹¿¡", OPENING),
    **dict.fromkeys(")]}>”’»›", CLOSING),
    "\n": LINE_BREAK,
    '"': QUOTE,
    "`": QUOTE,
}
_KEYPAD_ENTER, _BACK_TAB = 0xFF8D, 0xFE20
_KEYPAD_CHARACTERS = range(0xFFAA, 0xFFBA)
"""Keysyms of the keypad's characters: 0xFF80 and the character's code (X11 protocol, appendix A)."""
_KEYPAD_OFFSET = 0xFF80
_NUM_LOCK_MASK = 16
_CURSOR_AND_CONTROL = "\b\t\x02\x06"


def typed_by_user(keysym: int, modifiers: int, composes: bool = False) -> str | None:
    """Return what the press of a key adds before the caret; None if that is unknown.

    Only the kind of the character is returned: ``LETTER``, ``DIGIT``, ``SPACE`` and so on.

    keysym: meaning of the key while ``modifiers`` are active.
    modifiers: real modifiers. With Ctrl, Alt or Super a key does not type its character.
    composes: True if a dead key or Compose was pressed before.
    """
    if composes or is_dead_key(keysym) or modifiers & ~(SHIFT | LOCK | _NUM_LOCK_MASK):
        return None
    if keysym in (RETURN, _KEYPAD_ENTER, TAB, _BACK_TAB):
        return LINE_BREAK  # Tab goes to another field, most often to an empty one, or indents a line
    character = chr(keysym - _KEYPAD_OFFSET) if keysym in _KEYPAD_CHARACTERS else character_of(keysym)
    if character is None or character in _CURSOR_AND_CONTROL:
        return None
    if character.isalpha():
        return LETTER
    if character.isdecimal():
        return DIGIT
    return _KINDS.get(character, SPACE if character.isspace() else OTHER)
