"""Conditions under which a phrase is a symbol rather than ordinary words: its pauses and neighbours."""

from __future__ import annotations

import enum
from collections.abc import Sequence, Set
from dataclasses import dataclass


class Condition(enum.Enum):
    """Condition under which a phrase is a symbol, and not ordinary words. The value is its name in the TOML file."""

    ANYWHERE = "anywhere"
    """Always."""
    NOT_AFTER_ARTICLE = "not after article"
    """Not after an article: "a dash" is words."""
    BETWEEN_LETTERS = "between letters"
    """Between words that end and begin with letters, and not after an article."""
    BETWEEN_DIGITS = "between digits"
    """Between digits."""
    BETWEEN_PAUSES = "between pauses"
    """With a pause, or the beginning or end of the utterance, on both sides."""
    AT_PAUSE = "at a pause"
    """With a pause, or the beginning or end of the utterance, on at least one side, and not after an article."""
    BEFORE_WORD = "before a word"
    """Before a word that is not a symbol, and not after an article."""
    NEVER = "never"
    """Never."""
    NOT_AS_NOUN = "not as a noun"
    """Not after an article, nor after a determiner in continuous speech."""


@dataclass(frozen=True, slots=True)
class PhrasePosition:
    """Words ``start`` to ``end`` of an utterance, where a phrase may be.

    tokens: case-folded words of the utterance.
    pause_before: positions of words after a pause; None if unknown, as for typed words and unfinished utterances.
    """

    tokens: Sequence[str]
    start: int
    end: int
    pause_before: Set[int] | None = None

    @property
    def previous_word(self) -> str:
        """Word before the phrase, "" at the beginning."""
        return self.tokens[self.start - 1] if self.start else ""

    @property
    def next_word(self) -> str:
        """Word after the phrase, "" at the end."""
        return self.tokens[self.end] if self.end < len(self.tokens) else ""

    @property
    def is_unbroken(self) -> bool:
        """True if no pause is inside the phrase."""
        return not self.pause_before or not any(
            position in self.pause_before for position in range(self.start + 1, self.end)
        )

    @property
    def starts_after_pause(self) -> bool:
        """True if the phrase begins the utterance or follows a pause."""
        return self.start == 0 or self._is_pause(self.start)

    @property
    def ends_before_pause(self) -> bool:
        """True if the phrase ends the utterance or a pause follows it."""
        return self.end >= len(self.tokens) or self._is_pause(self.end)

    @property
    def is_pause_before(self) -> bool:
        """True if a pause is known directly before the phrase."""
        return self._is_pause(self.start)

    @property
    def is_pause_after(self) -> bool:
        """True if a pause is known directly after the phrase."""
        return self._is_pause(self.end)

    @property
    def is_beside_digits(self) -> bool:
        """True if digits come directly before or after the phrase."""
        return self.previous_word[-1:].isdecimal() or self.next_word[:1].isdecimal()

    def _is_pause(self, position: int) -> bool:
        return self.pause_before is not None and position in self.pause_before


@dataclass(frozen=True, slots=True)
class ContextWords:
    """Words before a phrase that make it an ordinary word.

    articles: words after which a phrase is a symbol only if ANYWHERE, BETWEEN_PAUSES or BETWEEN_DIGITS holds.
    determiners: words after which a phrase with NOT_AS_NOUN is not a symbol in continuous speech. "this period was" is
        words, but "i like this period" ends a sentence.
    """

    articles: frozenset[str] = frozenset()
    determiners: frozenset[str] = frozenset()

    def holds(self, condition: Condition, position: PhrasePosition) -> bool:
        """Return True if a phrase with this condition is a symbol at ``position``."""
        if condition is Condition.ANYWHERE:
            return True
        if condition is Condition.NEVER:
            return False
        if condition is Condition.BETWEEN_PAUSES:
            return position.starts_after_pause and position.ends_before_pause
        previous, following = position.previous_word, position.next_word
        if condition is Condition.BETWEEN_DIGITS:
            return previous[-1:].isdecimal() and following[:1].isdecimal()
        if self.is_after_article(position):
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

    def is_after_article(self, position: PhrasePosition) -> bool:
        """Return True if an article makes the phrase a noun; between two equal symbols it is a word like others.

        "the hyphen" is a noun, but not in "state hyphen of hyphen the hyphen art".
        """
        tokens, start = position.tokens, position.start
        return position.previous_word in self.articles and not (start > 1 and tokens[start - 2] == tokens[start])

    def excludes(self, condition: Condition, position: PhrasePosition) -> bool:
        """Return True if the article before a phrase at ``position`` makes it words, whatever follows."""
        return self.is_after_article(position) and condition not in (
            Condition.ANYWHERE,
            Condition.BETWEEN_PAUSES,
            Condition.BETWEEN_DIGITS,
        )

    def depends_on_pauses(self, condition: Condition, position: PhrasePosition) -> bool:
        """Return True if only pauses, known after the end of the utterance, decide about a phrase at ``position``."""
        return condition is Condition.NOT_AS_NOUN and position.previous_word in self.determiners

    def depends_on_next_word(self, condition: Condition, position: PhrasePosition) -> bool:
        """Return True if the next word decides about a phrase at ``position``.

        Pauses are unknown until the utterance has ended. Live text does not wait for them, except for NOT_AS_NOUN.
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
