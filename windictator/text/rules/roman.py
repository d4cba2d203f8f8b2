"""Roman numerals on request: "roman numeral two" is "II"."""

from __future__ import annotations

from collections.abc import Sequence

from windictator.text.formatting import FormattedWord
from windictator.text.numbers.cardinals import cardinal
from windictator.text.numbers.language import NumberWords
from windictator.text.rules.rule import Match
from windictator.text.tokens import Tokens

MAX_VALUE = 3999
_SIGNS = (
    *((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X")),
    *((9, "IX"), (5, "V"), (4, "IV"), (1, "I")),
)


class RomanNumerals:
    """``Rule`` for a number after words that ask for a Roman numeral.

    language: words of numbers.
    phrases: phrases that ask for it: ("roman", "numeral").
    """

    name = "roman numerals"

    def __init__(self, language: NumberWords, phrases: Sequence[tuple[str, ...]]) -> None:
        self._language = language
        self._phrases = sorted(phrases, key=len, reverse=True)
        self.markers = self.starters = frozenset(phrase[0] for phrase in phrases)
        """First words of the phrases."""

    def match(self, tokens: Tokens, position: int) -> Match | None:
        """Return the Roman numeral that is asked for at ``position``."""
        for phrase in self._phrases:
            end = position + len(phrase)
            if tuple(tokens.words[position:end]) != phrase:
                continue
            number = cardinal(tokens, end, self._language)
            if number is not None and 0 < number.value <= MAX_VALUE:
                return Match(number.end - position, (FormattedWord(roman(number.value)),))
        return None

    def unstable_word_count(self, tokens: Sequence[str]) -> int:
        """Return the length of a beginning of a phrase at the end; the number after it is unstable anyway."""
        for phrase in self._phrases:
            for length in range(len(phrase), 0, -1):
                if tuple(tokens[-length:]) == phrase[:length]:
                    return length
        return 0


def roman(value: int) -> str:
    """Return a number from 1 to ``MAX_VALUE`` as a Roman numeral."""
    text = ""
    for worth, sign in _SIGNS:
        count, value = divmod(value, worth)
        text += sign * count
    return text
