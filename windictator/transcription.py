"""From hypotheses to a text that is read, not typed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from windictator.text.context_adjust import START_OF_TEXT, Context, context_adjust
from windictator.text.formatting import tail_of
from windictator.text.grammar import Command, Grammar
from windictator.text.utterance import Final, Hypothesis
from windictator.text.vocabulary import Vocabulary

#: How many utterances can be taken back by saying "scratch that" again and again.
_HELD_UTTERANCES = 20


class _Utterance(NamedTuple):
    text: str
    start: float
    end: float
    confidence: float
    after: Context


class Transcription:
    """Hands out the text of each utterance as it would be typed: its punctuation, its capitals, the space before it.

    ``on_final(text, start, end, confidence)``: seconds of the recording, mean word confidence 0..1. "scratch that" is
    obeyed, so the last utterances are held back until others have followed or ``finish`` is called.
    """

    def __init__(self, vocabulary: Vocabulary, on_final: Callable[[str, float, float, float], None]) -> None:
        self._vocabulary = vocabulary
        self._grammar = Grammar(vocabulary)
        self._on_final = on_final
        self._held: deque[_Utterance] = deque()
        self._released = START_OF_TEXT

    def hear(self, hypothesis: Hypothesis) -> None:
        """Take the next hypothesis; only finals matter."""
        if not isinstance(hypothesis, Final):
            return
        meaning = self._grammar.parse(hypothesis.words)
        words = hypothesis.words
        # There is nothing here to send to sleep, and the like: other commands are words that were said.
        while isinstance(meaning, Command) and meaning.name == "scratch":
            if self._held:
                self._held.pop()
            words = meaning.argument
            meaning = self._grammar.parse(words)
        if words:
            context = self._held[-1].after if self._held else self._released
            written = self._vocabulary.format(words)
            text, after = context_adjust(written, context)
            if tail := tail_of(written):  # there is no caret here that could go back
                text, after = text + tail, after.followed_by(tail)
            confidence = sum(word.confidence for word in words) / len(words)
            self._held.append(_Utterance(text, words[0].start, words[-1].end, confidence, after))
        if len(self._held) > _HELD_UTTERANCES:
            self._release()

    def finish(self) -> None:
        """Hand out what is still held."""
        while self._held:
            self._release()

    def _release(self) -> None:
        utterance = self._held.popleft()
        self._released = utterance.after
        self._on_final(utterance.text, utterance.start, utterance.end, utterance.confidence)
