"""The X room's own connection in a test, without a reactor: every question waits for its answer."""

from __future__ import annotations

import contextlib
import select
from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar

from twisted.internet.defer import Deferred, ensureDeferred
from twisted.python.failure import Failure

from tests.x11.server import XServer
from windictator.keyboard.keymap import Keymap
from windictator.x11 import xkb
from windictator.x11.connection import Connection

T = TypeVar("T")
TIMEOUT = 20.0
"""Seconds for an answer."""


class _NoReactor:
    """Where a reactor would watch the descriptor; ``BlockingConnection`` looks itself."""

    def addReader(self, reader: Any) -> None: ...

    def removeReader(self, reader: Any) -> None: ...

    def addWriter(self, writer: Any) -> None: ...

    def removeWriter(self, writer: Any) -> None: ...


class BlockingConnection:
    """A connection that has announced itself to XKB. ``xkb``: that extension's opcode; ``events``: what came."""

    def __init__(self) -> None:
        self.connection = Connection(_NoReactor())
        self.events: list[bytes] = []
        self.connection.listen(self.events.append)
        self.xkb, _ = self.wait(self.connection.extension("XKEYBOARD"))
        self.ask(xkb.use_extension(self.xkb))

    def wait(self, work: Coroutine[Deferred[Any], Any, T] | Deferred[T]) -> T:
        """The result, once it is there; raises its exception."""
        results: list[Any] = []
        (work if isinstance(work, Deferred) else ensureDeferred(work)).addBoth(results.append)
        while not results:
            assert select.select([self.connection], [], [], TIMEOUT)[0], "the X server does not answer"
            self.connection.doRead()
        (result,) = results
        if isinstance(result, Failure):
            result.raiseException()
        return result  # type: ignore[no-any-return]

    def ask(self, request: bytes) -> bytes:
        return self.wait(self.connection.ask(request))

    def keymap(self) -> Keymap:
        """The keymap in force."""
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
    """The keymap in force on ``server``."""
    with connected(server) as connection:
        return connection.keymap()
