"""Tells the guardian, and the X server itself, what is borrowed, before it is."""

from __future__ import annotations

import contextlib
import json
import os
import struct
import subprocess
import sys
from pathlib import Path

from twisted.internet.defer import Deferred, succeed

from windictator.x11 import xkb
from windictator.x11.connection import XConnection
from windictator.x11.requests import change_string_property, create_hidden_window

_PROGRAM = Path(__file__).with_name("guardian.py")
_DELETE_PROPERTY, _GET_PROPERTY = 19, 20
_GRAB_SERVER, _GET_INPUT_FOCUS = struct.pack("=BxH", 36, 1), struct.pack("=BxH", 43, 1)
_MAX_PROPERTY_UNITS = 1 << 20

#: A property of the root window has this name, followed by the id of a window of the program that wrote it (hex).
#: The program lives as long as that window has a property of the same name with the will's token in it.
NAME_PREFIX = "_WINDICTATOR_WILL_"
TOKEN = "token"

#: The parts of a will, and what the record of each is.
LOCKS = "locks"
"""[modifiers, values, group]: of the mask ``modifiers``, ``values`` were locked, and so was ``group`` unless None."""
KEYS = "keys"
"""Keycodes that are down."""
CONTROLS = "controls"
"""Mask of the keyboard accessibility controls that were turned off on the XTEST keyboard."""
KEYCODES = "keycodes"
"""By keycode (as text): what it carried, then whatever has been lent to it; each a symbol map as in SetMap, in hex."""


class RecoveryRecord:
    """The X requests that undo everything borrowed, kept by a guardian process that outlives this one.

    The guardian is started by the first loan, and when text is erased first: plain text on a plain keyboard borrows
    nothing. Should the guardian die
    too, as when a whole session is killed, the same is written on the root window, where the next run finds it
    (``leftovers``). ``start`` must have finished before ``write`` is called.
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
        """Get a name for the property on the root window. Raises ConnectionLost."""
        self._property = await self._connection.atom(f"{NAME_PREFIX}{self._window:X}")

    def write(self, part: str, requests: bytes, record: object) -> None:
        """From now on ``requests`` undo what ``part`` names; empty: nothing of it is borrowed any more.

        ``record``: the same as JSON, see the names of the parts. When this returns the guardian has the requests, even
        if this process is killed at once: they are in its pipe. The X server gets the record before whatever this
        connection sends next.
        """
        before, recorded = self._parts.get(part, (b"", None))
        if before != requests:
            self._parts[part] = requests, record
            if self._guardian is None:
                self._guardian = self._start_guardian()
            undo = b"".join(undo for undo, _ in self._parts.values())
            self._send_to_guardian(b"W", undo and undo + remove_request(self._connection.root, self._property))
            self._write_to_server()
        elif requests and recorded != record:  # other characters, lent to the same keycodes
            self._parts[part] = requests, record
            self._write_to_server()

    def set_input_frozen(self, is_frozen: bool) -> None:
        """Tell the guardian that the user's input is kept back from now on, or not any more: it sees to it that this
        process goes on."""
        if self._guardian is None:
            self._guardian = self._start_guardian()
        self._send_to_guardian(b"F", b"1" if is_frozen else b"")

    def cleared(self) -> Deferred[bytes]:
        """Fires when the X server has removed the will that was withdrawn last, at once if there was none.

        To be waited for before the connection is closed: what is left in it then, the server may throw away.
        """
        return self._cleared

    def close(self) -> None:
        """Let the guardian go, when it has done what is not given back: a server that hangs may not have taken it."""
        guardian, self._guardian = self._guardian, None
        if guardian is None:
            return
        borrowed = any(undo for undo, _ in self._parts.values())
        if not borrowed:
            with contextlib.suppress(OSError):
                _send(guardian, b"E", b"")
        assert guardian.stdin is not None
        with contextlib.suppress(OSError):
            guardian.stdin.close()
        if not borrowed:
            guardian.wait()

    def _write_to_server(self) -> None:
        connection = self._connection
        records = {part: record for part, (undo, record) in self._parts.items() if undo}
        if not records:
            connection.send(remove_request(connection.root, self._property))
            self._cleared = connection.request(_GET_INPUT_FOCUS).addErrback(lambda _: b"")
            return
        if not self._window_exists:
            self._window_exists = True
            connection.send(create_hidden_window(self._window, connection.root))
            connection.send(change_string_property(self._window, self._property, self._token.encode()))
        will = json.dumps({TOKEN: self._token, **records}).encode()
        connection.send(change_string_property(connection.root, self._property, will))

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
            # Somebody killed the guardian; another one takes its place.
            self._guardian.wait()
            self._guardian = self._start_guardian()
            _send(self._guardian, kind, body)


def claim_request(root: int, name: int) -> bytes:
    """Hold the server and read the will: whoever finds there what it is about to carry out is the only one."""
    return _GRAB_SERVER + struct.pack("=BBHIIIII", _GET_PROPERTY, 0, 6, root, name, 0, 0, _MAX_PROPERTY_UNITS)


def remove_request(root: int, name: int) -> bytes:
    """Remove the will."""
    return struct.pack("=BxHII", _DELETE_PROPERTY, 3, root, name)


def _send(guardian: subprocess.Popen[bytes], kind: bytes, body: bytes) -> None:
    assert guardian.stdin is not None
    guardian.stdin.write(kind + len(body).to_bytes(4, "big") + body)
    guardian.stdin.flush()
