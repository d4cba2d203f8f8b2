"""X connections on the reactor.

python-xlib finds the display, its socket and its cookie (``server_address``). From then on the socket is read and
written here. python-xlib's own request loop blocks for every reply, and spends most of a keystroke's time in generic
packing and in locks. A blocking reply, even to the setup, would hang the whole program while another client holds the
server.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Coroutine
from time import monotonic
from typing import Any, TypeVar

from twisted.internet import main
from twisted.internet.defer import CancelledError, Deferred, FirstError, ensureDeferred, fail, gatherResults
from twisted.python.failure import Failure

from windictator.deferreds import Clock, Descriptors, call_if_late
from windictator.typist.interfaces import ConnectionLostError
from windictator.x11 import replies, requests
from windictator.x11.drain import drain_connection
from windictator.x11.errors import ServerTimeoutError, XDisplayError, XRequestError
from windictator.x11.replies import ERROR, REPLY, ServerSetup, parse_head, split_packets
from windictator.x11.server_address import open_error, open_socket, peer_address, setup_request

T = TypeVar("T")

REPLY_TIMEOUT_S = 5.0
"""Maximum time for a reply of the server that no key waits for, in seconds."""

#: Receives the reply, or the reason for its absence, instead of a Deferred, while the caller polls for it.
_InlineReply = list[bytes | Exception]


class XConnection:
    """One connection to an X server, registered with the reactor as a reader (and, when blocked, a writer).

    reactor: watches the descriptor.
    name: of the display, ``$DISPLAY`` if None.

    Call ``open`` before anything else. Everything sent in one reactor turn up to a ``flush`` leaves in one write.
    Raises XDisplayError.
    """

    def __init__(self, reactor: Descriptors, name: str | None = None) -> None:
        self.name, self._socket, self._screen = open_socket(name)
        self._socket.setblocking(False)
        self.root = 0
        self._resource_base = 0
        self.resource_mask = 0
        """Bits of a resource id that differ between the resources of one client."""
        self._resource_count = 0
        self._setup: ServerSetup | None = None
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
        """Time of the reactor's last call, in seconds of the monotonic clock."""
        reactor.addReader(self)

    async def open(self) -> None:
        """Open the connection. Raises XDisplayError if the server refuses it, ConnectionLostError."""
        opening: Deferred[bytes] = Deferred()
        self._setup_reply = opening
        self._unsent.append(self.setup_request)
        self.flush()
        setup = replies.parse_setup(await opening, self._screen)
        if isinstance(setup, str):
            raise open_error(self.name, setup)
        self._setup = setup
        self._resource_base, self.resource_mask, self.root = setup.resource_base, setup.resource_mask, setup.root

    @property
    def setup(self) -> ServerSetup:
        """Description of the server; ``open`` must have finished."""
        assert self._setup is not None, "open first"
        return self._setup

    # Requests

    def send(self, request: bytes, count: int = 1) -> None:
        """Queue ``count`` requests without replies, packed in ``request``; ``flush`` or ``request`` writes them."""
        self._sequence = (self._sequence + count) & 0xFFFF
        self._unsent.append(request)

    def request(self, request: bytes, count: int = 1, *, flush: bool = True) -> Deferred[bytes]:
        """Send ``count`` requests of which the last has a reply; fire with the reply, whole.

        Errback: XRequestError if the server refused any of them, ConnectionLostError.
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
        """Send requests as ``XConnection.request`` does; return the reply itself if it arrives at once.

        A Deferred costs as much as the whole rest of an exchange. ``wait``: called when the request has been sent; it
        waits as long as the caller can afford and returns True if the socket is readable. Raises nothing.
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
        """Send a request that has many replies: fire with the first, call ``receive`` with each of the others."""
        first = self.request(request)
        self._stream, self._stream_sequence = receive, self._sequence
        return first

    def flush(self) -> None:
        """Write what is queued; what the socket does not accept now follows as soon as it does."""
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
            # The reader notices the end later, because a caller is in the middle of its work here.
            return
        if sent < len(data):
            self._unwritten = data[sent:]
            self._reactor.addWriter(self)

    @property
    def address(self) -> list[str | int]:
        """Address of the server: ["unix", path, Latin-1 for its bytes] or ["tcp", host, port]."""
        return peer_address(self._socket)

    @property
    def setup_request(self) -> bytes:
        """Request with which another process can open a connection: it contains this user's cookie."""
        return setup_request(self._socket, self.name)

    @property
    def sequence(self) -> int:
        """Number of the last request that was queued or sent (modulo 65,536)."""
        return self._sequence

    def new_id(self) -> int:
        """Return an unused resource id."""
        self._resource_count += 1
        return self._resource_base | self._resource_count

    def add_event_listener(self, listener: Callable[[bytes], None]) -> None:
        """Call ``listener`` with every event."""
        self._listeners.append(listener)

    async def sync(self) -> None:
        """Wait until the server has processed everything sent until now. Raises ConnectionLostError."""
        await self.request(requests.GET_INPUT_FOCUS)

    async def atom(self, name: str) -> int:
        """Return the number of an atom; the server is asked once. Raises ConnectionLostError."""
        if name not in self._atoms:
            self._atoms[name] = replies.interned_atom(await self.request(requests.intern_atom(name)))
        return self._atoms[name]

    async def extension(self, name: str) -> tuple[int, int]:
        """Return major opcode and first event code of an extension. Raises XDisplayError if the server lacks it."""
        found = replies.parse_extension(await self.request(requests.query_extension(name)))
        if found is None:
            raise XDisplayError(f"the X server {self.name} lacks the {name} extension; WinDictator cannot type there")
        return found

    # Called by the reactor (IReadWriteDescriptor)

    def fileno(self) -> int:
        """Return the socket's descriptor, -1 when closed."""
        return self._socket.fileno()

    def logPrefix(self) -> str:
        """Return the name for Twisted's log."""
        return "X"

    def doRead(self) -> None:
        """Read replies, errors and events, and fire the Deferreds that wait for them."""
        self.last_wakeup = monotonic()
        self.read()

    def read(self) -> None:
        """Read and dispatch what has arrived, if anything has."""
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
        packets = self._packets
        self._received = split_packets(data, packets)
        # A listener may call this method again for more: what came first is dispatched first.
        while packets:
            self._dispatch(packets.popleft())

    def _handle_setup_reply(self, data: bytes) -> None:
        """Read the server's answer to the setup once it is complete; the server sends nothing else unasked."""
        self._received = data
        size = replies.setup_size(data)
        if size is not None and len(data) >= size:
            self._received = b""
            opening, self._setup_reply = self._setup_reply, None
            assert opening is not None
            opening.callback(data)

    def doWrite(self) -> None:
        """Write more of what the socket did not accept before."""
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
        """Fail every pending Deferred with ConnectionLostError, then call ``on_lost`` once: the server is gone."""
        if self.lost:
            return
        self._shut_down()
        if self.on_lost is not None:
            self.on_lost()

    def close(self) -> None:
        """End the connection; pending Deferreds fail with ConnectionLostError.

        The server still processes what was sent, however late (``drain.drain_connection``).
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
        kind, sequence = parse_head(packet)
        if kind == REPLY:
            if self._pending_replies and self._pending_replies[0][0] == sequence:
                waiting = self._pending_replies.popleft()[1]
                if isinstance(waiting, list):  # because isinstance of Deferred takes longer
                    waiting.append(packet)
                else:
                    waiting.callback(packet)
            elif sequence == self._stream_sequence and self._stream is not None:
                self._stream(packet)
        elif kind == ERROR:
            self._handle_error(packet, sequence)
        else:
            for listener in self._listeners:
                listener(packet)

    def _handle_error(self, packet: bytes, sequence: int) -> None:
        """Fail the oldest Deferred whose batch of requests contains the refused one."""
        if not self._pending_replies or (self._pending_replies[0][0] - sequence) & 0xFFFF >= 0x8000:
            return
        _, reply = self._pending_replies.popleft()
        _fail(reply, XRequestError(*replies.parse_error(packet)))


def run_with_timeout(
    work: Deferred[T] | Coroutine[Deferred[Any], Any, T], clock: Clock, seconds: float = REPLY_TIMEOUT_S
) -> Deferred[T]:
    """Return ``work``; if it takes longer than ``seconds``, it is cancelled and fails with ServerTimeoutError.

    The time is that of ``call_if_late``: a process that stood still does not take its own pause for the server's.
    """
    deferred = ensureDeferred(work)
    is_late = False

    def cancel() -> None:
        nonlocal is_late
        is_late = True
        deferred.cancel()

    def explain(failure: Failure) -> Failure:
        if is_late and failure.check(CancelledError):  # type: ignore[no-untyped-call]
            raise ServerTimeoutError(seconds)
        return failure

    return call_if_late(deferred, clock, seconds, cancel).addErrback(explain)


def all_replies(pending: list[Deferred[bytes]]) -> Deferred[list[bytes]]:
    """Fire with all the replies, or fail with the first failure itself."""
    return gatherResults(pending, consumeErrors=True).addErrback(_first_failure)


def _first_failure(failure: Failure) -> Failure:
    assert isinstance(failure.value, FirstError)
    return failure.value.subFailure


def _fail(waiting: Deferred[bytes] | _InlineReply, error: Exception) -> None:
    if isinstance(waiting, list):
        waiting.append(error)
    else:
        waiting.errback(error)
