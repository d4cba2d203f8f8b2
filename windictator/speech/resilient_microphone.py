"""Microphone that outlives its device, the sound server, and the process that captures from it.

``capture_supervisor`` replaces the processes. The sound server decides which source the sound comes from, as for every
program.

States of a ``ResilientMicrophone``:

========== ============================================================= =============================================
state      meaning                                                       next states
========== ============================================================= =============================================
NEW        not started                                                   ``start``: OPENING
OPENING    no process has reported a source yet                          source: CAPTURING; no sound: RECOVERING
CAPTURING  a source is known, and sound comes                            no sound: RECOVERING
RECOVERING no sound, and the user knows it; processes are tried in turn  sound: CAPTURING
STOPPING   processes are closing; what they captured is still delivered  all is delivered: ENDED
ENDED      the Deferred of ``start`` has fired                           none
========== ============================================================= =============================================

``stop`` leads from every state but ENDED to STOPPING. A failure leads to ENDED: of the sink, or of the first opening
if a missing microphone is an error.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred

from windictator.deferreds import Clock
from windictator.speech import microphone_messages
from windictator.speech.capture_pool import CaptureProcessPool
from windictator.speech.capture_status import CaptureSource, MissingPart
from windictator.speech.capture_supervisor import CaptureSupervisor
from windictator.speech.delivery_queue import DeliveryQueue
from windictator.speech.interfaces import AudioEnd, AudioSource
from windictator.speech.microphone_options import MicrophoneEvents, MicrophoneOptions
from windictator.speech.pcm import BYTES_PER_SAMPLE, SAMPLE_RATE
from windictator.speech.sound_level import LevelMeter
from windictator.speech.zeros_detector import SignalChange, ZerosDetector


class State(enum.Enum):
    """State of a ``ResilientMicrophone``; see the table in the docstring of the module."""

    NEW = enum.auto()
    OPENING = enum.auto()
    CAPTURING = enum.auto()
    RECOVERING = enum.auto()
    STOPPING = enum.auto()
    ENDED = enum.auto()


class ResilientMicrophone(AudioSource):
    """``AudioSource`` that does not end until it is stopped.

    ``reactor``: starts the processes (``IReactorProcess``).
    ``clock``: times all delays; the reactor if None.
    ``pool``: supplies the first process, and prepares another at the end; None for no pool.

    ``start`` fails with ``AudioError``. ``stop`` closes the microphone at once.
    """

    def __init__(
        self,
        reactor: Any,
        options: MicrophoneOptions | None = None,
        events: MicrophoneEvents | None = None,
        *,
        clock: Clock | None = None,
        pool: CaptureProcessPool | None = None,
    ) -> None:
        self._options = options if options is not None else MicrophoneOptions()
        self._events = events if events is not None else MicrophoneEvents()
        self._on_failure = self._events.on_failure or self._events.on_notice
        self._pool = pool
        self._supervisor = CaptureSupervisor(
            reactor, self._options, clock if clock is not None else reactor, pool, self
        )
        max_bytes = round(self._options.buffer_s * SAMPLE_RATE * BYTES_PER_SAMPLE)
        self._queue = DeliveryQueue(max_bytes, self._all_delivered, self.fail)
        self._meter = LevelMeter()
        self._zeros = ZerosDetector()
        self._state = State.NEW
        self._source: CaptureSource | None = None
        self._missing = MissingPart.MICROPHONE
        self._known_problem = ""
        self._last_failure = ""  # the last message about missing sound, which is not repeated
        self._ended: Deferred[AudioEnd] | None = None
        self._capture_waiters: list[Deferred[None]] = []

    # Interface AudioSource

    @property
    def overruns(self) -> int:
        """Number of blocks lost so far, by a full buffer or by the sound system."""
        return self._supervisor.overrun_count + self._queue.overrun_count

    @property
    def is_recovering(self) -> bool:
        """Whether there is no sound at the moment."""
        return self._state is State.RECOVERING

    @property
    def problem(self) -> str:
        """Why there is no sound at the moment, a few words; "" if there is sound."""
        if self._state is State.RECOVERING:
            return microphone_messages.waiting(self._missing, self._options.device or self.source)
        if self._state is not State.CAPTURING or self._source is None:
            return ""
        if self._source.is_muted:
            return microphone_messages.muted(self.source)
        return microphone_messages.no_signal(self.source) if self._zeros.is_reported else ""

    @property
    def source(self) -> str:
        """Name of the microphone that is or was last in use, "" if there was none."""
        return "" if self._source is None else self._source.name

    @property
    def pid(self) -> int | None:
        """Process id of the current capture process, or None."""
        return self._supervisor.pid

    def start(self, sink: Callable[[bytes], Deferred[None]]) -> Deferred[AudioEnd]:
        """Open the microphone and deliver its sound to ``sink``."""
        self._ended = ended = Deferred[AudioEnd]()
        self._queue.start(sink)
        if self._state is State.STOPPING:  # stopped before it was started
            self._queue.deliver()
        else:
            self._enter(State.OPENING)
            self._supervisor.open()
        return ended

    def when_capturing(self) -> Deferred[None]:
        """Fire when everything said from then on is captured, when a notice says that it is not, or at the end."""
        capturing = Deferred[None]()
        if self._state in (State.OPENING, State.STOPPING):
            self._capture_waiters.append(capturing)
        else:
            capturing.callback(None)
        return capturing

    def stop(self) -> None:
        """Close the microphone; what was captured is still delivered."""
        if self._state not in (State.STOPPING, State.ENDED):
            self._enter(State.STOPPING)
            self._supervisor.close()
            self._queue.deliver()

    # State

    def _enter(self, state: State) -> None:
        """Change the state; report the beginning or end of recovery, and release those who wait for sound."""
        former, self._state = self._state, state
        if state not in (State.OPENING, State.STOPPING):
            waiters, self._capture_waiters = self._capture_waiters, []
            for capturing in waiters:
                capturing.callback(None)
        if state is State.RECOVERING:
            self._events.on_state(True)
        elif former is State.RECOVERING and state is State.CAPTURING:
            self._events.on_state(False)
        self._report_problem()

    def _report_problem(self) -> None:
        former, self._known_problem = self._known_problem, self.problem
        if former != self._known_problem:
            self._events.on_problem()

    def _all_delivered(self) -> None:
        if self._state is State.STOPPING and self._supervisor.is_ended and self._ended is not None:
            ended, self._ended = self._ended, None
            if self._pool is not None:
                self._pool.prepare()
            ended.callback(AudioEnd.STOPPED)
            self._enter(State.ENDED)

    # Interface CaptureClient, for the supervisor

    @property
    def has_only_zeros(self) -> bool:
        """Whether the microphone delivers nothing but zeros, and the user knows it."""
        return self._zeros.is_reported

    def set_source(self, source: CaptureSource) -> None:
        """Use ``source`` from now on, and tell the user what changed."""
        former, self._source = self._source, source
        if self._state is State.OPENING:
            self._enter(State.CAPTURING)
        is_same = former is not None and former.id == source.id
        if not is_same:
            self._zeros.source_changed()
        if notice := microphone_messages.source_changed(former, source, self._options.device):
            self._events.on_notice(notice)
        was_muted = former is not None and former.is_muted
        if source.is_muted and not (was_muted and is_same):
            self._zeros.muted()
            self._on_failure(microphone_messages.muted(source.name))
        elif was_muted and not source.is_muted:
            self._zeros.unmuted()
        self._report_problem()

    def accept_block(self, block: bytes, *, has_source: bool) -> None:
        """Deliver a block of sound, and report what changed. A block without a source does not end recovery."""
        if has_source:
            self._report_sound()
        change = self._zeros.measure(block)
        if change is SignalChange.BACK:
            self._events.on_notice(microphone_messages.signal_is_back(self.source))
        elif change is SignalChange.LOST:
            self._on_failure(microphone_messages.only_zeros(self.source))
            self._supervisor.open_standby()
        if change is not None:
            self._report_problem()
        if self.report_levels and (level := self._meter.measure(block)) is not None:
            self._events.on_level(level)
        self._queue.add(block)

    def _report_sound(self) -> None:
        self._supervisor.sound_received()
        if self._state is State.RECOVERING:
            self._last_failure = ""
            self._events.on_notice(microphone_messages.sound_is_back(self.source))
            self._enter(State.CAPTURING)

    def report_no_sound(self, message: str, missing: MissingPart = MissingPart.MICROPHONE) -> None:
        """Begin to recover; ``message`` tells the user why and is not repeated. ``missing``: what must come first."""
        self._missing = missing
        if message and message != self._last_failure:
            self._last_failure = message
            self._on_failure(message)
        if self._state is not State.RECOVERING:
            self._enter(State.RECOVERING)
        self._report_problem()

    def keep_block(self, block: bytes) -> None:
        """Deliver a block that was captured before the microphone was closed."""
        self._queue.add(block)

    def children_ended(self) -> None:
        """End if everything has been delivered."""
        self._queue.deliver()

    def fail(self, error: Exception) -> None:
        """End with ``error``, because the sink failed or there is no microphone."""
        ended, self._ended = self._ended, None
        self.stop()
        self._queue.close()
        if ended is not None:
            ended.errback(error)
        self._enter(State.ENDED)
