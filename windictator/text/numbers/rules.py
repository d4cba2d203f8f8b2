"""Preferences for the writing of numbers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NumberRules:
    """Preferences for the writing of numbers."""

    digits_from: int = 10
    """Smallest cardinal or ordinal that is written in digits: with 10, "nine apples" but "10 apples".

    Numbers with a unit, a decimal point and the like are always in digits.
    """
    group_digits: bool = True
    """True for "35,000", False for "35000"."""
    times: str = "PM"
    """Suffix of a time of day: "PM", "pm" or "p.m."; "24h" for 15:30; "off" to keep words."""
    dates: str = "spoken"
    """Style of dates: "spoken" (21st of March), "plain" (21 March), or "off" to keep words."""
    money: bool = True
    """True for "$5", False for "5 dollars"."""
    units: bool = True
    """True for "5 km", False for "5 kilometres"."""
    fractions: bool = True
    """True for "2/3", False for "two thirds"."""
    digit_runs: bool = True
    """True to write rows of digits: "five five five one" is "5551"."""
    addresses: bool = True
    """True to write addresses: "jane at example dot com" is "jane@example.com"."""
    alone: bool = False
    """True if utterances are numbers only: each number is in digits, and two digits form a row."""
    ordinals: bool = True
    """True if "third" may be written as "3rd"."""
