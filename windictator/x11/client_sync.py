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

from windictator.deferreds import Clock, pause
from windictator.typist.interfaces import ConnectionLostError
from windictator.typist.window import x_id
from windictator.x11.connection import ServerTimeoutError, XConnection, XRequestError, run_with_timeout
from windictator.x11.input_method_servers import InputMethodServers
from windictator.x11.process_state import (
    ClientProcess,
    ProcessState,
    cpu_time_s,
    input_method_processes,
    may_reorder_keys,
    process_state,
    schedule_count,
    sleep_count,
)

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
SILENT_WAIT_S = 0.25
_CHECK_COUNT = 10
#: Seconds that an application may run without such a rest; some never have one (a film, a game) and still read their
#: input. On a busy machine these take much longer.
MAX_BUSY_S = 1.0
#: Seconds in which all keys have been dealt with, however busy the machine: slow input methods take 0.01 for each.
MAX_WAIT_S = 30.0
#: ``SILENT_WAIT`` where it is only to be known that the application does not fall far behind.
PACE_WAIT_S = 0.05
#: ``SILENT_WAIT`` where the next key must not overtake this one.
STEP_WAIT_S = 0.006
_STEP_CHECK_COUNT = 3
#: Seconds that an application has to sleep to have carried out what it has read.
_MIN_SLEEP_S = 0.004
#: Round trips to the X server meanwhile.
_ROUND_TRIP_COUNT = 3
#: How often an application has to be found asleep, with a ping before each.
_SLEEP_COUNT = 3
#: Seconds that an application may take to answer a ping.
PING_TIMEOUT_S = 5.0


class ClientSync:
    """Implements ports.Attention on one connection. ``servers``: of input methods. ``clock``: for the waits.

    Everything here raises ServerSilent where the X server itself does not reply in time.
    """

    def __init__(self, connection: XConnection, servers: InputMethodServers, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self._protocols = self._ping_atom = 0
        self._serial = 0
        self._pending_pings: dict[int, Deferred[bool]] = {}
        self._processes = ClientProcess(connection)
        self._servers = servers
        self._input_method_cache: tuple[float, frozenset[int]] = (float("-inf"), frozenset())
        self._reordering_window = 0  # the window that was seen to mix up keys that it gets at once
        connection.add_event_listener(self._handle_event)

    async def wait_until_processed(self, window: int, timeout: float = PING_TIMEOUT_S) -> bool:
        """Wait until the application that owns ``window`` has read all events up to now, and so has the input method.

        Where it answers no pings, or there is an input method, wait until all their processes have been at rest for
        ``SILENT_WAIT``. False if it does not answer, or one is stopped, for ``timeout`` seconds. Raises ConnectionLost.
        """
        pingable = await self._reply(self._find_pingable(window))
        if pingable and not await self._ping(pingable, timeout):
            return False
        between = await self._reply(self._input_method_processes())
        if pingable and not between:
            return True
        return await self._wait_until_at_rest(await self._reply(self._processes.pid(window)), between, timeout)

    async def _input_method_processes(self) -> frozenset[int]:
        """The processes of the input methods that X clients are served by."""
        processes: frozenset[int] = frozenset()
        for server in await self._servers.running():
            processes |= input_method_processes(await self._processes.pid(server.window), server.name)
        return processes

    def acknowledged(self, window: int) -> Deferred[bool]:
        """See ports.Attention."""
        return ensureDeferred(self._acknowledged(window))

    def wait_until_idle(self, window: int) -> Deferred[bool]:
        """See ports.Attention."""
        return ensureDeferred(self._wait_until_idle(window))

    async def _wait_until_idle(self, window: int) -> bool:
        """Several times, because a process may also sleep in the middle of its work."""
        for _ in range(_SLEEP_COUNT):
            if not await self._wait_until_asleep(window):
                return False
        return True

    async def _wait_until_asleep(self, window: int) -> bool:
        """Wait until the application has read all events up to now and then sleeps for a moment.

        A process of which nothing is known gets ``SILENT_WAIT`` for it. False if it works on for ``PING_TIMEOUT``.
        """
        if not await self._acknowledged(window):
            return False
        pid = await self._reply(self._processes.pid(window))
        give_up = self._clock.seconds() + PING_TIMEOUT_S
        before = sleep_count(pid)
        if before is None:
            await pause(self._clock, SILENT_WAIT_S)
            return True
        while self._clock.seconds() < give_up:
            await pause(self._clock, _MIN_SLEEP_S)
            for _ in range(
                _ROUND_TRIP_COUNT
            ):  # a process that waits for the X server has its answer by then, and wakes up
                await self._reply(self._connection.request(_GET_FOCUS))
            now = sleep_count(pid)
            if now is None or (now == before and now):  # it has ended, or not been woken up
                return True
            before = now
        return False

    async def _acknowledged(self, window: int) -> bool:
        pingable = await self._reply(self._find_pingable(window))
        if pingable and not await self._ping(pingable, PING_TIMEOUT_S):
            return False
        if pingable and window != self._reordering_window:
            return True
        if not (between := await self._cached_input_method()):
            return True
        wait, looks = (
            (STEP_WAIT_S, _STEP_CHECK_COUNT) if window == self._reordering_window else (PACE_WAIT_S, _CHECK_COUNT)
        )
        pid = await self._reply(self._processes.pid(window))
        return await self._wait_until_at_rest(pid, between, PING_TIMEOUT_S, wait, looks)

    async def _cached_input_method(self) -> frozenset[int]:
        """The same, looked for once a second: to find them takes longer than to type a key."""
        found_at, processes = self._input_method_cache
        if self._clock.seconds() - found_at > 1.0:
            processes = await self._reply(self._input_method_processes())
            if self._reordering_window and not processes:
                processes = input_method_processes(0, "ibus")  # it does without XIM
            self._input_method_cache = self._clock.seconds(), processes
        return processes

    def may_reorder_keys(self, window: int) -> Deferred[bool]:
        """See ports.Attention."""
        return ensureDeferred(self._may_reorder_keys(window))

    async def _may_reorder_keys(self, window: int) -> bool:
        overtakes = may_reorder_keys(await self._reply(self._processes.pid(window)))
        self._reordering_window = window if overtakes else 0
        self._input_method_cache = float("-inf"), frozenset()
        return overtakes

    def _reply(self, work: Deferred[T] | Coroutine[Deferred[Any], Any, T]) -> Deferred[T]:
        return run_with_timeout(work, self._clock)

    async def _ping(self, window: int, timeout: float) -> bool:
        self._serial += 1
        serial = self._serial
        answered: Deferred[bool] = Deferred()
        self._pending_pings[serial] = answered
        self._select_root_events(_STRUCTURE_NOTIFY | _SUBSTRUCTURE_NOTIFY)
        any_key_sent = self._send_ping(window, serial)
        timer = self._clock.callLater(timeout, self._finish_ping, serial, False)
        try:
            if not (is_answered := await answered) and not any_key_sent.called:
                raise ServerTimeoutError(timeout)
            return is_answered
        finally:
            self._pending_pings.pop(serial, None)
            if timer.active():
                timer.cancel()
            if not self._pending_pings:
                self._select_root_events(0)

    async def _wait_until_at_rest(
        self,
        pid: int,
        input_method_pids: Collection[int],
        timeout: float,
        silent_wait_s: float = SILENT_WAIT_S,
        check_count: int = _CHECK_COUNT,
    ) -> bool:
        """Wait until the application and what stands ``between`` it and the server have all been at rest for
        ``silent_wait``, at each of ``all_looks``; one may have been stopped meanwhile, or have too much to do. While
        an input method works, keys are on their way. Of a process that cannot be seen nothing is known but the time."""
        began = worked = self._clock.seconds()
        runs, had_run = schedule_count(input_method_pids), cpu_time_s(pid)
        looks = 0
        while looks < check_count:
            await pause(self._clock, silent_wait_s / check_count)
            # What one of them has sent to another by way of the server is there, and has woken that one.
            await self._reply(self._connection.request(_GET_FOCUS))
            found, now = {process_state(each) for each in (pid, *input_method_pids)}, self._clock.seconds()
            if runs != (runs := schedule_count(input_method_pids)) and now - began < MAX_WAIT_S:
                looks, worked = 0, now
                continue
            if ProcessState.STOPPED in found and now - worked > timeout:
                return False
            if ProcessState.WORKING in found and (cpu_time_s(pid) - had_run > MAX_BUSY_S or now - began > MAX_WAIT_S):
                return True
            looks = looks + 1 if found == {ProcessState.WAITING} else 0
        return True

    def _finish_ping(self, serial: int, answered: bool) -> None:
        waiting = self._pending_pings.pop(serial, None)
        if waiting is not None:
            waiting.callback(answered)

    def fail_pending(self) -> None:
        """The server is gone: every question under way fails with ConnectionLost."""
        awaited, self._pending_pings = self._pending_pings, {}
        for waiting in awaited.values():
            waiting.errback(ConnectionLostError())

    def _select_root_events(self, mask: int) -> None:
        request = struct.pack("=BxHIII", _CHANGE_WINDOW_ATTRIBUTES, 4, self._connection.root, _EVENT_MASK, mask)
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
            self._finish_ping(serial, isinstance(failure.value, XRequestError))

        return self._connection.request(request + _GET_FOCUS, 2).addErrback(refused)

    def _handle_event(self, event: bytes) -> None:
        if event[0] & 0x7F != _CLIENT_MESSAGE or event[1] != 32 or not self._pending_pings:
            return
        kind, ping, serial = struct.unpack_from("=III", event, 8)
        if kind == self._protocols and ping == self._ping_atom:
            self._finish_ping(serial, True)

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
                reply = await self._connection.request(struct.pack("=BxHI", _QUERY_TREE, 2, current))
                current = int.from_bytes(reply[12:16], "little")
        except XRequestError:
            pass  # the window is gone
        return 0

    async def _read_atoms(self, window: int, name: int) -> tuple[Any, ...]:
        request = struct.pack("=BBHIIIII", _GET_PROPERTY, 0, 6, window, name, _ATOM, 0, 64)
        reply = await self._connection.request(request)
        count = int.from_bytes(reply[16:20], "little")
        return struct.unpack_from(f"={count}I", reply, 32)
