"""A dictation script said through the daemon's control socket."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.daemon.daemon_runs import DaemonRun
from tests.scripts.dictation_script import ALL
from tests.x11.clients.client import RawWindow

pytestmark = pytest.mark.slow


def test_a_script_by_the_socket(start_daemon: Callable[..., DaemonRun], raw_window: RawWindow) -> None:
    """Line for line the window holds what the script says, and what is refused is answered so; the history has what
    was heard, typed and erased."""
    plain = (script for script in ALL if script.is_speech and all(line.text.isascii() for line in script.lines))
    script = max(plain, key=lambda script: len(script.utterances))  # plain: each BackSpace removes one character
    daemon = start_daemon()
    with daemon.connect() as talk:
        refused = None
        for kind, text, number in script.lines:
            if kind == ">":
                refused = talk.call("say", text=text)["refused"]
            elif kind == "!":
                assert refused and text in refused, f"line {number}"
            else:
                assert raw_window.text() == text, f"line {number}"
        history = talk.call("history", count=1000)["utterances"]
    assert [utterance["heard"] for utterance in history] == script.utterances
    assert sum(len(utterance["typed"]) - utterance["erased"] for utterance in history) == len(script.final)
    assert daemon.end() == 0
