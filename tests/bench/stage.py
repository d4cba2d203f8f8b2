"""Where everything is typed: one private X server, and in it one bare window that has the focus."""

from __future__ import annotations

import contextlib
import itertools
import operator
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.x11.clients.client import COUNTED, RawWindow
from tests.x11.server import XServer

TIMEOUT = 120.0
"""Seconds for one program; the slowest here takes some 20."""

WINDICTATOR = (
    [str(Path(sys.executable).with_name("windictator"))]
    if Path(sys.executable).with_name("windictator").exists()
    else [sys.executable, "-m", "windictator"]
)
"""The command as a user starts it."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A program that has ended. ``seconds``: from its start to its end; ``cpu``: seconds of processor that it and its
    own children took. ``problem``: how it failed, "" if it did not.
    """

    seconds: float
    cpu: float
    output: str
    problem: str


class Window(RawWindow):
    """The window that everything is typed into."""

    @property
    def pid(self) -> int:
        """Number of its program's process."""
        return self._running().pid


@dataclass(frozen=True, slots=True)
class Stage:
    """The server, the window, and the environment that programs are started in: a profile for the window, no other
    settings, no models.
    """

    server: XServer
    window: Window
    environment: dict[str, str]
    folder: Path

    def type_by(self, command: Sequence[str], text: str) -> Finished:
        """Run a program that types ``text`` into the window; a text that arrives otherwise is a problem."""
        self.window.clear()
        finished = self.run(command)
        return Finished(finished.seconds, finished.cpu, finished.output, finished.problem or self.what_is_wrong(text))

    def run(self, command: Sequence[str]) -> Finished:
        """Run a program to its end, standard input empty."""
        before = _cpu_of_children()
        begin = time.perf_counter()
        output, problem = "", ""
        try:
            done = subprocess.run(
                command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=TIMEOUT,
            )
            output = done.stdout
            if done.returncode:
                said = done.stderr.strip().splitlines()
                problem = f"status {done.returncode}: {said[-1] if said else 'no reason given'}"
        except subprocess.TimeoutExpired:
            problem = f"not ended after {TIMEOUT:g} s"
        return Finished(time.perf_counter() - begin, _cpu_of_children() - before, output, problem)

    @contextlib.contextmanager
    def side_by_side(self) -> Iterator[None]:
        """Inside the block the server and what is started from here share one processor, and the window's program has
        another, if there is one.

        A keystroke is a few messages to and fro. Where the scheduler puts the two ends, and how long a processor that
        has gone idle takes to wake up, which in a virtual machine is long, would otherwise make more difference
        from one run to the next than the programs that are compared.
        """
        server, window = self.server.virtual_display.process.pid, self.window.pid
        everywhere = os.sched_getaffinity(0)
        one, *others = sorted(everywhere)
        try:
            os.sched_setaffinity(server, {one})
            os.sched_setaffinity(window, set(others) or {one})
            os.sched_setaffinity(0, {one})
            yield
        finally:
            for process in (server, window, 0):
                os.sched_setaffinity(process, everywhere)

    def what_is_wrong(self, expected: str) -> str:
        """How the text in the window differs from ``expected``, "" if it does not."""
        return difference(expected, self.window.text())


@contextlib.contextmanager
def open_stage() -> Iterator[Stage]:
    """The stage, from the server's start to its end."""
    server = XServer()
    server.start()
    try:
        with server.virtual_display.in_this_process(), tempfile.TemporaryDirectory(prefix="bench-") as folder:
            window = Window(server)
            try:
                window.start()
                yield Stage(server, window, _environment(server, folder), Path(folder))
            finally:
                window.stop()
    finally:
        server.stop()


def x_server_version(server: XServer) -> str:
    """Vendor and release as the server itself names them."""
    info: Any = server.display.display.info
    return f"{info.vendor} {info.release_number}"


def difference(expected: str, arrived: str) -> str:
    """How ``arrived`` differs from ``expected``, in a few words, "" if it does not."""
    if arrived == expected:
        return ""
    same = sum(1 for _ in itertools.takewhile(operator.truth, map(operator.eq, expected, arrived)))
    return f"WRONG TEXT: {len(arrived)} of {len(expected)} characters, other than meant from character {same + 1} on"


def _environment(server: XServer, folder: str) -> dict[str, str]:
    profiles = Path(folder, ".config", "windictator", "profiles.toml")
    profiles.parent.mkdir(parents=True)
    profiles.write_text(COUNTED)
    environment = {
        name: value
        for name, value in server.environment().items()
        if not name.startswith(("XDG_", "VOSK_", "WINDICTATOR_", "DBUS_", "PYTHON"))
    }
    return environment | {"HOME": folder, "XDG_RUNTIME_DIR": folder}


def _cpu_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
