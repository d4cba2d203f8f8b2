"""Dictation beside the user's own typing and clicks, in real applications under a window manager."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from Xlib import X
from Xlib.ext import xtest

from tests.daemon.daemon_runs import DaemonRun
from tests.x11.clients.client import Client, GtkText, QtText, TkText
from tests.x11.server import XServer

pytestmark = pytest.mark.slow
StartDaemon = Callable[..., DaemonRun]
StartClient = Callable[[type[Client]], Client]


def click_at(server: XServer, x: int, y: int) -> None:
    """Click at a position on the root window."""
    xtest.fake_input(server.display, X.MotionNotify, x=x, y=y)
    server.click()
    server.display.sync()


def place(server: XServer, client: Client, x: int) -> tuple[int, int]:
    """Put a window at ``x``, wait until it is there, and return the position of its upper left corner."""
    window = server.display.create_resource_object("window", client.window)
    window.configure(x=x, y=100, width=300, height=200)
    root = server.display.screen().root

    def corner() -> tuple[int, int]:
        # The reply tells where the position (0, 0) of the window is on the root window.
        there: Any = window.translate_coords(root, 0, 0)
        return -there.x, -there.y

    server.wait_for(lambda: abs(corner()[0] - x) < 20, f"the window is at {x}")
    return corner()


@pytest.mark.parametrize("kind", [GtkText, QtText, TkText])
def test_words_follow_the_users_own_typing(
    kind: type[Client], start_daemon: StartDaemon, start_client: StartClient, xserver: XServer
) -> None:
    """ "myself" typed by hand and "and more" dictated are one sentence."""
    client, daemon = start_client(kind), start_daemon()
    with daemon.connect() as talk:
        for key in ("m", "e"):
            xserver.tap(key)
        assert talk.request("say", text="and more")["text"] == " and more"
        for key in ("period", "space"):
            xserver.tap(key)
        assert talk.request("say", text="yes")["text"] == "Yes"
        xserver.tap("Return")
        assert talk.request("say", text="then")["text"] == "Then"
        xserver.tap("Left")
        assert talk.request("say", text="one")["text"] == "one", "the position is unknown"
        assert talk.request("say", text="scratch that")["erased"]
        assert talk.request("say", text="scratch that")["refused"]
    assert client.wait_for_text("me and more. Yes\nThen", "") == "me and more. Yes\nThen"
    assert daemon.terminate() == 0


def test_window_left_by_a_click_can_be_corrected(
    start_daemon: StartDaemon, start_client: StartClient, openbox: XServer
) -> None:
    """A click into another window, and one on the title bar to come back, change nothing in the first."""
    here, there = start_client(GtkText), start_client(TkText)
    here_x, here_y = place(openbox, here, 20)
    there_x, there_y = place(openbox, there, 400)
    here.focus()
    daemon = start_daemon()
    with daemon.connect() as talk:
        assert talk.request("say", text="dear anna")["text"] == "Dear Anna"
        click_at(openbox, there_x + 150, there_y + 100)
        openbox.wait_for(lambda: openbox.client_window(openbox.focused()) == there.window, "the other is focused")
        assert talk.request("say", text="milk")["text"] == "Milk"
        click_at(openbox, here_x + 100, here_y - 8)
        openbox.wait_for(lambda: openbox.client_window(openbox.focused()) == here.window, "the first is focused")
        assert talk.request("say", text="and bob")["text"] == " and bob"
        assert talk.request("say", text="scratch that")["erased"] == len(" and bob")
        assert talk.request("say", text="replace anna with carla")["text"]
        click_at(openbox, here_x + 150, here_y + 100)
        assert talk.request("say", text="scratch that")["refused"], "a click into the text may have moved the cursor"
    assert here.wait_for_text("Dear carla", "") == "Dear carla"
    assert there.wait_for_text("Milk", "") == "Milk"
    assert daemon.terminate() == 0
