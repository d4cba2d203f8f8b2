"""The XKB requests of our own against libX11, the core protocol, and what keys really do."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from ctypes import POINTER, byref, c_int, c_ubyte, c_uint, c_ulong, c_void_p
from typing import Any

import pytest

from tests.x11.blocking import BlockingConnection, connected
from tests.x11.clients.programs import libx11
from tests.x11.server import LOCK, NUM_LOCK, XServer
from windictator.x11 import xkb

LAYOUTS = [
    ("us", ""),
    ("us", "intl"),
    ("us", "dvorak"),
    ("de", ""),
    ("de", "neo"),
    ("fr", ""),
    ("fr", "bepo"),
    ("ru", ""),
    ("us,ru", ","),
    ("us,gr,de,il", ",,,"),
]
MODIFIERS = [1 << bit for bit in range(8)]
_ALL_MAP_PARTS = 0xFF


@pytest.fixture
def ours(xserver: XServer) -> Iterator[BlockingConnection]:
    with connected(xserver) as connection:
        yield connection


@pytest.fixture
def translate(xserver: XServer) -> Iterator[Callable[[], Callable[[int, int, int], int]]]:
    """A function that reads the map as libX11 does and returns its way from keycode, group and modifiers to keysym."""
    library = libx11.load()
    library.XkbGetMap.restype = c_void_p
    library.XkbGetMap.argtypes = (c_void_p, c_uint, c_uint)
    library.XkbTranslateKeyCode.restype = c_int
    library.XkbTranslateKeyCode.argtypes = (c_void_p, c_ubyte, c_uint, POINTER(c_uint), POINTER(c_ulong))
    display = library.XOpenDisplay(None)
    assert display

    def read() -> Callable[[int, int, int], int]:
        description = library.XkbGetMap(display, _ALL_MAP_PARTS, libx11.XKB_USE_CORE_KEYBOARD)
        assert description
        left, keysym = c_uint(), c_ulong()
        call, left_at, keysym_at = library.XkbTranslateKeyCode, byref(left), byref(keysym)

        def one(keycode: int, group: int, modifiers: int) -> int:
            return keysym.value if call(description, keycode, group << 13 | modifiers, left_at, keysym_at) else 0

        return one

    yield read
    library.XCloseDisplay(display)


@pytest.mark.parametrize(("layout", "variant"), LAYOUTS)
def test_every_key_means_what_libx11_says(
    xserver: XServer, ours: BlockingConnection, translate: Any, layout: str, variant: str
) -> None:
    """Key types, levels, groups and out-of-range groups are read from the bytes as Xlib reads them."""
    xserver.set_layout(layout, variant)
    keymap, theirs = ours.keymap(), translate()
    # All that any level of these layouts depends on; Control and the rest are tried on one layout below.
    sets = [sum(mods) for mods in itertools.product(*((0, bit) for bit in (1, LOCK, NUM_LOCK, 32, 128)))]
    for keycode in range(keymap.min_keycode, keymap.max_keycode + 1):
        for group in range(4):
            assert [keymap.keysym(keycode, group, modifiers) for modifiers in sets] == [
                theirs(keycode, group, modifiers) for modifiers in sets
            ], (keycode, group)


def test_all_modifiers_together(ours: BlockingConnection, translate: Any) -> None:
    """No modifier is mistaken for another."""
    keymap, theirs = ours.keymap(), translate()
    for keycode, modifiers in itertools.product(range(8, 256), range(256)):
        assert keymap.keysym(keycode, 0, modifiers) == theirs(keycode, 0, modifiers), (keycode, modifiers)


@pytest.mark.parametrize(("layout", "variant"), LAYOUTS)
def test_the_core_protocol_shows_the_same_first_levels(
    xserver: XServer, ours: BlockingConnection, layout: str, variant: str
) -> None:
    """A second witness. Core order: two levels of the first group, two of the second (XKB protocol, 17.1.2)."""
    xserver.set_layout(layout, variant)
    keymap = ours.keymap()
    first, last = keymap.min_keycode, keymap.max_keycode
    info = xserver.display.display.info
    assert (first, last) == (info.min_keycode, info.max_keycode)
    core = xserver.display.get_keyboard_mapping(first, last - first + 1)
    for keycode, row in zip(range(first, last + 1), core, strict=True):
        groups = keymap.keys[keycode].groups if keycode in keymap.keys else ()
        for group, (_, keysyms) in enumerate(groups[:2]):
            assert row[2 * group] == keysyms[0]
            if len(keysyms) > 1:
                assert row[2 * group + 1] == keysyms[1]
        if not groups:
            assert not any(row)


@pytest.mark.parametrize(("layout", "variant"), LAYOUTS)
def test_modifier_map_and_free_keycodes(xserver: XServer, ours: BlockingConnection, layout: str, variant: str) -> None:
    """Free keycodes have no symbol for any client, and NumLock is found."""
    xserver.set_layout(layout, variant)
    keymap = ours.keymap()
    core: dict[int, int] = {}
    for bit, keycodes in zip(MODIFIERS, xserver.display.get_modifier_mapping(), strict=True):
        for keycode in filter(None, keycodes):
            core[keycode] = core.get(keycode, 0) | bit
    assert keymap.modifier_map == core
    first, last = keymap.min_keycode, keymap.max_keycode
    rows = xserver.display.get_keyboard_mapping(first, last - first + 1)
    unused = {first + number for number, row in enumerate(rows) if not any(row)} - set(core)
    assert set(keymap.unused_keycodes) == unused
    assert len(unused) > 10
    assert keymap.num_lock_mask == (0 if variant == "neo" else NUM_LOCK)  # de(neo) has no such key


@pytest.mark.parametrize(("layout", "variant"), LAYOUTS)
def test_what_modifier_keys_hold_down(xserver: XServer, ours: BlockingConnection, layout: str, variant: str) -> None:
    """Pressing a key adds exactly the modifiers that the map promises; no key adds any that it does not."""
    xserver.set_layout(layout, variant)
    keymap = ours.keymap()
    promised = {code: sets for code in keymap.keys if (sets := keymap.modifiers_set_by(code, 0, 0))}
    assert any(sets & 1 for sets in promised.values())
    for keycode in {*promised, *keymap.modifier_map}:
        xserver.press(keycode)
        held = ours.state().held
        xserver.release(keycode)
        ours.lock(0xFF, 0, 0)  # some of these keys lock
        if keycode in promised:
            assert held == promised[keycode], keycode
        assert ours.state() == xkb.XkbState(0, 0, 0, 0, 0, False)


@pytest.mark.parametrize("wanted", [0, 1, 4, 5, 8, 128, 129])
def test_the_keys_to_hold_for_modifiers_give_exactly_those(
    xserver: XServer, ours: BlockingConnection, wanted: int
) -> None:
    """What the coder plans to hold is what the server then has; here on a layout with two groups."""
    xserver.set_layout("us,de")
    for group in (0, 1):
        ours.lock(0, 0, group)
        keycodes = ours.keymap().modifier_keycodes(wanted, group)
        if keycodes is None:
            assert wanted & 128 and group == 0, "only German has AltGr"
            continue
        for keycode in keycodes:
            xserver.press(keycode)
        assert ours.state().held == wanted
        for keycode in reversed(keycodes):
            xserver.release(keycode)


def test_state_is_read_as_it_is(xserver: XServer, ours: BlockingConnection) -> None:
    """Held, latched, locked and group are distinguished as by libX11."""
    xserver.set_layout("us,ru")
    shift = xserver.keycode("Shift_L")
    xserver.lock(LOCK | NUM_LOCK, LOCK | NUM_LOCK)
    xserver.latch(4)
    xserver.lock_group(1)
    xserver.press(shift)
    state = ours.state()
    xserver.release(shift)
    assert (state.held, state.latched, state.locked) == (1, 4, LOCK | NUM_LOCK)
    assert (state.group, state.locked_group, state.group_key_active) == (1, 1, False)
    xserver.tap("F12")  # any key uses a latch up
    assert ours.state().latched == 0


def test_a_held_group_key_is_told_from_a_locked_group(xserver: XServer, ours: BlockingConnection) -> None:
    """While the user holds such a key the group is not ours to set."""
    xserver.set_layout("us,ru", options="grp:switch")
    key = xserver.keycode("Mode_switch")
    xserver.press(key)
    state = ours.state()
    xserver.release(key)
    assert (state.group, state.locked_group, state.group_key_active) == (1, 0, True)
    assert ours.state().group_key_active is False


@pytest.mark.parametrize("modifiers", [LOCK, NUM_LOCK, LOCK | NUM_LOCK, 128])
@pytest.mark.parametrize("group", [None, 0, 1])
def test_locks_are_set_and_taken_off_exactly(
    xserver: XServer, ours: BlockingConnection, modifiers: int, group: int | None
) -> None:
    """Only what the mask names changes; a second client sees it."""
    xserver.set_layout("us,ru")
    xserver.lock(0xFF, LOCK)
    ours.lock(modifiers, modifiers, group)
    assert xserver.locks() == (0, 0, LOCK | modifiers, group or 0)
    ours.lock(modifiers, 0, None)
    assert xserver.locks() == (0, 0, LOCK & ~modifiers, group or 0)
    ours.lock(0, 0, 0)
    assert xserver.locks().group == 0
