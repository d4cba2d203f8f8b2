"""The daemon answers whatever the X server and the applications do."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.daemon.daemon_runs import DaemonRun
from tests.x11.clients.client import RawWindow
from tests.x11.server import XServer

pytestmark = pytest.mark.slow


def test_it_answers_while_another_program_holds_the_x_server(
    start_daemon: Callable[..., DaemonRun], raw_window: RawWindow, xserver: XServer
) -> None:
    """Nothing can be typed meanwhile; what was asked for is typed afterwards, or stopped with a reason."""
    daemon = start_daemon()
    with daemon.connect() as talk, daemon.connect() as other:
        xserver.display.grab_server()
        xserver.display.sync()
        try:
            asked = talk.send_request("type", text="hello")
            assert other.request("status")["state"] == "listening"
            assert other.request("toggle")["state"] == "paused"
        finally:
            xserver.display.ungrab_server()
            xserver.display.sync()
        outcome = talk.read()
        assert outcome["id"] == asked
        assert (outcome["text"], outcome["stopped"]) in (("hello", None), ("", "TIMEOUT"))
        raw_window.wait_for_length(len(outcome["text"]))
        assert raw_window.text() == outcome["text"]


def test_it_answers_while_an_application_is_stopped(
    start_daemon: Callable[..., DaemonRun], raw_window: RawWindow
) -> None:
    """Keys wait for the application in the server; the daemon does not."""
    daemon = start_daemon()
    with daemon.connect() as talk, daemon.connect() as other:
        raw_window.pause()
        try:
            asked = talk.send_request("type", text="a " * 500)
            assert other.request("status")["state"] == "listening"
            outcome = talk.read()
        finally:
            raw_window.carry_on()
        assert outcome["id"] == asked and outcome["text"] == ("a " * 500)[: len(outcome["text"])]
        raw_window.wait_for_length(len(outcome["text"]))
        assert raw_window.text() == outcome["text"]
