"""Digits said one by one, and numbers with dots between them."""

from __future__ import annotations

from windictator.text.numbers.cardinals import below_hundred, cardinal
from windictator.text.numbers.language import NumberWords, Spoken

_SHORTEST = 3
"""Digits in a row that are not words any more: "one two" may be anything."""
_SHORTEST_ABROAD = 6
"""Digits behind "plus" that are a telephone number."""


def digit_run(
    spoken: Spoken, start: int, language: NumberWords, shortest: int | None = None
) -> tuple[int, str] | None:
    """Digits in a row, as in telephone numbers and codes: (end, written). ``shortest``: at least so many."""
    if spoken[start] in language.pluses:
        found = _row(spoken, start + 1, language)
        return (found[0], "+" + found[1]) if found and len(found[1]) >= _SHORTEST_ABROAD else None
    found = _row(spoken, start, language)
    if found is None:
        return None
    end, text = found
    needed = _SHORTEST
    if shortest is not None:
        needed = shortest
    elif spoken[start] in language.zeros:
        needed += 1  # "oh" is said for many reasons
    elif language.small.get(spoken[start]) == 0:
        needed -= 1
    while spoken[end] in language.dashes and len(text) > 1:
        more = _row(spoken, end + 1, language)
        if more is None or len(more[1]) < 2:
            break
        text += language.dashes[spoken[end]] + more[1]
        end = more[0]
    return (end, text) if len(text) >= needed else None


def dotted(spoken: Spoken, start: int, language: NumberWords) -> tuple[int, str] | None:
    """Numbers with "dot" between them: versions and network addresses."""
    found = _group(spoken, start, language)
    if found is None or spoken[found[0]] not in language.dots:
        return None
    end, text = found
    groups = 1
    while spoken[end] in language.dots:
        found = _group(spoken, end + 1, language)
        if found is None:
            break
        end = found[0]
        text += "." + found[1]
        groups += 1
    return (end, text) if groups > 1 else None


def hundreds_said_short(spoken: Spoken, start: int, language: NumberWords) -> tuple[int, str] | None:
    """ "one ninety two" for 192, "three oh five" for 305."""
    hundreds = language.ones.get(spoken[start])
    if hundreds is None or spoken.apart(start + 1):
        return None
    if spoken[start + 1] in language.zeros and spoken[start + 2] in language.ones:
        end, rest = start + 3, language.ones[spoken[start + 2]]
    else:
        found = below_hundred(spoken, start + 1, language)
        if found is None or found.value < 10:
            return None
        end, rest = found.end, found.value
    if spoken[end] in language.multipliers or spoken[end] in language.ordinals:
        return None
    return end, f"{hundreds}{rest:02}"


def _row(spoken: Spoken, start: int, language: NumberWords) -> tuple[int, str] | None:
    text = ""
    position = start
    while True:
        word = spoken[position]
        if word in language.digits:
            length, added = 1, language.digits[word]
        elif word in language.repeats and spoken[position + 1] in language.digits:
            length, added = 2, language.digits[spoken[position + 1]] * language.repeats[word]
        else:
            break
        if spoken[position + length] in language.multipliers:
            break  # "one two three hundred"
        text += added
        position += length
    return (position, text) if text else None


def _group(spoken: Spoken, start: int, language: NumberWords) -> tuple[int, str] | None:
    found = hundreds_said_short(spoken, start, language)
    if found:
        return found
    found = _row(spoken, start, language)
    if found:
        return found
    number = cardinal(spoken, start, language)
    return (number.end, str(number.value)) if number else None
