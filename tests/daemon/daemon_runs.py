"""A daemon in the foreground as a process of its own, and what it says on its control socket."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

TIMEOUT_S = 30.0
"""Seconds for anything; a machine under load is slow, a test never waits for time to pass."""

TEXT_RECOGNIZER = ("--recognizer", "text")
"""Options of a daemon without sound, which is told what is said."""


class DaemonRun:
    """``windictator start --foreground``; ready when entered, if it can be."""

    def __init__(self, environment: Mapping[str, str], *options: str, module: str = "windictator") -> None:
        """``module``: a program that becomes ``windictator`` in the end."""
        self.environment = dict(environment)
        reading, writing = os.pipe()
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, "start", "--foreground", *(options or TEXT_RECOGNIZER)],
            env={**environment, "WINDICTATOR_READY_FD": str(writing)},
            pass_fds=[writing],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        os.close(writing)
        self._report = os.fdopen(reading, "rb")
        self.report: dict[str, Any] = {}
        self._errors: str | None = None

    def __enter__(self) -> Self:
        try:
            self.wait_until_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.standard_error()
        self._report.close()

    def wait_until_ready(self) -> None:
        """Wait for its report. Raises AssertionError where it ends before."""
        assert select.select([self._report], [], [], TIMEOUT_S)[0], "the daemon says nothing"
        line = self._report.readline()
        self.report = json.loads(line) if line else {}
        assert self.report and "error" not in self.report, f"not started: {self.report} {self.standard_error()}"

    @property
    def socket_path(self) -> Path:
        """Its control socket."""
        (path,) = Path(self.environment["XDG_RUNTIME_DIR"], "windictator").glob("*.sock")
        return path

    @property
    def settings_file(self) -> Path:
        """Its user's settings."""
        return Path(self.environment["HOME"], ".config/windictator/windictator.toml")

    def connect(self) -> ControlConnection:
        """A connection to its control socket."""
        return ControlConnection(self.socket_path)

    def request(self, verb: str, **arguments: Any) -> dict[str, Any]:
        """Ask, and return the reply."""
        with self.connect() as talk:
            return talk.request(verb, **arguments)

    def run_windictator(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the command line beside it."""
        return run_windictator(self.environment, *arguments)

    def terminate(self, signal_number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end by a signal; its exit status."""
        self.process.send_signal(signal_number)
        return self.wait()

    def wait(self) -> int:
        """Wait for its end; its exit status."""
        return self.process.wait(TIMEOUT_S)

    def standard_error(self) -> str:
        """Its standard error, once it has ended."""
        if self._errors is None:
            _, errors = self.process.communicate(timeout=TIMEOUT_S)
            self._errors = errors.decode()
        return self._errors

    @property
    def children(self) -> list[int]:
        """Its child processes."""
        found = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(child) for child in found.split()]


class ControlConnection:
    """One connection to a control socket."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(TIMEOUT_S)
        self._socket.connect(str(path))
        self._unread = b""
        self._number = 0
        self.events: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send_request(self, verb: str, **arguments: Any) -> int:
        """Send a request; its number."""
        self._number += 1
        request = {"v": 2, "id": self._number, "verb": verb, **arguments}
        self._socket.sendall(json.dumps(request).encode() + b"\n")
        return self._number

    def request(self, verb: str, **arguments: Any) -> dict[str, Any]:
        """Send a request and wait for its reply; events that come before are kept."""
        number = self.send_request(verb, **arguments)
        while (message := self.read()).get("id") != number:
            self.events.append(message)
        return message

    def wait_for_event(self, kind: str, **fields: Any) -> dict[str, Any]:
        """The next event of this kind and content."""
        while True:
            event = self.read()
            self.events.append(event)
            if event.get("event") == kind and all(event.get(name) == value for name, value in fields.items()):
                return event

    def read(self) -> dict[str, Any]:
        """The next message. Raises AssertionError at the end of the connection."""
        while b"\n" not in self._unread:
            piece = self._socket.recv(65536)
            assert piece, f"the connection was closed after {self.events[-5:]}"
            self._unread += piece
        line, self._unread = self._unread.split(b"\n", 1)
        message: dict[str, Any] = json.loads(line)
        return message


def run_windictator(environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line."""
    return subprocess.run(
        [sys.executable, "-m", "windictator", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=2 * TIMEOUT_S,
        check=False,
        stdin=subprocess.DEVNULL,
    )
