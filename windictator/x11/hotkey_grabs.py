"""Keys that are taken from all other programs by passive grabs."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from twisted.internet.defer import DeferredList

from windictator.x11.connection import XConnection, XRequestError

A = TypeVar("A")

_GRAB_KEY, _UNGRAB_KEY, _GET_INPUT_FOCUS = 33, 34, 43
_BAD_ACCESS = 10
_ASYNCHRONOUS = 1
UNGRAB_KEYBOARD = struct.pack("=BxHI", 32, 2, 0)
"""Ends the grab that a key has begun, before the key is released."""
_GET_FOCUS = struct.pack("=BxH", _GET_INPUT_FOCUS, 1)


class HotkeyGrabs:
    """Passive grabs of keys on the root window, on a connection of their own: the probe that looks for the hotkeys of
    other programs (``grabs``) grabs and lets go on its own, and would let these go.

    The keyboard goes on while a grab is active (GrabModeAsync): should this process stop responding, nobody's keyboard
    is frozen.
    """

    def __init__(self, connection: XConnection) -> None:
        self._connection = connection
        self.grabbed: frozenset[tuple[int, int]] = frozenset()
        """What is grabbed: keycodes with real modifiers."""

    async def set_grabs(self, wanted: Mapping[A, Iterable[tuple[int, int]]]) -> set[A]:
        """Grab the keys of every hotkey in ``wanted`` and let go of all others; those of which another program has
        taken a key, which are then not grabbed at all. Raises ConnectionLost, RequestRefused."""
        keys_of = {hotkey: frozenset(keys) for hotkey, keys in wanted.items()}
        self._ungrab(self.grabbed.difference(*keys_of.values()))
        new = frozenset().union(*keys_of.values()) - self.grabbed
        asked = [self._connection.request(self._request(_GRAB_KEY, key) + _GET_FOCUS, 2, flush=False) for key in new]
        self._connection.flush()
        answers = await DeferredList(asked, consumeErrors=True)
        taken = {
            key
            for key, (granted, reason) in zip(new, answers, strict=True)
            if not granted and _is_grabbed_elsewhere(reason)
        }
        self.grabbed |= new - taken
        refused = {hotkey for hotkey, keys in keys_of.items() if keys & taken}
        kept: frozenset[tuple[int, int]] = frozenset().union(
            *(keys for hotkey, keys in keys_of.items() if hotkey not in refused)
        )
        self._ungrab(self.grabbed - kept)
        return refused

    def close(self) -> None:
        """Let go of everything, the keyboard too: a connection that is closed may live on for a while."""
        any_key, any_modifier = 0, 1 << 15
        self._connection.send(self._request(_UNGRAB_KEY, (any_key, any_modifier)))
        self._connection.send(UNGRAB_KEYBOARD)
        self._connection.flush()

    def _ungrab(self, keys: frozenset[tuple[int, int]]) -> None:
        for key in keys:
            self._connection.send(self._request(_UNGRAB_KEY, key))
        self._connection.flush()
        self.grabbed -= keys

    def _request(self, opcode: int, key: tuple[int, int]) -> bytes:
        keycode, modifiers = key
        root = self._connection.root
        if opcode == _UNGRAB_KEY:
            return struct.pack("=BBHIHxx", opcode, keycode, 3, root, modifiers)
        return struct.pack("=BBHIHBBBxxx", opcode, 0, 4, root, modifiers, keycode, _ASYNCHRONOUS, _ASYNCHRONOUS)


def _is_grabbed_elsewhere(reason: Any) -> bool:
    """Whether the server has refused a grab because of another client's; ``reason``: a Failure, raised if it is
    another."""
    if not isinstance(reason.value, XRequestError) or reason.value.code != _BAD_ACCESS:
        reason.raiseException()
    return True
