"""Listener at a unix socket in the file system that only its user can open.

It replaces Twisted's own ports: ``adoptStreamPort`` opens the socket to all users, and ``listenUNIX`` removes at its
end any file that has the name by then.
"""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path
from typing import Any

from twisted.internet.interfaces import IReadDescriptor
from twisted.internet.protocol import Factory
from twisted.python.failure import Failure
from zope.interface import implementer

from windictator.app.control.address import make_control_folder
from windictator.errors import WinDictatorError

#: Time until the next attempt if the system has no resources for another connection, in seconds.
_RETRY_DELAY_S = 0.5
#: Maximum number of connections accepted at once, so that other work is not delayed.
_MAX_ACCEPTS = 16


class SocketInUseError(WinDictatorError):
    """Another daemon answers at the socket, or the socket cannot be created."""


@implementer(IReadDescriptor)
class UnixListener:
    """Listener at ``path`` that passes each connection to ``factory``.

    Replaces the socket of a crashed daemon. Raises AddressError, SocketInUseError.
    """

    def __init__(self, reactor: Any, path: Path, factory: Factory) -> None:
        self._reactor = reactor
        self._path = path
        self._factory = factory
        self._retry_timer: Any = None
        make_control_folder(path.parent)
        _remove_stale(path)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        try:
            self._socket.bind(os.fspath(path))
            path.chmod(0o600)  # before any client can connect
            self._socket.listen(128)
        except OSError as error:
            self._socket.close()
            raise SocketInUseError(f"cannot listen at {path}: {error.strerror}") from None
        self._inode = _inode(path)
        reactor.addReader(self)

    def close(self) -> None:
        """Accept no more connections, and remove the socket unless another one has replaced it."""
        if self._socket.fileno() < 0:
            return
        self._reactor.removeReader(self)
        if self._retry_timer is not None and self._retry_timer.active():
            self._retry_timer.cancel()
        if _inode(self._path) == self._inode:
            self._path.unlink()
        self._socket.close()

    # twisted.internet.interfaces.IReadDescriptor

    def fileno(self) -> int:
        """Return the descriptor of the socket."""
        return self._socket.fileno()

    def logPrefix(self) -> str:
        """Return the name for Twisted's log."""
        return "control socket"

    def doRead(self) -> None:
        """Accept waiting connections."""
        for _ in range(_MAX_ACCEPTS):
            try:
                connection, _address = self._socket.accept()
                with connection:
                    connection.setblocking(False)
                    self._reactor.adoptStreamConnection(connection.fileno(), socket.AF_UNIX, self._factory)
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError:  # no descriptors or no memory left: drop this connection, the others wait
                self._reactor.removeReader(self)
                self._retry_timer = self._reactor.callLater(_RETRY_DELAY_S, self._reactor.addReader, self)
                return

    def connectionLost(self, reason: Failure) -> None:
        """Close the listener when the reactor ends."""
        self.close()


def _remove_stale(path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK) as probe:
        try:
            probe.connect(os.fspath(path))
        except FileNotFoundError:
            return
        except ConnectionRefusedError:
            if path.is_socket():  # for any other file, bind reports the error
                path.unlink()
            return
        except OSError as error:
            if error.errno != errno.EAGAIN:  # a full queue: a daemon is there
                raise SocketInUseError(f"cannot listen at {path}: {error.strerror}") from None
    raise SocketInUseError(f"another daemon answers at {path}; stop it: windictator stop")


def _inode(path: Path) -> tuple[int, int] | None:
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
