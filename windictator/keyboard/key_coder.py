"""Conversion of text to keystrokes of a keymap."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from windictator.errors import WinDictatorError
from windictator.keyboard.keymap import LOCK, SHIFT, VIRTUAL_MODIFIER_KEYS, Keymap, KeyType
from windictator.keyboard.keysyms import character_of, is_editing_key

MAX_BMP_CHARACTER = "\uffff"
"""Last character that arrives correctly in applications that cut the meaning of a key to 16 bits."""


class Keystroke(NamedTuple):
    """One key that is pressed and released together with modifiers.

    keycode: the key.
    modifiers: keycodes to hold down meanwhile, in order of pressing.
    group: keyboard group that must be active (0..3).
    char: character that it types, U+0008 for BackSpace, "" if it types none.
    ambiguous: some applications execute a command of the same key instead, so a temporary mapping is better.
    prefix: keystrokes just before it, in the same write and the same group.
    """

    keycode: int
    modifiers: tuple[int, ...]
    group: int
    char: str
    ambiguous: bool = False
    prefix: tuple[Keystroke, ...] = ()


class UntypableError(WinDictatorError):
    """Text with characters that cannot be typed.

    characters: those characters, each once, in order of appearance.
    reason: why, with "{}" for the characters.
    """

    def __init__(self, characters: Iterable[str], reason: str = "the keyboard layout has no key for {}") -> None:
        self.characters = tuple(dict.fromkeys(characters))
        shown = ", ".join(_describe(character) for character in self.characters[:5])
        more = len(self.characters) - 5
        shown += f" and {more} more" if more > 0 else ""
        super().__init__(f"{reason.replace('{}', shown)}; nothing was typed")


def _describe(character: str) -> str:
    name = unicodedata.name(character, "unnamed")
    shown = f"'{character}' " if character.isprintable() else ""
    return f"{shown}(U+{ord(character):04X} {name})"


class KeyCoder:
    """Converter of text to keystrokes for one keymap; a new keymap needs a new coder.

    locked: real modifiers that stay locked while typing (NumLock); CapsLock must be off.
    """

    def __init__(self, keymap: Keymap, locked: int = 0) -> None:
        self.keymap = keymap
        self.locked = locked & ~LOCK
        self._tables: dict[int, dict[str, Keystroke]] = {}

    def text_to_keys(self, text: str, group: int = 0) -> list[Keystroke]:
        """Return the keystrokes for ``text``, beginning in group ``group`` and changing it as seldom as possible.

        text: normalised, line break U+000A, BackSpace U+0008.
        Raises UntypableError, with every character that no group and level has.
        """
        groups = range(max(1, self.keymap.group_count))
        keystrokes: list[Keystroke] = []
        missing: list[str] = []
        table = self.table(group)
        for character in text:
            keystroke = table.get(character)
            if keystroke is None:
                other = next((g for g in groups if character in self.table(g)), None)
                if other is None:
                    missing.append(character)
                    continue
                table = self.table(other)
                keystroke = table[character]
            keystrokes.append(keystroke)
        if missing:
            raise UntypableError(missing)
        return keystrokes

    def missing_characters(self, text: str) -> list[str]:
        """Return the characters of ``text`` that no group and level has, each once, in order of appearance."""
        tables = [self.table(group) for group in range(max(1, self.keymap.group_count))]
        return [character for character in dict.fromkeys(text) if not any(character in table for table in tables)]

    def table(self, group: int) -> dict[str, Keystroke]:
        """Return every character that can be typed while ``group`` is active, with its best keystroke.

        The best one is not ambiguous, is on a key that real keyboards have, and has the fewest modifiers and the lowest
        keycode, in this order.
        """
        if group not in self._tables:
            self._tables[group] = self._build(group)
        return self._tables[group]

    def _build(self, group: int) -> dict[str, Keystroke]:
        best: dict[str, tuple[tuple[bool, int, int, int], Keystroke]] = {}
        keymap = self.keymap
        held_for: dict[int, tuple[int, ...] | None] = {0: ()}
        for keycode, key in keymap.keys.items():
            type_index, keysyms = key.groups[key.effective_group(group)]
            key_type = keymap.types[type_index]
            has_command = any(map(is_editing_key, keysyms))
            for level, keysym in enumerate(keysyms):
                character = character_of(keysym) if keysym else None
                if character is None:
                    continue
                for modifiers in key_type.modifiers_for(level):
                    wanted = modifiers & ~self.locked
                    if modifiers & LOCK or key_type.level(wanted | self.locked) != level:
                        continue
                    if wanted not in held_for:
                        held_for[wanted] = keymap.modifier_keycodes(wanted, group, self.locked)
                    held = held_for[wanted]
                    if held is None:
                        continue
                    ambiguous = has_command and _is_ambiguous(key_type, keysyms, modifiers)
                    rank = (ambiguous, _rarity(keycode, keysyms, held), len(held), keycode)
                    if character not in best or rank < best[character][0]:
                        best[character] = (rank, Keystroke(keycode, held, group, character, ambiguous))
                    break
        return {character: keystroke for character, (_, keystroke) in best.items()}


#: First keycode after the main block. A few later ones are keys of some countries' keyboards (97 in Brazil and Japan,
#: 132 in Japan). Most do not exist on real keyboards, as the parentheses on 187 and 188: virtual machines, remote
#: desktops and games drop them (linux/input-event-codes.h, plus 8; xkeyboard-config, keycodes/evdev).
_BEYOND_MAIN_BLOCK = 97
_KEYPAD_KEYSYMS = range(0xFF80, 0xFFBE)


def _rarity(keycode: int, keysyms: Sequence[int], held: Sequence[int]) -> int:
    """Return how rarely keyboards have a key.

    0: in the main block, which every keyboard has. 1: after it. 2: a modifier in ``held`` exists on no real keyboard.
    3: on the keypad, which NumLock, MouseKeys and terminals change.
    """
    if keysyms and keysyms[0] in _KEYPAD_KEYSYMS:
        return 3
    return int(keycode >= _BEYOND_MAIN_BLOCK) if VIRTUAL_MODIFIER_KEYS.isdisjoint(held) else 2


#: Keysyms of keys that make xterm scroll, paste or change its font if they are pressed with Shift, whatever their level
#: (xterm(1), default key bindings). Xt tries a key's other modifiers when it looks for a translation.
_BOUND_WITH_SHIFT = frozenset({0xFF55, 0xFF56, 0xFF60, 0xFF63, 0xFFAB, 0xFFAD})


def _is_ambiguous(key_type: KeyType, keysyms: Sequence[int], modifiers: int) -> bool:
    """Return True if some application may treat a key with these real modifiers as another level of that key.

    Seen on layouts that have arrows and BackSpace on deeper levels of letters (de(neo), fr(bepo)). If Chromium does not
    know the keysym, it looks the key up with fewer modifiers and executes that. For Xt see ``_BOUND_WITH_SHIFT``.
    """
    if modifiers & SHIFT and not _BOUND_WITH_SHIFT.isdisjoint(keysyms):
        return True
    fewer = (modifiers - 1) & modifiers
    while modifiers:
        level = key_type.level(fewer)
        if level < len(keysyms) and is_editing_key(keysyms[level]):
            return True
        if not fewer:
            return False
        fewer = (fewer - 1) & modifiers
    return False
