"""Finds out whether another program would get our keys: a locked screen, an open menu, a hotkey.

RECORD reports a key as processed also when a grab takes it away from the window with the focus, and X has no request
that lists grabs. But a grab that somebody else holds refuses ours: so each is tried and let go in one write, between
which no event can come.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

from twisted.internet.defer import Deferred, ensureDeferred

from windictator.ports import Clock, Stop
from windictator.x11.connection import Connection, RequestRefused

_GRAB_KEYBOARD, _UNGRAB_KEYBOARD, _GRAB_KEY, _UNGRAB_KEY, _GET_INPUT_FOCUS = 31, 32, 33, 34, 43
_BAD_ACCESS = 10
_ASYNCHRONOUS = 1
_ALREADY_GRABBED, _FROZEN = 1, 4
_GET_FOCUS = struct.pack("=BxH", _GET_INPUT_FOCUS, 1)

#: Seconds for which an answer is believed. Trying makes the server tell the window that its keyboard is grabbed and
#: free again, as with every hotkey; not at each of the small edits of live text.
BELIEVED = 1.0


class GrabProbe:
    """Implements ports.Grabs on one connection. ``clock``: for how long an answer holds."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self._keyboard_tried = float("-inf")
        self._keys_tried: dict[tuple[int, int], float] = {}
        root = connection.root
        self._try_keyboard = struct.pack(
            "=BBHIIBBxx", _GRAB_KEYBOARD, 1, 4, root, 0, _ASYNCHRONOUS, _ASYNCHRONOUS
        )
        self._free_keyboard = struct.pack("=BxHI", _UNGRAB_KEYBOARD, 2, 0)

    def taken(self, keys: Iterable[tuple[int, int]]) -> Deferred[Stop | None]:
        """See ports.Grabs."""
        return ensureDeferred(self._taken(keys))

    async def _taken(self, keys: Iterable[tuple[int, int]]) -> Stop | None:
        now = self._clock.seconds()
        if now - self._keyboard_tried > BELIEVED:
            keyboard = self._connection.ask(self._try_keyboard, flush=False)
            self._connection.send(self._free_keyboard)
            self._connection.flush()
            if (await keyboard)[1] in (_ALREADY_GRABBED, _FROZEN):
                return Stop.GRABBED
            self._keyboard_tried = now
        fresh = [key for key in set(keys) if now - self._keys_tried.get(key, float("-inf")) > BELIEVED]
        if fresh:
            root = self._connection.root
            requests = b"".join(
                struct.pack("=BBHIHBBBxxx", _GRAB_KEY, 1, 4, root, state, keycode, _ASYNCHRONOUS, _ASYNCHRONOUS)
                + struct.pack("=BBHIHxx", _UNGRAB_KEY, keycode, 3, root, state)
                for keycode, state in fresh
            )
            try:
                await self._connection.ask(requests + _GET_FOCUS, 2 * len(fresh) + 1)
            except RequestRefused as refused:
                if refused.code == _BAD_ACCESS and refused.major == _GRAB_KEY:
                    return Stop.HOTKEY
                raise
            self._keys_tried.update(dict.fromkeys(fresh, now))
        return None
