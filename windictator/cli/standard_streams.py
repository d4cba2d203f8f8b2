"""Standard input, output and error as the program needs them: present, and failing with one line."""

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
    """Standard output is closed, full or read by nobody any more."""


class _StandardOutput(io.FileIO):
    """Descriptor 1. The first write that fails raises OutputError; later ones are dropped, so that neither a second
    report nor the interpreter's "Exception ignored" at exit follows."""

    def __init__(self, closed: bool) -> None:
        super().__init__(1, "w", closefd=False)
        self._was_closed = closed
        self._has_failed = False

    def write(self, data: Any) -> int:
        if self._has_failed:
            return len(data)
        try:
            if self._was_closed:
                raise OSError(errno.EBADF, "it is closed")
            return super().write(data)
        except OSError as error:
            self._has_failed = True
            raise OutputError(f"cannot write to standard output: {error.strerror}") from None


class _StandardError(io.FileIO):
    """Descriptor 2. A write that fails is dropped: nobody is left to tell."""

    def write(self, data: Any) -> int:
        try:
            return super().write(data)
        except OSError:
            return len(data)


def install_safe_streams() -> None:
    """Replace ``sys.stdout`` and ``sys.stderr``: failing to write to the first raises OutputError, whoever writes; to
    the second, nothing.

    Descriptors 0 to 2 that the parent closed are opened on /dev/null: a socket opened later must not land there and
    receive what is printed.
    """
    closed = [fd for fd in (0, 1, 2) if not _is_open(fd)]
    for _ in closed:
        os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # takes the lowest free number
    if 0 in closed:
        sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    encoding = sys.stdout.encoding if sys.stdout else "utf-8"
    terminal = sys.stdout is not None and sys.stdout.isatty()
    # Characters that the locale's encoding lacks are shown by their number rather than refused.
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
