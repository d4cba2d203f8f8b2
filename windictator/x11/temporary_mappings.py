"""Temporary mapping of keysyms that the layout lacks to keycodes that it leaves free.

A keyboard has only about 20 free keycodes, so all that a text needs is mapped in one batch, up to four characters to a
keycode. The mapping stays until its keycodes are needed, because an application, or the input method between it and the
X server, may look a key up much later. The map is read and written while the server is held, so no other client can
change it between the two. One SetMap request gives every application one notice, not one for each key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from twisted.internet.defer import Deferred, ensureDeferred

from windictator.deferreds import Clock
from windictator.keyboard import remap_plan
from windictator.keyboard.keymap import Keymap
from windictator.keyboard.remap_plan import KeyLevel
from windictator.x11 import requests, xkb
from windictator.x11.client_sync import ClientSync
from windictator.x11.connection import XConnection, run_with_timeout
from windictator.x11.crash_recovery import KEYCODES, RecoveryRecord
from windictator.x11.keymap_source import ServerKeymap


class TemporaryMappings:
    """Temporary mappings on one connection.

    recovery_record: gets the original mapping before any change.
    clock: bounds the replies of the server.
    """

    def __init__(
        self,
        connection: XConnection,
        xkb_major: int,
        keymaps: ServerKeymap,
        client_sync: ClientSync,
        recovery_record: RecoveryRecord,
        clock: Clock,
    ) -> None:
        self._connection = connection
        self._clock = clock
        self._major = xkb_major
        self._keymaps = keymaps
        self._client_sync = client_sync
        self._recovery_record = recovery_record
        self._original: dict[int, bytes] = {}
        self._mapped: dict[int, bytes] = {}
        self._places: dict[str, KeyLevel] = {}  # least recently used first
        # Windows that have read the map since it was last changed, and those typed into with it.
        self._synced_windows: set[int] = set()
        self._used_windows: set[int] = set()

    @property
    def keycodes(self) -> frozenset[int]:
        """Keycodes that have a temporary mapping now."""
        return frozenset(self._mapped)

    @property
    def max_characters(self) -> int:
        """Number of characters that can be mapped at once; 0 if all keycodes are used by the layout."""
        return remap_plan.max_characters(self._keymaps.keymap, self._mapped)

    def map_characters(self, characters: Sequence[str], window: int) -> Deferred[bool]:
        """Make the characters typeable into ``window``; fire with False if the application does not notice in time."""
        return ensureDeferred(self._map_characters(characters, window))

    def restore(self) -> Deferred[bool]:
        """Restore the keymap when every application has read its keys; fire with False if one did not in time."""
        return ensureDeferred(self._restore())

    async def _map_characters(self, characters: Sequence[str], window: int) -> bool:
        if not set(characters) <= self._places.keys() or not self._is_still_mapped():
            # Applications look keys up late, so keys that they have not read yet must keep their meaning.
            if self._would_displace(characters) and not await self._wait_until_processed():
                return False
            await self._change(characters)
        else:
            for character in characters:
                self._places[character] = self._places.pop(character)
        if window not in self._synced_windows:
            if not await self._client_sync.wait_until_processed(window):
                return False
            self._synced_windows.add(window)
        self._used_windows.add(window)
        return True

    async def _restore(self) -> bool:
        if not self._mapped:
            return True
        read = await self._wait_until_processed()
        await self._change(())
        return read

    async def _wait_until_processed(self) -> bool:
        """Wait until every application typed into has read its keys; return False if one did not in time."""
        read = True
        while self._used_windows:
            window = next(iter(self._used_windows))
            read = await self._client_sync.wait_until_processed(window) and read
            self._used_windows.discard(window)  # not before: the wait may be cancelled
        return read

    def _would_displace(self, characters: Sequence[str]) -> bool:
        """Return True if there is not enough room for the characters in addition to those that are mapped already."""
        return len({*self._places, *characters}) > self.max_characters

    def _is_still_mapped(self) -> bool:
        """Return True unless another client is known to have replaced the keymap."""
        return all(keycode in self._keymaps.keymap.keys for keycode in self._mapped)

    async def _change(self, characters: Sequence[str]) -> None:
        """Map ``characters`` as well, or restore the keymap without any, while the server is held."""
        connection = self._connection
        connection.send(requests.GRAB_SERVER)
        try:
            reply = await run_with_timeout(connection.request(xkb.get_map(self._major)), self._clock)
            keymap, symbols = xkb.parse_map(reply), xkb.key_symbol_maps(reply)
            # A keycode that another client has changed meanwhile must not be restored.
            ours = {keycode for keycode, mapped in self._mapped.items() if symbols.get(keycode) == mapped}
            self._original = {keycode: self._original[keycode] for keycode in ours}
            kept = {character: place for character, place in self._places.items() if place.keycode in ours}
            room = remap_plan.max_characters(keymap, ours)
            places = remap_plan.plan_mapping(keymap, characters[:room], kept) if characters else {}
            keys = remap_plan.temporary_keys(keymap, places)
            mapped = {keycode: xkb.single_group_map(key.type_index, key.keysyms) for keycode, key in keys.items()}
            originals = {keycode: self._original.get(keycode, symbols[keycode]) for keycode in mapped}
            # The record covers both mappings until the second has replaced the first.
            self._write_record(keymap, {**self._original, **originals}, mapped)
            changed = {**self._original, **mapped}
            if changed:
                span = {keycode: symbols[keycode] for keycode in range(min(changed), max(changed) + 1)}
                connection.send(xkb.set_key_symbols(self._major, keymap, {**span, **changed}))
            # Before the next reply, which may not come: the server makes the change anyway.
            self._original, self._mapped = originals, mapped
            self._places = places
            self._synced_windows.clear()
            if not characters and keymap.group_count > 1:
                asked = connection.request(xkb.get_state(self._major))
                state = xkb.parse_state(await run_with_timeout(asked, self._clock))
                connection.send(xkb.announce_group(self._major, state.locked_group, keymap.group_count), 2)
            reply = await run_with_timeout(connection.request(xkb.get_map(self._major)), self._clock)
        finally:
            connection.send(requests.UNGRAB_SERVER)
            connection.flush()
        self._write_record(keymap, originals, mapped)
        self._keymaps.use_snapshot(reply)

    def _write_record(self, keymap: Keymap, originals: Mapping[int, bytes], mapped: Mapping[int, bytes]) -> None:
        """Record the original symbols. The current mapping is active now, ``mapped`` at any time from now on."""
        undo = [xkb.set_key_symbols(self._major, keymap, {keycode: was}) for keycode, was in originals.items()]
        record = {
            keycode: [was.hex(), *{each[keycode].hex(): None for each in (self._mapped, mapped) if keycode in each}]
            for keycode, was in originals.items()
        }
        self._recovery_record.write(KEYCODES, b"".join(undo), record)
