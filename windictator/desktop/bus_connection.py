"""Connection to a D-Bus bus on Twisted's reactor; jeepney packs and parses the messages."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Callable
from typing import Any

from jeepney import HeaderFields, Message, MessageFlag, MessageType, Parser, new_error
from jeepney.auth import BEGIN, Authenticator
from twisted.internet.defer import Deferred, fail
from twisted.internet.protocol import ClientFactory, Protocol, connectionDone
from twisted.python.failure import Failure

from windictator.desktop.bus_errors import BusDisconnectedError

#: Errors that jeepney raises for a malformed message; AuthenticationError is a ValueError.
_MALFORMED = (ValueError, LookupError, AssertionError, TypeError, struct.error)


class BusConnection(Protocol):
    """Connection to a bus; methods can be called once ``authenticated`` has fired."""

    transport: Any
    connector: Any

    def __init__(self, on_lost: Callable[[BusConnection], None]) -> None:
        self._on_lost = on_lost
        self.authenticated: Deferred[None] = Deferred()
        self._authenticator: Authenticator | None = Authenticator()
        self._parser = Parser()
        self._serials = itertools.count(1)
        self._pending_replies: dict[int, Deferred[Message]] = {}
        self._is_closed = False
        self._close_waiters: list[Deferred[None]] = []

    def request(self, message: Message) -> Deferred[Message]:
        """Call a method; fire with its reply, even an error. Errback: BusDisconnectedError. May be cancelled."""
        if self._is_closed:
            return fail(_disconnected_error())
        serial = next(self._serials)
        self._write(message.serialise(serial))
        answer: Deferred[Message] = Deferred(lambda _cancelled: self._forget(serial))
        self._pending_replies[serial] = answer
        return answer

    def close(self) -> Deferred[None]:
        """Close the connection; fire when it is closed."""
        left: Deferred[None] = Deferred()
        self._close_waiters.append(left)
        self.abort()
        return left

    def abort(self) -> None:
        """Close the connection at once, or end the attempt to connect."""
        if self.transport is not None:
            self.transport.abortConnection()
        else:
            self.connector.stopConnecting()

    def _forget(self, serial: int) -> None:
        self._pending_replies.pop(serial, None)

    # twisted.internet.protocol.Protocol

    def connectionMade(self) -> None:
        """Begin the authentication."""
        if self._authenticator is not None:
            self._write(self._authenticator.data_to_send())

    def dataReceived(self, data: bytes) -> None:
        """Parse data of the bus; close the connection if the data is malformed."""
        try:
            if self._authenticator is not None:
                self._authenticate(self._authenticator, data)
                return
            messages = self._parser.feed(data)
        except _MALFORMED:
            self.abort()
            return
        for message in messages:
            self._received(message)

    def connection_failed(self, reason: Failure) -> None:
        """Report that the attempt to connect has failed, with a ConnectError."""
        self._mark_closed()
        if not self.authenticated.called:
            self.authenticated.errback(reason)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Fail everything that waits for a reply."""
        self._mark_closed()
        if not self.authenticated.called:
            self.authenticated.errback(_disconnected_error())
        answers, self._pending_replies = self._pending_replies, {}
        for answer in answers.values():
            if not answer.called:
                answer.errback(_disconnected_error())

    def _mark_closed(self) -> None:
        self._is_closed = True
        self._on_lost(self)
        for left in self._close_waiters:
            left.callback(None)

    def _authenticate(self, authenticator: Authenticator, data: bytes) -> None:
        authenticator.feed(data)
        if authenticator.authenticated:
            self._authenticator = None
            self._write(BEGIN)
            self.authenticated.callback(None)

    def _received(self, message: Message) -> None:
        header = message.header
        if header.message_type in (MessageType.method_return, MessageType.error):
            answer = self._pending_replies.pop(header.fields.get(HeaderFields.reply_serial, 0), None)
            if answer is not None:
                answer.callback(message)
        elif header.message_type is MessageType.method_call and not header.flags & MessageFlag.no_reply_expected:
            refusal = new_error(message, "org.freedesktop.DBus.Error.UnknownObject", "s", ("nothing can be called",))
            self._write(refusal.serialise(next(self._serials)))

    def _write(self, data: bytes) -> None:
        self.transport.write(data)


class SingleConnectionFactory(ClientFactory):
    """Factory of the one connection that it is created with."""

    noisy = False
    """Twisted logs the connection if this is True."""

    def __init__(self, connection: BusConnection) -> None:
        self._connection = connection

    def buildProtocol(self, addr: object) -> BusConnection:
        """Return the connection."""
        return self._connection

    def clientConnectionFailed(self, connector: object, reason: Failure) -> None:
        """Pass the failure on to the connection."""
        self._connection.connection_failed(reason)


def _disconnected_error() -> BusDisconnectedError:
    return BusDisconnectedError("the connection to the bus was lost; the call may have been executed")
