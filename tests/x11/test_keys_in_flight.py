"""Keys that are on their way when the keyboard or the focus is taken: what is confirmed is what the window received."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from Xlib import X

from tests.x11.clients.client import Client, RawWindow
from tests.x11.hotkey_runs import HotkeyRun
from tests.x11.server import XServer
from tests.x11.stage import TypingProcess
from tests.x11.user_keyboard import UserKeyboard

pytestmark = pytest.mark.slow

TEXT = "abcdefgh"
LONG = "the quick brown fox " * 400
ROUNDS = 15
HOTKEYS = [("F9", {"KEYS_HELD"}), ("F8", {"FOREIGN_INPUT"}), ("F10", {"CANCELLED", "FOREIGN_INPUT"})]
"""Keys, and the reasons that each may stop typing for."""


@pytest.fixture
def user(xserver: XServer) -> UserKeyboard:
    return UserKeyboard(xserver)


@pytest.fixture
def hotkeys(xserver: XServer, raw_window: RawWindow) -> Iterator[HotkeyRun]:
    """Push-to-talk on F9, another hotkey on F8, and cancel on F10, beside a typist."""
    run = HotkeyRun(xserver)
    yield run.set({"push_to_talk": "<f9>", "toggle": "<f8>", "cancel": "<f10>"}, tap=0.0)
    run.end()


@pytest.fixture
def process(xserver: XServer) -> Iterator[TypingProcess]:
    process = TypingProcess(xserver)
    yield process
    process.kill()


@pytest.mark.parametrize(("key", "reasons"), HOTKEYS)
def test_key_behind_a_held_hotkey_does_not_count(
    hotkeys: HotkeyRun, user: UserKeyboard, raw_window: RawWindow, key: str, reasons: set[str]
) -> None:
    """The hotkey's grab takes it, because the server processes the hotkey first."""
    hotkeys.hold_back(TEXT, 4)
    user.press(key)
    hotkeys.say(ask="alive")
    confirmed, stopped = hotkeys.typed()
    assert confirmed == 3 and stopped in reasons
    user.release(key)
    assert raw_window.text() == "abc"


@pytest.mark.parametrize(("key", "reasons"), HOTKEYS)
def test_key_behind_a_released_hotkey_counts(
    hotkeys: HotkeyRun, user: UserKeyboard, raw_window: RawWindow, key: str, reasons: set[str]
) -> None:
    """The window has the keyboard again, although this process learns of the hotkey only now."""
    hotkeys.hold_back(TEXT, 4)
    user.tap(key)
    hotkeys.say(ask="alive")
    confirmed, stopped = hotkeys.typed()
    assert confirmed == 4 and stopped in reasons
    assert raw_window.text() == "abcd"


@pytest.mark.parametrize(
    ("key", "reasons"),
    [
        ("F9", {"KEYS_HELD"}),
        ("F8", {"FOREIGN_INPUT"}),
        ("F10", {"CANCELLED", "FOREIGN_INPUT"}),
        ("F12", {"FOREIGN_INPUT"}),
    ],
)
def test_confirmed_text_is_in_the_window_after_a_key_of_the_user(
    hotkeys: HotkeyRun, user: UserKeyboard, raw_window: RawWindow, key: str, reasons: set[str]
) -> None:
    """No more and no less, wherever the key comes between two of ours."""
    for number in range(ROUNDS):
        raw_window.clear()
        hotkeys.type(LONG, announce=20 + number)
        user.press(key)
        confirmed, stopped = hotkeys.typed()
        user.release(key)
        hotkeys.heard()
        assert stopped in reasons
        assert raw_window.text() == LONG[:confirmed]


def test_confirmed_text_is_in_the_window_after_the_focus_has_moved(
    hotkeys: HotkeyRun, raw_window: RawWindow, start_client: Callable[[type[Client]], Client]
) -> None:
    """At most one key goes to the other window, and it does not count."""
    other = start_client(RawWindow)
    for number in range(ROUNDS):
        raw_window.clear()
        other.clear()
        raw_window.focus()
        hotkeys.type(LONG, announce=20 + number)
        raw_window.server.focus(other.window)
        confirmed, stopped = hotkeys.typed()
        assert stopped == "FOCUS_CHANGED"
        assert raw_window.text() == LONG[:confirmed]
        assert other.text() in ("", LONG[confirmed])


def test_key_that_another_program_has_just_made_a_hotkey_does_not_count(
    process: TypingProcess, raw_window: RawWindow
) -> None:
    """The key itself begins that program's grab."""
    process.tell(text=TEXT, hold_back=4)
    root = raw_window.server.display.screen().root
    (keycode,) = process.hear()["about"]
    root.grab_key(keycode, 0, False, X.GrabModeAsync, X.GrabModeAsync)
    raw_window.server.display.sync()
    process.tell(ask="alive")
    (typed,) = (answer for answer in (process.hear(), process.hear()) if "confirmed" in answer)
    root.ungrab_key(keycode, 0)
    raw_window.server.display.sync()
    assert (typed["stopped"], typed["confirmed"], raw_window.text()) == ("GRABBED", 3, "abc")


def test_grab_between_two_texts_is_noticed(process: TypingProcess, raw_window: RawWindow) -> None:
    """A menu is opened so soon after a text that the last trial of the keyboard still counts otherwise."""
    process.tell(text="ab")
    assert process.hear()["confirmed"] == 2
    display = raw_window.server.display
    display.screen().root.grab_keyboard(False, X.GrabModeAsync, X.GrabModeAsync, X.CurrentTime)
    display.sync()
    process.tell(text="cd")
    typed = process.hear()
    display.ungrab_keyboard(X.CurrentTime)
    display.sync()
    assert (typed["stopped"], typed["confirmed"], raw_window.text()) == ("GRABBED", 0, "ab")


def test_hotkey_that_is_held_while_the_hotkeys_change_stops_nothing_later(
    hotkeys: HotkeyRun, user: UserKeyboard, raw_window: RawWindow
) -> None:
    """Its release belongs to the user again."""
    user.press("F8")
    hotkeys.wait_for(lambda said: said.get("action") == "toggle")
    hotkeys.set({"toggle": "<f7>"})
    user.release("F8")
    hotkeys.type(TEXT)
    assert hotkeys.typed() == (len(TEXT), None)
    assert raw_window.text() == TEXT


@pytest.mark.parametrize("held", [False, True])
def test_hotkey_where_the_focus_follows_the_pointer(
    hotkeys: HotkeyRun, user: UserKeyboard, raw_window: RawWindow, held: bool
) -> None:
    """Without a window manager the server tells the loss of the focus to the window under the pointer."""
    display = raw_window.server.display
    display.set_input_focus(X.PointerRoot, X.RevertToPointerRoot, X.CurrentTime)
    display.create_resource_object("window", raw_window.window).warp_pointer(20, 20)
    display.sync()
    hotkeys.hold_back(TEXT, 4)
    user.press("F9")
    if not held:
        user.release("F9")
    hotkeys.say(ask="alive")
    confirmed, stopped = hotkeys.typed()
    user.release("F9")
    assert (raw_window.text(), stopped) == (TEXT[:confirmed], "KEYS_HELD")
    assert confirmed == (3 if held else 4)


def test_key_behind_a_grab_of_another_program_does_not_count(process: TypingProcess, raw_window: RawWindow) -> None:
    """As behind a menu that has just been opened."""
    process.tell(text=TEXT, hold_back=4)
    process.hear()
    display = raw_window.server.display
    display.screen().root.grab_keyboard(False, X.GrabModeAsync, X.GrabModeAsync, X.CurrentTime)
    display.sync()
    process.tell(ask="alive")
    (typed,) = (answer for answer in (process.hear(), process.hear()) if "confirmed" in answer)
    display.ungrab_keyboard(X.CurrentTime)
    display.sync()
    assert (typed["stopped"], typed["confirmed"], raw_window.text()) == ("GRABBED", 3, "abc")
