"""Finds and puts right what a program has left borrowed that died together with its guardian.

Whoever borrows writes on the root window how to undo it (``last_will``). What somebody has changed since is left as it
is: it is no longer what was borrowed.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import Any

from twisted.internet.defer import Deferred

from windictator.deferreds import Clock
from windictator.keyboard.access_controls import FILTERS
from windictator.x11 import xinput, xkb
from windictator.x11.connection import XConnection, XDisplayError, XRequestError
from windictator.x11.crash_recovery import (
    CONTROLS,
    KEYCODES,
    KEYS,
    LOCKS,
    NAME_PREFIX,
    TOKEN,
    claim_request,
    remove_request,
)
from windictator.x11.key_holders import pressed_keys

_GET_ATOM_NAME, _GET_PROPERTY, _LIST_PROPERTIES = 17, 20, 21
_UNGRAB_SERVER, _GET_INPUT_FOCUS = struct.pack("=BxH", 37, 1), struct.pack("=BxH", 43, 1)
_XTEST_FAKE_INPUT, _KEY_RELEASE = 2, 3
_MAX_PROPERTY_UNITS = 1 << 20
#: See ``keyboards``.
_NO_KEY = 8

#: Seconds after which a guardian that lives has done its work, see ``guardian.GRACE_SECONDS``.
GUARDIAN_WAIT_S = 0.35


@dataclass(frozen=True, slots=True)
class StaleState:
    """What a dead program has left borrowed. ``name``, ``content``: atom and value of the property that says so.

    ``locks``: modifiers, values and group as in ``Keyer.lock``, None where none were changed. ``keys``: keycodes that
    may be down. ``keycodes``: by keycode what it carried, then what may have been lent to it (XKB symbol maps).
    ``controls``: mask of the accessibility controls that were turned off on the XTEST keyboard.
    """

    name: int
    content: bytes
    locks: tuple[int, int, int | None] | None
    keys: tuple[int, ...]
    keycodes: dict[int, tuple[bytes, ...]]
    controls: int = 0

    def __str__(self) -> str:
        parts = []
        if self.keycodes:
            keycodes = "1 keycode" if len(self.keycodes) == 1 else f"{len(self.keycodes)} keycodes"
            parts.append(f"{keycodes} with lent characters")
        if self.locks is not None:
            parts.append("locks or the keyboard group changed")
        if self.keys:
            parts.append("keys held down")
        if self.controls:
            parts.append("keyboard accessibility off for the keys that programs send")
        return ", ".join(parts) or "nothing that can be read"


async def find_stale_states(connection: XConnection) -> list[StaleState]:
    """What programs that live no more have left on this display. Raises ConnectionLost."""
    reply = await connection.request(struct.pack("=BxHI", _LIST_PROPERTIES, 2, connection.root))
    atoms = struct.unpack_from(f"={int.from_bytes(reply[8:10], 'little')}I", reply, 32)
    questions = [connection.request(struct.pack("=BxHI", _GET_ATOM_NAME, 2, atom), flush=False) for atom in atoms]
    connection.flush()
    names = [_atom_name(await question) for question in questions]
    leftovers = []
    for atom, name in zip(atoms, names, strict=True):
        if not name.startswith(NAME_PREFIX):
            continue
        content = await _read_property(connection, connection.root, atom)
        leftover, token = _parse(atom, content)
        if content and not await _is_running(connection, name, atom, token):
            leftovers.append(leftover)
    return leftovers


async def clean_up(connection: XConnection, xkb_major: int, clock: Clock) -> list[StaleState]:
    """Undo everything that dead programs have left; what it was. Raises ConnectionLost.

    Where there is something, their guardians get the time to do it first.
    """
    if not await find_stale_states(connection):
        return []
    waited: Deferred[None] = Deferred()
    clock.callLater(GUARDIAN_WAIT_S, waited.callback, None)
    await waited
    found = await find_stale_states(connection)
    return [leftover for leftover in found if await undo_stale_state(connection, xkb_major, leftover)]


async def undo_stale_state(connection: XConnection, xkb_major: int, stale_state: StaleState) -> bool:
    """Undo what ``leftover`` names, with the server held; False if somebody else has. Raises ConnectionLost."""
    xtest_major, _ = await connection.extension("XTEST")
    try:
        if (
            _property_value(await connection.request(claim_request(connection.root, stale_state.name), 2))
            != stale_state.content
        ):
            return False
        pressed = await pressed_keys(connection)
        for keycode in stale_state.keys:
            holders = pressed.get(keycode)
            if holders is not None and holders.by_program:
                connection.send(release_key(xtest_major, keycode))
        reply = await connection.request(xkb.get_map(xkb_major))
        keymap, symbols = xkb.parse_map(reply), xkb.key_symbol_maps(reply)
        for keycode, (was, *lent) in stale_state.keycodes.items():
            if symbols.get(keycode) in lent:
                connection.send(xkb.set_key_symbols(xkb_major, keymap, {keycode: was}))
        state = xkb.parse_state(await connection.request(xkb.get_state(xkb_major)))
        if stale_state.locks is not None:
            modifiers, values, group = stale_state.locks
            if (state.locked ^ values) & modifiers == modifiers:
                connection.send(xkb.latch_lock_state(xkb_major, modifiers, values, group))
        if stale_state.controls:
            await _turn_on_filters(connection, xkb_major, xtest_major, stale_state.controls)
        connection.send(remove_request(connection.root, stale_state.name))
        await connection.request(_GET_INPUT_FOCUS)
    finally:
        connection.send(_UNGRAB_SERVER)
        connection.flush()
    return True


async def _turn_on_filters(connection: XConnection, xkb_major: int, xtest_major: int, controls: int) -> None:
    """Turn on ``controls`` on the XTEST keyboard, unless another client has turned any filter on since; have the common
    keyboard copy that."""
    try:
        major, first_event = await connection.extension(xinput.NAME)
        await connection.request(xinput.query_version(major))
        devices = xinput.parse_devices(await connection.request(xinput.query_devices(major)))
        keyboards = [device for device in devices if device.is_slave and device.key_source is not None]
        ours = next(device.number for device in keyboards if device.is_xtest)
        users = next(device.number for device in keyboards if not device.is_xtest)
        if xkb.parse_controls(await connection.request(xkb.get_controls(xkb_major, ours))) & FILTERS:
            return
        connection.send(xkb.set_controls(xkb_major, ours, controls, controls))
        connection.send(xinput.fake_key(xtest_major, first_event, users, _NO_KEY, False))
        connection.send(release_key(xtest_major, _NO_KEY))
        await connection.request(_GET_INPUT_FOCUS)
    except (XDisplayError, XRequestError, StopIteration):
        return


def release_key(xtest_major: int, keycode: int) -> bytes:
    """FakeInput of one key's release."""
    return struct.pack("=BBHBB30x", xtest_major, _XTEST_FAKE_INPUT, 9, _KEY_RELEASE, keycode)


async def _is_running(connection: XConnection, name: str, atom: int, token: object) -> bool:
    """Whether the program that wrote the property ``name`` lives: its window has the same token."""
    try:
        window = int(name.removeprefix(NAME_PREFIX), 16)
        return await _read_property(connection, window, atom) == str(token).encode()
    except (XRequestError, ValueError, struct.error):
        return False


async def _read_property(connection: XConnection, window: int, atom: int) -> bytes:
    return _property_value(
        await connection.request(struct.pack("=BBHIIIII", _GET_PROPERTY, 0, 6, window, atom, 0, 0, _MAX_PROPERTY_UNITS))
    )


def _property_value(reply: bytes) -> bytes:
    """The value of a property by the reply to GetProperty, b"" where there is none."""
    return reply[32 : 32 + int.from_bytes(reply[16:20], "little") * (reply[1] // 8)]


def _atom_name(reply: bytes) -> str:
    return reply[32 : 32 + int.from_bytes(reply[8:10], "little")].decode("latin-1")


def _parse(atom: int, content: bytes) -> tuple[StaleState, object]:
    """The will and its token; a will that cannot be read leaves nothing to do but to remove it.

    Any program can write on the root window: nothing else than what a will can be is taken from there.
    """
    try:
        will: dict[str, Any] = json.loads(content)
        locks = will.get(LOCKS)
        return (
            StaleState(
                atom,
                content,
                None
                if locks is None
                else (_checked_byte(locks[0]), _checked_byte(locks[1]), locks[2] and _checked_byte(locks[2]) & 3),
                tuple(map(_checked_byte, will.get(KEYS, ()))),
                {
                    _checked_byte(int(keycode)): tuple(_checked_symbol_map(bytes.fromhex(one)) for one in maps)
                    for keycode, maps in will.get(KEYCODES, {}).items()
                    if maps
                },
                _checked_controls(will.get(CONTROLS, 0)),
            ),
            will.get(TOKEN),
        )
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, struct.error):
        return StaleState(atom, content, None, (), {}), None


def _checked_byte(number: object) -> int:
    if not isinstance(number, int) or not 0 <= number <= 255:
        raise ValueError(number)
    return number


def _checked_controls(mask: object) -> int:
    if not isinstance(mask, int) or mask & ~FILTERS:
        raise ValueError(mask)
    return mask


def _checked_symbol_map(data: bytes) -> bytes:
    """A whole symbol map: a head of eight bytes, and as many keysyms as it says."""
    if len(data) != 8 + 4 * int.from_bytes(data[6:8], "little"):
        raise ValueError(data)
    return data
