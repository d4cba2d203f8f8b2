"""Waits for replies of the X server, each with a timeout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from twisted.internet.defer import Deferred

from windictator.deferreds import Waits, Watchdog, call_if_late, ignore_expected_errors, pause

if TYPE_CHECKING:
    from windictator.deferreds import Clock
    from windictator.typist.typing_job import TypingJob

T = TypeVar("T")


class ServerWaits:
    """Waits of one job for the X server.

    While keys are sent, a watchdog cancels the reply that is awaited if the server takes longer than ``timeout_s``
    (seconds) for one keystroke. Before and after, each wait has a timer of its own.
    """

    def __init__(self, clock: Clock, timeout_s: float, job: TypingJob) -> None:
        self._clock = clock
        self._timeout_s = timeout_s
        self._job = job
        self._watchdog = Watchdog(clock, self._on_timeout)
        self._reply: Deferred[Any] | None = None
        self.feed = self._watchdog.feed

    def start(self) -> None:
        """Start the watchdog."""
        self._watchdog.start(self._timeout_s)

    def stop(self) -> None:
        """Stop the watchdog, while something else than the server is awaited."""
        self._watchdog.stop()

    def guarded(self, reply: Deferred[T]) -> Deferred[T]:
        """Return ``reply``, which the watchdog cancels when it expires."""
        self._reply = reply
        return reply

    def bounded(self, reply: Deferred[T]) -> Deferred[T]:
        """Return ``reply``, which ``stop`` of the job cancels; if it is late, stop the job with TIMEOUT."""
        return self._job.bounded(reply, self._clock, self._timeout_s)

    def unless_silent(self, reply: Deferred[None]) -> Deferred[None]:
        """Return ``reply``, for the end of a job; if it is late, cancel it and note that in the job. Never fails."""

        def on_late() -> None:
            self._job.server_silent = True
            reply.cancel()

        return call_if_late(reply, self._clock, self._timeout_s, on_late).addErrback(ignore_expected_errors)

    def pause(self, seconds: float) -> Waits[None]:
        """Wait without counting that as time that the server takes."""
        self.stop()
        yield pause(self._clock, seconds)
        self.start()

    def _on_timeout(self) -> None:
        if self._reply is not None:
            self._reply.cancel()
