"""Tells the guardian what is borrowed, before it is."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from pathlib import Path

from windictator.x11 import xkb
from windictator.x11.connection import Connection

_PROGRAM = Path(__file__).with_name("guardian.py")


class LastWill:
    """The X requests that undo everything borrowed, kept by a guardian process that outlives this one.

    The guardian is started by the first loan: plain text on a plain keyboard borrows nothing.
    """

    def __init__(self, connection: Connection, xkb_major: int) -> None:
        self._connection = connection
        self._preamble = xkb.use_extension(xkb_major)
        self._parts: dict[str, bytes] = {}
        self._guardian: subprocess.Popen[bytes] | None = None

    def write(self, part: str, requests: bytes) -> None:
        """From now on ``requests`` undo what ``part`` names; empty: nothing of it is borrowed any more.

        When this returns the guardian has them, even if this process is killed at once: they are in its pipe.
        """
        if self._parts.get(part, b"") == requests:
            return
        self._parts[part] = requests
        if self._guardian is None:
            self._guardian = self._start()
        self._tell(b"W", b"".join(self._parts.values()))

    def close(self) -> None:
        """All is given back: let the guardian go."""
        guardian, self._guardian = self._guardian, None
        if guardian is None:
            return
        with contextlib.suppress(OSError):
            _send(guardian, b"E", b"")
        assert guardian.stdin is not None
        with contextlib.suppress(OSError):
            guardian.stdin.close()
        guardian.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        guardian = subprocess.Popen(
            [sys.executable, "-I", "-S", str(_PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
        )
        _send(guardian, b"A", json.dumps(self._connection.address).encode())
        _send(guardian, b"S", self._connection.setup)
        _send(guardian, b"P", self._preamble)
        return guardian

    def _tell(self, kind: bytes, body: bytes) -> None:
        assert self._guardian is not None
        try:
            _send(self._guardian, kind, body)
        except OSError:
            # Somebody killed the guardian; another one takes its place.
            self._guardian.wait()
            self._guardian = self._start()
            _send(self._guardian, kind, body)


def _send(guardian: subprocess.Popen[bytes], kind: bytes, body: bytes) -> None:
    assert guardian.stdin is not None
    guardian.stdin.write(kind + len(body).to_bytes(4, "big") + body)
    guardian.stdin.flush()
