"""Keyboard state left behind by a program that crashed together with its guardian.

A program that changes the state temporarily records on the root window how to restore it (``crash_recovery``). What
another client or the user has changed since is left alone: it is no longer what the program had set.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from twisted.internet.defer import Deferred

from windictator.deferreds import Clock
from windictator.keyboard.access_controls import FILTERS
from windictator.x11 import replies, requests, xinput, xkb
from windictator.x11.connection import XConnection
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
from windictator.x11.errors import XDisplayError, XRequestError
from windictator.x11.key_holders import pressed_keys

GUARDIAN_WAIT_S = 0.35
"""Time after which a running guardian has done its work, in seconds (``guardian.GRACE_S``)."""


@dataclass(frozen=True, slots=True)
class StaleState:
    """State that a crashed program has left changed.

    name, content: atom and value of the property that records it.
    locks: modifiers, values and group as in ``Keyer.lock``, None if none were changed.
    keys: keycodes that may be down.
    keycodes: by keycode its original symbol map, then those that may have replaced it (XKB symbol maps).
    controls: mask of the accessibility controls that were turned off on the XTEST keyboard.
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
            parts.append(f"{keycodes} with temporary characters")
        if self.locks is not None:
            parts.append("locks or the keyboard group changed")
        if self.keys:
            parts.append("keys held down")
        if self.controls:
            parts.append("keyboard accessibility off for the keys that programs send")
        return ", ".join(parts) or "a record that cannot be read"


async def find_stale_states(connection: XConnection) -> list[StaleState]:
    """Return what crashed programs have left changed on this display. Raises ConnectionLostError."""
    atoms = replies.listed_properties(await connection.request(requests.list_properties(connection.root)))
    pending = [connection.request(requests.get_atom_name(atom), flush=False) for atom in atoms]
    connection.flush()
    names = [replies.atom_name(await reply) for reply in pending]
    found = []
    for atom, name in zip(atoms, names, strict=True):
        if not name.startswith(NAME_PREFIX):
            continue
        content = await _read_property(connection, connection.root, atom)
        state, token = _parse(atom, content)
        if content and not await _is_running(connection, name, atom, token):
            found.append(state)
    return found


async def clean_up(connection: XConnection, xkb_major: int, clock: Clock) -> list[StaleState]:
    """Undo everything that crashed programs have left, and return it. Raises ConnectionLostError.

    If there is any, wait first, because the programs' guardians may be about to do it.
    """
    if not await find_stale_states(connection):
        return []
    waited: Deferred[None] = Deferred()
    clock.callLater(GUARDIAN_WAIT_S, waited.callback, None)
    await waited
    found = await find_stale_states(connection)
    return [state for state in found if await undo_stale_state(connection, xkb_major, state)]


async def undo_stale_state(connection: XConnection, xkb_major: int, stale_state: StaleState) -> bool:
    """Undo one state with the server held; return False if another process has. Raises ConnectionLostError."""
    xtest_major, _ = await connection.extension("XTEST")
    try:
        record = await connection.request(claim_request(connection.root, stale_state.name), 2)
        if replies.parse_property(record).value != stale_state.content:
            return False
        pressed = await pressed_keys(connection)
        for keycode in stale_state.keys:
            holders = pressed.get(keycode)
            if holders is not None and holders.by_program:
                connection.send(requests.fake_key(xtest_major, keycode, False))
        reply = await connection.request(xkb.get_map(xkb_major))
        keymap, symbols = xkb.parse_map(reply), xkb.key_symbol_maps(reply)
        for keycode, (was, *temporary) in stale_state.keycodes.items():
            if symbols.get(keycode) in temporary:
                connection.send(xkb.set_key_symbols(xkb_major, keymap, {keycode: was}))
        state = xkb.parse_state(await connection.request(xkb.get_state(xkb_major)))
        if stale_state.locks is not None:
            modifiers, values, group = stale_state.locks
            if (state.locked ^ values) & modifiers == modifiers:
                connection.send(xkb.latch_lock_state(xkb_major, modifiers, values, group))
        if stale_state.controls:
            await _turn_on_filters(connection, xkb_major, xtest_major, stale_state.controls)
        connection.send(remove_request(connection.root, stale_state.name))
        await connection.sync()
    finally:
        connection.send(requests.UNGRAB_SERVER)
        connection.flush()
    return True


async def _turn_on_filters(connection: XConnection, xkb_major: int, xtest_major: int, controls: int) -> None:
    """Turn on ``controls`` on the XTEST keyboard, unless another client has turned any filter on since.

    Make the common keyboard copy that.
    """
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
        connection.send(xinput.fake_key(xtest_major, first_event, users, requests.NO_KEY, False))
        connection.send(requests.fake_key(xtest_major, requests.NO_KEY, False))
        await connection.sync()
    except (XDisplayError, XRequestError, StopIteration):
        return


async def _is_running(connection: XConnection, name: str, atom: int, token: object) -> bool:
    """Return True if the program that wrote the property ``name`` runs: its window has the same token."""
    try:
        window = int(name.removeprefix(NAME_PREFIX), 16)
        return await _read_property(connection, window, atom) == str(token).encode()
    except (XRequestError, ValueError):
        return False


async def _read_property(connection: XConnection, window: int, atom: int) -> bytes:
    return replies.parse_property(await connection.request(requests.get_property(window, atom))).value


def _parse(atom: int, content: bytes) -> tuple[StaleState, object]:
    """Return the recorded state and its token; of a record that cannot be read, a state with nothing to undo.

    Any program can write on the root window, so only values that a record can have are accepted.
    """
    try:
        record: dict[str, Any] = json.loads(content)
        locks = record.get(LOCKS)
        return (
            StaleState(
                atom,
                content,
                None
                if locks is None
                else (_checked_byte(locks[0]), _checked_byte(locks[1]), locks[2] and _checked_byte(locks[2]) & 3),
                tuple(map(_checked_byte, record.get(KEYS, ()))),
                {
                    _checked_byte(int(keycode)): tuple(_checked_symbol_map(bytes.fromhex(one)) for one in maps)
                    for keycode, maps in record.get(KEYCODES, {}).items()
                    if maps
                },
                _checked_controls(record.get(CONTROLS, 0)),
            ),
            record.get(TOKEN),
        )
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
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
    """Return ``data`` if it is a complete symbol map: a head of eight bytes, and as many keysyms as that says."""
    if not xkb.is_symbol_map(data):
        raise ValueError(data)
    return data
