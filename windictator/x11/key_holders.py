"""Which keyboards hold the keys that are down.

The server has one keyboard for all; what is down there has been pressed on a real one, or by a program through the
XTEST keyboard, where it stays down when that program dies ("XTEST Extension Protocol", X.Org).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from windictator.x11 import xinput
from windictator.x11.connection import XConnection, XDisplayError, XRequestError

_QUERY_KEYMAP = struct.pack("=BxH", 44, 1)


@dataclass(frozen=True, slots=True)
class KeyHolders:
    """Who holds one key down. ``by_program``: some program does, through XTEST. ``devices``: names of the others."""

    by_program: bool
    devices: tuple[str, ...]


async def pressed_keys(connection: XConnection) -> dict[int, KeyHolders | None]:
    """By keycode, every key that is down; None: the server cannot tell who holds it. Raises ConnectionLost."""
    down = _keycodes((await connection.request(_QUERY_KEYMAP))[8:40])
    if not down:
        return {}
    try:
        major, _ = await connection.extension(xinput.NAME)
        devices = await _pressed_keys_by_device(connection, major)
    except (XDisplayError, XRequestError):
        return dict.fromkeys(sorted(down))
    return {
        keycode: KeyHolders(
            any(keycode in keys for device, keys in devices if device.is_xtest),
            tuple(device.name for device, keys in devices if keycode in keys and not device.is_xtest),
        )
        for keycode in sorted(down)
    }


async def user_keyboards(connection: XConnection) -> list[int]:
    """Return the numbers of the user's keyboards; none if the server cannot tell. Raises ConnectionLost."""
    try:
        major, _ = await connection.extension(xinput.NAME)
        await connection.request(xinput.query_version(major))
        devices = xinput.parse_devices(await connection.request(xinput.query_devices(major)))
    except (XDisplayError, XRequestError):
        return []
    keyboards = (device for device in devices if device.is_slave and device.key_source is not None)
    return [device.number for device in keyboards if not device.is_xtest]


async def _pressed_keys_by_device(connection: XConnection, major: int) -> list[tuple[xinput.Device, frozenset[int]]]:
    await connection.request(xinput.query_version(major))
    held = []
    for device in xinput.parse_devices(await connection.request(xinput.query_devices(major))):
        if device.is_slave:
            state = await connection.request(xinput.query_device_state(major, device.number))
            held.append((device, _keycodes(xinput.parse_device_state(state))))
    return held


def _keycodes(bits: bytes) -> frozenset[int]:
    pressed = int.from_bytes(bits, "little")
    return frozenset(keycode for keycode in range(8, 256) if pressed >> keycode & 1)
