"""What a daemon has typed into a window that is gone, and another window with the same id."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.daemon.daemon_runs import DaemonRun
from tests.x11.clients.client import Client, RawWindow

pytestmark = pytest.mark.slow


def test_daemon_forgets_a_window_that_is_gone(
    start_daemon: Callable[..., DaemonRun], raw_window: RawWindow, start_client: Callable[[type[Client]], Client]
) -> None:
    """Undo, force, choose and redo do nothing, and the history says so; X ids are reported as before."""
    daemon = start_daemon()
    with daemon.connect() as talk:
        talk.request("say", text="hello")
        talk.request("say", text="world")
        talk.request("undo")
        raw_window.stop()
        other = start_client(RawWindow)
        assert other.window == raw_window.window
        for request in ("undo", "redo", "alternatives"):
            assert talk.request(request)["refused"], request
        assert talk.request("undo", force=True)["refused"]
        told = talk.request("history")["utterances"]
        assert [each["undoable"] for each in told if each["typed"]] == [False, False]
        talk.request("follow")
        assert talk.request("say", text="again")["text"] == "Again"
        typed = next(event for event in talk.events if event.get("event") == "typed")
        told = talk.request("history")["utterances"]
        assert (typed["window"], told[-1]["window"]) == (other.window, other.window)
        assert told[-1]["undoable"]
    assert other.received() == "Again"
    assert daemon.terminate() == 0
