"""One run of the reactor from start to end, ended in good order by signals."""

from __future__ import annotations

import gc
import signal
from collections.abc import Callable, Coroutine
from time import monotonic
from typing import Any, TypeVar

from twisted.internet.defer import CancelledError, Deferred, ensureDeferred

from windictator.errors import WinDictatorError

T = TypeVar("T")


class ReactorRun:
    """One run of the reactor, from start to end, ended in good order by SIGINT and SIGTERM.

    The first signal calls ``on_interrupt``, which makes the work end soon by itself; a second one, one that comes
    before there is anything to end, or ``patience`` seconds without an end cancel the work.
    """

    def __init__(self, timeout: float) -> None:
        from twisted.internet import reactor

        self.reactor: Any = reactor
        # Twisted goes by the wall clock: set back by an hour, every wait would last an hour longer.
        self.reactor.seconds = monotonic  # type: ignore[method-assign,misc]
        self._timeout = timeout
        self.interrupted = False
        self.on_interrupt: Callable[[], None] | None = None
        self._work: Deferred[Any] | None = None

    def seconds(self) -> float:
        """The reactor's time."""
        return float(self.reactor.seconds())

    def run(self, work: Coroutine[Deferred[Any], Any, T]) -> T:
        """Run the reactor until ``work`` has ended; return its result or raise its exception.

        Raises KeyboardInterrupt if a signal ended it before it could give a result.
        """
        outcome: list[T] = []
        failures: list[BaseException] = []

        def start() -> None:
            for number in (signal.SIGINT, signal.SIGTERM):
                if signal.getsignal(number) != signal.SIG_IGN:
                    signal.signal(number, self._on_signal)
            self._work = ensureDeferred(work)
            self._work.addCallbacks(outcome.append, lambda failure: failures.append(failure.value))
            self._work.addBoth(lambda _: self.reactor.stop())

        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        self.reactor.callWhenRunning(start)
        gc.enable()  # the command line starts without
        try:
            self.reactor.run()
        finally:
            for number, action in before.items():
                signal.signal(number, action)
        if failures:
            if self.interrupted and isinstance(failures[0], (CancelledError, WinDictatorError)):
                raise KeyboardInterrupt
            raise failures[0]
        return outcome[0]

    def _on_signal(self, number: int, frame: object) -> None:
        self.reactor.callFromThread(self._interrupt)

    def _interrupt(self) -> None:
        again, self.interrupted = self.interrupted, True
        if self.on_interrupt is not None and not again:
            self.reactor.callLater(self._timeout, self._cancel)
            self.on_interrupt()
        else:
            self._cancel()

    def _cancel(self) -> None:
        if self._work is not None:
            self._work.cancel()
