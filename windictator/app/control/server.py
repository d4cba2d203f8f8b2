"""Server of the control socket; ``messages`` describes the protocol.

Every client costs a bounded amount of memory and time, whatever it sends or leaves unread. A client that breaks a limit
gets an error or is disconnected; other clients are not affected.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory, Protocol

from windictator.app.control.messages import encode
from windictator.app.control.server_client import MAX_CLIENTS, ReplyValues, ServerClient
from windictator.app.control.unix_listener import UnixListener


class ControlServer:
    """Server of the socket at ``path``.

    execute: carries out a verb with its arguments and returns the content of the reply, or an awaitable of it. A
        WinDictatorError becomes an error reply with its exit status. "status" also provides the first event of a new
        follower; "follow" is never passed.
    on_subscribers_changed: called with the number of followers, and True if one of them wants levels, when either
        changes.
    user: id of the only user who is served, this process's user if None.
    """

    def __init__(
        self,
        reactor: Any,
        path: Path,
        execute: Callable[[str, Mapping[str, Any]], ReplyValues],
        *,
        on_subscribers_changed: Callable[[int, bool], None] | None = None,
        user: int | None = None,
    ) -> None:
        self.clock = reactor
        self.execute = execute
        self.user = os.getuid() if user is None else user
        self.is_closing = False
        self._reactor = reactor
        self._path = path
        self._on_subscribers_changed = on_subscribers_changed
        self._reported_subscribers = (0, False)
        self._clients: set[ServerClient] = set()
        self._listener: UnixListener | None = None
        self._close_waiters: list[Deferred[None]] = []

    def listen(self) -> Deferred[None]:
        """Start to listen. Raises AddressError, SocketInUseError."""
        self._listener = UnixListener(self._reactor, self._path, _ClientFactory(self))
        return succeed(None)

    def publish(self, event: Mapping[str, object]) -> None:
        """Send an event, ``{"event": name, ...}``, to all followers.

        Raises ValueError, TypeError for values that JSON does not have.
        """
        followers = [client for client in self._clients if client.is_subscribed]
        if not followers:
            return
        name, line = str(event["event"]), encode(**event)
        for client in followers:
            if name != "level" or client.wants_levels:
                client.send_event(name, line)

    def close(self) -> Deferred[None]:
        """Accept no new requests, remove the socket, and close all connections.

        The Deferred fires when all connections are closed: at once if no request is unfinished, otherwise after
        ``server_client.CLOSE_TIMEOUT`` seconds at the latest.
        """
        if not self.is_closing:
            self.is_closing = True
            if self._listener is not None:
                self._listener.close()
            for client in list(self._clients):
                client.finish()
        closed: Deferred[None] = Deferred()
        self._close_waiters.append(closed)
        if not self._clients:
            self._all_disconnected()
        return closed

    # For the clients

    def client_connected(self, client: ServerClient) -> bool:
        """Register a client, and return False if there are too many."""
        room = len(self._clients) < MAX_CLIENTS
        self._clients.add(client)
        return room

    def client_disconnected(self, client: ServerClient) -> None:
        """Remove a client whose connection is closed."""
        self._clients.discard(client)
        self.subscribers_changed()
        if self.is_closing and not self._clients:
            self._all_disconnected()

    def subscribers_changed(self) -> None:
        """Call ``on_subscribers_changed`` if the followers or their wishes have changed."""
        followers = [client for client in self._clients if client.is_subscribed]
        told = len(followers), any(client.wants_levels for client in followers)
        if told != self._reported_subscribers:
            self._reported_subscribers = told
            if self._on_subscribers_changed is not None:
                self._on_subscribers_changed(*told)

    def _all_disconnected(self) -> None:
        waiting, self._close_waiters = self._close_waiters, []
        for closed in waiting:
            closed.callback(None)


class _ClientFactory(Factory):
    noisy = False

    def __init__(self, server: ControlServer) -> None:
        self._server = server

    def buildProtocol(self, addr: IAddress | None) -> Protocol:
        return ServerClient(self._server)
