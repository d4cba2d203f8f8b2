"""Trying whether the keyboard is grabbed, with a real server."""

from __future__ import annotations

from twisted.internet.task import Clock

from tests.x11.clients.client import RawWindow
from windictator.typist.result import StopReason
from windictator.x11.blocking import BlockingConnection
from windictator.x11.grab_detector import CACHE_S, GrabDetector
from windictator.x11.press_target import PressTarget
from windictator.x11.window_numbers import WindowNumbers


def test_own_grab_is_no_loss_of_focus_with_the_pointer_inside(raw_window: RawWindow) -> None:
    """The end of each trial is reported to the window that has the pointer in it, after the answer to the try."""
    server = raw_window.server
    window = server.display.create_resource_object("window", raw_window.window)
    window.warp_pointer(5, 5)
    server.display.sync()
    connection = BlockingConnection(server.name)
    clock = Clock()
    stops: list[StopReason] = []
    try:
        probe = GrabDetector(connection.connection, clock, WindowNumbers(connection.connection), PressTarget())
        connection.wait(probe.watch_focus(raw_window.window, stops.append))
        for _ in range(5):
            clock.advance(2 * CACHE_S)
            assert connection.wait(probe.find_conflict([])) is None
            connection.wait(probe.is_keyboard_grabbed())  # so that what came after the answer has been read
        assert stops == []
    finally:
        connection.connection.close()
