"""Notifications to systemd about the state of the service (sd_notify(3): a datagram to ``$NOTIFY_SOCKET``)."""

from __future__ import annotations

import socket
import time
from collections.abc import MutableMapping


class ServiceNotifier:
    """Sends to the socket that ``environ`` names; without one it does nothing.

    The variable is removed from ``environ``, so that no child process reports for the service.
    """

    def __init__(self, environ: MutableMapping[str, str]) -> None:
        self._address = environ.pop("NOTIFY_SOCKET", "")

    def ready(self) -> None:
        """Report that the service works."""
        self._send("READY=1")

    def reloading(self) -> None:
        """Report that a reload has begun; ``ready`` reports its end."""
        self._send(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """Report that the service is stopping."""
        self._send("STOPPING=1")

    def status(self, line: str) -> None:
        """Report one line for ``systemctl status``."""
        self._send(f"STATUS={line}")

    def _send(self, message: str) -> None:
        if not self._address:
            return
        # "@" stands for the NUL of an abstract socket.
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as datagram:
            try:
                datagram.connect(address)
                datagram.sendall(message.encode())
            except OSError:
                self._address = ""  # systemd does not listen any more
