"""On which keys a hotkey is, on every layout."""

import pytest

from tests.fake_keyboard import keymap
from windictator.keyboard.hotkey import HotkeyCombination, lock_mask

SHIFT, CONTROL, ALT, SUPER = 1, 4, 8, 64
LEVEL_3 = 128
LOCKS = 2 | 16  # CapsLock and NumLock


def hotkey(character="", keysym=0, modifiers=()):
    return HotkeyCombination("", frozenset(modifiers), character, frozenset((keysym,)) if keysym else frozenset())


@pytest.mark.parametrize(
    ("layout", "group", "key", "found"),
    [
        ("us", 0, hotkey("d", modifiers=["ctrl", "alt"]), {(40, CONTROL | ALT)}),
        ("us", 0, hotkey(keysym=0xFFC6), {(75, 0)}),  # F9
        ("us", 0, hotkey(keysym=0xFFC6, modifiers=["shift", "cmd"]), {(75, SHIFT | SUPER)}),
        # A character on a deeper level needs its modifiers too.
        ("us", 0, hotkey("?", modifiers=["ctrl"]), {(61, CONTROL | SHIFT)}),
        ("de", 0, hotkey("@", modifiers=["ctrl"]), {(24, CONTROL | LEVEL_3)}),
        # On its key in the active layout ...
        ("de", 0, hotkey("z", modifiers=["ctrl"]), {(29, CONTROL)}),
        ("us-gr", 1, hotkey("δ", modifiers=["ctrl"]), {(40, CONTROL)}),
        # ... or in another group, if it lacks the character ...
        ("us-ru", 1, hotkey("d", modifiers=["ctrl"]), {(40, CONTROL)}),
        ("us-ru", 0, hotkey("в", modifiers=["ctrl"]), {(40, CONTROL)}),
        # ... or where a Latin keyboard has the letter, if no group has any.
        ("ru", 0, hotkey("d", modifiers=["ctrl"]), {(40, CONTROL)}),
        ("ru", 0, hotkey("p", modifiers=["alt"]), {(33, ALT)}),
        # A modifier alone is a key.
        ("us", 0, hotkey(keysym=0xFFE4), {(105, 0)}),  # Control_R
        # The keypad's 1: whether NumLock is on does not count.
        ("us", 0, hotkey(keysym=0xFFB1), {(87, 0)}),
        # Not there at all.
        ("us", 0, hotkey("ж", modifiers=["ctrl"]), set()),
        ("de", 0, hotkey("ø"), {(32, LEVEL_3)}),
    ],
)
def test_hotkey_is_found_on_its_key(layout, group, key, found):
    assert key.keys(keymap(layout), group) == found


@pytest.mark.parametrize("layout", ["us", "de", "fr", "ru", "us-ru"])
def test_locks_do_not_count_for_hotkeys(layout):
    """CapsLock and NumLock, but no modifier that a hotkey may use."""
    assert lock_mask(keymap(layout)) == LOCKS
