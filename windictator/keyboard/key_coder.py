"""Text to keystrokes, by the keymap in force."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from windictator.errors import WinDictatorError
from windictator.keyboard.keymap import LOCK, SHIFT, VIRTUAL_MODIFIER_KEYS, Keymap, KeyType
from windictator.keyboard.keysyms import character_of, is_editing_key

MAX_BMP_CHARACTER = "\uffff"
"""The last character that is typed rightly by programs that cut what a key means to 16 bits."""


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
    """The text contains characters that no key of the current keymap types.

    ``characters``: those characters, each once, in order of appearance. ``reason``: why, with "{}" for them.
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
    """Codes text as keystrokes for one keymap.

    ``keymap``: the snapshot. ``locked``: real modifiers that stay locked while typing (NumLock); CapsLock must be off.
    Immutable in effect: a new keymap needs a new coder.
    """

    def __init__(self, keymap: Keymap, locked: int = 0) -> None:
        self.keymap = keymap
        self.locked = locked & ~LOCK
        self._tables: dict[int, dict[str, Keystroke]] = {}

    def text_to_keys(self, text: str, group: int = 0) -> list[Keystroke]:
        """The keystrokes for ``text``, beginning in keyboard group ``group`` and changing it as seldom as possible.

        ``text``: normalised, line break U+000A, BackSpace U+0008. Raises Untypable, naming every character that no
        group and level has.
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
        """The characters of ``text`` that no group and level has, each once, in order of appearance."""
        tables = [self.table(group) for group in range(max(1, self.keymap.group_count))]
        return [character for character in dict.fromkeys(text) if not any(character in table for table in tables)]

    def table(self, group: int) -> dict[str, Keystroke]:
        """Every character that can be typed while the keyboard is in ``group``, with its best keystroke: not doubtful,
        on a key that keyboards have, fewest modifiers, then lowest keycode."""
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
                    doubtful = has_command and _is_ambiguous(key_type, keysyms, modifiers)
                    rank = (doubtful, _rarity(keycode, keysyms, held), len(held), keycode)
                    if character not in best or rank < best[character][0]:
                        best[character] = (rank, Keystroke(keycode, held, group, character, doubtful))
                    break
        return {character: keystroke for character, (_, keystroke) in best.items()}


#: Keycodes from here on are not in the main block. A few are keys of some countries' keyboards (97 in Brazil and Japan,
#: 132 in Japan). Most are on no keyboard, as the parentheses on 187 and 188, and virtual machines, remote desktops and
#: games drop them (linux/input-event-codes.h, plus 8; xkeyboard-config, keycodes/evdev).
_BEYOND_MAIN_BLOCK = 97
_KEYPAD_KEYSYMS = range(0xFF80, 0xFFBE)


def _rarity(keycode: int, keysyms: Sequence[int], held: Sequence[int]) -> int:
    """Return 0 for a key of the main block, which every keyboard has; 1 for one beyond it; 2 where a modifier is
    ``held`` that no keyboard has; 3 for one of the keypad, which NumLock, MouseKeys and terminals change."""
    if keysyms and keysyms[0] in _KEYPAD_KEYSYMS:
        return 3
    return int(keycode >= _BEYOND_MAIN_BLOCK) if VIRTUAL_MODIFIER_KEYS.isdisjoint(held) else 2


#: What xterm does when Shift is held with a key that has these keysyms on any level: it scrolls, pastes, changes its
#: font (xterm(1), default key bindings). Xt tries a key's other modifiers when it looks for a translation.
_BOUND_WITH_SHIFT = frozenset({0xFF55, 0xFF56, 0xFF60, 0xFF63, 0xFFAB, 0xFFAD})


def _is_ambiguous(key_type: KeyType, keysyms: Sequence[int], modifiers: int) -> bool:
    """Whether some application may take a key pressed with these real modifiers for another of its levels.

    Seen on layouts that put arrows and BackSpace on deeper levels of the letters (de(neo), fr(bepo)): Chromium, where
    it does not know the keysym, looks the key up with fewer modifiers and carries out that; Xt, see above.
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
