"""What happens in mid-text: typing stops within one keystroke and says so, or goes on exactly; no key stays down."""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Callable, Mapping

import pytest
from Xlib import X

from tests.waiting import wait_until
from tests.x11.blocking import keymap_of
from tests.x11.clients.client import Client, RawWindow
from tests.x11.server import LOCK, NUM_LOCK
from tests.x11.type_runs import LONG, Outcome, TypeRun, assert_one_line, stopped, type_text
from windictator.keyboard.key_coder import KeyCoder

pytestmark = pytest.mark.slow

SOME = 120
"""Characters after which something happens."""


@pytest.fixture
def run(raw_window: RawWindow, user_environment: Mapping[str, str]) -> Callable[..., TypeRun]:
    """Starts typing a long text into ``raw_window`` and returns when some of it has arrived."""

    def start(text: str = LONG, after: int = SOME) -> TypeRun:
        typing = TypeRun(user_environment, text)
        raw_window.wait_for_length(after)
        return typing

    return start


def assert_stopped(outcome: Outcome, received: str, *reasons: str, text: str = LONG) -> None:
    """Status 3, and a report that is true: what was confirmed arrived, exactly, and at most one character more."""
    assert outcome.status == 3
    assert outcome.stopped in reasons
    assert SOME - 1 <= outcome.confirmed < len(text)
    assert received[: outcome.confirmed] == text[: outcome.confirmed]
    assert len(received) <= outcome.confirmed + 1
    assert_one_line(outcome.errors, f"typed {outcome.confirmed} of {len(text)} characters", outcome.report["reason"])


# The focus


def test_the_focus_moves(
    run: Callable[..., TypeRun], raw_window: RawWindow, start_client: Callable[[type[Client]], Client]
) -> None:
    """A dialogue that takes the focus does not get the text."""
    other = start_client(RawWindow)
    raw_window.focus()
    with run() as typing:
        raw_window.server.focus(other.window)
        outcome = typing.wait()
    assert len(other.text()) <= 1
    assert_stopped(outcome, raw_window.text() + other.text(), "FOCUS_CHANGED")
    assert not raw_window.server.pressed_keys()


def test_the_focus_is_taken_away(run: Callable[..., TypeRun], raw_window: RawWindow) -> None:
    """Keys that reach no window are not counted as typed."""
    with run() as typing:
        raw_window.server.display.set_input_focus(X.NONE, X.RevertToNone, X.CurrentTime)
        raw_window.server.display.sync()
        outcome = typing.wait()
    assert_stopped(outcome, raw_window.text(), "NO_FOCUS", "FOCUS_CHANGED")


def test_the_window_is_closed(run: Callable[..., TypeRun], raw_window: RawWindow) -> None:
    """It is gone, and the focus with it."""
    with run() as typing:
        raw_window.server.display.create_resource_object("window", raw_window.window).destroy()
        raw_window.server.display.sync()
        outcome = typing.wait()
    assert outcome.status == 3
    assert outcome.stopped in ("FOCUS_CHANGED", "NO_FOCUS")
    assert_one_line(outcome.errors)


def test_the_pointer_moves_where_the_focus_follows_it(
    user_environment: Mapping[str, str], raw_window: RawWindow
) -> None:
    """Without a window manager the pointer decides who gets the keys."""
    display = raw_window.server.display
    display.set_input_focus(X.PointerRoot, X.RevertToPointerRoot, X.CurrentTime)
    display.create_resource_object("window", raw_window.window).warp_pointer(20, 20)
    display.sync()
    with TypeRun(user_environment) as typing:
        raw_window.wait_for_length(SOME)
        display.screen().root.warp_pointer(1270, 790)
        display.sync()
        outcome = typing.wait()
    assert_stopped(outcome, raw_window.text(), "NO_FOCUS", "FOCUS_CHANGED")


# The user


def test_the_user_presses_a_key(run: Callable[..., TypeRun], raw_window: RawWindow) -> None:
    """Text does not mix with what the user begins to type; the key arrives where it was pressed."""
    with run() as typing:
        raw_window.server.tap("q")
        outcome = typing.wait()
    text = raw_window.text()
    assert text.count("q") == 1
    assert text.index("q") >= len(text) - 2
    assert_stopped(outcome, text.replace("q", ""), "FOREIGN_INPUT")
    assert not raw_window.server.pressed_keys()


def test_the_user_clicks(run: Callable[..., TypeRun], raw_window: RawWindow) -> None:
    """A click moves the caret."""
    with run() as typing:
        raw_window.server.click()
        outcome = typing.wait()
    assert_stopped(outcome, raw_window.text(), "FOREIGN_INPUT")


@pytest.mark.parametrize("name", ["Shift_L", "Control_L", "Alt_L", "Super_L"])
def test_the_user_holds_a_modifier(run: Callable[..., TypeRun], raw_window: RawWindow, name: str) -> None:
    """Not even one letter becomes a shortcut unnoticed, and the user's key is not released for them."""
    key = raw_window.server.keycode(name)
    with run() as typing:
        raw_window.server.press(key)
        outcome = typing.wait()
    assert raw_window.server.pressed_keys() == {key}
    raw_window.server.release(key)
    assert_stopped(outcome, raw_window.text(), "FOREIGN_INPUT", "UNCONFIRMED")


@pytest.mark.parametrize("by", ["key", "request"])
def test_caps_lock_goes_on(run: Callable[..., TypeRun], raw_window: RawWindow, by: str) -> None:
    """From then on letters would be wrong; and what the user has locked stays locked."""
    text = "lower case only " * 2000
    with run(text) as typing:
        if by == "key":
            raw_window.server.tap("Caps_Lock")
        else:
            raw_window.server.lock(LOCK, LOCK)
        outcome = typing.wait()
    assert_stopped(outcome, raw_window.text(), "FOREIGN_INPUT", "UNCONFIRMED", text=text)
    assert raw_window.server.locks().locked == LOCK
    assert not raw_window.server.pressed_keys()


def test_the_user_switches_the_group(run: Callable[..., TypeRun], raw_window: RawWindow) -> None:
    """A layout indicator that is clicked switches without any key; the new group stays."""
    raw_window.server.set_layout("us,ru")
    text = "latin only " * 2000
    with run(text) as typing:
        raw_window.server.lock_group(1)
        outcome = typing.wait()
    assert_stopped(outcome, raw_window.text(), "UNCONFIRMED", text=text)
    assert raw_window.server.locks().group == 1


@pytest.mark.parametrize("name", ["Shift_L", "Control_R", "a"])
def test_key_held_too_long_is_a_refusal(
    settings: Callable[[str], None], user_environment: Mapping[str, str], raw_window: RawWindow, name: str
) -> None:
    """Nothing is typed, the key is still the user's, and the reason is said."""
    settings("[typing]\nkey_release_timeout_ms = 200\n")
    key = raw_window.server.keycode(name)
    raw_window.server.press(key)
    raw_window.clear()
    outcome = type_text(user_environment, "hello")
    assert raw_window.server.pressed_keys() == {key}
    raw_window.server.release(key)
    assert outcome.status == 1
    assert_one_line(outcome.errors, "nothing was typed", "held down")
    assert set(raw_window.received()) <= {"a"}, "the held letter repeats"


@pytest.mark.parametrize("name", ["Shift_L", "Control_R", "a"])
def test_typing_waits_for_a_held_key(
    settings: Callable[[str], None], user_environment: Mapping[str, str], raw_window: RawWindow, name: str
) -> None:
    """The hotkey that started it may still be down."""
    settings("[typing]\nkey_release_timeout_ms = 20000\n")
    key = raw_window.server.keycode(name)
    raw_window.server.press(key)
    raw_window.clear()
    with TypeRun(user_environment, "hello") as typing:
        ended = os.pidfd_open(typing.process.pid)
        assert not select.select([ended], [], [], 0.8)[0], "it has not waited"
        os.close(ended)
        assert "hello" not in raw_window.received()
        raw_window.server.release(key)
        assert typing.wait().status == 0
    assert raw_window.text().lstrip("a") == "hello", "the held letter repeats, before it is released"
    assert not raw_window.server.pressed_keys()


# Signals


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_in_order(run: Callable[..., TypeRun], raw_window: RawWindow, number: signal.Signals) -> None:
    """130, nothing down, CapsLock, NumLock and group as they were."""
    raw_window.server.set_layout("us,ru")
    raw_window.server.lock(LOCK | NUM_LOCK, LOCK | NUM_LOCK)
    raw_window.server.lock_group(1)
    before = raw_window.server.locks(), raw_window.server.keymap()
    text = "Mixed Текст, " * 2000
    with run(text) as typing:
        typing.send(number)
        outcome = typing.wait()
    received = raw_window.text()
    assert outcome.status == 130
    assert outcome.report["interrupted"]
    assert received == text[: outcome.confirmed]
    assert_one_line(outcome.errors, f"typed {outcome.confirmed} of {len(text)} characters")
    assert (raw_window.server.locks(), raw_window.server.keymap()) == before
    assert not raw_window.server.pressed_keys()


def test_signal_restores_mapped_characters(run: Callable[..., TypeRun], raw_window: RawWindow) -> None:
    """The keymap is given back before the process ends."""
    before = raw_window.server.keymap()
    text = "naïve “café” " * 1000
    with run(text) as typing:
        assert raw_window.server.keymap() != before
        typing.send(signal.SIGINT)
        outcome = typing.wait()
    assert outcome.status == 130
    assert raw_window.text() == text[: outcome.confirmed]
    assert raw_window.server.keymap() == before


@pytest.mark.parametrize("after", range(SOME, SOME + 8))
def test_kill_leaves_no_key_down(run: Callable[..., TypeRun], raw_window: RawWindow, after: int) -> None:
    """With its last breath or without, no key of its is down, Shift least of all."""
    text = "aBcD" * 5000
    with run(text, after) as typing:
        typing.send(signal.SIGKILL)
        assert typing.wait().status == -signal.SIGKILL
    wait_until(lambda: not raw_window.server.pressed_keys(), 1.0, poll_s=0)
    received = raw_window.text()
    assert received == text[: len(received)]


def test_kill_while_characters_are_mapped_restores_them(run: Callable[..., TypeRun], raw_window: RawWindow) -> None:
    """Locks, group and keymap are put right by the process that was left for that."""
    raw_window.server.set_layout("us,ru")
    raw_window.server.lock(LOCK, LOCK)
    before = raw_window.server.locks(), raw_window.server.keymap()
    with run("Naïve Текст, " * 2000) as typing:
        assert raw_window.server.locks().locked == 0
        typing.send(signal.SIGKILL)
        typing.wait()
    wait_until(lambda: (raw_window.server.locks(), raw_window.server.keymap()) == before, 3.0, poll_s=0)
    assert not raw_window.server.pressed_keys()


# The server


def test_the_server_ends(run: Callable[..., TypeRun], raw_window: RawWindow) -> None:
    """One line, no traceback, no spinning."""
    with run() as typing:
        raw_window.server.virtual_display.process.kill()
        outcome = typing.wait()
    assert (outcome.status, outcome.stopped) == (3, "CONNECTION_LOST")
    assert outcome.confirmed >= SOME - 1
    assert_one_line(outcome.errors, f"typed {outcome.confirmed} of {len(LONG)} characters", "connection")


@pytest.mark.parametrize("layout", ["fr", "ru", "de"])
def test_the_layout_changes(run: Callable[..., TypeRun], raw_window: RawWindow, layout: str) -> None:
    """Never goes on with keys that mean something else now.

    Keys are compared, not characters: a client that lags behind reads keys that came before the change with the new
    map, as all of libX11 do.
    """
    text = "AZ QW, zy; 12 [more] " * 20_000
    coder = KeyCoder(keymap_of(raw_window.server))
    with run(text) as typing:
        raw_window.server.set_layout(layout)
        outcome = typing.wait()
    assert (outcome.status, outcome.stopped) == (3, "KEYMAP_CHANGED")
    assert_one_line(outcome.errors, f"typed {outcome.confirmed} of {len(text)} characters")
    modifiers = {keycode for key in coder.table(0).values() for keycode in key.modifiers}
    pressed = [event["keycode"] for event in raw_window.events() if event["press"]]
    keys = [keycode for keycode in pressed if keycode not in modifiers]
    assert keys[: outcome.confirmed] == [key.keycode for key in coder.text_to_keys(text[: outcome.confirmed])]
    assert len(keys) <= outcome.confirmed + 1
    assert not raw_window.server.pressed_keys()


def test_a_change_that_changes_nothing(run: Callable[..., TypeRun], raw_window: RawWindow) -> None:
    """The server announces one whenever another keyboard is touched."""
    text = LONG[:4000]
    with run(text) as typing:
        raw_window.server.set_layout("us", variant="basic")
        outcome = typing.wait()
    assert (outcome.status, outcome.errors) == (0, "")
    assert raw_window.text() == text


def test_the_server_hangs(run: Callable[..., TypeRun], raw_window: RawWindow) -> None:
    """It ends alone, and when the server goes on, nothing is down."""
    server = raw_window.server
    with run() as typing, stopped(server.virtual_display.process):
        began = time.monotonic()
        outcome = typing.wait()
        assert 1 < time.monotonic() - began < 10
    received = raw_window.text()
    # The server itself repeats a key that it found down for so long.
    assert received[outcome.confirmed + 1 :].strip(received[-1]) == ""
    assert_stopped(outcome, received[: outcome.confirmed + 1], "TIMEOUT")
    wait_until(lambda: not server.pressed_keys(), 1.0, poll_s=0)


def test_hanging_server_with_mapped_characters_is_restored(run: Callable[..., TypeRun], raw_window: RawWindow) -> None:
    """Locks, group and keymap are given back when the server goes on, although the program has ended long since."""
    server = raw_window.server
    server.set_layout("us,ru")
    server.lock(LOCK, LOCK)
    server.lock_group(1)
    before = server.locks(), server.keymap()
    with run("Naïve Текст, " * 2000) as typing, stopped(server.virtual_display.process):
        outcome = typing.wait()
    assert (outcome.status, outcome.stopped) == (3, "TIMEOUT")
    assert_one_line(outcome.errors)
    wait_until(lambda: (server.locks(), server.keymap()) == before, 3.0, poll_s=0)
    wait_until(lambda: not server.pressed_keys(), 1.0, poll_s=0)


@pytest.mark.parametrize("seconds", [0.3, 3.0])
def test_another_program_holds_the_server(run: Callable[..., TypeRun], raw_window: RawWindow, seconds: float) -> None:
    """A moment is waited out and nothing is lost; longer than the timeout is the end, with nothing down."""
    server = raw_window.server
    text = LONG[:4000]
    with run(text) as typing:
        server.display.grab_server()
        server.display.sync()
        ended = os.pidfd_open(typing.process.pid)
        select.select([ended], [], [], seconds)
        os.close(ended)
        server.display.ungrab_server()
        server.display.sync()
        outcome = typing.wait()
    if seconds < 1:
        assert (outcome.status, outcome.errors) == (0, "")
        assert raw_window.text() == text
    else:
        assert_stopped(outcome, raw_window.text(), "TIMEOUT", text=text)
    wait_until(lambda: not server.pressed_keys(), 1.0, poll_s=0)


def test_busy_application_gets_everything_later(raw_window: RawWindow, user_environment: Mapping[str, str]) -> None:
    """What is confirmed is with the server, which keeps it for the application."""
    text = LONG[:500]
    raw_window.pause()
    outcome = type_text(user_environment, text)
    raw_window.carry_on()
    assert (outcome.status, outcome.confirmed) == (0, 500)
    assert raw_window.text() == text
