"""Programs that user commands start, without a shell and without waiting for their end."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from windictator.deferreds import Descriptors
from windictator.dictation.interfaces import ProgramError


class DetachedPrograms:
    """Starter of programs that go on when this process ends.

    Each runs in a session of its own, in the home folder, without input and output.
    """

    def __init__(self, descriptors: Descriptors) -> None:
        self._descriptors = descriptors

    def start(self, arguments: Sequence[str], on_failure: Callable[[str], None]) -> None:
        """Start a program, see ``dictation.interfaces.Programs``. Raises ProgramError."""
        home = Path(os.path.expanduser("~"))  # noqa: PTH111 - never raises, unlike Path.home()
        program = arguments[0]
        try:
            process = subprocess.Popen(
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=home if home.is_dir() else "/",
                start_new_session=True,
            )
        except (OSError, ValueError) as error:  # ValueError: an argument that cannot be passed
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise ProgramError(f"{program!r} cannot be started: {reason}") from None
        with suppress(OSError):  # no descriptor is left: subprocess reaps it when it starts another program
            self._descriptors.addReader(_ProgramWatcher(self._descriptors, process, program, on_failure))


class _ProgramWatcher:
    """Watcher of one program: reaps it when it ends, and reports a failure."""

    def __init__(
        self,
        descriptors: Descriptors,
        process: subprocess.Popen[bytes],
        program: str,
        on_failure: Callable[[str], None],
    ) -> None:
        """Begin to watch the program. Raises OSError."""
        self._descriptors = descriptors
        self._process = process
        self._program = program
        self._on_failure = on_failure
        self._descriptor = os.pidfd_open(process.pid)

    def fileno(self) -> int:
        """Return the descriptor that is readable when the program has ended."""
        return self._descriptor

    def doRead(self) -> None:
        """Reap the program and report a failure."""
        status = self._process.poll()
        if status is None:
            return
        self.connectionLost(None)
        if status > 0:
            self._on_failure(f"{self._program!r} ended with status {status}")
        elif status < 0:
            self._on_failure(f"{self._program!r} was ended by {_signal_name(-status)}")

    def connectionLost(self, _reason: object) -> None:
        """Stop watching the program."""
        self._descriptors.removeReader(self)
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def logPrefix(self) -> str:
        """Return the name that Twisted logs."""
        return "program"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # real-time signals
        return f"signal {number}"
