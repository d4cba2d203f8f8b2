"""House numbers and streets: "at one twenty three circle drive" is "at 123 Circle Drive"."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from windictator.text.formatting import FormattedWord
from windictator.text.numbers.cardinals import ordinal
from windictator.text.numbers.digits import spoken_digits
from windictator.text.numbers.language import NumberWords
from windictator.text.rules.rule import Match
from windictator.text.tokens import Tokens

MAX_NAME_WORDS = 3
"""Maximum number of words between a house number and the word for a street."""
_MIN_ORDINAL_IN_DIGITS = 10


class Streets:
    """``Rule`` for a house number with its street.

    language: words of numbers.
    streets: words for streets: "avenue".
    not_names: words that do not belong to a street's name, so that "at one thirty the street was" has no house number.
    """

    name = "streets"

    def __init__(self, language: NumberWords, streets: Collection[str], not_names: Collection[str]) -> None:
        self._language = language
        self._streets = frozenset(streets)
        self._not_names = frozenset(not_names)
        self.markers = self._streets
        """Words for streets."""
        self.starters = language.counting.union(language.digits)
        """Words that a house number begins with."""

    def match(self, tokens: Tokens, position: int) -> Match | None:
        """Return the house number at ``position`` with the street after it."""
        language = self._language
        if tokens[position - 1] == language.indefinite or ordinal(tokens, position, language):
            return None  # "a four hour drive", "twenty first avenue"
        number = self._house_number(tokens, position)
        if number is None or tokens.has_pause_before(number[0]):
            return None
        end, text = number
        if not (written := self._street(tokens, end)):
            return None
        street_end, words = written
        return Match(street_end - position, (FormattedWord(text), *words))

    def _house_number(self, tokens: Tokens, position: int) -> tuple[int, str] | None:
        found = spoken_digits(tokens, position, self._language)
        if found is None or tokens[found[0]] not in self._language.dashes:
            return found
        last = spoken_digits(tokens, found[0] + 1, self._language)
        return (last[0], f"{found[1]}-{last[1]}") if last else None

    def _street(self, tokens: Tokens, start: int) -> tuple[int, tuple[FormattedWord, ...]] | None:
        """Return the street that begins at ``start`` with at least one word of a name."""
        written: list[FormattedWord] = []
        position = start
        while len(written) <= MAX_NAME_WORDS and tokens[position] and not tokens.has_pause_before(position + 1):
            numbered = ordinal(tokens, position, self._language)
            if numbered is not None:
                in_digits = numbered.value >= _MIN_ORDINAL_IN_DIGITS
                words = [numbered.text] if in_digits else tokens.words[position : numbered.end]
                position = numbered.end
            elif tokens[position] in self._not_names or not tokens[position].replace("'", "").isalpha():
                return None
            else:
                words = [tokens[position]]
                position += 1
            written += [FormattedWord(word[0].upper() + word[1:]) for word in words]
            if tokens[position] in self._streets:
                street = tokens[position]
                return position + 1, (*written, FormattedWord(street[0].upper() + street[1:]))
        return None

    def unstable_word_count(self, tokens: Sequence[str]) -> int:
        """Return 0: live text does not wait for a street after each number, which it corrects if one comes."""
        return 0
