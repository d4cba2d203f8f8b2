"""Knows when an application has read everything that was sent to it.

Whoever answers ``_NET_WM_PING`` has dealt with every event before it (Extended Window Manager Hints, section 6). The
answer is the only proof there is that an application has seen a new keymap, or has done with the old one. It is none
where an input method stands in between: the application may have handed the keys on, and look them up when they come
back. Then, and where there is no answer, all processes concerned must have come to rest.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Coroutine
from typing import Any, TypeVar

from twisted.internet.defer import Deferred, ensureDeferred
from twisted.python.failure import Failure

from windictator.ports import Clock, ConnectionLost, x_id
from windictator.watchdog import pause
from windictator.x11.client_process import (
    ClientProcess,
    Doing,
    doing,
    input_method_processes,
    may_overtake,
    seconds_run,
    sleeps_counted,
    times_run,
)
from windictator.x11.connection import Connection, RequestRefused, ServerSilent, in_time
from windictator.x11.input_method_servers import InputMethodServers

T = TypeVar("T")

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
#: Seconds that an application may run without such a rest; some never have one (a film, a game) and still read their
#: input. On a busy machine these take much longer.
BUSY_WAIT = 1.0
#: Seconds in which all keys have been dealt with, however busy the machine: slow input methods take 0.01 for each.
LONGEST_WAIT = 30.0
#: ``SILENT_WAIT`` where it is only to be known that the application does not fall far behind.
PACE_WAIT = 0.05
#: ``SILENT_WAIT`` where the next key must not overtake this one.
STEP_WAIT = 0.006
_STEP_LOOKS = 3
#: Seconds that an application has to sleep to have carried out what it has read.
_NAP = 0.004
#: Round trips to the X server meanwhile.
_ROUND_TRIPS = 3
#: How often an application has to be found asleep, with a ping before each.
_SLEEPS = 3
#: Seconds that an application may take to answer a ping.
PING_TIMEOUT = 5.0


class Attention:
    """Implements ports.Attention on one connection. ``servers``: of input methods. ``clock``: for the waits.

    Everything here raises ServerSilent where the X server itself does not reply in time.
    """

    def __init__(self, connection: Connection, servers: InputMethodServers, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self._protocols = self._ping_atom = 0
        self._serial = 0
        self._awaited: dict[int, Deferred[bool]] = {}
        self._processes = ClientProcess(connection)
        self._servers = servers
        self._found: tuple[float, frozenset[int]] = (float("-inf"), frozenset())
        self._overtaking = 0  # the window that was seen to mix up keys that it gets at once
        connection.listen(self._notice)

    async def caught_up(self, window: int, timeout: float = PING_TIMEOUT) -> bool:
        """Wait until the application that owns ``window`` has read all events up to now, and so has the input method.

        Where it answers no pings, or there is an input method, wait until all their processes have been at rest for
        ``SILENT_WAIT``. False if it does not answer, or one is stopped, for ``timeout`` seconds. Raises ConnectionLost.
        """
        pingable = await self._reply(self._find_pingable(window))
        if pingable and not await self._ping(pingable, timeout):
            return False
        between = await self._reply(self._input_method())
        if pingable and not between:
            return True
        return await self._rest(await self._reply(self._processes.pid(window)), between, timeout)

    async def _input_method(self) -> frozenset[int]:
        """The processes of the input methods that X clients are served by."""
        processes: frozenset[int] = frozenset()
        for server in await self._servers.running():
            processes |= input_method_processes(await self._processes.pid(server.window), server.name)
        return processes

    def has_read(self, window: int) -> Deferred[bool]:
        """See ports.Attention."""
        return ensureDeferred(self._has_read(window))

    def has_acted(self, window: int) -> Deferred[bool]:
        """See ports.Attention."""
        return ensureDeferred(self._has_acted(window))

    async def _has_acted(self, window: int) -> bool:
        """Several times, because a process may also sleep in the middle of its work."""
        for _ in range(_SLEEPS):
            if not await self._sleeps(window):
                return False
        return True

    async def _sleeps(self, window: int) -> bool:
        """Wait until the application has read all events up to now and then sleeps for a moment.

        A process of which nothing is known gets ``SILENT_WAIT`` for it. False if it works on for ``PING_TIMEOUT``.
        """
        if not await self._has_read(window):
            return False
        pid = await self._reply(self._processes.pid(window))
        give_up = self._clock.seconds() + PING_TIMEOUT
        before = sleeps_counted(pid)
        if before is None:
            await pause(self._clock, SILENT_WAIT)
            return True
        while self._clock.seconds() < give_up:
            await pause(self._clock, _NAP)
            for _ in range(_ROUND_TRIPS):  # a process that waits for the X server has its answer by then, and wakes up
                await self._reply(self._connection.ask(_GET_FOCUS))
            now = sleeps_counted(pid)
            if now is None or (now == before and now):  # it has ended, or not been woken up
                return True
            before = now
        return False

    async def _has_read(self, window: int) -> bool:
        pingable = await self._reply(self._find_pingable(window))
        if pingable and not await self._ping(pingable, PING_TIMEOUT):
            return False
        if pingable and window != self._overtaking:
            return True
        if not (between := await self._input_method_lately()):
            return True
        wait, looks = (STEP_WAIT, _STEP_LOOKS) if window == self._overtaking else (PACE_WAIT, _LOOKS)
        pid = await self._reply(self._processes.pid(window))
        return await self._rest(pid, between, PING_TIMEOUT, wait, looks)

    async def _input_method_lately(self) -> frozenset[int]:
        """The same, looked for once a second: to find them takes longer than to type a key."""
        found_at, processes = self._found
        if self._clock.seconds() - found_at > 1.0:
            processes = await self._reply(self._input_method())
            if self._overtaking and not processes:
                processes = input_method_processes(0, "ibus")  # it does without XIM
            self._found = self._clock.seconds(), processes
        return processes

    def may_overtake(self, window: int) -> Deferred[bool]:
        """See ports.Attention."""
        return ensureDeferred(self._may_overtake(window))

    async def _may_overtake(self, window: int) -> bool:
        overtakes = may_overtake(await self._reply(self._processes.pid(window)))
        self._overtaking = window if overtakes else 0
        self._found = float("-inf"), frozenset()
        return overtakes

    def _reply(self, work: Deferred[T] | Coroutine[Deferred[Any], Any, T]) -> Deferred[T]:
        return in_time(work, self._clock)

    async def _ping(self, window: int, timeout: float) -> bool:
        self._serial += 1
        serial = self._serial
        answered: Deferred[bool] = Deferred()
        self._awaited[serial] = answered
        self._listen_to_root(_STRUCTURE_NOTIFY | _SUBSTRUCTURE_NOTIFY)
        sent = self._send_ping(window, serial)
        timer = self._clock.callLater(timeout, self._answer, serial, False)
        try:
            if not (is_answered := await answered) and not sent.called:
                raise ServerSilent(timeout)
            return is_answered
        finally:
            self._awaited.pop(serial, None)
            if timer.active():
                timer.cancel()
            if not self._awaited:
                self._listen_to_root(0)

    async def _rest(
        self,
        pid: int,
        between: Collection[int],
        timeout: float,
        silent_wait: float = SILENT_WAIT,
        all_looks: int = _LOOKS,
    ) -> bool:
        """Wait until the application and what stands ``between`` it and the server have all been at rest for
        ``silent_wait``, at each of ``all_looks``; one may have been stopped meanwhile, or have too much to do. While
        an input method works, keys are on their way. Of a process that cannot be seen nothing is known but the time."""
        began = worked = self._clock.seconds()
        runs, had_run = times_run(between), seconds_run(pid)
        looks = 0
        while looks < all_looks:
            await pause(self._clock, silent_wait / all_looks)
            # What one of them has sent to another by way of the server is there, and has woken that one.
            await self._reply(self._connection.ask(_GET_FOCUS))
            found, now = {doing(each) for each in (pid, *between)}, self._clock.seconds()
            if runs != (runs := times_run(between)) and now - began < LONGEST_WAIT:
                looks, worked = 0, now
                continue
            if Doing.STOPPED in found and now - worked > timeout:
                return False
            if Doing.WORKING in found and (seconds_run(pid) - had_run > BUSY_WAIT or now - began > LONGEST_WAIT):
                return True
            looks = looks + 1 if found == {Doing.WAITING} else 0
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

    def _send_ping(self, window: int, serial: int) -> Deferred[bytes | None]:
        """Send a ping; fire when the server has passed it on, or refused it."""
        event = struct.pack(
            "=BBHIIIIIxxxxxxxx", _CLIENT_MESSAGE, 32, 0, window, self._protocols, self._ping_atom, serial, window
        )
        request = struct.pack("=BBHII", _SEND_EVENT, 0, 11, window, 0) + event

        def refused(failure: Failure) -> None:
            # The window is gone, and whatever it had not read with it. A lost connection others report.
            self._answer(serial, isinstance(failure.value, RequestRefused))

        return self._connection.ask(request + _GET_FOCUS, 2).addErrback(refused)

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
