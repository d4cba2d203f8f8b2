"""Global hotkeys: what they do, and on which keys of a keymap a combination is."""

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
"""Modifiers by pynput's names, and the keysyms that X has for each."""

#: The letters of a keyboard for the Latin script, from the keycode of the first of each row. The same keycodes on every
#: PC keyboard (xkeyboard-config, keycodes/evdev: AD01, AC01, AB01).
_LATIN_ROWS = ((24, "qwertyuiop"), (38, "asdfghjkl"), (52, "zxcvbnm"))
_LATIN_KEYCODES = {letter: first + place for first, row in _LATIN_ROWS for place, letter in enumerate(row)}


class HotkeyAction(enum.Enum):
    """What a hotkey does; the value is the name of its setting."""

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
    """Keys to be pressed together. ``text``: as the user wrote it. ``modifiers``: names in MODIFIER_KEYSYMS.

    The key itself is given by ``character``, or where that is "" by ``keysyms``, of which it has one.
    """

    text: str
    modifiers: frozenset[str]
    character: str = ""
    keysyms: frozenset[int] = frozenset()

    def collides_with(self, other: HotkeyCombination) -> bool:
        """Whether one press is both."""
        same_key = self.keysyms & other.keysyms or (self.character and self.character == other.character)
        return self.modifiers == other.modifiers and bool(same_key)

    def _has_keysym(self, keysym: int) -> bool:
        return character_of(keysym) == self.character if self.character else keysym in self.keysyms

    def keys(self, keymap: Keymap, group: int) -> frozenset[tuple[int, int]]:
        """The keys that give the combination while the keyboard is in ``group``: each a keycode and the real modifiers
        to be held with it, locks left out. None where the keymap has not got them.

        As in toolkits, a key that the group in force lacks is looked for in the others, and a Latin letter that no
        group has is where a Latin keyboard has it: hotkeys with letters work while another script is being written.
        """
        return self.keys_by_group(keymap, group)[1]

    def keys_by_group(self, keymap: Keymap, group: int) -> tuple[int, frozenset[tuple[int, int]]]:
        """The same, behind the group in which those keys mean that."""
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
        """Keycodes with the key in ``group``, and the modifiers of its level; only those with the fewest."""
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
    """The real modifiers that do not count for hotkeys: CapsLock, NumLock and ScrollLock."""
    mask = LOCK
    for modifiers in _modifier_masks(keymap, frozenset((NUM_LOCK, _SCROLL_LOCK))):
        mask |= modifiers
    return mask


def _modifier_masks(keymap: Keymap, keysyms: frozenset[int]) -> Iterator[int]:
    """The real modifiers of each key that has one of the keysyms."""
    for keycode, modifiers in keymap.modifier_map.items():
        key = keymap.keys.get(keycode)
        if modifiers and key and any(not keysyms.isdisjoint(of_group) for _, of_group in key.groups):
            yield modifiers


def _key_levels(keymap: Keymap, group: int) -> Iterator[tuple[int, tuple[int, ...], Callable[[int], tuple[int, ...]]]]:
    """Of every key, while the keyboard is in ``group``: keycode, the keysyms of its levels, what selects each."""
    for keycode, key in keymap.keys.items():
        type_index, keysyms = key.groups[key.effective_group(group)]
        yield keycode, keysyms, keymap.types[type_index].modifiers_for


def _has_latin_letters(keymap: Keymap) -> bool:
    latin = range(ord("a"), ord("z") + 1)
    return any(keysym in latin for key in keymap.keys.values() for _, keysyms in key.groups for keysym in keysyms)
