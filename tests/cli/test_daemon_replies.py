"""Replies of the daemon in plain words."""

from __future__ import annotations

import pytest

from windictator.cli.daemon_replies import format_status


@pytest.mark.parametrize(
    ("state", "lines"),
    [
        ({"state": "paused"}, ["state              paused"]),
        ({"recognizer_error": ""}, []),
        ({"recognizer_error": "no model"}, ["recognizer error   no model"]),
        ({"push_to_talk": True}, ["push-to-talk key   pressed"]),
        ({"push_to_talk": False}, ["push-to-talk key   not pressed"]),
        (
            {"state": "listening", "activity": "waiting for the microphone Headset", "microphone_recovering": True},
            ["state              waiting for the microphone Headset"],
        ),
        ({"settings_error": "words.toml:2: not valid TOML"}, ["settings not read  words.toml:2: not valid TOML"]),
        ({"display_connected": False}, ["X server           gone, waiting for it"]),
        ({"microphone_recovering": False}, ["microphone         ok"]),
        ({"refusal_count": 0, "undelivered": 2}, ["undelivered texts  2", "refusals           0"]),
        ({"new_field": True, "state": "paused"}, ["state              paused", "new field          yes"]),
    ],
)
def test_status_is_shown_in_words(state: dict[str, object], lines: list[str]) -> None:
    """The order is fixed; a newer daemon may have fields that this version does not know."""
    assert list(format_status(state)) == lines
