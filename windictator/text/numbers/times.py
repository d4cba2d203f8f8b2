"""Times of day."""

from __future__ import annotations

from windictator.text.numbers.cardinals import below_hundred, cardinal
from windictator.text.numbers.language import NumberWords
from windictator.text.numbers.rules import NumberRules
from windictator.text.tokens import Tokens

_ROUND_MINUTES = (15, 30, 45)
"""Minutes that make "three thirty" a time without any other sign."""


_HOURS_NO_CENTURY = (13, 14, 15, 16, 17, 21, 22, 23)
"""Hours that rarely begin a year, so that "fifteen thirty" is a time if times have 24 hours."""


def time_of_day(tokens: Tokens, start: int, language: NumberWords, rules: NumberRules) -> tuple[int, str] | None:
    """Return the time at ``start``, as (end, text)."""
    if rules.times == "off":
        return None
    return (
        _past_or_to(tokens, start, language, rules)
        or _military(tokens, start, language)
        or _clock(tokens, start, language, rules)
    )


def _past_or_to(tokens: Tokens, start: int, language: NumberWords, rules: NumberRules) -> tuple[int, str] | None:
    """Read "half past three", "a quarter to five", "ten past six", "twenty minutes to seven"."""
    word = tokens[start]
    position = start + 1
    sure = True
    if word == language.indefinite and tokens[position] == language.quarter:
        minutes, position = 15, position + 1
    elif word == language.quarter:
        minutes = 15
    elif word == language.half:
        minutes = 30
    else:
        found = below_hundred(tokens, start, language)
        if found is None or not 0 < found.value < 30:
            return None
        minutes, position = found.value, found.end
        sure = tokens[position] in language.minutes
        position += sure
        if (
            not sure
            and (minutes % 5 or tokens[start - 1] in language.range_triggers)
            and tokens[position] in language.to
        ):
            return None  # "three to four p m" is a range of an hour
    past = tokens[position] in language.past
    before_hour = tokens[position] in language.to
    if minutes == 15 and tokens[position] == language.of:  # American: "a quarter of three"
        ended = below_hundred(tokens, position + 1, language)
        before_hour = ended is not None and (ended.end == len(tokens) or tokens.has_pause_before(ended.end))
    if not past and not before_hour:
        return None
    hour = below_hundred(tokens, position + 1, language)
    if hour is None or not 1 <= hour.value <= 12 or (minutes == 30 and not past):
        return None
    end, meridiem = _meridiem(tokens, hour.end, language)
    if not past and not sure and not meridiem and not tokens.find(language.clocks, end):
        return None  # "ten to five" may be a range, or odds
    if found_clock := tokens.find(language.clocks, end):
        end = found_clock[0]
        if not meridiem:
            end, meridiem = _meridiem(tokens, end, language)
    if not meridiem and _is_amount(tokens, end, language):
        return None
    shown = hour.value if past else (hour.value - 2) % 12 + 1
    if not past and hour.value == 12 and meridiem:
        meridiem = "a" if meridiem == "p" else "p"  # a quarter to twelve p.m. is before noon
    return end, _written(shown, minutes if past else 60 - minutes, meridiem, rules)


def _military(tokens: Tokens, start: int, language: NumberWords) -> tuple[int, str] | None:
    """Read "fifteen hundred hours", "oh nine thirty hours"."""
    begin = start + 1 if tokens[start] in language.digits and language.digits[tokens[start]] == "0" else start
    hour = below_hundred(tokens, begin, language)
    if hour is None or hour.value > 24 or (begin > start and hour.value > 9):
        return None
    if tokens[hour.end] in language.multipliers_after_article and tokens[hour.end + 1] in language.hours:
        # Only the hundred makes sense here, because "two thousand hours" is a duration.
        whole = cardinal(tokens, begin, language)
        if whole is not None and whole.value == hour.value * 100:
            return hour.end + 2, f"{hour.value:02}00 {tokens[hour.end + 1]}"
    if begin > start or hour.value >= 10:
        minutes = below_hundred(tokens, hour.end, language)
        if minutes is not None and 10 <= minutes.value < 60 and tokens[minutes.end] in language.hours:
            return minutes.end + 1, f"{hour.value:02}{minutes.value:02} {tokens[minutes.end]}"
    return None


def _clock(tokens: Tokens, start: int, language: NumberWords, rules: NumberRules) -> tuple[int, str] | None:
    """Read "three thirty", "three oh five p m", "nine o'clock", "fourteen thirty"."""
    hour = below_hundred(tokens, start, language)
    if hour is None or hour.value > 23:
        return None
    if clock := tokens.find(language.clocks, hour.end):
        if not 1 <= hour.value <= 12:
            return None
        end, meridiem = _meridiem(tokens, clock[0], language)
        return end, _written(hour.value, 0, meridiem, rules) if meridiem else f"{hour.value} {clock[1]}"
    end, meridiem = _meridiem(tokens, hour.end, language)
    if meridiem:
        return (end, _written(hour.value, None, meridiem, rules)) if 1 <= hour.value <= 12 else None
    if tokens.has_pause_before(hour.end):
        return None
    if tokens[hour.end] in language.zeros and tokens[hour.end + 1] in language.ones:
        end, minutes = hour.end + 2, language.ones[tokens[hour.end + 1]]
    else:
        found = below_hundred(tokens, hour.end, language)
        if found is None or not 10 <= found.value < 60:
            return None
        end, minutes = found.end, found.value
    meridiem_end, meridiem = _meridiem(tokens, end, language)
    if meridiem:
        return (meridiem_end, _written(hour.value, minutes, meridiem, rules)) if 1 <= hour.value <= 12 else None
    before = tokens[start - 1]
    if before in language.label_triggers or _is_amount(tokens, end, language):
        return None
    said_on_24 = rules.times == "24h" and hour.value in _HOURS_NO_CENTURY and minutes in _ROUND_MINUTES
    if said_on_24 and before not in language.year_triggers:
        return end, f"{hour.value}:{minutes:02}"
    if hour.value == 0 or hour.value == 20 or (hour.value > 12 and before not in language.clock_triggers):
        return None  # mostly a year: "until nineteen fourteen"
    if before in language.time_triggers or tokens.find(language.times_of_day, end):
        return end, f"{hour.value}:{minutes:02}"
    if start == 0 and end == len(tokens) and 10 <= hour.value <= 12 < minutes:
        return end, f"{hour.value}:{minutes:02}"
    usual = minutes in _ROUND_MINUTES or (minutes < 10 <= hour.value)  # "six oh five" may be a page
    if usual and hour.value <= 12 and before not in language.year_triggers:
        return end, f"{hour.value}:{minutes:02}"
    return None


def _meridiem(tokens: Tokens, start: int, language: NumberWords) -> tuple[int, str]:
    return tokens.find(language.meridiems, start) or (start, "")


def _is_amount(tokens: Tokens, end: int, language: NumberWords) -> bool:
    """Return True if the words after a number show that it counts something."""
    return (
        tokens[end] in language.multipliers
        or tokens[end] in language.counting
        or tokens[end] in language.points
        or any(next(table.matches(tokens.words, end), None) for table in (language.percents, language.units))
        or next(language.currencies.matches(tokens.words, end), None) is not None
    )


def _written(hour: int, minutes: int | None, meridiem: str, rules: NumberRules) -> str:
    """Return the text of a time.

    minutes: None for a full hour.
    meridiem: "a", "p", or "" if it was not said.
    """
    if rules.times == "24h" and meridiem:
        return f"{hour % 12 + 12 * (meridiem == 'p')}:{minutes or 0:02}"
    clock = f"{hour}:{minutes:02}" if minutes is not None else str(hour)
    if not meridiem:
        return clock
    return f"{clock} {rules.times.replace('P', meridiem.upper()).replace('p', meridiem)}"
