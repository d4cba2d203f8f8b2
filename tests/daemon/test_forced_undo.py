"""Undo by force through the command line, in a real window in which its user has typed."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import termios
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


def test_history_in_a_narrow_terminal_has_whole_words(
    start_daemon: Callable[..., DaemonRun], raw_window: RawWindow
) -> None:
    """The terminal would cut a word at its edge; in a pipe each utterance is one line."""
    daemon = start_daemon()
    said = "the quick brown fox jumps over the lazy dog and everyone understands internationalisation"
    with daemon.connect() as talk:
        talk.request("say", text=said)
        talk.request("say", text="replace lazy with crazy")
    ours, its = pty.openpty()
    termios.tcsetwinsize(its, (24, 40))
    command = [sys.executable, "-m", "windictator", "history"]
    done = subprocess.run(command, env=daemon.environment, stdin=its, stdout=its, timeout=60, check=True)
    os.close(its)
    lines = os.read(ours, 65536).decode().splitlines()
    os.close(ours)
    assert done.returncode == 0 and len(lines) > 4
    assert max(map(len, lines)) <= 40
    piped = daemon.run_windictator("history").stdout
    assert " ".join(" ".join(lines).split()) == " ".join(piped.split())
    assert piped.count("\n") == 2
    assert "over the crazy dog" in piped.splitlines()[1] and "corrected" in piped.splitlines()[0]
