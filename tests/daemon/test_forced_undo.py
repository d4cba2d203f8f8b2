"""Undo by force through the command line, in a real window in which its user has typed."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.daemon.daemon_runs import DaemonRun
from tests.x11.clients.client import RawWindow
from tests.x11.server import XServer
from tests.x11.user_keyboard import UserKeyboard

pytestmark = pytest.mark.slow


def test_undo_after_the_users_own_key(
    start_daemon: Callable[..., DaemonRun], raw_window: RawWindow, xserver: XServer
) -> None:
    """Refused, with what would help; by force done, for once, and told in the history."""
    daemon = start_daemon()
    with daemon.connect() as talk:
        assert talk.request("say", text="hello")["text"] == "Hello"
        assert talk.request("say", text="world")["text"] == " world"
        assert [each["undoable"] for each in talk.request("history")["utterances"]] == [True, True]
        UserKeyboard(xserver).tap("x")
        raw_window.wait_for_length(len("Hello worldx"))
        assert [each["undoable"] for each in talk.request("history")["utterances"]] == [False, False]
        refused = daemon.run_windictator("undo")
        assert refused.returncode == 1
        assert refused.stderr.endswith("--force does it anyway, see windictator undo --help\n")
        assert raw_window.text() == "Hello worldx"
        assert daemon.run_windictator("undo", "--force").returncode == 0
        assert raw_window.text() == "Hello "
        assert talk.request("undo")["refused"] and talk.request("say", text="scratch that")["can_force"]
        assert daemon.run_windictator("say", "--force", "scratch that and bye").returncode == 0
        assert raw_window.text() == "HAnd bye"
        became = [each["status"] for each in talk.request("history")["utterances"] if each["typed"]]
        assert became == ["erased", "undone", ""]
    lines = [json.loads(line) for line in daemon.run_windictator("history", "--json").stdout.splitlines()]
    assert lines[-1]["undoable"] and lines[-1]["typed"] == "And bye"
    assert "   1* typed        And bye" in daemon.run_windictator("history").stdout
    told = daemon.run_windictator("history", "--long").stdout.splitlines()
    assert told[-1].endswith("heard 'scratch that and bye', in \"raw window\"")
    assert lines[-1]["title"] == "raw window"
    assert daemon.terminate() == 0
