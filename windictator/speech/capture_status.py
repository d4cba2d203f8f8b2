"""Values of the status messages that a capture process sends to its parent."""

from __future__ import annotations

import enum
from typing import Any, NamedTuple


class MissingPart(enum.Enum):
    """Part that a capture process waits for before it can capture."""

    SOUND_SERVER = "sound_server"
    MICROPHONE = "microphone"


class CaptureEnd(enum.Enum):
    """Reason why a capture process ended."""

    NO_MICROPHONE = "no_microphone"
    DEVICES_CHANGED = "devices_changed"
    STREAM_ENDED = "stream_ended"
    SERVER_LOST = "server_lost"
    REFUSED = "refused"
    """The microphone cannot be opened; the status has the message of the error."""
    CRASHED = "crashed"
    """The process ended without a reason; only the parent uses this value."""


class CaptureSource(NamedTuple):
    """Source that the sound comes from.

    ``id``: name or number of the source in the sound system. ``is_requested``: False for the default source in place
    of the requested one, which is missing. ``has_server``: whether the sound comes from a sound server.
    """

    name: str
    id: str
    is_muted: bool
    is_requested: bool
    has_server: bool

    @classmethod
    def from_status(cls, status: dict[str, Any]) -> CaptureSource:
        """Return the source that a status message describes."""
        return cls(**status)
