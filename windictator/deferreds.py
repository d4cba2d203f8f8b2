"""Helpers for Deferreds: pool, pauses, timeouts, watchdog, ignored results."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, Protocol, TypeVar

from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

from windictator.errors import WinDictatorError

T = TypeVar("T")
Waits = Generator[Deferred[Any], Any, T]
"""Deferred generator, or a part of one for ``yield from``: yields where it must wait, and returns a T."""


class Clock(Protocol):
    """Clock and timers, as Twisted's reactor and its test Clock provide them (``IReactorTime``)."""

    def seconds(self) -> float:
        """Return the current time in seconds; only differences count."""

    def callLater(self, delay: float, callable: Callable[..., Any], *args: object, **kwargs: object) -> Any:
        """Call ``callable`` after ``delay`` seconds; return an object with ``cancel``, ``active`` and ``reset``."""


class Descriptors(Protocol):
    """Watching of file descriptors, as Twisted's reactor provides it (``IReactorFDSet``)."""

    def addReader(self, reader: Any) -> object:
        """Call ``reader.doRead`` whenever its ``fileno()`` is readable."""

    def removeReader(self, reader: Any) -> object:
        """Stop watching it."""

    def addWriter(self, writer: Any) -> object:
        """Call ``writer.doWrite`` whenever its ``fileno()`` is writable."""

    def removeWriter(self, writer: Any) -> object:
        """Stop watching it."""


class DeferredPool:
    """Pool that holds Deferreds until they fire.

    Results and failures pass through unchanged. A failure that no errback handles is reported as for any Deferred.
    """

    def __init__(self) -> None:
        self._pending: set[Deferred[Any]] = set()
        self._waiting: list[tuple[Callable[[], bool], Deferred[None]]] = []

    def __len__(self) -> int:
        """Return the number of Deferreds that have not fired."""
        return len(self._pending)

    def add(self, deferred: Deferred[T]) -> Deferred[T]:
        """Add ``deferred`` to the pool and return it; a callback removes it when it fires."""

        def out(result: T) -> T:
            self._pending.discard(deferred)
            self._fire_waiting()
            return result

        self._pending.add(deferred)
        return deferred.addBoth(out)

    def defer_until_empty(self, test_immediately: bool = True) -> Deferred[None]:
        """Return a Deferred that fires when the pool is empty, including Deferreds that are added meanwhile.

        test_immediately: fire at once if the pool is empty now; otherwise only after a Deferred has left it.
        """
        return self.defer_until(lambda: not self._pending, test_immediately)

    def defer_until(self, predicate: Callable[[], bool], test_immediately: bool = True) -> Deferred[None]:
        """Return a Deferred that fires when ``predicate()`` is True; errback: an exception that it raises.

        predicate: called each time a Deferred leaves the pool.
        test_immediately: call it now, too.
        """
        waiting: Deferred[None] = Deferred()
        self._waiting.append((predicate, waiting))
        if test_immediately:
            self._fire_waiting()
        return waiting

    def _fire_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        for predicate, deferred in waiting:
            try:
                holds = predicate()
            except Exception as error:
                deferred.errback(error)
                continue
            if holds:
                deferred.callback(None)
            else:
                self._waiting.append((predicate, deferred))


def pause(clock: Clock, seconds: float) -> Deferred[None]:
    """Return a Deferred that fires after ``seconds``."""
    over: Deferred[None] = Deferred()
    clock.callLater(seconds, over.callback, None)
    return over


class Watchdog:
    """Watchdog that calls ``on_expire`` once if a time passes after ``start``, or the last ``feed``, before ``stop``.

    The time is counted in ``TICK_COUNT`` steps. A clock that jumps (the machine slept; Twisted's reactor uses the wall
    clock) or a busy reactor makes one step too long, and does not make the whole time too short.
    """

    TICK_COUNT = 5

    def __init__(self, clock: Clock, on_expire: Callable[[], object]) -> None:
        self._clock = clock
        self._on_expire = on_expire
        self._tick_s = 0.0
        self._ticks_left = 0
        self._timer: Any = None

    def start(self, seconds: float) -> None:
        """Start the watchdog: it expires ``seconds`` from now."""
        self.stop()
        self._tick_s = seconds / self.TICK_COUNT
        self._ticks_left = self.TICK_COUNT
        self._timer = self._clock.callLater(self._tick_s, self._tick)

    def feed(self) -> None:
        """Start the full time again, because something expected happened and more is expected."""
        self._ticks_left = self.TICK_COUNT

    def stop(self) -> None:
        """Stop the watchdog, because nothing is expected any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    @property
    def is_running(self) -> bool:
        """True between ``start`` and ``stop``."""
        return self._timer is not None

    def _tick(self) -> None:
        self._ticks_left -= 1
        if self._ticks_left > 0:
            self._timer = self._clock.callLater(self._tick_s, self._tick)
        else:
            self._timer = None
            self._on_expire()


def ignore_result(answer: int | Deferred[int]) -> None:
    """Ignore the answer of ``KeyEvents.send``, and errors that are expected of it."""
    if not isinstance(answer, int):
        answer.addErrback(ignore_expected_errors)


def ignore_expected_errors(failure: Failure) -> None:
    """Handle WinDictatorError and CancelledError, which the caller reports in another way; raise other errors."""
    if not isinstance(failure.value, (WinDictatorError, CancelledError)):
        failure.raiseException()


def call_if_late(
    deferred: Deferred[T], clock: Clock, seconds: float, on_late: Callable[..., object], *arguments: object
) -> Deferred[T]:
    """Call ``on_late`` with the arguments, once, if ``deferred`` takes longer than ``seconds``; return ``deferred``.

    The time is that of a ``Watchdog``: if this process stood still, the answer that came meanwhile is read first.
    """
    if deferred.called and not deferred.paused:
        return deferred
    watchdog = Watchdog(clock, lambda: on_late(*arguments))
    watchdog.start(seconds)

    def done(result: T) -> T:
        watchdog.stop()
        return result

    return deferred.addBoth(done)
