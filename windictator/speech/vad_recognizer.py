"""Recognizer that receives only speech, so that silence costs nothing and utterances end early."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple, Protocol

from twisted.internet.defer import Deferred, succeed

from windictator.deferreds import Clock
from windictator.speech.activity_gate import EndOfUtterance, SpeechSegment, VoiceActivityGate
from windictator.speech.interfaces import Recognizer
from windictator.speech.pcm import BYTES_PER_SAMPLE, SAMPLE_RATE
from windictator.text.utterance import Final, Hypothesis, RecognizedWord

RESTART_PAUSE_S = 2.0
"""Silence that is a pause, in seconds; a speaker who has just stopped may be about to go on."""


REFRESH_PAUSE_S = 30.0
"""Silence after which another person may speak, or use another microphone, in seconds."""


class LoadedRecognizer(Recognizer, Protocol):
    """Recognizer whose memory can be released, such as ``VoskRecognizer``."""

    def finish(self, silence_s: float = 0.0) -> Deferred[None]:
        """End the utterance. ``silence_s``: length of the known silence at its end (seconds)."""

    def unload_model(self) -> Deferred[None]:
        """Release the memory until the next sound; fire when this is done."""

    def load_model(self) -> None:
        """Load the model again before there is sound."""

    def restart_if_large(self) -> None:
        """Restart the process if it has grown too much."""

    def reset_adaptation(self) -> None:
        """Forget the speaker except for the last utterances."""


class _TimeOffset(NamedTuple):
    """Sample of the recognizer that corresponds to a sample of the session."""

    recognizer_sample: int
    session_sample: int


class VadRecognizer(Recognizer):
    """``Recognizer`` of 16 kHz mono s16le that passes the sound selected by a gate to another recognizer.

    ``recognizer``: receives the segments, and ``finish`` when the gate ends an utterance. It may end one earlier too.
    ``gate``: used only here.
    ``clock``: times ``unload_after_s``.
    ``unload_after_s``: time without speech after which the model is unloaded (seconds), 0 for never. It runs with the
    microphone open or closed, and may take up to twice as long.

    The times of words are those of the session, including the silence.
    """

    def __init__(
        self, recognizer: LoadedRecognizer, gate: VoiceActivityGate, clock: Clock, *, unload_after_s: float = 0.0
    ) -> None:
        self._recognizer = recognizer
        self._gate = gate
        self._clock = clock
        self._unload_after_s = unload_after_s
        self._unload_timer: Any = None  # the next check for speech
        self._had_speech = False  # since the last check
        self._restart_checked = False  # in this pause
        self._adaptation_reset = False  # in this pause
        self._passed_samples = 0  # passed to the recognizer
        self._next_sample = 0  # of the session, after these
        self._time_offsets = deque([_TimeOffset(0, 0)])
        self._on_hypothesis: Callable[[Hypothesis], None] | None = None

    def start(self, on_hypothesis: Callable[[Hypothesis], None], on_notice: Callable[[str], None]) -> Deferred[None]:
        """Start the recognizer; fire when it is ready, or fail with RecognizerError."""
        self._on_hypothesis = on_hypothesis
        self._start_unload_timer()
        return self._recognizer.start(self._accept_hypothesis, on_notice)

    def feed(self, data: bytes) -> Deferred[None]:
        """Process sound of any length, cut anywhere; fire when the recognizer has processed what the gate emitted.

        If the gate emits nothing, fire at once.
        """
        processed = self._feed_segments(self._gate.feed(data))
        self._maintain_in_silence()
        return processed

    def finish(self) -> Deferred[None]:
        """End the utterance without waiting for silence, for example when a push-to-talk key is released."""
        return self._feed_segments(self._gate.end_utterance())

    def alternatives(self, utterance: int) -> Deferred[tuple[str, ...]]:
        """Return the alternatives that the recognizer finds."""
        return self._recognizer.alternatives(utterance)

    def stop(self) -> Deferred[None]:
        """Stop the recognizer; fire when this is done."""
        if self._unload_timer is not None:
            self._unload_timer.cancel()
            self._unload_timer = None
        self._unload_after_s = 0.0
        return self._recognizer.stop()

    def unload_model(self) -> Deferred[None]:
        """Release the memory of the recognizer, because no speech is expected; fire when this is done."""
        return self._recognizer.unload_model()

    def load_model(self) -> None:
        """Load the model again before there is sound."""
        self._recognizer.load_model()

    def _maintain_in_silence(self) -> None:
        """Check the size of the process once in each pause, and adapt again once in each long one."""
        silence = self._gate.silent_sample_count / SAMPLE_RATE
        pause = silence >= RESTART_PAUSE_S
        if pause and not self._restart_checked:
            self._recognizer.restart_if_large()
        self._restart_checked = pause
        long_pause = silence >= REFRESH_PAUSE_S
        if long_pause and not self._adaptation_reset:
            self._recognizer.reset_adaptation()
        self._adaptation_reset = long_pause

    def _start_unload_timer(self) -> None:
        self._had_speech = False
        if self._unload_after_s and self._unload_timer is None:
            self._unload_timer = self._clock.callLater(self._unload_after_s, self._unload_unless_speech)

    def _unload_unless_speech(self) -> None:
        self._unload_timer = None
        if self._had_speech:
            self._start_unload_timer()
        else:
            self._recognizer.unload_model()

    def _feed_segments(self, segments: list[SpeechSegment | EndOfUtterance]) -> Deferred[None]:
        """Pass the segments on; the recognizer works in order, so its last Deferred stands for all."""
        last: Deferred[None] | None = None
        for segment in segments:
            if last is not None:
                last.addErrback(lambda _failure: None)  # the last one fails for the same reason
            last = (
                self._finish_utterance(segment.silence_s)
                if isinstance(segment, EndOfUtterance)
                else self._feed_segment(segment)
            )
        return succeed(None) if last is None else last

    def _feed_segment(self, segment: SpeechSegment) -> Deferred[None]:
        if self._unload_timer is None:
            self._start_unload_timer()
        self._had_speech = True
        if segment.start_sample != self._next_sample:
            self._time_offsets.append(_TimeOffset(self._passed_samples, segment.start_sample))
        samples = len(segment.data) // BYTES_PER_SAMPLE
        self._passed_samples += samples
        self._next_sample = segment.start_sample + samples
        return self._recognizer.feed(segment.data)

    def _finish_utterance(self, silence_s: float) -> Deferred[None]:
        end = self._passed_samples
        return self._recognizer.finish(silence_s).addCallback(lambda _none: self._forget_time_offsets(end))

    def _forget_time_offsets(self, end: int) -> None:
        """Forget the offsets before ``end``, because no more words come from there."""
        while len(self._time_offsets) > 1 and self._time_offsets[1].recognizer_sample <= end:
            self._time_offsets.popleft()

    def _accept_hypothesis(self, hypothesis: Hypothesis) -> None:
        assert self._on_hypothesis is not None
        if isinstance(hypothesis, Final):
            hypothesis = replace(hypothesis, words=tuple(map(self._to_session_time, hypothesis.words)))
        self._on_hypothesis(hypothesis)

    def _to_session_time(self, word: RecognizedWord) -> RecognizedWord:
        # A segment ends with its utterance, so no word reaches over the border; only rounding may.
        middle = (word.start + word.end) / 2 * SAMPLE_RATE
        offset = next(
            offset
            for offset in reversed(self._time_offsets)
            if offset.recognizer_sample <= middle or offset is self._time_offsets[0]
        )
        skipped = (offset.session_sample - offset.recognizer_sample) / SAMPLE_RATE
        return replace(word, start=word.start + skipped, end=word.end + skipped)
