"""Names of the user, found by what they sound like: "when dictator" is "windictator" if that is in the vocabulary.

A recognizer only knows the words of its own vocabulary. It recognises an unknown name as one to four other words that
sound similar. In doubt, the text stays unchanged: a name must sound nearly the same, the nearer the shorter it is.
Words that were recognised with certainty are rarely replaced.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from windictator.text.sounds import MIN_CHANGE_COST, SOUND_COST, distance, join_codes, phonetic_code, respell, sound_of
from windictator.text.utterance import RecognizedWord

MAX_NAME_WORDS = 4
"""Maximum number of recognised words that one name replaces."""
_CERTAIN_CONFIDENCE = 0.9
"""Minimum confidence of a word that was recognised with certainty."""
_MAX_SHORT_WORD_LENGTH = 4
"""Maximum number of letters of a short word; most combinations of short words are ordinary speech."""
_MIN_CODE_LENGTH = 3
"""Minimum number of consonants of a name; such short names only replace words of low confidence."""
_MIN_EXACT_SOUNDS = 3
"""Number of sounds of a name that must all be equal."""
_MAX_DISTANCE_OF_MISHEARD = 0.4
"""Maximum distance between what was recognised and what was meant, for each sound of the longer one."""
_ID_BITS = 20
_HASH_MASK = (1 << (63 - _ID_BITS)) - 1
_ID_MASK = (1 << _ID_BITS) - 1


class Match(NamedTuple):
    """A name that replaces the words from ``begin`` up to ``end``, not included."""

    begin: int
    end: int
    name: tuple[str, ...]

    def words(self, words: Sequence[RecognizedWord]) -> list[RecognizedWord]:
        """Return the words of the name, with the times and the mean confidence of the words that it replaces."""
        heard = words[self.begin : self.end]
        start, end = heard[0].start, heard[-1].end
        confidence = sum(word.confidence for word in heard) / len(heard)
        step = (end - start) / len(self.name)
        return [
            RecognizedWord(text, start + n * step, start + (n + 1) * step, confidence)
            for n, text in enumerate(self.name)
        ]


class SoundsLike:
    """Index of names by their sound.

    names: tuples of case-folded words.
    threshold: 0 to 1, minimum similarity of a name; 1 means equal.

    The cost of a look-up does not depend on the number of names, as long as few of them sound alike.
    """

    def __init__(self, names: Iterable[tuple[str, ...]], threshold: float) -> None:
        from jellyfish import levenshtein_distance

        self._edit_distance = levenshtein_distance  # compiled; it rejects most candidates
        self._threshold = threshold
        self._names: list[tuple[str, ...]] = []
        self._sounds: list[str] = []
        keys: set[int] = set()
        codes: set[int] = set()
        for name in names:
            sound = phonetic_code(name)
            if len(sound) < _MIN_CODE_LENGTH or len(self._names) > _ID_MASK:
                continue
            codes.add(len(sound))
            keys.update(_key(variant, len(self._names)) for variant in _variants(sound))
            self._names.append(name)
            self._sounds.append(respell(name))
        self._min_code_length = max(_MIN_CODE_LENGTH, min(codes, default=1) - 1)
        self._max_code_length = max(codes, default=-1) + 1
        # Hashes of the codes with the ids of their names, in 8 bytes each, because a dictionary needs 2 MB more for
        # 5,000 names and is not measurably faster. Two codes with the same hash only cost a comparison.
        self._keys = array("q", sorted(keys))
        self._known = bytearray(max(64, 1 << (8 * len(keys)).bit_length()))
        for key in self._keys:
            self._known[(key >> _ID_BITS) & (len(self._known) - 1)] = 1

    def __bool__(self) -> bool:
        return bool(self._names)

    def replace_names(self, words: Sequence[RecognizedWord], replaceable: Sequence[bool]) -> Sequence[RecognizedWord]:
        """Return ``words`` with every name that ``find`` finds in place of the words that sound like it."""
        result = list(words)
        for found in reversed(self.find(words, replaceable)):
            result[found.begin : found.end] = found.words(words)
        return result

    def find(self, words: Sequence[RecognizedWord], replaceable: Sequence[bool]) -> list[Match]:
        """Return the names that were more likely spoken than ``words``, in order, without overlap.

        replaceable: for each word, True if it may be part of a name.
        """
        chosen: list[Match] = []
        for _, begin, end, number in sorted(self._matches(words, replaceable, self._threshold)):
            if all(end <= other.begin or begin >= other.end for other in chosen):
                chosen.append(Match(begin, end, self._names[number]))
        return sorted(chosen)

    def closest(
        self, words: Sequence[RecognizedWord], replaceable: Sequence[bool], threshold: float, limit: int
    ) -> list[Match]:
        """Return the names that are most similar to a part of ``words``, the most similar first, each name once.

        threshold: minimum similarity, 0 to 1.
        limit: maximum number of names.

        This is for a user who says that something else was meant. The confidence of the words is therefore ignored.
        """
        doubted = [replace(word, confidence=0.0) for word in words]
        found: dict[int, Match] = {}
        for _, begin, end, number in sorted(self._matches(doubted, replaceable, threshold)):
            found.setdefault(number, Match(begin, end, self._names[number]))
        return list(found.values())[:limit]

    def _matches(
        self, words: Sequence[RecognizedWord], replaceable: Sequence[bool], threshold: float
    ) -> Iterator[tuple[float, int, int, int]]:
        """Yield names that parts of ``words`` sound like, as (distance, begin, end, id of the name)."""
        heard = [word.text.casefold() for word in words]
        sounds = [sound_of(text) for text in heard]
        lengths = [len(text) for text in heard]
        plain = [
            length if length <= _MAX_SHORT_WORD_LENGTH and word.confidence >= _CERTAIN_CONFIDENCE else 0
            for length, word in zip(lengths, words, strict=True)
        ]
        for begin in range(len(words)):
            sound, letters, short, confidence = "", 0, 0, 0.0
            for end in range(begin + 1, min(begin + MAX_NAME_WORDS, len(words)) + 1):
                last = end - 1
                if not replaceable[last]:
                    break
                sound = join_codes(sound, sounds[last].inner_code) if sound else sounds[last].code
                letters += lengths[last]
                short += plain[last]
                confidence += words[last].confidence
                # Ordinary speech is skipped before any look-up.
                if 2 * short >= letters or not self._min_code_length <= len(sound) <= self._max_code_length:
                    continue
                certainty = confidence / (end - begin)
                if len(sound) > _MIN_CODE_LENGTH or certainty < _CERTAIN_CONFIDENCE:
                    for gap, number in self._similar_names(heard[begin:end], sound, certainty, threshold):
                        yield gap, begin, end, number

    def _similar_names(
        self, tokens: Sequence[str], sound: str, certainty: float, threshold: float
    ) -> Iterator[tuple[float, int]]:
        """Yield the names that ``tokens`` are similar enough to, as (distance for each sound, id of the name)."""
        # Low confidence doubles the allowed distance. The first sounds add none, so that short names must be equal.
        allowed = (1 - threshold) * min(1.0, 0.5 + 2 * (1 - certainty))
        max_gap = allowed * (sum(map(len, tokens)) - _MIN_EXACT_SOUNDS)
        numbers = self._candidates(sound, exact=max_gap < SOUND_COST) if max_gap >= 0 else ()
        if not numbers:
            return
        respelled = respell(tokens)
        max_gap = allowed * (len(respelled) - _MIN_EXACT_SOUNDS)
        changes = int(max_gap / MIN_CHANGE_COST) if max_gap >= 0 else -1
        for number in numbers:
            name = self._sounds[number]
            if self._edit_distance(respelled, name) <= changes and tuple(tokens) != self._names[number]:
                gap = distance(respelled, name, max_gap)
                if gap <= max_gap:
                    yield gap / len(respelled), number

    def _candidates(self, sound: str, exact: bool) -> set[int]:
        """Return the ids of names whose code is ``sound`` or, unless ``exact``, differs from it in one place."""
        known, mask, keys = self._known, len(self._known) - 1, self._keys
        numbers: set[int] = set()
        for variant in (sound,) if exact else _variants(sound):
            hashed = hash(variant) & _HASH_MASK
            if known[hashed & mask]:
                position = bisect_left(keys, hashed << _ID_BITS)
                while position < len(keys) and keys[position] >> _ID_BITS == hashed:
                    numbers.add(keys[position] & _ID_MASK)
                    position += 1
        return numbers


def sound_alike(heard: str, wanted: str) -> bool:
    """Return True if ``wanted`` may have been spoken where ``heard`` was recognised.

    True also if one of them has no known sound: figures, symbols, other scripts. A text that begins or ends with the
    other one counts too, as an address does that a short name stands for.
    """
    one, other = (respell(text.casefold().split()) for text in (heard, wanted))
    if not one or not other or not all(letter.isalpha() or letter in " '-’." for letter in wanted):
        return True
    allowed = _MAX_DISTANCE_OF_MISHEARD * max(len(one), len(other))
    return distance(one, other, allowed) <= allowed


def _variants(sound: str) -> list[str]:
    """Return the code, and the code without each of its sounds but the first, which is rarely misheard."""
    return [sound, *(sound[:n] + sound[n + 1 :] for n in range(1, len(sound)))]


def _key(variant: str, number: int) -> int:
    return (hash(variant) & _HASH_MASK) << _ID_BITS | number
