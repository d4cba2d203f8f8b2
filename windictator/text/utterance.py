"""Results of a recognizer, during an utterance and after it."""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RecognizedWord:
    """One word of a final result.

    text: spelling of the recognizer's vocabulary (lower case, no punctuation).
    start, end: seconds since the first audio frame of the session.
    confidence: 0 to 1; 1.0 if the recognizer gives none.
    """

    text: str
    start: float = 0.0
    end: float = 0.0
    confidence: float = 1.0


Words = tuple[RecognizedWord, ...]
"""Recognised words of one utterance."""


def join_words(words: Iterable[RecognizedWord]) -> str:
    """Return the words separated by single spaces."""
    return " ".join(word.text for word in words)


@dataclass(frozen=True, slots=True)
class Partial:
    """Best guess so far for an utterance in progress; any word of it may still change.

    utterance: number of the utterance in the session, from 0; its partials and its final have the same number.
    """

    utterance: int
    text: str


@dataclass(frozen=True, slots=True)
class Final:
    """Result for a finished utterance.

    words: empty if the recognizer heard silence or noise only.
    text: the words separated by single spaces.
    """

    utterance: int
    words: Words
    text: str = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", join_words(self.words))


Hypothesis = Partial | Final
"""Any result of a recognizer."""
