"""Active keymap of the server, followed as it changes."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred, succeed

from windictator.keyboard.keymap import Keymap
from windictator.x11 import xkb
from windictator.x11.connection import XConnection


class ServerKeymap:
    """Snapshot of the keymap, replaced when the server's keymap changes.

    ``start`` must have finished before ``keymap`` is read. The server announces a change also whenever input alternates
    between two keyboards, so snapshots are compared.
    """

    def __init__(self, connection: XConnection, xkb_major: int, xkb_event: int) -> None:
        self._connection = connection
        self._major = xkb_major
        self._event = xkb_event
        self._raw = b""
        self._keymap: Keymap | None = None
        self._is_reading = False
        self._read_again = False
        self._waiting: list[Deferred[None]] = []
        self._listeners: list[Callable[[], None]] = []

    async def start(self) -> None:
        """Read the map and select events for changes. Raises XRequestError, ConnectionLostError."""
        self._connection.add_event_listener(self._handle_event)
        self._connection.send(xkb.select_events(self._major))
        self._update(await self._connection.request(xkb.get_map(self._major)))

    @property
    def keymap(self) -> Keymap:
        """Latest snapshot."""
        assert self._keymap is not None, "start first"
        return self._keymap

    @property
    def is_current(self) -> bool:
        """True unless an announced change is still being read."""
        return not self._is_reading

    def is_unchanged(self, keymap: Keymap) -> bool:
        """Return True if ``keymap`` is the latest snapshot and no announced change is still being read."""
        return self._keymap is keymap and not self._is_reading

    def when_current(self) -> Deferred[None]:
        """Fire when ``is_current`` is True, or when the connection is lost."""
        if not self._is_reading:
            return succeed(None)
        waiting: Deferred[None] = Deferred()
        self._waiting.append(waiting)
        return waiting

    def add_listener(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` after every real change."""
        self._listeners.append(listener)

    def _handle_event(self, event: bytes) -> None:
        if xkb.notify_type(event, self._event) in (xkb.NEW_KEYBOARD_NOTIFY, xkb.MAP_NOTIFY):
            if self._is_reading:
                self._read_again = True
            else:
                self._read()

    def _read(self) -> None:
        self._is_reading = True
        reply: Deferred[bytes] = self._connection.request(xkb.get_map(self._major))
        # The owner of the connection reports its loss; here the map is only missing.
        reply.addCallbacks(self._map_received, lambda _failure: self._finish_reading())

    def _map_received(self, reply: bytes) -> None:
        self._update(reply)
        if self._read_again:
            self._read_again = False
            self._read()
        else:
            self._finish_reading()

    def _finish_reading(self) -> None:
        self._is_reading = False
        waiting, self._waiting = self._waiting, []
        for deferred in waiting:
            deferred.callback(None)

    def use_snapshot(self, reply: bytes) -> Keymap:
        """Replace the snapshot by a reply to GetMap of another caller: the map after a change that it made."""
        self._update(reply)
        return self.keymap

    def _update(self, reply: bytes) -> None:
        """Replace the snapshot unless the map is the same (apart from the sequence number)."""
        raw = reply[4:]
        if raw != self._raw:
            self._raw = raw
            self._keymap = xkb.parse_map(reply)
            for listener in self._listeners:
                listener()
