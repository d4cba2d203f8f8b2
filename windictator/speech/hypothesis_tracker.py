"""Hypotheses of a session: each is delivered once, however often its audio is recognised again."""

from __future__ import annotations

from windictator.speech.model_symbols import symbols_to_text
from windictator.speech.pcm import SAMPLE_RATE
from windictator.speech.vosk_configuration import DEFAULT_FRAMES_PER_CHUNK, FRAME_SAMPLES
from windictator.text.utterance import Final, Partial, RecognizedWord

PARTIAL_REPEAT_S = 0.15
"""Sound after which an unchanged partial is delivered again, in seconds. The decoder of stable words needs repetitions.
The interval is longer than the step in which Vosk decodes, because a repetition within a step says nothing new."""


class HypothesisTracker:
    """Partials and finals of a session, made from the answers of one process after another.

    ``frames_per_chunk``: number of 10 ms frames that Vosk decodes at a time, 0 for the default.
    """

    def __init__(self, frames_per_chunk: int = 0) -> None:
        step = (frames_per_chunk or DEFAULT_FRAMES_PER_CHUNK) * FRAME_SAMPLES
        self._repeat_samples = int(max(PARTIAL_REPEAT_S * SAMPLE_RATE, 1.1 * step))
        self.utterance = 0
        """Number of the current utterance."""
        self._partial = ""  # as last recognised, delivered or not
        self._delivered_partial = ""
        self._delivered_at_sample = 0

    @property
    def delivered_partial(self) -> str:
        """The partial of the current utterance that was delivered last."""
        return self._delivered_partial

    def forget_partial(self) -> None:
        """Forget the text of the former process; what was delivered stays known."""
        self._partial = ""

    def update_partial(self, symbols: str) -> None:
        """Record the partial that the process reports."""
        self._partial = symbols_to_text(symbols)

    def next_partial(self, end_sample: int) -> Partial | None:
        """Return the partial to deliver after the audio up to ``end_sample``, or None.

        A partial is delivered when it changes, and again while it stays the same (see ``PARTIAL_REPEAT_S``).
        """
        is_repeat_due = self._partial and end_sample - self._delivered_at_sample >= self._repeat_samples
        if self._partial == self._delivered_partial and not is_repeat_due:
            return None
        self._delivered_partial = self._partial
        self._delivered_at_sample = end_sample
        return Partial(self.utterance, self._partial)

    def end_utterance(self, words: tuple[RecognizedWord, ...]) -> Final | None:
        """Return the final to deliver, or None for silence.

        Vosk reports an empty result for every five seconds of silence. An empty final is needed only to take back a
        partial.
        """
        self._partial = ""
        if not words and not self._delivered_partial:
            return None
        final = Final(self.utterance, words)
        self.utterance += 1
        self._delivered_partial = ""
        return final
