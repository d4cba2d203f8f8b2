"""Hotkeys control a running daemon."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from Xlib import X
from Xlib.display import Display

from tests.daemon.daemon_runs import DaemonRun
from tests.x11.clients.client import RawWindow
from tests.x11.server import XServer
from tests.x11.user_keyboard import UserKeyboard

pytestmark = pytest.mark.slow

HOTKEYS = """
[hotkeys]
toggle = "<f8>"
push_to_talk = "<f9>"
cancel = "<ctrl>+<alt>+c"
undo = "<f7>"
redo = "<ctrl>+<f7>"
repeat = "<f6>"
"""


@pytest.fixture
def daemon(start_daemon: Callable[..., DaemonRun], raw_window: RawWindow, settings: Callable[[str], None]) -> DaemonRun:
    """A daemon with these hotkeys; a window has the focus."""
    settings(HOTKEYS)
    return start_daemon()


@pytest.fixture
def user(xserver: XServer) -> UserKeyboard:
    """Who presses them."""
    return UserKeyboard(xserver)


def test_hotkeys_do_what_the_commands_do(daemon: DaemonRun, user: UserKeyboard, raw_window: RawWindow) -> None:
    """Toggle, push-to-talk with text typed while it is held, undo, repeat; nothing of them reaches the application."""
    with daemon.connect() as talk:
        talk.request("follow")
        user.tap("F8")
        talk.wait_for_event("state", state="paused")
        user.press("F9")
        talk.wait_for_event("state", state="listening", push_to_talk=True)
        assert talk.request("say", text="hello world")["text"] == "Hello world"
        user.release("F9")
        talk.wait_for_event("state", state="paused", push_to_talk=False)
        user.tap("F6")
        talk.wait_for_event("typed", text=" hello world")
        user.tap("F7")
        talk.wait_for_event("typed", erased=12)
        user.press("Control_L")
        user.tap("F7")
        user.release("Control_L")
        talk.wait_for_event("typed", text=" hello world")
    assert raw_window.text() == "Hello world hello world"


def test_a_locked_screen(daemon: DaemonRun, user: UserKeyboard, xserver: XServer) -> None:
    """On a locked screen, as with an open menu, no key opens the microphone or types: that is refused and told. An open
    one can be closed.
    """
    locker = xserver.display.screen().root
    with daemon.connect() as talk:
        talk.request("follow")
        talk.request("pause")
        assert locker.grab_keyboard(False, X.GrabModeAsync, X.GrabModeAsync, X.CurrentTime) == X.GrabSuccess
        try:
            for key, name in (("F8", "toggle"), ("F9", "push_to_talk"), ("F7", "undo"), ("F6", "repeat")):
                user.tap(key)
                reason = talk.wait_for_event("refused")["reason"]
                assert name in reason and "screen is locked" in reason
            assert talk.request("status")["state"] == "paused"
            assert talk.request("resume")["state"] == "listening"
            user.tap("F8")
            talk.wait_for_event("state", state="paused")
        finally:
            xserver.display.ungrab_keyboard(X.CurrentTime)
            xserver.display.sync()
        user.tap("F8")
        talk.wait_for_event("state", state="listening")


def test_push_to_talk_in_the_middle_of_a_text(daemon: DaemonRun, user: UserKeyboard, raw_window: RawWindow) -> None:
    """Who speaks on while the last sentence is still being typed loses nothing of it: its end comes first."""
    long, more = "the quick brown fox " * 200, "jumps over"
    with daemon.connect() as talk:
        talk.send_request("say", text=long)
        raw_window.wait_for_length(100)
        user.press("F9")
        talk.read()
        raw_window.wait_for_length(len(long) - 1)
        talk.request("say", text=more)
        user.release("F9")
    assert raw_window.text() == f"T{long[1:]}{more}"


def test_the_cancel_key_stops_typing_at_once(daemon: DaemonRun, user: UserKeyboard, raw_window: RawWindow) -> None:
    """In the middle of a long text; the window shows what was confirmed."""
    with daemon.connect() as talk:
        talk.send_request("type", text="the quick brown fox " * 2000)
        raw_window.wait_for_length(100)
        for key in ("Control_L", "Alt_L", "c"):
            user.press(key)
        outcome = talk.read()
        for key in ("c", "Alt_L", "Control_L"):
            user.release(key)
        assert outcome["stopped"] in ("CANCELLED", "FOREIGN_INPUT", "KEYS_HELD")
        assert len(outcome["text"]) < 40_000
        raw_window.wait_for_length(len(outcome["text"]))
        assert raw_window.text().startswith(outcome["text"]) and len(raw_window.text()) <= len(outcome["text"]) + 1
        assert talk.request("status")["state"] == "listening"


def test_hotkeys_are_read_anew_with_the_settings(daemon: DaemonRun, user: UserKeyboard, raw_window: RawWindow) -> None:
    """A wrong combination leaves the old ones; another key takes the place of the first."""
    file = daemon.settings_file
    with daemon.connect() as talk:
        talk.request("follow")
        file.write_text('[hotkeys]\ntoggle = "<nonsense>"\n')
        refused = talk.request("reload")
        assert not refused["ok"] and "toggle" in refused["error"] and "<nonsense>" in refused["error"]
        user.tap("F8")
        talk.wait_for_event("state", state="paused")
        file.write_text('[hotkeys]\ntoggle = "<f10>"\n')
        assert talk.request("reload")["ok"]
        user.tap("F8")
        user.tap("F10")
        talk.wait_for_event("state", state="listening")
        assert talk.request("status")["state"] == "listening", "F8 means nothing any more"


def test_taken_hotkey_is_reported_and_works_once_it_is_free(
    daemon: DaemonRun, user: UserKeyboard, raw_window: RawWindow
) -> None:
    """Status and reload name it; nothing has to be restarted after the other program has ended."""
    server = raw_window.server
    with server.virtual_display.in_this_process():
        other = Display()
    other.screen().root.grab_key(server.keycode("F11"), X.AnyModifier, True, X.GrabModeAsync, X.GrabModeAsync)
    other.sync()
    with daemon.connect() as talk:
        talk.request("follow")
        daemon.settings_file.write_text('[hotkeys]\ntoggle = "F11"\n')
        error = talk.wait_for_event("error", topic="hotkeys")
        assert 'hotkeys.toggle: "F11"' in error["message"]
        assert talk.request("status")["hotkey_errors"] == [error["message"]]
        assert error["message"] in daemon.run_windictator("status").stdout
        assert f"warning: {error['message']}" in daemon.run_windictator("config", "reload").stderr
        other.close()
        talk.wait_for_event("state", hotkey_errors=[])
        user.tap("F11")
        talk.wait_for_event("state", state="paused")
