"""Sound of words: a phonetic code to look them up by, and the distance between two of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

# Sounds that a recognizer confuses, in addition to those that Metaphone writes alike (D and T, V and F, Z and S, G and
# K): B and P, both sounds of "th" and T, SH, CH and J, M and N. H, W and Y are hardly audible inside a word.
_CLASSES = str.maketrans({"B": "P", "0": "T", "X": "J", "M": "N", "H": None, "W": None, "Y": None})
_VOWELS = frozenset("aeiou")
_FAINT = frozenset("hw")
_SIMILAR_PAIRS = frozenset(
    pair
    for one, other in ("bp", "dt", "gk", "vf", "zs", "mn", "0t", "0d", "0f", "0s", "SC", "Ss", "Sj", "Cj", "gj", "wv")
    for pair in (one + other, other + one)
)
SOUND_COST = 1.0
"""Distance between words that differ in one sound, unless it is a vowel or the sounds are similar."""
MIN_CHANGE_COST = 0.25
"""Minimum distance between different words: that of two similar consonants."""
_VOWEL_CHANGE_COST = 0.3
_FAINT_CHANGE_COST = 0.4
# Replacements that make English spelling roughly phonetic: S is "sh", C is "ch", 0 is "th". Applied in this order.
_RESPELLED = [
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("^(?:kn|gn|pn)", "n"), ("^wr", "r"), ("^ps", "s"), ("^x", "z"), ("^wh", "w"), ("mb$", "m"),
        ("sch|sh", "S"), ("tch|cz", "C"), ("ch", "C"), ("ph", "f"), ("th", "0"), ("gh(?=t|$)", ""), ("gh", "g"),
        ("tion", "Sun"), ("sc(?=[eiy])", "s"), ("c(?=[eiy])", "s"), ("dg(?=[eiy])", "j"), ("ck|c|q", "k"),
        ("ku(?=[aeio])", "kw"), ("x", "ks"), ("(?<=[^aeiou])e$", ""), ("ee|ea|ie|ei|y", "i"), ("oo|ou|ew|eu", "u"),
        ("ai|ay|ae", "e"), ("au|aw|oa|ow", "o"), ("(?<=[aeiou])r(?=[^aeiou]|$)", "r"), (r"(.)\1+", r"\1"),
    )
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sound:
    """Sound of a word. All fields are empty for a word that is not in Latin letters.

    code: its consonants, with one letter for sounds that are often confused, and A for a vowel at the beginning.
    inner_code: the code if another word comes before it.
    respelled: roughly phonetic spelling.
    """

    code: str
    inner_code: str
    respelled: str


@lru_cache(maxsize=4096)
def sound_of(word: str) -> Sound:
    """Return the sound of a case-folded word."""
    from jellyfish import metaphone  # here, because only names need it

    letters = "".join(filter(str.isalpha, unicodedata.normalize("NFKD", word))).translate(_UNDECOMPOSED)
    if not letters.isascii():
        return Sound("", "", "")
    respelled = letters
    for pattern, sound in _RESPELLED:
        respelled = pattern.sub(sound, respelled)
    full = metaphone(letters)
    inside = _DOUBLED.sub(r"\1", full.lstrip("AEIOU").translate(_CLASSES))
    first = "A" if full[:1] in _VOWEL_CODES else full[:1]
    faint = first and not first.translate(_CLASSES)
    return Sound(first + inside if first == "A" or faint else inside, inside, respelled)


_UNDECOMPOSED = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
_VOWEL_CODES = tuple("AEIOU")
_DOUBLED = re.compile(r"(.)\1+")


def join_codes(one: str, other: str) -> str:
    """Return the code of two adjacent words; a sound that ends the one and begins the other counts once."""
    return one + other[1:] if other and one.endswith(other[0]) else one + other


def phonetic_code(words: Sequence[str]) -> str:
    """Return the code of several words spoken as one; spaces are not audible."""
    sounds = [sound_of(word) for word in words]
    together = sounds[0].code
    for sound in sounds[1:]:
        together = join_codes(together, sound.inner_code)
    return together


def respell(words: Sequence[str]) -> str:
    """Return several words as one, in roughly phonetic spelling."""
    return _DOUBLED.sub(r"\1", "".join(sound_of(word).respelled for word in words))


def distance(one: str, other: str, max_distance: float) -> float:
    """Return the distance between two respelled words: SOUND_COST for each different sound, less for similar sounds.

    Returns a value above ``max_distance``, which is not exact, as soon as that is exceeded.
    """
    first, last, shorter = 0, 0, min(len(one), len(other))
    while first < shorter and one[first] == other[first]:
        first += 1
    while last < shorter - first and one[-1 - last] == other[-1 - last]:
        last += 1
    one, other = one[first : len(one) - last], other[first : len(other) - last]
    previous = [0.0]
    for sound in other:
        previous.append(previous[-1] + _presence_cost(sound))
    for sound in one:
        gone = _presence_cost(sound)
        row = [previous[0] + gone]
        for position, wanted in enumerate(other):
            if sound == wanted:
                row.append(previous[position])
                continue
            changed = previous[position] + _change_cost(sound, wanted)
            row.append(min(changed, previous[position + 1] + gone, row[position] + _presence_cost(wanted)))
        if min(row) > max_distance:
            return max_distance + 1
        previous = row
    return previous[-1]


def _presence_cost(sound: str) -> float:
    """Return the cost of a sound that one word has and the other one lacks."""
    return _FAINT_CHANGE_COST if sound in _VOWELS or sound in _FAINT else SOUND_COST


def _change_cost(sound: str, wanted: str) -> float:
    if sound in _VOWELS and wanted in _VOWELS:
        return _VOWEL_CHANGE_COST
    return MIN_CHANGE_COST if sound + wanted in _SIMILAR_PAIRS else SOUND_COST
