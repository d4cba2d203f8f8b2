"""Decimals, fractions and negative numbers, with percent, currency or unit."""

from __future__ import annotations

from decimal import Decimal
from math import gcd
from typing import NamedTuple

from windictator.text.numbers.cardinals import below_hundred, cardinal, group_digits, value_of
from windictator.text.numbers.digits import digit_run, hundreds_said_short
from windictator.text.numbers.language import Currency, NumberWords
from windictator.text.numbers.rules import NumberRules
from windictator.text.tokens import Tokens

_EXACT_DECIMALS = {"1/2": ".5", "1/4": ".25", "3/4": ".75"}


class Amount(NamedTuple):
    """A number with everything that belongs to it.

    end: position after its last word.
    text: text in digits.
    value: value of a whole number without a unit, else None.
    """

    end: int
    text: str
    value: int | None


def amount(tokens: Tokens, start: int, language: NumberWords, rules: NumberRules) -> Amount | None:
    """Return the number at ``start`` with everything that belongs to it, None without a number."""
    sign = ""
    position = start
    word = tokens[start]
    if word in language.minuses and tokens[start - 1] not in language.counting | language.multipliers:
        sign, position = "-", start + 1
    million = (
        tokens[position] == language.indefinite
        and tokens[position + 1] in language.magnitudes
        and tokens[position - 1] not in (language.half, language.quarter)
    )
    if rules.money and (found := _one_and_part(tokens, start, language)):
        return found
    if million:
        # "a million" stays words, except before a currency.
        number: Amount | None = Amount(position + 1, "1", 1)
    else:
        number = _number(tokens, position, language, rules)
    if number is None:
        return None
    end, text, value = number
    if tokens[end] in language.magnitudes:
        text, magnitude, value, end = _in_decimals(text), tokens[end], None, end + 1
        if text.isdecimal() and (half := _and_a_half(tokens, end, language)):
            text, end = f"{text}.5", half
        text = f"{text} {magnitude}"
    elif value is None and (whole := _times_multiplier(text, tokens[end], language)):
        text, value, end = group_digits(whole, rules.group_digits), whole, end + 1
    measured = _with_unit(tokens, Amount(end, text, value), language, rules)
    if measured is not None:
        return Amount(measured.end, sign + measured.text, None)
    if million and not rules.alone:
        return None
    if tokens[position] in language.points and not (rules.alone or sign or _is_decimal(tokens, start, text, language)):
        return None
    return Amount(end, sign + text, None if sign else value)


def _is_decimal(tokens: Tokens, start: int, text: str, language: NumberWords) -> bool:
    """Return True if "point" begins a number without a unit: "point zero two", "it rose by point five"."""
    return text.startswith("0.0") or tokens[start - 1] in language.decimal_triggers


def digit_row(tokens: Tokens, start: int, language: NumberWords, rules: NumberRules) -> Amount | None:
    """Return a row of digits with everything that belongs to it, for utterances that are numbers only."""
    minus = tokens[start] in language.minuses
    position = start + minus
    found = digit_run(tokens, position, language, min_digits=2)
    if found is None:
        if tokens[position] not in language.zeros or tokens[position + 1] in language.points:
            return None
        found = position + 1, "0"
    end, text = found
    if tokens[end] in language.points and (decimals := _digits_after_point(tokens, end + 1, language)):
        end, text = decimals[0], f"{text}.{decimals[1]}"
    number = Amount(end, text, int(text) if text.isdecimal() else None)
    number = _with_unit(tokens, number, language, rules) or number
    return number._replace(text="-" * minus + number.text)


def _number(tokens: Tokens, start: int, language: NumberWords, rules: NumberRules) -> Amount | None:
    if tokens[start] in language.points:
        found = _digits_after_point(tokens, start + 1, language)
        return Amount(found[0], "0." + found[1], None) if found else None
    if rules.fractions and (found := _fraction(tokens, start, language)):
        return Amount(*found, None)
    if tokens[start] in language.zeros:
        decimal = _decimal(tokens, start, start + 1, "0", language, rules)
        return Amount(*decimal, None) if decimal else None
    if rules.digit_runs and (short := hundreds_said_short(tokens, start, language)):
        return Amount(*short, int(short[1]))
    whole = cardinal(tokens, start, language)
    if whole is None:
        return None
    decimal = _decimal(tokens, start, whole.end, str(whole.value), language, rules)
    if decimal:
        return Amount(*decimal, None)
    # "three million": the library returns 3,000,000, but "3 million" is easier to read.
    if tokens[whole.end - 1] in language.magnitudes and whole.value % 1_000_000 == 0:
        before = cardinal(Tokens(tokens.words[: whole.end - 1]), start, language)
        if before and before.end == whole.end - 1:
            return Amount(whole.end - 1, group_digits(before.value, rules.group_digits), before.value)
    if rules.fractions and tokens[whole.end] == language.conjunction:
        if tokens[whole.end + 1] == language.indefinite:
            denominator = language.singular_denominators.get(tokens[whole.end + 2])
            if denominator:
                return Amount(whole.end + 3, f"{whole.value} 1/{denominator}", None)
        elif found := _fraction(tokens, whole.end + 1, language):
            return Amount(found[0], f"{whole.value} {found[1]}", None)
    return Amount(whole.end, group_digits(whole.value, rules.group_digits), whole.value)


def _decimal(
    tokens: Tokens, start: int, end: int, whole: str, language: NumberWords, rules: NumberRules
) -> tuple[int, str] | None:
    """Return a decimal whose integer part ends at ``end``; with several points it is a version."""
    text = ""
    points = 0
    while tokens[end] in language.points:
        found = _digits_after_point(tokens, end + 1, language)
        if found is None:
            break
        end = found[0]
        text += "." + found[1]
        points += 1
    if not points or (
        points == 1 and tokens[start] == language.one and _is_point_in_time(tokens, start, end, language)
    ):
        return None
    return end, (group_digits(whole, rules.group_digits) if points == 1 else whole) + text


def _is_point_in_time(tokens: Tokens, start: int, end: int, language: NumberWords) -> bool:
    """Return True if "one point" means a moment or an argument: "at one point two of them left"."""
    return tokens[start - 1] in language.pronoun_one_after and not any(
        next(table.matches(tokens.words, end), None) for table in (language.percents, language.units)
    )


def _digits_after_point(tokens: Tokens, start: int, language: NumberWords) -> tuple[int, str] | None:
    text = ""
    position = start
    while tokens[position] in language.digits and tokens[position + 1] not in language.ordinals:
        text += language.digits[tokens[position]]
        position += 1
    if text:
        return position, text
    found = below_hundred(tokens, start, language)
    return (found.end, str(found.value)) if found else None


def _fraction(tokens: Tokens, start: int, language: NumberWords) -> tuple[int, str] | None:
    numerator = language.small.get(tokens[start])
    if not numerator or tokens.has_pause_before(start + 1):
        return None
    word = tokens[start + 1]
    denominator = (
        language.singular_denominators.get(word, 0) if numerator == 1 else language.plural_denominators.get(word, 0)
    )
    if denominator > numerator and gcd(denominator, numerator) == 1:
        return start + 2, f"{numerator}/{denominator}"
    return None


def _one_and_part(tokens: Tokens, start: int, language: NumberWords) -> Amount | None:
    """Read "a dollar fifty" and "a dollar and sixteen cents"; "a dollar" alone stays words."""
    if tokens[start] != language.indefinite:
        return None
    for length, currency in language.currencies.matches(tokens.words, start + 1):
        end = start + 1 + length
        money = _money(tokens, end, "1", 1, currency, language)
        if money is not None and money.end > end:
            return money
    return None


def _and_a_half(tokens: Tokens, start: int, language: NumberWords) -> int:
    """Return the end of "and a half" or "and one half" at ``start``, 0 without it."""
    if tokens[start] != language.conjunction or tokens[start + 1] not in (language.indefinite, language.one):
        return 0
    return start + 3 if tokens[start + 2] == language.half else 0


def _in_decimals(text: str) -> str:
    """Return "2 1/2" as "2.5" if two decimals are exact, else ``text``."""
    whole, _, fraction = text.partition(" ")
    return whole + _EXACT_DECIMALS[fraction] if fraction in _EXACT_DECIMALS else text


def _times_multiplier(text: str, word: str, language: NumberWords) -> int:
    """Return the product in "two and a half thousand" or "one point five hundred", 0 if it is not whole."""
    if word not in language.multipliers_after_article:
        return 0
    try:
        number = Decimal(_in_decimals(text)) * (value_of([word], language) or 0)
    except ArithmeticError:
        return 0
    return int(number) if number == int(number) else 0


def _with_unit(tokens: Tokens, number: Amount, language: NumberWords, rules: NumberRules) -> Amount | None:
    """Return the number with its unit, percent or currency, None if none follows."""
    end, text, value = number
    found = tokens.find(language.percents, end)
    if found and tokens[found[0]] not in language.symbol_nouns:
        return Amount(found[0], text + found[1], None)
    if rules.units and (found := tokens.find(language.units, end)) and tokens[found[0]] not in language.symbol_nouns:
        separator = "" if found[1].startswith("°") and len(found[1]) == 1 else " "
        return Amount(found[0], text + separator + found[1], None)
    if rules.money and "/" in text and next(language.currencies.matches(tokens.words, end), None):
        text = _in_decimals(text)
    if rules.money and "/" not in text:
        for length, currency in language.currencies.matches(tokens.words, end):
            if tokens[end + length] not in language.symbol_nouns:
                return _money(tokens, end + length, text, value, currency, language)
    return None


def _money(
    tokens: Tokens, end: int, text: str, value: int | None, currency: Currency, language: NumberWords
) -> Amount | None:
    if value is None:
        whole, point, decimals = text.partition(".")
        if point and len(decimals) == 1:
            text = f"{whole}.{decimals}0"
        return Amount(end, currency.sign + text, None) if currency.is_money_alone else None
    joined = tokens[end] == language.conjunction
    part = below_hundred(tokens, end + joined, language)
    if part is not None and part.value:
        if tokens[part.end] in currency.hundredths:
            return Amount(part.end + 1, f"{currency.sign}{text}.{part.value:02}", None)
        last = part.end == len(tokens) or tokens[part.end] in language.amount_ends or tokens.has_pause_before(part.end)
        if not joined and part.value >= 10 and last and not tokens.has_pause_before(end):
            return Amount(part.end, f"{currency.sign}{text}.{part.value:02}", None)
    return Amount(end, currency.sign + text, None) if currency.is_money_alone else None
