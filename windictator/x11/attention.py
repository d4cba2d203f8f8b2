"""Knows when an application has read everything that was sent to it.

Whoever answers ``_NET_WM_PING`` has dealt with every event before it (Extended Window Manager Hints, section 6). The
answer is the only proof there is that an application has seen a new keymap, or has done with the old one.
"""

from __future__ import annotations

import struct
from typing import Any

from twisted.internet.defer import Deferred

from windictator.ports import Clock
from windictator.x11.connection import Connection, RequestRefused

_CHANGE_WINDOW_ATTRIBUTES, _QUERY_TREE, _GET_PROPERTY, _SEND_EVENT = 2, 15, 20, 25
_CLIENT_MESSAGE = 33
_EVENT_MASK = 1 << 11
#: The answer comes to the root window; Qt 5 sends it so that only StructureNotify selects it.
_STRUCTURE_NOTIFY, _SUBSTRUCTURE_NOTIFY = 1 << 17, 1 << 19
_ATOM = 4

#: Seconds after which an application that answers no ping is taken to have read everything. Measured with xterm.
SILENT_WAIT = 0.25
#: Seconds that an application may take to answer a ping.
PING_TIMEOUT = 5.0


class Attention:
    """Asks applications on one connection. ``clock``: for the waits."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self._protocols = self._ping_atom = 0
        self._pingable: dict[int, int] = {}
        self._serial = 0
        self._awaited: dict[int, Deferred[bool]] = {}
        connection.listen(self._notice)

    async def caught_up(self, window: int, timeout: float = PING_TIMEOUT) -> bool:
        """Wait until the application that owns ``window`` has read all events up to now.

        Where it answers no pings, wait ``SILENT_WAIT``. False if it should answer but does not within ``timeout``
        seconds. Raises ConnectionLost.
        """
        pingable = await self._find_pingable(window)
        if not pingable:
            return await self._wait(SILENT_WAIT)
        self._serial += 1
        serial = self._serial
        answered: Deferred[bool] = Deferred()
        self._awaited[serial] = answered
        self._listen_to_root(_STRUCTURE_NOTIFY | _SUBSTRUCTURE_NOTIFY)
        self._ping(pingable, serial)
        timer = self._clock.callLater(timeout, self._answer, serial, False)
        try:
            return await answered
        finally:
            self._awaited.pop(serial, None)
            if timer.active():
                timer.cancel()
            if not self._awaited:
                self._listen_to_root(0)

    def _wait(self, seconds: float) -> Deferred[bool]:
        waited: Deferred[bool] = Deferred()
        self._clock.callLater(seconds, waited.callback, True)
        return waited

    def _answer(self, serial: int, answered: bool) -> None:
        waiting = self._awaited.pop(serial, None)
        if waiting is not None:
            waiting.callback(answered)

    def _listen_to_root(self, mask: int) -> None:
        request = struct.pack(
            "=BxHIII", _CHANGE_WINDOW_ATTRIBUTES, 4, self._connection.root, _EVENT_MASK, mask
        )
        self._connection.send(request)
        self._connection.flush()

    def _ping(self, window: int, serial: int) -> None:
        event = struct.pack(
            "=BBHIIIIIxxxxxxxx", _CLIENT_MESSAGE, 32, 0, window, self._protocols, self._ping_atom, serial, window
        )
        self._connection.send(struct.pack("=BBHII", _SEND_EVENT, 0, 11, window, 0) + event)
        self._connection.flush()

    def _notice(self, event: bytes) -> None:
        if event[0] & 0x7F != _CLIENT_MESSAGE or event[1] != 32 or not self._awaited:
            return
        kind, ping, serial = struct.unpack_from("=III", event, 8)
        if kind == self._protocols and ping == self._ping_atom:
            self._answer(serial, True)

    async def _find_pingable(self, window: int) -> int:
        """``window`` or its nearest ancestor that lists the ping in WM_PROTOCOLS, 0 if none does.

        Only those may be asked: xterm closes when it gets a ping that it did not offer to answer.
        """
        if window in self._pingable:
            return self._pingable[window]
        self._protocols = await self._connection.atom("WM_PROTOCOLS")
        self._ping_atom = await self._connection.atom("_NET_WM_PING")
        found, current = 0, window
        try:
            while current not in (0, self._connection.root):
                if self._ping_atom in await self._read_atoms(current, self._protocols):
                    found = current
                    break
                reply = await self._connection.ask(struct.pack("=BxHI", _QUERY_TREE, 2, current))
                current = int.from_bytes(reply[12:16], "little")
        except RequestRefused:
            return 0  # the window is gone
        if len(self._pingable) > 100:
            self._pingable.clear()
        self._pingable[window] = found
        return found

    async def _read_atoms(self, window: int, name: int) -> tuple[Any, ...]:
        request = struct.pack("=BBHIIIII", _GET_PROPERTY, 0, 6, window, name, _ATOM, 0, 64)
        reply = await self._connection.ask(request)
        count = int.from_bytes(reply[16:20], "little")
        return struct.unpack_from(f"={count}I", reply, 32)
