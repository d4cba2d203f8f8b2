"""Client of the control socket: blocking, quick, standard library only."""

from __future__ import annotations

import os
import select
import socket
import struct
import time

from windictator.app.control.messages import MessageError, encode_request, parse_message
from windictator.errors import WinDictatorError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

ANSWER_TIMEOUT = 5.0
"""Maximum time for the reply to a request that types nothing, in seconds: a slower daemon hangs."""

#: Maximum size of a line from the daemon, in bytes: more than any history. Another program may send endless lines.
_MAX_ANSWER_BYTES = 256 << 20

_TIMED_OUT: dict[str, Any] = {}


class NoDaemonError(WinDictatorError):
    """No daemon listens at the socket.

    other: another program that dictates on the display, "" if unknown.
    """

    def __init__(self, other: str = "") -> None:
        help = f", but {other} dictates there" if other else "; start it: windictator start"
        super().__init__(f"no daemon runs for this display{help}")


class DaemonTimeoutError(WinDictatorError):
    """The daemon does not answer, ended before it answered, or sent an invalid message."""


class RequestRefusedError(WinDictatorError):
    """Refusal by the daemon, with its reason and exit status."""

    def __init__(self, reason: str, exit_status: int) -> None:
        super().__init__(reason)
        self.exit_status = exit_status


class DaemonConnection:
    """Connection to the daemon whose socket is at ``path``.

    timeout: maximum time for connecting, and for sending a request (seconds).

    Raises NoDaemonError. Raises DaemonTimeoutError if the socket belongs to another user or cannot be reached.
    """

    def __init__(self, path: str | os.PathLike[str], timeout: float = ANSWER_TIMEOUT) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._received = bytearray()
        self._scanned_bytes = 0
        self.last_id = 0
        """Id of the last request, 0 if there was none."""
        try:
            self._connect(os.fspath(path), timeout)
        except BaseException:
            self._socket.close()
            raise

    def _connect(self, path: str, timeout: float) -> None:
        # Not settimeout(): connect() would fail at once instead of waiting while many others are connecting.
        seconds = int(timeout)
        limit = struct.pack("ll", seconds, int((timeout - seconds) * 1_000_000))  # struct timeval
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
        try:
            self._socket.connect(path)
            # struct ucred, unix(7). In /tmp another user may have created the socket first.
            credentials = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        except (FileNotFoundError, ConnectionRefusedError):
            raise NoDaemonError from None
        except BlockingIOError:
            raise DaemonTimeoutError(
                f"the daemon at {path} does not accept connections; if it hangs, kill it"
            ) from None
        except OSError as error:
            raise DaemonTimeoutError(f"cannot reach the daemon at {path}: {error.strerror}") from None
        self.pid, user, _ = struct.unpack("3i", credentials)
        if user != os.getuid():
            raise DaemonTimeoutError(f"{path} belongs to a program of another user; nothing was sent")

    def __enter__(self) -> DaemonConnection:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def fileno(self) -> int:
        """Return the descriptor, which is readable if data or the end of the connection has arrived."""
        return self._socket.fileno()

    def send(self, verb: str, **arguments: object) -> int:
        """Send a request and return its id. Raises DaemonTimeoutError."""
        self.last_id += 1
        try:
            self._socket.sendall(encode_request(self.last_id, verb, arguments))
        except OSError as error:
            # The reason may already be there to be read, for example "too many clients".
            if not isinstance(error, (BrokenPipeError, ConnectionResetError)):
                raise DaemonTimeoutError(f"the daemon (process {self.pid}) does not read requests") from None
        return self.last_id

    def wait_for_reply(self, id: int, timeout: float | None = None) -> dict[str, Any]:
        """Return the reply to the request ``id``; skip events and other replies before it.

        timeout: maximum time in seconds, None for no limit.

        Raises RequestRefusedError, DaemonTimeoutError.
        """
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            message = self._receive(end)
            if message is _TIMED_OUT:
                raise DaemonTimeoutError(f"the daemon (process {self.pid}) has not answered for {timeout:g} seconds")
            if message is None:
                raise DaemonTimeoutError(f"the daemon (process {self.pid}) ended before it answered")
            if message.get("id") != id and not (message.get("ok") is False and message.get("id") is None):
                continue
            if message.get("ok") is not True:
                status = message.get("exit_status")
                raise RequestRefusedError(str(message.get("error")), status if isinstance(status, int) else 1)
            return {name: value for name, value in message.items() if name not in ("id", "ok")}

    def call(self, verb: str, timeout: float | None = ANSWER_TIMEOUT, **arguments: object) -> dict[str, Any]:
        """Send a request and return the content of its reply. Raises RequestRefusedError, DaemonTimeoutError."""
        return self.wait_for_reply(self.send(verb, **arguments), timeout)

    def receive(self) -> dict[str, Any] | None:
        """Wait for the next message and return it, None if the daemon has closed the connection.

        Raises DaemonTimeoutError.
        """
        return self._receive(None)

    def _receive(self, deadline: float | None) -> dict[str, Any] | None:
        while (message := self.pop_buffered()) is None:
            if not self._wait_until_readable(None if deadline is None else max(0.0, deadline - time.monotonic())):
                return _TIMED_OUT
            if not self.read():
                return None
        return message

    def pop_buffered(self) -> dict[str, Any] | None:
        """Return the next message that has already been read completely, None if there is not one yet."""
        end = self._received.find(b"\n", self._scanned_bytes)
        if end < 0:
            self._scanned_bytes = len(self._received)
            if self._scanned_bytes > _MAX_ANSWER_BYTES:
                raise DaemonTimeoutError(f"process {self.pid} is not a daemon: it sends an endless line")
            return None
        line = bytes(self._received[:end])
        del self._received[: end + 1]
        self._scanned_bytes = 0
        try:
            return parse_message(line)
        except MessageError as error:
            raise DaemonTimeoutError(f"the daemon (process {self.pid}) sent an invalid message: {error}") from None

    def read(self) -> bool:
        """Wait for data and read it; return False if the daemon has closed the connection."""
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
    """Send one request to the daemon at ``path`` and return the content of its reply.

    timeout: maximum time for the reply in seconds, None for no limit.

    Raises NoDaemonError, RequestRefusedError, DaemonTimeoutError.
    """
    with DaemonConnection(path) as connection:
        return connection.call(verb, timeout, **arguments)


def subscribe(path: str | os.PathLike[str], *, levels: bool = False) -> Iterator[dict[str, Any]]:
    """Yield every event from now on, the state first, until the daemon ends.

    levels: True to receive sound levels, too.

    Raises NoDaemonError, RequestRefusedError, DaemonTimeoutError.
    """
    with DaemonConnection(path) as connection:
        connection.call("follow", levels=levels)
        while (message := connection.receive()) is not None:
            if "event" in message:
                yield message
