"""Global hotkeys: their actions, and the keys of a keymap that give a combination."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from windictator.keyboard.keymap import LOCK, Keymap
from windictator.keyboard.keysyms import NUM_LOCK, character_of

_SCROLL_LOCK = 0xFF14

MODIFIER_KEYSYMS: dict[str, frozenset[int]] = {
    "shift": frozenset((0xFFE1, 0xFFE2)),  # Shift_L, Shift_R
    "ctrl": frozenset((0xFFE3, 0xFFE4)),  # Control_L, Control_R
    "alt": frozenset((0xFFE9, 0xFFEA)),  # Alt_L, Alt_R
    "cmd": frozenset((0xFFEB, 0xFFEC)),  # Super_L, Super_R
    "alt_gr": frozenset((0xFE03, 0xFF7E)),  # ISO_Level3_Shift, Mode_switch
}
"""Keysyms of each modifier, by pynput's names."""

#: Rows of a Latin keyboard: keycode of the first letter, and the letters. Every PC keyboard has the same keycodes
#: (xkeyboard-config, keycodes/evdev: AD01, AC01, AB01).
_LATIN_ROWS = ((24, "qwertyuiop"), (38, "asdfghjkl"), (52, "zxcvbnm"))
_LATIN_KEYCODES = {letter: first + place for first, row in _LATIN_ROWS for place, letter in enumerate(row)}


class HotkeyAction(enum.Enum):
    """Action of a hotkey; the value is the name of its setting."""

    TOGGLE = "toggle"
    PUSH_TO_TALK = "push_to_talk"
    CANCEL = "cancel"
    UNDO = "undo"
    REDO = "redo"
    REPEAT = "repeat"
    TAP_OR_HOLD = "tap_or_hold"
    """A short tap is TOGGLE, a long hold PUSH_TO_TALK."""


@dataclass(frozen=True, slots=True)
class HotkeyCombination:
    """Keys of a hotkey, which are pressed together.

    text: the combination as the user wrote it.
    modifiers: names in MODIFIER_KEYSYMS.
    character: character of the key itself, "" if ``keysyms`` name it.
    keysyms: keysyms of which the key has one.
    """

    text: str
    modifiers: frozenset[str]
    character: str = ""
    keysyms: frozenset[int] = frozenset()

    def collides_with(self, other: HotkeyCombination) -> bool:
        """Return True if one press gives both combinations."""
        same_key = self.keysyms & other.keysyms or (self.character and self.character == other.character)
        return self.modifiers == other.modifiers and bool(same_key)

    def _has_keysym(self, keysym: int) -> bool:
        return character_of(keysym) == self.character if self.character else keysym in self.keysyms

    def keys(self, keymap: Keymap, group: int) -> frozenset[tuple[int, int]]:
        """Return the keys that give the combination while ``group`` is active; empty if the keymap lacks them.

        Each is a pair of a keycode and the real modifiers to hold with it, without locks. As in toolkits, a key that
        the active group lacks is looked for in the others. A Latin letter that no group has is where a Latin keyboard
        has it, so hotkeys with letters work while another script is written.
        """
        return self.keys_by_group(keymap, group)[1]

    def keys_by_group(self, keymap: Keymap, group: int) -> tuple[int, frozenset[tuple[int, int]]]:
        """Return the group in which the combination was found, and its keys as in ``keys``."""
        held = 0
        for name in self.modifiers:
            mask = next(_modifier_masks(keymap, MODIFIER_KEYSYMS[name]), 0)
            if not mask:
                return group, frozenset()
            held |= mask
        others = (number for number in range(keymap.group_count) if number != group)
        for number in (group, *others):
            if found := self._in_group(keymap, number):
                return number, frozenset((keycode, held | needed) for keycode, needed in found)
        place = _LATIN_KEYCODES.get(self.character)
        if place in keymap.keys and not _has_latin_letters(keymap):
            return group, frozenset(((place, held),))
        return group, frozenset()

    def _in_group(self, keymap: Keymap, group: int) -> list[tuple[int, int]]:
        """Return keycodes with the key in ``group``, and the modifiers of its level; only those with the fewest."""
        ignored = lock_mask(keymap)
        found = []
        for keycode, keysyms, modifiers_for in _key_levels(keymap, group):
            for level, keysym in enumerate(keysyms):
                if self._has_keysym(keysym):
                    ways = [modifiers & ~ignored for modifiers in modifiers_for(level)]
                    if ways:
                        found.append((keycode, min(ways, key=int.bit_count)))
                    break
        fewest = min((needed.bit_count() for _, needed in found), default=0)
        return [(keycode, needed) for keycode, needed in found if needed.bit_count() == fewest]


def lock_mask(keymap: Keymap) -> int:
    """Return the real modifiers that do not count for hotkeys: CapsLock, NumLock and ScrollLock."""
    mask = LOCK
    for modifiers in _modifier_masks(keymap, frozenset((NUM_LOCK, _SCROLL_LOCK))):
        mask |= modifiers
    return mask


def _modifier_masks(keymap: Keymap, keysyms: frozenset[int]) -> Iterator[int]:
    """Yield the real modifiers of each key that has one of the keysyms."""
    for keycode, modifiers in keymap.modifier_map.items():
        key = keymap.keys.get(keycode)
        if modifiers and key and any(not keysyms.isdisjoint(of_group) for _, of_group in key.groups):
            yield modifiers


def _key_levels(keymap: Keymap, group: int) -> Iterator[tuple[int, tuple[int, ...], Callable[[int], tuple[int, ...]]]]:
    """Yield the keycode of every key, the keysyms of its levels in ``group``, and the function that selects a level."""
    for keycode, key in keymap.keys.items():
        type_index, keysyms = key.groups[key.effective_group(group)]
        yield keycode, keysyms, keymap.types[type_index].modifiers_for


def _has_latin_letters(keymap: Keymap) -> bool:
    latin = range(ord("a"), ord("z") + 1)
    return any(keysym in latin for key in keymap.keys.values() for _, keysyms in key.groups for keysym in keysyms)
