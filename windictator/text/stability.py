"""Decides how much of an unfinished utterance may be shown.

Successive partials of a recognizer disagree about the last words, rarely about older ones. Words that the last few
partials agree on are shown ("local agreement": Liu et al., Low-Latency Sequence-to-Sequence Speech Recognition,
2020) and stay until the final result, which alone may take them back.
"""

from __future__ import annotations

from collections import deque


class LocalAgreement:
    """Follows the partials of one utterance; make a new one for each.

    ``agreement``: how many successive partials must agree on a word, at least 1; a recognizer that has nothing new to
    say for a while repeats itself, and agrees. ``last_word_held``: never show a partial's last word, which is often cut
    off in its middle; where partials are repeated this makes words later, by a whole word, than it makes them surer.
    """

    def __init__(self, agreement: int, hide_last_word: bool = False) -> None:
        if agreement < 1:
            raise ValueError("agreement must be at least 1")
        self._recent: deque[list[str]] = deque(maxlen=agreement)
        self._hide_last_word = hide_last_word
        self._shown: list[str] = []

    def update(self, partial: str) -> str:
        """Take the next partial; return the words to show, single-spaced.

        Every result begins with the result before. Where a partial contradicts what is shown, nothing is added
        until the partials come back to it or the final result decides.
        """
        words = partial.split()
        self._recent.append(words[:-1] if self._hide_last_word else words)
        if len(self._recent) == self._recent.maxlen:
            agreed = _common_prefix(self._recent)
            if agreed[: len(self._shown)] == self._shown:
                self._shown = agreed
        return " ".join(self._shown)


class NoStabilisation:
    """Shows every partial as it is, changes and all; the same interface as ``LocalAgreement``."""

    def update(self, partial: str) -> str:
        """The words of the partial, single-spaced."""
        return " ".join(partial.split())


def _common_prefix(texts: deque[list[str]]) -> list[str]:
    agreed: list[str] = []
    for words in zip(*texts, strict=False):
        if any(word != words[0] for word in words):
            break
        agreed.append(words[0])
    return agreed
