"""State of one press of a hotkey, and the lookup of hotkeys, without an X server."""

from __future__ import annotations

import pytest

from tests.fake_keyboard import keymap
from windictator.keyboard.hotkey import HotkeyAction, HotkeyCombination
from windictator.x11.hotkey_press import HotkeyPress
from windictator.x11.hotkey_syntax import parse_hotkeys
from windictator.x11.hotkey_table import HotkeyTable

TOGGLE, TALK, TAP_OR_HOLD = HotkeyAction.TOGGLE, HotkeyAction.PUSH_TO_TALK, HotkeyAction.TAP_OR_HOLD
CONTROL, ALT, CAPS_LOCK, NUM_LOCK = 4, 8, 2, 16
D, F9, CONTROL_R = 40, 75, 105

Reports = list[tuple[HotkeyAction, bool]]


def pressed(action: HotkeyAction) -> tuple[HotkeyPress, Reports]:
    """Return a press at 10 seconds and the list that its reports go to."""
    reports: Reports = []
    return HotkeyPress(action, 0, 10.0, lambda *report: reports.append(report)), reports


def test_toggle_is_reported_once() -> None:
    """Only push-to-talk has an end."""
    press, reports = pressed(TOGGLE)
    press.start()
    press.release(11.0, 0.2)
    assert reports == [(TOGGLE, True)]
    assert not press.is_active


def test_push_to_talk_lasts_until_the_release() -> None:
    """A second release, of another key of the combination, reports nothing more."""
    press, reports = pressed(TALK)
    press.start()
    assert press.is_active
    press.release(10.1, 0.2)
    press.release(10.2, 0.2)
    assert reports == [(TALK, True), (TALK, False)]
    assert not press.is_active


def test_release_before_the_start_is_reported_after_it() -> None:
    """The keyboard is released first, which takes round trips, and the user may be quicker."""
    press, reports = pressed(TALK)
    press.release(10.01, 0.2)
    assert reports == []
    press.start()
    assert reports == [(TALK, True), (TALK, False)]


@pytest.mark.parametrize(
    ("released_at", "end"), [(10.19, [(TOGGLE, True), (TALK, False)]), (10.21, [(TALK, False)])], ids=["tap", "hold"]
)
def test_tap_toggles_before_push_to_talk_ends(released_at: float, end: Reports) -> None:
    """The toggle refers to the state before the press, so it comes first."""
    press, reports = pressed(TAP_OR_HOLD)
    press.start()
    press.release(released_at, 0.2)
    assert reports == [(TALK, True), *end]


def test_discarded_press_reports_nothing() -> None:
    """Another program got the key."""
    press, reports = pressed(TALK)
    press.discard()
    press.release(11.0, 0.2)
    assert reports == []


def table(layout: str, **bindings: str) -> HotkeyTable:
    """Return the hotkeys of these settings on a layout."""
    combinations: dict[HotkeyAction, HotkeyCombination] = parse_hotkeys(bindings)
    return HotkeyTable(combinations, keymap(layout))


def test_hotkey_is_found_by_key_and_modifiers() -> None:
    """The same key with other modifiers is another key."""
    hotkeys = table("us", toggle="<ctrl>+<alt>+d", push_to_talk="<f9>")
    assert hotkeys.find((D, CONTROL | ALT), 0) is TOGGLE
    assert hotkeys.find((F9, 0), 0) is TALK
    assert hotkeys.find((D, CONTROL), 0) is None
    assert hotkeys.locks == CAPS_LOCK | NUM_LOCK


def test_keys_are_grabbed_with_every_lock() -> None:
    """A grab with other locks on would not match."""
    keys = table("us", toggle="<f9>").keys_to_grab(0)
    assert keys == {TOGGLE: {(F9, locks) for locks in (0, CAPS_LOCK, NUM_LOCK, CAPS_LOCK | NUM_LOCK)}}


@pytest.mark.parametrize(
    ("layout", "key", "expected"), [("us-ru", "?", True), ("us-ru", "<f9>", False), ("us", "?", False)]
)
def test_table_depends_on_the_group_of_a_moved_key(layout: str, key: str, expected: bool) -> None:
    """Only then are events for changes of the group needed."""
    assert table(layout, toggle=key).depends_on_group is expected


def test_only_lone_push_to_talk_keys_may_be_held() -> None:
    """Held modifiers would mix with the text."""
    lowest = keymap("us").min_keycode
    assert table("us", push_to_talk="<f9>", toggle="<f8>").allowed_keys(()) == {F9, lowest}
    assert table("us", push_to_talk="<ctrl>+<f9>").allowed_keys(()) == frozenset()
    assert table("us", push_to_talk="<ctrl_r>").allowed_keys(()) == frozenset()
    assert table("us", push_to_talk="<f9>").allowed_keys({TALK}) == frozenset()
