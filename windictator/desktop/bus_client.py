"""Client of a D-Bus bus on Twisted's reactor; jeepney packs and parses the messages.

A bus may be missing, come later, or restart. The client connects when it is needed, and again after the connection was
lost. Calls in progress then fail and are not sent again, because they may have been executed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jeepney import DBusAddress, HeaderFields, Message, MessageType, new_method_call
from twisted.internet.defer import CancelledError, Deferred, ensureDeferred, fail, succeed
from twisted.internet.error import ConnectError
from twisted.python.failure import Failure

from windictator.desktop.bus_address import unix_sockets
from windictator.desktop.bus_connection import BusConnection, SingleConnectionFactory
from windictator.desktop.bus_errors import BusError, BusReplyError, BusTimeoutError, NoBusError, ServiceUnknownError
from windictator.errors import WinDictatorError
from windictator.text.commands.bus_arguments import bus_arguments, check_method

CONNECT_TIMEOUT = 5.0
"""Time in which a bus must accept the connection, in seconds."""
CALL_TIMEOUT = 10.0
"""Default time in which a method must reply, including the time to connect, in seconds."""
_MAX_REASON_LENGTH = 300

_BUS = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
_UNKNOWN_SERVICE_ERRORS = ("org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner")


class BusClient:
    """Client of one bus; it connects with the first call.

    address: address of the bus, see ``bus_address``.
    name: name of the bus in error messages.
    """

    def __init__(self, reactor: Any, address: str, name: str = "session bus") -> None:
        self._reactor = reactor
        self._address = address
        self._name = name
        self._connection: BusConnection | None = None
        self._connecting: Deferred[None] | None = None
        self._waiters: list[Deferred[BusConnection]] = []
        self._closed = False

    def call(
        self,
        destination: str,
        path: str,
        interface: str,
        member: str,
        signature: str = "",
        arguments: Sequence[Any] = (),
        *,
        timeout: float = CALL_TIMEOUT,
    ) -> Deferred[tuple[Any, ...]]:
        """Call a method; fire with the values that it returns, variants as tuples of signature and value.

        arguments: one for each type in ``signature``, see ``text.commands.bus_arguments``.
        timeout: time for the call (seconds).
        Errback: ArgumentsError if a name or argument is malformed (nothing is sent then), NoBusError,
        ServiceUnknownError, BusReplyError, BusTimeoutError, BusDisconnectedError. May be cancelled; a call that was
        sent is executed anyway.
        """
        try:
            check_method(destination, path, interface, member)
            body = bus_arguments(signature, arguments)
            message = new_method_call(DBusAddress(path, destination, interface), member, signature or None, body)
        except WinDictatorError as error:
            return fail(error)

        def too_late(_result: object, seconds: float) -> Any:
            raise BusTimeoutError(f"{destination} did not answer {member} within {seconds:g} seconds")

        return ensureDeferred(self._call(message)).addTimeout(timeout, self._reactor, too_late)

    def close(self) -> Deferred[None]:
        """Disconnect permanently; fire when that is done. Calls in progress and later calls fail."""
        self._closed = True
        if self._connecting is not None:
            self._connecting.cancel()
        return self._connection.close() if self._connection is not None else succeed(None)

    async def _call(self, message: Message) -> tuple[Any, ...]:
        connection = await self._connected()
        return _reply_values(await connection.request(message), message, self._name)

    def _connected(self) -> Deferred[BusConnection]:
        if self._closed:
            return fail(self._closed_error())
        if self._connection is not None and self._connecting is None:
            return succeed(self._connection)
        waiter: Deferred[BusConnection] = Deferred()
        self._waiters = [*(each for each in self._waiters if not each.called), waiter]
        if self._connecting is None:
            self._connecting = connecting = ensureDeferred(self._connect())
            connecting.addTimeout(CONNECT_TIMEOUT, self._reactor, self._on_connect_timeout)
            connecting.addErrback(self._connect_failed)
        return waiter

    async def _connect(self) -> None:
        sockets = unix_sockets(self._address)
        if not sockets:
            raise NoBusError(
                f"the address of the {self._name} is not a Unix socket: {self._address}"
                if self._address
                else f"there is no {self._name}: DBUS_SESSION_BUS_ADDRESS is not set"
            )
        for number, path in enumerate(sockets, 1):
            connection = self._connection = BusConnection(self._connection_lost)
            connection.connector = self._reactor.connectUNIX(path, SingleConnectionFactory(connection), CONNECT_TIMEOUT)
            try:
                await connection.authenticated
                await connection.request(new_method_call(_BUS, "Hello"))
                break
            except ConnectError as error:
                if number == len(sockets):
                    raise NoBusError(
                        f"the {self._name} at {_printable_path(path)} cannot be reached: {_reason(error)}"
                    ) from None
            except BusError:
                raise NoBusError(f"the {self._name} refused the connection") from None
            except BaseException:  # a timeout, or ``close``
                connection.abort()
                raise
        self._connecting = None
        waiting, self._waiters = self._waiters, []
        for waiter in waiting:
            if not waiter.called:
                waiter.callback(connection)

    def _on_connect_timeout(self, _result: object, seconds: float) -> Any:
        raise NoBusError(f"the {self._name} did not accept the connection within {seconds:g} seconds")

    def _connect_failed(self, failure: Failure) -> None:
        """Give each waiter an error of its own: a traceback grows where an error is raised."""
        self._connecting = None
        waiting, self._waiters = self._waiters, []
        reason = failure.value
        if isinstance(reason, CancelledError):
            reason = self._closed_error()
        for waiter in waiting:
            if not waiter.called:
                waiter.errback(NoBusError(str(reason)) if isinstance(reason, BusError) else failure)

    def _closed_error(self) -> NoBusError:
        return NoBusError(f"the {self._name} is closed: WinDictator is stopping")

    def _connection_lost(self, connection: BusConnection) -> None:
        if self._connection is connection:
            self._connection = None


def _reply_values(answer: Message, call: Message, bus: str) -> tuple[Any, ...]:
    """Return the values in a reply. Raises ServiceUnknownError, BusReplyError."""
    if answer.header.message_type is MessageType.method_return:
        return tuple(answer.body)
    name = str(answer.header.fields.get(HeaderFields.error_name, ""))
    destination, member = (call.header.fields[field] for field in (HeaderFields.destination, HeaderFields.member))
    if name in _UNKNOWN_SERVICE_ERRORS:
        raise ServiceUnknownError(f"{destination} is not on the {bus}; start that program first")
    said = answer.body[0] if answer.body and isinstance(answer.body[0], str) else ""
    raise BusReplyError(f"{destination} refused {member}: {_one_line(said) or name}", name)


def _reason(error: ConnectError) -> str:
    return getattr(error.osError, "strerror", "") or _one_line(str(error))


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _MAX_REASON_LENGTH else f"{line[: _MAX_REASON_LENGTH - 1]}…"


def _printable_path(path: str) -> str:
    return f"@{path[1:]}" if path.startswith("\0") else path
