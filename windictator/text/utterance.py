"""What a recognizer says about an utterance while and after it is spoken."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RecognizedWord:
    """One word of a final result.

    ``text``: the word as the recognizer's vocabulary spells it (lower case, no punctuation).
    ``start``, ``end``: seconds since the first audio frame of the session.
    ``confidence``: 0..1; 1.0 where the recognizer gives none.
    """

    text: str
    start: float = 0.0
    end: float = 0.0
    confidence: float = 1.0


Words = tuple[RecognizedWord, ...]


def join_words(words: Iterable[RecognizedWord]) -> str:
    """The words separated by single spaces."""
    return " ".join(word.text for word in words)


@dataclass(frozen=True, slots=True)
class Partial:
    """The best guess so far for an utterance that is still being spoken; any word may still change.

    ``utterance``: number of the utterance in the session, from 0, the same in its partials and its final.
    """

    utterance: int
    text: str


@dataclass(frozen=True, slots=True)
class Final:
    """The result for a finished utterance.

    ``words`` is empty where nothing but silence or noise was heard.
    """

    utterance: int
    words: Words

    @property
    def text(self) -> str:
        """The words separated by single spaces."""
        return join_words(self.words)


Hypothesis = Partial | Final
