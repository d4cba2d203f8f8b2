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

from windictator.deferreds import Clock, Descriptors
from windictator.errors import WinDictatorError
from windictator.typist.interfaces import ConnectionLostError, NoReplyError
from windictator.x11.drain import drain_connection

T = TypeVar("T")

REPLY_TIMEOUT_S = 5.0
"""Seconds for the server to reply where something else than a key waits for it."""

_FAILED, _ACCEPTED = 0, 1
_REPLY, _ERROR, _GENERIC_EVENT = 1, 0, 35
_INTERN_ATOM, _GET_INPUT_FOCUS, _QUERY_EXTENSION = 16, 43, 98

#: Of a reply or a long event: what comes after its first 32 bytes, in units of four bytes.
_LENGTH = struct.Struct("=I")

#: Takes the reply, or the reason why there is none, in the place of a Deferred, while somebody looks for it.
_InlineReply = list[bytes | Exception]


class XDisplayError(WinDictatorError):
    """No X display can be reached, or it lacks what is needed."""


class ServerTimeoutError(XDisplayError, NoReplyError):
    """The X server does not answer. ``seconds``: how long it was waited for."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"the X server has not answered for {seconds:g} seconds; "
            "a program may have grabbed it (a menu, a screen locker)"
        )


class XRequestError(WinDictatorError):
    """The server answered a request with an error.

    ``code``: error code (X11 protocol, section 4). ``major``, ``minor``: opcodes of the request.
    """

    def __init__(self, code: int, major: int, minor: int) -> None:
        super().__init__(f"the X server refused a request (error {code}, request {major}.{minor})")
        self.code, self.major, self.minor = code, major, minor


class XConnection:
    """One connection to an X server, registered with the reactor as a reader (and, when blocked, a writer).

    ``reactor``: watches the descriptor. ``name``: display name, ``$DISPLAY`` if None. Raises DisplayProblem.
    ``open`` comes before everything else. Everything sent in one reactor turn up to a ``flush`` leaves in one write.
    """

    def __init__(self, reactor: Descriptors, name: str | None = None) -> None:
        self.name, self._socket, self._screen = _connect(name)
        self._socket.setblocking(False)
        self.root = 0
        self._resource_base = 0
        self.resource_mask = 0
        """Bits of a resource id that differ between the resources of one client."""
        self._resource_count = 0
        self._reactor = reactor
        self._setup_reply: Deferred[bytes] | None = None
        self._sequence = 0
        self._pending_replies: deque[tuple[int, Deferred[bytes] | _InlineReply]] = deque()
        self._unsent: list[bytes] = []
        self._unwritten = b""
        self._received = b""
        self._packets: deque[bytes] = deque()
        self._stream: Callable[[bytes], None] | None = None
        self._stream_sequence = -1
        self._listeners: list[Callable[[bytes], None]] = []
        self._atoms: dict[str, int] = {}
        self.on_lost: Callable[[], None] | None = None
        self.lost = False
        self.last_wakeup = 0.0
        """When the reactor last called; seconds of the monotonic clock."""
        reactor.addReader(self)

    async def open(self) -> None:
        """Shake hands. Raises DisplayProblem if the server does not let us in, ConnectionLost."""
        opening: Deferred[bytes] = Deferred()
        self._setup_reply = opening
        try:
            self._unsent.append(self.setup_request)
        except (XauthError, XNoAuthError, OSError) as error:
            raise _open_error(self.name, _error_text(error)) from None
        self.flush()
        answer = await opening
        if answer[0] != _ACCEPTED:
            reason = answer[8 : 8 + answer[1]] if answer[0] == _FAILED else answer[8:]
            raise _open_error(self.name, reason.rstrip(b"\0").decode("utf-8", "replace"))
        self._resource_base = int.from_bytes(answer[12:16], sys.byteorder)
        self.resource_mask = int.from_bytes(answer[16:20], sys.byteorder)
        self.root = _root_window(answer, self._screen)

    # Requests

    def send(self, request: bytes, count: int = 1) -> None:
        """Queue ``count`` requests without replies, packed in ``request``; ``flush`` or ``ask`` writes them."""
        self._sequence = (self._sequence + count) & 0xFFFF
        self._unsent.append(request)

    def request(self, request: bytes, count: int = 1, *, flush: bool = True) -> Deferred[bytes]:
        """Send ``count`` requests of which the last has a reply; fire with the reply, whole.

        Errback: RequestRefused if the server refused any of them, ConnectionLost.
        """
        reply: Deferred[bytes] = Deferred()
        if self.lost:
            reply.errback(ConnectionLostError())
            return reply
        self._sequence = sequence = (self._sequence + count) & 0xFFFF
        self._pending_replies.append((sequence, reply))
        self._unsent.append(request)
        if flush:
            self.flush()
        return reply

    def request_inline(self, request: bytes, count: int, wait: Callable[[], bool]) -> bytes | Deferred[bytes]:
        """Like ``ask``, but the reply itself where it is there at once: without a Deferred, which costs as much as all
        the rest of an exchange.

        ``comes``: called once the request is on its way; waits as long as there is time, and says whether there is
        something to read. Nothing is raised.
        """
        if self.lost:
            return fail(ConnectionLostError())
        self._sequence = sequence = (self._sequence + count) & 0xFFFF
        result: _InlineReply = []
        self._pending_replies.append((sequence, result))
        self._unsent.append(request)
        self.flush()
        if wait() and not result:
            self.read()
        if result:
            reply = result[0]
            return reply if isinstance(reply, bytes) else fail(reply)
        later: Deferred[bytes] = Deferred()
        self._pending_replies[self._pending_replies.index((sequence, result))] = (sequence, later)
        return later

    def stream(self, request: bytes, receive: Callable[[bytes], None]) -> Deferred[bytes]:
        """Like ``ask`` for a request with many replies: the first fires the Deferred, the rest go to ``receive``."""
        first = self.request(request)
        self._stream, self._stream_sequence = receive, self._sequence
        return first

    def flush(self) -> None:
        """Write what is queued; what the socket does not take now follows as soon as it does."""
        if self.lost or not self._unsent:
            return
        data = self._unsent[0] if len(self._unsent) == 1 else b"".join(self._unsent)
        self._unsent.clear()
        if self._unwritten:
            self._unwritten += data
            return
        try:
            sent = self._socket.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            # The reader notices the end in its turn; here a caller is in the middle of something.
            return
        if sent < len(data):
            self._unwritten = data[sent:]
            self._reactor.addWriter(self)

    @property
    def address(self) -> list[str | int]:
        """Where the server listens: ["unix", path, Latin-1 for its bytes] or ["tcp", host, port]."""
        peer = self._socket.getpeername()
        if self._socket.family == socket.AF_UNIX:
            return ["unix", peer.decode("latin-1") if isinstance(peer, bytes) else os.fsencode(peer).decode("latin-1")]
        return ["tcp", *peer[:2]]

    @property
    def setup_request(self) -> bytes:
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
        self._resource_count += 1
        return self._resource_base | self._resource_count

    def add_event_listener(self, listener: Callable[[bytes], None]) -> None:
        """Call ``listener`` with every event."""
        self._listeners.append(listener)

    async def sync(self) -> None:
        """Wait until the server has dealt with everything sent until now. Raises ConnectionLost."""
        await self.request(struct.pack("=BxH", _GET_INPUT_FOCUS, 1))

    async def atom(self, name: str) -> int:
        """The number of an atom, asked for once."""
        if name not in self._atoms:
            request = struct.pack("=BBHHxx", _INTERN_ATOM, 0, 2 + (len(name) + 3) // 4, len(name)) + _padded(name)
            self._atoms[name] = int.from_bytes((await self.request(request))[8:12], sys.byteorder)
        return self._atoms[name]

    async def extension(self, name: str) -> tuple[int, int]:
        """Major opcode and first event code of an extension. Raises DisplayProblem if the server lacks it."""
        request = struct.pack("=BxHHxx", _QUERY_EXTENSION, 2 + (len(name) + 3) // 4, len(name)) + _padded(name)
        reply = await self.request(request)
        if not reply[8]:
            raise XDisplayError(f"the X server {self.name} lacks the {name} extension; WinDictator cannot type there")
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
        self.last_wakeup = monotonic()
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
        if self._setup_reply is not None:
            self._handle_setup_reply(data)
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

    def _handle_setup_reply(self, data: bytes) -> None:
        """Take in the server's answer to the handshake, once it is whole; nothing follows it that was not asked for."""
        self._received = data
        if len(data) >= 8 and len(data) >= 8 + 4 * int.from_bytes(data[6:8], sys.byteorder):
            self._received = b""
            opening, self._setup_reply = self._setup_reply, None
            assert opening is not None
            opening.callback(data)

    def doWrite(self) -> None:
        """Write more of what the socket did not take before."""
        try:
            sent = self._socket.send(self._unwritten)
        except BlockingIOError:
            return
        except OSError:
            sent = len(self._unwritten)
        self._unwritten = self._unwritten[sent:]
        if not self._unwritten:
            self._reactor.removeWriter(self)

    def connectionLost(self, reason: object) -> None:
        """The server is gone: every Deferred fails with ConnectionLost, then ``on_lost`` is called once."""
        if self.lost:
            return
        self._shut_down()
        if self.on_lost is not None:
            self.on_lost()

    def close(self) -> None:
        """End the connection from here; Deferreds that still wait fail with ConnectionLost.

        What was sent is processed all the same, however late, see ``afterlife``.
        """
        if not self.lost:
            self.flush()
            if self._pending_replies:
                drain_connection(self.fileno())
            self._shut_down()

    def _shut_down(self) -> None:
        self.lost = True
        self._reactor.removeReader(self)
        self._reactor.removeWriter(self)
        with contextlib.suppress(OSError):
            self._socket.close()
        opening, self._setup_reply = self._setup_reply, None
        if opening is not None:
            opening.errback(ConnectionLostError())
        while self._pending_replies:
            _fail(self._pending_replies.popleft()[1], ConnectionLostError())

    def _dispatch(self, packet: bytes) -> None:
        kind = packet[0] & 0x7F
        if kind == _REPLY:
            sequence = packet[2] | packet[3] << 8
            if self._pending_replies and self._pending_replies[0][0] == sequence:
                waiting = self._pending_replies.popleft()[1]
                if isinstance(waiting, list):  # asking whether it is a Deferred takes longer
                    waiting.append(packet)
                else:
                    waiting.callback(packet)
            elif sequence == self._stream_sequence and self._stream is not None:
                self._stream(packet)
        elif kind == _ERROR:
            self._handle_error(packet)
        else:
            for listener in self._listeners:
                listener(packet)

    def _handle_error(self, packet: bytes) -> None:
        """Fail the oldest Deferred whose batch of requests contains the refused one."""
        sequence = packet[2] | packet[3] << 8
        if not self._pending_replies or (self._pending_replies[0][0] - sequence) & 0xFFFF >= 0x8000:
            return
        minor, major = packet[8] | packet[9] << 8, packet[10]
        _, reply = self._pending_replies.popleft()
        _fail(reply, XRequestError(packet[1], major, minor))


def run_with_timeout(
    work: Deferred[T] | Coroutine[Deferred[Any], Any, T], clock: Clock, seconds: float = REPLY_TIMEOUT_S
) -> Deferred[T]:
    """Return ``work``, which is cancelled and fails with ServerSilent if it takes longer."""

    def silent(_result: object, seconds: float) -> T:
        raise ServerTimeoutError(seconds)

    return ensureDeferred(work).addTimeout(seconds, clock, silent)  # type: ignore[arg-type]  # zope's interface


def all_replies(replies: list[Deferred[bytes]]) -> Deferred[list[bytes]]:
    """Fire with all the replies, or fail with the first failure itself."""
    return gatherResults(replies, consumeErrors=True).addErrback(_first_failure)


def _first_failure(failure: Failure) -> Failure:
    assert isinstance(failure.value, FirstError)
    return failure.value.subFailure


def _fail(waiting: Deferred[bytes] | _InlineReply, error: Exception) -> None:
    if isinstance(waiting, list):
        waiting.append(error)
    else:
        waiting.errback(error)


def _padded(name: str) -> bytes:
    data = name.encode("ascii")
    return data + bytes(-len(data) % 4)


def _connect(name: str | None) -> tuple[str, socket.socket, int]:
    """The display's name, a socket to it, and the number of the screen. Raises DisplayProblem."""
    if name is None and not os.environ.get("DISPLAY"):
        raise XDisplayError("no X display: DISPLAY is not set; run this inside a graphical session or give --display")
    try:
        name, protocol, host, number, screen = get_display(name)
        return name, get_socket(name, protocol, host, number), screen
    except (DisplayError, OSError) as error:
        raise _open_error(name if name is not None else os.environ["DISPLAY"], _error_text(error)) from None


def _root_window(answer: bytes, screen: int) -> int:
    """The root window of a screen, of the last one if there are fewer (X11 protocol, appendix B, connection setup)."""
    vendor, roots, formats = int.from_bytes(answer[24:26], sys.byteorder), answer[28], answer[29]
    position = 40 + (vendor + 3 & ~3) + 8 * formats
    for _ in range(min(screen, roots - 1)):
        depths, position = answer[position + 39], position + 40
        for _ in range(depths):
            position += 8 + 24 * int.from_bytes(answer[position + 2 : position + 4], sys.byteorder)
    return int.from_bytes(answer[position : position + 4], sys.byteorder)


def _open_error(name: str, reason: str) -> XDisplayError:
    return XDisplayError(f"cannot open X display {name!r}: {' '.join(reason.split())}")


def _error_text(error: Exception) -> str:
    message = getattr(error, "msg", None) or getattr(error, "strerror", None) or str(error)
    if isinstance(message, bytes):
        message = message.decode("utf-8", "replace")
    return str(message) or type(error).__name__
