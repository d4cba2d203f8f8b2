"""Records, kept outside this process, of how to restore what it changes on the display."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

from twisted.internet.defer import Deferred, succeed

from windictator.x11 import requests, xkb
from windictator.x11.connection import XConnection

_PROGRAM = Path(__file__).with_name("guardian.py")

NAME_PREFIX = "_WINDICTATOR_WILL_"
"""Beginning of the name of a property of the root window; a window of the program that wrote it follows (id in hex).

The program runs as long as that window has a property of the same name that holds the record's token.
"""
TOKEN = "token"

LOCKS = "locks"
"""Part of a record: [modifiers, values, group]. Of the mask ``modifiers``, ``values`` were locked.

``group`` was locked too unless None is given.
"""
KEYS = "keys"
"""Part of a record: keycodes that are down."""
CONTROLS = "controls"
"""Part of a record: mask of the keyboard accessibility controls that were turned off on the XTEST keyboard."""
KEYCODES = "keycodes"
"""Part of a record: symbol maps by keycode (as text), each as in SetMap, in hex.

The first is the original one, the others are those that may have replaced it.
"""


class RecoveryRecord:
    """X requests that restore everything this process has changed, kept by a guardian process that outlives it.

    The guardian is started by the first temporary change, and when text is erased for the first time. Plain text on a
    plain keyboard changes nothing. The guardian may be killed too, as when a whole session ends. So the same record is
    written on the root window, where the next run finds it (``stale_state``). ``start`` must have finished before
    ``write`` is called.
    """

    def __init__(self, connection: XConnection, xkb_major: int) -> None:
        self._connection = connection
        self._preamble = xkb.use_extension(xkb_major)
        self._parts: dict[str, tuple[bytes, object]] = {}
        self._guardian: subprocess.Popen[bytes] | None = None
        self._window = connection.new_id()
        self._window_exists = False
        self._token = os.urandom(8).hex()
        self._property = 0
        self._cleared: Deferred[bytes] = succeed(b"")

    async def start(self) -> None:
        """Get a name for the property on the root window. Raises ConnectionLostError."""
        self._property = await self._connection.atom(f"{NAME_PREFIX}{self._window:X}")

    def write(self, part: str, undo_requests: bytes, record: object) -> None:
        """Record that ``undo_requests`` restore what ``part`` names; b"" if it is restored already.

        ``record``: the same as JSON, see the names of the parts. When this returns, the guardian has the requests even
        if this process is killed at once: they are in its pipe. The X server gets the record before everything that
        this connection sends next.
        """
        before, recorded = self._parts.get(part, (b"", None))
        if before != undo_requests:
            self._parts[part] = undo_requests, record
            if self._guardian is None:
                self._guardian = self._start_guardian()
            undo = b"".join(undo for undo, _ in self._parts.values())
            if undo:
                undo += remove_request(self._connection.root, self._property) + requests.GET_INPUT_FOCUS
            self._send_to_guardian(b"W", undo)
            self._write_to_server()
        elif undo_requests and recorded != record:  # other characters on the same keycodes
            self._parts[part] = undo_requests, record
            self._write_to_server()

    def set_input_frozen(self, is_frozen: bool) -> None:
        """Tell the guardian whether the server holds back the user's input now.

        While it does, the guardian makes sure that this process keeps running.
        """
        if self._guardian is None:
            self._guardian = self._start_guardian()
        self._send_to_guardian(b"F", b"1" if is_frozen else b"")

    def cleared(self) -> Deferred[bytes]:
        """Fire when the X server has removed the record that was withdrawn last, at once if there was none.

        The connection must stay open until then, because the server may discard what it has not read from a closed
        one.
        """
        return self._cleared

    def close(self) -> None:
        """Let the guardian end; first it restores what is still changed, because a server may have hung."""
        guardian, self._guardian = self._guardian, None
        if guardian is None:
            return
        is_changed = any(undo for undo, _ in self._parts.values())
        if not is_changed:
            with contextlib.suppress(OSError):
                _send(guardian, b"E", b"")
        assert guardian.stdin is not None
        with contextlib.suppress(OSError):
            guardian.stdin.close()
        if not is_changed:
            guardian.wait()

    def _write_to_server(self) -> None:
        connection = self._connection
        records = {part: record for part, (undo, record) in self._parts.items() if undo}
        if not records:
            connection.send(remove_request(connection.root, self._property))
            self._cleared = connection.request(requests.GET_INPUT_FOCUS).addErrback(lambda _: b"")
            return
        if not self._window_exists:
            self._window_exists = True
            connection.send(requests.create_hidden_window(self._window, connection.root))
            connection.send(requests.change_string_property(self._window, self._property, self._token.encode()))
        record = json.dumps({TOKEN: self._token, **records}).encode()
        connection.send(requests.change_string_property(connection.root, self._property, record))

    def _start_guardian(self) -> subprocess.Popen[bytes]:
        guardian = subprocess.Popen(
            [sys.executable, "-I", "-S", str(_PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
        )
        _send(guardian, b"A", json.dumps(self._connection.address).encode())
        _send(guardian, b"S", self._connection.setup_request)
        _send(guardian, b"P", self._preamble)
        _send(guardian, b"C", claim_request(self._connection.root, self._property))
        _send(guardian, b"T", self._token.encode())
        return guardian

    def _send_to_guardian(self, kind: bytes, body: bytes) -> None:
        assert self._guardian is not None
        try:
            _send(self._guardian, kind, body)
        except OSError:
            # The guardian was killed, so another one replaces it.
            self._guardian.wait()
            self._guardian = self._start_guardian()
            _send(self._guardian, kind, body)


def claim_request(root: int, name: int) -> bytes:
    """Return requests that hold the server and read the record: only one process finds there what it expects."""
    return requests.GRAB_SERVER + requests.get_property(root, name)


def remove_request(root: int, name: int) -> bytes:
    """Return the request that removes the record."""
    return requests.delete_property(root, name)


def _send(guardian: subprocess.Popen[bytes], kind: bytes, body: bytes) -> None:
    assert guardian.stdin is not None
    guardian.stdin.write(kind + len(body).to_bytes(4, "big") + body)
    guardian.stdin.flush()
