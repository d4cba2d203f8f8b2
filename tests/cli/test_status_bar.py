"""State of the daemon in the formats of status bars."""

from __future__ import annotations

import json

import pytest

from windictator.cli.status_bar import format_bar

LISTENING = {
    "state": "listening",
    "mode": "dictation",
    "recognizer": "ready",
    "undelivered": 0,
    "display_connected": True,
}


@pytest.mark.parametrize(
    ("changes", "kind", "text"),
    [
        ({}, "listening", "listening"),
        ({"state": "paused"}, "paused", "paused"),
        ({"state": "starting", "recognizer": "starting"}, "starting", "starting"),
        ({"mode": "asleep"}, "asleep", "asleep"),
        ({"mode": "asleep", "state": "paused"}, "paused", "paused"),
        ({"mode": "spelling"}, "listening", "spelling"),
        ({"mode": "numbers"}, "listening", "numbers"),
        ({"undelivered": 2}, "listening", "listening, 2 undelivered"),
        ({"display_connected": False}, "error", "no display"),
        ({"microphone_recovering": True}, "error", "no microphone"),
        ({"recognizer": "failed", "recognizer_error": "the model is broken"}, "error", "error"),
    ],
)
def test_state_has_kind_and_text(changes: dict[str, object], kind: str, text: str) -> None:
    """The kind selects the colour; the user reads the text."""
    state = LISTENING | changes
    waybar = json.loads(format_bar("waybar", state))
    assert (waybar["class"], waybar["text"]) == (kind, text)
    assert format_bar("polybar", state) == text
    assert format_bar("i3blocks", state).splitlines()[:2] == [text, kind]
    assert json.loads(format_bar("i3blocks", state, follow=True))["full_text"] == text


def test_status_bar_names_the_microphone_that_is_missing() -> None:
    """The tooltip says what is missing."""
    state = LISTENING | {"microphone_recovering": True, "activity": "waiting for the microphone Headset"}
    assert json.loads(format_bar("waybar", state))["tooltip"] == "waiting for the microphone Headset"
    starting = {"state": "starting", "activity": "loading the speech model"}
    assert json.loads(format_bar("waybar", starting))["tooltip"] == "WinDictator is starting: loading the speech model"


def test_status_bar_shows_missing_daemon() -> None:
    """Every format has words for it."""
    assert json.loads(format_bar("waybar", None))["class"] == "off"
    assert format_bar("polybar", None) == "off"
    assert format_bar("i3blocks", None).splitlines()[0] == "off"


def test_status_bar_syntax_in_messages_is_escaped() -> None:
    """Messages may contain markup, tags and line breaks."""
    wild = LISTENING | {"recognizer": "failed", "recognizer_error": "<b>model & more</b>\nsecond line"}
    line = format_bar("waybar", wild)
    assert "\n" not in line
    assert json.loads(line)["tooltip"] == "&lt;b&gt;model &amp; more&lt;/b&gt; second line"
    assert format_bar("polybar", LISTENING | {"state": "%{A1:rm:}\nx"}) == "% {A1:rm:} x"
    assert len(format_bar("i3blocks", LISTENING | {"state": "a\nb"}).splitlines()) == 3
