"""Detection that an application has read everything that was sent to it.

An application that answers ``_NET_WM_PING`` has processed every event before it (Extended Window Manager Hints,
section 6). The answer is the only proof that an application has seen a new keymap, or no longer needs the old one.
The answer proves nothing if an input method is between the X server and the application. The application may have
passed the keys on, and may look them up when they come back. In that case, and without an answer, all processes
involved must be idle.
"""

from __future__ import annotations

from collections.abc import Collection, Coroutine
from typing import Any, TypeVar

from twisted.internet.defer import Deferred, ensureDeferred
from twisted.python.failure import Failure

from windictator.deferreds import Clock, pause
from windictator.typist.interfaces import ConnectionLostError
from windictator.typist.window import x_id
from windictator.x11 import events, replies, requests
from windictator.x11.connection import XConnection, run_with_timeout
from windictator.x11.errors import ServerTimeoutError, XRequestError
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

SILENT_WAIT_S = 0.25
"""Idle time after which an application that answers no ping is assumed to have read everything, in seconds.

Measured with xterm.
"""
_CHECK_COUNT = 10
MAX_BUSY_S = 1.0
"""Processor time that an application may use without being idle, in seconds.

Some applications are never idle (a film, a game) and still read their input. On a busy machine this takes much longer.
"""
MAX_WAIT_S = 30.0
"""Time after which all keys have been processed, however busy the machine, in seconds.

Slow input methods need 0.01 for each key.
"""
PACE_WAIT_S = 0.05
"""``SILENT_WAIT_S`` if the application must only not fall far behind."""
STEP_WAIT_S = 0.006
"""``SILENT_WAIT_S`` if the next key must not overtake this one."""
_STEP_CHECK_COUNT = 3
#: Seconds that an application has to sleep to have executed what it has read.
_MIN_SLEEP_S = 0.004
#: Round trips to the X server during that time.
_ROUND_TRIP_COUNT = 3
#: How often an application has to be found asleep, with a ping before each.
_SLEEP_COUNT = 3
PING_TIMEOUT_S = 5.0
"""Time that an application may take to answer a ping, in seconds."""


class ClientSync:
    """Client synchronisation on one connection. ``servers``: of input methods. ``clock``: for the waits.

    Its methods raise ServerTimeoutError if the X server itself does not reply in time.
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
        self._reordering_window = 0  # the window that may process keys in another order than they arrive
        connection.add_event_listener(self._handle_event)

    async def wait_until_processed(self, window: int, timeout: float = PING_TIMEOUT_S) -> bool:
        """Wait until the application that owns ``window`` and the input method have read all events up to now.

        If the application answers no pings, or an input method runs, wait until all their processes have been idle for
        ``SILENT_WAIT_S``. Return False if the application does not answer for ``timeout`` seconds, or if one of the
        processes is stopped for that time. Raises ConnectionLostError.
        """
        pingable = await self._reply(self._find_pingable(window))
        if pingable and not await self._ping(pingable, timeout):
            return False
        between = await self._reply(self._input_method_processes())
        if pingable and not between:
            return True
        return await self._wait_until_at_rest(await self._reply(self._processes.pid(window)), between, timeout)

    async def _input_method_processes(self) -> frozenset[int]:
        """Return the processes of the input methods that serve X clients."""
        processes: frozenset[int] = frozenset()
        for server in await self._servers.running():
            processes |= input_method_processes(await self._processes.pid(server.window), server.name)
        return processes

    def acknowledged(self, window: int) -> Deferred[bool]:
        """Wait until the application has read all events up to now; see ``typist.interfaces``."""
        return ensureDeferred(self._acknowledged(window))

    def wait_until_idle(self, window: int) -> Deferred[bool]:
        """Wait until the application has executed what it has read; see ``typist.interfaces``."""
        return ensureDeferred(self._wait_until_idle(window))

    async def _wait_until_idle(self, window: int) -> bool:
        """Check several times, because a process may also sleep in the middle of its work."""
        for _ in range(_SLEEP_COUNT):
            if not await self._wait_until_asleep(window):
                return False
        return True

    async def _wait_until_asleep(self, window: int) -> bool:
        """Wait until the application has read all events up to now and then sleeps for a moment.

        Wait ``SILENT_WAIT_S`` for an unknown process. Return False if it is busy for ``PING_TIMEOUT_S``.
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
            for _ in range(_ROUND_TRIP_COUNT):  # so that a process that waits for the X server has its answer
                await self._reply(self._connection.sync())
            now = sleep_count(pid)
            if now is None or (now == before and now):  # the process has ended, or slept on
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
        """Return the input methods' processes, searched once a second: that takes longer than to type a key."""
        found_at, processes = self._input_method_cache
        if self._clock.seconds() - found_at > 1.0:
            processes = await self._reply(self._input_method_processes())
            if self._reordering_window and not processes:
                processes = input_method_processes(0, "ibus")  # because it works without XIM
            self._input_method_cache = self._clock.seconds(), processes
        return processes

    def may_reorder_keys(self, window: int) -> Deferred[bool]:
        """Return True if the application may process keys in another order; see ``typist.interfaces``."""
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
        # The answer goes to the root window; Qt 5 sends it so that only StructureNotify selects it.
        self._select_root_events(requests.STRUCTURE_NOTIFY_MASK | requests.SUBSTRUCTURE_NOTIFY_MASK)
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
        """Wait until the application and the input methods have been idle for ``silent_wait_s``.

        They must be idle at each of ``check_count`` checks. Give up if one of them is stopped or too busy. While an
        input method works, keys are on their way. Of an invisible process only the time is known.
        """
        began = worked = self._clock.seconds()
        runs, had_run = schedule_count(input_method_pids), cpu_time_s(pid)
        looks = 0
        while looks < check_count:
            await pause(self._clock, silent_wait_s / check_count)
            # After this, what one process has sent to another through the server has arrived and woken it.
            await self._reply(self._connection.sync())
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
        """Fail every pending ping with ConnectionLostError, because the server is gone."""
        awaited, self._pending_pings = self._pending_pings, {}
        for waiting in awaited.values():
            waiting.errback(ConnectionLostError())

    def _select_root_events(self, mask: int) -> None:
        self._connection.send(requests.select_events(self._connection.root, mask))
        self._connection.flush()

    def _send_ping(self, window: int, serial: int) -> Deferred[bytes | None]:
        """Send a ping; fire when the server has passed it on, or refused it."""
        request = requests.send_client_message(window, self._protocols, (self._ping_atom, serial, window))

        def refused(failure: Failure) -> None:
            # The window is gone, and with it what it had not read. Other objects report a lost connection.
            self._finish_ping(serial, isinstance(failure.value, XRequestError))

        return self._connection.request(request + requests.GET_INPUT_FOCUS, 2).addErrback(refused)

    def _handle_event(self, event: bytes) -> None:
        if not self._pending_pings:
            return
        message = events.parse_client_message(event)
        if message is not None and message[:2] == (self._protocols, self._ping_atom):
            self._finish_ping(message[2], True)

    async def _find_pingable(self, window: int) -> int:
        """Return the X id of ``window`` or its nearest ancestor that lists the ping in WM_PROTOCOLS, 0 if none does.

        Other windows must not be pinged: xterm closes when it gets a ping that it did not offer to answer. The
        property is read each time, because the server gives the ids of windows that are gone to new ones.
        """
        self._protocols = await self._connection.atom("WM_PROTOCOLS")
        self._ping_atom = await self._connection.atom("_NET_WM_PING")
        current = x_id(window)
        try:
            while current not in (0, self._connection.root):
                if self._ping_atom in await self._read_atoms(current, self._protocols):
                    return current
                current = replies.parent_window(await self._connection.request(requests.query_tree(current)))
        except XRequestError:
            pass  # the window is gone
        return 0

    async def _read_atoms(self, window: int, name: int) -> tuple[int, ...]:
        request = requests.get_property(window, name, requests.ATOM, max_bytes=256)
        return replies.parse_property(await self._connection.request(request)).numbers
