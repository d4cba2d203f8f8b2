"""Errors of the X server and of the connection to it."""

from __future__ import annotations

from windictator.errors import WinDictatorError
from windictator.typist.interfaces import NoReplyError


class XDisplayError(WinDictatorError):
    """The X display cannot be reached, or lacks an extension that is needed."""


class ServerTimeoutError(XDisplayError, NoReplyError):
    """The X server did not answer in time. ``seconds``: time that it had."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"the X server has not answered for {seconds:g} seconds; "
            "a program may have grabbed it (a menu, a screen locker)"
        )


class XRequestError(WinDictatorError):
    """The server answered a request with an error.

    ``code``: error code (X11 protocol, section 4). ``major``, ``minor``: opcodes of the request.
    """

    def __init__(self, code: int, major: int, minor: int) -> None:
        super().__init__(f"the X server refused a request (error {code}, request {major}.{minor})")
        self.code, self.major, self.minor = code, major, minor
