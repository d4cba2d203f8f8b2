"""Adaptation of the recognizer to the speaker: when to start it again, and with which sound.

Vosk adapts to the speaker and the background noise. A new process knows neither, so it first receives the end of the
last utterances, called the warm-up. Nothing that is recognised in it is delivered.
"""

from __future__ import annotations

from windictator.speech.pcm import SAMPLE_RATE
from windictator.speech.utterance_cache import UtteranceAudioCache, WarmUpRequest

WARM_UP_S = 8
"""Length of the warm-up, in seconds. With a full-size model, 4 s avoided half of the errors that an unknown speaker
causes. 8 s avoided all of them and cost 2 s of computing."""

READAPT_AFTER_S = 300
"""Sound after which the next pause is used to adapt again, in seconds. Vosk itself forgets the speaker after 600 s
(``Recognizer::CleanUp``), including the silence that ends each utterance."""

MAX_ADAPTED_S = 450
"""Sound after which the end of the next utterance is used to adapt again, in seconds, even without a pause."""


class Adaptation:
    """Record of the sound that the current process has adapted to.

    ``cache`` holds the sound of the last utterances.
    """

    def __init__(self, cache: UtteranceAudioCache) -> None:
        self._cache = cache
        self._adapted_samples = 0  # since the process last began to adapt
        self._can_warm_up = True  # False if a process crashed over the current warm-up sound

    def record_ready(self) -> None:
        """Record that a new process has begun, which knows no speaker."""
        self._adapted_samples = 0

    def record_sent(self, sample_count: int) -> None:
        """Record that the process received more sound."""
        self._adapted_samples += sample_count

    def record_crash(self) -> None:
        """Record that the process crashed over the warm-up; this sound is not used again."""
        self._can_warm_up = False

    def record_utterance(self) -> None:
        """Record that the cache holds a new utterance, so that the warm-up is another sound."""
        self._can_warm_up = True

    @property
    def has_adapted(self) -> bool:
        """Whether the process has received sound since it last began to adapt."""
        return self._adapted_samples > 0

    @property
    def is_due(self) -> bool:
        """Whether the next pause is to be used to adapt again."""
        return self._adapted_samples >= READAPT_AFTER_S * SAMPLE_RATE

    @property
    def is_overdue(self) -> bool:
        """Whether the end of the next utterance is to be used to adapt again."""
        return self._adapted_samples >= MAX_ADAPTED_S * SAMPLE_RATE

    def begin(self) -> WarmUpRequest | None:
        """Return the request by which the process adapts again, or None if it would change nothing."""
        sound = self._cache.latest(WARM_UP_S * SAMPLE_RATE) if self._can_warm_up else b""
        is_needed = bool(sound) or self.has_adapted
        self._adapted_samples = 0
        return WarmUpRequest(sound) if is_needed else None
