"""Replies of the daemon in plain words."""

from __future__ import annotations

import pytest

from windictator.cli.daemon_replies import HISTORY_INDENT, format_status, format_utterance, wrapped


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


@pytest.mark.parametrize(
    ("utterance", "line"),
    [
        ({"heard": "hello", "typed": "Hello", "outcome": "typed"}, "typed        Hello"),
        ({"heard": "hello", "typed": "Hello", "status": "undone"}, "undone       Hello"),
        ({"heard": "hello", "outcome": "kept", "refused": "a key is held"}, "kept         hello  (a key is held)"),
        ({"heard": "scratch that", "erased": 5, "outcome": "command"}, "command      scratch that  (erased 5)"),
        (
            {"heard": "replace cat with car", "typed": "r", "erased": 1, "text": "The car sat", "outcome": "typed"},
            "typed        The car sat  (by 'replace cat with car')",
        ),
        (
            {"heard": "hello world", "typed": "Hello wo", "outcome": "stopped", "refused": "you typed"},
            "stopped      hello world  (you typed)",
        ),
        ({"heard": "no", "refused": "not now"}, "refused      no  (not now)"),
        (
            {"heard": "a bee sea", "typed": "A bee sea", "low_confidence": [1], "outcome": "typed"},
            "typed        A bee sea  (low confidence: bee)",
        ),
    ],
)
def test_utterance_says_what_became_of_it(utterance: dict[str, object], line: str) -> None:
    """The word comes first, in a column; the reason is beside the text."""
    assert format_utterance(utterance) == line


@pytest.mark.parametrize("width", [10, 30, 40, 80])
def test_words_are_not_cut_on_a_narrow_screen(width: int) -> None:
    """A terminal would break the line anywhere; a word that is longer than the screen stays whole, too."""
    line = "   1* typed        Rindfleischetikettierung well-known words " * 3
    lines = wrapped(line, HISTORY_INDENT, width).splitlines()
    assert [word for each in lines for word in each.split()] == line.split()
    assert all(len(each) <= max(width, 20) or len(each.split()) == 1 for each in lines)
    assert all(each.startswith(" " * 6) for each in lines[1:])
    assert wrapped(line, HISTORY_INDENT, None) == line
