"""Times of the day."""

from __future__ import annotations

from windictator.text.numbers.cardinals import below_hundred, cardinal
from windictator.text.numbers.language import NumberWords, Spoken
from windictator.text.numbers.rules import NumberRules

_ROUND_MINUTES = (15, 30, 45)
"""Minutes that make "three thirty" a time where nothing else speaks for or against it."""


_HOURS_NO_CENTURY = (13, 14, 15, 16, 17, 21, 22, 23)
"""Hours that hardly begin a year, so that "fifteen thirty" is a time for those who want 24 hours."""


def time_of_day(spoken: Spoken, start: int, language: NumberWords, rules: NumberRules) -> tuple[int, str] | None:
    """The time that begins at ``start``: (end, written)."""
    if rules.times == "off":
        return None
    return (
        _past_or_to(spoken, start, language, rules)
        or _military(spoken, start, language)
        or _clock(spoken, start, language, rules)
    )


def _past_or_to(spoken: Spoken, start: int, language: NumberWords, rules: NumberRules) -> tuple[int, str] | None:
    """ "half past three", "a quarter to five", "ten past six", "twenty minutes to seven"."""
    word = spoken[start]
    position = start + 1
    sure = True
    if word == language.indefinite and spoken[position] == language.quarter:
        minutes, position = 15, position + 1
    elif word == language.quarter:
        minutes = 15
    elif word == language.half:
        minutes = 30
    else:
        found = below_hundred(spoken, start, language)
        if found is None or not 0 < found.value < 30:
            return None
        minutes, position = found.value, found.end
        sure = spoken[position] in language.minutes
        position += sure
        if not sure and (minutes % 5 or spoken[start - 1] in language.range_cues) and spoken[position] in language.to:
            return None  # "three to four p m" lasts an hour
    past = spoken[position] in language.past
    if not past and spoken[position] not in language.to:
        return None
    hour = below_hundred(spoken, position + 1, language)
    if hour is None or not 1 <= hour.value <= 12 or (minutes == 30 and not past):
        return None
    end, meridiem = _meridiem(spoken, hour.end, language)
    if not past and not sure and not meridiem and not spoken.find(language.clocks, end):
        return None  # "ten to five" may be a range, or odds
    if found_clock := spoken.find(language.clocks, end):
        end = found_clock[0]
        if not meridiem:
            end, meridiem = _meridiem(spoken, end, language)
    if not meridiem and _is_amount(spoken, end, language):
        return None
    shown = hour.value if past else (hour.value - 2) % 12 + 1
    if not past and hour.value == 12 and meridiem:
        meridiem = "a" if meridiem == "p" else "p"  # a quarter to twelve p.m. is before noon
    return end, _written(shown, minutes if past else 60 - minutes, meridiem, rules)


def _military(spoken: Spoken, start: int, language: NumberWords) -> tuple[int, str] | None:
    """ "fifteen hundred hours", "oh nine thirty hours"."""
    begin = start + 1 if spoken[start] in language.digits and language.digits[spoken[start]] == "0" else start
    hour = below_hundred(spoken, begin, language)
    if hour is None or hour.value > 24 or (begin > start and hour.value > 9):
        return None
    if spoken[hour.end] in language.multipliers_after_article and spoken[hour.end + 1] in language.hours:
        # The only multiplier with a sense here is the hundred: "two thousand hours" are many hours.
        whole = cardinal(spoken, begin, language)
        if whole is not None and whole.value == hour.value * 100:
            return hour.end + 2, f"{hour.value:02}00 {spoken[hour.end + 1]}"
    if begin > start or hour.value >= 10:
        minutes = below_hundred(spoken, hour.end, language)
        if minutes is not None and 10 <= minutes.value < 60 and spoken[minutes.end] in language.hours:
            return minutes.end + 1, f"{hour.value:02}{minutes.value:02} {spoken[minutes.end]}"
    return None


def _clock(spoken: Spoken, start: int, language: NumberWords, rules: NumberRules) -> tuple[int, str] | None:
    """ "three thirty", "three oh five p m", "nine o'clock", "fourteen thirty"."""
    hour = below_hundred(spoken, start, language)
    if hour is None or hour.value > 23:
        return None
    if clock := spoken.find(language.clocks, hour.end):
        if not 1 <= hour.value <= 12:
            return None
        end, meridiem = _meridiem(spoken, clock[0], language)
        return end, _written(hour.value, 0, meridiem, rules) if meridiem else f"{hour.value} {clock[1]}"
    end, meridiem = _meridiem(spoken, hour.end, language)
    if meridiem:
        return (end, _written(hour.value, None, meridiem, rules)) if 1 <= hour.value <= 12 else None
    if spoken.apart(hour.end):
        return None
    if spoken[hour.end] in language.zeros and spoken[hour.end + 1] in language.ones:
        end, minutes = hour.end + 2, language.ones[spoken[hour.end + 1]]
    else:
        found = below_hundred(spoken, hour.end, language)
        if found is None or not 10 <= found.value < 60:
            return None
        end, minutes = found.end, found.value
    behind, meridiem = _meridiem(spoken, end, language)
    if meridiem:
        return (behind, _written(hour.value, minutes, meridiem, rules)) if 1 <= hour.value <= 12 else None
    before = spoken[start - 1]
    if before in language.label_cues or _is_amount(spoken, end, language):
        return None
    said_on_24 = rules.times == "24h" and hour.value in _HOURS_NO_CENTURY and minutes in _ROUND_MINUTES
    if said_on_24 and before not in language.year_cues:
        return end, f"{hour.value}:{minutes:02}"
    if hour.value == 0 or hour.value == 20 or (hour.value > 12 and before not in language.time_cues):
        return None
    if before in language.time_cues or spoken.find(language.times_of_day, end):
        return end, f"{hour.value}:{minutes:02}"
    usual = minutes in _ROUND_MINUTES or (minutes < 10 <= hour.value)  # "six oh five" may be a room
    if usual and hour.value <= 12 and before not in language.year_cues:
        return end, f"{hour.value}:{minutes:02}"
    return None


def _meridiem(spoken: Spoken, start: int, language: NumberWords) -> tuple[int, str]:
    return spoken.find(language.meridiems, start) or (start, "")


def _is_amount(spoken: Spoken, end: int, language: NumberWords) -> bool:
    """Whether what stands behind a number says that it counts something."""
    return (
        spoken[end] in language.multipliers
        or spoken[end] in language.counting
        or spoken[end] in language.points
        or any(next(table.at(spoken.heard, end), None) for table in (language.percents, language.units))
        or next(language.currencies.at(spoken.heard, end), None) is not None
    )


def _written(hour: int, minutes: int | None, meridiem: str, rules: NumberRules) -> str:
    """``meridiem``: "a", "p" or "" where it was not said. ``minutes``: None for a full hour."""
    if rules.times == "24h" and meridiem:
        return f"{hour % 12 + 12 * (meridiem == 'p')}:{minutes or 0:02}"
    clock = f"{hour}:{minutes:02}" if minutes is not None else str(hour)
    if not meridiem:
        return clock
    return f"{clock} {rules.times.replace('P', meridiem.upper()).replace('p', meridiem)}"
