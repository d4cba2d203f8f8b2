"""Where a phrase that is an ordinary word too stands for a mark, as its pauses and neighbours tell."""

from __future__ import annotations

import enum
from collections.abc import Sequence, Set
from dataclasses import dataclass


class When(enum.Enum):
    """Where a phrase is a mark; elsewhere it is ordinary words. The value is its name in the TOML file."""

    ANYWHERE = "anywhere"
    NOT_AFTER_ARTICLE = "not after article"
    BETWEEN_LETTERS = "between letters"
    BETWEEN_DIGITS = "between digits"
    APART = "apart"
    PAUSE = "pause"
    BEFORE_WORD = "before a word"
    NEVER = "never"
    NOT_AS_NOUN = "not as a noun"


@dataclass(frozen=True, slots=True)
class Place:
    """Words ``start`` to ``end`` of an utterance. ``heard``: its case-folded words; ``apart``: before which of them
    there is a pause, None where that is not known: of what is typed in place of said, and of what is still being said.
    """

    heard: Sequence[str]
    start: int
    end: int
    apart: Set[int] | None = None

    @property
    def previous(self) -> str:
        """The word before, "" at the beginning."""
        return self.heard[self.start - 1] if self.start else ""

    @property
    def following(self) -> str:
        """The word behind, "" at the end."""
        return self.heard[self.end] if self.end < len(self.heard) else ""

    @property
    def unbroken(self) -> bool:
        """Whether no pause is inside."""
        return not self.apart or not any(position in self.apart for position in range(self.start + 1, self.end))

    @property
    def begins(self) -> bool:
        """Whether a pause or the utterance's beginning comes before."""
        return self.start == 0 or self._is_pause(self.start)

    @property
    def ends(self) -> bool:
        """Whether a pause or the utterance's end comes behind."""
        return self.end >= len(self.heard) or self._is_pause(self.end)

    @property
    def beside_digits(self) -> bool:
        """Whether digits stand before or behind."""
        return self.previous[-1:].isdecimal() or self.following[:1].isdecimal()

    def _is_pause(self, position: int) -> bool:
        return self.apart is not None and position in self.apart


@dataclass(frozen=True, slots=True)
class Neighbours:
    """``articles``: words that no mark follows. ``determiners``: words that no NOT_AS_NOUN follows where speech is
    known to go on without a pause before and behind it: "this period was", but "i like this period"."""

    articles: frozenset[str] = frozenset()
    determiners: frozenset[str] = frozenset()

    def allow(self, when: When, place: Place) -> bool:
        """Whether a phrase at ``place`` is a mark."""
        if when is When.ANYWHERE:
            return True
        if when is When.NEVER:
            return False
        if when is When.APART:
            return place.begins and place.ends
        previous, following = place.previous, place.following
        if when is When.BETWEEN_DIGITS:
            return previous[-1:].isdecimal() and following[:1].isdecimal()
        if previous in self.articles:
            return False
        if when is When.BETWEEN_LETTERS:
            return previous[-1:].isalpha() and following[:1].isalpha()
        if when is When.BEFORE_WORD:
            return bool(following)
        if when is When.PAUSE:
            return place.begins or place.ends
        if when is When.NOT_AS_NOUN and previous in self.determiners and place.apart is not None:
            return place.begins or place.ends
        return True

    def wait_for_pauses(self, when: When, place: Place) -> bool:
        """Whether pauses alone, which are known when the utterance has ended, tell what a phrase at ``place`` means."""
        return when is When.NOT_AS_NOUN and place.previous in self.determiners

    def look_ahead(self, when: When, place: Place) -> bool:
        """Whether the word behind it decides about a phrase at ``place``.

        Of pauses nothing is known before the utterance has ended, so that they are not waited for as a rule.
        """
        if when is When.BETWEEN_DIGITS:
            return place.previous[-1:].isdecimal()
        if when is When.BETWEEN_LETTERS:
            return place.previous[-1:].isalpha() and place.previous not in self.articles
        if when is When.APART:
            return place.begins
        if when is When.PAUSE:
            return place.previous not in self.articles
        return when is When.BEFORE_WORD
