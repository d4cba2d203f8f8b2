"""A microphone that outlives its device, the sound server, and the process that captures from it.

Sound comes from a child process (``capture_process``). When it stops coming, a second process is opened beside the
first, and the one that has sound is kept: a server that was only busy then still delivers what it had kept for the
first, and nothing of it is lost. What a process captured before it ended is delivered, and the next one's sound from
its very first block. Which source the sound comes from the server decides, as for every program; the child says so.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from typing import Any

from twisted.internet.defer import Deferred, inlineCallbacks

from windictator.deferreds import Clock, Watchdog
from windictator.speech.capture_client import CaptureChild
from windictator.speech.capture_pool import CaptureProcessPool
from windictator.speech.errors import AudioError
from windictator.speech.interfaces import AudioEnd
from windictator.speech.sound_level import Level, LevelMeter
from windictator.speech.vosk_worker import SAMPLE_RATE

BYTES_PER_SECOND = 2 * SAMPLE_RATE

FIRST_SOUND_TIMEOUT = 2.5
"""Seconds from opening a microphone to its first sound: a source that slept takes two."""
STALL_TIMEOUT = 1.2
"""Seconds without sound after which a microphone stalls; they come in blocks of less than a tenth of that."""
OPENING_TIMEOUT = 6.0
"""Seconds in which the child says something at least, be it that it waits."""
FAILOVER_GRACE_S = 0.3
"""Seconds that a stalled microphone has, from when another delivers, to deliver what it has kept."""
ZEROS_TIMEOUT = 2.5
"""Seconds of exact zeros, which no real microphone gives, until it is said. Doubled each time that sound comes back by
itself: some programs that take noise away give zeros between words."""
MAX_ZEROS_TIMEOUT = 300.0
RETRY_DELAYS_S = 0.0, 0.1, 0.3, 1.0, 2.5, 5.0, 10.0
"""Seconds from the end of a child to the next, if they end without having captured anything; then always the last."""

MAX_START_FAILURES = 3
"""Children that may fail by themselves before a microphone that is required is said not to work."""


class ResilientMicrophone:
    """An ``AudioSource`` (see ``ports``) that does not end until it is stopped.

    ``reactor``: spawns the process (``IReactorProcess``). ``device``: a microphone's name or part of it; None for the
    default, whichever it is at the time. Where the named one is missing the default is used, and the named one again
    when it is back. ``clock``: the reactor if None. ``latency_ms``: length of a block. ``buffer_seconds``: what is kept
    for a sink that is busy; what exceeds it is dropped and counted in ``overruns``. ``required``: a microphone that
    is missing at the start is an error, by which the Deferred of ``start`` fails; else it is waited for. ``standby``:
    where the first process is taken from, and another prepared at the end.

    ``on_notice``: told in one line what the user should know; ``on_failure``, if not None, in its place, that there is
    no sound to be had, or none but silence. ``on_state``: told True when no sound can be had and
    the microphone is being recovered, False when there is sound again. ``on_level``: told of the sound's level, ten
    times per second while ``levels_wanted``.

    ``start`` fails with ``AudioError``; ``stop`` closes the microphone at once.
    """

    def __init__(
        self,
        reactor: Any,
        device: str | None = None,
        *,
        clock: Clock | None = None,
        latency_ms: int = 30,
        buffer_s: float = 60.0,
        fail_if_missing: bool = False,
        pool: CaptureProcessPool | None = None,
        on_notice: Callable[[str], None] = lambda notice: None,
        on_failure: Callable[[str], None] | None = None,
        on_state: Callable[[bool], None] = lambda recovering: None,
        on_level: Callable[[Level], None] = lambda level: None,
    ) -> None:
        self._reactor = reactor
        self._clock: Clock = clock if clock is not None else reactor
        self._device = device
        self._latency_ms = latency_ms
        self._buffer_s = buffer_s
        self._max_captured_bytes = round(buffer_s * BYTES_PER_SECOND)
        self._fail_if_missing = fail_if_missing
        self._pool = pool
        self._on_notice = on_notice
        self._on_failure = on_failure or on_notice
        self._on_state = on_state
        self._on_level = on_level
        self.report_levels = False
        self._meter = LevelMeter()

        self._current: CaptureChild | None = None
        self._standby_child: CaptureChild | None = None  # opened beside one that gives nothing
        self._children: set[CaptureChild] = set()  # these two, and those that are closing
        self._current_watchdog = Watchdog(self._clock, self._on_stall)
        self._standby_watchdog = Watchdog(self._clock, self._on_standby_hang)
        self._retry_timer: Any = None
        self._failure_count = 0  # children since sound last came
        self._had_server = False  # there was a sound server
        self._opened = False
        self._recovering = False
        self._last_failure_notice = ""  # the last notice of something missing, which is not repeated
        self._source: dict[str, Any] | None = None
        self._zero_bytes = 0
        self._zeros_timeout = ZEROS_TIMEOUT
        self._zeros_reported = False

        self._captured: deque[bytes] = deque()
        self._captured_bytes = 0
        self._overrun_count = 0
        self._delivering = False
        self._sink: Callable[[bytes], Deferred[None]] | None = None
        self._ended: Deferred[AudioEnd] | None = None
        self._open_waiters: list[Deferred[None]] = []
        self._stopped = False

    # The port

    @property
    def overruns(self) -> int:
        """Blocks lost so far: dropped because a buffer was full, or by the sound system."""
        return self._overrun_count

    @property
    def is_recovering(self) -> bool:
        """Whether no sound can be had at the moment."""
        return self._recovering and not self._stopped

    @property
    def source(self) -> str:
        """Name of the microphone that is, or was last, in use, "" if there was none."""
        return "" if self._source is None else str(self._source["name"])

    @property
    def pid(self) -> int | None:
        """Number of the process that captures at the moment, None where there is none."""
        return None if self._current is None else self._current.pid

    def start(self, sink: Callable[[bytes], Deferred[None]]) -> Deferred[AudioEnd]:
        """Open the microphone."""
        self._sink = sink
        self._ended = ended = Deferred[AudioEnd]()
        self._open()
        return ended

    def when_capturing(self) -> Deferred[None]:
        """Fires when everything that is said from then on is heard, or when that has to be waited for, which a notice
        says, or when it ends."""
        opening = Deferred[None]()
        if self._opened or self._recovering or self._ended is None:
            opening.callback(None)
        else:
            self._open_waiters.append(opening)
        return opening

    def stop(self) -> None:
        """Close the microphone; what was captured is still delivered."""
        if self._stopped:
            return
        self._stopped = True
        self._current_watchdog.stop()
        self._close_standby()
        if self._retry_timer is not None:
            self._retry_timer.cancel()
            self._retry_timer = None
        for child in self._children:
            child.close(self._clock)
        self._deliver()

    # Children

    def _spawn(self) -> CaptureChild | None:
        request = {
            "device": self._device,
            "latency_ms": self._latency_ms,
            "buffer_seconds": self._buffer_s,
            "required": self._fail_if_missing and not self._opened,
            "server": self._had_server,
        }
        child = self._pool.take() if self._pool is not None else None
        try:
            if child is None:
                child = CaptureChild(self._audio_received, self._status_received, self._child_ended)
                child.spawn(self._reactor, request)
            else:
                child.on_audio, child.on_status, child.on_end = (
                    self._audio_received,
                    self._status_received,
                    self._child_ended,
                )
                child.send_request(request)
        except OSError as error:
            self._report_no_sound(f"the process that captures sound cannot be started: {error.strerror}")
            return None
        self._children.add(child)
        return child

    def _open(self) -> None:
        self._retry_timer = None
        self._current = self._spawn()
        if self._current is None:
            self._open_later()
        else:
            self._current_watchdog.start(OPENING_TIMEOUT)

    def _open_later(self) -> None:
        delay = RETRY_DELAYS_S[min(self._failure_count, len(RETRY_DELAYS_S) - 1)]
        self._failure_count += 1
        if delay:
            self._retry_timer = self._clock.callLater(delay, self._open)
        else:
            self._open()

    def _open_standby(self) -> None:
        self._close_standby()
        self._standby_child = self._spawn()
        if self._standby_child is not None:
            self._standby_watchdog.start(OPENING_TIMEOUT)

    def _close_standby(self) -> None:
        self._standby_watchdog.stop()
        other, self._standby_child = self._standby_child, None
        if other is not None:
            other.close(self._clock)

    def _switch_to_standby(self) -> None:
        """The other one has sound; what it has captured since it was opened is kept for this moment."""
        self._standby_watchdog.stop()
        former, self._current, self._standby_child = self._current, self._standby_child, None
        if former is not None:
            former.close(self._clock)
        assert self._current is not None
        self._current.is_flowing = bool(self._current.buffered)
        self._current_watchdog.start(STALL_TIMEOUT if self._current.is_flowing else OPENING_TIMEOUT)
        if self._current.source is not None:
            self._set_source(self._current.source)
        while self._current.buffered:
            self._accept_block(self._current.buffered.popleft())

    def _child_ended(self, child: CaptureChild) -> None:
        self._children.discard(child)
        if self._stopped:
            self._deliver()
        elif child is self._standby_child:
            self._standby_child = None
            self._standby_watchdog.stop()
            if self._recovering:
                self._standby_watchdog.start(OPENING_TIMEOUT)  # then the next
        elif child is self._current:
            self._current = None
            self._current_watchdog.stop()
            self._child_lost(child)

    def _child_lost(self, child: CaptureChild) -> None:
        if (
            not self._opened
            and self._fail_if_missing
            and (child.is_error and not child.end_reason.startswith("the process"))
        ):
            self._fail(AudioError(child.end_reason))
            return
        if not self._opened and self._fail_if_missing and self._failure_count >= MAX_START_FAILURES:
            self._fail(AudioError(f"the microphone cannot be opened: {child.end_reason}"))
            return
        if not self._opened and self._fail_if_missing:
            self._open_later()
            return
        self._report_no_sound(
            child.end_reason if child.is_error else f"the microphone was lost: {child.end_reason}; it is waited for"
        )
        if self._standby_child is not None:
            self._switch_to_standby()
        else:
            self._open_later()

    # What they say

    def _status_received(self, child: CaptureChild, status: dict[str, Any]) -> None:
        self._overrun_count += status.get("overruns", 0)
        if self._stopped:
            return
        if child is self._standby_child:
            if "waiting" in status:
                self._standby_watchdog.stop()
            elif "source" in status:
                self._standby_watchdog.start(OPENING_TIMEOUT)
        elif child is self._current:
            if "waiting" in status:
                self._current_watchdog.stop()
                if not (self._recovering and status["waiting"] == "the sound server"):  # it was said that it went
                    self._report_no_sound(f"there is no sound: {status['waiting']} is waited for")
            elif "source" in status:
                if not child.is_flowing:
                    self._current_watchdog.start(FIRST_SOUND_TIMEOUT)
                self._set_source(status["source"])

    def _set_source(self, source: dict[str, Any]) -> None:
        former, self._source = self._source, source
        self._had_server = self._had_server or source["server"]
        if not self._opened:
            self._opened = True
            self._fire_opening()
        name = source["name"]
        if former is None or source["id"] != former["id"]:
            self._zeros_timeout = ZEROS_TIMEOUT
        if not source["chosen"] and (former is None or former["chosen"]):
            self._on_notice(f"the microphone {self._device} is not there: listening to {name} until it is")
        elif former is not None and source["id"] != former["id"]:
            self._on_notice(f"the microphone is now {name}")
        if source["muted"] and not (former is not None and former["muted"] and former["id"] == source["id"]):
            self._zeros_reported = True
            self._on_failure(f"the microphone {name} is muted")
        elif former is not None and former["muted"] and not source["muted"]:
            self._zero_bytes = 0
            self._zeros_reported = False

    def _report_no_sound(self, notice: str) -> None:
        """There is no sound."""
        if notice != self._last_failure_notice:
            self._last_failure_notice = notice
            self._on_failure(notice)
        if not self._recovering:
            self._recovering = True
            self._fire_opening()
            self._on_state(True)

    def _report_sound(self) -> None:
        """There is sound."""
        self._failure_count = 0
        if self._recovering:
            self._recovering = False
            self._last_failure_notice = ""
            self._on_notice(f"there is sound again, from the microphone {self.source}")
            self._on_state(False)

    # Sound

    def _audio_received(self, child: CaptureChild, block: bytes) -> None:
        if child is self._current:
            if self._stopped:
                self._enqueue(block)
                self._deliver()
                return
            if not child.is_flowing or not self._current_watchdog.is_running:
                child.is_flowing = True
                self._current_watchdog.start(STALL_TIMEOUT)
            if self._standby_child is not None and (not self._zeros_reported or any(block)):
                self._close_standby()  # it was only slow
            self._current_watchdog.feed()
            self._accept_block(block)
        elif child is self._standby_child and not self._stopped:
            self._standby_watchdog.stop()
            if not child.buffered:
                self._clock.callLater(FAILOVER_GRACE_S, self._choose_source, child)
            child.buffered.append(block)

    def _choose_source(self, standby_child: CaptureChild) -> None:
        """Another microphone has been heard for some time while this one gave nothing."""
        if standby_child is not self._standby_child or self._stopped:
            return
        if self._zeros_reported and not self._recovering and not any(map(any, standby_child.buffered)):
            self._close_standby()  # no better
        else:
            self._switch_to_standby()

    def _accept_block(self, block: bytes) -> None:
        if self._current is not None and self._current.source is not None:  # it says so just after the first block
            self._report_sound()
        self._count_zeros(block)
        if self.report_levels and (level := self._meter.measure(block)) is not None:
            self._on_level(level)
        self._enqueue(block)
        self._deliver()

    def _count_zeros(self, block: bytes) -> None:
        if block.count(0) != len(block):
            if self._zeros_reported:
                self._zeros_reported = False
                self._zeros_timeout = min(2 * self._zeros_timeout, MAX_ZEROS_TIMEOUT)
                self._on_notice(f"the microphone {self.source} is heard again")
            self._zero_bytes = 0
            return
        self._zero_bytes += len(block)
        if self._zero_bytes >= self._zeros_timeout * BYTES_PER_SECOND and not self._zeros_reported:
            self._zeros_reported = True
            self._on_failure(f"the microphone {self.source} gives nothing, not even noise: is it muted?")
            self._open_standby()

    def _on_stall(self) -> None:
        child = self._current
        if child is None or self._stopped:
            return
        if child.source is None:
            child.kill()  # it has not got as far as that
            return
        self._report_no_sound("the microphone gives no sound; it is opened again")
        self._open_standby()

    def _on_standby_hang(self) -> None:
        if self._standby_child is not None:
            self._standby_child.kill()
            self._standby_child = None
        if self._recovering:
            self._open_standby()

    # To the sink

    def _enqueue(self, block: bytes) -> None:
        if self._captured_bytes + len(block) > self._max_captured_bytes:
            self._overrun_count += 1
        else:
            self._captured.append(block)
            self._captured_bytes += len(block)

    def _deliver(self) -> None:
        if not self._delivering and self._ended is not None:
            self._delivering = True
            self._deliver_all().addErrback(self._sink_failed)

    @inlineCallbacks
    def _deliver_all(self) -> Generator[Deferred[None], None, None]:
        assert self._sink is not None
        while self._captured:
            block = self._captured.popleft()
            self._captured_bytes -= len(block)
            yield self._sink(block)
        self._delivering = False
        if self._stopped and not self._children and self._ended is not None:
            ended, self._ended = self._ended, None
            if self._pool is not None:
                self._pool.prepare()
            ended.callback(AudioEnd.STOPPED)
            self._fire_opening()

    def _sink_failed(self, failure: Any) -> None:
        self._fail(failure.value)

    def _fail(self, error: Exception) -> None:
        """The sink takes no more, or there is no microphone."""
        ended, self._ended = self._ended, None
        self.stop()
        self._captured.clear()
        if ended is not None:
            ended.errback(error)
        self._fire_opening()  # whoever waits for that can know why it ended

    def _fire_opening(self) -> None:
        opening, self._open_waiters = self._open_waiters, []
        for waiting in opening:
            waiting.callback(None)
