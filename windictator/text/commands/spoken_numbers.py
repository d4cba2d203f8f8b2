"""Spoken numbers in commands: "twenty one", "two hundred and five", "12"."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from typing import Any

from windictator.text.quoting import quoted

_Below = Callable[[Sequence[str], int], Iterator[tuple[int, int]]]
_MULTIPLIERS = (100, 1000)
_MAX_VALUE = 1000
_MAX_DIGITS = 6
_JOINERS = "between"


class SpokenNumbers:
    """Words for numbers.

    words: values of case-folded words. A word for 100 or 1000 multiplies the number before it; tens may be followed by
        ones.
    conjunctions: words that may follow a hundred or a thousand, before the rest ("and").
    """

    def __init__(self, words: Mapping[str, int], conjunctions: frozenset[str] = frozenset()) -> None:
        self._words = dict(words)
        self._conjunctions = conjunctions

    def matches(self, tokens: Sequence[str], start: int, allowed: Container[int]) -> Iterator[tuple[int, int]]:
        """Yield the numbers at ``start`` that are ``allowed``, the longest first, as (number of words, value)."""
        for length, value in sorted(self._all_matches(tokens, start), reverse=True):
            if value in allowed:
                yield length, value

    def may_continue(self, tokens: Sequence[str], start: int) -> bool:
        """Return True if the words from ``start`` to the end begin a longer number, but are not a number."""
        if len(tokens) - start < 2 or tokens[-1] not in self._conjunctions:
            return False
        last = len(tokens) - 1
        return self._words.get(tokens[last - 1]) in _MULTIPLIERS and any(
            start + length == last for length, _ in self._all_matches(tokens, start)
        )

    def _all_matches(self, tokens: Sequence[str], start: int) -> Iterator[tuple[int, int]]:
        if start >= len(tokens):
            return
        word = tokens[start]
        if word.isascii() and word.isdecimal() and len(word) <= _MAX_DIGITS:
            yield 1, int(word)
        else:
            yield from self._multiplied(tokens, start, 1000, self._hundreds)

    def _hundreds(self, tokens: Sequence[str], start: int) -> Iterator[tuple[int, int]]:
        """Yield numbers below a thousand."""
        return self._multiplied(tokens, start, 100, self._below_hundred)

    def _multiplied(
        self, tokens: Sequence[str], start: int, multiplier: int, below: _Below
    ) -> Iterator[tuple[int, int]]:
        """Yield numbers of ``below``, alone and with the multiplier and the rest after it."""
        for length, value in below(tokens, start):
            yield length, value
            position = start + length
            if not 0 < value < multiplier or position == len(tokens) or self._words.get(tokens[position]) != multiplier:
                continue
            position += 1
            yield position - start, value * multiplier
            if position < len(tokens) and tokens[position] in self._conjunctions:
                position += 1
            for more, rest in below(tokens, position):
                if 0 < rest < multiplier:
                    yield position + more - start, value * multiplier + rest

    def _below_hundred(self, tokens: Sequence[str], start: int) -> Iterator[tuple[int, int]]:
        """Yield the number of one word, and of tens with ones."""
        value = self._words.get(tokens[start]) if start < len(tokens) else None
        if value is None:
            return
        yield 1, value
        following = self._words.get(tokens[start + 1], 0) if start + 1 < len(tokens) else 0
        if 20 <= value < 100 and value % 10 == 0 and 0 < following < 10:
            yield 2, value + following


def parse_numbers(table: Any) -> SpokenNumbers:
    """Return the table ``[numbers]`` of a file of commands. Raises ValueError, ``key: what is wrong``."""
    if not isinstance(table, dict):
        raise ValueError(": must be a table")
    joiners = table.get(_JOINERS, [])
    if not isinstance(joiners, list) or not all(isinstance(joiner, str) for joiner in joiners):
        raise ValueError(f".{_JOINERS}: must be a list of words")
    words: dict[str, int] = {}
    for word, value in table.items():
        if word == _JOINERS:
            continue
        if len(word.split()) != 1:
            raise ValueError(f": {quoted(word)} is not a single word")
        if type(value) is not int or not 0 <= value <= _MAX_VALUE:
            raise ValueError(f".{quoted(word)}: must be a whole number from 0 to {_MAX_VALUE}")
        words[word.strip().casefold()] = value
    return SpokenNumbers(words, frozenset(joiner.casefold() for joiner in joiners))
