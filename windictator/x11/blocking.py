"""An X connection without a reactor: every question waits for its answer. For commands that do nothing else."""

from __future__ import annotations

import contextlib
import io
import select
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn, Self, TypeVar

from twisted.internet.defer import Deferred, ensureDeferred
from twisted.python.failure import Failure

from windictator.x11 import xkb
from windictator.x11.connection import XConnection
from windictator.x11.errors import ServerTimeoutError

T = TypeVar("T")


class BlockingConnection:
    """``connection``, and ``wait`` for what is asked there.

    ``name``: of the display, ``$DISPLAY`` if None. ``timeout``: seconds that the server may take for one ``wait``.
    Raises DisplayProblem.
    """

    def __init__(self, name: str | None = None, timeout: float = 5.0) -> None:
        self._timeout = timeout
        self.connection = XConnection(_NoReactor(), name)
        try:
            self.wait(self.connection.open())
        except BaseException:
            self.connection.close()
            raise

    def wait(self, work: Coroutine[Deferred[Any], Any, T] | Deferred[T]) -> T:
        """The result of ``work``, or its exception. Raises ServerSilent if the server does not answer in time."""
        results: list[Any] = []
        (work if isinstance(work, Deferred) else ensureDeferred(work)).addBoth(results.append)
        deadline = time.monotonic() + self._timeout
        while not results:
            if not select.select([self.connection], [], [], max(0.0, deadline - time.monotonic()))[0]:
                raise ServerTimeoutError(self._timeout)
            self.connection.doRead()
        (result,) = results
        if isinstance(result, Failure):
            result.raiseException()
        return result  # type: ignore[no-any-return]

    def use_xkb(self) -> int:
        """Say that XKB will be used, which has to come before its requests; its opcode. Raises DisplayProblem."""
        major, _ = self.wait(self.connection.extension("XKEYBOARD"))
        self.wait(self.connection.request(xkb.use_extension(major)))
        return major

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()


def run_with_timeout(work: Callable[[], T], seconds: float) -> T:
    """What ``work`` returns or raises. A server that somebody holds does not even accept connections, and the
    handshake waits for ever: after ``seconds`` DisplayProblem is raised and ``work`` is left to itself."""
    outcome: list[Callable[[], T]] = []

    def run() -> None:
        try:
            result = work()
        except BaseException as error:
            failure = error
            outcome.append(lambda: _raise(failure))
        else:
            outcome.append(lambda: result)

    worker = threading.Thread(target=run, daemon=True)
    # The handshake keeps standard output from python-xlib; one that hangs must not keep it from us.
    with contextlib.redirect_stdout(io.StringIO()):
        worker.start()
        worker.join(seconds)
    if not outcome:
        raise ServerTimeoutError(seconds)
    return outcome[0]()


def _raise(error: BaseException) -> NoReturn:
    raise error


class _NoReactor:
    """Where a reactor would watch the descriptor; ``BlockingConnection`` looks itself."""

    def addReader(self, reader: Any) -> None: ...

    def removeReader(self, reader: Any) -> None: ...

    def addWriter(self, writer: Any) -> None: ...

    def removeWriter(self, writer: Any) -> None: ...
