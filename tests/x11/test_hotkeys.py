"""Global hotkeys on a real server: what fires them and what does not, and what an application gets of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from Xlib import X
from Xlib.display import Display

from tests.waiting import wait_until
from tests.x11.clients.client import RawWindow
from tests.x11.hotkey_runs import HotkeyRun
from tests.x11.server import LOCK, NUM_LOCK, XServer
from tests.x11.user_keyboard import UserKeyboard

pytestmark = pytest.mark.slow

DOWN, UP = True, False


@pytest.fixture
def user(xserver: XServer) -> Iterator[UserKeyboard]:
    user = UserKeyboard(xserver)
    yield user
    for keycode in xserver.pressed_keys():
        user.release(keycode)


@pytest.fixture(scope="module")
def _run(_module_xserver: XServer) -> Iterator[HotkeyRun]:
    run = HotkeyRun(_module_xserver)
    yield run
    run.end()


@pytest.fixture
def hotkeys(xserver: XServer, _run: HotkeyRun) -> Callable[..., HotkeyRun]:
    """A function that sets them, by the names of the actions."""

    def start(tap: float = 0.2, **combinations: str) -> HotkeyRun:
        return _run.set(combinations, tap)

    return start


def press(user: UserKeyboard, *keys: str) -> None:
    """Press them together and release them."""
    for key in keys:
        user.press(key)
    for key in reversed(keys):
        user.release(key)


def keys(window: RawWindow) -> list[tuple[bool, int]]:
    """The key events that have reached the window, oldest first, and are then forgotten."""
    events = [(bool(event["press"]), int(event["keycode"])) for event in window.events()]
    window.clear()
    return events


def test_action_is_reported_at_once_and_key_withheld(
    hotkeys: Callable[..., HotkeyRun], user: UserKeyboard, raw_window: RawWindow
) -> None:
    """Under 50 ms from the key to the effect, repeats do not count as presses, and the application gets nothing."""
    key = raw_window.server.keycode("Pause")
    with hotkeys(toggle="<pause>", undo="<ctrl>+<alt>+u") as run:
        delays = []
        for _ in range(5):
            began = time.monotonic()
            user.press(key)
            delays.append(run.wait_for(lambda said: said.get("action") == "toggle")["at"] - began)
            user.release(key)
        assert min(delays) < 0.05
        user.press("Control_L")
        user.press("Alt_L")
        raw_window.clear()
        user.press("u")
        assert run.action() == ("undo", DOWN)
        assert not repeats(raw_window, run)
        user.release("u")
        assert run.heard() == []
        assert keys(raw_window) == []


def repeats(window: RawWindow, run: HotkeyRun) -> list[Any]:
    """What comes of a key that is held for longer than it takes until it repeats."""
    time.sleep(0.9)
    return [*run.heard(), *keys(window)]


def test_push_to_talk_is_held(hotkeys: Callable[..., HotkeyRun], user: UserKeyboard, raw_window: RawWindow) -> None:
    """It begins at the press and ends at the release; neither ends it nor reaches the application between them."""
    key = raw_window.server.keycode("F9")
    with hotkeys(push_to_talk="<f9>") as run:
        user.press(key)
        assert run.action() == ("push_to_talk", DOWN)
        assert not repeats(raw_window, run)
        user.release(key)
        assert run.action() == ("push_to_talk", UP)
        assert run.heard() == []
        assert keys(raw_window) == [(UP, key)]


def test_text_is_typed_while_push_to_talk_is_held(
    hotkeys: Callable[..., HotkeyRun], user: UserKeyboard, raw_window: RawWindow
) -> None:
    """All of it reaches the application and nothing else does, at once and after a long time.

    Also text that needs another group or mapped keys; and the key can be pressed again at once.
    """
    server = raw_window.server
    server.set_layout("us,ru")
    key = server.keycode("F9")
    text = "Text typed live, naïve “Текст”. "
    before = server.keymap(), server.locks()
    with hotkeys(push_to_talk="<f9>") as run:
        for _ in range(2):
            user.press(key)
            assert run.action() == ("push_to_talk", DOWN)
            for wait in (0.0, 0.6):  # a key begins to repeat after 0.5 to 0.7 seconds
                time.sleep(wait)
                run.type(text)
                assert run.typed() == (len(text), None)
            assert run.heard() == []
            user.release(key)
            assert run.action() == ("push_to_talk", UP)
        assert raw_window.text() == text * 4
        assert [event["press"] for event in raw_window.events() if event["keycode"] == key] == [UP, UP]
        assert not [said for said in run.said if "told" in said]
    assert (server.keymap(), server.locks()) == before


def test_push_to_talk_by_another_program(hotkeys: Callable[..., HotkeyRun], raw_window: RawWindow) -> None:
    """The keys of a remote desktop or an on-screen keyboard come through XTEST, as ours do."""
    server = raw_window.server
    key = server.keycode("F9")
    with hotkeys(push_to_talk="<f9>") as run:
        server.press(key)
        assert run.action() == ("push_to_talk", DOWN)
        assert not repeats(raw_window, run)
        run.type("live")
        assert run.typed() == (4, None)
        server.release(key)
        assert run.action() == ("push_to_talk", UP)
        assert raw_window.text() == "live"


def test_a_combination_ends_when_any_part_is_released(
    hotkeys: Callable[..., HotkeyRun], user: UserKeyboard, raw_window: RawWindow
) -> None:
    """Once, by the first; and no text could be typed meanwhile, so no key is said to be held for that."""
    pressed = ["Alt_L", "Control_L", "d"]
    with hotkeys(push_to_talk="<ctrl>+<alt>+d") as run:
        for released in pressed:
            for key in pressed:
                user.press(key)
            assert run.action() == ("push_to_talk", DOWN)
            user.release(released)
            assert run.action() == ("push_to_talk", UP)
            for key in set(pressed) - {released}:
                user.release(key)
            assert run.heard() == []
        assert not [said for said in run.said if said.get("live")]
        assert raw_window.received() == ""


def test_tap_or_hold(hotkeys: Callable[..., HotkeyRun], user: UserKeyboard, raw_window: RawWindow) -> None:
    """One key that does both, told apart by time.

    It is push-to-talk from the first moment on: nothing that is said at once is lost.
    """
    with hotkeys(tap=20.0, tap_or_hold="<f8>") as run:
        user.tap("F8")
        assert run.heard() == [("push_to_talk", DOWN), ("toggle", DOWN), ("push_to_talk", UP)]
    with hotkeys(tap=0.0, tap_or_hold="<f8>") as run:
        user.tap("F8")
        assert run.heard() == [("push_to_talk", DOWN), ("push_to_talk", UP)]


def test_other_modifiers_are_another_key(
    hotkeys: Callable[..., HotkeyRun], user: UserKeyboard, raw_window: RawWindow
) -> None:
    """Exactly the combination, on either side of the keyboard; all else stays the application's."""
    with hotkeys(toggle="<ctrl>+<f9>") as run:
        for pressed in (["F9"], ["Shift_L", "F9"], ["Control_L", "Shift_L", "F9"], ["Control_L", "F8"]):
            press(user, *pressed)
        assert run.heard() == []
        assert len(keys(raw_window)) == 2 * 8
        press(user, "Control_R", "F9")
        assert run.heard() == [("toggle", DOWN)]


def test_locks_do_not_count(hotkeys: Callable[..., HotkeyRun], user: UserKeyboard, raw_window: RawWindow) -> None:
    """Neither for firing nor for keeping the key from the application."""
    d = raw_window.server.keycode("d")
    with hotkeys(toggle="<f9>", cancel="<ctrl>+<alt>+d") as run:
        for locks in (LOCK, NUM_LOCK, LOCK | NUM_LOCK):
            raw_window.server.lock(LOCK | NUM_LOCK, locks)
            user.tap("F9")
            press(user, "Control_L", "Alt_L", "d")
            assert run.heard() == [("toggle", DOWN), ("cancel", DOWN)], locks
        assert d not in [keycode for _, keycode in keys(raw_window)]


def test_the_layout_changes(hotkeys: Callable[..., HotkeyRun], user: UserKeyboard, raw_window: RawWindow) -> None:
    """Y is where it is engraved now, on a Russian keyboard where a Latin one has it, and the rest is free again."""
    server = raw_window.server
    english, german = server.keycode("y"), server.keycode("z")
    with hotkeys(undo="<ctrl>+y") as run:
        for layout, key in (("us", english), ("ru", english), ("de", german), ("us,ru", english), ("us", english)):
            server.set_layout(layout)
            wait_until(lambda key=key: is_grabbed(server, key, X.ControlMask))
            raw_window.clear()
            other = german if key == english else english
            user.press("Control_L")
            user.tap(key)
            user.tap(other)
            user.release("Control_L")
            assert run.heard() == [("undo", DOWN)], layout
            assert {keycode for _, keycode in keys(raw_window)} == {37, other}, layout


def test_the_group_changes(hotkeys: Callable[..., HotkeyRun], user: UserKeyboard, raw_window: RawWindow) -> None:
    """Hotkeys follow when the user switches between layouts; letters of the first do while in one without them."""
    server = raw_window.server
    server.set_layout("us,de,ru")
    english, german = 29, 52
    with hotkeys(undo="<ctrl>+y", repeat="<ctrl>+<alt>+d") as run:
        for group, key in ((0, english), (1, german), (2, english), (0, english)):
            server.lock_group(group)
            wait_until(lambda key=key: is_grabbed(server, key, X.ControlMask))
            raw_window.clear()
            user.press(37)
            user.tap(key)
            user.tap(german + english - key)
            user.press(64)
            user.tap(40)
            user.release(64)
            user.release(37)
            assert run.heard() == [("undo", DOWN), ("repeat", DOWN)], group
            assert {keycode for _, keycode in keys(raw_window)} == {37, 64, german + english - key}, group


def is_grabbed(server: XServer, keycode: int, modifiers: int) -> bool:
    """Whether some client has this key, found out by trying."""
    errors: list[Any] = []
    root = server.display.screen().root
    root.grab_key(
        keycode, modifiers, True, X.GrabModeAsync, X.GrabModeAsync, onerror=lambda error, _: errors.append(error) or 1
    )
    root.ungrab_key(keycode, modifiers)
    server.display.sync()
    return bool(errors)


def test_hotkey_of_another_program_is_reported(
    hotkeys: Callable[..., HotkeyRun], user: UserKeyboard, raw_window: RawWindow
) -> None:
    """Said once, with combination and action; the other program keeps its key, with every lock; the others work."""
    server = raw_window.server
    with server.virtual_display.in_this_process():
        other = Display()
    root, key = other.screen().root, server.keycode("F9")
    root.grab_key(key, NUM_LOCK, True, X.GrabModeAsync, X.GrabModeAsync)
    other.sync()
    try:
        with hotkeys(push_to_talk="<f9>", toggle="<f8>", repeat="<ctrl>+ж") as run:
            assert [said["notice"] for said in run.said if "notice" in said] == [
                'hotkeys.push_to_talk: "F9" is another program\'s hotkey already and does nothing here; '
                "choose another one",
                'hotkeys.repeat: "ctrl+ж" is not on this keyboard layout',
            ]
            assert not is_grabbed(server, key, 0)
            server.lock(NUM_LOCK, NUM_LOCK)
            user.tap(key)
            user.tap("F8")
            assert run.heard() == [("toggle", DOWN)]
            other.sync()
            assert [other.next_event().type for _ in range(2)] == [X.KeyPress, X.KeyRelease]
    finally:
        other.close()


def test_typed_keys_trigger_no_hotkey(
    hotkeys: Callable[..., HotkeyRun], user: UserKeyboard, raw_window: RawWindow
) -> None:
    """Every key that can be typed, with every modifier, from both groups and mapped.

    While hotkeys are on keys and modifiers all over the keyboard; and nothing of the text is refused or lost.
    """
    server = raw_window.server
    server.set_layout("us,ru")
    text = "".join(map(chr, range(0x20, 0x7F))) + "абвгдежзийклмнопрстуфхцчшщъыьэюяАБВГДЁ" + "\n\téßñ€“”"
    with hotkeys(
        toggle="<ctrl>+<alt>+d", push_to_talk="<f9>", cancel="<ctrl_r>", undo="<ctrl>+<shift>+a", repeat="<cmd>+1"
    ) as run:
        run.type(text)
        assert run.typed() == (len(text), None)
        assert run.heard() == []
        assert raw_window.text() == text


def test_text_that_contains_a_hotkey_is_refused(
    hotkeys: Callable[..., HotkeyRun], user: UserKeyboard, raw_window: RawWindow
) -> None:
    """Refused as a whole, with words that say whose hotkey it is; other text is typed."""
    with hotkeys(toggle="<tab>", cancel="<shift>+q") as run:
        for text, outcome in (("a\tb", (0, "OWN_HOTKEY")), ("Qq", (0, "OWN_HOTKEY")), ("aqA", (3, None))):
            run.type(text)
            assert run.typed() == outcome
        assert run.heard() == []
        assert raw_window.text() == "aqA"


def test_cancel_stops_typing(hotkeys: Callable[..., HotkeyRun], user: UserKeyboard, raw_window: RawWindow) -> None:
    """Within one key, with a true report of what has reached the application, and nothing is down."""
    key = raw_window.server.keycode("Pause")
    text = " ".join(f"{number:05d}" for number in range(20_000))
    with hotkeys(cancel="<pause>") as run:
        for _ in range(5):
            raw_window.clear()
            run.type(text, announce=300)
            user.press(key)
            assert run.action() == ("cancel", DOWN)
            confirmed, stopped = run.typed()
            user.release(key)
            assert stopped in ("CANCELLED", "FOREIGN_INPUT", "GRABBED")
            received = raw_window.text()
            assert received == text[: len(received)]
            assert confirmed <= len(received) <= confirmed + 1 < len(text)
            assert not raw_window.server.pressed_keys()


def test_cancel_while_a_modifier_of_ours_is_down(
    hotkeys: Callable[..., HotkeyRun], user: UserKeyboard, raw_window: RawWindow
) -> None:
    """For the server it is Shift and the key then; but Shift is not the user's."""
    server = raw_window.server
    with hotkeys(cancel="<pause>") as run:
        run.type("ABCD", announce=1, hold=0.3)
        wait_until(lambda: server.pressed_keys() == {server.keycode("Shift_L")})
        user.tap("Pause")
        assert run.action() == ("cancel", DOWN)
        assert run.typed()[0] <= 1
        assert run.heard() == []
        assert not server.pressed_keys()


def test_stopped_hotkeys_release_their_keys(
    hotkeys: Callable[..., HotkeyRun], user: UserKeyboard, raw_window: RawWindow
) -> None:
    """The keys are the application's again, and a push-to-talk that is held has ended."""
    key = raw_window.server.keycode("F9")
    with hotkeys(push_to_talk="<f9>", toggle="<f8>") as run:
        user.press(key)
        assert run.action() == ("push_to_talk", DOWN)
        run.say(stop=True)
        assert run.action() == ("push_to_talk", UP)
        user.release(key)
        assert run.heard() == []
        wait_until(lambda: not is_grabbed(raw_window.server, key, 0))
        raw_window.clear()
        user.tap("F8")
        assert run.heard() == []
        assert [pressed for pressed, _ in keys(raw_window)] == [DOWN, UP]
