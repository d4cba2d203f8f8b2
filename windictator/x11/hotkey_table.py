"""Lookup of the configured hotkeys on one keymap."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from windictator.keyboard.hotkey import HotkeyAction, HotkeyCombination, lock_mask
from windictator.keyboard.key_events import MODIFIERS
from windictator.keyboard.keymap import Keymap

PUSH_TO_TALK_ACTIONS = (HotkeyAction.PUSH_TO_TALK, HotkeyAction.TAP_OR_HOLD)

Key = tuple[int, int]
"""Keycode and the real modifiers that are held with it, locks left out unless stated otherwise."""


class HotkeyTable:
    """Keys of every combination on one keymap, for each of its groups."""

    def __init__(self, combinations: Mapping[HotkeyAction, HotkeyCombination], keymap: Keymap) -> None:
        self.keymap = keymap
        self.locks = lock_mask(keymap)
        """Mask of the real modifiers that are ignored: CapsLock, NumLock and ScrollLock."""
        self._by_group: list[dict[Key, HotkeyAction]] = [
            {
                key: action
                for action, combination in reversed(tuple(combinations.items()))
                for key in combination.keys(keymap, group)
            }
            for group in range(max(1, keymap.group_count))
        ]

    def find(self, key: Key, group: int) -> HotkeyAction | None:
        """Return the hotkey on ``key`` while ``group`` is active, None for any other key."""
        return self._in_group(group).get(key)

    def keys_to_grab(self, group: int) -> dict[HotkeyAction, frozenset[Key]]:
        """Return the keys of each hotkey while ``group`` is active, with every combination of locks."""
        locks = [number for number in range(MODIFIERS + 1) if not number & ~self.locks]
        table = self._in_group(group)
        return {
            wanted: frozenset(
                (keycode, modifiers | lock)
                for (keycode, modifiers), action in table.items()
                if action is wanted
                for lock in locks
            )
            for wanted in set(table.values())
        }

    @property
    def depends_on_group(self) -> bool:
        """True if any combination is on other keys in another group."""
        return any(table != self._by_group[0] for table in self._by_group)

    def allowed_keys(self, unavailable: Collection[HotkeyAction]) -> frozenset[int]:
        """Return the keycodes that may be held while text is typed: those of push-to-talk.

        ``unavailable``: hotkeys that do nothing. The lowest keycode is allowed with them, since it ends their repeats.
        """
        allowed = {
            keycode
            for table in self._by_group
            for (keycode, modifiers), action in table.items()
            if action not in unavailable and self.is_allowed_key(action, (keycode, modifiers))
        }
        return frozenset(allowed | {self.keymap.min_keycode} if allowed else ())

    def is_allowed_key(self, action: HotkeyAction, key: Key) -> bool:
        """Return True for a push-to-talk key without modifiers that is not a modifier itself."""
        keycode, modifiers = key
        return action in PUSH_TO_TALK_ACTIONS and not modifiers and not self.keymap.modifier_map.get(keycode)

    def _in_group(self, group: int) -> dict[Key, HotkeyAction]:
        return self._by_group[min(group, len(self._by_group) - 1)]
