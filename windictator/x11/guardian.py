"""Small process that outlives the program and restores what it has changed on the display if the program crashes.

It runs as a program of its own, with the standard library alone, in a session of its own: no signal to the program's
process group reaches it. It reads messages on standard input. Each has a kind (one byte), a length (four bytes, network
order) and that many bytes:

``A`` the X server's address, as JSON: ["unix", path as Latin-1] or ["tcp", host, port];
``S`` the bytes that open a connection there (X11 protocol, section 8);
``P`` one request with a reply that must come first on it (XKB's UseExtension: without it XKB requests are refused);
``C`` requests that claim the record on the X server; the last has a reply, the property that holds the record;
``T`` the token in this property; it is missing if another run of the program has already restored everything;
``W`` X requests that restore everything changed now; they replace earlier ones, and the last of them has a reply;
``F`` not empty if the server holds back the user's input for the program from now on; empty if it no longer does;
``E`` the program ends normally: there is nothing to do.

A debugger or a signal may stop the program while it holds back the user's input, which would leave the user without
keyboard and mouse. The guardian continues the program after ``CONTINUE_AFTER_S``, and ends it if that does not help.

When the input ends without ``E`` and there are requests to send, they are sent after ``GRACE_S``.
"""

import io
import json
import os
import select
import signal
import socket
import sys
import time
from typing import BinaryIO

GRACE_S = 0.25
"""Delay before restoring, because an application may still read the last keys with the changed keymap, in seconds.

Restoring must be finished within a second.
"""
SERVER_TIMEOUT_S = 10.0
"""Time that the X server may take to answer, in seconds."""
CONTINUE_AFTER_S, KILL_AFTER_S = 1.0, 9.0
"""Time that the user's input may be held back before the program is continued, then until it is ended, in seconds."""


def read_message(stream: BinaryIO | io.FileIO) -> tuple[bytes, bytes] | None:
    """Return the next message, None at the end of the input or if the message is incomplete."""
    head = _read(stream, 5)
    if len(head) < 5:
        return None
    length = int.from_bytes(head[1:], "big")
    body = _read(stream, length)
    return (head[:1], body) if len(body) == length else None


def _read(stream: BinaryIO | io.FileIO, size: int) -> bytes:
    data = b""
    while len(data) < size and (piece := stream.read(size - len(data))):
        data += piece
    return data


def wait_or_free_input(stream: io.FileIO, program: int) -> None:
    """Wait for the next message; if it does not come, continue the program, which may be stopped, and then end it."""
    for seconds, number in ((CONTINUE_AFTER_S, signal.SIGCONT), (KILL_AFTER_S, signal.SIGKILL)):
        if select.select([stream], [], [], seconds)[0]:
            return
        os.kill(program, number)


def connect(address: bytes, setup: bytes) -> socket.socket:
    """Return a connection to the X server. Raises OSError."""
    family, *where = json.loads(address)
    if family == "unix":
        server = socket.socket(socket.AF_UNIX)
        server.settimeout(SERVER_TIMEOUT_S)
        server.connect(where[0].encode("latin-1"))
    else:
        server = socket.create_connection((where[0], where[1]), SERVER_TIMEOUT_S)
    server.sendall(setup)
    head = _receive(server, 8)
    _receive(server, 4 * int.from_bytes(head[6:8], sys.byteorder))
    if head[0] != 1:
        raise ConnectionRefusedError("the X server refused the connection")
    return server


def restore(server: socket.socket, preamble: bytes, claim: bytes, token: bytes, undo_requests: bytes) -> None:
    """Claim the record, send ``undo_requests`` and wait until the server has processed them. Raises OSError."""
    server.sendall(preamble + claim)
    _receive_reply(server)
    if token in _receive_reply(server):
        server.sendall(undo_requests)
        _receive_reply(server)


def _receive_reply(server: socket.socket) -> bytes:
    """Return the next complete reply; skip errors and events."""
    while True:
        packet = _receive(server, 32)
        kind = packet[0] & 0x7F
        if kind in (1, 35):
            packet += _receive(server, 4 * int.from_bytes(packet[4:8], sys.byteorder))
        if kind == 1:
            return packet


def _receive(server: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = server.recv(size - len(data))
        if not piece:
            raise ConnectionResetError("the X server ended the connection")
        data += piece
    return data


def main() -> int:
    """Wait for the program's end; return exit status 0, or 1 if the state of the display could not be restored."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    address = setup = preamble = claim = token = undo = held_back = b""
    program = os.getppid()
    stream = io.FileIO(sys.stdin.fileno())
    while True:
        if held_back:
            wait_or_free_input(stream, program)
        message = read_message(stream)
        if message is None:
            break
        kind, body = message
        if kind == b"A":
            address = body
        elif kind == b"S":
            setup = body
        elif kind == b"P":
            preamble = body
        elif kind == b"C":
            claim = body
        elif kind == b"T":
            token = body
        elif kind == b"W":
            undo = body
        elif kind == b"F":
            held_back = body
        elif kind == b"E":
            return 0
    if not undo:
        return 0
    signal.alarm(int(SERVER_TIMEOUT_S * 2))  # another client may hold the server, and this process must still end
    try:
        server = connect(address, setup)
        time.sleep(GRACE_S)
        restore(server, preamble, claim, token, undo)
    except OSError:
        return 1
    return 0


if __name__ == "__main__":
    # Standard error is the terminal of a program that has ended, where no output belongs.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    sys.exit(main())
