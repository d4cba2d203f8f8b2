"""Years and dates."""

from __future__ import annotations

from windictator.text.numbers.cardinals import Cardinal, below_hundred, cardinal, ordinal
from windictator.text.numbers.language import NumberWords
from windictator.text.numbers.rules import NumberRules
from windictator.text.tokens import Tokens

_LAST_DAY = 31
_FIRST_CERTAIN_DAY = 3
"""Day from which on "may" and the like are months: "you may first" and "they may second it" are not."""


def year(tokens: Tokens, start: int, language: NumberWords) -> tuple[int, str] | None:
    """Return a year in two halves, "nineteen ninety nine", or a decade, as (end, text)."""
    word = tokens[start]
    century = language.tens.get(word, 0) if tokens[start + 1] not in language.ones else 0
    century = century or language.small.get(word, 0)
    if not 10 <= century <= 20 or tokens.has_pause_before(start + 1):
        return None
    if decade := language.decades.get(tokens[start + 1]):
        return start + 2, f"{century}{decade}s"
    sure = tokens[start - 1] in language.year_triggers or century > 12
    if tokens[start + 1] in language.zeros and tokens[start + 2] in language.ones:
        return (start + 3, f"{century}0{language.ones[tokens[start + 2]]}") if sure else None
    rest = below_hundred(tokens, start + 1, language)
    if rest is None or rest.value < 10 or tokens[rest.end] in language.multipliers:
        return None
    if tokens[rest.end] in language.ordinals or not (sure or rest.value >= 60):
        return None
    if _counts_on(tokens, start, century, rest, language):
        return None
    return rest.end, f"{century}{rest.value}"


def _counts_on(tokens: Tokens, start: int, first: int, second: Cardinal, language: NumberWords) -> bool:
    """Return True if at least three numbers follow each other: "fifteen sixteen seventeen"."""
    if second.value != first + 1:
        return False
    before = language.small.get(tokens[start - 1]) if not tokens.has_pause_before(start) else None
    third = below_hundred(tokens, second.end, language) if not tokens.has_pause_before(second.end) else None
    return before == first - 1 or (third is not None and third.value == second.value + 1)


def date(tokens: Tokens, start: int, language: NumberWords, rules: NumberRules) -> tuple[int, str] | None:
    """Return a day of a month, with its year if it follows, as (end, text)."""
    if rules.dates == "off":
        return None
    if tokens[start] in language.months:
        return _month_first(tokens, start, language, rules)
    return _day_first(tokens, start, language, rules)


def _day_first(tokens: Tokens, start: int, language: NumberWords, rules: NumberRules) -> tuple[int, str] | None:
    day = ordinal(tokens, start, language)
    if day is None or not 1 <= day.value <= _LAST_DAY:
        return None
    joined = tokens[day.end] == language.of
    month = tokens[day.end + joined]
    if month not in language.months:
        return None
    end = day.end + joined + 1
    found = _year(tokens, end, language)
    if month in language.ambiguous_months and not joined and not found:
        return None
    if rules.dates == "plain":
        text = f"{day.value} {language.months[month]}"
    else:
        text = f"{day.text} {language.of + ' ' if joined else ''}{language.months[month]}"
    return (found[0], f"{text} {found[1]}") if found else (end, text)


def _month_first(tokens: Tokens, start: int, language: NumberWords, rules: NumberRules) -> tuple[int, str] | None:
    word = tokens[start]
    month = language.months[word]
    # At the beginning of an utterance, "may third" is a date.
    ambiguous = word in language.ambiguous_months
    doubtful = ambiguous and start > 0 and tokens[start - 1] not in language.date_triggers
    day, end, text = 0, start + 1, ""
    named = tokens[start + 1] == language.article
    if numbered := ordinal(tokens, start + 1 + named, language):
        if named and not _ends_date(tokens, numbered.end, language):
            return None  # "in december the third man came"
        day, end = numbered.value, numbered.end
        doubtful = doubtful and day < _FIRST_CERTAIN_DAY
        said = f"{language.article} {numbered.text}" if named else numbered.text
        text = str(day) if rules.dates == "plain" else said
    elif found := _year(tokens, start + 1, language):
        return None if doubtful else (found[0], f"{month} {found[1]}")
    elif counted := below_hundred(tokens, start + 1, language):
        day, end, text = counted.value, counted.end, str(counted.value)
    if not 1 <= day <= _LAST_DAY or tokens[end] in language.multipliers or tokens[end] in language.points:
        return None
    if found := _year(tokens, end, language):
        return found[0], f"{month} {text}, {found[1]}"
    if doubtful or (numbered is None and (day < 10 or (end < len(tokens) and tokens[end] not in language.amount_ends))):
        return None  # "in july ten people came"
    return end, f"{month} {text}"


def _ends_date(tokens: Tokens, end: int, language: NumberWords) -> bool:
    """Return True if the words after a day show that it counts nothing."""
    if end == len(tokens) or tokens.has_pause_before(end) or tokens[end] in language.amount_ends:
        return True
    return _year(tokens, end, language) is not None


def _year(tokens: Tokens, start: int, language: NumberWords) -> tuple[int, str] | None:
    """Return a year after a month or a day, as (end, text)."""
    if found := year(tokens, start, language):
        return found
    whole = cardinal(tokens, start, language)
    if whole and 1000 <= whole.value <= 2999 and tokens[start] != language.indefinite:
        return whole.end, str(whole.value)
    return None
