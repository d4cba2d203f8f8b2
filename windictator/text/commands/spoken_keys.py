"""Spoken keys: "control shift t", "page down", "f five", "alpha"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from windictator.keyboard.chord import (
    KeyCombination,
    KeyCombinationError,
    lone_modifier,
    parse_combination,
    with_modifiers,
)
from windictator.text.phrases import PhraseMap
from windictator.text.quoting import quoted

MAX_COMBINATIONS = 6
"""Maximum number of key combinations in a row, and of modifiers in one combination."""


class Keys(tuple[KeyCombination, ...]):
    """Contents of a slot for keys: key combinations, pressed one after the other."""

    __slots__ = ()


class SpokenKeys:
    """Words for keys.

    phrases: key or modifier for each phrase of case-folded words.
    """

    def __init__(self, phrases: Mapping[tuple[str, ...], KeyCombination]) -> None:
        self._phrases = PhraseMap(phrases)

    def example(self) -> tuple[str, ...]:
        """Return the phrase of some key, else ()."""
        return next((phrase for phrase, chord in self._phrases.items() if not lone_modifier(chord)), ())

    def matches(self, tokens: Sequence[str], start: int) -> Iterator[tuple[int, Keys]]:
        """Yield the key combinations at ``start``, longest phrases first, as (number of words, combinations)."""
        for end, chords in self._sequences(tokens, start, MAX_COMBINATIONS):
            yield end - start, Keys(chords)

    def may_continue(self, tokens: Sequence[str], start: int) -> bool:
        """Return True if the words from ``start`` to the end are keys, or would be with more words."""
        return any(
            end == len(tokens) or self._phrases.is_prefix(tokens[end:])
            for end in {start, *(end for end, _ in self._sequences(tokens, start, MAX_COMBINATIONS))}
        )

    def _sequences(
        self, tokens: Sequence[str], start: int, limit: int
    ) -> Iterator[tuple[int, tuple[KeyCombination, ...]]]:
        for end, chord in self._combinations(tokens, start, frozenset()):
            if limit > 1:
                for last, others in self._sequences(tokens, end, limit - 1):
                    yield last, (chord, *others)
            yield end, (chord,)

    def _combinations(
        self, tokens: Sequence[str], start: int, held: frozenset[str]
    ) -> Iterator[tuple[int, KeyCombination]]:
        """Yield (end, combination) for one combination, with the modifiers ``held`` that precede ``start``."""
        for length, key in self._phrases.matches(tokens, start):
            modifier = lone_modifier(key)
            if modifier in held:
                continue
            alone = True
            if modifier:
                for found in self._combinations(tokens, start + length, held | {modifier}):
                    alone = False
                    yield found
            if alone:
                yield start + length, with_modifiers(key, held)


def parse_keys(table: Any) -> SpokenKeys:
    """Return the table ``[keys]`` of a file of commands: for each key of ``keyboard.chord``, the phrases for it.

    Raises ValueError, ``key: what is wrong``.
    """
    if not isinstance(table, dict):
        raise ValueError(": must be a table")
    phrases: dict[tuple[str, ...], KeyCombination] = {}
    for name, spoken in table.items():
        try:
            chord = parse_combination(name)
        except KeyCombinationError as error:
            raise ValueError(f".{quoted(name)}: {error}") from None
        if not isinstance(spoken, list) or not all(isinstance(phrase, str) and phrase.split() for phrase in spoken):
            raise ValueError(f".{quoted(name)}: must be a list of phrases")
        for phrase in spoken:
            words = tuple(phrase.casefold().split())
            if phrases.setdefault(words, chord) != chord:
                raise ValueError(f".{quoted(name)}: {phrase!r} is used for two keys")
    return SpokenKeys(phrases)
