"""One daemon for each user and display."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from twisted.python.lockfile import FilesystemLock

from windictator.deferreds import Clock, pause
from windictator.errors import WinDictatorError

_POLL_INTERVAL_S = 0.05
"""Seconds between two attempts to take a lock that another process holds."""


class AlreadyRunningError(WinDictatorError):
    """Another daemon serves this display.

    ``pid``: the number of its process, 0 if it has just ended.
    """

    def __init__(self, pid: int) -> None:
        super().__init__(f"WinDictator already runs for this display (process {pid}); 'windictator stop' ends it")
        self.pid = pid


class InstanceLock:
    """A symbolic link at ``path`` that names the process which holds it (Twisted's FilesystemLock).

    A stale lock is taken over: one whose process has ended, or whose process number now belongs to another program.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._lock = FilesystemLock(os.fspath(path))  # type: ignore[no-untyped-call]

    async def acquire(self, timeout_s: float = 0.0) -> None:
        """Take the lock; wait up to ``timeout_s`` seconds for its holder to end. Raises AlreadyRunningError."""
        with _directory_lock(self._path.parent):
            if owner_pid(self._path) is None:
                with suppress(FileNotFoundError):
                    self._path.unlink()
            is_taken = self._try_lock()
        deadline = self._clock.seconds() + timeout_s
        while not is_taken and self._clock.seconds() < deadline:
            await pause(self._clock, _POLL_INTERVAL_S)
            is_taken = self._try_lock()
        if not is_taken:
            raise AlreadyRunningError(owner_pid(self._path) or 0)

    def _try_lock(self) -> bool:
        return bool(self._lock.lock())  # type: ignore[no-untyped-call]

    def release(self) -> None:
        """Release the lock; do nothing if it is not held."""
        if self._lock.locked:
            self._lock.unlock()  # type: ignore[no-untyped-call]


def owner_pid(path: Path) -> int | None:
    """Return the number of the process that holds the lock at ``path``; None if there is no such process."""
    try:
        pid = int(path.readlink().name)
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        state, parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:2]
    except (OSError, ValueError):
        return None
    if not command:  # it has just started or has ended; kernel threads have no command line either
        return pid if state not in "ZX" and parent not in ("0", "2") else None
    return pid if b"windictator" in command and b"start" in command else None


@contextmanager
def _directory_lock(folder: Path) -> Iterator[None]:
    """Hold a lock on ``folder``.

    Without it, two programs that find the same stale lock could both remove it: one would remove the other's new lock.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
