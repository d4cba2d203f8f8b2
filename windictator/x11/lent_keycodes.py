"""Lends keysyms that the layout lacks to keycodes that it leaves free, and takes them back exactly.

A keyboard has only about 20 free keycodes, so all that a text needs is lent in one batch, up to four characters to a
keycode. It stays where it is as long as there is room: an application, or the input method between it and the X server,
may look a key up much later. The map is read and written while the server is held: no other client can change it
between the two, and one SetMap request gives every application one notice, not one for each key.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

from twisted.internet.defer import Deferred, ensureDeferred

from windictator.keyboard import loan
from windictator.keyboard.keymap import Keymap
from windictator.keyboard.loan import LentPlace
from windictator.ports import Clock
from windictator.x11 import xkb
from windictator.x11.attention import Attention
from windictator.x11.connection import Connection, in_time
from windictator.x11.keymap_source import ServerKeymap
from windictator.x11.last_will import KEYCODES, LastWill

_GRAB_SERVER = struct.pack("=BxH", 36, 1)
_UNGRAB_SERVER = struct.pack("=BxH", 37, 1)


class LentKeycodes:
    """Implements ports.Lender. ``will``: is told what to restore before anything is lent. ``clock``: bounds the
    server's replies."""

    def __init__(
        self,
        connection: Connection,
        xkb_major: int,
        keymaps: ServerKeymap,
        attention: Attention,
        will: LastWill,
        clock: Clock,
    ) -> None:
        self._connection = connection
        self._clock = clock
        self._major = xkb_major
        self._keymaps = keymaps
        self._attention = attention
        self._will = will
        self._original: dict[int, bytes] = {}
        self._lent: dict[int, bytes] = {}
        self._places: dict[str, LentPlace] = {}  # used longest ago first
        #: Windows that have read the map since it was last changed, and those typed into with it.
        self._read_by: set[int] = set()
        self._used_by: set[int] = set()

    @property
    def keycodes(self) -> frozenset[int]:
        """See ports.Lender."""
        return frozenset(self._lent)

    @property
    def capacity(self) -> int:
        """See ports.Lender."""
        return loan.capacity(self._keymaps.keymap, self._lent)

    def lend(self, characters: Sequence[str], window: int) -> Deferred[bool]:
        """See ports.Lender."""
        return ensureDeferred(self._lend(characters, window))

    def give_back(self) -> Deferred[bool]:
        """See ports.Lender."""
        return ensureDeferred(self._give_back())

    async def _lend(self, characters: Sequence[str], window: int) -> bool:
        if not set(characters) <= self._places.keys() or not self._still_lent():
            # Applications look keys up late: what they have not read yet must still mean what it meant.
            if self._displaces(characters) and not await self._used_up():
                return False
            await self._change(characters)
        else:
            for character in characters:
                self._places[character] = self._places.pop(character)
        if window not in self._read_by:
            if not await self._attention.caught_up(window):
                return False
            self._read_by.add(window)
        self._used_by.add(window)
        return True

    async def _give_back(self) -> bool:
        if not self._lent:
            return True
        read = await self._used_up()
        await self._change(())
        return read

    async def _used_up(self) -> bool:
        """Wait until every application typed into has read its keys; whether all did."""
        read = True
        while self._used_by:
            window = next(iter(self._used_by))
            read = await self._attention.caught_up(window) and read
            self._used_by.discard(window)  # not before: the wait may be cancelled
        return read

    def _displaces(self, characters: Sequence[str]) -> bool:
        """Whether there is no room for the characters beside those that are lent already."""
        return len({*self._places, *characters}) > self.capacity

    def _still_lent(self) -> bool:
        """Whether nobody has replaced the keymap that we lent to, as far as we were told."""
        return all(keycode in self._keymaps.keymap.keys for keycode in self._lent)

    async def _change(self, characters: Sequence[str]) -> None:
        """Lend ``characters`` as well, or take all back where there are none, with the server held for one round
        trip."""
        connection = self._connection
        connection.send(_GRAB_SERVER)
        try:
            reply = await in_time(connection.ask(xkb.get_map(self._major)), self._clock)
            keymap, symbols = xkb.parse_map(reply), xkb.symbol_maps(reply)
            # What somebody else has changed meanwhile is no longer ours to restore.
            ours = {keycode for keycode, lent in self._lent.items() if symbols.get(keycode) == lent}
            self._original = {keycode: self._original[keycode] for keycode in ours}
            kept = {character: place for character, place in self._places.items() if place.keycode in ours}
            room = loan.capacity(keymap, ours)
            places = loan.plan_loan(keymap, characters[:room], kept) if characters else {}
            keys = loan.lent_keys(keymap, places)
            lent = {keycode: xkb.one_group(key.type_index, key.keysyms) for keycode, key in keys.items()}
            originals = {keycode: self._original.get(keycode, symbols[keycode]) for keycode in lent}
            # The whole of both loans, until the second has taken the place of the first.
            self._write_will(keymap, {**self._original, **originals}, lent)
            changed = {**self._original, **lent}
            if changed:
                span = {keycode: symbols[keycode] for keycode in range(min(changed), max(changed) + 1)}
                connection.send(xkb.set_symbols(self._major, keymap, {**span, **changed}))
            # Before the next reply, which may not come: the server carries the change out all the same.
            self._original, self._lent = originals, lent
            self._places = places
            self._read_by.clear()
            if not characters and keymap.group_count > 1:
                asked = connection.ask(xkb.get_state(self._major))
                state = xkb.parse_state(await in_time(asked, self._clock))
                connection.send(xkb.touch_group(self._major, state.locked_group, keymap.group_count), 2)
            reply = await in_time(connection.ask(xkb.get_map(self._major)), self._clock)
        finally:
            connection.send(_UNGRAB_SERVER)
            connection.flush()
        self._write_will(keymap, originals, lent)
        self._keymaps.adopt(reply)

    def _write_will(self, keymap: Keymap, originals: Mapping[int, bytes], lent: Mapping[int, bytes]) -> None:
        """Bequeath what the keycodes carried; they carry the loan in force or, at any moment from now on, ``lent``."""
        requests = [xkb.set_symbols(self._major, keymap, {keycode: was}) for keycode, was in originals.items()]
        record = {
            keycode: [was.hex(), *{loan[keycode].hex(): None for loan in (self._lent, lent) if keycode in loan}]
            for keycode, was in originals.items()
        }
        self._will.write(KEYCODES, b"".join(requests), record)
