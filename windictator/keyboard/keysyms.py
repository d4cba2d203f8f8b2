"""Keysyms and the characters that they type.

A keysym is a 29-bit number that names the symbol on a key. Latin-1 characters are their own keysyms, every other
Unicode character is ``0x01000000 | code point``, and older numbers exist for some (X11 protocol, appendix A).
"""

from functools import cache

from windictator.keyboard.legacy_keysyms import DISPUTED, LEGACY_RUNS

UNICODE_OFFSET = 0x01000000

NO_SYMBOL = 0
BACKSPACE = 0xFF08
TAB = 0xFF09
RETURN = 0xFF0D
LEFT = 0xFF51
RIGHT = 0xFF53
NUM_LOCK = 0xFF7F

#: Characters that are typed with a function key. Newline is Return because GTK and Qt ignore Linefeed. U+0002 moves the
#: cursor one character to the left and U+0006 to the right, as Control-B and Control-F do in many programs (GNU
#: Readline, "backward-char" and "forward-char").
CONTROL_KEYSYMS = {"\b": BACKSPACE, "\t": TAB, "\n": RETURN, "\x02": LEFT, "\x06": RIGHT}
#: Characters that no keysym types equally everywhere. The input method of libX11, and others that use its table, turn
#: each into two characters (libX11, nls/en_US.UTF-8/Compose: Khmer keys, ligatures of lam with alef); GTK does not.
DECOMPOSED_CHARACTERS = frozenset("\u17fb\u17fc\u17fd\u17fe\u17ff\ufef5\ufef7\ufef9\ufefb")
_CONTROL_CHARACTERS = {keysym: character for character, keysym in CONTROL_KEYSYMS.items()}


@cache
def _legacy_characters() -> dict[int, str]:
    listed = {first + i: character for first, run in LEGACY_RUNS for i, character in enumerate(run)}
    disputed = {keysym for first, last in DISPUTED for keysym in range(first, last + 1)}
    return {keysym: character for keysym, character in listed.items() if keysym not in disputed}


def character_of(keysym: int) -> str | None:
    """Return the character that ``keysym`` types.

    Returns None if it types none (function keys, dead keys, keypad) or not the same one in all applications. BackSpace,
    Tab, Return, Left and Right give U+0008, U+0009, U+000A, U+0002 and U+0006.
    """
    if 0x20 <= keysym <= 0x7E or 0xA0 <= keysym <= 0xFF:
        return chr(keysym)
    if UNICODE_OFFSET + 0x20 <= keysym <= UNICODE_OFFSET + 0x10FFFF:
        code = keysym - UNICODE_OFFSET
        return (
            None if 0xD800 <= code <= 0xDFFF or 0x7F <= code < 0xA0 or chr(code) in DECOMPOSED_CHARACTERS else chr(code)
        )
    return _CONTROL_CHARACTERS.get(keysym) or _legacy_characters().get(keysym)


def keysym_of(character: str) -> int:
    """Return the keysym that makes a key type ``character`` (one code point).

    Raises ValueError for surrogates, for control characters that are not in ``CONTROL_KEYSYMS``, and for the characters
    in ``DECOMPOSED_CHARACTERS``.
    """
    code = ord(character)
    if character in CONTROL_KEYSYMS:
        return CONTROL_KEYSYMS[character]
    if code < 0x20 or 0x7F <= code < 0xA0 or 0xD800 <= code <= 0xDFFF or character in DECOMPOSED_CHARACTERS:
        raise ValueError(f"U+{code:04X} is not typed with a key")
    return code if code <= 0xFF else UNICODE_OFFSET | code


def is_dead_key(keysym: int) -> bool:
    """Return True if the key types nothing but changes the next letter.

    These are dead keys, Compose (Multi_key), and Greek_accentdieresis, which composes with iota and upsilon.
    """
    return 0xFE50 <= keysym <= 0xFE93 or keysym in (0x07AE, 0xFF20)


def is_editing_key(keysym: int) -> bool:
    """Return True for keys that edit or move (BackSpace, Return, Delete, arrows, function keys) and for the keypad."""
    return 0xFF08 <= keysym <= 0xFF1B or 0xFF50 <= keysym <= 0xFF6B or 0xFF80 <= keysym <= 0xFFE0 or keysym == 0xFFFF


def is_modifier_key(keysym: int) -> bool:
    """Return True for a modifier or lock key, which does not end a dead key."""
    return 0xFFE1 <= keysym <= 0xFFEE or 0xFE01 <= keysym <= 0xFE13 or keysym in (0xFF7E, NUM_LOCK)
