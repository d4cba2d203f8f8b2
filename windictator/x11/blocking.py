"""An X connection without a reactor: every question waits for its answer. For commands that do nothing else."""

from __future__ import annotations

import select
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

from twisted.internet.defer import Deferred, ensureDeferred
from twisted.python.failure import Failure

from windictator.x11 import xkb
from windictator.x11.connection import Connection, DisplayProblem

T = TypeVar("T")


class BlockingConnection:
    """A connection that has announced itself to XKB.

    ``name``: of the display, ``$DISPLAY`` if None. ``timeout``: seconds that the server may take for one ``wait``.
    ``connection``: the connection itself; ``xkb``: that extension's opcode. Raises DisplayProblem.
    """

    def __init__(self, name: str | None = None, timeout: float = 5.0) -> None:
        self._timeout = timeout
        self.connection = Connection(_NoReactor(), name)
        try:
            self.xkb, _ = self.wait(self.connection.extension("XKEYBOARD"))
            self.wait(self.connection.ask(xkb.use_extension(self.xkb)))
        except BaseException:
            self.connection.close()
            raise

    def wait(self, work: Coroutine[Deferred[Any], Any, T] | Deferred[T]) -> T:
        """The result of ``work``, or its exception. Raises DisplayProblem if the server does not answer in time."""
        results: list[Any] = []
        (work if isinstance(work, Deferred) else ensureDeferred(work)).addBoth(results.append)
        deadline = time.monotonic() + self._timeout
        while not results:
            if not select.select([self.connection], [], [], max(0.0, deadline - time.monotonic()))[0]:
                raise DisplayProblem(
                    f"the X server {self.connection.name} has not answered for {self._timeout:g} seconds; "
                    "another program may have grabbed it (a menu, a screen locker)"
                )
            self.connection.doRead()
        (result,) = results
        if isinstance(result, Failure):
            result.raiseException()
        return result  # type: ignore[no-any-return]


class _NoReactor:
    """Where a reactor would watch the descriptor; ``BlockingConnection`` looks itself."""

    def addReader(self, reader: Any) -> None: ...

    def removeReader(self, reader: Any) -> None: ...

    def addWriter(self, writer: Any) -> None: ...

    def removeWriter(self, writer: Any) -> None: ...
