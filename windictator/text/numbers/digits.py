"""Rows of digits, and numbers with dots between them."""

from __future__ import annotations

from windictator.text.numbers.cardinals import below_hundred, cardinal
from windictator.text.numbers.language import NumberWords
from windictator.text.tokens import Tokens

_MIN_DIGITS = 3
"""Minimum number of digits of a row, because "one two" may mean anything."""
_MIN_DIGITS_INTERNATIONAL = 6
"""Minimum number of digits of a telephone number after "plus"."""


def digit_run(
    tokens: Tokens, start: int, language: NumberWords, min_digits: int | None = None
) -> tuple[int, str] | None:
    """Return a row of digits, as in telephone numbers and codes, as (end, text).

    min_digits: minimum number of digits, None for the usual one.
    """
    if tokens[start] in language.pluses:
        found = _row(tokens, start + 1, language)
        return (found[0], "+" + found[1]) if found and len(found[1]) >= _MIN_DIGITS_INTERNATIONAL else None
    found = _row(tokens, start, language)
    if found is None:
        return None
    end, text = found
    needed = _MIN_DIGITS
    if min_digits is not None:
        needed = min_digits
    elif tokens[start] in language.zeros:
        needed += 1  # "oh" is often an exclamation
    elif language.small.get(tokens[start]) == 0:
        needed -= 1
    while tokens[end] in language.dashes and len(text) > 1:
        more = _row(tokens, end + 1, language)
        if more is None or len(more[1]) < 2:
            break
        text += language.dashes[tokens[end]] + more[1]
        end = more[0]
    return (end, text) if len(text) >= needed else None


def dotted(tokens: Tokens, start: int, language: NumberWords) -> tuple[int, str] | None:
    """Return numbers with "dot" between them, such as versions and network addresses, as (end, text)."""
    found = _group(tokens, start, language)
    if found is None or tokens[found[0]] not in language.dots:
        return None
    end, text = found
    groups = 1
    while tokens[end] in language.dots:
        found = _group(tokens, end + 1, language)
        if found is None:
            break
        end = found[0]
        text += "." + found[1]
        groups += 1
    return (end, text) if groups > 1 else None


def hundreds_said_short(tokens: Tokens, start: int, language: NumberWords) -> tuple[int, str] | None:
    """Return a number without its "hundred": "one ninety two" for 192, "three oh five" for 305."""
    hundreds = language.ones.get(tokens[start])
    if hundreds is None or tokens.has_pause_before(start + 1):
        return None
    if tokens[start + 1] in language.zeros and tokens[start + 2] in language.ones:
        end, rest = start + 3, language.ones[tokens[start + 2]]
    else:
        found = below_hundred(tokens, start + 1, language)
        if found is None or found.value < 10:
            return None
        end, rest = found.end, found.value
    if tokens[end] in language.multipliers or tokens[end] in language.ordinals:
        return None
    return end, f"{hundreds}{rest:02}"


def _row(tokens: Tokens, start: int, language: NumberWords) -> tuple[int, str] | None:
    text = ""
    position = start
    while True:
        word = tokens[position]
        if word in language.digits:
            length, added = 1, language.digits[word]
        elif word in language.repeats and tokens[position + 1] in language.digits:
            length, added = 2, language.digits[tokens[position + 1]] * language.repeats[word]
        else:
            break
        if tokens[position + length] in language.multipliers:
            break  # "one two three hundred"
        text += added
        position += length
    return (position, text) if text else None


def _group(tokens: Tokens, start: int, language: NumberWords) -> tuple[int, str] | None:
    found = hundreds_said_short(tokens, start, language)
    if found:
        return found
    found = _row(tokens, start, language)
    if found:
        return found
    number = cardinal(tokens, start, language)
    return (number.end, str(number.value)) if number else None


def spoken_digits(tokens: Tokens, start: int, language: NumberWords) -> tuple[int, str] | None:
    """Return digits as people say those of a code, as (end, text): "two eighty six" is 286, "eighty eighty" is 8080.

    A number with "hundred" or "thousand" is one number; smaller ones are written one after the other.
    """
    text = ""
    position = start
    while not (text and tokens.has_pause_before(position)):
        word = tokens[position]
        if word in language.repeats and tokens[position + 1] in language.digits:
            text += language.digits[tokens[position + 1]] * language.repeats[word]
            position += 2
            continue
        if len(word) == 1 and word in language.zeros and tokens[position + 1] not in language.digits:
            break  # the letter, as in "h two o"
        if word in language.digits and tokens[position + 1] not in language.multipliers:
            text += language.digits[word]
            position += 1
            continue
        if word not in language.counting or (number := cardinal(tokens, position, language)) is None:
            break
        text += str(number.value)
        position = number.end
    return (position, text) if text else None
