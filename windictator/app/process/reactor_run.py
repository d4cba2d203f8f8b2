"""One run of the reactor from start to end, ended in good order by signals."""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Callable, Coroutine
from time import monotonic
from typing import Any, TypeVar

from twisted.internet.defer import CancelledError, Deferred, ensureDeferred

from windictator.errors import WinDictatorError

T = TypeVar("T")


class ReactorRun:
    """One run of the reactor, from start to end, ended in good order by SIGINT and SIGTERM.

    The first signal calls ``on_interrupt``, which makes the work end soon. The work is cancelled by a second signal,
    by a signal without ``on_interrupt``, or ``timeout_s`` seconds after the first signal.
    """

    def __init__(self, timeout_s: float) -> None:
        self.reactor: Any = _monotonic_reactor()
        self.timeout_s = timeout_s
        """Seconds granted to the work after the first signal."""
        self.interrupted = False
        self.on_interrupt: Callable[[], None] | None = None
        self._work: Deferred[Any] | None = None

    def seconds(self) -> float:
        """Return the time of the reactor, in seconds."""
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
        gc.enable()  # the command line starts with the collector off
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
            self.reactor.callLater(self.timeout_s, self._cancel)
            self.on_interrupt()
        else:
            self._cancel()

    def _cancel(self) -> None:
        if self._work is not None:
            self._work.cancel()


def _monotonic_reactor() -> Any:
    """Return the reactor of this process; install one that counts monotonic time if there is none yet.

    Twisted's own reactors use the wall clock: if it is set back by an hour, every wait lasts an hour longer.
    """
    if "twisted.internet.reactor" not in sys.modules:
        from twisted.internet.epollreactor import EPollReactor
        from twisted.internet.main import installReactor

        class MonotonicReactor(EPollReactor):
            def seconds(self) -> float:
                return monotonic()

        installReactor(MonotonicReactor())  # type: ignore[no-untyped-call]
    from twisted.internet import reactor

    return reactor
