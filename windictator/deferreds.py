"""Deferreds: a pool to wait for, watchdogs, results that are ignored."""

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
    """Time, as Twisted's reactor and its test Clock give it (``IReactorTime``)."""

    def seconds(self) -> float:
        """Monotonic enough seconds."""

    def callLater(self, delay: float, callable: Callable[..., Any], *args: object, **kwargs: object) -> Any:
        """Call ``callable`` in ``delay`` seconds; the result has ``cancel``, ``active`` and ``reset``."""


class Descriptors(Protocol):
    """Watching of file descriptors, as Twisted's reactor gives it (``IReactorFDSet``)."""

    def addReader(self, reader: Any) -> object:
        """Call ``reader.doRead`` whenever its ``fileno()`` can be read."""

    def removeReader(self, reader: Any) -> object:
        """Stop that."""

    def addWriter(self, writer: Any) -> object:
        """Call ``writer.doWrite`` whenever its ``fileno()`` can be written."""

    def removeWriter(self, writer: Any) -> object:
        """Stop that."""


class DeferredPool:
    """Holds Deferreds until they fire.

    A result or failure passes through untouched; a failure that nobody else takes is reported as for any Deferred.
    """

    def __init__(self) -> None:
        self._pending: set[Deferred[Any]] = set()
        self._waiting: list[tuple[Callable[[], bool], Deferred[None]]] = []

    def __len__(self) -> int:
        """Number of Deferreds that have not fired."""
        return len(self._pending)

    def add(self, deferred: Deferred[T]) -> Deferred[T]:
        """Take in ``deferred`` and return it, with one more callback that lets it out of the pool again."""

        def out(result: T) -> T:
            self._pending.discard(deferred)
            self._fire_waiting()
            return result

        self._pending.add(deferred)
        return deferred.addBoth(out)

    def defer_until_empty(self, test_immediately: bool = True) -> Deferred[None]:
        """Fires when the pool is empty; with ``test_immediately`` at once if it is empty now, otherwise only when a
        Deferred has left it. What is added while waiting is waited for too."""
        return self.defer_until(lambda: not self._pending, test_immediately)

    def defer_until(self, predicate: Callable[[], bool], test_immediately: bool = True) -> Deferred[None]:
        """Fires when ``predicate()`` holds; it is asked now (with ``test_immediately``) and each time a Deferred
        leaves the pool. An exception it raises goes to the waiting Deferred."""
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


def call_if_late(
    deferred: Deferred[T], clock: Clock, seconds: float, on_late: Callable[..., object], *arguments: object
) -> Deferred[T]:
    """Call ``on_late`` with the arguments, once, if ``deferred`` takes longer than ``seconds``; return ``deferred``."""
    if deferred.called and not deferred.paused:
        return deferred
    timer = clock.callLater(seconds, on_late, *arguments)

    def done(result: T) -> T:
        if timer.active():
            timer.cancel()
        return result

    return deferred.addBoth(done)


def pause(clock: Clock, seconds: float) -> Deferred[None]:
    """Return a Deferred that fires after ``seconds``."""
    over: Deferred[None] = Deferred()
    clock.callLater(seconds, over.callback, None)
    return over


class Watchdog:
    """Calls ``on_expire`` once when ``seconds`` pass between ``guard`` (or the last ``feed``) and ``release``.

    The time is counted in ``TICKS`` steps of the clock. A clock that jumps (the machine slept; Twisted's reactor goes
    by the wall clock) or a reactor that was busy makes one step too long, not the whole wait too short.
    """

    TICK_COUNT = 5

    def __init__(self, clock: Clock, on_expire: Callable[[], None]) -> None:
        self._clock = clock
        self._on_expire = on_expire
        self._tick_s = 0.0
        self._ticks_left = 0
        self._timer: Any = None

    def start(self, seconds: float) -> None:
        """Begin to wait, from now."""
        self.stop()
        self._tick_s = seconds / self.TICK_COUNT
        self._ticks_left = self.TICK_COUNT
        self._timer = self._clock.callLater(self._tick_s, self._tick)

    def feed(self) -> None:
        """What was expected happened, and more of it is expected: wait the full time again."""
        self._ticks_left = self.TICK_COUNT

    def stop(self) -> None:
        """Nothing is expected any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    @property
    def is_running(self) -> bool:
        """Whether it is waiting."""
        return self._timer is not None

    def _tick(self) -> None:
        self._ticks_left -= 1
        if self._ticks_left > 0:
            self._timer = self._clock.callLater(self._tick_s, self._tick)
        else:
            self._timer = None
            self._on_expire()


def ignore_result(answer: int | Deferred[int]) -> None:
    """Wait for the answer to ``Keyer.send`` no longer."""
    if not isinstance(answer, int):
        answer.addErrback(ignore_expected_errors)


def ignore_expected_errors(failure: Failure) -> None:
    """The text's own result says that the server is gone or silent."""
    if not isinstance(failure.value, (WinDictatorError, CancelledError)):
        failure.raiseException()
