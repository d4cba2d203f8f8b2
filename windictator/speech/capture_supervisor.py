"""Supervision of the processes that capture from the microphone: replacement and failover.

When no sound comes, a second process, the standby, is opened beside the current one, and the first to deliver sound is
kept. A sound server that was only busy still delivers to the current process what it had kept, so nothing is lost. What
a process captured before it ended is delivered, and so is the sound of the next process from its first block.
"""

from __future__ import annotations

from typing import Any, Protocol

from windictator.deferreds import Clock, Watchdog
from windictator.speech import microphone_messages
from windictator.speech.capture_client import CaptureChild
from windictator.speech.capture_pool import CaptureProcessPool
from windictator.speech.capture_status import CaptureEnd, CaptureSource, MissingPart
from windictator.speech.interfaces import AudioError
from windictator.speech.microphone_options import MicrophoneOptions
from windictator.speech.restart_policy import RetryDelays

FIRST_SOUND_TIMEOUT = 2.5
"""Time from opening a microphone to its first sound, in seconds; a source that slept needs two."""
STALL_TIMEOUT = 1.2
"""Time without sound after which a microphone has stalled, in seconds. Blocks take less than a tenth of it."""
OPENING_TIMEOUT = 6.0
"""Time in which a process must report something, in seconds, even if only that it waits."""
FAILOVER_GRACE_S = 0.3
"""Time that a stalled process has to deliver what it kept, in seconds, from the first sound of the standby."""
RETRY_DELAYS_S = (0.0, 0.1, 0.3, 1.0, 2.5, 5.0, 10.0)
"""Delays between the end of a process and the next, in seconds, as long as none captures; the last one repeats."""
MAX_START_FAILURES = 3
"""Number of processes that may crash before a microphone that must not be missing fails."""


class CaptureClient(Protocol):
    """Receiver of the sound."""

    @property
    def is_recovering(self) -> bool:
        """Whether there is no sound, and the user knows it."""

    @property
    def has_only_zeros(self) -> bool:
        """Whether the current process delivers nothing but zeros, and the user knows it."""

    def set_source(self, source: CaptureSource) -> None:
        """Use ``source`` from now on, or its new properties."""

    def accept_block(self, block: bytes, *, has_source: bool) -> None:
        """Process a block of sound. ``has_source``: whether the process has reported where the sound comes from."""

    def report_no_sound(self, message: str, missing: MissingPart = MissingPart.MICROPHONE) -> None:
        """Record that there is no sound.

        message: tells the user why; "" if the user knows it.
        missing: what must come first.
        """

    def fail(self, error: Exception) -> None:
        """End with an error."""

    def keep_block(self, block: bytes) -> None:
        """Deliver a block that was captured before the microphone was closed."""

    def children_ended(self) -> None:
        """Note that a process has ended after ``close``; ``CaptureSupervisor.is_ended`` says if it was the last."""


class CaptureSupervisor:
    """The current capture process, the standby if there is one, and those that are closing."""

    def __init__(
        self,
        reactor: Any,
        options: MicrophoneOptions,
        clock: Clock,
        pool: CaptureProcessPool | None,
        client: CaptureClient,
    ) -> None:
        self._reactor = reactor
        self._options = options
        self._clock = clock
        self._pool = pool
        self._client = client
        self._current: CaptureChild | None = None
        self._standby: CaptureChild | None = None
        self._children: set[CaptureChild] = set()
        self._current_watchdog = Watchdog(clock, self._on_stall)
        self._standby_watchdog = Watchdog(clock, self._on_standby_timeout)
        self._retry_delays = RetryDelays(RETRY_DELAYS_S)
        self._retry_timer: Any = None
        self._had_source = False
        self._had_server = False
        self._closed = False
        self.overrun_count = 0
        """Number of blocks that the processes lost."""

    @property
    def pid(self) -> int | None:
        """Process id of the current process, or None."""
        return None if self._current is None else self._current.pid

    @property
    def is_ended(self) -> bool:
        """Whether no process is left."""
        return not self._children

    def open(self) -> None:
        """Start a process that captures."""
        self._retry_timer = None
        self._current = self._spawn()
        if self._current is None:
            self._open_later()
        else:
            self._current_watchdog.start(OPENING_TIMEOUT)

    def close(self) -> None:
        """Close the microphone; the processes still deliver what they captured."""
        self._closed = True
        self._current_watchdog.stop()
        self._close_standby()
        if self._retry_timer is not None:
            self._retry_timer.cancel()
            self._retry_timer = None
        for child in self._children:
            child.close(self._clock)

    def sound_received(self) -> None:
        """Begin again with short delays, because sound comes."""
        self._retry_delays.reset()

    def open_standby(self) -> None:
        """Open another process, and switch to it if it delivers better sound."""
        self._close_standby()
        self._standby = self._spawn()
        if self._standby is not None:
            self._standby_watchdog.start(OPENING_TIMEOUT)

    @property
    def _is_missing_fatal(self) -> bool:
        return self._options.fail_if_missing and not self._had_source

    def _spawn(self) -> CaptureChild | None:
        request = {
            "device": self._options.device,
            "latency_ms": self._options.latency_ms,
            "buffer_s": self._options.buffer_s,
            "fail_if_missing": self._is_missing_fatal,
            "expect_server": self._had_server,
        }
        child = self._pool.take() if self._pool is not None else None
        callbacks = self._audio_received, self._status_received, self._child_ended
        try:
            if child is None:
                child = CaptureChild(*callbacks)
                child.spawn(self._reactor, request)
            else:
                child.on_audio, child.on_status, child.on_end = callbacks
                child.send_request(request)
        except OSError as error:
            self._client.report_no_sound(microphone_messages.cannot_start_process(error))
            return None
        self._children.add(child)
        return child

    def _open_later(self) -> None:
        delay = self._retry_delays.next_delay()
        if delay:
            self._retry_timer = self._clock.callLater(delay, self.open)
        else:
            self.open()

    def _close_standby(self) -> None:
        self._standby_watchdog.stop()
        standby, self._standby = self._standby, None
        if standby is not None:
            standby.close(self._clock)

    def _switch_to_standby(self) -> None:
        """Make the standby the current process, with the sound that it has captured since it was opened."""
        self._standby_watchdog.stop()
        former, self._current, self._standby = self._current, self._standby, None
        if former is not None:
            former.close(self._clock)
        assert self._current is not None
        self._current.is_flowing = bool(self._current.buffered)
        self._current_watchdog.start(STALL_TIMEOUT if self._current.is_flowing else OPENING_TIMEOUT)
        if self._current.source is not None:
            self._set_source(self._current.source)
        while self._current.buffered:
            self._accept_block(self._current.buffered.popleft())

    def _choose_process(self, standby: CaptureChild) -> None:
        """Switch to the standby, which has had sound for a while, unless it delivers only zeros too."""
        if standby is not self._standby or self._closed:
            return
        is_no_better = not any(map(any, standby.buffered))
        if self._client.has_only_zeros and not self._client.is_recovering and is_no_better:
            self._close_standby()
        else:
            self._switch_to_standby()

    # Events of the processes

    def _child_ended(self, child: CaptureChild) -> None:
        self._children.discard(child)
        if self._closed:
            self._client.children_ended()
        elif child is self._standby:
            self._standby = None
            self._standby_watchdog.stop()
            if self._client.is_recovering:
                self._standby_watchdog.start(OPENING_TIMEOUT)  # then the next
        elif child is self._current:
            self._current = None
            self._current_watchdog.stop()
            self._current_lost(child.end, child.end_detail)

    def _current_lost(self, end: CaptureEnd, detail: str) -> None:
        if self._is_missing_fatal:
            if end is CaptureEnd.REFUSED:
                self._client.fail(AudioError(detail))
            elif self._retry_delays.attempt_count >= MAX_START_FAILURES:
                self._client.fail(AudioError(microphone_messages.cannot_open(end, detail)))
            else:
                self._open_later()
            return
        missing = MissingPart.SOUND_SERVER if end is CaptureEnd.SERVER_LOST else MissingPart.MICROPHONE
        self._client.report_no_sound(microphone_messages.microphone_lost(end, detail), missing)
        if self._standby is not None:
            self._switch_to_standby()
        else:
            self._open_later()

    def _on_stall(self) -> None:
        child = self._current
        if child is None or self._closed:
            return
        if child.source is None:
            child.kill()  # it hangs while it opens the microphone
            return
        self._client.report_no_sound(microphone_messages.STALLED)
        self.open_standby()

    def _on_standby_timeout(self) -> None:
        if self._standby is not None:
            self._standby.kill()
            self._standby = None
        if self._client.is_recovering:
            self.open_standby()

    def _status_received(self, child: CaptureChild, status: dict[str, Any]) -> None:
        self.overrun_count += status.get("overruns", 0)
        if self._closed:
            return
        if child is self._standby:
            if "waiting" in status:
                self._standby_watchdog.stop()
            elif "source" in status:
                self._standby_watchdog.start(OPENING_TIMEOUT)
        elif child is self._current:
            if "waiting" in status:
                self._current_watchdog.stop()
                missing = MissingPart(status["waiting"])
                # The user knows it if the server ended: that is not said again.
                is_known = missing is MissingPart.SOUND_SERVER and self._client.is_recovering
                self._client.report_no_sound("" if is_known else microphone_messages.waiting_for(missing), missing)
            elif child.source is not None and "source" in status:
                if not child.is_flowing:
                    self._current_watchdog.start(FIRST_SOUND_TIMEOUT)
                self._set_source(child.source)

    def _set_source(self, source: CaptureSource) -> None:
        self._had_source = True
        self._had_server = self._had_server or source.has_server
        self._client.set_source(source)

    def _audio_received(self, child: CaptureChild, block: bytes) -> None:
        if child is self._current:
            if self._closed:
                self._client.keep_block(block)
                return
            if not child.is_flowing or not self._current_watchdog.is_running:
                child.is_flowing = True
                self._current_watchdog.start(STALL_TIMEOUT)
            if self._standby is not None and (not self._client.has_only_zeros or any(block)):
                self._close_standby()  # the current process was only slow
            self._current_watchdog.feed()
            self._accept_block(block)
        elif child is self._standby and not self._closed:
            self._standby_watchdog.stop()
            if not child.buffered:
                self._clock.callLater(FAILOVER_GRACE_S, self._choose_process, child)
            child.buffered.append(block)

    def _accept_block(self, block: bytes) -> None:
        has_source = self._current is not None and self._current.source is not None  # reported after the first block
        self._client.accept_block(block, has_source=has_source)
