"""Hotkeys while another program holds the keyboard: a locked screen, an open menu."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from Xlib import X
from Xlib.display import Display
from Xlib.ext import xinput

from tests.x11.clients.client import RawWindow
from tests.x11.hotkey_runs import HotkeyRun
from tests.x11.server import XServer
from tests.x11.user_keyboard import UserKeyboard

pytestmark = pytest.mark.slow

DOWN, UP = True, False
HOTKEYS = {
    "toggle": "F8",
    "push_to_talk": "F9",
    "tap_or_hold": "pause",
    "undo": "ctrl+alt+u",
    "redo": "ctrl+alt+r",
    "repeat": "F6",
    "cancel": "F5",
}


@pytest.fixture(scope="module")
def _run(_module_xserver: XServer) -> Iterator[HotkeyRun]:
    run = HotkeyRun(_module_xserver)
    yield run
    run.end()


@pytest.fixture
def run(xserver: XServer, raw_window: RawWindow, _run: HotkeyRun) -> Iterator[HotkeyRun]:
    """A program with these hotkeys; a window has the focus."""
    with _run.set(HOTKEYS):
        yield _run


@pytest.fixture
def user(xserver: XServer) -> UserKeyboard:
    return UserKeyboard(xserver)


@contextlib.contextmanager
def lock(server: XServer, how: str) -> Iterator[Display]:
    """Another program holds the keyboard, by the core protocol or, as GTK and the lockers of today do, by XI2."""
    with server.virtual_display.in_this_process():
        other = Display()
    root = other.screen().root
    try:
        if how == "core":
            assert root.grab_keyboard(False, X.GrabModeAsync, X.GrabModeAsync, X.CurrentTime) == X.GrabSuccess
        else:
            other.xinput_query_version()
            master = next(
                device.deviceid
                for device in other.xinput_query_device(xinput.AllMasterDevices).devices
                if device.use == xinput.MasterKeyboard
            )
            grab = root.xinput_grab_device(
                master, X.CurrentTime, xinput.GrabModeAsync, xinput.GrabModeAsync, False, xinput.KeyPressMask
            )
            assert grab.status == X.GrabSuccess
        other.sync()
        yield other
    finally:
        other.close()


def press(user: UserKeyboard, *keys: str) -> None:
    for key in keys:
        user.press(key)
    for key in reversed(keys):
        user.release(key)


def press_all(user: UserKeyboard) -> None:
    for keys in (("F8",), ("F9",), ("Pause",), ("Control_L", "Alt_L", "u"), ("Control_L", "Alt_L", "r"), ("F6",)):
        press(user, *keys)


def taken(run: HotkeyRun) -> list[str]:
    found = [said["taken"] for said in run.said if "taken" in said]
    run.said = [said for said in run.said if "taken" not in said]
    return found


@pytest.mark.parametrize("how", ["core", "xi2"])
def test_hotkey_under_another_grab_does_nothing(run: HotkeyRun, user: UserKeyboard, xserver: XServer, how: str) -> None:
    """Each is reported as grabbed and nothing else; cancelling works; and all of them work again afterwards."""
    with lock(xserver, how):
        press_all(user)
        press(user, "F5")
        assert run.heard() == [("cancel", DOWN)]
        assert taken(run) == ["toggle", "push_to_talk", "tap_or_hold", "undo", "redo", "repeat"]
        told = {said["told"] for said in run.said if "told" in said}
        assert {xserver.keycode("F8"), xserver.keycode("F6")} <= told, "the other program has got these keys"
    press_all(user)
    assert run.heard() == [
        ("toggle", DOWN),
        ("push_to_talk", DOWN),
        ("push_to_talk", UP),
        ("push_to_talk", DOWN),
        ("toggle", DOWN),
        ("push_to_talk", UP),
        ("undo", DOWN),
        ("redo", DOWN),
        ("repeat", DOWN),
    ]
    assert taken(run) == []


def test_a_hotkey_while_another_is_down(run: HotkeyRun, user: UserKeyboard) -> None:
    """The keyboard is our own then, as an attempt to grab it would find it taken."""
    user.press("F8")
    press(user, "F6")
    user.release("F8")
    assert run.heard() == [("toggle", DOWN), ("repeat", DOWN)]
    assert taken(run) == []


def test_talking_goes_on_when_the_screen_is_locked(run: HotkeyRun, user: UserKeyboard, xserver: XServer) -> None:
    """The end of a push-to-talk that began before is reported."""
    user.press("F9")
    assert run.action() == ("push_to_talk", DOWN)
    with lock(xserver, "core"):
        user.release("F9")
        assert run.action() == ("push_to_talk", UP)
