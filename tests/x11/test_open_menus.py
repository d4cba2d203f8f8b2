"""Keys for an open menu of the application with the focus; a locked screen gets none."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from Xlib import X

from tests.waiting import wait_until
from tests.x11.clients.client import Client, GtkText, QtText
from tests.x11.dictate_runs import LINES, DictateRun
from tests.x11.server import XServer

pytestmark = pytest.mark.slow


def wait_for_grab(server: XServer) -> None:
    """Wait until another client holds the keyboard, as an open menu does."""
    root = server.display.screen().root

    def is_grabbed() -> bool:
        status = root.grab_keyboard(False, X.GrabModeAsync, X.GrabModeAsync, X.CurrentTime)
        server.display.ungrab_keyboard(X.CurrentTime)
        server.display.sync()
        return bool(status == X.AlreadyGrabbed)

    wait_until(is_grabbed, 10, "a menu is open")


@pytest.mark.parametrize("kind", [GtkText, QtText])
def test_press_closes_an_open_menu(
    kind: type[Client],
    start_client: Callable[[type[Client]], Client],
    xserver: XServer,
    user_environment: Mapping[str, str],
) -> None:
    """The menu takes the keyboard for its application, as for the user's own keys."""
    client = start_client(kind)
    with DictateRun(user_environment, *LINES) as run:
        run.say("hello")
        run.wait_for("typed")
        xserver.tap("Menu")
        wait_for_grab(xserver)
        run.say("lost words")
        assert run.wait_for("typed")["stopped"] == "GRABBED"
        run.say("press down", "press escape")
        assert run.wait_for("typed")["keys"] == 2
        assert run.wait_for("typed")["keys"] == 2
        run.say("and more")
        run.wait_for("typed")
        run.end()
    assert client.wait_for_text("Helloand more", "") == "Helloand more"
    assert not xserver.pressed_keys()


def test_press_chooses_an_entry_of_a_menu(
    start_client: Callable[[type[Client]], Client], xserver: XServer, user_environment: Mapping[str, str]
) -> None:
    """The last entry of Qt's menu selects all, and the next words replace it."""
    client = start_client(QtText)
    with DictateRun(user_environment, *LINES) as run:
        run.say("hello")
        run.wait_for("typed")
        xserver.tap("Menu")
        wait_for_grab(xserver)
        run.say("press up", "press enter")
        run.wait_for("typed")
        run.wait_for("typed")
        run.say("new")
        run.wait_for("typed")
        run.end()
    assert client.wait_for_text("new", "") == "new"


def test_locked_screen_gets_no_keys(
    start_client: Callable[[type[Client]], Client], xserver: XServer, user_environment: Mapping[str, str]
) -> None:
    """Its window is another client's."""
    client = start_client(GtkText)
    screen = xserver.display.screen()
    locker = screen.root.create_window(
        0, 0, screen.width_in_pixels, screen.height_in_pixels, 0, screen.root_depth, override_redirect=True
    )
    with DictateRun(user_environment, *LINES) as run:
        locker.map()
        assert locker.grab_keyboard(False, X.GrabModeAsync, X.GrabModeAsync, X.CurrentTime) == X.GrabSuccess
        run.say("press escape")
        assert run.wait_for("typed")["stopped"] == "GRABBED"
        xserver.display.ungrab_keyboard(X.CurrentTime)
        locker.destroy()
        xserver.display.sync()
        run.end()
    assert client.wait_for_text("", "") == ""
