"""Process of ``serve``, and a connection to it without the client that is tested."""

from __future__ import annotations

import contextlib
import json
import select
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[3]


@contextlib.contextmanager
def serving(path: Path, *settings: str) -> Iterator[subprocess.Popen[str]]:
    """A server at ``path``; killed at the end, unless it has ended."""
    process = start(path, *settings)
    try:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def start(path: Path, *settings: str) -> subprocess.Popen[str]:
    """The process, without waiting for anything."""
    command = [sys.executable, "-m", "tests.app.control.serve", str(path), *settings]
    return subprocess.Popen(
        command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )


class Wire:
    """Connection that sends and reads raw lines, valid or not."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self.socket.connect(str(path))  # waits where the queue is full; with a timeout it would fail
        except OSError:
            self.socket.close()
            raise
        self.socket.settimeout(20)  # of a test that fails
        self._file = self.socket.makefile("rb")

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_error: object) -> None:
        self._file.close()
        self.socket.close()

    def send(self, data: bytes) -> None:
        """These very bytes."""
        self.socket.sendall(data)

    def ask(self, id: int, verb: str, **arguments: object) -> None:
        """A right request."""
        self.send(json.dumps({"v": 2, "id": id, "verb": verb, **arguments}).encode() + b"\n")

    def read(self) -> dict[str, Any] | None:
        """The next message, None at the end, in whatever way the server closed the connection."""
        try:
            line = self._file.readline()
        except ConnectionResetError:
            return None
        return json.loads(line) if line else None

    def lines(self) -> Iterator[bytes]:
        """What can still be read, whole lines or not, until the connection ends or breaks."""
        with contextlib.suppress(ConnectionResetError):
            yield from self._file

    def answered_within(self, seconds: float) -> bool:
        """Whether something can be read, now or so soon."""
        return bool(select.select([self.socket], [], [], seconds)[0])

    def call(self, verb: str, **arguments: object) -> dict[str, Any]:
        """The reply to a right request."""
        self.ask(1, verb, **arguments)
        reply = self.read()
        assert reply is not None
        return reply
