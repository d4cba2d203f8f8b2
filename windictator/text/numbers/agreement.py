"""Numbers of one phrase in one form: "between 5 and 10", "two or three", "$5 to $10"."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from typing import NamedTuple

from windictator.text.numbers.cardinals import cardinal
from windictator.text.numbers.language import Link, NumberWords, Tokens

_MAX_NUMBER_WORDS = 8
"""Words of a number that is looked for before a link."""
_MAX_LINKED = 6
"""Numbers in a row that are looked at in either direction."""


_RANGES = (Link.RANGE, Link.CHOICE, Link.PAIR)


class NumberKind(enum.Enum):
    """What numbers go together."""

    CARDINAL = enum.auto()
    TIME = enum.auto()
    """"Three to four p.m.": the first may be a cardinal."""
    ORDINAL = enum.auto()
    OTHER = enum.auto()
    """Dates, rows of digits: each by itself."""


class NumberReading(NamedTuple):
    """A number as it would be written by itself. ``stays``: in words. ``value``: of a whole number that nothing asks
    to be in digits, None for any other."""

    start: int
    end: int
    text: str
    kind: NumberKind = NumberKind.OTHER
    stays_in_words: bool = False
    value: int | None = None


class Agreement:
    """What the numbers that a number is linked with say of its form. ``read``: the number at a place by itself."""

    def __init__(self, language: NumberWords, read: Callable[[Tokens, int], NumberReading | None]) -> None:
        self._language = language
        self._read = read
        self._signs = {currency.sign for _, currency in language.currencies.items()}

    def wants_digits(self, tokens: Tokens, reading: NumberReading) -> bool:
        """Whether a number that would stay in words is linked, over others perhaps, with one in digits."""
        for step in (self.next_number, self._previous_number):
            number, found = 0, reading
            while number < _MAX_LINKED and (beside := next(step(tokens, found), None)):
                if not beside.stays_in_words:
                    return True
                number, found = number + 1, beside
        return False

    def shared_unit(self, tokens: Tokens, reading: NumberReading) -> tuple[int, str, str]:
        """What is said once, behind the last number, and belongs to ``reading`` too: "five to ten thousand dollars" is
        $5000 to $10,000. A factor, and what is written before and behind the number."""
        if reading.value is None:
            return 1, "", ""
        for link, behind in self._linked_after(tokens, reading):
            if link not in _RANGES:
                continue
            # "one to two hundred" are many, "one or two hundred" some more.
            factor = self._factor(tokens, reading, behind) if link is not Link.RANGE or reading.value > 1 else 1
            if behind.value is not None:
                _, sign, magnitude = self.shared_unit(tokens, behind)
            else:
                sign = next((sign for sign in self._signs if behind.text.startswith(sign)), "")
                magnitude = behind.text.partition(" ")[2] if sign else ""
            return factor, sign, f" {magnitude.strip()}" if magnitude else ""
        return 1, "", ""

    def hour_of_24(self, tokens: Tokens, reading: NumberReading) -> int | None:
        """The hour that begins a time from one to the other, on 24 hours as the other: "three to four p m"; None where
        ``reading`` is none."""
        behind = next(self.next_number(tokens, reading), None)
        if behind is None or behind.kind is not NumberKind.TIME or reading.value is None:
            return None
        last = int(behind.text.partition(":")[0])
        first = reading.value % 12 + 12 * (last >= 12)
        return first if first <= last else (first + 12) % 24

    def _factor(self, tokens: Tokens, reading: NumberReading, following: NumberReading) -> int:
        """The hundred or thousand behind the second number, where it is meant for the first too."""
        language = self._language
        whole = cardinal(tokens, following.start, language)
        if whole is None or tokens[whole.end - 1] not in language.multipliers_after_article:
            return 1
        small = cardinal(Tokens(tokens.words[: whole.end - 1]), following.start, language)
        if small is None or small.end != whole.end - 1 or not (reading.value or 0) < small.value < 100:
            return 1
        return whole.value // small.value

    def next_number(self, tokens: Tokens, reading: NumberReading) -> Iterator[NumberReading]:
        """The number that a link behind ``reading`` leads to."""
        return (behind for _, behind in self._linked_after(tokens, reading))

    def _linked_after(self, tokens: Tokens, reading: NumberReading) -> Iterator[tuple[Link, NumberReading]]:
        for length, link in self._language.connectors.matches(tokens.words, reading.end):
            behind = self._read(tokens, reading.end + length)
            if behind is not None and self._is_linked(tokens, reading, link, behind):
                yield link, behind

    def _previous_number(self, tokens: Tokens, reading: NumberReading) -> Iterator[NumberReading]:
        """The number that a link before ``reading`` leads to."""
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
        """Whether the two go together."""
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
