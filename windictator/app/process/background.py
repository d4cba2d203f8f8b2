"""Starts the daemon in the background, and tells its starter whether it can dictate."""

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
"""Environment variable with the descriptor that a daemon in the background reports to, once."""


class StartError(WinDictatorError):
    """The daemon ended before it was ready; its own words where it had any."""

    def __init__(self, reason: str, exit_status: int = 1) -> None:
        super().__init__(reason)
        self.exit_status = exit_status


def start_in_background(arguments: Sequence[str]) -> dict[str, object]:
    """Run ``windictator ARGUMENTS`` in a session of its own, without a terminal, and wait until it reports.

    Returns what it reports. Raises NotStarted; KeyboardInterrupt, after the daemon has been told to end.
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
    process.returncode = 0  # it lives on; nobody here waits for it
    return dict(answer)


class ReadyReport:
    """What a daemon tells the program that started it, once."""

    def __init__(self) -> None:
        descriptor = os.environ.pop(READY_VARIABLE, "")
        self._descriptor = int(descriptor) if descriptor.isdigit() else None
        if self._descriptor is not None:
            os.set_inheritable(self._descriptor, False)

    @property
    def is_background(self) -> bool:
        """Whether somebody waits for it: the daemon runs in the background."""
        return self._descriptor is not None

    def ready(self, **values: object) -> None:
        """It can dictate."""
        self._report(values)

    def failed(self, reason: str, exit_status: int) -> None:
        """It could not start."""
        self._report({"error": reason, "exit_status": exit_status})

    def _report(self, values: dict[str, object]) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is None:
            return
        with suppress(BrokenPipeError), os.fdopen(descriptor, "wb") as stream:  # the starter may be gone
            stream.write(json.dumps(values).encode() + b"\n")
