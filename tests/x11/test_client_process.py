"""Whose window it is and what that process does at the moment, told by a real server and the real system."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from tests.waiting import wait_until
from tests.x11.clients.client import RawWindow
from windictator.x11.blocking import BlockingConnection
from windictator.x11.process_state import ClientProcess, ProcessState, process_state, sleep_count


def test_process_of_a_window_is_found(raw_window: RawWindow) -> None:
    """An application that answers no ping can still be seen to be stopped, by which time it has read nothing."""
    connection = BlockingConnection(raw_window.server.name)
    try:
        processes = ClientProcess(connection.connection)
        pid = connection.wait(processes.pid(raw_window.window))
        assert os.getpgid(pid) == pid != os.getpid()
        deadline = time.monotonic() + 20
        while process_state(pid) is not ProcessState.WAITING:  # it has just been drawn, and has answered
            assert time.monotonic() < deadline
        raw_window.pause()
        assert os.waitid(os.P_PID, pid, os.WSTOPPED | os.WNOWAIT) is not None
        assert process_state(pid) is ProcessState.STOPPED
        raw_window.carry_on()
        assert connection.wait(processes.pid(0x7FFFFFF)) == 0
    finally:
        connection.connection.close()


def test_busy_process_works_and_ended_process_waits() -> None:
    """Of a process that cannot be seen (another machine's, another container's) nothing bad is concluded."""
    busy = subprocess.Popen([sys.executable, "-c", "print(flush=True)\nwhile True: pass"], stdout=subprocess.PIPE)
    assert busy.stdout is not None
    with busy:
        busy.stdout.readline()
        assert process_state(busy.pid) is ProcessState.WORKING
        busy.send_signal(signal.SIGKILL)
        busy.wait()
        assert process_state(busy.pid) is ProcessState.WAITING


def test_sleeps_counted_are_equal_only_within_one_sleep() -> None:
    """A process that has done something in between has been woken up."""
    echo = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert echo.stdin is not None and echo.stdout is not None
    with echo:
        first = _asleep(echo.pid)
        assert sleep_count(echo.pid) == first
        echo.stdin.write(b"once more\n")
        echo.stdin.flush()
        echo.stdout.readline()
        assert _asleep(echo.pid) > first
        echo.stdin.close()


def test_sleeps_of_a_busy_process_are_not_counted() -> None:
    """It is 0 while a process works or is stopped, and None for a process that is unknown."""
    busy = subprocess.Popen([sys.executable, "-c", "print(flush=True)\nwhile True: pass"], stdout=subprocess.PIPE)
    assert busy.stdout is not None
    with busy:
        busy.stdout.readline()
        assert sleep_count(busy.pid) == 0
        busy.kill()
        busy.wait()
        assert sleep_count(busy.pid) is None
    assert sleep_count(0) is None


def _asleep(pid: int) -> int:
    """Wait until the process sleeps; returns how often it has gone to sleep."""
    return wait_until(lambda: sleep_count(pid), what="the process sleeps", poll_s=0.005) or 0
