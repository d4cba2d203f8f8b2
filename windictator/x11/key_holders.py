"""Keyboards that hold the pressed keys.

The server has one common keyboard. A key that is down there was pressed on a real keyboard, or by a program through the
XTEST keyboard. There it stays down if that program crashes ("XTEST Extension Protocol", X.Org).
"""

from __future__ import annotations

from dataclasses import dataclass

from windictator.x11 import replies, requests, xinput
from windictator.x11.connection import XConnection
from windictator.x11.errors import XDisplayError, XRequestError


@dataclass(frozen=True, slots=True)
class KeyHolders:
    """Holders of one pressed key. ``by_program``: a program, through XTEST. ``devices``: names of keyboards."""

    by_program: bool
    devices: tuple[str, ...]


async def pressed_keys(connection: XConnection) -> dict[int, KeyHolders | None]:
    """Return the holders of each pressed key by keycode; None if the server cannot tell. Raises ConnectionLostError."""
    down = replies.pressed_keycodes(await connection.request(requests.QUERY_KEYMAP))
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
    """Return the numbers of the user's keyboards; none if the server cannot tell. Raises ConnectionLostError."""
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
            held.append((device, replies.keycodes_of_bits(xinput.parse_device_state(state))))
    return held
