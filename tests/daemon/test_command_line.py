"""The command line beside a running daemon: what is typed is typed by the daemon, and stops there."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.daemon.daemon_runs import DaemonRun
from tests.x11.clients.client import RawWindow

pytestmark = pytest.mark.slow


def start_command(daemon: DaemonRun, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "windictator", *arguments],
        env=daemon.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_type_beside_a_daemon(start_daemon: Callable[..., DaemonRun], raw_window: RawWindow) -> None:
    """The daemon types, so it can take it back; the report is the one of typing without a daemon."""
    daemon = start_daemon()
    outcome = json.loads(daemon.run_windictator("type", "--json", "Ab\r\n").stdout)
    assert (outcome["confirmed"], outcome["total"], outcome["keys"], outcome["stopped"]) == (3, 3, 8, None)
    assert raw_window.text() == "Ab\n"
    assert [utterance["typed"] for utterance in daemon.request("history", count=1)["utterances"]] == ["Ab\n"]
    assert daemon.run_windictator("undo").returncode == 0
    assert raw_window.text() == ""
    again = daemon.run_windictator("undo")
    assert again.returncode == 1
    assert again.stderr.startswith("windictator: Can't take that back: I have typed nothing here")


def test_ctrl_c_stops_the_daemons_typing(start_daemon: Callable[..., DaemonRun], raw_window: RawWindow) -> None:
    """The window has exactly as many characters as were reported, and the daemon goes on."""
    daemon = start_daemon()
    typing = start_command(daemon, "type", "--json", "0123456789" * 2000)
    raw_window.wait_for_length(20)
    typing.send_signal(signal.SIGINT)
    output, errors = typing.communicate(timeout=30)
    outcome = json.loads(output)
    assert (typing.returncode, outcome["interrupted"], outcome["stopped"]) == (130, True, "CANCELLED")
    assert 20 <= outcome["confirmed"] < 20_000
    assert errors == f"windictator: typed {outcome['confirmed']} of 20000 characters: cancelled\n"
    assert raw_window.text() == ("0123456789" * 2000)[: outcome["confirmed"]]
    assert daemon.run_windictator("say", "hello").returncode == 0


def test_following_a_dictation(start_daemon: Callable[..., DaemonRun], raw_window: RawWindow) -> None:
    """Everything that happens, as it happens, until the daemon's end."""
    daemon = start_daemon()
    follower = start_command(daemon, "status", "--follow")
    assert follower.stdout is not None
    assert json.loads(follower.stdout.readline())["event"] == "state"
    assert daemon.run_windictator("say", "hello world").returncode == 0
    assert daemon.run_windictator("toggle").returncode == 0
    assert daemon.run_windictator("stop").returncode == 0
    output, errors = follower.communicate(timeout=30)
    assert (follower.returncode, errors) == (0, "")
    events = [json.loads(line) for line in output.splitlines()]
    assert [event["text"] for event in events if event["event"] == "typed"] == ["Hello world"]
    states = [event["state"] for event in events if event["event"] == "state"]
    assert "paused" in states and states[-1] == "stopping"
    assert raw_window.text() == "Hello world"


def test_config_set_is_used_at_once(start_daemon: Callable[..., DaemonRun], raw_window: RawWindow) -> None:
    """The daemon watches the file."""
    daemon = start_daemon()
    with daemon.connect() as talk:
        talk.request("follow")
        done = daemon.run_windictator("config", "set", "symbols.never", "period")
        assert (done.returncode, done.stdout) == (0, "")
        assert done.stderr.endswith("; the running daemon uses it at once\n")
        talk.wait_for_event("notice", message="settings reloaded")
        assert talk.request("say", text="one period")["text"] == "One period"
