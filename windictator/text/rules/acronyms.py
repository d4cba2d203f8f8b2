"""Acronyms that are said in letters: "b b c" is "BBC"."""

from __future__ import annotations

import string
from collections.abc import Callable, Collection, Mapping, Sequence

from windictator.text.formatting import FormattedWord, Formatting
from windictator.text.rules.rule import Match
from windictator.text.tokens import Tokens

MAX_LETTERS = 6
"""Maximum number of letters of an acronym that is not known; longer rows are something spelled."""
_ARTICLE, _PRONOUN = "a", "i"
"""Letters that are words too."""
LETTERS = frozenset(string.ascii_lowercase) - {_ARTICLE, _PRONOUN}
"""Letters that cannot be words."""


class Acronyms:
    """``Rule`` for rows of single letters.

    known: writings by their letters in lower case without spaces: "phd" is "PhD", "ie" is "i.e.".
    labels: words after which one letter is a name: "plan" as in "plan b".
    determiners: words after which no article or pronoun follows, so that the letters "a" and "i" belong to the acronym.
    """

    name = "acronyms"

    def __init__(
        self, known: Mapping[str, str], labels: Collection[str] = (), determiners: Collection[str] = ()
    ) -> None:
        self._known = known
        self._longest_known = max(map(len, known), default=0)
        self._labels = frozenset(labels)
        self._determiners = frozenset(determiners)
        self.markers = LETTERS | self._labels
        """Letters that cannot be words, and labels."""
        self.starters = LETTERS | {_ARTICLE, _PRONOUN}
        """All letters."""

    def match(self, tokens: Tokens, position: int) -> Match | None:
        """Return the acronym at ``position``, or a letter after a label."""
        if self._is_inside(tokens, position):
            return None
        found = self.read(tokens, position)
        if found is None:
            return self._after_label(tokens, position)
        end, text = found
        abbreviation = text.endswith(".")
        formatting = Formatting.AS_WRITTEN if text[0].islower() else Formatting.NONE
        if abbreviation:
            formatting |= Formatting.NO_SENTENCE
        return Match(end - position, (FormattedWord(text, formatting),))

    def read(self, tokens: Tokens, start: int) -> tuple[int, str] | None:
        """Return the acronym that begins with the letter at ``start``, as (end, text)."""
        end = letters_end(tokens, start)
        if plural := self._plural(tokens, start, end):
            return plural
        for known_end in range(min(end, start + self._longest_known), start + 1, -1):
            text = self._known.get("".join(tokens.words[start:known_end]))
            # The rest of the row must not be a part of the same word.
            if text is not None and (known_end == end or self._may_begin_word(tokens, known_end, end)):
                return known_end, text
        begin = start
        if tokens[start] in (_ARTICLE, _PRONOUN) and tokens[start - 1] not in self._determiners:
            return None if end - start < 3 or tokens[start] == _ARTICLE else self._unknown(tokens, begin, end)
        return self._unknown(tokens, begin, end)

    def _unknown(self, tokens: Tokens, start: int, end: int) -> tuple[int, str] | None:
        if tokens[end - 1] in (_ARTICLE, _PRONOUN) and tokens[end] and end - start < 3:
            end -= 1  # "vitamin c a day"
        if not 2 <= end - start <= MAX_LETTERS:
            return None
        return end, "".join(tokens.words[start:end]).upper()

    def _plural(self, tokens: Tokens, start: int, end: int) -> tuple[int, str] | None:
        """Return the plural or genitive of an acronym: "c p us" is "CPUs", "n g o's" is "NGO's"."""
        last = tokens[end]
        if end == start or tokens.has_pause_before(end) or len(last) not in (2, 3) or not last[0].isalpha():
            return None
        letters = "".join(tokens.words[start:end]) + last[0]
        if last[1:] == "'s":
            return end + 1, self._known.get(letters, letters.upper()) + "'s"
        if last[1:] == "s" and (text := self._known.get(letters)):
            return end + 1, text + "s"
        return None

    def _after_label(self, tokens: Tokens, position: int) -> Match | None:
        """Return the capital of one letter after a label: "plan b" is "plan B"."""
        letter = tokens[position]
        if tokens[position - 1] not in self._labels or tokens.has_pause_before(position):
            return None
        if letter in (_ARTICLE, _PRONOUN) and tokens[position + 1] and not tokens.has_pause_before(position + 1):
            return None  # "a plan a child would understand"
        return Match(1, (FormattedWord(letter.upper()),))

    def _may_begin_word(self, tokens: Tokens, position: int, end: int) -> bool:
        rest = "".join(tokens.words[position:end])
        return (
            rest in (_ARTICLE, _PRONOUN) or rest in self._known or (rest[0] in (_ARTICLE, _PRONOUN) and len(rest) > 2)
        )

    def _is_inside(self, tokens: Tokens, position: int) -> bool:
        """Return True if the letter before belongs to the same row; what begins there has been decided already."""
        before = tokens[position - 1]
        return is_letter(before) and before not in (_ARTICLE, _PRONOUN) and not tokens.has_pause_before(position)

    def unstable_word_count(self, tokens: Sequence[str]) -> int:
        """Return the number of letters at the end, with the word before the first if it may be a label."""
        return unstable_row(tokens, is_letter)


def is_letter(word: str) -> bool:
    """Return True if ``word`` is a single letter."""
    return len(word) == 1 and word.isalpha()


def letters_end(tokens: Tokens, start: int) -> int:
    """Return the position after the row of letters that begins at ``start``; a pause ends it."""
    end = start
    while is_letter(tokens[end]) and (end == start or not tokens.has_pause_before(end)):
        end += 1
    return end


def unstable_row(tokens: Sequence[str], belongs: Callable[[str], bool]) -> int:
    """Return the number of words at the end that belong to a row of letters and others, 0 without a letter in it.

    Live text does not wait after "a" and "i", which are rarely letters.
    """
    count = 0
    while count < len(tokens) and belongs(tokens[-1 - count]):
        count += 1
    return count if count and not LETTERS.isdisjoint(tokens[-count:]) else 0
