"""Private X server without a screen, for the demonstration and for the tests.

Trap: an X server that was started without an authority file accepts every local user. This one gets a cookie of its
own, which clients find by ``$XAUTHORITY``; so a client needs both variables of ``VirtualDisplay.environment``.
"""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import os
import select
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from windictator.errors import WinDictatorError

START_TIMEOUT_S = 30.0
"""Time that the server may take until it listens, in seconds; 0.3 is usual."""

STOP_TIMEOUT_S = 5.0
"""Time between asking the server to end and killing it, in seconds."""

_COOKIE = b"MIT-MAGIC-COOKIE-1"
_FAMILY_LOCAL = 256
_FAMILY_WILD = 65535
_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


class VirtualDisplayError(WinDictatorError):
    """The private X server is not installed, did not start, or a window does not take the focus."""


class VirtualDisplay:
    """Xvfb server that runs from ``__enter__`` to ``__exit__``, and ends with this process at the latest.

    size: width and height in pixels; the depth is 24 bits.
    extra_args: further arguments for Xvfb.

    It listens on a local socket only and keeps its state when its last client leaves. Entering raises
    VirtualDisplayError.
    """

    def __init__(self, size: tuple[int, int] = (1280, 800), extra_args: Sequence[str] = ()) -> None:
        self._size = size
        self._extra_args = tuple(extra_args)
        self._name = ""
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    @property
    def name(self) -> str:
        """Name of the display, such as ":5"."""
        return self._name

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """Process of the server. Raises VirtualDisplayError if it was not started."""
        if self._process is None:
            raise VirtualDisplayError("the virtual display has not been started")
        return self._process

    @property
    def authority(self) -> Path:
        """File with the server's cookie, readable by this user alone."""
        if self._folder is None:
            raise VirtualDisplayError("the virtual display has not been started")
        return Path(self._folder.name) / "authority"

    def environment(self) -> dict[str, str]:
        """Return the environment of this process, changed so that X clients use this display, not the user's."""
        environment = {name: value for name, value in os.environ.items() if name != "WAYLAND_DISPLAY"}
        environment["DISPLAY"] = self._name
        environment["XAUTHORITY"] = str(self.authority)
        return environment

    @contextlib.contextmanager
    def in_this_process(self) -> Iterator[None]:
        """Make this the display of the current process until the block ends."""
        before = {name: os.environ.get(name) for name in ("DISPLAY", "XAUTHORITY", "WAYLAND_DISPLAY")}
        ours = self.environment()
        try:
            for name in before:
                _set_variable(name, ours.get(name))
            yield
        finally:
            for name, value in before.items():
                _set_variable(name, value)

    def __enter__(self) -> Self:
        server = shutil.which("Xvfb") or shutil.which("Xvfb", path="/usr/bin:/usr/local/bin:/usr/X11R6/bin")
        if server is None:
            raise VirtualDisplayError("Xvfb is not installed (Debian and Ubuntu: apt-get install xvfb)")
        self._folder = tempfile.TemporaryDirectory(prefix="windictator-display-")
        try:
            self._start(server)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def focus(self, window: int, timeout: float = 10.0) -> None:
        """Give the keyboard focus to ``window`` as soon as it is visible, and wait until it has the focus.

        For displays without a window manager, which would do this. ``timeout``: in seconds. Raises VirtualDisplayError
        if the window does not appear in time.
        """
        with self.in_this_process():
            _focus(self._name, window, time.monotonic() + timeout)

    def stop(self) -> None:
        """End the server and wait until it has gone; do nothing if it does not run."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            try:
                process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        folder, self._folder = self._folder, None
        if folder is not None:
            folder.cleanup()

    def _start(self, server: str) -> None:
        _write_authority(self.authority, os.urandom(16))
        width, height = self._size
        reading, writing = os.pipe()
        try:
            with (self.authority.parent / "log").open("w+b") as log:
                self._process = subprocess.Popen(
                    [
                        *(server, "-displayfd", str(writing), "-auth", str(self.authority)),
                        *("-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp", "-noreset"),
                        *self._extra_args,
                    ],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    pass_fds=(writing,),
                    process_group=0,  # Ctrl-C in a terminal must not end the server before its clients
                    preexec_fn=_die_with_parent(),
                )
                os.close(writing)
                writing = -1
                number = _read_line(reading, time.monotonic() + START_TIMEOUT_S)
                if not number.isdigit():
                    log.seek(0)
                    raise VirtualDisplayError(f"Xvfb did not start: {_failure_reason(log.read())}")
        finally:
            os.close(reading)
            if writing != -1:
                os.close(writing)
        self._name = f":{number.decode()}"


def _die_with_parent() -> Callable[[], object]:
    """Return a function for the child process that makes the kernel end it when its parent ends."""
    prctl = ctypes.CDLL(None).prctl  # looked up here, because as little as possible should happen between fork and exec
    return lambda: prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _focus(display_name: str, window_id: int, deadline: float) -> None:
    from Xlib import X, error  # imported here, because few callers need it
    from Xlib.display import Display

    display = Display(display_name)
    try:
        window = display.create_resource_object("window", window_id)
        ignored = error.CatchError()  # because requests with a reply, below, report a window that has gone
        window.change_attributes(event_mask=X.StructureNotifyMask | X.FocusChangeMask, onerror=ignored)
        while display.get_input_focus().focus != window:
            if window.get_attributes().map_state == X.IsViewable:
                display.set_input_focus(window, X.RevertToParent, X.CurrentTime, onerror=ignored)
                if display.get_input_focus().focus == window:
                    break
            # Wait for an event of the window; a window manager may also undo the request.
            if not display.pending_events():
                remaining = max(0.0, deadline - time.monotonic())
                if not select.select([display], [], [], remaining)[0]:
                    raise VirtualDisplayError(f"window {window_id:#x} did not take the keyboard focus")
            while display.pending_events():
                display.next_event()
    except error.BadWindow as gone:
        raise VirtualDisplayError(f"window {window_id:#x} cannot take the keyboard focus") from gone
    finally:
        display.close()


def _write_authority(path: Path, cookie: bytes) -> None:
    """Write an Xauthority file (libXau, Xauth.h) that fits any display number.

    python-xlib looks for this host's name, libxcb for that or for the wildcard family.
    """
    entries = b"".join(
        struct.pack(">H", family) + b"".join(_length_prefixed(field) for field in (address, b"", _COOKIE, cookie))
        for family, address in ((_FAMILY_LOCAL, socket.gethostname().encode()), (_FAMILY_WILD, b""))
    )
    path.touch(mode=0o600)
    path.write_bytes(entries)


def _length_prefixed(field: bytes) -> bytes:
    return struct.pack(">H", len(field)) + field


def _read_line(descriptor: int, deadline: float) -> bytes:
    """Read up to a newline, the end or the deadline (``time.monotonic`` seconds); without the newline."""
    line = b""
    while not line.endswith(b"\n"):
        readable, _, _ = select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))
        piece = os.read(descriptor, 64) if readable else b""
        if not piece:
            break
        line += piece
    return line.strip()


def _failure_reason(log: bytes) -> str:
    """Return the server's reason for its end: the line after "Fatal server error:", without its "(EE)"."""
    lines = [line.replace("(EE)", "").strip() for line in log.decode(errors="replace").splitlines()]
    lines = [line for line in lines if line]
    for line, following in itertools.pairwise(lines):
        if line.startswith("Fatal server error"):
            return following
    return lines[-1] if lines else "no reason given"


def _set_variable(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value
