"""What is wished for in the writing of numbers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NumberRules:
    """How numbers are written.

    ``digits_from``: cardinals and ordinals that stand alone are words below it, digits from it on; numbers with
    anything that asks for digits (a unit, a decimal point, ...) are always digits. ``group_digits``: "35,000" rather
    than "35000". ``times``: what follows a time of the day, "PM", "pm" or "p.m."; "24h" for 15:30; "off": words.
    ``dates``: "spoken" (21st of March), "plain" (21 March) or "off". ``alone``: nothing but numbers is said, so that
    each of them is in digits, and two digits are a row. ``ordinals``: "third" may be written as 3rd. The others turn a
    kind of number on.
    """

    digits_from: int = 10
    group_digits: bool = True
    times: str = "PM"
    dates: str = "spoken"
    money: bool = True
    units: bool = True
    fractions: bool = True
    digit_runs: bool = True
    addresses: bool = True
    alone: bool = False
    ordinals: bool = True
