"""A recognizer that is given speech only: silence costs nothing, and the end of an utterance is noticed early."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple, Protocol

from twisted.internet.defer import Deferred, succeed

from windictator.deferreds import Clock
from windictator.speech.activity_gate import BYTES_PER_SAMPLE, SAMPLE_RATE, EndOfUtterance, Passage, VoiceGate
from windictator.speech.interfaces import Recognizer
from windictator.text.utterance import Final, Hypothesis, RecognizedWord

RECYCLE_SECONDS = 2.0
"""Seconds of silence that are a pause: whoever has just stopped speaking may be about to go on."""


REFRESH_SECONDS = 30.0
"""Seconds of silence after which somebody else may speak, or into another microphone."""


class LoadedRecognizer(Recognizer, Protocol):
    """A recognizer whose memory can be given back; see ``VoskRecognizer``."""

    def finish(self, silence_s: float = 0.0) -> Deferred[None]:
        """See ``Recognizer``. ``silence_s``: seconds at the end of the utterance that are without voice."""

    def unload(self) -> Deferred[None]:
        """Give the memory back until the next sound. Fires when that is done."""

    def load(self) -> None:
        """Get ready again before there is sound."""

    def recycle(self) -> None:
        """Begin afresh if it has grown too much."""

    def refresh(self) -> None:
        """Forget what it has adapted to, but for the last utterances."""


class _Seam(NamedTuple):
    """From here on the recognizer's count of samples stands for the session's."""

    recognized: int
    session: int


class GatedRecognizer:
    """A ``Recognizer`` (see ``ports``) around one of 16 kHz mono s16le that recognises what a gate lets through.

    ``recognizer``: hears the passages, and is told to ``finish`` where the gate ends an utterance; where it ends one
    by itself, that holds too. ``gate``: its own, used by nobody else. ``unload_after``: seconds without speech, with
    the microphone open or not, after which the recognizer is unloaded, 0 for never; it may be up to twice as long.
    The times of words are those of the session, silence included.
    """

    def __init__(
        self, recognizer: LoadedRecognizer, gate: VoiceGate, clock: Clock, *, unload_after: float = 0.0
    ) -> None:
        self._recognizer = recognizer
        self._gate = gate
        self._clock = clock
        self._unload_after = unload_after
        self._unloading: Any = None  # the next look whether there has been speech
        self._spoken = False  # since the last
        self._recycled = False  # in this pause
        self._refreshed = False  # in this pause too
        self._passed = 0  # samples that the recognizer has been given
        self._next = 0  # number in the session of the sample after those
        self._seams = deque([_Seam(0, 0)])
        self._on_hypothesis: Callable[[Hypothesis], None] | None = None

    def start(self, on_hypothesis: Callable[[Hypothesis], None], on_notice: Callable[[str], None]) -> Deferred[None]:
        """As the recognizer's."""
        self._on_hypothesis = on_hypothesis
        self._watch_for_speech()
        return self._recognizer.start(self._hear, on_notice)

    def feed(self, data: bytes) -> Deferred[None]:
        """Take sound of any length, cut anywhere. Fires when the recognizer has dealt with what the gate let through;
        at once where that is nothing."""
        let_through = self._let_through(self._gate.feed(data))
        self._rest()
        return let_through

    def finish(self) -> Deferred[None]:
        """The utterance ends here, without waiting for silence; as when a push-to-talk key is released."""
        return self._let_through(self._gate.end())

    def alternatives(self, utterance: int) -> Deferred[tuple[str, ...]]:
        """As the recognizer's."""
        return self._recognizer.alternatives(utterance)

    def stop(self) -> Deferred[None]:
        """As the recognizer's."""
        if self._unloading is not None:
            self._unloading.cancel()
            self._unloading = None
        self._unload_after = 0.0
        return self._recognizer.stop()

    def unload(self) -> Deferred[None]:
        """Give the recognizer's memory back, when nothing will be heard for long. Fires when that is done."""
        return self._recognizer.unload()

    def load(self) -> None:
        """Get the recognizer ready again before there is sound."""
        self._recognizer.load()

    def _rest(self) -> None:
        """Recycle in silence, once in each pause, and refresh once in each long one."""
        silence = self._gate.silent_samples / SAMPLE_RATE
        pause = silence >= RECYCLE_SECONDS
        if pause and not self._recycled:
            self._recognizer.recycle()
        self._recycled = pause
        long_pause = silence >= REFRESH_SECONDS
        if long_pause and not self._refreshed:
            self._recognizer.refresh()
        self._refreshed = long_pause

    def _watch_for_speech(self) -> None:
        self._spoken = False
        if self._unload_after and self._unloading is None:
            self._unloading = self._clock.callLater(self._unload_after, self._look_for_speech)

    def _look_for_speech(self) -> None:
        self._unloading = None
        if self._spoken:
            self._watch_for_speech()
        else:
            self._recognizer.unload()

    def _let_through(self, passages: list[Passage | EndOfUtterance]) -> Deferred[None]:
        """Everything the recognizer is given is dealt with in order, so the last Deferred stands for all."""
        last: Deferred[None] | None = None
        for passage in passages:
            if last is not None:
                last.addErrback(lambda _failure: None)  # the last one fails likewise
            last = self._end(passage.silence_s) if isinstance(passage, EndOfUtterance) else self._pass(passage)
        return succeed(None) if last is None else last

    def _pass(self, passage: Passage) -> Deferred[None]:
        if self._unloading is None:
            self._watch_for_speech()
        self._spoken = True
        if passage.start != self._next:
            self._seams.append(_Seam(self._passed, passage.start))
        samples = len(passage.data) // BYTES_PER_SAMPLE
        self._passed += samples
        self._next = passage.start + samples
        return self._recognizer.feed(passage.data)

    def _end(self, silence_s: float) -> Deferred[None]:
        end = self._passed
        return self._recognizer.finish(silence_s).addCallback(lambda _none: self._forget_seams(end))

    def _forget_seams(self, end: int) -> None:
        """No more words will come from before ``end``."""
        while len(self._seams) > 1 and self._seams[1].recognized <= end:
            self._seams.popleft()

    def _hear(self, hypothesis: Hypothesis) -> None:
        assert self._on_hypothesis is not None
        if isinstance(hypothesis, Final):
            hypothesis = replace(hypothesis, words=tuple(map(self._in_session, hypothesis.words)))
        self._on_hypothesis(hypothesis)

    def _in_session(self, word: RecognizedWord) -> RecognizedWord:
        # A passage ends with its utterance, so no word reaches over a seam; rounding may.
        middle = (word.start + word.end) / 2 * SAMPLE_RATE
        seam = next(seam for seam in reversed(self._seams) if seam.recognized <= middle or seam is self._seams[0])
        skipped = (seam.session - seam.recognized) / SAMPLE_RATE
        return replace(word, start=word.start + skipped, end=word.end + skipped)
