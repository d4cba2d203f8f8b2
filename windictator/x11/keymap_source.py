"""The keymap in force, followed as it changes."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred, succeed

from windictator.keyboard.keymap import Keymap
from windictator.x11 import xkb
from windictator.x11.connection import Connection


class ServerKeymap:
    """Implements ports.KeymapSource: holds a snapshot of the keymap and replaces it when the server's changes.

    ``start`` must have finished before ``keymap`` is read. The server announces a
    change also whenever input alternates between two keyboards, so snapshots are compared.
    """

    def __init__(self, connection: Connection, xkb_major: int, xkb_event: int) -> None:
        self._connection = connection
        self._major = xkb_major
        self._event = xkb_event
        self._raw = b""
        self._keymap: Keymap | None = None
        self._pending = False
        self._again = False
        self._waiting: list[Deferred[None]] = []
        self._listeners: list[Callable[[], None]] = []

    async def start(self) -> None:
        """Read the map and ask to be told of changes. Raises RequestRefused, ConnectionLost."""
        self._connection.listen(self._notice)
        self._connection.send(xkb.select_events(self._major))
        self._take(await self._connection.ask(xkb.get_map(self._major)))

    @property
    def keymap(self) -> Keymap:
        """The latest snapshot."""
        assert self._keymap is not None, "start first"
        return self._keymap

    @property
    def settled(self) -> bool:
        """See ports.KeymapSource."""
        return not self._pending

    def when_settled(self) -> Deferred[None]:
        """See ports.KeymapSource; fires also when the connection is lost."""
        if not self._pending:
            return succeed(None)
        waiting: Deferred[None] = Deferred()
        self._waiting.append(waiting)
        return waiting

    def listen(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` after every real change."""
        self._listeners.append(listener)

    def _notice(self, event: bytes) -> None:
        if event[0] & 0x7F == self._event and event[1] in (xkb.NEW_KEYBOARD_NOTIFY, xkb.MAP_NOTIFY):
            if self._pending:
                self._again = True
            else:
                self._read()

    def _read(self) -> None:
        self._pending = True
        reply: Deferred[bytes] = self._connection.ask(xkb.get_map(self._major))
        # A lost connection is reported by whoever owns it; here there is just no map to come.
        reply.addCallbacks(self._reread, lambda _failure: self._settle())

    def _reread(self, reply: bytes) -> None:
        self._take(reply)
        if self._again:
            self._again = False
            self._read()
        else:
            self._settle()

    def _settle(self) -> None:
        self._pending = False
        waiting, self._waiting = self._waiting, []
        for deferred in waiting:
            deferred.callback(None)

    def adopt(self, reply: bytes) -> Keymap:
        """Take a reply to GetMap that somebody else has asked for: the map after a change of our own."""
        self._take(reply)
        return self.keymap

    def _take(self, reply: bytes) -> None:
        """Adopt a map unless it equals the one we have (the sequence number aside)."""
        raw = reply[4:]
        if raw != self._raw:
            self._raw = raw
            self._keymap = xkb.parse_map(reply)
            for listener in self._listeners:
                listener()
