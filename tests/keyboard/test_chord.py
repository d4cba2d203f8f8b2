"""Chords: what they are called, and on which keys of a keymap they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fake_keyboard import KEYMAPS, keymap
from windictator.keyboard.chord import (
    KeyCombination,
    KeyCombinationError,
    NoSuchKeyError,
    combinations_to_keys,
    is_text,
    parse_combination,
)
from windictator.keyboard.hotkey import MODIFIER_KEYSYMS
from windictator.keyboard.key_events import keystroke_events
from windictator.keyboard.keysym_names import KEYSYMS_BY_NAME

CONTROL_KEY, SHIFT_KEY, ALT_KEY = 37, 50, 64
LAYOUTS = {file.stem: keymap(file.stem) for file in sorted(KEYMAPS.glob("*.xkbmap"))}


def chord(*modifiers: str, keysym: int) -> KeyCombination:
    return KeyCombination(frozenset(modifiers), keysym)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", chord(keysym=ord("a"))),
        ("A", chord(keysym=ord("A"))),
        ("é", chord(keysym=0xE9)),
        ("я", chord(keysym=0x0100044F)),
        ("ctrl+shift+t", chord("ctrl", "shift", keysym=ord("t"))),
        ("Control+T", chord("ctrl", keysym=ord("t"))),
        ("ctrl++", chord("ctrl", keysym=ord("+"))),
        ("+", chord(keysym=ord("+"))),
        (" alt + F4 ", chord("alt", keysym=0xFFC1)),
        ("super+page_down", chord("cmd", keysym=0xFF56)),
        ("ctrl+comma", chord("ctrl", keysym=ord(","))),
        ("altgr+q", chord("alt_gr", keysym=ord("q"))),
        ("super", chord(keysym=0xFFEB)),
        ("Return", chord(keysym=0xFF0D)),
    ],
)
def test_combination_is_parsed(text: str, expected: KeyCombination) -> None:
    """By names of X or a character; with a shortcut's modifier a letter is a key, small or capital."""
    assert parse_combination(text) == expected


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "'' is not a key"),
        ("ctrl+", "'' is not a key"),
        ("hyper+a", "'hyper' is not a key"),
        ("ctrl+ctrl+a", "twice"),
        ("control+ctrl+a", "twice"),
        ("F99", "'F99' is not a key"),
        ("Caps_Lock", "is not a key"),
        ("ctrl+ab", "'ab' is not a key"),
        ("\n", "is not a key"),
        ("x" * 100, "..."),
    ],
)
def test_invalid_combination_gives_one_line(text: str, told: str) -> None:
    """Locks are refused, too: they would change what is typed afterwards."""
    with pytest.raises(KeyCombinationError) as raised:
        parse_combination(text)
    assert told in str(raised.value) and "\n" not in str(raised.value)


@given(st.sets(st.sampled_from(sorted(MODIFIER_KEYSYMS))), st.sampled_from(sorted(KEYSYMS_BY_NAME)))
def test_shown_combination_is_parsed_back(modifiers: set[str], name: str) -> None:
    """What is shown in an error or a list can be put into a file."""
    shown = chord(*modifiers, keysym=KEYSYMS_BY_NAME[name])
    assert parse_combination(str(shown)) == shown


@pytest.mark.parametrize(
    ("layout", "group", "text", "held", "keycode", "in_group"),
    [
        ("us", 0, "ctrl+shift+t", {CONTROL_KEY, SHIFT_KEY}, 28, 0),
        ("us", 0, "ctrl++", {CONTROL_KEY, SHIFT_KEY}, 21, 0),
        ("us", 0, "alt+F4", {ALT_KEY}, 70, 0),
        ("us", 0, "Return", set(), 36, 0),
        ("us", 0, "super", set(), 133, 0),
        ("de", 0, "ctrl+z", {CONTROL_KEY}, 29, 0),
        ("fr", 0, "ctrl+1", {CONTROL_KEY, SHIFT_KEY}, 10, 0),
        # If the active group lacks the letter, in the other one ...
        ("us-ru", 1, "ctrl+c", {CONTROL_KEY}, 54, 0),
        ("us-ru", 0, "ж", set(), 47, 1),
        # ... or, if no group has Latin letters, where a Latin keyboard has it.
        ("ru", 0, "ctrl+c", {CONTROL_KEY}, 54, 0),
    ],
)
def test_combination_is_found_on_its_key(
    layout: str, group: int, text: str, held: set[int], keycode: int, in_group: int
) -> None:
    """The key, what is held with it, and the group it is pressed in."""
    (keystroke,) = combinations_to_keys([parse_combination(text)], LAYOUTS[layout], 0, group)
    assert (set(keystroke.modifiers), keystroke.keycode, keystroke.group) == (held, keycode, in_group)


@pytest.mark.parametrize("text", ["ж", "ctrl+ж", "ctrl+alt+F1", "F35"])
def test_missing_key_is_refused(text: str) -> None:
    """So is what the server does itself: to switch to another console."""
    with pytest.raises(NoSuchKeyError, match="nothing was pressed"):
        combinations_to_keys([parse_combination(text)], LAYOUTS["us"], 0, 0)


def test_temporary_key_is_not_used() -> None:
    """It is given back, and may mean something else before the chord is pressed."""
    (keystroke,) = combinations_to_keys([parse_combination("a")], LAYOUTS["us"], 0, 0)
    with pytest.raises(NoSuchKeyError):
        combinations_to_keys([parse_combination("a")], LAYOUTS["us"], 0, 0, temporary_keycodes={keystroke.keycode})


def test_combinations_that_type_text_are_known() -> None:
    """Nothing else may be mixed with what is dictated."""
    names = ("a", "shift+a", "ctrl+a", "Return", "F5", "super", "alt_gr+q")
    texts = {text: is_text(parse_combination(text)) for text in names}
    assert texts == {
        "a": True,
        "shift+a": True,
        "ctrl+a": False,
        "Return": False,
        "F5": False,
        "super": False,
        "alt_gr+q": True,
    }


@given(
    st.sampled_from(sorted(LAYOUTS)),
    st.integers(0, 1),
    st.sets(st.sampled_from(["ctrl", "alt", "shift", "cmd"])),
    st.sampled_from(sorted(set(KEYSYMS_BY_NAME.values()))),
)
def test_every_key_that_goes_down_comes_up(layout: str, group: int, modifiers: set[str], keysym: int) -> None:
    """In reverse order; the key itself goes down last, while all its modifiers are active."""
    keys = LAYOUTS[layout]
    try:
        (keystroke,) = combinations_to_keys([chord(*modifiers, keysym=keysym)], keys, 0, group % keys.group_count)
    except NoSuchKeyError:
        return
    events = keystroke_events(keystroke, keys)
    downs = [event.keycode for event in events if event.pressed]
    assert [event.keycode for event in events if not event.pressed] == downs[::-1]
    assert downs[-1] == keystroke.keycode
    wanted = {"shift": 1, "ctrl": 4, "alt": 8, "cmd": 64}
    state = next(event.state for event in events if event.keycode == keystroke.keycode)
    assert all(state & wanted[name] for name in modifiers)
