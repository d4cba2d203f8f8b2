"""Start of the daemon in the background, and its report to the program that started it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress

from windictator.errors import WinDictatorError

READY_VARIABLE = "WINDICTATOR_READY_FD"
"""Environment variable with the descriptor to which a daemon in the background reports once."""


class StartError(WinDictatorError):
    """The daemon ended before it was ready, with the reason that it reported, if any."""

    def __init__(self, reason: str, exit_status: int = 1) -> None:
        super().__init__(reason)
        self.exit_status = exit_status


def start_in_background(arguments: Sequence[str]) -> dict[str, object]:
    """Run ``windictator ARGUMENTS`` in a new session, without a terminal, and wait for its report.

    Return the report. Raises StartError; raises KeyboardInterrupt after it has sent SIGTERM to the daemon.
    """
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as reports:
        try:
            process = subprocess.Popen(
                [sys.executable, "-m", "windictator", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env={**os.environ, READY_VARIABLE: str(writing)},
                pass_fds=[writing],
                start_new_session=True,
            )
        finally:
            os.close(writing)
        try:
            report = reports.read()
        except KeyboardInterrupt:
            process.send_signal(signal.SIGTERM)
            process.wait()
            raise
    try:
        answer = json.loads(report)
    except ValueError:
        raise StartError(f"the daemon ended before it was ready (status {process.wait()})") from None
    if "error" in answer:
        process.wait()
        raise StartError(str(answer["error"]), int(answer["exit_status"]))
    process.returncode = 0  # it goes on running, so its status is not collected
    return dict(answer)


class ReadyReport:
    """The report of a daemon to the program that started it, sent once."""

    def __init__(self) -> None:
        descriptor = os.environ.pop(READY_VARIABLE, "")
        self._descriptor = int(descriptor) if descriptor.isdigit() else None
        if self._descriptor is not None:
            os.set_inheritable(self._descriptor, False)

    @property
    def is_background(self) -> bool:
        """Whether the daemon runs in the background, so that its starter waits for the report."""
        return self._descriptor is not None

    def ready(self, **values: object) -> None:
        """Report that the daemon can dictate; ``values`` is its state."""
        self._report(values)

    def failed(self, reason: str, exit_status: int) -> None:
        """Report that the daemon could not start."""
        self._report({"error": reason, "exit_status": exit_status})

    def _report(self, values: dict[str, object]) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is None:
            return
        with suppress(BrokenPipeError), os.fdopen(descriptor, "wb") as stream:  # the starter may have ended
            stream.write(json.dumps(values).encode() + b"\n")
