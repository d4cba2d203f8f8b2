"""Which keyboards hold the keys that are down.

The server has one keyboard for all; what is down there has been pressed on a real one, or by a program through the
XTEST keyboard, where it stays down when that program dies ("XTEST Extension Protocol", X.Org; XI2proto.h and
XIproto.h for the layout of the bytes).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from windictator.x11.connection import Connection, DisplayProblem, RequestRefused

_QUERY_KEYMAP = struct.pack("=BxH", 44, 1)
_QUERY_DEVICE_STATE, _XI_QUERY_VERSION, _XI_QUERY_DEVICE = 30, 47, 48
_ALL_DEVICES = 0
_SLAVES = (3, 4)
"""Pointers and keyboards that feed the common ones; some mice have keys."""
_KEY_CLASS = 0


@dataclass(frozen=True, slots=True)
class Holders:
    """Who holds one key down. ``by_program``: some program does, through XTEST. ``devices``: names of the others."""

    by_program: bool
    devices: tuple[str, ...]


async def pressed_keys(connection: Connection) -> dict[int, Holders | None]:
    """By keycode, every key that is down; None: the server cannot tell who holds it. Raises ConnectionLost."""
    down = _keycodes((await connection.ask(_QUERY_KEYMAP))[8:40])
    if not down:
        return {}
    try:
        major, _ = await connection.extension("XInputExtension")
        devices = await _held_by_device(connection, major)
    except (DisplayProblem, RequestRefused):
        return dict.fromkeys(sorted(down))
    return {
        keycode: Holders(
            any(keycode in keys for name, keys in devices if _is_xtest(name)),
            tuple(name for name, keys in devices if keycode in keys and not _is_xtest(name)),
        )
        for keycode in sorted(down)
    }


async def _held_by_device(connection: Connection, major: int) -> list[tuple[str, frozenset[int]]]:
    await connection.ask(struct.pack("=BBHHH", major, _XI_QUERY_VERSION, 2, 2, 2))
    reply = await connection.ask(struct.pack("=BBHHxx", major, _XI_QUERY_DEVICE, 2, _ALL_DEVICES))
    held = []
    for number, name in _slaves(reply):
        state = await connection.ask(struct.pack("=BBHBxxx", major, _QUERY_DEVICE_STATE, 2, number))
        held.append((name, _pressed_on(state)))
    return held


def _slaves(reply: bytes) -> list[tuple[int, str]]:
    """Number and name of each device of the reply to XIQueryDevice that feeds the common keyboard or pointer."""
    slaves = []
    position = 32
    for _ in range(int.from_bytes(reply[8:10], "little")):
        number, use, _attachment, classes, length = struct.unpack_from("=HHHHH", reply, position)
        position += 12
        if use in _SLAVES:
            slaves.append((number, reply[position : position + length].decode("utf-8", "replace")))
        position += (length + 3) & ~3
        for _ in range(classes):
            position += 4 * struct.unpack_from("=H", reply, position + 2)[0]
    return slaves


def _pressed_on(reply: bytes) -> frozenset[int]:
    """The keycodes that are down, by the reply to QueryDeviceState."""
    position = 32
    for _ in range(reply[8]):
        kind, length = reply[position], reply[position + 1]
        if kind == _KEY_CLASS:
            return _keycodes(reply[position + 4 : position + 36])
        position += length
    return frozenset()


def _keycodes(bits: bytes) -> frozenset[int]:
    pressed = int.from_bytes(bits, "little")
    return frozenset(keycode for keycode in range(8, 256) if pressed >> keycode & 1)


def _is_xtest(name: str) -> bool:
    return name.endswith("XTEST keyboard")
