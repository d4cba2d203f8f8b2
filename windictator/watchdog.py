"""Waiting: for some seconds, or until something expected does not happen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred

from windictator.ports import Clock


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

    TICKS = 5

    def __init__(self, clock: Clock, on_expire: Callable[[], None]) -> None:
        self._clock = clock
        self._on_expire = on_expire
        self._step = 0.0
        self._left = 0
        self._call: Any = None

    def guard(self, seconds: float) -> None:
        """Begin to wait, from now."""
        self.release()
        self._step = seconds / self.TICKS
        self._left = self.TICKS
        self._call = self._clock.callLater(self._step, self._tick)

    def feed(self) -> None:
        """What was expected happened, and more of it is expected: wait the full time again."""
        self._left = self.TICKS

    def release(self) -> None:
        """Nothing is expected any more."""
        if self._call is not None:
            self._call.cancel()
            self._call = None

    @property
    def guarding(self) -> bool:
        """Whether it is waiting."""
        return self._call is not None

    def _tick(self) -> None:
        self._left -= 1
        if self._left > 0:
            self._call = self._clock.callLater(self._step, self._tick)
        else:
            self._call = None
            self._on_expire()
