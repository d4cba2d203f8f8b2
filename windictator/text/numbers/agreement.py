"""Agreement of the numbers of one phrase, all in digits or all in words: "between 5 and 10", "two or three"."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from typing import NamedTuple

from windictator.text.numbers.cardinals import cardinal
from windictator.text.numbers.language import Link, NumberWords
from windictator.text.tokens import Tokens

_MAX_NUMBER_WORDS = 8
"""Maximum number of words of a number that is searched before a connector."""
_MAX_LINKED = 6
"""Maximum number of linked numbers that are examined in each direction."""


_RANGES = (Link.RANGE, Link.CHOICE, Link.PAIR)


class NumberKind(enum.Enum):
    """Kind of a number; only numbers of one kind agree, with one exception for TIME."""

    CARDINAL = enum.auto()
    """A cardinal, with or without a unit."""
    TIME = enum.auto()
    """A time of day; in "three to four p.m." the first one may be a cardinal."""
    ORDINAL = enum.auto()
    """An ordinal."""
    OTHER = enum.auto()
    """Dates and rows of digits, which agree with nothing."""


class NumberReading(NamedTuple):
    """A number as it is written without regard to other numbers.

    start, end: positions of its first word and after its last word.
    stays_in_words: True if it is written in words.
    value: value of a whole number that nothing forces into digits, else None.
    """

    start: int
    end: int
    text: str
    kind: NumberKind = NumberKind.OTHER
    stays_in_words: bool = False
    value: int | None = None


class Agreement:
    """Influence of linked numbers on the form of a number.

    read: function that returns the number at a position without regard to other numbers.
    """

    def __init__(self, language: NumberWords, read: Callable[[Tokens, int], NumberReading | None]) -> None:
        self._language = language
        self._read = read
        self._signs = {currency.sign for _, currency in language.currencies.items()}

    def wants_digits(self, tokens: Tokens, reading: NumberReading) -> bool:
        """Return True if a number in words is linked, directly or through others, with one in digits."""
        for step in (self.next_number, self._previous_number):
            number, found = 0, reading
            while number < _MAX_LINKED and (beside := next(step(tokens, found), None)):
                if not beside.stays_in_words:
                    return True
                number, found = number + 1, beside
        return False

    def shared_unit(self, tokens: Tokens, reading: NumberReading) -> tuple[int, str, str]:
        """Return what is said once after the last number, but belongs to ``reading`` too.

        The result is (factor, text before the number, text after it). "five to ten thousand dollars" is "$5000 to
        $10,000": (1000, "$", "").
        """
        if reading.value is None:
            return 1, "", ""
        for link, following in self._linked_after(tokens, reading):
            if link not in _RANGES:
                continue
            # "one to two hundred" starts at one, but "one or two hundred" at a hundred.
            factor = self._factor(tokens, reading, following) if link is not Link.RANGE or reading.value > 1 else 1
            if following.value is not None:
                _, sign, magnitude = self.shared_unit(tokens, following)
            else:
                sign = next((sign for sign in self._signs if following.text.startswith(sign)), "")
                magnitude = following.text.partition(" ")[2] if sign else ""
            return factor, sign, f" {magnitude.strip()}" if magnitude else ""
        return 1, "", ""

    def hour_of_24(self, tokens: Tokens, reading: NumberReading) -> int | None:
        """Return the hour that begins a range of times, on 24 hours like its end: "three to four p m".

        Returns None if ``reading`` is not followed by a time.
        """
        following = next(self.next_number(tokens, reading), None)
        if following is None or following.kind is not NumberKind.TIME or reading.value is None:
            return None
        last = int(following.text.partition(":")[0])
        first = reading.value % 12 + 12 * (last >= 12)
        return first if first <= last else (first + 12) % 24

    def _factor(self, tokens: Tokens, reading: NumberReading, following: NumberReading) -> int:
        """Return the hundred or thousand after the second number if it belongs to the first one too, else 1."""
        language = self._language
        whole = cardinal(tokens, following.start, language)
        if whole is None or tokens[whole.end - 1] not in language.multipliers_after_article:
            return 1
        small = cardinal(Tokens(tokens.words[: whole.end - 1]), following.start, language)
        if small is None or small.end != whole.end - 1 or not (reading.value or 0) < small.value < 100:
            return 1
        return whole.value // small.value

    def next_number(self, tokens: Tokens, reading: NumberReading) -> Iterator[NumberReading]:
        """Yield the numbers after ``reading`` that a connector links with it."""
        return (following for _, following in self._linked_after(tokens, reading))

    def _linked_after(self, tokens: Tokens, reading: NumberReading) -> Iterator[tuple[Link, NumberReading]]:
        for length, link in self._language.connectors.matches(tokens.words, reading.end):
            following = self._read(tokens, reading.end + length)
            if following is not None and self._is_linked(tokens, reading, link, following):
                yield link, following

    def _previous_number(self, tokens: Tokens, reading: NumberReading) -> Iterator[NumberReading]:
        """Yield the numbers before ``reading`` that a connector links with it."""
        links = self._language.connectors
        for length in range(1, min(links.max_words, reading.start) + 1):
            end = reading.start - length
            link = links.get(tuple(tokens.words[end : reading.start]))
            if link is None:
                continue
            for start in range(max(end - _MAX_NUMBER_WORDS, 0), end):
                before = self._read(tokens, start)
                if before is not None and before.end == end and self._is_linked(tokens, before, link, reading):
                    yield before

    def _is_linked(self, tokens: Tokens, before: NumberReading, link: Link, following: NumberReading) -> bool:
        """Return True if the two numbers agree."""
        language = self._language
        kinds = {before.kind, following.kind}
        if kinds == {NumberKind.CARDINAL, NumberKind.TIME}:
            hours = all(reading.value is None or 0 < reading.value <= 12 for reading in (before, following))
            return hours and link in _RANGES and (link is not Link.PAIR or self._is_pair(tokens, before))
        if len(kinds) > 1 or NumberKind.OTHER in kinds:
            return False
        if link is Link.PARTITIVE:  # "three of the ten", but "one of the ten"
            return before.kind is NumberKind.CARDINAL and tokens[before.start] != language.one
        if link is Link.ORDINALS:
            return before.kind is NumberKind.ORDINAL
        if link is Link.PAIR:  # "the one and twenty others", but "between one and twenty"
            return tokens[before.start] != language.one or self._is_pair(tokens, before)
        if link is Link.RATIO:  # "one in twenty", but "two in twenty minutes"
            return tokens[following.end] not in language.durations
        return True

    def _is_pair(self, tokens: Tokens, before: NumberReading) -> bool:
        return tokens[before.start - 1] in self._language.pair_triggers
