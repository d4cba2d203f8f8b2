"""What the daemon says that it does."""

from __future__ import annotations

import pytest

from windictator.app.activity import activity

WELL: dict[str, object] = {
    "state": "listening",
    "mode": "dictation",
    "recognizer": "ready",
    "microphone": "open",
    "display_connected": True,
}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "listening"),
        ({"state": "paused", "microphone": "closed"}, "paused"),
        ({"state": "starting"}, "loading the speech model"),
        ({"state": "starting", "display_connected": False}, "connecting to the X server"),
        ({"state": "stopping", "display_connected": False}, "stopping"),
        ({"display_connected": False, "microphone": "waiting for the microphone"}, "waiting for the X server"),
        ({"recognizer": "failed"}, "starting the speech recognizer again"),
        ({"recognizer": "starting"}, "loading the speech model"),
        ({"microphone": "waiting for the microphone Headset"}, "waiting for the microphone Headset"),
        ({"mode": "asleep"}, "asleep"),
        ({"mode": "asleep", "state": "paused", "microphone": "closed"}, "paused"),
    ],
)
def test_activity_names_what_is_missing(changes: dict[str, object], expected: str) -> None:
    """The most basic thing that is missing comes first."""
    assert activity(WELL | changes) == expected
