"""Passive grabs of hotkeys: other clients do not get these keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from twisted.internet.defer import DeferredList

from windictator.x11 import requests, xinput
from windictator.x11.connection import XConnection
from windictator.x11.errors import XDisplayError, XRequestError

A = TypeVar("A")


class HotkeyGrabs:
    """Passive grabs of keys on the root window, on a connection of their own.

    ``grab_detector.GrabDetector`` grabs and releases keys to find the hotkeys of other programs; on the same
    connection it would release these. The keyboard continues while a grab is active (GrabModeAsync): if this process
    stops responding, the user's keyboard is not frozen.
    """

    def __init__(self, connection: XConnection) -> None:
        self._connection = connection
        self.grabbed: frozenset[tuple[int, int]] = frozenset()
        """Grabbed keys: keycodes with real modifiers."""
        self._xtest = self._xinput = self._xinput_event = 0

    async def start(self) -> None:
        """Look up the extensions that ``release_keyboard`` needs. Raises XDisplayError, ConnectionLostError."""
        self._xtest, _ = await self._connection.extension("XTEST")
        try:
            self._xinput, self._xinput_event = await self._connection.extension(xinput.NAME)
            await self._connection.request(xinput.query_version(self._xinput))
        except XDisplayError:
            self._xinput = 0

    async def set_grabs(self, wanted: Mapping[A, Iterable[tuple[int, int]]]) -> set[A]:
        """Grab the keys of every hotkey in ``wanted`` and release all others.

        Return the hotkeys of which another client has grabbed a key; they are not grabbed at all. Raises
        ConnectionLostError, XRequestError.
        """
        keys_of = {hotkey: frozenset(keys) for hotkey, keys in wanted.items()}
        self._ungrab(self.grabbed.difference(*keys_of.values()))
        new = frozenset().union(*keys_of.values()) - self.grabbed
        pending = [
            self._connection.request(self._grab_request(key) + requests.GET_INPUT_FOCUS, 2, flush=False) for key in new
        ]
        self._connection.flush()
        answers = await DeferredList(pending, consumeErrors=True)
        taken = {
            key
            for key, (granted, reason) in zip(new, answers, strict=True)
            if not granted and _is_grabbed_elsewhere(reason)
        }
        self.grabbed |= new - taken
        refused = {hotkey for hotkey, keys in keys_of.items() if keys & taken}
        kept: frozenset[tuple[int, int]] = frozenset().union(
            *(keys for hotkey, keys in keys_of.items() if hotkey not in refused)
        )
        self._ungrab(self.grabbed - kept)
        return refused

    async def release_keyboard(self, no_key: int) -> None:
        """Return the keyboard to the window with the focus, and first end the key's repeats.

        The key that ends them, ``no_key``, is pressed on the keyboard that is active, because some applications forget
        the group with each change of that (``input_devices``). Raises ConnectionLostError.
        """
        connection = self._connection
        source = None
        if self._xinput:
            reply = await connection.request(xinput.query_devices(self._xinput, xinput.ALL_MASTERS))
            masters = xinput.parse_devices(reply)
            source = next((device.key_source for device in masters if device.is_master_keyboard), None)
        for pressed in (True, False):
            if source is not None:
                key = xinput.fake_key(self._xtest, self._xinput_event, source, no_key, pressed)
            else:
                key = requests.fake_key(self._xtest, no_key, pressed)
            connection.send(key)
        connection.send(requests.UNGRAB_KEYBOARD)
        await connection.sync()

    def close(self) -> None:
        """Release everything, the keyboard too, because a closed connection may stay open for a while."""
        root = self._connection.root
        self._connection.send(requests.ungrab_key(root, requests.ANY_KEY, requests.ANY_MODIFIER))
        self._connection.send(requests.UNGRAB_KEYBOARD)
        self._connection.flush()

    def _ungrab(self, keys: frozenset[tuple[int, int]]) -> None:
        for key in keys:
            self._connection.send(requests.ungrab_key(self._connection.root, *key))
        self._connection.flush()
        self.grabbed -= keys

    def _grab_request(self, key: tuple[int, int]) -> bytes:
        return requests.grab_key(self._connection.root, *key)


def _is_grabbed_elsewhere(reason: Any) -> bool:
    """Return True if another client's grab is the reason why the server refused one; raise any other Failure."""
    if not isinstance(reason.value, XRequestError) or reason.value.code != requests.BAD_ACCESS:
        reason.raiseException()
    return True
