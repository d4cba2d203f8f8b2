"""Cardinals and ordinals, read by text2num; which words belong to one number is decided here."""

from __future__ import annotations

import re
from typing import NamedTuple

from text_to_num import alpha2digit, text2num

from windictator.text.numbers.language import NumberWords, Spoken

_MOST_WORDS = 16
"""Words of one number at most."""
_ORDINAL = re.compile(r"(\d+)(\D+)")


class Cardinal(NamedTuple):
    """A whole number from 0; ``end``: the position behind its last word."""

    value: int
    end: int


class Ordinal(NamedTuple):
    """``text`` as it is written, "21st"."""

    value: int
    text: str
    end: int


def cardinal(spoken: Spoken, start: int, language: NumberWords) -> Cardinal | None:
    """The longest cardinal that begins at ``start``."""
    first = spoken[start]
    if language.small.get(first) == 0:
        return Cardinal(0, start + 1)
    words = _words(spoken, start, language)
    for length in range(len(words), 0, -1):
        if words[length - 1] == language.joins:
            continue
        value = value_of(words[:length], language)
        if value is None:
            continue
        if spoken[start + length] in language.multipliers - language.magnitudes and language.joins in words[:length]:
            # "one hundred and two hundred" is two numbers, not 102 and a hundred.
            length = length - 1 - words[:length][::-1].index(language.joins)
            value = value_of(words[:length], language)
            if value is None:
                continue
        end = start + length
        if length > 1 and words[length - 2] in language.multipliers and words[length - 1] in language.ones:
            shorter = value_of(words[: length - 1], language)
            if shorter is not None and spoken[end] in language.digits and spoken[end + 1] in language.digits:
                return Cardinal(shorter, end - 1)  # "eight hundred, five five five ..."
        return Cardinal(value, end)
    return None


def ordinal(spoken: Spoken, start: int, language: NumberWords, group: bool = False) -> Ordinal | None:
    """The ordinal that begins at ``start``; ``group``: as for ``grouped``."""
    words = _words(spoken, start, language)
    if words and words[-1] in language.multipliers and spoken[start + len(words)] == language.joins:
        words.append(language.joins)
    last = spoken[start + len(words)]
    if last not in language.ordinals or (words and spoken.apart(start + len(words))):
        return None
    written = alpha2digit(" ".join([*words, last]), language.code, threshold=0)
    found = _ORDINAL.fullmatch(written)
    if found is None:
        return None
    return Ordinal(int(found[1]), grouped(found[1], group) + found[2], start + len(words) + 1)


def below_hundred(spoken: Spoken, start: int, language: NumberWords) -> Cardinal | None:
    """A number from 0 to 99, "twenty" and the one behind it taken together."""
    word = spoken[start]
    if word in language.small:
        return Cardinal(language.small[word], start + 1)
    if word in language.tens:
        one = 0 if spoken.apart(start + 1) else language.ones.get(spoken[start + 1], 0)
        return Cardinal(language.tens[word] + one, start + 1 + bool(one))
    ten, _, rest = word.partition("-")
    if ten in language.tens and rest in language.ones:
        return Cardinal(language.tens[ten] + language.ones[rest], start + 1)
    return None


def grouped(value: int | str, group: bool) -> str:
    """Digits, from five of them on with thousands apart where that is wished."""
    text = str(value)
    return f"{int(text):,}" if group and len(text) > 4 and text[0] != "0" else text


def _words(spoken: Spoken, start: int, language: NumberWords) -> list[str]:
    """The words from ``start`` on that may belong to one cardinal."""
    words: list[str] = []
    position = start
    if spoken[start] == language.indefinite:
        if spoken[start + 1] not in language.multipliers_after_article:
            return words
        words.append(language.one)
        position += 1
    elif spoken[start] not in language.counting:
        return words
    while len(words) < _MOST_WORDS:
        word = spoken[position]
        if word in language.counting:
            # A pause tells "twenty, five of them" from 25; in long numbers people take breath.
            if words and spoken.apart(position) and words[-1] not in language.multipliers | {language.joins}:
                break
        elif word == language.joins:
            if not words or words[-1] not in language.multipliers or spoken[position + 1] not in language.counting:
                break
        elif word not in language.multipliers:
            break
        words.append(word)
        position += 1
    return words


def value_of(words: list[str], language: NumberWords) -> int | None:
    """The number that all the words are."""
    try:
        return int(text2num(" ".join(words), language.code))
    except ValueError:
        return None
