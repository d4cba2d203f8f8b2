"""Where a phrase that is an ordinary word too stands for a mark, as its pauses and neighbours tell."""

from __future__ import annotations

import enum
from collections.abc import Sequence, Set
from dataclasses import dataclass


class Condition(enum.Enum):
    """Where a phrase is a mark; elsewhere it is ordinary words. The value is its name in the TOML file."""

    ANYWHERE = "anywhere"
    NOT_AFTER_ARTICLE = "not after article"
    BETWEEN_LETTERS = "between letters"
    BETWEEN_DIGITS = "between digits"
    BETWEEN_PAUSES = "between pauses"
    AT_PAUSE = "at a pause"
    BEFORE_WORD = "before a word"
    NEVER = "never"
    NOT_AS_NOUN = "not as a noun"


@dataclass(frozen=True, slots=True)
class PhrasePosition:
    """Words ``start`` to ``end`` of an utterance. ``heard``: its case-folded words; ``apart``: before which of them
    there is a pause, None where that is not known: of what is typed in place of said, and of what is still being said.
    """

    tokens: Sequence[str]
    start: int
    end: int
    pause_before: Set[int] | None = None

    @property
    def previous_word(self) -> str:
        """The word before, "" at the beginning."""
        return self.tokens[self.start - 1] if self.start else ""

    @property
    def next_word(self) -> str:
        """The word behind, "" at the end."""
        return self.tokens[self.end] if self.end < len(self.tokens) else ""

    @property
    def is_unbroken(self) -> bool:
        """Whether no pause is inside."""
        return not self.pause_before or not any(
            position in self.pause_before for position in range(self.start + 1, self.end)
        )

    @property
    def starts_after_pause(self) -> bool:
        """Whether a pause or the utterance's beginning comes before."""
        return self.start == 0 or self._is_pause(self.start)

    @property
    def ends_before_pause(self) -> bool:
        """Whether a pause or the utterance's end comes behind."""
        return self.end >= len(self.tokens) or self._is_pause(self.end)

    @property
    def is_beside_digits(self) -> bool:
        """Whether digits stand before or behind."""
        return self.previous_word[-1:].isdecimal() or self.next_word[:1].isdecimal()

    def _is_pause(self, position: int) -> bool:
        return self.pause_before is not None and position in self.pause_before


@dataclass(frozen=True, slots=True)
class ContextWords:
    """``articles``: words that no mark follows. ``determiners``: words that no NOT_AS_NOUN follows where speech is
    known to go on without a pause before and behind it: "this period was", but "i like this period"."""

    articles: frozenset[str] = frozenset()
    determiners: frozenset[str] = frozenset()

    def holds(self, condition: Condition, position: PhrasePosition) -> bool:
        """Whether a phrase at ``place`` is a mark."""
        if condition is Condition.ANYWHERE:
            return True
        if condition is Condition.NEVER:
            return False
        if condition is Condition.BETWEEN_PAUSES:
            return position.starts_after_pause and position.ends_before_pause
        previous, following = position.previous_word, position.next_word
        if condition is Condition.BETWEEN_DIGITS:
            return previous[-1:].isdecimal() and following[:1].isdecimal()
        if previous in self.articles:
            return False
        if condition is Condition.BETWEEN_LETTERS:
            return previous[-1:].isalpha() and following[:1].isalpha()
        if condition is Condition.BEFORE_WORD:
            return bool(following)
        if condition is Condition.AT_PAUSE:
            return position.starts_after_pause or position.ends_before_pause
        if condition is Condition.NOT_AS_NOUN and previous in self.determiners and position.pause_before is not None:
            return position.starts_after_pause or position.ends_before_pause
        return True

    def depends_on_pauses(self, condition: Condition, position: PhrasePosition) -> bool:
        """Whether pauses alone, which are known when the utterance has ended, tell what a phrase at ``place`` means."""
        return condition is Condition.NOT_AS_NOUN and position.previous_word in self.determiners

    def depends_on_next_word(self, condition: Condition, position: PhrasePosition) -> bool:
        """Whether the word behind it decides about a phrase at ``place``.

        Of pauses nothing is known before the utterance has ended, so that they are not waited for as a rule.
        """
        if condition is Condition.BETWEEN_DIGITS:
            return position.previous_word[-1:].isdecimal()
        if condition is Condition.BETWEEN_LETTERS:
            return position.previous_word[-1:].isalpha() and position.previous_word not in self.articles
        if condition is Condition.BETWEEN_PAUSES:
            return position.starts_after_pause
        if condition is Condition.AT_PAUSE:
            return position.previous_word not in self.articles
        return condition is Condition.BEFORE_WORD
