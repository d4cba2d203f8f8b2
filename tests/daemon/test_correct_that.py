"""The daemon with the real recognizer: an utterance is spoken, "correct that" and "choose two" are said."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.daemon.daemon_runs import DaemonRun, run_windictator
from tests.daemon.sound import MICROPHONE_OPTIONS
from tests.x11.clients.client import RawWindow

pytestmark = pytest.mark.slow

RECORDING = Path(__file__).parents[1] / "data" / "correct-that.flac"
"""A synthetic voice, espeak-ng's: "can you meet me on tuesday", "correct that", "choose two"."""


def test_another_reading_is_chosen_by_voice(start_daemon: Callable[..., DaemonRun], raw_window: RawWindow) -> None:
    """What was heard is typed, what else was heard is listed as an event, and the window shows what was chosen."""
    daemon = start_daemon("--audio", str(RECORDING), "--paused", *MICROPHONE_OPTIONS)
    with daemon.connect() as talk:
        talk.request("follow")
        talk.request("resume")
        final = talk.wait_for_event("final")
        listed = talk.wait_for_event("alternatives")
        talk.wait_for_event("final", text="choose two")
        talk.wait_for_event("typed")
        utterances = talk.request("history")["utterances"]
    assert final["text"] == "can you meet me on tuesday" and final["low_confidence"] == []
    assert listed["text"] == "Can you meet me on Tuesday"
    texts = [item["text"] for item in listed["items"]]
    assert [item["number"] for item in listed["items"]] == list(range(1, len(texts) + 1))
    assert len(texts) >= 2 and listed["text"] not in texts
    assert raw_window.text() == texts[1]
    assert [utterance["heard"] for utterance in utterances] == [final["text"], "correct that", "choose two"]
    assert daemon.terminate() == 0


def test_another_reading_is_chosen_by_command(start_daemon: Callable[..., DaemonRun], raw_window: RawWindow) -> None:
    """After the recording: the command line lists and chooses, and what it cannot do it says."""
    daemon = start_daemon("--recognizer", "text")
    daemon.request("say", text="i owe you five dollars")
    assert daemon.run_windictator("choose", "1").returncode == 1
    shown = daemon.run_windictator("alternatives")
    assert (shown.returncode, shown.stdout) == (0, "   1  I owe you five dollars\n")
    as_json = json.loads(daemon.run_windictator("alternatives", "--json").stdout)
    assert as_json == {
        "text": "I owe you $5",
        "items": [{"number": 1, "text": "I owe you five dollars"}],
        "refused": None,
        "code": None,
        "remedy": None,
    }
    assert daemon.run_windictator("choose", "1").returncode == 0
    assert raw_window.text() == "I owe you five dollars"
    refused = daemon.run_windictator("choose", "2")
    assert (refused.returncode, refused.stderr) == (
        1,
        'windictator: The list has no number 2. Say "choose" and a number from 1 to 1.\n',
    )
    assert daemon.run_windictator("undo").returncode == 0
    assert raw_window.text() == "I owe you $5"


def test_another_reading_is_chosen_in_the_foreground(
    user_environment: Mapping[str, str], raw_window: RawWindow
) -> None:
    """Without a daemon it is the same; for programs the list is JSON."""
    done = run_windictator(user_environment, "dictate", "--json", "--audio", str(RECORDING), *MICROPHONE_OPTIONS)
    assert (done.returncode, done.stderr) == (0, "")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    (listed,) = [event for event in events if event["event"] == "alternatives"]
    assert listed["text"] == "Can you meet me on Tuesday"
    assert raw_window.text() == events[-1]["text"] == listed["items"][1]["text"]
