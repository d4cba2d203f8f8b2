"""Errors of D-Bus calls."""

from __future__ import annotations

from windictator.errors import WinDictatorError


class BusError(WinDictatorError):
    """D-Bus call that failed; it may have been executed anyway."""


class NoBusError(BusError):
    """Missing bus, or bus that refused the connection; nothing was sent."""


class ServiceUnknownError(BusError):
    """Called program that is not on the bus and that the bus cannot start."""


class BusDisconnectedError(BusError):
    """End of the connection while a reply was expected."""


class BusTimeoutError(BusError):
    """Reply that did not come in time."""


class BusReplyError(BusError):
    """Error reply of the called program.

    name: D-Bus name of the error.
    """

    def __init__(self, message: str, name: str) -> None:
        super().__init__(message)
        self.name = name
