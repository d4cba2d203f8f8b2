"""Asks a running daemon. Standard library only, blocking, quick: the command line's side of the socket."""

from __future__ import annotations

import os
import select
import socket
import struct
import time

from windictator.control.messages import MessageError, encode_request, parse_message
from windictator.errors import WinDictatorError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

ANSWER_TIMEOUT = 5.0
"""Seconds for an answer to what needs no typing: a daemon that needs longer hangs."""

#: Bytes of a line from the daemon: far more than any history; a bound for something that is no daemon.
_MAX_ANSWER_BYTES = 256 << 20

_TIMED_OUT: dict[str, Any] = {}


class NoDaemonError(WinDictatorError):
    """No daemon listens at the socket. ``other``: another program that dictates on the display, if known."""

    def __init__(self, other: str = "") -> None:
        help = f", but {other} dictates there" if other else "; windictator start starts it"
        super().__init__(f"no daemon runs for this display{help}")


class DaemonTimeoutError(WinDictatorError):
    """The daemon does not answer, ended before it did, or talks nonsense."""


class RequestRefusedError(WinDictatorError):
    """The daemon's own words why it did not do it, with the exit status that it gives them."""

    def __init__(self, reason: str, exit_status: int) -> None:
        super().__init__(reason)
        self.exit_status = exit_status


class DaemonConnection:
    """A connection to the daemon whose socket is at ``path``. ``pid``: its process.

    Raises NoDaemon; DaemonSilent where the socket is not this user's or cannot be reached. ``timeout``: seconds for
    connecting, and for sending a request.
    """

    def __init__(self, path: str | os.PathLike[str], timeout: float = ANSWER_TIMEOUT) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._received = bytearray()
        self._scanned_bytes = 0
        self._last_id = 0
        try:
            self._connect(os.fspath(path), timeout)
        except BaseException:
            self._socket.close()
            raise

    def _connect(self, path: str, timeout: float) -> None:
        # Not settimeout(): with that connect() would not wait where many others are connecting.
        seconds = int(timeout)
        limit = struct.pack("ll", seconds, int((timeout - seconds) * 1_000_000))  # struct timeval
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
        try:
            self._socket.connect(path)
            # struct ucred, unix(7). In a folder for everybody (/tmp) somebody else may have been quicker.
            credentials = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        except (FileNotFoundError, ConnectionRefusedError):
            raise NoDaemonError from None
        except BlockingIOError:
            raise DaemonTimeoutError(f"the daemon at {path} accepts no connection; end it if it hangs") from None
        except OSError as error:
            raise DaemonTimeoutError(f"cannot reach the daemon at {path}: {error.strerror}") from None
        self.pid, user, _ = struct.unpack("3i", credentials)
        if user != os.getuid():
            raise DaemonTimeoutError(f"{path} belongs to another user's program; nothing was sent")

    def __enter__(self) -> DaemonConnection:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Leave."""
        self._socket.close()

    def fileno(self) -> int:
        """For select: readable when something has come, or the daemon has gone."""
        return self._socket.fileno()

    def send(self, verb: str, **arguments: object) -> int:
        """Send a request; its id. Raises DaemonSilent."""
        self._last_id += 1
        try:
            self._socket.sendall(encode_request(self._last_id, verb, arguments))
        except OSError as error:
            # Its reason may be waiting to be read: too many clients, say.
            if not isinstance(error, (BrokenPipeError, ConnectionResetError)):
                raise DaemonTimeoutError(f"the daemon (process {self.pid}) takes no requests") from None
        return self._last_id

    def wait_for_reply(self, id: int, timeout: float | None = None) -> dict[str, Any]:
        """The reply to the request ``id``; replies to others and events that come before it are passed over.

        ``timeout``: seconds, None to wait as long as it takes. Raises Refused, DaemonSilent.
        """
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            message = self._receive(end)
            if message is _TIMED_OUT:
                raise DaemonTimeoutError(f"the daemon (process {self.pid}) has not answered for {timeout:g} seconds")
            if message is None:
                raise DaemonTimeoutError(f"the daemon (process {self.pid}) ended before it had answered")
            if message.get("id") != id and not (message.get("ok") is False and message.get("id") is None):
                continue
            if message.get("ok") is not True:
                status = message.get("exit_status")
                raise RequestRefusedError(str(message.get("error")), status if isinstance(status, int) else 1)
            return {name: value for name, value in message.items() if name not in ("id", "ok")}

    def call(self, verb: str, timeout: float | None = ANSWER_TIMEOUT, **arguments: object) -> dict[str, Any]:
        """Send a request and return what its reply holds. Raises Refused, DaemonSilent."""
        return self.wait_for_reply(self.send(verb, **arguments), timeout)

    def receive(self) -> dict[str, Any] | None:
        """The next message, whenever it comes; None when the daemon has closed the connection. Raises DaemonSilent."""
        return self._receive(None)

    def _receive(self, deadline: float | None) -> dict[str, Any] | None:
        while (message := self.pop_buffered()) is None:
            if not self._wait_until_readable(None if deadline is None else max(0.0, deadline - time.monotonic())):
                return _TIMED_OUT
            if not self.read():
                return None
        return message

    def pop_buffered(self) -> dict[str, Any] | None:
        """The next message that has been read completely, without reading; None if there is none yet."""
        end = self._received.find(b"\n", self._scanned_bytes)
        if end < 0:
            self._scanned_bytes = len(self._received)
            if self._scanned_bytes > _MAX_ANSWER_BYTES:
                raise DaemonTimeoutError(f"process {self.pid} is no daemon: it sends a line without an end")
            return None
        line = bytes(self._received[:end])
        del self._received[: end + 1]
        self._scanned_bytes = 0
        try:
            return parse_message(line)
        except MessageError as error:
            raise DaemonTimeoutError(
                f"the daemon (process {self.pid}) sends what cannot be understood: {error}"
            ) from None

    def read(self) -> bool:
        """Read what has come, waiting for something; False when the daemon has closed the connection."""
        try:
            data = self._socket.recv(1 << 16)
        except ConnectionResetError:
            return False
        except OSError as error:
            raise DaemonTimeoutError(
                f"the connection to the daemon (process {self.pid}) broke: {error.strerror}"
            ) from None
        self._received += data
        return bool(data)

    def _wait_until_readable(self, timeout: float | None) -> bool:
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        return bool(poll.poll(None if timeout is None else timeout * 1000))


def call(
    path: str | os.PathLike[str], verb: str, *, timeout: float | None = ANSWER_TIMEOUT, **arguments: object
) -> dict[str, Any]:
    """Ask the daemon at ``path`` and return what its reply holds. ``timeout``: seconds for the answer, None to wait as
    long as the work takes. Raises NoDaemon, Refused, DaemonSilent."""
    with DaemonConnection(path) as connection:
        return connection.call(verb, timeout, **arguments)


def subscribe(path: str | os.PathLike[str], *, levels: bool = False) -> Iterator[dict[str, Any]]:
    """Every event from now on, the state first, until the daemon ends. Raises NoDaemon, Refused, DaemonSilent."""
    with DaemonConnection(path) as connection:
        connection.call("follow", levels=levels)
        while (message := connection.receive()) is not None:
            if "event" in message:
                yield message
