"""Knows when an application has read everything that was sent to it.

Whoever answers ``_NET_WM_PING`` has dealt with every event before it (Extended Window Manager Hints, section 6). The
answer is the only proof there is that an application has seen a new keymap, or has done with the old one.
"""

from __future__ import annotations

import struct
from typing import Any

from twisted.internet.defer import Deferred, ensureDeferred
from twisted.python.failure import Failure

from windictator.ports import Clock, ConnectionLost, x_id
from windictator.x11.client_process import ClientProcess, Doing, doing
from windictator.x11.connection import Connection, RequestRefused

_CHANGE_WINDOW_ATTRIBUTES, _QUERY_TREE, _GET_PROPERTY, _SEND_EVENT, _GET_INPUT_FOCUS = 2, 15, 20, 25, 43
_GET_FOCUS = struct.pack("=BxH", _GET_INPUT_FOCUS, 1)
_CLIENT_MESSAGE = 33
_EVENT_MASK = 1 << 11
#: The answer comes to the root window; Qt 5 sends it so that only StructureNotify selects it.
_STRUCTURE_NOTIFY, _SUBSTRUCTURE_NOTIFY = 1 << 17, 1 << 19
_ATOM = 4

#: Seconds after which an application that answers no ping is taken to have read everything, if its process has had
#: nothing to do all the while. Measured with xterm.
SILENT_WAIT = 0.25
_LOOKS = 10
#: Seconds to wait for such a rest; some applications never have one (a film, a game) and still read their input.
BUSY_WAIT = 2.0
#: Seconds that an application may take to answer a ping.
PING_TIMEOUT = 5.0


class Attention:
    """Implements ports.Attention on one connection. ``clock``: for the waits."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self._protocols = self._ping_atom = 0
        self._serial = 0
        self._awaited: dict[int, Deferred[bool]] = {}
        self._processes = ClientProcess(connection)
        connection.listen(self._notice)

    async def caught_up(self, window: int, timeout: float = PING_TIMEOUT) -> bool:
        """Wait until the application that owns ``window`` has read all events up to now.

        Where it answers no pings, wait until its process has been at rest for ``SILENT_WAIT``. False if it does not
        answer, or is stopped, for ``timeout`` seconds. Raises ConnectionLost.
        """
        pingable = await self._find_pingable(window)
        return await (self._ping(pingable, timeout) if pingable else self._rest(window, timeout))

    def has_read(self, window: int) -> Deferred[bool]:
        """See ports.Attention."""
        return ensureDeferred(self._has_read(window))

    async def _has_read(self, window: int) -> bool:
        pingable = await self._find_pingable(window)
        return await self._ping(pingable, PING_TIMEOUT) if pingable else True

    async def _ping(self, window: int, timeout: float) -> bool:
        self._serial += 1
        serial = self._serial
        answered: Deferred[bool] = Deferred()
        self._awaited[serial] = answered
        self._listen_to_root(_STRUCTURE_NOTIFY | _SUBSTRUCTURE_NOTIFY)
        self._send_ping(window, serial)
        timer = self._clock.callLater(timeout, self._answer, serial, False)
        try:
            return await answered
        finally:
            self._awaited.pop(serial, None)
            if timer.active():
                timer.cancel()
            if not self._awaited:
                self._listen_to_root(0)

    async def _rest(self, window: int, timeout: float) -> bool:
        """Wait until the process of ``window`` has been at rest long enough; it may have been stopped meanwhile, or
        have too much to do. Of a process that cannot be seen nothing is known but the time."""
        pid = await self._processes.pid(window)
        began = self._clock.seconds()
        looks = 0
        while looks < _LOOKS:
            looked: Deferred[None] = Deferred()
            self._clock.callLater(SILENT_WAIT / _LOOKS, looked.callback, None)
            await looked
            found, elapsed = doing(pid), self._clock.seconds() - began
            if found is Doing.STOPPED and elapsed > timeout:
                return False
            if found is Doing.WORKING and elapsed > BUSY_WAIT:
                return True
            looks = looks + 1 if found is Doing.WAITING else 0
        return True

    def _answer(self, serial: int, answered: bool) -> None:
        waiting = self._awaited.pop(serial, None)
        if waiting is not None:
            waiting.callback(answered)

    def give_up(self) -> None:
        """The server is gone: every question under way fails with ConnectionLost."""
        awaited, self._awaited = self._awaited, {}
        for waiting in awaited.values():
            waiting.errback(ConnectionLost())

    def _listen_to_root(self, mask: int) -> None:
        request = struct.pack(
            "=BxHIII", _CHANGE_WINDOW_ATTRIBUTES, 4, self._connection.root, _EVENT_MASK, mask
        )
        self._connection.send(request)
        self._connection.flush()

    def _send_ping(self, window: int, serial: int) -> None:
        event = struct.pack(
            "=BBHIIIIIxxxxxxxx", _CLIENT_MESSAGE, 32, 0, window, self._protocols, self._ping_atom, serial, window
        )
        request = struct.pack("=BBHII", _SEND_EVENT, 0, 11, window, 0) + event

        def refused(failure: Failure) -> None:
            # The window is gone, and whatever it had not read with it. A lost connection others report.
            self._answer(serial, isinstance(failure.value, RequestRefused))

        self._connection.ask(request + _GET_FOCUS, 2).addErrback(refused)

    def _notice(self, event: bytes) -> None:
        if event[0] & 0x7F != _CLIENT_MESSAGE or event[1] != 32 or not self._awaited:
            return
        kind, ping, serial = struct.unpack_from("=III", event, 8)
        if kind == self._protocols and ping == self._ping_atom:
            self._answer(serial, True)

    async def _find_pingable(self, window: int) -> int:
        """The X id of ``window`` or of its nearest ancestor that lists the ping in WM_PROTOCOLS, 0 if none does.

        Only those may be asked: xterm closes when it gets a ping that it did not offer to answer. Looked up each time:
        the server gives the ids of windows that are gone to new ones.
        """
        self._protocols = await self._connection.atom("WM_PROTOCOLS")
        self._ping_atom = await self._connection.atom("_NET_WM_PING")
        current = x_id(window)
        try:
            while current not in (0, self._connection.root):
                if self._ping_atom in await self._read_atoms(current, self._protocols):
                    return current
                reply = await self._connection.ask(struct.pack("=BxHI", _QUERY_TREE, 2, current))
                current = int.from_bytes(reply[12:16], "little")
        except RequestRefused:
            pass  # the window is gone
        return 0

    async def _read_atoms(self, window: int, name: int) -> tuple[Any, ...]:
        request = struct.pack("=BBHIIIII", _GET_PROPERTY, 0, 6, window, name, _ATOM, 0, 64)
        reply = await self._connection.ask(request)
        count = int.from_bytes(reply[16:20], "little")
        return struct.unpack_from(f"={count}I", reply, 32)
