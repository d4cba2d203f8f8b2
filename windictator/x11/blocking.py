"""Blocking X connection, without a reactor, for commands that do nothing else."""

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
    """Connection whose requests are sent through ``connection`` and awaited by ``wait``.

    name: of the display, ``$DISPLAY`` if None.
    timeout: time that the server may take for one ``wait``, in seconds.

    Raises XDisplayError.
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
        """Return the result of ``work``, or raise its exception.

        Raises ServerTimeoutError if the server does not answer in time.
        """
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
        """Announce the use of XKB, which must come before its requests; return its opcode. Raises XDisplayError."""
        major, _ = self.wait(self.connection.extension("XKEYBOARD"))
        self.wait(self.connection.request(xkb.use_extension(major)))
        return major

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()


def run_in_thread(work: Callable[[], T], seconds: float) -> T:
    """Return the result of ``work``, or raise its exception.

    A server that another client holds does not even accept connections. So after ``seconds`` ServerTimeoutError is
    raised, and ``work`` continues in its thread.
    """
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
    # The setup redirects standard output because of python-xlib; a setup that hangs must not keep it redirected.
    with contextlib.redirect_stdout(io.StringIO()):
        worker.start()
        worker.join(seconds)
    if not outcome:
        raise ServerTimeoutError(seconds)
    return outcome[0]()


def _raise(error: BaseException) -> NoReturn:
    raise error


class _NoReactor:
    """Reactor that watches nothing, because ``BlockingConnection`` polls the descriptor itself."""

    def addReader(self, reader: Any) -> None: ...

    def removeReader(self, reader: Any) -> None: ...

    def addWriter(self, writer: Any) -> None: ...

    def removeWriter(self, writer: Any) -> None: ...
