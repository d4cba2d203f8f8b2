"""Address of an X server, a socket to it, and the user's right to connect: found by python-xlib."""

from __future__ import annotations

import contextlib
import io
import os
import re
import socket

from Xlib.error import DisplayError, DisplayNameError, XauthError, XNoAuthError
from Xlib.support.connect import get_auth, get_display, get_socket

from windictator.x11 import requests
from windictator.x11.errors import XDisplayError

REFUSED_REMEDY = "see xhost and XAUTHORITY"
"""Remedy if the server refuses this user."""
_ERRNO = re.compile(r"\[Errno -?\d+\] ")


def open_socket(name: str | None) -> tuple[str, socket.socket, int]:
    """Return the display's name, a socket to its server, and the number of the screen.

    ``name``: of the display, ``$DISPLAY`` if None. Raises XDisplayError.
    """
    if name is None and not os.environ.get("DISPLAY"):
        raise XDisplayError(
            "no graphical desktop found: DISPLAY is not set; run this in a terminal of your desktop, or give --display"
        )
    try:
        name, protocol, host, number, screen = get_display(name)
        return name, get_socket(name, protocol, host, number), screen
    except (DisplayError, OSError) as error:
        shown = name if name is not None else os.environ["DISPLAY"]
        is_bad_name = isinstance(error, DisplayNameError)
        remedy = (
            "names look like ':0' or 'host:0'"
            if is_bad_name
            else "no X server answers there; windictator doctor shows what is wrong"
        )
        raise open_error(shown, _error_text(error), remedy) from None


def setup_request(server: socket.socket, name: str) -> bytes:
    """Return the request that opens a connection with this user's cookie. Raises XDisplayError."""
    _, protocol, host, number, _ = get_display(name)
    try:
        # python-xlib prints a warning about an empty authority file on standard output, which may hold results.
        with contextlib.redirect_stdout(io.StringIO()):
            authorization, cookie = get_auth(server, name, protocol, host, number)
    except (XauthError, XNoAuthError, OSError) as error:
        raise open_error(name, _error_text(error), REFUSED_REMEDY) from None
    return requests.connection_setup(authorization, cookie)


def peer_address(server: socket.socket) -> list[str | int]:
    """Return the server's address: ["unix", path, Latin-1 for its bytes] or ["tcp", host, port]."""
    peer = server.getpeername()
    if server.family == socket.AF_UNIX:
        return ["unix", peer.decode("latin-1") if isinstance(peer, bytes) else os.fsencode(peer).decode("latin-1")]
    return ["tcp", *peer[:2]]


def open_error(name: str, reason: str, remedy: str = REFUSED_REMEDY) -> XDisplayError:
    """Return the error for a display that cannot be opened, on one line."""
    return XDisplayError(f"cannot open X display {name!r}: {' '.join(reason.split())}; {remedy}")


def _error_text(error: Exception) -> str:
    message = getattr(error, "msg", None) or getattr(error, "strerror", None) or str(error)
    if isinstance(message, bytes):
        message = message.decode("utf-8", "replace")
    return _ERRNO.sub("", str(message)) or type(error).__name__
