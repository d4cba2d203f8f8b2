"""Random texts of every kind; equal seeds give equal texts."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable, Sequence

#: Characters that few layouts have: letters, signs and symbols of many scripts, some of them beyond U+FFFF.
_RANGES = (
    (0x00A1, 0x024F),
    (0x0391, 0x03C9),
    (0x0400, 0x045F),
    (0x05D0, 0x05EA),
    (0x0621, 0x063A),
    (0x0905, 0x0939),
    (0x0E01, 0x0E2E),
    (0x2010, 0x2027),
    (0x2030, 0x205E),
    (0x20A0, 0x20BF),
    (0x2150, 0x218B),
    (0x2190, 0x21FF),
    (0x2200, 0x22FF),
    (0x2500, 0x257F),
    (0x3041, 0x3096),
    (0x30A1, 0x30FA),
    (0x4E00, 0x9FFF),
    (0xAC00, 0xD7A3),
    (0x1D400, 0x1D454),
    (0x1F300, 0x1F64F),
)
_COMBINING = "\u0300\u0301\u0302\u0303\u0308\u0323"


def any_character(rng: random.Random) -> str:
    """Return a visible character of any script; all scripts are equally likely."""
    while True:
        character = chr(rng.randint(*rng.choice(_RANGES)))
        if unicodedata.category(character)[0] not in "CMZ":
            return character


def random_text(rng: random.Random, own: Sequence[str], length: int) -> str:
    """Return about ``length`` characters of one kind.

    own: characters of the layout.
    """
    return rng.choice(_KINDS)(rng, own, length)


def _mixed(rng: random.Random, own: Sequence[str], length: int) -> str:
    """Return characters of the layout, all equally likely."""
    return "".join(rng.choice(own) for _ in range(length))


def _words(rng: random.Random, own: Sequence[str], length: int) -> str:
    """Return words with capitals and doubled letters, in which lost and repeated characters are visible."""
    letters = [character for character in own if character.isalpha()] or list(own)
    words: list[str] = []
    while sum(map(len, words)) + len(words) < length:
        word = "".join(rng.choice(letters) * rng.choice((1, 1, 1, 2, 3)) for _ in range(rng.randint(1, 8)))
        words.append(rng.choice((word, word.lower(), word.upper(), word.capitalize())))
    return " ".join(words)


def _few_missing(rng: random.Random, own: Sequence[str], length: int) -> str:
    """Return text with one to six characters that the layout may lack."""
    missing = [any_character(rng) for _ in range(rng.randint(1, 6))]
    return "".join(rng.choice(missing) if rng.random() < 0.1 else rng.choice(own) for _ in range(length))


def _many_missing(rng: random.Random, own: Sequence[str], length: int) -> str:
    """Return text with sixty or more such characters if the length allows, each at least twice."""
    missing = [any_character(rng) for _ in range(max(1, min(120, length // 3)))]
    text = missing + [rng.choice(missing if rng.random() < 0.5 else own) for _ in range(length - 2 * len(missing))]
    rng.shuffle(text)
    return "".join(text + missing)


def _accents(rng: random.Random, own: Sequence[str], length: int) -> str:
    """Return letters with combining accents."""
    return "".join(
        rng.choice(own) + (rng.choice(_COMBINING) if rng.random() < 0.2 else "") for _ in range(length * 5 // 6)
    )


def _lines(rng: random.Random, own: Sequence[str], length: int) -> str:
    """Return lines of any length, with empty ones and tabs."""
    return "".join(rng.choice("\n\n\t") if rng.random() < 0.1 else rng.choice(own) for _ in range(length))


_Kind = Callable[[random.Random, Sequence[str], int], str]
#: Most texts need no temporary mapping, because they are typed many times faster.
_KINDS: tuple[_Kind, ...] = (_mixed, _mixed, _words, _words, _lines, _lines, _few_missing, _many_missing, _accents)
