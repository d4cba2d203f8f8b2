"""Numbers of one phrase in one form: "between 5 and 10", "two or three", "$5 to $10"."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from typing import NamedTuple

from windictator.text.numbers.cardinals import cardinal
from windictator.text.numbers.language import Link, NumberWords, Spoken

_LONGEST = 8
"""Words of a number that is looked for before a link."""
_MOST_LINKED = 6
"""Numbers in a row that are looked at in either direction."""


_RANGES = (Link.RANGE, Link.CHOICE, Link.PAIR)


class Kind(enum.Enum):
    """What numbers go together."""

    CARDINAL = enum.auto()
    TIME = enum.auto()
    """"Three to four p.m.": the first may be a cardinal."""
    ORDINAL = enum.auto()
    OTHER = enum.auto()
    """Dates, rows of digits: each by itself."""


class Reading(NamedTuple):
    """A number as it would be written by itself. ``stays``: in words. ``value``: of a whole number that nothing asks
    to be in digits, None for any other."""

    start: int
    end: int
    text: str
    kind: Kind = Kind.OTHER
    stays: bool = False
    value: int | None = None


class Agreement:
    """What the numbers that a number is linked with say of its form. ``read``: the number at a place by itself."""

    def __init__(self, language: NumberWords, read: Callable[[Spoken, int], Reading | None]) -> None:
        self._language = language
        self._read = read
        self._signs = {currency.sign for _, currency in language.currencies.items()}

    def wants_digits(self, spoken: Spoken, reading: Reading) -> bool:
        """Whether a number that would stay in words is linked, over others perhaps, with one in digits."""
        for step in (self.behind, self._before):
            number, found = 0, reading
            while number < _MOST_LINKED and (beside := next(step(spoken, found), None)):
                if not beside.stays:
                    return True
                number, found = number + 1, beside
        return False

    def shared(self, spoken: Spoken, reading: Reading) -> tuple[int, str, str]:
        """What is said once, behind the last number, and belongs to ``reading`` too: "five to ten thousand dollars" is
        $5000 to $10,000. A factor, and what is written before and behind the number."""
        if reading.value is None:
            return 1, "", ""
        for link, behind in self._linked_behind(spoken, reading):
            if link not in _RANGES:
                continue
            # "one to two hundred" are many, "one or two hundred" some more.
            factor = self._factor(spoken, reading, behind) if link is not Link.RANGE or reading.value > 1 else 1
            if behind.value is not None:
                _, sign, magnitude = self.shared(spoken, behind)
            else:
                sign = next((sign for sign in self._signs if behind.text.startswith(sign)), "")
                magnitude = behind.text.partition(" ")[2] if sign else ""
            return factor, sign, f" {magnitude.strip()}" if magnitude else ""
        return 1, "", ""

    def hour_of_24(self, spoken: Spoken, reading: Reading) -> int | None:
        """The hour that begins a time from one to the other, on 24 hours as the other: "three to four p m"; None where
        ``reading`` is none."""
        behind = next(self.behind(spoken, reading), None)
        if behind is None or behind.kind is not Kind.TIME or reading.value is None:
            return None
        last = int(behind.text.partition(":")[0])
        first = reading.value % 12 + 12 * (last >= 12)
        return first if first <= last else (first + 12) % 24

    def _factor(self, spoken: Spoken, reading: Reading, behind: Reading) -> int:
        """The hundred or thousand behind the second number, where it is meant for the first too."""
        language = self._language
        whole = cardinal(spoken, behind.start, language)
        if whole is None or spoken[whole.end - 1] not in language.multipliers_after_article:
            return 1
        small = cardinal(Spoken(spoken.heard[: whole.end - 1]), behind.start, language)
        if small is None or small.end != whole.end - 1 or not (reading.value or 0) < small.value < 100:
            return 1
        return whole.value // small.value

    def behind(self, spoken: Spoken, reading: Reading) -> Iterator[Reading]:
        """The number that a link behind ``reading`` leads to."""
        return (behind for _, behind in self._linked_behind(spoken, reading))

    def _linked_behind(self, spoken: Spoken, reading: Reading) -> Iterator[tuple[Link, Reading]]:
        for length, link in self._language.links.at(spoken.heard, reading.end):
            behind = self._read(spoken, reading.end + length)
            if behind is not None and self._holds(spoken, reading, link, behind):
                yield link, behind

    def _before(self, spoken: Spoken, reading: Reading) -> Iterator[Reading]:
        """The number that a link before ``reading`` leads to."""
        links = self._language.links
        for length in range(1, min(links.longest, reading.start) + 1):
            end = reading.start - length
            link = links.get(tuple(spoken.heard[end : reading.start]))
            if link is None:
                continue
            for start in range(max(end - _LONGEST, 0), end):
                before = self._read(spoken, start)
                if before is not None and before.end == end and self._holds(spoken, before, link, reading):
                    yield before

    def _holds(self, spoken: Spoken, before: Reading, link: Link, behind: Reading) -> bool:
        """Whether the two go together."""
        language = self._language
        kinds = {before.kind, behind.kind}
        if kinds == {Kind.CARDINAL, Kind.TIME}:
            hours = all(reading.value is None or 0 < reading.value <= 12 for reading in (before, behind))
            return hours and link in _RANGES and (link is not Link.PAIR or self._is_pair(spoken, before))
        if len(kinds) > 1 or Kind.OTHER in kinds:
            return False
        if link is Link.PART:  # "three of the ten", but "one of the ten"
            return before.kind is Kind.CARDINAL and spoken[before.start] != language.one
        if link is Link.ORDINALS:
            return before.kind is Kind.ORDINAL
        if link is Link.PAIR:  # "the one and twenty others", but "between one and twenty"
            return spoken[before.start] != language.one or self._is_pair(spoken, before)
        if link is Link.SHARE:  # "one in twenty", but "two in twenty minutes"
            return spoken[behind.end] not in language.durations
        return True

    def _is_pair(self, spoken: Spoken, before: Reading) -> bool:
        return spoken[before.start - 1] in self._language.pair_cues
