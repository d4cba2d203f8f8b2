"""Keys as they are said: "control shift t", "page down", "f five", "alpha"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from windictator.keyboard.chord import Chord, ChordError, modifier_of, parse_chord, with_modifiers
from windictator.text.phrases import PhraseTable
from windictator.text.quoting import shown

MOST_CHORDS = 6
"""Chords that may be said in a row, and modifiers of one chord."""


class Keys(tuple[Chord, ...]):
    """What a slot for keys holds: chords, pressed one after the other."""

    __slots__ = ()


class SpokenKeys:
    """The words for keys. ``phrases``: case-folded words, and the key or chord they are for."""

    def __init__(self, phrases: Mapping[tuple[str, ...], Chord]) -> None:
        self._phrases = PhraseTable(phrases)

    def example(self) -> tuple[str, ...]:
        """What is said for some key; no words where there is none."""
        return next((phrase for phrase, chord in self._phrases.items() if not modifier_of(chord)), ())

    def at(self, heard: Sequence[str], start: int) -> Iterator[tuple[int, Keys]]:
        """The chords that begin at ``start``, those with the longest phrases first: words taken, chords."""
        for end, chords in self._sequences(heard, start, MOST_CHORDS):
            yield end - start, Keys(chords)

    def may_go_on(self, heard: Sequence[str], start: int) -> bool:
        """Whether the words from ``start`` to the end are keys, or would be with more words."""
        return any(
            end == len(heard) or self._phrases.begins(heard[end:])
            for end in {start, *(end for end, _ in self._sequences(heard, start, MOST_CHORDS))}
        )

    def _sequences(
        self, heard: Sequence[str], start: int, most: int
    ) -> Iterator[tuple[int, tuple[Chord, ...]]]:
        for end, chord in self._chords(heard, start, frozenset()):
            if most > 1:
                for last, others in self._sequences(heard, end, most - 1):
                    yield last, (chord, *others)
            yield end, (chord,)

    def _chords(
        self, heard: Sequence[str], start: int, held: frozenset[str]
    ) -> Iterator[tuple[int, Chord]]:
        """One chord, whose modifiers ``held`` have been said before ``start``."""
        for length, key in self._phrases.at(heard, start):
            modifier = modifier_of(key)
            if modifier in held:
                continue
            alone = True
            if modifier:
                for found in self._chords(heard, start + length, held | {modifier}):
                    alone = False
                    yield found
            if alone:
                yield start + length, with_modifiers(key, held)


def parse_keys(table: Any) -> SpokenKeys:
    """The table ``[keys]`` of a file of commands: for each key, as ``keyboard.chord`` names it, what is said for it.

    Raises ValueError, ``key: what is wrong``.
    """
    if not isinstance(table, dict):
        raise ValueError(": must be a table")
    phrases: dict[tuple[str, ...], Chord] = {}
    for name, spoken in table.items():
        try:
            chord = parse_chord(name)
        except ChordError as error:
            raise ValueError(f".{shown(name)}: {error}") from None
        if not isinstance(spoken, list) or not all(isinstance(phrase, str) and phrase.split() for phrase in spoken):
            raise ValueError(f".{shown(name)}: must be a list of what is said for it")
        for phrase in spoken:
            words = tuple(phrase.casefold().split())
            if phrases.setdefault(words, chord) != chord:
                raise ValueError(f".{shown(name)}: {phrase!r} is there twice, it is one key")
    return SpokenKeys(phrases)
