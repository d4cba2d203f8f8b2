"""A tiny process that outlives the program and puts right what it has borrowed, if it dies without doing so.

Run as a program of its own, with nothing but the standard library, in a session of its own: no signal to the
program's process group reaches it. It reads messages on standard input, each a kind (one byte), a length (four bytes,
network order) and that many bytes:

``A`` the X server's address, as JSON: ["unix", path as Latin-1] or ["tcp", host, port];
``S`` the bytes that open a connection there (X11 protocol, section 8);
``P`` one request with a reply that must come first on it (XKB's UseExtension: without it XKB requests are refused);
``C`` requests that claim the will on the X server, of which the last has a reply: the property that holds it;
``T`` the token that is in this property, unless another run of the program has carried the will out;
``W`` the last will: X requests that undo everything borrowed now; replaces the will before;
``F`` something if the program keeps back what the user presses, from now on; empty if it does not any more;
``E`` the program ends in good order: nothing is to be done.

A program that is stopped while it keeps back the user's input, by a debugger or a signal, would leave the user without
keyboard and mouse: it is continued after ``CONTINUE_SECONDS``, and ended if that does not help.

When the input ends without ``E`` and the will is not empty, its requests are sent after ``GRACE_SECONDS``.
"""

import io
import json
import os
import select
import signal
import socket
import struct
import sys
import time
from typing import BinaryIO

#: An application may still be reading the last keys with the borrowed keymap. The whole is to take less than a second.
GRACE_S = 0.25
#: How long the X server may take to answer.
SERVER_TIMEOUT_S = 10.0
#: Time that the user's input may be kept back before the program is continued, and from then on until it is ended.
CONTINUE_AFTER_S, KILL_AFTER_S = 1.0, 9.0
_GET_INPUT_FOCUS = struct.pack("=BxH", 43, 1)


def read_message(stream: BinaryIO | io.FileIO) -> tuple[bytes, bytes] | None:
    """The next message, None at the end of the input or where it breaks off."""
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
    """A connection to the X server. Raises OSError."""
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
    """Claim the will, send it and wait until the server has processed it. Raises OSError."""
    server.sendall(preamble + claim)
    _receive_reply(server)
    if token in _receive_reply(server):
        server.sendall(undo_requests + _GET_INPUT_FOCUS)
        _receive_reply(server)


def _receive_reply(server: socket.socket) -> bytes:
    """The next reply, whole; errors and events are passed over."""
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
    """Wait for the program's end; exit status 0 if all is as it should be, 1 if the will could not be carried out."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    address = setup = preamble = claim = token = will = kept_back = b""
    program = os.getppid()
    stream = io.FileIO(sys.stdin.fileno())
    while True:
        if kept_back:
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
            will = body
        elif kind == b"F":
            kept_back = body
        elif kind == b"E":
            return 0
    if not will:
        return 0
    signal.alarm(int(SERVER_TIMEOUT_S * 2))  # a server that is held by somebody must not keep this process for ever
    try:
        server = connect(address, setup)
        time.sleep(GRACE_S)
        restore(server, preamble, claim, token, will)
    except OSError:
        return 1
    return 0


if __name__ == "__main__":
    # Standard error is the terminal of a program that is gone; nobody expects anything there.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    sys.exit(main())
