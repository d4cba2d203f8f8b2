"""Standard streams that are always open and report a failed write as one error."""

from __future__ import annotations

import errno
import io
import os
import sys

from windictator.errors import WinDictatorError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class OutputError(WinDictatorError):
    """Standard output is closed or full, or its reader has gone."""


class _StandardOutput(io.FileIO):
    """Descriptor 1; the first failed write raises OutputError.

    Later writes are dropped, so that neither a second report nor the interpreter's "Exception ignored" follows.
    """

    def __init__(self, closed: bool) -> None:
        super().__init__(1, "w", closefd=False)
        self._was_closed = closed
        self._has_failed = False

    def write(self, data: Any) -> int:
        if self._has_failed:
            return len(data)
        try:
            if self._was_closed:
                raise OSError(errno.EBADF, "closed")
            return super().write(data)
        except OSError as error:
            self._has_failed = True
            raise OutputError(f"cannot write to standard output: {error.strerror}") from None


class _StandardError(io.FileIO):
    """Descriptor 2; failed writes are dropped, because there is no stream left to report them on."""

    def write(self, data: Any) -> int:
        try:
            return super().write(data)
        except OSError:
            return len(data)


def install_safe_streams() -> None:
    """Replace ``sys.stdout`` and ``sys.stderr`` by streams that report a failed write as one error.

    A failed write to standard output raises OutputError; one to standard error is dropped.

    Open descriptors 0 to 2 on /dev/null if the parent closed them. Otherwise a socket opened later could get one of
    these numbers and receive the output.
    """
    closed = [fd for fd in (0, 1, 2) if not _is_open(fd)]
    for _ in closed:
        os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # takes the lowest free number
    if 0 in closed:
        sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    encoding = sys.stdout.encoding if sys.stdout else "utf-8"
    terminal = sys.stdout is not None and sys.stdout.isatty()
    # Characters that the locale's encoding lacks are written as their number instead of raising an error.
    output = io.BufferedWriter(_StandardOutput(1 in closed))
    sys.stdout = io.TextIOWrapper(output, encoding, "backslashreplace", line_buffering=terminal)
    errors = io.BufferedWriter(_StandardError(2, "w", closefd=False))
    sys.stderr = io.TextIOWrapper(errors, encoding, "backslashreplace", line_buffering=True)


def _is_open(fd: int) -> bool:
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True
