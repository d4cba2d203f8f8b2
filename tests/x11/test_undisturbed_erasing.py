"""The user presses keys and clicks while text is erased: nothing of the user's is erased, and nothing of it is lost."""

from __future__ import annotations

import random
import signal
import struct
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Self

import pytest
from Xlib import X

from tests.x11.blocking import connected
from tests.x11.clients.client import RawWindow, TkText
from tests.x11.keyboard_state import read_keyboard
from tests.x11.server import NUM_LOCK, XServer
from tests.x11.stage import TypingProcess
from tests.x11.user_keyboard import UserKeyboard

pytestmark = pytest.mark.slow

TEXT = "abcdefghij" * 6
ERASE = "\b" * len(TEXT)
SLOW_KEYS, BOUNCE_KEYS = 1 << 1, 1 << 2
KEY, CHARACTER = "bracketleft", "["
MOMENTS = [60, pytest.param(1000, marks=pytest.mark.whole_matrix)]


@pytest.fixture
def process(xserver: XServer) -> Iterator[TypingProcess]:
    process = TypingProcess(xserver)
    yield process
    process.kill()


@pytest.fixture
def user(xserver: XServer) -> UserKeyboard:
    return UserKeyboard(xserver)


class Moments:
    """Random moments while text is erased, until ``count`` of them were. How long erasing takes is learned."""

    def __init__(self, count: int) -> None:
        self._random = random.Random(count)
        self._left = count
        self._tries = 20 * count
        self._longest_s = 0.02

    def __iter__(self) -> Iterator[Self]:
        while self._left:
            assert self._tries, "nearly all moments were after the end"
            self._tries -= 1
            yield self

    def wait(self) -> None:
        """Wait for one, more exactly than ``sleep`` does."""
        until = time.perf_counter() + self._random.uniform(0, self._longest_s)
        while time.perf_counter() < until:
            pass

    def met(self, erased: Mapping[str, Any]) -> None:
        """Take note of what came of the last one."""
        assert erased["stopped"] in ("FOREIGN_INPUT", None)
        if erased["stopped"]:
            self._left -= 1
            self._longest_s *= 1.02
        else:
            self._longest_s *= 0.95


def erase_while(process: TypingProcess, act: Callable[[], None], **options: object) -> dict[str, Any]:
    """Erase ``TEXT``, which has been typed, and ``act`` once the first BackSpace has been sent; the outcome."""
    process.tell(text=ERASE, announce=1, **options)
    assert "reached" in process.hear()
    act()
    return process.hear()


@pytest.mark.parametrize("hold", [0, 0.002])
@pytest.mark.parametrize("count", MOMENTS)
def test_users_key_at_a_random_moment_is_neither_erased_nor_lost(
    process: TypingProcess, raw_window: RawWindow, user: UserKeyboard, count: int, hold: float
) -> None:
    """A key between two BackSpaces was erased by the second one. Also where each key is held down for a time."""
    if hold:
        process.say(hold=hold)
        count //= 4
    keycode = raw_window.server.keycode(KEY)
    moments = Moments(count)
    with user.at_hand() as fake:

        def tap() -> None:
            moments.wait()
            fake(keycode, True)
            fake(keycode, False)

        for _ in moments:
            raw_window.clear()
            assert process.say(text=TEXT)["stopped"] is None
            erased = erase_while(process, tap)
            raw_window.wait_for_length(len(TEXT) + erased["confirmed"] + 1)
            assert raw_window.text() == TEXT[: len(TEXT) - erased["confirmed"]] + CHARACTER, erased
            moments.met(erased)
    assert not raw_window.server.pressed_keys()


def test_users_own_backspaces_at_random_moments_all_arrive(
    process: TypingProcess, raw_window: RawWindow, user: UserKeyboard
) -> None:
    """What is taken out of the queue is ours alone, also where the user presses the very same key."""
    keycode = raw_window.server.keycode("BackSpace")
    moments = Moments(20)
    with user.at_hand() as fake:

        def tap() -> None:
            moments.wait()
            for pressed in (True, False, True, False):
                fake(keycode, pressed)

        for _ in moments:
            raw_window.clear()
            assert process.say(text=TEXT)["stopped"] is None
            erased = erase_while(process, tap)
            received = raw_window.wait_for_length(len(TEXT) + erased["confirmed"] + 2)
            assert received == TEXT + "\b" * (erased["confirmed"] + 2), erased
            moments.met(erased)
    assert not raw_window.server.pressed_keys()


def test_click_at_a_random_moment_does_not_move_what_is_erased(
    process: TypingProcess, tk_text: TkText, xserver: XServer
) -> None:
    """A click puts the caret elsewhere; the next BackSpace would erase the text there."""
    geometry = xserver.display.create_resource_object("window", tk_text.window).get_geometry()
    place = xserver.display.screen().root.translate_coords(tk_text.window, 40, geometry.height // 2)
    xserver.display.screen().root.warp_pointer(place.x, place.y)
    xserver.display.xtest_grab_control(True)
    moments = Moments(20)

    def click() -> None:
        moments.wait()
        xserver.click()

    try:
        for _ in moments:
            tk_text.clear()
            assert process.say(text=TEXT)["stopped"] is None
            erased = erase_while(process, click)
            assert tk_text.text() == TEXT[: len(TEXT) - erased["confirmed"]], erased
            moments.met(erased)
    finally:
        xserver.display.xtest_grab_control(False)


def test_release_of_a_tolerated_key_arrives_and_stops_nothing(
    process: TypingProcess, raw_window: RawWindow, user: UserKeyboard
) -> None:
    """The key of push-to-talk comes up while text is erased."""
    talk = raw_window.server.keycode("F9")
    assert process.say(text=TEXT)["stopped"] is None
    user.press(talk)
    with user.at_hand() as fake:
        erased = erase_while(process, lambda: fake(talk, False), tolerate=[talk])
    assert (erased["stopped"], erased["confirmed"]) == (None, len(TEXT))
    assert raw_window.text() == ""
    assert not raw_window.server.pressed_keys()
    assert [event["press"] for event in raw_window.events() if event["keycode"] == talk] == [True, False]


def test_keyboard_is_free_again_when_the_process_is_killed(
    process: TypingProcess, raw_window: RawWindow, user: UserKeyboard
) -> None:
    """While it keeps the user's keys back."""
    keycode = raw_window.server.keycode(KEY)
    process.say(text=TEXT)
    process.tell(text=ERASE, hold_back=3)
    process.hear()
    process.kill()
    user.tap(keycode)
    raw_window.server.click()
    received = raw_window.received()
    assert received.startswith(TEXT) and received.endswith(CHARACTER)
    assert not raw_window.server.pressed_keys()


def test_stopped_process_that_freezes_input_is_continued(
    process: TypingProcess, raw_window: RawWindow, user: UserKeyboard
) -> None:
    """Else the user would be left without keyboard and mouse."""
    keycode = raw_window.server.keycode(KEY)
    process.say(text=TEXT)
    process.tell(text=ERASE, hold_back=3)
    process.hear()
    process.send_signal(signal.SIGSTOP)
    process.tell(ask="alive")  # what it waits for before it goes on
    erased = [answer for answer in (process.hear(), process.hear()) if "confirmed" in answer]
    assert [answer["confirmed"] for answer in erased] == [len(TEXT)]
    user.tap(keycode)
    assert raw_window.text() == CHARACTER


def test_nothing_is_erased_while_a_mouse_button_is_held(
    process: TypingProcess, raw_window: RawWindow, xserver: XServer
) -> None:
    """A drag that ends between two BackSpaces cannot be kept apart from them."""
    process.say(text=TEXT)
    window = xserver.display.screen().root
    window.grab_pointer(False, X.ButtonReleaseMask, X.GrabModeAsync, X.GrabModeAsync, 0, 0, X.CurrentTime)
    xserver.display.sync()
    erased = process.say(text=ERASE)
    assert (erased["stopped"], erased["confirmed"]) == ("POINTER_HELD", 0)
    xserver.display.ungrab_pointer(X.CurrentTime)
    xserver.display.sync()
    assert process.say(text=ERASE)["stopped"] is None
    assert raw_window.text() == ""


def test_erasing_waits_for_a_program_that_holds_the_server(
    process: TypingProcess, raw_window: RawWindow, xserver: XServer
) -> None:
    """Nothing of the user's is kept back meanwhile."""
    process.say(text=TEXT)
    xserver.display.grab_server()
    xserver.display.sync()
    process.tell(text=ERASE)
    assert process.seconds_to_answer() < 5
    xserver.display.ungrab_server()
    xserver.display.sync()
    assert process.hear()["stopped"] is None
    assert raw_window.text() == ""


def test_nothing_is_erased_after_a_long_server_grab(
    process: TypingProcess, raw_window: RawWindow, xserver: XServer, user: UserKeyboard
) -> None:
    """What was asked of the server is undone in the same moment in which the server gets to it."""
    process.say(text=TEXT)
    xserver.display.grab_server()
    xserver.display.sync()
    process.tell(text=ERASE)
    erased = process.hear()
    xserver.display.ungrab_server()
    xserver.display.sync()
    assert (erased["stopped"], erased["confirmed"]) == ("TIMEOUT", 0)
    user.tap(KEY)
    assert raw_window.wait_for_length(len(TEXT) + 1) == TEXT + CHARACTER


@pytest.mark.parametrize("control", [SLOW_KEYS, BOUNCE_KEYS])
def test_nothing_is_counted_as_erased_that_a_filter_drops(
    process: TypingProcess, raw_window: RawWindow, xserver: XServer, control: int
) -> None:
    """The server filters keys by the user's settings when they come from the queue, and does not report that."""
    process.say(text=TEXT)
    enable_control(xserver, control)
    erased = process.say(text=ERASE)
    assert len(raw_window.text()) == len(TEXT) - erased["confirmed"], erased
    enable_control(xserver, 0)
    assert process.say(text="\b" * (len(TEXT) - erased["confirmed"]))["stopped"] is None
    assert raw_window.text() == ""


def enable_control(server: XServer, control: int) -> None:
    """Turn on this accessibility control of all keyboards, and the other ones off (XkbSetControls)."""
    with connected(server) as connection:
        affected, values_affected = SLOW_KEYS | BOUNCE_KEYS, 1 << 31
        head = struct.pack("=BBHH18xII", connection.xkb, 7, 25, 0x100, affected, control)
        connection.connection.send((head + struct.pack("=I", values_affected)).ljust(100, b"\0"))
        connection.state()


@pytest.mark.parametrize("locked", [0, NUM_LOCK])
def test_erasing_leaves_keyboard_focus_and_pointer_as_they_are(
    process: TypingProcess, raw_window: RawWindow, xserver: XServer, locked: int
) -> None:
    """The application gets no event of a focus change, which would close its lists and end its input."""
    xserver.lock(locked, locked)
    before = read_keyboard(xserver)
    told = [raw_window.server.focused()]
    process.say(text=TEXT)
    display = xserver.display
    window = display.create_resource_object("window", raw_window.window)
    window.change_attributes(event_mask=X.FocusChangeMask | X.EnterWindowMask | X.LeaveWindowMask)
    display.screen().root.warp_pointer(10, 10)
    display.sync()
    while display.pending_events():
        display.next_event()
    process.say(text="\b" * 50)
    display.sync()
    events = [display.next_event() for _ in range(display.pending_events())]
    # Whether another program would get the keys is tried once in a second, by a grab of the keyboard.
    assert [event for event in events if event.type in (X.EnterNotify, X.LeaveNotify)] == []
    assert len([event for event in events if event.type == X.FocusOut]) <= 1
    assert raw_window.text() == TEXT[:10]
    assert (told, before) == ([xserver.focused()], read_keyboard(xserver))


def test_erasing_where_the_focus_follows_the_pointer(
    process: TypingProcess, raw_window: RawWindow, xserver: XServer
) -> None:
    """As without a window manager."""
    xserver.display.screen().root.warp_pointer(50, 50)
    xserver.display.set_input_focus(X.PointerRoot, X.RevertToPointerRoot, X.CurrentTime)
    xserver.display.sync()
    assert process.say(text=TEXT)["stopped"] is None
    assert process.say(text=ERASE)["stopped"] is None
    assert raw_window.text() == ""


def test_erasing_where_the_server_is_held_for_each_key(
    process: TypingProcess, raw_window: RawWindow, user: UserKeyboard
) -> None:
    """It is held already, and is free afterwards."""
    process.say(grab_server=True)
    assert process.say(text=TEXT)["stopped"] is None
    assert process.say(text="\b" * 50 + "end")["stopped"] is None
    assert raw_window.text() == TEXT[:10] + "end"
    user.tap(KEY)
    raw_window.wait_for_length(len(TEXT) + 50 + len("end") + 1)
