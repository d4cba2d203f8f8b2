"""Connection of the control server to one client.

Every client costs a bounded amount of memory and time. One that breaks a limit gets an error or is disconnected.
"""

from __future__ import annotations

import logging
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from typing import Protocol as TypingProtocol

from twisted.internet.defer import ensureDeferred
from twisted.internet.interfaces import IHalfCloseableProtocol, IPushProducer
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from windictator.app.control.backlog import Backlog
from windictator.app.control.messages import MAX_LINE_BYTES, MessageError, Request, encode, error_reply, parse_request
from windictator.errors import WinDictatorError, error_place

ReplyValues = Mapping[str, object] | Awaitable[Mapping[str, object]]

MAX_CLIENTS = 64
"""Maximum number of connections."""
MAX_CLIENT_REQUESTS = 32
"""Maximum number of unfinished requests of one client; further ones are read when one is done."""
IDLE_TIMEOUT = 60.0
"""Time without a complete request after which a client that does not follow events is disconnected, in seconds."""
WRITE_TIMEOUT = 10.0
"""Time after which a client that does not read is disconnected, in seconds."""
CLOSE_TIMEOUT = 2.0
"""Time for clients to read their last replies at the end, or the reason of a rejection, in seconds."""
IDLE_TIMEOUT = 60.0
"""Time without a complete request after which a client that does not follow events is disconnected, in seconds."""
WRITE_TIMEOUT = 10.0
"""Time after which a client that does not read is disconnected, in seconds."""
CLOSE_TIMEOUT = 2.0
"""Time for clients to read their last replies at the end, or the reason of a rejection, in seconds."""
WRITE_TIMEOUT = 10.0
"""Time after which a client that does not read is disconnected, in seconds."""
CLOSE_TIMEOUT = 2.0
"""Time for clients to read their last replies at the end, or the reason of a rejection, in seconds."""
CLOSE_TIMEOUT = 2.0
"""Time for clients to read their last replies at the end, or the reason of a rejection, in seconds."""

_log = logging.getLogger("windictator")


class ClientHost(TypingProtocol):
    """Server of which a client is a part."""

    clock: Any
    execute: Callable[[str, Mapping[str, Any]], ReplyValues]
    user: int
    is_closing: bool

    def client_connected(self, client: ServerClient) -> bool:
        """Register a client, and return False if there are too many."""

    def client_disconnected(self, client: ServerClient) -> None:
        """Remove a client whose connection is closed."""

    def subscribers_changed(self) -> None:
        """React to a client that follows events or no longer does."""


@implementer(IHalfCloseableProtocol, IPushProducer)
class ServerClient(Protocol):
    """Connection to one client.

    It is also the push producer of its own transport: while the client does not read, its requests are not read.
    """

    transport: Any

    def __init__(self, server: ClientHost) -> None:
        self._server = server
        self._received = bytearray()
        self._scanned_bytes = 0
        self._is_processing = False
        self._in_progress_count = 0
        self._write_paused = False  # the client has left too much unread
        self._input_closed = False  # no further requests are read
        self._backlog = Backlog()
        self._timer: Any = None
        self.is_subscribed = False
        self.wants_levels = False

    # twisted.internet.protocol.Protocol

    def connectionMade(self) -> None:
        """Register the client, and reject it if it may not connect."""
        room = self._server.client_connected(self)
        self.transport.registerProducer(self, True)
        # struct ucred, unix(7)
        credentials = self.transport.getHandle().getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        _, user, _ = struct.unpack("3i", credentials)
        if user != self._server.user:
            self._reject("this daemon belongs to another user")
        elif not room:
            self._reject(f"the daemon already has {MAX_CLIENTS} clients; end some that follow its events")
        elif self._server.is_closing:
            self._reject("WinDictator is stopping; no new requests are accepted")
        else:
            self._restart_timer()

    def dataReceived(self, data: bytes) -> None:
        """Carry out the requests in ``data`` and in what came before."""
        if not self._input_closed:
            self._received += data
            self._process_requests()

    def readConnectionLost(self) -> None:
        """Finish the client's requests, and disconnect; a follower is disconnected at once."""
        self._input_closed = True
        if self.is_subscribed or not self._in_progress_count:
            self._disconnect()

    def writeConnectionLost(self) -> None:
        """Do nothing: this side was shut after a refused line."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Forget the client."""
        self._input_closed = True
        self.is_subscribed = self.wants_levels = False
        self._backlog.clear()
        self._stop_timer()
        self._server.client_disconnected(self)

    def pauseProducing(self) -> None:
        """Stop reading requests, because the client does not read."""
        self._write_paused = True
        self._restart_timer()

    def resumeProducing(self) -> None:
        """Send the backlog and read requests again, because the client reads."""
        self._write_paused = False
        self._restart_timer()
        while not self._write_paused and (line := self._backlog.pop()) is not None:
            self.transport.write(line)
        self._process_requests()

    def stopProducing(self) -> None:
        """Do nothing more: the connection is closed."""
        self._write_paused = False

    # Input

    def _process_requests(self) -> None:
        """Carry out received requests, up to ``MAX_CLIENT_REQUESTS`` unfinished ones."""
        if self._is_processing:
            return  # called by a request that finished at once
        self._is_processing = True
        heard = len(self._received)
        while (
            not self._input_closed
            and not self._is_busy
            and (end := self._received.find(b"\n", self._scanned_bytes)) >= 0
        ):
            line = bytes(self._received[: min(end, MAX_LINE_BYTES + 1)])
            del self._received[: end + 1]
            self._scanned_bytes = 0
            if len(line) > MAX_LINE_BYTES:
                self._refuse_line()
            else:
                self._handle_line(line)
        self._is_processing = False
        if self._input_closed:
            return
        if len(self._received) < heard:  # not for a part of a line: a client could send it byte by byte forever
            self._restart_timer()
        if self._is_busy:
            self.transport.pauseProducing()
            return
        self._scanned_bytes = len(self._received)
        if self._scanned_bytes > MAX_LINE_BYTES:
            self._refuse_line()
        else:
            self.transport.resumeProducing()

    @property
    def _is_busy(self) -> bool:
        return self._write_paused or self._in_progress_count >= MAX_CLIENT_REQUESTS

    def _handle_line(self, line: bytes) -> None:
        try:
            request = parse_request(line)
        except MessageError as error:
            self.transport.write(error_reply(error.id, str(error), error.exit_status))
            return
        if self._server.is_closing:
            self.transport.write(error_reply(request.id, "WinDictator is stopping; no new requests are accepted"))
            return
        self._in_progress_count += 1
        ensureDeferred(self._handle_request(request))

    async def _handle_request(self, request: Request) -> None:
        try:
            if request.verb == "follow":
                state = encode(**await self._execute("status", {}) | {"event": "state"})
                self._write(encode(id=request.id, ok=True) + state)
                self._subscribe(bool(request.arguments["levels"]))
            else:
                values = await self._execute(request.verb, request.arguments)
                self._write(encode(**values | {"id": request.id, "ok": True}))
        except WinDictatorError as error:
            self._write(error_reply(request.id, str(error), error.exit_status))
        except Exception as error:
            # The log gets neither the error's message nor the arguments: both may contain dictated text.
            kind = type(error).__name__
            _log.error("internal error: %s in %s at %s", kind, request.verb, error_place(error))
            self._write(error_reply(request.id, f"internal error: {kind} (the daemon's log has the place)"))
        self._request_done()

    async def _execute(self, verb: str, arguments: Mapping[str, Any]) -> dict[str, object]:
        answer = self._server.execute(verb, arguments)
        return dict(answer if isinstance(answer, Mapping) else await answer)

    def _subscribe(self, levels: bool) -> None:
        if not self._input_closed:
            self.is_subscribed, self.wants_levels = True, levels
            self._server.subscribers_changed()

    def _request_done(self) -> None:
        self._in_progress_count -= 1
        if not self._input_closed:
            self._restart_timer()
            self._process_requests()
        elif not self._in_progress_count:
            self._disconnect()

    # Output

    def _write(self, line: bytes) -> None:
        if self.transport.connected:
            self.transport.write(line)

    def send_event(self, name: str, line: bytes) -> None:
        """Send an event, or keep it until the client has read more."""
        if self._write_paused:
            self._backlog.add(name, line)
        else:
            self.transport.write(line)

    # End

    def finish(self) -> None:
        """Disconnect when all requests are finished, or after ``CLOSE_TIMEOUT`` seconds."""
        self._stop_timer()
        self._timer = self._server.clock.callLater(CLOSE_TIMEOUT, self._abort)
        self._input_closed = True
        self.is_subscribed = self.wants_levels = False
        if not self._in_progress_count:
            self._disconnect()

    def _disconnect(self) -> None:
        """Close when the client has read everything, or after ``WRITE_TIMEOUT`` seconds."""
        if not self.transport.connected:
            return
        if self._timer is None:
            self._timer = self._server.clock.callLater(WRITE_TIMEOUT, self._abort)
        self.transport.unregisterProducer()
        while (line := self._backlog.pop()) is not None:
            self.transport.write(line)
        self.transport.loseConnection()

    def _reject(self, reason: str) -> None:
        self._input_closed = True
        self.transport.write(error_reply(None, reason))
        self._disconnect()

    def _refuse_line(self) -> None:
        """Report a line that is too long, and read on: a client cut off while it sends would not read the reason."""
        self._input_closed = True
        self._received.clear()
        self.transport.write(error_reply(None, f"a line has at most {MAX_LINE_BYTES} bytes"))
        self.transport.unregisterProducer()
        self.transport.loseWriteConnection()
        self.transport.resumeProducing()
        self._stop_timer()
        self._timer = self._server.clock.callLater(CLOSE_TIMEOUT, self._abort)

    def _abort(self) -> None:
        self._timer = None
        self.transport.abortConnection()

    def _restart_timer(self) -> None:
        """Set the timeout that applies to the client's current state."""
        if self._input_closed:
            return
        self._stop_timer()
        if self._write_paused:
            self._timer = self._server.clock.callLater(WRITE_TIMEOUT, self._abort)
        elif not self.is_subscribed and not self._in_progress_count:
            self._timer = self._server.clock.callLater(IDLE_TIMEOUT, self._abort)

    def _stop_timer(self) -> None:
        timer, self._timer = self._timer, None
        if timer is not None and timer.active():
            timer.cancel()
