"""Pace of the application that is typed into: it must not fall far behind the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.defer import CancelledError, Deferred

from windictator.deferreds import Waits, ignore_expected_errors
from windictator.typist.result import StopReason

if TYPE_CHECKING:
    from windictator.typist.interfaces import KeyEvents
    from windictator.typist.server_waits import ServerWaits
    from windictator.typist.typing_job import TypingJob

#: Keystrokes after which the application is asked whether it has read them; it is never more than twice as many behind.
#: Otherwise it would process what was typed long after a click that should have stopped it, and by a later keymap.
_PING_INTERVAL_KEYS = 64


class ApplicationPace:
    """Pings of the application of one job, and waits for their replies.

    waits: the job's waits for the X server, stopped while the application is awaited, which has a timeout of its own.
    """

    def __init__(self, key_events: KeyEvents, job: TypingJob, waits: ServerWaits) -> None:
        self._key_events = key_events
        self._job = job
        self._waits = waits
        self._ping: Deferred[bool] | None = None
        self.waits_for_each_key = False
        """The application must read each keystroke before the next is sent."""
        self.unacknowledged_count = 0
        """Number of keystrokes since the last ping."""

    def count_key(self) -> bool:
        """Count a keystroke and return True if it is time for a ping."""
        self.unacknowledged_count += 1
        return self.unacknowledged_count == _PING_INTERVAL_KEYS or self.waits_for_each_key

    def ping(self) -> Waits[None]:
        """Wait for the reply to the last ping, then send another and wait for its reply if each key must be read."""
        yield from self._wait_for_reply()
        self._ping = self._key_events.acknowledged(self._job.window)
        if self.waits_for_each_key:
            yield from self._wait_for_reply()

    def wait_until_processed(self) -> Waits[None]:
        """Wait until the application has processed the keys so far: the next ones rely on their effect."""
        job = self._job
        job.sync_points.discard(job.confirmed_count)
        yield from self._wait_for_reply()
        ask = self._key_events.wait_until_idle if job.pace.acts_late else self._key_events.acknowledged
        self._ping = ask(job.window)
        yield from self._wait_for_reply()

    def cancel(self) -> None:
        """Stop waiting for the reply to the last ping."""
        if self._ping is not None:
            self._ping.addErrback(ignore_expected_errors).cancel()

    def _wait_for_reply(self) -> Waits[None]:
        self.unacknowledged_count = 0
        if self._ping is None:
            return
        self._waits.stop()
        try:
            has_read: bool = yield self._job.cancellable(self._ping)
        except CancelledError:
            # By ``stop``, which has set the reason, or by the caller that waits for the job.
            has_read = False
            self._job.stop_reason = self._job.stop_reason or StopReason.CANCELLED
        finally:
            self._ping = None
        self._waits.start()
        if not has_read:
            self._job.stop_reason = self._job.stop_reason or StopReason.UNRESPONSIVE
