"""A snapshot of the X keyboard map, and the questions that typing asks of it.

Terms are those of the X Keyboard Extension (XKB protocol, sections 2 and 12): a key has up to four *groups* (layouts);
each group has a *key type* which says how many *levels* it has and which modifiers select each of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from windictator.keyboard.keysyms import NO_SYMBOL, NUM_LOCK

SHIFT, LOCK, CONTROL = 1, 2, 4
#: Modifier keys that no keyboard has: ISO_Level3_Shift on 92, Mode_switch, Alt, Meta, Super, Hyper (xkeyboard-config,
#: keycodes/evdev). A virtual machine drops them, so AltGr itself is to be preferred.
VIRTUAL_MODIFIER_KEYS = frozenset({92, *range(203, 208)})


@dataclass(frozen=True, slots=True)
class KeyType:
    """How modifiers select a level. ``mask``: the real modifiers looked at. ``levels``: real modifiers -> level;
    what is not listed gives level 0."""

    mask: int
    levels: tuple[tuple[int, int], ...]
    level_count: int

    def level(self, modifiers: int) -> int:
        """The level that ``modifiers`` (a real modifier mask) select."""
        wanted = modifiers & self.mask
        return next((level for mods, level in self.levels if mods == wanted), 0)

    def modifiers_for(self, level: int) -> tuple[int, ...]:
        """Every modifier combination that selects ``level``, fewest modifiers first."""
        listed = [mods for mods, reached in self.levels if reached == level]
        if level == 0 and all(mods != 0 for mods, _ in self.levels):
            listed.append(0)
        return tuple(sorted(listed, key=lambda mods: (mods.bit_count(), mods)))


@dataclass(frozen=True, slots=True)
class Key:
    """One keycode. ``groups``: for each group its key type's index and the keysyms of its levels.

    ``out_of_range``: what happens when the keyboard's group is one that the key has not: "wrap", "clamp" or
    "redirect" to group ``redirect`` (XKB protocol, section 12.4).
    ``sets``: per group and level, the real modifiers that the key holds down while pressed (action SetMods), 0 where
    it does something else.
    """

    keycode: int
    groups: tuple[tuple[int, tuple[int, ...]], ...]
    out_of_range: str = "wrap"
    redirect: int = 0
    held_modifiers: tuple[tuple[int, ...], ...] = ()

    def effective_group(self, group: int) -> int:
        """Which of the key's groups is used while the keyboard is in ``group``."""
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
    """The whole map. ``keys``: by keycode, only keys with at least one group. ``modifier_map``: keycode -> real
    modifiers. ``min_keycode``, ``max_keycode``: the server's range, at most 8..255."""

    min_keycode: int
    max_keycode: int
    types: tuple[KeyType, ...]
    keys: dict[int, Key] = field(hash=False)
    modifier_map: dict[int, int] = field(hash=False)

    @cached_property
    def group_count(self) -> int:
        """Number of groups of the key that has most."""
        return max((len(key.groups) for key in self.keys.values()), default=0)

    @cached_property
    def num_lock_mask(self) -> int:
        """The real modifiers (usually Mod2) of the NumLock key, 0 if there is none."""
        mask = 0
        for keycode, modifiers in self.modifier_map.items():
            key = self.keys.get(keycode)
            if key and any(NUM_LOCK in keysyms for _, keysyms in key.groups):
                mask |= modifiers
        return mask

    @cached_property
    def unused_keycodes(self) -> tuple[int, ...]:
        """Keycodes to which nothing is bound, highest first."""
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
        """What ``keycode`` means while the keyboard is in ``group`` with these real modifiers; 0 for nothing."""
        key = self.keys.get(keycode)
        if key is None:
            return NO_SYMBOL
        type_index, keysyms = key.groups[key.effective_group(group)]
        level = self.types[type_index].level(modifiers)
        return keysyms[level] if level < len(keysyms) else NO_SYMBOL

    def modifiers_set_by(self, keycode: int, group: int, modifiers: int) -> int:
        """The real modifiers that pressing ``keycode`` adds while the keyboard is in ``group`` with ``modifiers``."""
        key = self.keys.get(keycode)
        if key is None or not key.held_modifiers:
            return 0
        index = key.effective_group(group)
        row = key.held_modifiers[index]
        level = self.types[key.groups[index][0]].level(modifiers)
        return row[level] if level < len(row) else 0

    def modifier_keycodes(self, wanted: int, group: int, base: int = 0) -> tuple[int, ...] | None:
        """Keys to hold, in order of pressing, so that exactly the real modifiers ``wanted`` are added.

        ``group``: the keyboard's group; ``base``: modifiers in force already (locked). Each key is checked in the
        state in which it will be pressed, since Shift may turn a key into another. None if it cannot be done.
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
