"""One daemon for each display: the lock, with real processes as its holders."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from twisted.internet.defer import ensureDeferred
from twisted.internet.task import Clock

from windictator.app.process.instance_lock import AlreadyRunningError, InstanceLock, owner_pid


@pytest.fixture
def path(tmp_path):
    return tmp_path / "display.lock"


@pytest.fixture
def other_daemon():
    """A process whose command line looks like a daemon's."""
    process = subprocess.Popen(
        [sys.executable, "-c", "import sys; sys.stdin.read()", "windictator", "start"], stdin=subprocess.PIPE
    )
    yield process
    process.stdin.close()
    process.wait()


def acquire(path, timeout_s=0.0):
    """The lock, and what became of the attempt."""
    clock = Clock()
    lock = InstanceLock(path, clock)
    results = []
    ensureDeferred(lock.acquire(timeout_s)).addBoth(results.append)
    return lock, clock, results


def test_the_lock_names_its_holder_until_it_is_released(path):
    """Other processes learn which one runs."""
    lock, _, results = acquire(path)
    assert results == [None] and path.readlink() == Path(str(os.getpid()))
    lock.release()
    lock.release()
    assert not os.path.lexists(path)


def test_a_second_start_is_told_who_runs(path, other_daemon):
    """The first one keeps its lock."""
    path.symlink_to(str(other_daemon.pid))
    _, _, results = acquire(path)
    assert isinstance(results[0].value, AlreadyRunningError) and str(other_daemon.pid) in str(results[0].value)
    assert owner_pid(path) == other_daemon.pid


@pytest.mark.parametrize("pid", ["4194304", "not a number"])
def test_a_lock_left_by_a_crash_is_taken_over(path, pid):
    """Its process is gone."""
    path.symlink_to(pid)
    _, _, results = acquire(path)
    assert results == [None] and path.readlink() == Path(str(os.getpid()))


def test_lock_with_a_reused_process_number_is_taken_over(path):
    """After a crash of the machine another program may have the number."""
    program = "import sys; print(flush=True); sys.stdin.read()"
    other = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    other.stdout.readline()  # one that has just begun has no command line yet, and counts as a daemon
    try:
        path.symlink_to(str(other.pid))
        _, _, results = acquire(path)
        assert results == [None]
    finally:
        other.stdin.close()
        other.wait()
        other.stdout.close()


def test_a_restart_waits_for_the_old_one_to_end(path, other_daemon):
    """And gives up when that takes too long."""
    path.symlink_to(str(other_daemon.pid))
    _, clock, results = acquire(path, timeout_s=5)
    clock.advance(1)
    assert results == []
    path.unlink()
    clock.advance(0.1)
    assert results == [None]
    path.unlink()
    path.symlink_to(str(other_daemon.pid))
    _, clock, results = acquire(path, timeout_s=5)
    clock.pump([0.05] * 110)
    assert isinstance(results[0].value, AlreadyRunningError)
    assert clock.getDelayedCalls() == []
