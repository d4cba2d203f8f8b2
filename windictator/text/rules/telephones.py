"""Telephone numbers, card numbers and other long numbers that are said digit by digit or in pairs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from windictator.text.formatting import FormattedWord
from windictator.text.numbers.cardinals import value_of
from windictator.text.numbers.digits import spoken_digits
from windictator.text.numbers.language import NumberWords
from windictator.text.rules.rule import Match
from windictator.text.tokens import Tokens

_CARD_DIGITS, _CARD_GROUP = 16, 4
_MIN_WORDS = 5
"""Minimum number of words of a telephone number."""
_LOCAL_DIGITS = 7
_HUNDRED = 100
MAX_TRIGGER_DISTANCE = 3
"""Maximum number of words between "phone", "code" and the like and the number: "my code is", "call me on"."""


def north_american(digits: str) -> str | None:
    """Return a number of the North American Numbering Plan with its hyphens; None if it is another number.

    Area codes begin with 2 to 9 (NANPA, "NANP numbering resources").
    """
    country, area, rest = digits[:-10], digits[-10:-7], digits[-7:]
    if country not in ("", "1") or len(digits) < 10 or area[0] in "01":
        return None
    return "-".join(filter(None, (country, area, rest[:3], rest[3:])))


def plain(digits: str) -> str | None:
    """Return None: digits are not grouped."""
    return None


STYLES: Mapping[str, Callable[[str], str | None]] = {"north american": north_american, "plain": plain}
"""Ways to group telephone numbers, by the names in the settings."""


class Telephones:
    """``Rule`` for long numbers.

    language: words of numbers.
    style: key of STYLES.
    telephone_words: words before a telephone number: "call".
    code_words: words before a number whose parts are written without spaces: "port".
    between: words that may be between those and the number: "me", "on", "is".
    """

    name = "telephones"

    def __init__(
        self,
        language: NumberWords,
        style: str,
        telephone_words: Collection[str],
        code_words: Collection[str],
        between: Collection[str],
    ) -> None:
        self._language = language
        self._large = {word for word in language.multipliers if (value_of([word], language) or 0) > _HUNDRED}
        self._group = STYLES[style]
        self._is_grouped = style != "plain"
        self._telephone_words = frozenset(telephone_words)
        self._code_words = frozenset(code_words)
        self._between = frozenset(between)
        self.markers = language.counting | frozenset(language.digits)
        """Words of digits."""
        self.starters = self.markers.union(language.repeats)
        """The same, and words that repeat a digit."""

    def match(self, tokens: Tokens, position: int) -> Match | None:
        """Return the long number at ``position``."""
        language = self._language
        found = spoken_digits(tokens, position, language)
        if found is None:
            return None
        end, digits = found
        if tokens[end] in language.linking - language.symbols:
            return None  # "two hundred million"
        if not self._large.isdisjoint(tokens.words[position:end]):
            return None
        text = self._written(tokens, position, end, digits)
        return Match(end - position, (FormattedWord(text),)) if text else None

    def _written(self, tokens: Tokens, position: int, end: int, digits: str) -> str | None:
        words = end - position
        trigger = self._trigger(tokens, position)
        if len(digits) == _CARD_DIGITS and words >= _MIN_WORDS:
            return " ".join(digits[n : n + _CARD_GROUP] for n in range(0, _CARD_DIGITS, _CARD_GROUP))
        if trigger in self._code_words:
            return digits if words > 1 else None
        if words >= _MIN_WORDS and (grouped := self._group(digits)):
            return grouped
        if (
            self._is_grouped
            and len(digits) == _LOCAL_DIGITS
            and digits[0] not in "01"
            and trigger in self._telephone_words
        ):
            return f"{digits[:3]}-{digits[3:]}"
        return None

    def _trigger(self, tokens: Tokens, position: int) -> str:
        """Return the word before ``position`` that says what the number is, "" without one."""
        for before in range(position - 1, max(position - 2 - MAX_TRIGGER_DISTANCE, -1), -1):
            word = tokens[before]
            if word in self._telephone_words or word in self._code_words:
                return word
            if word not in self._between:
                break
        return ""

    def unstable_word_count(self, tokens: Sequence[str]) -> int:
        """Return 0: numbers at the end are unstable anyway."""
        return 0
