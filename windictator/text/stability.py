"""Stabilisation of partials: how much of an unfinished utterance may be typed already.

Successive partials of a recognizer disagree about the last words, rarely about older ones. Words on which the last few
partials agree are shown ("local agreement": Liu et al., Low-Latency Sequence-to-Sequence Speech Recognition, 2020).
They stay until the final result, which alone may take them back.
"""

from __future__ import annotations

from collections import deque


class LocalAgreement:
    """Stabilisation of one utterance; make a new object for each utterance.

    agreement: number of successive partials that must agree on a word, at least 1. A recognizer that has nothing new
        for a while repeats itself, which counts as agreement.
    hide_last_word: never show the last word of a partial, which is often incomplete. With repeated partials, this
        delays words by one word and makes them little more certain.
    """

    def __init__(self, agreement: int, hide_last_word: bool = False) -> None:
        if agreement < 1:
            raise ValueError("agreement must be at least 1")
        self._recent: deque[list[str]] = deque(maxlen=agreement)
        self._hide_last_word = hide_last_word
        self._shown: list[str] = []

    def update(self, partial: str) -> str:
        """Record the next partial; return the words to show, single-spaced.

        Every result begins with the result before. If a partial contradicts the shown words, nothing is added until a
        later partial, or the final result, agrees with them.
        """
        words = partial.split()
        self._recent.append(words[:-1] if self._hide_last_word else words)
        if len(self._recent) == self._recent.maxlen:
            agreed = _common_prefix(self._recent)
            if agreed[: len(self._shown)] == self._shown:
                self._shown = agreed
        return " ".join(self._shown)


class NoStabilisation:
    """Every partial as it is, with all changes; has the interface of ``LocalAgreement``."""

    def update(self, partial: str) -> str:
        """Return the words of the partial, single-spaced."""
        return " ".join(partial.split())


def _common_prefix(texts: deque[list[str]]) -> list[str]:
    agreed: list[str] = []
    for words in zip(*texts, strict=False):
        if any(word != words[0] for word in words):
            break
        agreed.append(words[0])
    return agreed
