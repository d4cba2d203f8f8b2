"""What status bars are shown."""

from __future__ import annotations

import json

import pytest

from windictator.cli.status_bar import format_bar

LISTENING = {"state": "listening", "mode": "dictation", "recognizer": "ready", "held": 0, "display_there": True}


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
        ({"held": 2}, "listening", "listening, 2 held"),
        ({"display_there": False}, "error", "no display"),
        ({"recovering": True}, "error", "no microphone"),
        ({"recognizer": "failed", "recognizer_error": "the model is broken"}, "error", "error"),
    ],
)
def test_the_state_in_a_word(changes: dict[str, object], kind: str, text: str) -> None:
    """The kind chooses the colour, the text is read."""
    state = LISTENING | changes
    waybar = json.loads(format_bar("waybar", state))
    assert (waybar["class"], waybar["text"]) == (kind, text)
    assert format_bar("polybar", state) == text
    assert format_bar("i3blocks", state).splitlines()[:2] == [text, kind]
    assert json.loads(format_bar("i3blocks", state, follow=True))["full_text"] == text


def test_no_daemon() -> None:
    """Every bar says so."""
    assert json.loads(format_bar("waybar", None))["class"] == "off"
    assert format_bar("polybar", None) == "off"
    assert format_bar("i3blocks", None).splitlines()[0] == "off"


def test_what_a_bar_would_take_for_its_own_is_escaped() -> None:
    """Markup, tags and new lines in somebody else's words."""
    wild = LISTENING | {"recognizer": "failed", "recognizer_error": "<b>model & more</b>\nsecond line"}
    line = format_bar("waybar", wild)
    assert "\n" not in line
    assert json.loads(line)["tooltip"] == "&lt;b&gt;model &amp; more&lt;/b&gt; second line"
    assert format_bar("polybar", LISTENING | {"state": "%{A1:rm:}\nx"}) == "% {A1:rm:} x"
    assert len(format_bar("i3blocks", LISTENING | {"state": "a\nb"}).splitlines()) == 3
