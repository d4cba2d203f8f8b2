"""A sentence begun in one real window goes on there, after its user has typed into another."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.daemon.daemon_runs import DaemonRun
from tests.x11.clients.client import Client, RawWindow
from tests.x11.server import XServer
from tests.x11.user_keyboard import UserKeyboard

pytestmark = pytest.mark.slow


def test_typed_by_hand_in_another_window(
    start_daemon: Callable[..., DaemonRun],
    raw_window: RawWindow,
    start_client: Callable[[type[Client]], Client],
    xserver: XServer,
) -> None:
    """What was dictated before can be taken back where the user has typed nothing since, and only there."""
    daemon, user = start_daemon(), UserKeyboard(xserver)
    other = start_client(RawWindow)
    raw_window.focus()
    with daemon.connect() as talk:
        assert talk.request("say", text="dear anna")["text"] == "Dear Anna"
        other.focus()
        assert talk.request("say", text="milk")["text"] == "Milk"
        user.tap("x")
        other.wait_for_length(len("Milkx"))
        for _ in range(2):
            talk.request("status")  # the daemon has seen the key by then
        raw_window.focus()
        assert talk.request("say", text="how are you")["text"] == " how are you"
        assert talk.request("undo")["erased"] == len(" how are you")
        assert talk.request("undo")["erased"] == len("Dear Anna")
        assert talk.request("redo")["text"] == "Dear Anna"
        other.focus()
        assert talk.request("say", text="bread")["text"] == " bread"
        assert talk.request("undo")["erased"] == len(" bread")
        assert talk.request("undo")["refused"]
    assert (raw_window.text(), other.text()) == ("Dear Anna", "Milkx")
    assert daemon.terminate() == 0
