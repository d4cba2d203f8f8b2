"""Blocking X connection with the questions that tests ask about the keyboard."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from tests.x11.server import XServer
from windictator.keyboard.keymap import Keymap
from windictator.x11 import blocking, xkb

TIMEOUT = 20.0
"""Seconds for an answer."""


class BlockingConnection(blocking.BlockingConnection):
    """A connection that has announced itself to XKB. ``xkb``: that extension's opcode; ``events``: what came."""

    def __init__(self) -> None:
        super().__init__(timeout=TIMEOUT)
        self.events: list[bytes] = []
        self.connection.add_event_listener(self.events.append)
        self.xkb = self.use_xkb()

    def ask(self, request: bytes) -> bytes:
        return self.wait(self.connection.request(request))

    def keymap(self) -> Keymap:
        """Return the active keymap."""
        return xkb.parse_map(self.ask(xkb.get_map(self.xkb)))

    def state(self) -> xkb.XkbState:
        return xkb.parse_state(self.ask(xkb.get_state(self.xkb)))

    def lock(self, modifiers: int, values: int, group: int | None) -> None:
        self.connection.send(xkb.latch_lock_state(self.xkb, modifiers, values, group))
        self.state()


@contextlib.contextmanager
def connected(server: XServer) -> Iterator[BlockingConnection]:
    """A connection to ``server`` until the block ends."""
    with server.virtual_display.in_this_process():
        connection = BlockingConnection()
    try:
        yield connection
    finally:
        connection.connection.close()


def keymap_of(server: XServer) -> Keymap:
    """Return the active keymap of ``server``."""
    with connected(server) as connection:
        return connection.keymap()
