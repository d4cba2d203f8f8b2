"""Programs that a user's own commands start: never through a shell, never waited for, gone without a trace."""

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
    """Starts programs in sessions of their own, without input and output, in the home folder. They live on when this
    process ends."""

    def __init__(self, descriptors: Descriptors) -> None:
        self._descriptors = descriptors

    def start(self, arguments: Sequence[str], on_failure: Callable[[str], None]) -> None:
        """See ``windictator.ports.Programs``."""
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
        except (OSError, ValueError) as error:  # ValueError: what no argument can be
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise ProgramError(f"{program!r} cannot be started: {reason}") from None
        with suppress(OSError):  # no descriptor is left: subprocess reaps it when it starts the next one
            self._descriptors.addReader(_ProgramWatcher(self._descriptors, process, program, on_failure))


class _ProgramWatcher:
    """Waits for the end of one program: reaps it, and tells how it ended."""

    def __init__(
        self,
        descriptors: Descriptors,
        process: subprocess.Popen[bytes],
        program: str,
        on_failure: Callable[[str], None],
    ) -> None:
        """Raises OSError."""
        self._descriptors = descriptors
        self._process = process
        self._program = program
        self._on_failure = on_failure
        self._descriptor = os.pidfd_open(process.pid)

    def fileno(self) -> int:
        return self._descriptor

    def doRead(self) -> None:
        status = self._process.poll()
        if status is None:
            return
        self.connectionLost(None)
        if status > 0:
            self._on_failure(f"{self._program!r} ended with status {status}")
        elif status < 0:
            self._on_failure(f"{self._program!r} was ended by {_signal_name(-status)}")

    def connectionLost(self, _reason: object) -> None:
        """No more is to be told."""
        self._descriptors.removeReader(self)
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def logPrefix(self) -> str:
        return "program"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # real-time signals
        return f"signal {number}"
