"""Lines for a slow reader, written without blocking the reactor."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable
from typing import Self

from windictator.cli.io.output import format_count
from windictator.cli.io.streams import OutputError

HIGH_WATER_BYTES = 64 * 1024
"""Queue size from which a replaceable line replaces the one before it, in bytes: as much as a pipe holds."""
MAX_QUEUED_BYTES = 1024 * 1024
"""Queue size from which the program is asked to end, in bytes: an hour of dictation."""
STALL_TIMEOUT = 2.0
"""Time without progress after which an interrupted program drops unread lines, in seconds."""


class LineQueue:
    """Queue of lines that a thread of its own writes in order.

    write: writes bytes and returns how many were written; the default writes to standard output.
    max_bytes: maximum size of the queue (bytes).

    Use it as a context around the work, inside ``exits.raise_on_signal``. At its end all lines are written, however
    slow the reader is; after an interruption, only as long as the reader goes on reading. Raises OutputError at the end
    if a write failed, if lines stayed unread, or if the queue was full. If one of these happens earlier, the program is
    asked to end, as by Ctrl-C.
    """

    def __init__(self, write: Callable[[bytes], int] | None = None, max_bytes: int = MAX_QUEUED_BYTES) -> None:
        self._write = write or _write_to_standard_output
        self._max_bytes = max_bytes
        self._lines: deque[tuple[bytes, bool]] = deque()
        self._queued_bytes = 0
        self._writing = False
        self._ended = False
        self._failure: OutputError | None = None
        self._broken = False
        self._is_stopping = False
        self._changed = threading.Condition()

    def put(self, line: bytes, *, replaceable: bool = False) -> None:
        """Queue a line.

        replaceable: True if the next replaceable line contains all of its information; while the queue is large, only
            the latest one is kept.
        """
        with self._changed:
            if self._broken or (replaceable and self._failure is not None):
                return
            if replaceable and self._queued_bytes > HIGH_WATER_BYTES and self._lines and self._lines[-1][1]:
                self._queued_bytes -= len(self._lines.pop()[0])
            self._lines.append((line, replaceable))
            self._queued_bytes += len(line)
            self._changed.notify_all()
            if self._queued_bytes > self._max_bytes:
                self._fail(OutputError("standard output was not read for a long time; dictation has ended"))

    def stop_waiting(self) -> None:
        """Wait at the end only as long as the reader goes on reading."""
        self._is_stopping = True

    def __enter__(self) -> Self:
        # A daemon thread, because it may wait forever for a reader.
        threading.Thread(target=self._write_all, name="output", daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            unread = self._wait_for_reader(STALL_TIMEOUT if kind or self._is_stopping else None)
        except KeyboardInterrupt:
            unread = len(self._lines) + self._writing
        if kind is not None and not issubclass(kind, KeyboardInterrupt):
            return
        if unread:
            raise OutputError(f"standard output is not read: {format_count(unread, 'event')} lost")
        if self._failure is not None:
            raise self._failure

    def _wait_for_reader(self, timeout: float | None) -> int:
        """Wait until all lines are written, or none for ``timeout`` seconds, and return the number left."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()
            while self._lines or self._writing:
                if not self._changed.wait(timeout):
                    break
            return len(self._lines) + self._writing

    def _write_all(self) -> None:
        while True:
            with self._changed:
                while not self._lines:
                    if self._ended:
                        return
                    self._changed.wait()
                line = self._lines.popleft()[0]
                size = len(line)
                self._writing = True
            try:
                while line:
                    line = line[self._write(line) :]
            except OutputError as error:
                with self._changed:
                    self._lines.clear()
                    self._writing, self._broken = False, True
                    self._fail(error)
                    self._changed.notify_all()
                return
            with self._changed:
                self._queued_bytes -= size
                self._writing = False
                self._changed.notify_all()

    def _fail(self, error: OutputError) -> None:
        if self._failure is None:
            self._failure = error
            if not self._ended:
                os.kill(os.getpid(), signal.SIGINT)  # handled by the main thread


def _write_to_standard_output(data: bytes) -> int:
    """Write past the buffer of standard output, because the interpreter waits for its lock at the end."""
    buffer = sys.stdout.buffer
    return int(getattr(buffer, "raw", buffer).write(data))
