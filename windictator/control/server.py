"""The daemon's side of the control socket. See ``messages`` for what is spoken there.

Whatever a client sends, or leaves unread, costs a bounded amount of memory and time and disturbs nobody else: it gets
an error, or is left.
"""

from __future__ import annotations

import logging
import os
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred, ensureDeferred, succeed
from twisted.internet.interfaces import IAddress, IHalfCloseableProtocol, IPushProducer
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from windictator.control.backlog import Backlog
from windictator.control.messages import LARGEST_LINE, MessageError, Request, encode, error_reply, parse_request
from windictator.control.unix_listener import Listener
from windictator.errors import WinDictatorError, error_place

Answer = Mapping[str, object] | Awaitable[Mapping[str, object]]

MOST_CLIENTS = 64
"""Connections at a time."""
MOST_REQUESTS = 32
"""Requests of one client under way; the next ones are read when one of these is done."""
IDLE_TIMEOUT = 60.0
"""Seconds without a request, or without the rest of one, after which a client that follows nothing is left."""
UNREAD_TIMEOUT = 10.0
"""Seconds that a client may leave unread what it was sent."""
CLOSE_TIMEOUT = 2.0
"""Seconds in which open connections get what they are owed at the end; and one that was refused may read why."""

_log = logging.getLogger("windictator")


class ControlServer:
    """Serves the socket at ``path``.

    ``answer``: carries out a verb with its arguments and gives what the reply holds, at once or later; a
    WinDictatorError becomes an error reply with its exit status. "status" also gives a new follower its first event;
    "follow" is not asked. ``on_followers``: called with the number of those who follow events, and whether one of
    them wants levels, whenever either changes. ``user``: the only user who is answered.
    """

    def __init__(
        self,
        reactor: Any,
        path: Path,
        answer: Callable[[str, Mapping[str, Any]], Answer],
        *,
        on_followers: Callable[[int, bool], None] | None = None,
        user: int | None = None,
    ) -> None:
        self.clock = reactor
        self.answer = answer
        self.user = os.getuid() if user is None else user
        self.closing = False
        self._reactor = reactor
        self._path = path
        self._on_followers = on_followers
        self._followers_told = (0, False)
        self._clients: set[_Client] = set()
        self._listener: Listener | None = None
        self._closed: list[Deferred[None]] = []

    def listen(self) -> Deferred[None]:
        """Begin. Raises AddressError, SocketTaken."""
        self._listener = Listener(self._reactor, self._path, _Clients(self))
        return succeed(None)

    def publish(self, event: Mapping[str, object]) -> None:
        """Send an event, ``{"event": its name, ...}``, to all who follow. Raises ValueError, TypeError for values that
        JSON does not have."""
        followers = [client for client in self._clients if client.follows]
        if not followers:
            return
        name, line = str(event["event"]), encode(**event)
        for client in followers:
            if name != "level" or client.wants_levels:
                client.send_event(name, line)

    def close(self) -> Deferred[None]:
        """Take no new work, remove the socket, and fire when all connections are closed: at once where nothing is under
        way, after ``CLOSE_TIMEOUT`` seconds at the latest."""
        if not self.closing:
            self.closing = True
            if self._listener is not None:
                self._listener.close()
            for client in list(self._clients):
                client.finish()
        closed: Deferred[None] = Deferred()
        self._closed.append(closed)
        if not self._clients:
            self._all_gone()
        return closed

    # For the clients

    def came(self, client: _Client) -> bool:
        """Whether there is room for one more."""
        room = len(self._clients) < MOST_CLIENTS
        self._clients.add(client)
        return room

    def left(self, client: _Client) -> None:
        """A connection is closed."""
        self._clients.discard(client)
        self.followers_changed()
        if self.closing and not self._clients:
            self._all_gone()

    def followers_changed(self) -> None:
        """Tell whoever wants to know."""
        followers = [client for client in self._clients if client.follows]
        told = len(followers), any(client.wants_levels for client in followers)
        if told != self._followers_told:
            self._followers_told = told
            if self._on_followers is not None:
                self._on_followers(*told)

    def _all_gone(self) -> None:
        waiting, self._closed = self._closed, []
        for closed in waiting:
            closed.callback(None)


class _Clients(Factory):
    noisy = False

    def __init__(self, server: ControlServer) -> None:
        self._server = server

    def buildProtocol(self, addr: IAddress | None) -> Protocol:
        return _Client(self._server)


@implementer(IHalfCloseableProtocol, IPushProducer)
class _Client(Protocol):
    """One connection. It is also the producer of what is sent: while the client does not read, it is not read."""

    transport: Any

    def __init__(self, server: ControlServer) -> None:
        self._server = server
        self._received = bytearray()
        self._searched = 0
        self._hearing = False
        self._under_way = 0
        self._unread = False  # the client leaves too much of what was sent unread
        self._deaf = False  # nothing more of it is heard
        self._backlog = Backlog()
        self._timer: Any = None
        self.follows = False
        self.wants_levels = False

    # Twisted's side

    def connectionMade(self) -> None:
        room = self._server.came(self)
        self.transport.registerProducer(self, True)
        # struct ucred, unix(7)
        credentials = self.transport.getHandle().getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        _, user, _ = struct.unpack("3i", credentials)
        if user != self._server.user:
            self._turn_away("this daemon belongs to another user")
        elif not room:
            self._turn_away(f"the daemon already has {MOST_CLIENTS} clients; close some that follow its events")
        elif self._server.closing:
            self._turn_away("WinDictator is stopping; nothing new is begun")
        else:
            self._watch()

    def dataReceived(self, data: bytes) -> None:
        if not self._deaf:
            self._received += data
            self._hear()

    def readConnectionLost(self) -> None:
        """It sends no more; what it asked for, it still gets. Whoever follows must not do so: then it has gone."""
        self._deaf = True
        if self.follows or not self._under_way:
            self._leave()

    def writeConnectionLost(self) -> None:
        """Our side was shut after a refusal."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._deaf = True
        self.follows = self.wants_levels = False
        self._backlog.clear()
        self._stop_timer()
        self._server.left(self)

    def pauseProducing(self) -> None:
        self._unread = True
        self._watch()

    def resumeProducing(self) -> None:
        self._unread = False
        self._watch()
        while not self._unread and (line := self._backlog.next()) is not None:
            self.transport.write(line)
        self._hear()

    def stopProducing(self) -> None:
        self._unread = False

    # What comes in

    def _hear(self) -> None:
        """Carry out the requests that are there, as far as it may have more under way."""
        if self._hearing:
            return  # an answer that came at once
        self._hearing = True
        heard = len(self._received)
        while not self._deaf and not self._busy and (end := self._received.find(b"\n", self._searched)) >= 0:
            line = bytes(self._received[: min(end, LARGEST_LINE + 1)])
            del self._received[: end + 1]
            self._searched = 0
            if len(line) > LARGEST_LINE:
                self._refuse_line()
            else:
                self._take(line)
        self._hearing = False
        if self._deaf:
            return
        if len(self._received) < heard:  # not for a part of a line: somebody may send it byte by byte
            self._watch()
        if self._busy:
            self.transport.pauseProducing()
            return
        self._searched = len(self._received)
        if self._searched > LARGEST_LINE:
            self._refuse_line()
        else:
            self.transport.resumeProducing()

    @property
    def _busy(self) -> bool:
        return self._unread or self._under_way >= MOST_REQUESTS

    def _take(self, line: bytes) -> None:
        try:
            request = parse_request(line)
        except MessageError as error:
            self.transport.write(error_reply(error.id, str(error), error.exit_status))
            return
        if self._server.closing:
            self.transport.write(error_reply(request.id, "WinDictator is stopping; nothing new is begun"))
            return
        self._under_way += 1
        ensureDeferred(self._carry_out(request))

    async def _carry_out(self, request: Request) -> None:
        try:
            if request.verb == "follow":
                state = encode(**await self._answer("status", {}) | {"event": "state"})
                self._write(encode(id=request.id, ok=True) + state)
                self._begin_to_follow(bool(request.arguments["levels"]))
            else:
                values = await self._answer(request.verb, request.arguments)
                self._write(encode(**values | {"id": request.id, "ok": True}))
        except WinDictatorError as error:
            self._write(error_reply(request.id, str(error), error.exit_status))
        except Exception as error:
            # Neither the error's own words nor the arguments: they may be what was dictated.
            kind = type(error).__name__
            _log.error("internal error: %s in %s at %s", kind, request.verb, error_place(error))
            self._write(error_reply(request.id, f"internal error: {kind} (the daemon's log says where)"))
        self._done()

    async def _answer(self, verb: str, arguments: Mapping[str, Any]) -> dict[str, object]:
        answer = self._server.answer(verb, arguments)
        return dict(answer if isinstance(answer, Mapping) else await answer)

    def _begin_to_follow(self, levels: bool) -> None:
        if not self._deaf:
            self.follows, self.wants_levels = True, levels
            self._server.followers_changed()

    def _done(self) -> None:
        self._under_way -= 1
        if not self._deaf:
            self._watch()
            self._hear()
        elif not self._under_way:
            self._leave()

    # What goes out

    def _write(self, line: bytes) -> None:
        if self.transport.connected:
            self.transport.write(line)

    def send_event(self, name: str, line: bytes) -> None:
        """An event, now or when the client has read more."""
        if self._unread:
            self._backlog.add(name, line)
        else:
            self.transport.write(line)

    # The end of it

    def finish(self) -> None:
        """The daemon ends: go when nothing is owed, or soon."""
        self._stop_timer()
        self._timer = self._server.clock.callLater(CLOSE_TIMEOUT, self._abort)
        self._deaf = True
        self.follows = self.wants_levels = False
        if not self._under_way:
            self._leave()

    def _leave(self) -> None:
        """Close when the system has taken all that was sent; after a while if the client reads nothing."""
        if not self.transport.connected:
            return
        if self._timer is None:
            self._timer = self._server.clock.callLater(UNREAD_TIMEOUT, self._abort)
        self.transport.unregisterProducer()
        while (line := self._backlog.next()) is not None:
            self.transport.write(line)
        self.transport.loseConnection()

    def _turn_away(self, reason: str) -> None:
        self._deaf = True
        self.transport.write(error_reply(None, reason))
        self._leave()

    def _refuse_line(self) -> None:
        """Say why, and let it be read: somebody who is cut off in the middle of sending may not look for a reason."""
        self._deaf = True
        self._received.clear()
        self.transport.write(error_reply(None, f"a line has at most {LARGEST_LINE} bytes"))
        self.transport.unregisterProducer()
        self.transport.loseWriteConnection()
        self.transport.resumeProducing()
        self._stop_timer()
        self._timer = self._server.clock.callLater(CLOSE_TIMEOUT, self._abort)

    def _abort(self) -> None:
        self._timer = None
        self.transport.abortConnection()

    def _watch(self) -> None:
        """Set the time after which it is left, by what it does now."""
        if self._deaf:
            return
        self._stop_timer()
        if self._unread:
            self._timer = self._server.clock.callLater(UNREAD_TIMEOUT, self._abort)
        elif not self.follows and not self._under_way:
            self._timer = self._server.clock.callLater(IDLE_TIMEOUT, self._abort)

    def _stop_timer(self) -> None:
        timer, self._timer = self._timer, None
        if timer is not None and timer.active():
            timer.cancel()
