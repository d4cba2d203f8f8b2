"""X connections on the reactor.

python-xlib finds the display, its socket and its cookie. After that the socket is read and written here: its own
request loop blocks for every reply and spends most of a keystroke's time in generic packing and in locks, and a
blocking reply, to the handshake too, would hang the whole program whenever another client holds the server.
"""

from __future__ import annotations

import contextlib
import io
import os
import socket
import struct
import sys
from collections import deque
from collections.abc import Callable, Coroutine
from time import monotonic
from typing import Any, TypeVar

from twisted.internet import main
from twisted.internet.defer import Deferred, FirstError, ensureDeferred, fail, gatherResults
from twisted.python.failure import Failure
from Xlib.error import DisplayError, XauthError, XNoAuthError
from Xlib.support.connect import get_auth, get_display, get_socket

from windictator.errors import WinDictatorError
from windictator.ports import Clock, ConnectionLost, Descriptors, NoReply
from windictator.x11.afterlife import keep_open

T = TypeVar("T")

REPLY_TIMEOUT = 5.0
"""Seconds for the server to reply where something else than a key waits for it."""

_FAILED, _ACCEPTED = 0, 1
_REPLY, _ERROR, _GENERIC_EVENT = 1, 0, 35
_INTERN_ATOM, _GET_INPUT_FOCUS, _QUERY_EXTENSION = 16, 43, 98

#: Of a reply or a long event: what comes after its first 32 bytes, in units of four bytes.
_LENGTH = struct.Struct("=I")

#: Takes the reply, or the reason why there is none, in the place of a Deferred, while somebody looks for it.
_AtOnce = list[bytes | Exception]


class DisplayProblem(WinDictatorError):
    """No X display can be reached, or it lacks what is needed."""


class ServerSilent(DisplayProblem, NoReply):
    """The X server does not answer. ``seconds``: how long it was waited for."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"the X server has not answered for {seconds:g} seconds; "
            "a program may have grabbed it (a menu, a screen locker)"
        )


class RequestRefused(WinDictatorError):
    """The server answered a request with an error.

    ``code``: error code (X11 protocol, section 4). ``major``, ``minor``: opcodes of the request.
    """

    def __init__(self, code: int, major: int, minor: int) -> None:
        super().__init__(f"the X server refused a request (error {code}, request {major}.{minor})")
        self.code, self.major, self.minor = code, major, minor


class Connection:
    """One connection to an X server, registered with the reactor as a reader (and, when blocked, a writer).

    ``reactor``: watches the descriptor. ``name``: display name, ``$DISPLAY`` if None. Raises DisplayProblem.
    ``open`` comes before everything else. Everything sent in one reactor turn up to a ``flush`` leaves in one write.
    """

    def __init__(self, reactor: Descriptors, name: str | None = None) -> None:
        self.name, self._socket, self._screen = _reach(name)
        self._socket.setblocking(False)
        self.root = 0
        self._resource_base = 0
        self.resource_mask = 0
        """Bits of a resource id that differ between the resources of one client."""
        self._resources = 0
        self._reactor = reactor
        self._opening: Deferred[bytes] | None = None
        self._sequence = 0
        self._awaited: deque[tuple[int, Deferred[bytes] | _AtOnce]] = deque()
        self._unsent: list[bytes] = []
        self._blocked = b""
        self._received = b""
        self._packets: deque[bytes] = deque()
        self._stream: Callable[[bytes], None] | None = None
        self._stream_sequence = -1
        self._listeners: list[Callable[[bytes], None]] = []
        self._atoms: dict[str, int] = {}
        self.on_lost: Callable[[], None] | None = None
        self.lost = False
        self.turn = 0.0
        """When the reactor last called; seconds of the monotonic clock."""
        reactor.addReader(self)

    async def open(self) -> None:
        """Shake hands. Raises DisplayProblem if the server does not let us in, ConnectionLost."""
        opening: Deferred[bytes] = Deferred()
        self._opening = opening
        try:
            self._unsent.append(self.setup)
        except (XauthError, XNoAuthError, OSError) as error:
            raise _cannot_open(self.name, _reason(error)) from None
        self.flush()
        answer = await opening
        if answer[0] != _ACCEPTED:
            reason = answer[8 : 8 + answer[1]] if answer[0] == _FAILED else answer[8:]
            raise _cannot_open(self.name, reason.rstrip(b"\0").decode("utf-8", "replace"))
        self._resource_base = int.from_bytes(answer[12:16], sys.byteorder)
        self.resource_mask = int.from_bytes(answer[16:20], sys.byteorder)
        self.root = _root_of(answer, self._screen)

    # Requests

    def send(self, request: bytes, count: int = 1) -> None:
        """Queue ``count`` requests without replies, packed in ``request``; ``flush`` or ``ask`` writes them."""
        self._sequence = (self._sequence + count) & 0xFFFF
        self._unsent.append(request)

    def ask(self, request: bytes, count: int = 1, *, flush: bool = True) -> Deferred[bytes]:
        """Send ``count`` requests of which the last has a reply; fire with the reply, whole.

        Errback: RequestRefused if the server refused any of them, ConnectionLost.
        """
        reply: Deferred[bytes] = Deferred()
        if self.lost:
            reply.errback(ConnectionLost())
            return reply
        self._sequence = sequence = (self._sequence + count) & 0xFFFF
        self._awaited.append((sequence, reply))
        self._unsent.append(request)
        if flush:
            self.flush()
        return reply

    def ask_now(self, request: bytes, count: int, comes: Callable[[], bool]) -> bytes | Deferred[bytes]:
        """Like ``ask``, but the reply itself where it is there at once: without a Deferred, which costs as much as all
        the rest of an exchange.

        ``comes``: called once the request is on its way; waits as long as there is time, and says whether there is
        something to read. Nothing is raised.
        """
        if self.lost:
            return fail(ConnectionLost())
        self._sequence = sequence = (self._sequence + count) & 0xFFFF
        result: _AtOnce = []
        self._awaited.append((sequence, result))
        self._unsent.append(request)
        self.flush()
        if comes() and not result:
            self.read()
        if result:
            reply = result[0]
            return reply if isinstance(reply, bytes) else fail(reply)
        later: Deferred[bytes] = Deferred()
        self._awaited[self._awaited.index((sequence, result))] = (sequence, later)
        return later

    def stream(self, request: bytes, receive: Callable[[bytes], None]) -> Deferred[bytes]:
        """Like ``ask`` for a request with many replies: the first fires the Deferred, the rest go to ``receive``."""
        first = self.ask(request)
        self._stream, self._stream_sequence = receive, self._sequence
        return first

    def flush(self) -> None:
        """Write what is queued; what the socket does not take now follows as soon as it does."""
        if self.lost or not self._unsent:
            return
        data = self._unsent[0] if len(self._unsent) == 1 else b"".join(self._unsent)
        self._unsent.clear()
        if self._blocked:
            self._blocked += data
            return
        try:
            sent = self._socket.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            # The reader notices the end in its turn; here a caller is in the middle of something.
            return
        if sent < len(data):
            self._blocked = data[sent:]
            self._reactor.addWriter(self)

    @property
    def address(self) -> list[str | int]:
        """Where the server listens: ["unix", path, Latin-1 for its bytes] or ["tcp", host, port]."""
        peer = self._socket.getpeername()
        if self._socket.family == socket.AF_UNIX:
            return ["unix", peer.decode("latin-1") if isinstance(peer, bytes) else os.fsencode(peer).decode("latin-1")]
        return ["tcp", *peer[:2]]

    @property
    def setup(self) -> bytes:
        """What another process sends to open a connection of its own: this user's cookie is in it."""
        _, protocol, host, number, _ = get_display(self.name)
        # python-xlib prints a warning about an empty authority file on standard output, among our own results.
        with contextlib.redirect_stdout(io.StringIO()):
            kind, data = get_auth(self._socket, self.name, protocol, host, number)
        head = struct.pack("=BxHHHHxx", 0x6C if sys.byteorder == "little" else 0x42, 11, 0, len(kind), len(data))
        packed: bytes = head + kind + bytes(-len(kind) % 4) + data + bytes(-len(data) % 4)
        return packed

    def new_id(self) -> int:
        """An unused resource id."""
        self._resources += 1
        return self._resource_base | self._resources

    def listen(self, listener: Callable[[bytes], None]) -> None:
        """Call ``listener`` with every event."""
        self._listeners.append(listener)

    async def answered(self) -> None:
        """Wait until the server has dealt with everything sent until now. Raises ConnectionLost."""
        await self.ask(struct.pack("=BxH", _GET_INPUT_FOCUS, 1))

    async def atom(self, name: str) -> int:
        """The number of an atom, asked for once."""
        if name not in self._atoms:
            request = struct.pack("=BBHHxx", _INTERN_ATOM, 0, 2 + (len(name) + 3) // 4, len(name)) + _padded(name)
            self._atoms[name] = int.from_bytes((await self.ask(request))[8:12], sys.byteorder)
        return self._atoms[name]

    async def extension(self, name: str) -> tuple[int, int]:
        """Major opcode and first event code of an extension. Raises DisplayProblem if the server lacks it."""
        request = struct.pack("=BxHHxx", _QUERY_EXTENSION, 2 + (len(name) + 3) // 4, len(name)) + _padded(name)
        reply = await self.ask(request)
        if not reply[8]:
            raise DisplayProblem(f"the X server {self.name} lacks the {name} extension; WinDictator cannot type there")
        return reply[9], reply[10]

    # The reactor's side (IReadWriteDescriptor)

    def fileno(self) -> int:
        """The socket's descriptor, -1 when closed."""
        return self._socket.fileno()

    def logPrefix(self) -> str:
        """Name for Twisted's log."""
        return "X"

    def doRead(self) -> None:
        """Take in replies, errors and events; fire what waits for them."""
        self.turn = monotonic()
        self.read()

    def read(self) -> None:
        """Take in what has come, if anything has."""
        try:
            data = self._socket.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.connectionLost(main.CONNECTION_DONE)
            return
        if self._received:
            data = self._received + data
        if self._opening is not None:
            self._take_answer(data)
            return
        position, end = 0, len(data)
        packets = self._packets
        while end - position >= 32:
            kind = data[position] & 0x7F
            size = 32
            if kind in (_REPLY, _GENERIC_EVENT):
                size += 4 * _LENGTH.unpack_from(data, position + 4)[0]
                if end - position < size:
                    break
            packets.append(data if size == end else data[position : position + size])
            position += size
        self._received = data[position:] if position < end else b""
        # Whoever waits for one of these may come back here for more: what came first is dealt with first.
        while packets:
            self._dispatch(packets.popleft())

    def _take_answer(self, data: bytes) -> None:
        """Take in the server's answer to the handshake, once it is whole; nothing follows it that was not asked for."""
        self._received = data
        if len(data) >= 8 and len(data) >= 8 + 4 * int.from_bytes(data[6:8], sys.byteorder):
            self._received = b""
            opening, self._opening = self._opening, None
            assert opening is not None
            opening.callback(data)

    def doWrite(self) -> None:
        """Write more of what the socket did not take before."""
        try:
            sent = self._socket.send(self._blocked)
        except BlockingIOError:
            return
        except OSError:
            sent = len(self._blocked)
        self._blocked = self._blocked[sent:]
        if not self._blocked:
            self._reactor.removeWriter(self)

    def connectionLost(self, reason: object) -> None:
        """The server is gone: every Deferred fails with ConnectionLost, then ``on_lost`` is called once."""
        if self.lost:
            return
        self._end()
        if self.on_lost is not None:
            self.on_lost()

    def close(self) -> None:
        """End the connection from here; Deferreds that still wait fail with ConnectionLost.

        What was sent is processed all the same, however late, see ``afterlife``.
        """
        if not self.lost:
            self.flush()
            if self._awaited:
                keep_open(self.fileno())
            self._end()

    def _end(self) -> None:
        self.lost = True
        self._reactor.removeReader(self)
        self._reactor.removeWriter(self)
        with contextlib.suppress(OSError):
            self._socket.close()
        opening, self._opening = self._opening, None
        if opening is not None:
            opening.errback(ConnectionLost())
        while self._awaited:
            _fail(self._awaited.popleft()[1], ConnectionLost())

    def _dispatch(self, packet: bytes) -> None:
        kind = packet[0] & 0x7F
        if kind == _REPLY:
            sequence = packet[2] | packet[3] << 8
            if self._awaited and self._awaited[0][0] == sequence:
                waiting = self._awaited.popleft()[1]
                if isinstance(waiting, list):  # asking whether it is a Deferred takes longer
                    waiting.append(packet)
                else:
                    waiting.callback(packet)
            elif sequence == self._stream_sequence and self._stream is not None:
                self._stream(packet)
        elif kind == _ERROR:
            self._refuse(packet)
        else:
            for listener in self._listeners:
                listener(packet)

    def _refuse(self, packet: bytes) -> None:
        """Fail the oldest Deferred whose batch of requests contains the refused one."""
        sequence = packet[2] | packet[3] << 8
        if not self._awaited or (self._awaited[0][0] - sequence) & 0xFFFF >= 0x8000:
            return
        minor, major = packet[8] | packet[9] << 8, packet[10]
        _, reply = self._awaited.popleft()
        _fail(reply, RequestRefused(packet[1], major, minor))


def in_time(
    work: Deferred[T] | Coroutine[Deferred[Any], Any, T], clock: Clock, seconds: float = REPLY_TIMEOUT
) -> Deferred[T]:
    """Return ``work``, which is cancelled and fails with ServerSilent if it takes longer."""

    def silent(_result: object, seconds: float) -> T:
        raise ServerSilent(seconds)

    return ensureDeferred(work).addTimeout(seconds, clock, silent)  # type: ignore[arg-type]  # zope's interface


def all_replies(replies: list[Deferred[bytes]]) -> Deferred[list[bytes]]:
    """Fire with all the replies, or fail with the first failure itself."""
    return gatherResults(replies, consumeErrors=True).addErrback(_first_failure)


def _first_failure(failure: Failure) -> Failure:
    assert isinstance(failure.value, FirstError)
    return failure.value.subFailure


def _fail(waiting: Deferred[bytes] | _AtOnce, error: Exception) -> None:
    if isinstance(waiting, list):
        waiting.append(error)
    else:
        waiting.errback(error)


def _padded(name: str) -> bytes:
    data = name.encode("ascii")
    return data + bytes(-len(data) % 4)


def _reach(name: str | None) -> tuple[str, socket.socket, int]:
    """The display's name, a socket to it, and the number of the screen. Raises DisplayProblem."""
    if name is None and not os.environ.get("DISPLAY"):
        raise DisplayProblem("no X display: DISPLAY is not set; run this inside a graphical session or give --display")
    try:
        name, protocol, host, number, screen = get_display(name)
        return name, get_socket(name, protocol, host, number), screen
    except (DisplayError, OSError) as error:
        raise _cannot_open(name if name is not None else os.environ["DISPLAY"], _reason(error)) from None


def _root_of(answer: bytes, screen: int) -> int:
    """The root window of a screen, of the last one if there are fewer (X11 protocol, appendix B, connection setup)."""
    vendor, roots, formats = int.from_bytes(answer[24:26], sys.byteorder), answer[28], answer[29]
    position = 40 + (vendor + 3 & ~3) + 8 * formats
    for _ in range(min(screen, roots - 1)):
        depths, position = answer[position + 39], position + 40
        for _ in range(depths):
            position += 8 + 24 * int.from_bytes(answer[position + 2 : position + 4], sys.byteorder)
    return int.from_bytes(answer[position : position + 4], sys.byteorder)


def _cannot_open(name: str, reason: str) -> DisplayProblem:
    return DisplayProblem(f"cannot open X display {name!r}: {' '.join(reason.split())}")


def _reason(error: Exception) -> str:
    message = getattr(error, "msg", None) or getattr(error, "strerror", None) or str(error)
    if isinstance(message, bytes):
        message = message.decode("utf-8", "replace")
    return str(message) or type(error).__name__
