"""A D-Bus of a test's own, without any service of the system's, and services on it."""

from __future__ import annotations

import contextlib
import os
import queue
import select
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

from jeepney import HeaderFields, Message, MessageFlag, MessageType, message_bus, new_error, new_method_return
from jeepney.io.blocking import DBusConnection, open_dbus_connection

TIMEOUT = 20.0
"""Seconds for anything; a test never waits for time to pass."""

_CONFIGURATION = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>{address}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
  <!-- As on the session buses of desktops; the default, 128, is that of the system's bus. -->
  <limit name="max_replies_per_connection">50000</limit>
</busconfig>
"""


class PrivateBus:
    """dbus-daemon in ``folder``; starts no services. Can be stopped and started again at the same address."""

    def __init__(self, folder: Path, address: str = "") -> None:
        self.path = folder / "bus"
        self.address = address or f"unix:path={self.path}"
        self._configuration = folder / "bus.conf"
        self._configuration.write_text(_CONFIGURATION.format(address=self.address))
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start it; connections are accepted from now on."""
        reading, writing = os.pipe()
        with os.fdopen(reading, "rb") as ready:
            self._process = subprocess.Popen(
                ["dbus-daemon", f"--config-file={self._configuration}", "--nofork", f"--print-address={writing}"],
                pass_fds=[writing],
                stdin=subprocess.DEVNULL,
            )
            os.close(writing)
            assert select.select([ready], [], [], TIMEOUT)[0] and ready.readline(), "dbus-daemon did not start"

    def stop(self) -> None:
        """End it; every connection is lost."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
            self.path.unlink(missing_ok=True)

    def freeze(self) -> None:
        """Let it accept connections, as the kernel does, and do nothing else."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)


Answer = Callable[[tuple[Any, ...]], tuple[str, tuple[Any, ...]]]
"""Of a method: from its arguments to signature and values."""


class BusRefusalError(Exception):
    """Raised by an ``Answer``: the error reply's name and, where there is one, its text."""


class Service:
    """A program that owns ``name`` on a bus and answers, in a thread of its own, what ``methods`` has.

    Every call goes into ``calls``: member and arguments.
    """

    def __init__(self, address: str, name: str, methods: Mapping[str, Answer]) -> None:
        self.calls: queue.Queue[tuple[str, tuple[Any, ...]]] = queue.Queue()
        self._methods = methods
        self._connection: DBusConnection = open_dbus_connection(address, auth_timeout=TIMEOUT)
        reply = self._connection.send_and_get_reply(message_bus.RequestName(name), timeout=TIMEOUT)
        assert reply.body == (1,), f"{name} is not ours: {reply}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):  # the bus may have gone before
            self._connection.sock.shutdown(socket.SHUT_RDWR)
        self._thread.join(TIMEOUT)
        assert not self._thread.is_alive()
        self._connection.close()

    def next_call(self) -> tuple[str, tuple[Any, ...]]:
        """The next call, waited for."""
        return self.calls.get(timeout=TIMEOUT)

    def _serve(self) -> None:
        with contextlib.suppress(OSError):  # the end of the connection
            while True:
                message = self._connection.receive()
                if message.header.message_type is MessageType.method_call:
                    self._answer(message)

    def _answer(self, call: Message) -> None:
        member = call.header.fields[HeaderFields.member]
        answer = self._methods.get(member)
        try:
            if answer is None:
                raise BusRefusalError("org.freedesktop.DBus.Error.UnknownMethod", f"no {member}")
            signature, values = answer(call.body)
            reply = new_method_return(call, signature or None, values)
        except BusRefusalError as refused:
            name, *text = refused.args
            reply = new_error(call, name, "s" if text else None, tuple(text))
        self.calls.put((member, call.body))
        if not call.header.flags & MessageFlag.no_reply_expected:
            self._connection.send(reply)
