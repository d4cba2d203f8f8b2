"""Snapshot of the X keyboard map: which key types what, and which keys set modifiers.

Terms are those of the X Keyboard Extension (XKB protocol, sections 2 and 12): a key has up to four *groups* (layouts);
each group has a *key type* which says how many *levels* it has and which modifiers select each of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from windictator.keyboard.keysyms import NO_SYMBOL, NUM_LOCK

SHIFT, LOCK, CONTROL = 1, 2, 4
#: Modifier keys that exist on no real keyboard: ISO_Level3_Shift on 92, Mode_switch, Alt, Meta, Super, Hyper
#: (xkeyboard-config, keycodes/evdev). Virtual machines drop them, so AltGr itself is better.
VIRTUAL_MODIFIER_KEYS = frozenset({92, *range(203, 208)})


@dataclass(frozen=True, slots=True)
class KeyType:
    """Key type: how modifiers select a level.

    mask: real modifiers that count.
    levels: pairs of real modifiers and the level that they select; all others select level 0.
    level_count: number of levels.
    """

    mask: int
    levels: tuple[tuple[int, int], ...]
    level_count: int

    def level(self, modifiers: int) -> int:
        """Return the level that ``modifiers`` (a mask of real modifiers) select."""
        wanted = modifiers & self.mask
        return next((level for mods, level in self.levels if mods == wanted), 0)

    def modifiers_for(self, level: int) -> tuple[int, ...]:
        """Return every combination of modifiers that selects ``level``, fewest modifiers first."""
        listed = [mods for mods, reached in self.levels if reached == level]
        if level == 0 and all(mods != 0 for mods, _ in self.levels):
            listed.append(0)
        return tuple(sorted(listed, key=lambda mods: (mods.bit_count(), mods)))


@dataclass(frozen=True, slots=True)
class Key:
    """Key with one keycode.

    groups: for each group the index of its key type and the keysyms of its levels.
    out_of_range: effect of a group that the key does not have: "wrap", "clamp" or "redirect" to the group ``redirect``
        (XKB protocol, section 12.4).
    redirect: group used with "redirect".
    held_modifiers: for each group and level the real modifiers that the key sets while it is pressed (action SetMods),
        0 if it has another action.
    """

    keycode: int
    groups: tuple[tuple[int, tuple[int, ...]], ...]
    out_of_range: str = "wrap"
    redirect: int = 0
    held_modifiers: tuple[tuple[int, ...], ...] = ()

    def effective_group(self, group: int) -> int:
        """Return the group of this key that is used while ``group`` is active."""
        count = len(self.groups)
        if group < count:
            return group
        if self.out_of_range == "clamp":
            return count - 1
        if self.out_of_range == "redirect":
            return self.redirect if self.redirect < count else 0
        return group % count


@dataclass(frozen=True)
class Keymap:
    """Keymap of the server.

    min_keycode, max_keycode: the server's range, within 8..255.
    types: key types.
    keys: keys by keycode, only those with at least one group.
    modifier_map: real modifiers by keycode.
    """

    min_keycode: int
    max_keycode: int
    types: tuple[KeyType, ...]
    keys: dict[int, Key] = field(hash=False)
    modifier_map: dict[int, int] = field(hash=False)

    @cached_property
    def group_count(self) -> int:
        """Largest number of groups that any key has."""
        return max((len(key.groups) for key in self.keys.values()), default=0)

    @cached_property
    def num_lock_mask(self) -> int:
        """Real modifiers of the NumLock key (usually Mod2), 0 if there is no such key."""
        mask = 0
        for keycode, modifiers in self.modifier_map.items():
            key = self.keys.get(keycode)
            if key and any(NUM_LOCK in keysyms for _, keysyms in key.groups):
                mask |= modifiers
        return mask

    @cached_property
    def unused_keycodes(self) -> tuple[int, ...]:
        """Keycodes without any keysym or modifier, highest first."""
        return tuple(
            keycode
            for keycode in range(self.max_keycode, self.min_keycode - 1, -1)
            if not self.modifier_map.get(keycode)
            and not any(
                keysym != NO_SYMBOL
                for _, keysyms in (self.keys[keycode].groups if keycode in self.keys else ())
                for keysym in keysyms
            )
        )

    def keysym(self, keycode: int, group: int, modifiers: int) -> int:
        """Return the keysym of ``keycode`` while ``group`` and these real modifiers are active, 0 if it has none."""
        key = self.keys.get(keycode)
        if key is None:
            return NO_SYMBOL
        type_index, keysyms = key.groups[key.effective_group(group)]
        level = self.types[type_index].level(modifiers)
        return keysyms[level] if level < len(keysyms) else NO_SYMBOL

    def modifiers_set_by(self, keycode: int, group: int, modifiers: int) -> int:
        """Return the real modifiers that pressing ``keycode`` adds while ``group`` and ``modifiers`` are active."""
        key = self.keys.get(keycode)
        if key is None or not key.held_modifiers:
            return 0
        index = key.effective_group(group)
        row = key.held_modifiers[index]
        level = self.types[key.groups[index][0]].level(modifiers)
        return row[level] if level < len(row) else 0

    def modifier_keycodes(self, wanted: int, group: int, base: int = 0) -> tuple[int, ...] | None:
        """Return the keycodes to hold, in order of pressing, that add exactly the real modifiers ``wanted``.

        group: active group of the keyboard.
        base: modifiers that are active already (locked).
        Returns None if no keys do. Each key is checked in the state in which it will be pressed, because Shift may turn
        a key into another.
        """
        chosen: list[int] = []
        held = 0
        # Level choosers (Mod3, Mod5 ...) before Shift: with Shift held some of them become another key.
        for bit in (128, 64, 32, 16, 8, CONTROL, LOCK, SHIFT):
            if not wanted & bit or held & bit:
                continue
            candidates = (
                (keycode, sets)
                for keycode in self._modifier_keys
                if (sets := self.modifiers_set_by(keycode, group, base | held)) & bit and not sets & ~wanted
            )
            found = next(candidates, None)
            if found is None:
                return None
            chosen.append(found[0])
            held |= found[1]
        return tuple(chosen)

    @cached_property
    def _modifier_keys(self) -> tuple[int, ...]:
        keycodes = (
            keycode for keycode, key in self.keys.items() if any(mods for row in key.held_modifiers for mods in row)
        )
        return tuple(sorted(keycodes, key=lambda keycode: (keycode in VIRTUAL_MODIFIER_KEYS, keycode)))
