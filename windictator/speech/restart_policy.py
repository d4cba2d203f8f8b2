"""Policies for starting a child process again: how long to wait, and when to give up. They start nothing themselves."""

from __future__ import annotations

import enum
from collections.abc import Sequence

MODEL_RETRY_DELAYS_S = (0.5, 1.0, 2.0, 5.0)
"""Delays between attempts to load a model that could be loaded before, in seconds; the last one repeats."""


class RetryDelays:
    """Delays before each further attempt; the last delay repeats."""

    def __init__(self, delays_s: Sequence[float]) -> None:
        self._delays_s = delays_s
        self.attempt_count = 0
        """Number of delays taken since the last ``reset``."""
        self.total_s = 0.0
        """Sum of these delays, in seconds."""

    def next_delay(self) -> float:
        """Return the delay before the next attempt, in seconds."""
        delay = self._delays_s[min(self.attempt_count, len(self._delays_s) - 1)]
        self.attempt_count += 1
        self.total_s += delay
        return delay

    def reset(self) -> None:
        """Begin again with the first delay, because an attempt succeeded."""
        self.attempt_count = 0
        self.total_s = 0.0


class Recovery(enum.Enum):
    """Reaction to the end of a recognizer process."""

    RESTART = enum.auto()
    """Start another process now."""
    WAIT = enum.auto()
    """Start another process after a delay: the model may come back."""
    DROP_AUDIO = enum.auto()
    """Drop the audio that the process crashes over, then start another process."""
    GIVE_UP = enum.auto()
    """Report a failure."""


class WorkerRestartPolicy:
    """Decisions after each end of a recognizer process.

    ``max_crashes``: number of crashes over the same audio before this audio is dropped. It also limits the number of
    dropped pieces in a row, and of processes that crash before they are ready.
    ``reload_timeout_s``: time during which a model that could be loaded before is tried again (seconds).
    """

    def __init__(self, max_crashes: int, reload_timeout_s: float) -> None:
        self._max_crashes = max_crashes
        self._reload_timeout_s = reload_timeout_s
        self._was_ready = False
        self._failed_start_count = 0
        self._crash_count = 0  # since new audio was last processed
        self._dropped_count = 0  # pieces of audio, since new audio was last processed
        self._reload_delays = RetryDelays(MODEL_RETRY_DELAYS_S)

    def reset(self) -> None:
        """Forget all failures, because the user starts the recognizer again."""
        self._failed_start_count = self._crash_count = self._dropped_count = 0
        self._reload_delays.reset()

    def record_ready(self) -> None:
        """Record that a process has loaded the model."""
        self._was_ready = True
        self._failed_start_count = 0
        self._reload_delays.reset()

    def record_progress(self) -> None:
        """Record that audio was processed for the first time."""
        self._crash_count = self._dropped_count = 0

    @property
    def is_waiting_for_model(self) -> bool:
        """Whether the model could not be loaded again since a process was last ready."""
        return self._reload_delays.attempt_count > 0

    def next_reload_delay(self) -> float:
        """Return the delay before the next attempt to load the model, in seconds."""
        return self._reload_delays.next_delay()

    def decide_after_failed_start(self, *, is_model_refused: bool) -> Recovery:
        """Return ``RESTART``, ``WAIT`` or ``GIVE_UP`` after a process ended before it was ready.

        ``is_model_refused`` says that Vosk refused the model, so that another attempt at once would fail too.
        """
        self._failed_start_count += 1
        if not is_model_refused and self._failed_start_count < self._max_crashes:
            return Recovery.RESTART
        if self._was_ready and self._reload_delays.total_s < self._reload_timeout_s:
            return Recovery.WAIT
        return Recovery.GIVE_UP

    def decide_after_crash(self, *, is_over_audio: bool) -> Recovery:
        """Return ``RESTART``, ``DROP_AUDIO`` or ``GIVE_UP`` after a process that was ready crashed.

        ``is_over_audio`` says that the process was working on audio of the current utterance.
        """
        self._crash_count += is_over_audio
        if self._crash_count < self._max_crashes:
            return Recovery.RESTART
        self._crash_count = 0
        self._dropped_count += 1
        return Recovery.GIVE_UP if self._dropped_count >= self._max_crashes else Recovery.DROP_AUDIO


class MemoryLimit:
    """Limit on the growth of a process, in bytes above its size when it was ready; 0 for no limit."""

    def __init__(self, max_growth_bytes: int) -> None:
        self._max_growth_bytes = max_growth_bytes
        self._initial_bytes = 0

    def record_ready(self, resident_bytes: int) -> None:
        """Record the size of a process that has loaded the model."""
        self._initial_bytes = resident_bytes

    def is_exceeded(self, resident_bytes: int) -> bool:
        """Return True if the process has grown too much."""
        return 0 < self._max_growth_bytes < resident_bytes - self._initial_bytes
