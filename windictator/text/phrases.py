"""Map from phrases to meanings that finds the longest phrase at a position."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, KeysView, Mapping, Sequence
from typing import Generic, TypeVar

Meaning = TypeVar("Meaning")


class PhraseMap(Generic[Meaning]):
    """Phrases, as tuples of case-folded words, with their meanings.

    The cost of a look-up does not depend on the number of phrases. It depends on the number of different lengths of
    phrases with the same first word.
    """

    def __init__(self, phrases: Mapping[tuple[str, ...], Meaning]) -> None:
        self._phrases = dict(phrases)
        lengths: dict[str, set[int]] = {}
        self._beginnings: set[tuple[str, ...]] = set()
        for phrase in phrases:
            lengths.setdefault(phrase[0], set()).add(len(phrase))
            self._beginnings.update(phrase[:end] for end in range(1, len(phrase)))
        self.max_words: int = max(map(len, phrases), default=0)
        """Number of words in the longest phrase."""
        # Most first words have the same few lengths: ten thousand phrases share a handful of tuples.
        shared: dict[tuple[int, ...], tuple[int, ...]] = {}
        self._lengths = {
            first: shared.setdefault(descending := tuple(sorted(found, reverse=True)), descending)
            for first, found in lengths.items()
        }

    @property
    def first_words(self) -> KeysView[str]:
        """First words of all phrases: no phrase begins with any other word."""
        return self._lengths.keys()

    def items(self) -> Iterable[tuple[tuple[str, ...], Meaning]]:
        """Return all phrases with their meanings."""
        return self._phrases.items()

    def get(self, phrase: tuple[str, ...]) -> Meaning | None:
        """Return the meaning of exactly these words, None if they are not a phrase."""
        return self._phrases.get(phrase)

    def __len__(self) -> int:
        return len(self._phrases)

    def __contains__(self, phrase: tuple[str, ...]) -> bool:
        return phrase in self._phrases

    def words(self) -> frozenset[str]:
        """Return every word of every phrase."""
        return frozenset(word for phrase in self._phrases for word in phrase)

    def matches(self, words: Sequence[str], start: int) -> Iterator[tuple[int, Meaning]]:
        """Yield the phrases at ``start``, longest first, as (number of words, meaning).

        words: case-folded words; a ``start`` after the last one yields nothing.
        """
        if start >= len(words):
            return
        for length in self._lengths.get(words[start], ()):
            phrase = tuple(words[start : start + length])
            if phrase in self._phrases:
                yield len(phrase), self._phrases[phrase]

    def is_prefix(self, words: Sequence[str]) -> bool:
        """Return True if ``words`` begin a longer phrase."""
        return tuple(words) in self._beginnings
