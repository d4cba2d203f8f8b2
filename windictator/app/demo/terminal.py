"""The demonstration's window: an xterm with a reader that reports what has arrived."""

from __future__ import annotations

import contextlib
import json
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from windictator.errors import WinDictatorError

START_TIMEOUT_S = 30.0
"""Maximum time until the terminal appears, in seconds; a third of a second is usual."""

_CELLS = "72x12"
_FONT, _POINTS = "DejaVu Sans Mono", 16


class TerminalError(WinDictatorError):
    """The demonstration's terminal is not installed, did not start or has gone."""


class Terminal:
    """A running terminal. ``window``: id of its window; ``text``: what has arrived so far."""

    def __init__(self, process: subprocess.Popen[bytes], reader: socket.socket) -> None:
        self.text = ""
        self.window = 0
        self._process = process
        self._reader = reader
        self._partial_line = b""
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self.window:
            self._process_lines(self._receive(deadline))

    def wait_for(self, text: str, timeout: float) -> bool:
        """Wait until the terminal contains exactly ``text``; return False after ``timeout`` seconds without it.

        Raises TerminalError if the terminal has ended.
        """
        deadline = time.monotonic() + timeout
        while self.text != text:
            piece = self._receive(deadline)
            if not piece:
                return False
            self._process_lines(piece)
        return True

    def _receive(self, deadline: float) -> bytes:
        """Return the next bytes from the reader, b"" after the deadline."""
        readable, _, _ = select.select([self._reader], [], [], max(0.0, deadline - time.monotonic()))
        if not readable:
            return b""
        if piece := self._reader.recv(65536):
            return piece
        raise TerminalError("the demonstration's terminal has ended")

    def _process_lines(self, piece: bytes) -> None:
        if not piece:
            raise TerminalError("the demonstration's terminal shows nothing")
        *lines, self._partial_line = (self._partial_line + piece).split(b"\n")
        for line in lines:
            message: dict[str, Any] = json.loads(line)
            self.window = message.get("window", self.window)
            self.text = message.get("text", self.text)


@contextlib.contextmanager
def open_terminal(environment: Mapping[str, str]) -> Iterator[Terminal]:
    """Open an xterm with a large font on the display of ``environment``; close it at the end of the block.

    Raises TerminalError.
    """
    xterm = shutil.which("xterm", path=environment.get("PATH", "/usr/bin:/bin"))
    if xterm is None:
        raise TerminalError("xterm is not installed (Debian and Ubuntu: apt-get install xterm)")
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="windictator-terminal-"))
        listening = stack.enter_context(socket.socket(socket.AF_UNIX))
        listening.bind(str(Path(folder, "reader")))
        listening.listen()
        log = stack.enter_context(Path(folder, "log").open("w+b"))
        # -I: neither the environment nor the current folder may replace the reader's modules.
        reader = [sys.executable, "-I", str(Path(__file__).with_name("reader.py")), str(Path(folder, "reader"))]
        process = subprocess.Popen(
            [
                *(xterm, "-u8", "-T", "WinDictator demonstration", "-geometry", f"{_CELLS}+0+0", "+sb", "-b", "8"),
                *("-fa", _FONT, "-fs", str(_POINTS), "-bg", "#fbfaf5", "-fg", "#1d2733", "-cr", "#c0392b"),
                *("-e", *reader),
            ],
            env={**environment, "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        stack.callback(_terminate, process)
        yield Terminal(process, stack.enter_context(_accept(listening, process, log)))


def _accept(listening: socket.socket, process: subprocess.Popen[bytes], log: Any) -> socket.socket:
    """Return the connection of the reader. Raises TerminalError."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while not select.select([listening], [], [], 0.1)[0]:
        if process.poll() is not None or time.monotonic() > deadline:
            log.seek(0)
            said = log.read().decode(errors="replace").strip().splitlines() or ["it said nothing"]
            raise TerminalError(f"xterm did not start: {said[-1]}")
    return listening.accept()[0]


def _terminate(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
