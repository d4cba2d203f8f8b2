"""A recognizer that is given speech only: silence costs nothing, and the end of an utterance is noticed early."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple, Protocol

from twisted.internet.defer import Deferred, succeed

from windictator.deferreds import Clock
from windictator.speech.activity_gate import EndOfUtterance, SpeechSegment, VoiceActivityGate
from windictator.speech.interfaces import Recognizer
from windictator.speech.vosk_worker import BYTES_PER_SAMPLE, SAMPLE_RATE
from windictator.text.utterance import Final, Hypothesis, RecognizedWord

RESTART_PAUSE_S = 2.0
"""Seconds of silence that are a pause: whoever has just stopped speaking may be about to go on."""


REFRESH_PAUSE_S = 30.0
"""Seconds of silence after which somebody else may speak, or into another microphone."""


class LoadedRecognizer(Recognizer, Protocol):
    """A recognizer whose memory can be given back; see ``VoskRecognizer``."""

    def finish(self, silence_s: float = 0.0) -> Deferred[None]:
        """See ``Recognizer``. ``silence_s``: seconds at the end of the utterance that are without voice."""

    def unload_model(self) -> Deferred[None]:
        """Give the memory back until the next sound. Fires when that is done."""

    def load_model(self) -> None:
        """Get ready again before there is sound."""

    def restart_if_large(self) -> None:
        """Begin afresh if it has grown too much."""

    def reset_adaptation(self) -> None:
        """Forget what it has adapted to, but for the last utterances."""


class _TimeOffset(NamedTuple):
    """From here on the recognizer's count of samples stands for the session's."""

    recognizer_sample: int
    session_sample: int


class VadRecognizer(Recognizer):
    """A ``Recognizer`` (see ``ports``) around one of 16 kHz mono s16le that recognises what a gate lets through.

    ``recognizer``: hears the passages, and is told to ``finish`` where the gate ends an utterance; where it ends one
    by itself, that holds too. ``gate``: its own, used by nobody else. ``unload_after``: seconds without speech, with
    the microphone open or not, after which the recognizer is unloaded, 0 for never; it may be up to twice as long.
    The times of words are those of the session, silence included.
    """

    def __init__(
        self, recognizer: LoadedRecognizer, gate: VoiceActivityGate, clock: Clock, *, unload_after_s: float = 0.0
    ) -> None:
        self._recognizer = recognizer
        self._gate = gate
        self._clock = clock
        self._unload_after_s = unload_after_s
        self._unload_timer: Any = None  # the next look whether there has been speech
        self._had_speech = False  # since the last
        self._restart_checked = False  # in this pause
        self._adaptation_reset = False  # in this pause too
        self._passed_samples = 0  # samples that the recognizer has been given
        self._next_sample = 0  # number in the session of the sample after those
        self._time_offsets = deque([_TimeOffset(0, 0)])
        self._on_hypothesis: Callable[[Hypothesis], None] | None = None

    def start(self, on_hypothesis: Callable[[Hypothesis], None], on_notice: Callable[[str], None]) -> Deferred[None]:
        """As the recognizer's."""
        self._on_hypothesis = on_hypothesis
        self._start_unload_timer()
        return self._recognizer.start(self._accept_hypothesis, on_notice)

    def feed(self, data: bytes) -> Deferred[None]:
        """Take sound of any length, cut anywhere. Fires when the recognizer has dealt with what the gate let through;
        at once where that is nothing."""
        let_through = self._feed_segments(self._gate.feed(data))
        self._maintain_in_silence()
        return let_through

    def finish(self) -> Deferred[None]:
        """The utterance ends here, without waiting for silence; as when a push-to-talk key is released."""
        return self._feed_segments(self._gate.end_utterance())

    def alternatives(self, utterance: int) -> Deferred[tuple[str, ...]]:
        """As the recognizer's."""
        return self._recognizer.alternatives(utterance)

    def stop(self) -> Deferred[None]:
        """As the recognizer's."""
        if self._unload_timer is not None:
            self._unload_timer.cancel()
            self._unload_timer = None
        self._unload_after_s = 0.0
        return self._recognizer.stop()

    def unload_model(self) -> Deferred[None]:
        """Give the recognizer's memory back, when nothing will be heard for long. Fires when that is done."""
        return self._recognizer.unload_model()

    def load_model(self) -> None:
        """Get the recognizer ready again before there is sound."""
        self._recognizer.load_model()

    def _maintain_in_silence(self) -> None:
        """Recycle in silence, once in each pause, and refresh once in each long one."""
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
        """Everything the recognizer is given is dealt with in order, so the last Deferred stands for all."""
        last: Deferred[None] | None = None
        for passage in segments:
            if last is not None:
                last.addErrback(lambda _failure: None)  # the last one fails likewise
            last = (
                self._finish_utterance(passage.silence_s)
                if isinstance(passage, EndOfUtterance)
                else self._feed_segment(passage)
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
        """No more words will come from before ``end``."""
        while len(self._time_offsets) > 1 and self._time_offsets[1].recognizer_sample <= end:
            self._time_offsets.popleft()

    def _accept_hypothesis(self, hypothesis: Hypothesis) -> None:
        assert self._on_hypothesis is not None
        if isinstance(hypothesis, Final):
            hypothesis = replace(hypothesis, words=tuple(map(self._to_session_time, hypothesis.words)))
        self._on_hypothesis(hypothesis)

    def _to_session_time(self, word: RecognizedWord) -> RecognizedWord:
        # A passage ends with its utterance, so no word reaches over a seam; rounding may.
        middle = (word.start + word.end) / 2 * SAMPLE_RATE
        seam = next(
            seam
            for seam in reversed(self._time_offsets)
            if seam.recognizer_sample <= middle or seam is self._time_offsets[0]
        )
        skipped = (seam.session_sample - seam.recognizer_sample) / SAMPLE_RATE
        return replace(word, start=word.start + skipped, end=word.end + skipped)
