"""Dictation for users of StickyKeys, SlowKeys, BounceKeys and MouseKeys: exact text, and their keyboard as it was."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from tests.waiting import wait_until
from tests.x11.access_controls import (
    BOUNCE,
    LATCH_TO_LOCK,
    MOUSE,
    SLOW,
    SLOW_DELAY_MS,
    STICKY,
    TWO_KEYS_OFF,
    Desktop,
    desktop_on,
)
from tests.x11.clients.client import RawWindow
from tests.x11.dictate_runs import DictateRun
from tests.x11.hotkey_runs import HotkeyRun
from tests.x11.keyboard_state import read_keyboard
from tests.x11.server import NUM_LOCK, XServer
from tests.x11.stage import TypingProcess
from tests.x11.test_leftovers import doctor, kill_with_guardian, wills
from tests.x11.type_runs import LONG, TypeRun, type_text
from tests.x11.user_keyboard import UserKeyboard

pytestmark = pytest.mark.slow

TEXT = "Hello bookkeeper, all is WELL (no. 100)"
SHIFT = 1
WITHIN_S = 20.0


@pytest.fixture
def user(xserver: XServer) -> UserKeyboard:
    return UserKeyboard(xserver)


@pytest.fixture
def desktop(xserver: XServer) -> Iterator[Desktop]:
    with desktop_on(xserver) as desktop:
        yield desktop


# Whole texts


@pytest.mark.parametrize(
    ("filters", "options", "active"),
    [
        (BOUNCE, 0, "the user's"),
        (SLOW, 0, "XTEST's"),
        (STICKY, TWO_KEYS_OFF, "the user's"),
        (STICKY, TWO_KEYS_OFF, "XTEST's"),
        (MOUSE, 0, "XTEST's"),
        (SLOW | BOUNCE | STICKY | MOUSE, TWO_KEYS_OFF | LATCH_TO_LOCK, "the user's"),
        (SLOW | BOUNCE | STICKY | MOUSE, TWO_KEYS_OFF | LATCH_TO_LOCK, "XTEST's"),
    ],
)
def test_text_arrives_whole_and_filters_stay(
    desktop: Desktop,
    user: UserKeyboard,
    raw_window: RawWindow,
    user_environment: Mapping[str, str],
    filters: int,
    options: int,
    active: str,
) -> None:
    """The settings of the desktop must not see a change either: some write it into the user's settings."""
    desktop.turn_on(filters, options)
    raw_window.server.tap("Pause") if active == "XTEST's" else user.tap("Pause")
    before, keyboard = desktop.controls(), read_keyboard(raw_window.server)
    raw_window.clear()
    for _ in range(2):
        assert type_text(user_environment, TEXT).status == 0
    assert raw_window.text() == TEXT * 2
    assert desktop.controls() == before == [filters] * len(before)
    assert desktop.announced() == []
    assert read_keyboard(raw_window.server) == keyboard


def test_users_filters_stay_on_while_text_is_typed(
    desktop: Desktop, user: UserKeyboard, raw_window: RawWindow, user_environment: Mapping[str, str]
) -> None:
    """A key of the user's that SlowKeys refuses does not arrive, and SlowKeys does not affect a held key of ours."""
    desktop.turn_on(SLOW)
    with TypeRun(user_environment) as typing:
        raw_window.wait_for_length(50)
        user.tap("y")
        outcome = typing.wait()
    text = raw_window.text()
    assert "y" not in text
    assert text == LONG[: len(text)]
    assert outcome.confirmed in (len(text), len(text) - 1)


def test_held_keys_pass_slow_keys(
    desktop: Desktop,
    raw_window: RawWindow,
    user_environment: Mapping[str, str],
    settings: Callable[[str], None],
) -> None:
    """A setting for programs that miss short presses, and what users of SlowKeys would try."""
    settings("[typing]\nkey_press_ms = 30\n")
    desktop.turn_on(SLOW | BOUNCE)
    assert type_text(user_environment, "All bee").status == 0
    assert raw_window.text() == "All bee"
    assert raw_window.server.pressed_keys() == frozenset()


def test_a_second_layout_is_typed_and_restored(
    desktop: Desktop, user: UserKeyboard, raw_window: RawWindow, user_environment: Mapping[str, str]
) -> None:
    """Characters of two groups and one that is mapped, from the second group, with NumLock on."""
    server = raw_window.server
    server.set_layout("us,ru")
    server.lock_group(1)
    server.lock(NUM_LOCK, NUM_LOCK)
    desktop.turn_on(BOUNCE | STICKY, TWO_KEYS_OFF)
    user.tap("Pause")
    before, keyboard = desktop.controls(), read_keyboard(server)
    raw_window.clear()
    assert type_text(user_environment, "Aббa œœ Щ!!").status == 0
    assert raw_window.text() == "Aббa œœ Щ!!"
    assert read_keyboard(server) == keyboard
    assert desktop.controls() == before
    assert desktop.announced() == []


# Latches and locks


@pytest.mark.parametrize("key", ["Shift_L", "Control_L"])
def test_a_latch_waits_for_the_users_next_key(
    desktop: Desktop, user: UserKeyboard, raw_window: RawWindow, user_environment: Mapping[str, str], key: str
) -> None:
    """StickyKeys has it wait however much is dictated in between, and only one key gets it."""
    server = raw_window.server
    desktop.turn_on(STICKY)
    user.tap(key)
    latched = server.locks()
    assert latched.latched
    for _ in range(2):
        assert type_text(user_environment, "ab C").status == 0
    assert raw_window.text() == "ab Cab C"
    assert server.locks() == latched
    assert desktop.latched_by_xtest() == 0
    raw_window.clear()
    user.tap("x")
    user.tap("x")
    states = [event["state"] & 0xFF for event in raw_window.events() if event["press"]]
    assert states == [latched.latched, 0]


def test_a_latch_of_a_program_is_restored(raw_window: RawWindow, user_environment: Mapping[str, str]) -> None:
    """Without StickyKeys, as on-screen keyboards latch; level three on a layout that has it."""
    server = raw_window.server
    server.set_layout("de")
    for latch in (SHIFT, 0x80):
        server.latch(latch)
        before = server.locks()
        raw_window.clear()
        assert type_text(user_environment, "a@B").status == 0
        assert raw_window.text() == "a@B"
        assert server.locks() == before
        assert before.latched == latch
    server.tap("x")


def test_a_modifier_locked_by_sticky_keys_stays_locked(
    desktop: Desktop, user: UserKeyboard, raw_window: RawWindow, user_environment: Mapping[str, str]
) -> None:
    """Shift pressed twice; the third time unlocks it, as if nothing had been typed."""
    server = raw_window.server
    desktop.turn_on(STICKY, LATCH_TO_LOCK)
    user.tap("Shift_L")
    user.tap("Shift_L")
    locked = server.locks()
    assert locked.locked == SHIFT
    assert type_text(user_environment, "small BIG").status == 0
    assert raw_window.text() == "small BIG"
    assert server.locks() == locked
    user.tap("Shift_L")
    assert (server.locks().locked, server.locks().latched) == (0, 0)


def test_shift_pressed_once_more_after_a_text_locks(
    desktop: Desktop, user: UserKeyboard, raw_window: RawWindow, user_environment: Mapping[str, str]
) -> None:
    """The latch that was restored is as good as the user's own."""
    desktop.turn_on(STICKY, LATCH_TO_LOCK)
    user.tap("Shift_L")
    assert type_text(user_environment, "ab").status == 0
    user.tap("Shift_L")
    assert raw_window.server.locks().locked == SHIFT
    raw_window.server.lock(0xFF, 0)


# Commands and hotkeys


def test_spoken_chords_pass_all_filters(
    desktop: Desktop, raw_window: RawWindow, user_environment: Mapping[str, str]
) -> None:
    """And leave no modifier latched."""
    server = raw_window.server
    desktop.turn_on(SLOW | BOUNCE | STICKY, TWO_KEYS_OFF)
    raw_window.clear()
    with DictateRun(user_environment) as dictation:
        dictation.say("press control shift t", "press control shift t")
        assert dictation.end().status == 0
    pressed = [event for event in raw_window.events() if event["press"]]
    assert [event["state"] & 0xFF for event in pressed if event["keycode"] == server.keycode("t")] == [5, 5]
    assert (server.locks().latched, server.locks().locked) == (0, 0)
    assert desktop.announced() == []


def test_hotkeys_are_pressed_one_key_after_the_other(
    desktop: Desktop, user: UserKeyboard, raw_window: RawWindow
) -> None:
    """Users of StickyKeys do not hold several keys at once."""
    desktop.turn_on(STICKY)
    run = HotkeyRun(raw_window.server)
    try:
        with run.set({"toggle": "<ctrl>+<alt>+d"}):
            for _ in range(2):
                for key in ("Control_L", "Alt_L", "d"):
                    user.tap(key)
                assert run.action() == ("toggle", True)
    finally:
        run.end()


# Changes in mid-text, and the end of the program


def change_in_mid_text(server: XServer, text: str, count: int, change: Callable[[], None]) -> dict[str, Any]:
    """Type ``text``, call ``change`` just before ``count`` keystrokes have been sent, return the report."""
    process = TypingProcess(server)
    try:
        process.tell(text=text, hold_back=count)
        assert "about" in process.hear()
        change()
        process.tell(ask="alive")
        return next(answer for answer in (process.hear(), process.hear()) if "confirmed" in answer)
    finally:
        process.kill()


@pytest.mark.parametrize("filters", [SLOW, BOUNCE, STICKY])
def test_a_filter_turned_on_in_mid_text_stops_it(desktop: Desktop, raw_window: RawWindow, filters: int) -> None:
    """At the key at the latest that is on its way; the filter stays on."""
    typed = change_in_mid_text(raw_window.server, "anna anna", 3, lambda: desktop.turn_on(filters))
    assert typed["stopped"] in ("FILTERED", "UNCONFIRMED")
    assert typed["confirmed"] in (2, 3)
    assert raw_window.text() == "anna"[: typed["confirmed"]]
    assert raw_window.server.pressed_keys() == frozenset()
    assert set(desktop.controls()) == {filters}


def test_slow_keys_turned_on_while_keys_are_held(
    desktop: Desktop,
    raw_window: RawWindow,
    user_environment: Mapping[str, str],
    settings: Callable[[str], None],
) -> None:
    """No key goes down after the end of the program: SlowKeys presses a key late."""
    settings("[typing]\nkey_press_ms = 40\n")
    text = "anna " * 1000
    with TypeRun(user_environment, text) as typing:
        raw_window.wait_for_length(5)
        desktop.turn_on(SLOW)
        outcome = typing.wait()
    assert outcome.status == 3
    assert outcome.stopped in ("FILTERED", "UNCONFIRMED")
    received = raw_window.text()
    assert received == text[: len(received)]
    assert len(received) - outcome.confirmed in (0, 1)
    time.sleep(3 * SLOW_DELAY_MS / 1000)
    assert raw_window.server.pressed_keys() == frozenset()
    assert raw_window.text() == received
    assert set(desktop.controls()) == {SLOW}


@pytest.mark.parametrize("left", [0, BOUNCE])
def test_filters_turned_off_in_mid_text_stay_off(desktop: Desktop, raw_window: RawWindow, left: int) -> None:
    """The user's decision is the last one. A desktop sets all filters at once, also those that stay on."""
    desktop.turn_on(STICKY | BOUNCE, TWO_KEYS_OFF)
    typed = change_in_mid_text(raw_window.server, "anna Anna", 3, lambda: desktop.turn_on(left))
    assert typed["stopped"] in (("FILTERED", "UNCONFIRMED") if left else (None,))
    assert raw_window.text() == "anna Anna"[: typed["confirmed"]]
    assert set(desktop.controls()) == {left}


def test_the_guardian_restores_filters_and_latch(
    desktop: Desktop, user: UserKeyboard, raw_window: RawWindow, user_environment: Mapping[str, str]
) -> None:
    """After SIGKILL in mid-text."""
    desktop.turn_on(STICKY | SLOW, TWO_KEYS_OFF)
    user.press("Shift_L")
    wait_until(lambda: raw_window.server.pressed_keys() != frozenset(), WITHIN_S)
    user.release("Shift_L")
    before = raw_window.server.locks()
    assert before.latched == SHIFT
    with TypeRun(user_environment) as typing:
        raw_window.wait_for_length(50)
        typing.send(signal.SIGKILL)
        typing.process.wait()
    wait_until(lambda: set(desktop.controls()) == {STICKY | SLOW} and raw_window.server.locks() == before, WITHIN_S)
    assert desktop.announced() == []
    wait_until(lambda: wills(raw_window.server) == [], WITHIN_S)


def test_the_next_start_restores_filters(
    desktop: Desktop, raw_window: RawWindow, user_environment: Mapping[str, str]
) -> None:
    """The guardian was killed too; ``doctor`` says what is left."""
    desktop.turn_on(BOUNCE)
    with TypeRun(user_environment) as typing:
        raw_window.wait_for_length(50)
        kill_with_guardian(typing)
    for keycode in raw_window.server.pressed_keys():
        # A busy server may drop the second half of a keystroke whose sender is gone: not what is tested here.
        raw_window.server.release(keycode)
    assert set(desktop.controls()) == {0, BOUNCE}
    assert "keyboard accessibility off" in doctor(user_environment)["leftovers"]["detail"]
    raw_window.clear()
    assert type_text(user_environment, "all").status == 0
    assert raw_window.text() == "all"
    assert set(desktop.controls()) == {BOUNCE}
    assert doctor(user_environment)["leftovers"]["status"] == "ok"


# Doctor


def test_doctor_names_the_filters(desktop: Desktop, xserver: XServer, user_environment: Mapping[str, str]) -> None:
    """And looking changes nothing."""
    assert doctor(user_environment)["key filters"]["detail"].startswith("no keyboard accessibility is on")
    desktop.turn_on(STICKY | SLOW)
    row = doctor(user_environment)["key filters"]
    assert row["status"] == "ok"
    assert "StickyKeys and SlowKeys are on for your keyboard" in row["detail"]
    assert set(desktop.controls()) == {STICKY | SLOW}
