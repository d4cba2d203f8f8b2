"""Why a call over D-Bus was not carried out."""

from __future__ import annotations

from windictator.errors import WinDictatorError


class BusError(WinDictatorError):
    """A D-Bus call has not been carried out, or nobody knows whether it was."""


class NoBusError(BusError):
    """There is no bus, or it does not let us in; nothing was sent."""


class ServiceUnknownError(BusError):
    """The program that was called is not on the bus, and cannot be started by it."""


class BusDisconnectedError(BusError):
    """The connection ended while an answer was awaited."""


class BusTimeoutError(BusError):
    """The time in which it should have answered is over."""


class BusReplyError(BusError):
    """The program answered with an error. ``name``: the D-Bus name of the error."""

    def __init__(self, message: str, name: str) -> None:
        super().__init__(message)
        self.name = name
