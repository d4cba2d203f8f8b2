"""Cardinals and ordinals: text2num computes their values, this module finds the words that belong to one number."""

from __future__ import annotations

import re
from typing import NamedTuple

from text_to_num import alpha2digit, text2num

from windictator.text.numbers.language import NumberWords
from windictator.text.tokens import Tokens

_MAX_WORDS = 40
"""Maximum number of words in a number."""
_ORDINAL = re.compile(r"(\d+)(\D+)")


class Cardinal(NamedTuple):
    """A whole number from 0.

    end: position after its last word.
    """

    value: int
    end: int


class Ordinal(NamedTuple):
    """An ordinal.

    text: text in digits, such as "21st".
    end: position after its last word.
    """

    value: int
    text: str
    end: int


def cardinal(tokens: Tokens, start: int, language: NumberWords) -> Cardinal | None:
    """Return the longest cardinal at ``start``."""
    first = tokens[start]
    if language.small.get(first) == 0:
        return Cardinal(0, start + 1)
    words = _words(tokens, start, language)
    for length in range(len(words), 0, -1):
        if words[length - 1] == language.conjunction:
            continue
        value = value_of(words[:length], language)
        if value is None:
            continue
        if tokens[start + length] in language.multipliers - language.magnitudes:
            # "one hundred two hundred" and "one hundred and two hundred" are two numbers, not 102 and a hundred.
            multipliers = [n for n in range(length) if words[n] in language.multipliers]
            if multipliers and multipliers[-1] < length - 1:
                length = multipliers[-1] + 1
                value = value_of(words[:length], language)
                if value is None:
                    continue
        following = tokens[start + length]
        is_part = following == language.half or following in language.plural_denominators
        if is_part and length > 2 and words[length - 2] == language.conjunction and words[length - 1] in language.ones:
            length -= 2  # "two million and one half", "one hundred and three quarters"
            value = value_of(words[:length], language)
            if value is None:
                continue
        end = start + length
        if length > 1 and words[length - 2] in language.multipliers and words[length - 1] in language.ones:
            shorter = value_of(words[: length - 1], language)
            if shorter is not None and tokens[end] in language.digits and tokens[end + 1] in language.digits:
                return Cardinal(shorter, end - 1)  # "eight hundred, five five five ..."
        return Cardinal(value, end)
    return None


def ordinal(tokens: Tokens, start: int, language: NumberWords, group: bool = False) -> Ordinal | None:
    """Return the ordinal at ``start``.

    group: True to group thousands, as ``group_digits`` does.
    """
    words = _words(tokens, start, language)
    if words and words[-1] in language.multipliers and tokens[start + len(words)] == language.conjunction:
        words.append(language.conjunction)
    last = tokens[start + len(words)]
    if last not in language.ordinals or (words and tokens.has_pause_before(start + len(words))):
        return None
    written = alpha2digit(" ".join([*words, last]), language.code, threshold=0)
    found = _ORDINAL.fullmatch(written)
    if found is None:
        return None
    return Ordinal(int(found[1]), group_digits(found[1], group) + found[2], start + len(words) + 1)


def below_hundred(tokens: Tokens, start: int, language: NumberWords) -> Cardinal | None:
    """Return a number from 0 to 99 at ``start``; "twenty" includes the digit after it."""
    word = tokens[start]
    if word in language.small:
        return Cardinal(language.small[word], start + 1)
    if word in language.tens:
        one = 0 if tokens.has_pause_before(start + 1) else language.ones.get(tokens[start + 1], 0)
        return Cardinal(language.tens[word] + one, start + 1 + bool(one))
    ten, _, rest = word.partition("-")
    if ten in language.tens and rest in language.ones:
        return Cardinal(language.tens[ten] + language.ones[rest], start + 1)
    return None


def group_digits(value: int | str, group: bool) -> str:
    """Return the digits of ``value``, with commas between thousands from five digits on if ``group``."""
    text = str(value)
    return f"{int(text):,}" if group and len(text) > 4 and text[0] != "0" else text


def _words(tokens: Tokens, start: int, language: NumberWords) -> list[str]:
    """Return the words from ``start`` on that may belong to one cardinal."""
    words: list[str] = []
    position = start
    if tokens[start] == language.indefinite:
        if tokens[start + 1] not in language.multipliers_after_article:
            return words
        words.append(language.one)
        position += 1
    elif tokens[start] not in language.counting:
        return words
    while len(words) < _MAX_WORDS:
        word = tokens[position]
        if word in language.counting:
            # A pause separates "twenty, five of them" from 25; in long numbers people breathe.
            if (
                words
                and tokens.has_pause_before(position)
                and words[-1] not in language.multipliers | {language.conjunction}
            ):
                break
        elif word == language.conjunction:
            if not words or words[-1] not in language.multipliers or tokens[position + 1] not in language.counting:
                break
        elif word not in language.multipliers:
            break
        words.append(word)
        position += 1
    return words


def value_of(words: list[str], language: NumberWords) -> int | None:
    """Return the number that all ``words`` form together, None if they form none."""
    try:
        return int(text2num(" ".join(words), language.code))
    except ValueError:
        return None
