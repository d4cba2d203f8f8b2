"""Lines on their way to a reader that may be slow, or not read at all, for whom nobody here waits."""

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
"""Bytes waiting from which on a passing line takes the place of the passing line before it. A pipe holds as many
again."""
MAX_QUEUED_BYTES = 1024 * 1024
"""Bytes waiting from which on the program is asked to end: an hour of dictation."""
STALL_TIMEOUT = 2.0
"""Seconds without any progress after which an interrupted program leaves the rest unread."""


class LineQueue:
    """Writes lines from a thread of its own, in order, to standard output or by ``write``.

    As a context around the work, inside ``orderly_interrupt``: at its end everything is written first, however slow
    the reader; after an interruption for as long as the reader goes on reading. Raises OutputError there if a write
    failed, if lines stayed unread, or if too many were waiting (``most`` bytes). When one of these comes in the middle,
    the program is asked to end, as by Ctrl-C.
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
        """Have this line written soon. ``passing``: the next one of this kind says all that it says; while many lines
        wait, only the latest is kept."""
        with self._changed:
            if self._broken or (replaceable and self._failure is not None):
                return
            if replaceable and self._queued_bytes > HIGH_WATER_BYTES and self._lines and self._lines[-1][1]:
                self._queued_bytes -= len(self._lines.pop()[0])
            self._lines.append((line, replaceable))
            self._queued_bytes += len(line)
            self._changed.notify_all()
            if self._queued_bytes > self._max_bytes:
                self._fail(OutputError("nobody has read standard output for long; dictation has ended"))

    def stop_waiting(self) -> None:
        """At the end wait no longer than for a reader that reads."""
        self._is_stopping = True

    def __enter__(self) -> Self:
        # A daemon: it may wait for a reader who never comes.
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
            raise OutputError(f"nobody reads standard output: {format_count(unread, 'event')} lost")
        if self._failure is not None:
            raise self._failure

    def _wait_for_reader(self, timeout: float | None) -> int:
        """Until everything is written, or nothing has been for so long; how many lines are left."""
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
                os.kill(os.getpid(), signal.SIGINT)  # for the main thread, whichever this is


def _write_to_standard_output(data: bytes) -> int:
    """Past its buffer, whose lock would be waited for at the interpreter's end."""
    buffer = sys.stdout.buffer
    return int(getattr(buffer, "raw", buffer).write(data))
