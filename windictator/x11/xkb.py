"""Requests, replies and events of the X Keyboard Extension.

Source: "The X Keyboard Extension: Protocol Specification" (X.Org), appendix D, and ``XKBproto.h`` for the layout of
the bytes. Numbers are in host order.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from windictator.keyboard.keymap import Key, Keymap, KeyType

CORE_KEYBOARD = 0x100
"""Number of the common keyboard in requests."""
_USE_EXTENSION, _SELECT_EVENTS, _GET_STATE, _LATCH_LOCK_STATE, _GET_MAP, _SET_MAP = 0, 1, 4, 5, 8, 9
_GET_CONTROLS, _SET_CONTROLS = 6, 7
_KEY_TYPES, _KEY_SYMS, _MODIFIER_MAP, _KEY_ACTIONS = 1, 2, 4, 16
_NEW_KEYBOARD_NOTIFY, _MAP_NOTIFY, _STATE_NOTIFY, _CONTROLS_NOTIFY = 1, 2, 4, 8
_ENABLED_CONTROLS = 1 << 31
_GROUP_LOCK = 1 << 7
_SA_SET_MODS, _SA_USE_MODMAP = 1, 4

NEW_KEYBOARD_NOTIFY, MAP_NOTIFY, STATE_NOTIFY, CONTROLS_NOTIFY = 0, 1, 2, 3
"""Types of XKB events (second byte of an event)."""


@dataclass(frozen=True, slots=True)
class XkbState:
    """Modifiers and groups from GetState: real modifier masks and groups 0..3. ``held``: base modifiers."""

    held: int
    latched: int
    locked: int
    group: int
    locked_group: int
    group_key_active: bool
    """True if a base or latched group is active: a group key is held or latched."""


def use_extension(major: int) -> bytes:
    """Pack UseExtension, version 1.0, which must come before every other XKB request."""
    return struct.pack("=BBHHH", major, _USE_EXTENSION, 2, 1, 0)


def is_supported(reply: bytes) -> bool:
    """Return True if the reply to UseExtension says that the server supports this version."""
    return bool(reply[1])


def select_events(major: int) -> bytes:
    """Pack SelectEvents for NewKeyboardNotify and MapNotify with all their details."""
    which = _NEW_KEYBOARD_NOTIFY | _MAP_NOTIFY
    return struct.pack("=BBHHHHHHH", major, _SELECT_EVENTS, 4, CORE_KEYBOARD, which, 0, which, 0xFF, 0xFF)


def select_group_changes(major: int, wanted: bool) -> bytes:
    """Pack SelectEvents for StateNotify whenever another group is locked, or no longer. ``wanted``: False to stop."""
    details = _GROUP_LOCK if wanted else 0
    fields = (CORE_KEYBOARD, _STATE_NOTIFY, 0, 0, 0, 0, _GROUP_LOCK, details)
    return struct.pack("=BBHHHHHHHHH", major, _SELECT_EVENTS, 5, *fields)


def notify_type(event: bytes, first_event: int) -> int | None:
    """Return the type of an XKB event, None for any other event. ``first_event``: event code of XKB."""
    return event[1] if event[0] & 0x7F == first_event else None


def get_state(major: int) -> bytes:
    """Pack GetState of the common keyboard."""
    return struct.pack("=BBHHxx", major, _GET_STATE, 2, CORE_KEYBOARD)


def parse_state(reply: bytes) -> XkbState:
    """Return the state from the reply to GetState."""
    base, latched_group = struct.unpack_from("=hh", reply, 14)
    return XkbState(
        held=reply[9],
        latched=reply[10],
        locked=reply[11],
        group=reply[12],
        locked_group=reply[13],
        group_key_active=bool(base or latched_group),
    )


def latch_lock_state(major: int, modifiers: int, values: int, group: int | None) -> bytes:
    """Pack LatchLockState that locks exactly ``values`` of the mask ``modifiers``, and ``group`` unless None."""
    fields = (CORE_KEYBOARD, modifiers, values, group is not None, group or 0, 0, 0, 0, 0)
    return struct.pack("=BBHHBBBBBBxBh", major, _LATCH_LOCK_STATE, 4, *fields)


def latch(major: int, modifiers: int, values: int, device: int = CORE_KEYBOARD) -> bytes:
    """Pack LatchLockState that latches exactly ``values`` of the mask ``modifiers``.

    ``device``: that keyboard alone; by default the common keyboard and all that feed it.
    """
    fields = (device, 0, 0, 0, 0, modifiers, values, 0, 0)
    return struct.pack("=BBHHBBBBBBxBh", major, _LATCH_LOCK_STATE, 4, *fields)


def select_controls(major: int, device: int) -> bytes:
    """Pack SelectEvents for ControlsNotify whenever a control of ``device`` is turned on or off."""
    fields = (device, _CONTROLS_NOTIFY, 0, 0, 0, 0, _ENABLED_CONTROLS, _ENABLED_CONTROLS)
    return struct.pack("=BBHHHHHHHII", major, _SELECT_EVENTS, 6, *fields)


def parse_controls_notify(event: bytes) -> tuple[int, int]:
    """Return the device of a ControlsNotify and the mask of its controls that are on."""
    return event[8], int(struct.unpack_from("=I", event, 16)[0])


def get_controls(major: int, device: int) -> bytes:
    """Pack GetControls. ``device``: number in the input extension, or ``CORE_KEYBOARD``."""
    return struct.pack("=BBHHxx", major, _GET_CONTROLS, 2, device)


def parse_controls(reply: bytes) -> int:
    """Return the mask of the controls that are on from the reply to GetControls."""
    return int(struct.unpack_from("=I", reply, 56)[0])


def set_controls(major: int, device: int, affected: int, values: int) -> bytes:
    """Pack SetControls that turns on exactly ``values`` of the mask ``affected`` on ``device``."""
    head = struct.pack("=BBHH18xII", major, _SET_CONTROLS, 25, device, affected, values)
    return (head + struct.pack("=I", _ENABLED_CONTROLS)).ljust(100, b"\0")


def announce_group(major: int, group: int, group_count: int) -> bytes:
    """Pack two requests that lock ``group`` and announce that to every application: another group is locked before.

    After each new keymap, Qt 5 assumes that the first group is locked until a change is announced. So the first group
    needs no other one before it. ``group_count``: number of groups.
    """
    other = (group + 1) % group_count if group else 0
    return latch_lock_state(major, 0, 0, other) + latch_lock_state(major, 0, 0, group)


def get_map(major: int) -> bytes:
    """Pack GetMap for all key types, keysyms, actions and the modifier map of the common keyboard."""
    full = _KEY_TYPES | _KEY_SYMS | _MODIFIER_MAP | _KEY_ACTIONS
    return struct.pack("=BBHHHH", major, _GET_MAP, 7, CORE_KEYBOARD, full, 0) + bytes(18)


def parse_map(reply: bytes) -> Keymap:
    """Return the keymap from the reply to GetMap.

    Order of the parts in the reply: types, keysyms, actions, modifier map (protocol, section 14.4; the others were not
    requested). Raises struct.error or IndexError if the reply is shorter than it says.
    """
    min_keycode, max_keycode = reply[10], reply[11]
    type_count = reply[15]
    first_sym, sym_count = reply[17], reply[20]
    first_act, act_count = reply[21], reply[24]
    modmap_total = reply[33]
    position = 40
    types: list[KeyType] = []
    for _ in range(type_count):
        key_type, position = _parse_type(reply, position)
        types.append(key_type)
    widths: dict[int, tuple[tuple[int, ...], int, int, list[int]]] = {}
    for keycode in range(first_sym, first_sym + sym_count):
        info, width, count = struct.unpack_from("=BBH", reply, position + 4)
        keysyms = list(struct.unpack_from(f"={count}I", reply, position + 8))
        widths[keycode] = (tuple(reply[position : position + 4]), info, width, keysyms)
        position += 8 + 4 * count
    counts = reply[position : position + act_count]
    position += (act_count + 3) & ~3
    actions: dict[int, list[bytes]] = {}
    for offset, count in enumerate(counts):
        if count:
            actions[first_act + offset] = [reply[position + 8 * i : position + 8 * i + 8] for i in range(count)]
            position += 8 * count
    modifier_map: dict[int, int] = {}
    for i in range(modmap_total):
        keycode, modifiers = reply[position + 2 * i : position + 2 * i + 2]
        if modifiers:
            modifier_map[keycode] = modifiers
    keys = {}
    for keycode, (indices, info, width, keysyms) in widths.items():
        group_count = info & 0x0F
        if group_count:
            raw = _RawKey(keycode, indices[:group_count], info, width, keysyms)
            keys[keycode] = _key(raw, actions.get(keycode), types, modifier_map.get(keycode, 0))
    return Keymap(min_keycode, max_keycode, tuple(types), keys, modifier_map)


def key_symbol_maps(reply: bytes) -> dict[int, bytes]:
    """Return the symbol map of every key from the reply to GetMap, as the bytes that ``set_key_symbols`` takes."""
    position = 40
    for _ in range(reply[15]):
        _, position = _parse_type(reply, position)
    maps = {}
    for keycode in range(reply[17], reply[17] + reply[20]):
        size = 8 + 4 * struct.unpack_from("=H", reply, position + 6)[0]
        maps[keycode] = reply[position : position + size]
        position += size
    return maps


def single_group_map(type_index: int, keysyms: Sequence[int]) -> bytes:
    """Return the symbol map of a key with one group of this key type, with one level for each keysym."""
    count = len(keysyms)
    return struct.pack(f"=BBBBBBH{count}I", type_index, 0, 0, 0, 1, count, count, *keysyms)


def is_symbol_map(data: bytes) -> bool:
    """Return True for a complete symbol map: a head of eight bytes, and as many keysyms as that says."""
    return len(data) >= 8 and len(data) == 8 + 4 * int(struct.unpack_from("=H", data, 6)[0])


def set_key_symbols(major: int, keymap: Keymap, symbols: Mapping[int, bytes]) -> bytes:
    """Pack SetMap of the keysyms of consecutive keycodes, all of them given in ``symbols``.

    One request causes one MapNotify, whatever the number of keys; actions and everything else stay the same.
    """
    first, last = min(symbols), max(symbols)
    maps = b"".join(symbols[keycode] for keycode in range(first, last + 1))
    total = sum(struct.unpack_from("=H", symbols[keycode], 6)[0] for keycode in range(first, last + 1))
    keycodes = (keymap.min_keycode, keymap.max_keycode, 0, 0, first, last - first + 1, total)
    fields = (CORE_KEYBOARD, _KEY_SYMS, 0, *keycodes)
    head = struct.pack("=BBHHHHBBBBBBH", major, _SET_MAP, (36 + len(maps)) // 4, *fields)
    return head + bytes(36 - len(head)) + maps


def _parse_type(reply: bytes, position: int) -> tuple[KeyType, int]:
    mask, _real, _virtual, levels, entry_count, preserve = struct.unpack_from("=BBHBBB", reply, position)
    position += 8
    entries = []
    for _ in range(entry_count):
        active, entry_mask, level = struct.unpack_from("=BBB", reply, position)
        position += 8
        # An entry whose virtual modifiers are bound to nothing is inactive: it never selects its level.
        if active:
            entries.append((entry_mask, level))
    if preserve:
        position += 4 * entry_count
    return KeyType(mask, tuple(entries), levels), position


class _RawKey(NamedTuple):
    """One symbol map of a reply to GetMap. ``types``: indices of the key types, by group."""

    keycode: int
    types: tuple[int, ...]
    info: int
    width: int
    keysyms: list[int]


def _key(raw: _RawKey, actions: list[bytes] | None, types: list[KeyType], mapped: int) -> Key:
    groups = []
    sets = []
    for group, index in enumerate(raw.types):
        count = min(types[index].level_count, raw.width)
        start = group * raw.width
        groups.append((index, tuple(raw.keysyms[start : start + count])))
        if actions:
            sets.append(tuple(_modifiers_set_by(action, mapped) for action in actions[start : start + count]))
    policy = {0x40: "clamp", 0x80: "redirect"}.get(raw.info & 0xC0, "wrap")
    return Key(raw.keycode, tuple(groups), policy, (raw.info >> 4) & 3, tuple(sets))


def _modifiers_set_by(action: bytes, mapped: int) -> int:
    """Return the modifiers of a SetMods action (kind, flags, mask, ...), 0 for any other kind."""
    if action[0] != _SA_SET_MODS:
        return 0
    return mapped if action[1] & _SA_USE_MODMAP else action[2]
