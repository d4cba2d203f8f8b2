"""One daemon for each user and display."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from twisted.internet.defer import DeferredFilesystemLock, TimeoutError

from windictator.deferreds import Clock
from windictator.errors import WinDictatorError


class AlreadyRunningError(WinDictatorError):
    """Another daemon serves this display. ``pid``: its process, 0 if it has ended meanwhile."""

    def __init__(self, pid: int) -> None:
        super().__init__(f"WinDictator already runs for this display (process {pid}); 'windictator stop' ends it")
        self.pid = pid


class InstanceLock:
    """A symbolic link at ``path`` that names the process which holds it (Twisted's DeferredFilesystemLock).

    A lock whose process is gone is taken over, and so is one whose process number belongs to some other program by now.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._lock: DeferredFilesystemLock | None = None

    async def acquire(self, timeout: float = 0.0) -> None:
        """Take the lock; wait ``patience`` seconds for its holder to end. Raises AlreadyRunning."""
        lock = DeferredFilesystemLock(os.fspath(self._path), scheduler=self._clock)  # type: ignore[arg-type]
        lock._interval = 0.05  # type: ignore[assignment]
        with _directory_lock(self._path.parent):
            if owner_pid(self._path) is None:
                with suppress(FileNotFoundError):
                    self._path.unlink()
            got = lock.lock()  # type: ignore[no-untyped-call]
        if not got and timeout > 0:
            with suppress(TimeoutError):
                await lock.deferUntilLocked(timeout=timeout)
        if not lock.locked:
            raise AlreadyRunningError(owner_pid(self._path) or 0)
        self._lock = lock

    def release(self) -> None:
        """Let go of it; nothing where it is not held."""
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.unlock()  # type: ignore[no-untyped-call]


def owner_pid(path: Path) -> int | None:
    """The process that holds the lock at ``path``; None where none does."""
    try:
        pid = int(path.readlink().name)
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        state, parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:2]
    except (OSError, ValueError):
        return None
    if not command:  # it has just begun or has ended; the kernel's own threads have none either
        return pid if state not in "ZX" and parent not in ("0", "2") else None
    return pid if b"windictator" in command and b"start" in command else None


@contextmanager
def _directory_lock(folder: Path) -> Iterator[None]:
    """Two programs that find the same stale lock must not both remove it: one would remove the other's new one."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
