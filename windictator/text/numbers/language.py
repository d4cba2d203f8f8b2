"""Words of a language that numbers consist of; each language is a module with one ``NumberWords``."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain

from windictator.text.phrases import PhraseMap


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency.

    sign: written before the amount, as in "$5".
    hundredths: words for a hundredth of it ("cents").
    is_money_alone: False if its name alone may mean something else; a pound may be a weight.
    """

    sign: str
    hundredths: frozenset[str]
    is_money_alone: bool = True


class Link(enum.Enum):
    """Relation between two numbers, which are then both in digits or both in words. The value lists words for it."""

    RANGE = "to"
    """Range, as in "five to ten"."""
    CHOICE = "or"
    """Choice, as in "two or three"."""
    PAIR = "and"
    """Pair, as in "between five and ten"."""
    RATIO = "in, out of"
    """Ratio, as in "one in twenty"."""
    PARTITIVE = "of, of the"
    """Part of a group, as in "three of the ten"."""
    ORDINALS = "to the, and the"
    """Two ordinals, as in "the fifth and the tenth"."""
    OTHER = "plus, by, comma"
    """Calculations and lists, as in "five plus ten"."""


@dataclass(frozen=True)
class NumberWords:
    """Words of a language for everything that contains numbers, all case-folded.

    Examples are English. A "trigger" is a word before or after a number that decides how the number is read.
    """

    code: str
    """Code of the language for text2num: "en"."""
    small: Mapping[str, int]
    """Values of zero to nineteen: "seven" is 7."""
    tens: Mapping[str, int]
    """Values of twenty to ninety: "forty" is 40."""
    decades: Mapping[str, int]
    """Values of decades: "nineties" is 90, as in "the nineteen nineties"."""
    ordinals: frozenset[str]
    """Last words of ordinals: "first", "twentieth", as in "twenty first"."""
    multipliers: frozenset[str]
    """Words that multiply the number before them: "hundred", "million"."""
    magnitudes: frozenset[str]
    """Multipliers that stay words after digits: "million", as in "3 million"."""
    multipliers_after_article: frozenset[str]
    """Multipliers that an article turns into a number: "hundred", as in "a hundred"."""
    indefinite: str
    """Article that means one before those multipliers: "a"."""
    one: str
    """Word for 1, which may also be a pronoun: "one"."""
    conjunction: str
    """Word inside a number: "and", as in "two hundred and five"."""
    zeros: frozenset[str]
    """Words for 0 inside a row of digits: "oh", as in "five oh five"."""
    homophones: Mapping[str, str]
    """Digits that other words sound like: "for" is "four". Used in numbers mode only."""
    repeats: Mapping[str, int]
    """Words that repeat the next digit: "double" is 2, as in "double seven"."""
    points: frozenset[str]
    """Words for the decimal point: "point", as in "three point five"."""
    dots: frozenset[str]
    """Words for the dot of versions and addresses: "dot", as in "example dot com"."""
    dashes: Mapping[str, str]
    """Symbols between digits or parts of an address: "underscore" is "_", as in "jane underscore doe"."""
    decimal_triggers: frozenset[str]
    """Words before a decimal without its zero: "by", as in "by point five"."""
    minuses: frozenset[str]
    """Words for a negative number: "minus", as in "minus five"."""
    pluses: frozenset[str]
    """Words for the plus of an international telephone number: "plus", as in "plus four nine"."""
    digit_triggers: Mapping[str, str]
    """Words before a number in digits, and their text: "version", as in "version 2"; "numeral" is written as nothing.
    """
    label_triggers: frozenset[str]
    """Words before a number that is a name and not a time: "page", as in "page three thirty"."""
    pronoun_one_after: frozenset[str]
    """Words before "one" that make it a pronoun: "this", as in "this one"."""
    pronoun_one_before: frozenset[str]
    """Words after "one" that make it a pronoun or part of an idiom: "day", as in "one day"."""
    connectors: PhraseMap[Link]
    """Phrases between two numbers, and their relation: "up to" is RANGE, as in "five up to ten"."""
    pair_triggers: frozenset[str]
    """Words before two numbers that make a pair of them: "between", as in "between one and twenty"."""
    range_triggers: frozenset[str]
    """Words before two numbers that make a range of them, and not a time: "from", as in "from five to ten"."""
    durations: frozenset[str]
    """Words after two numbers that make them no ratio: "minutes", as in "two in twenty minutes"."""
    round_years: PhraseMap[str]
    """Decades spoken as a number: "two thousands" is "2000s"."""
    article: str
    """Article before a decade or a day of a month: "the", as in "march the third"."""
    decade_triggers: frozenset[str]
    """Words before ``round_years``: "late", as in "the late nineteen hundreds"."""
    ages: PhraseMap[str]
    """Suffixes of a number for adjectives and nouns: "year old" is "-year-old", as in "a 10-year-old"."""
    idioms: PhraseMap[str]
    """Phrases with a text of their own: "twenty four seven" is "24/7"."""
    symbol_nouns: frozenset[str]
    """Words after the name of a character: "sign", as in "percent sign"."""
    signs: frozenset[str]
    """Words that are a character before one of ``symbol_nouns``: "dollar", as in "dollar sign five", with digits."""
    symbols: frozenset[str]
    """Words for characters beside which digits are used: "hash", as in "hash five", which is "#5"."""

    percents: PhraseMap[str]
    """Phrases for percent, and their text: "per cent" is "%"."""
    units: PhraseMap[str]
    """Phrases for units, and their text: "kilometres per hour" is "km/h"."""
    currencies: PhraseMap[Currency]
    """Phrases for currencies: "euros", as in "five euros", which is "€5"."""
    amount_ends: frozenset[str]
    """Words that may follow an amount or a date: "and", as in "five dollars twenty and"."""

    singular_denominators: Mapping[str, int]
    """Denominators in the singular: "third" is 3, as in "one third"."""
    plural_denominators: Mapping[str, int]
    """Denominators in the plural: "thirds" is 3, as in "two thirds"."""

    second: str
    """Ordinal that is also a unit of time: "second", as in "a twenty second break"."""
    half: str
    """Word for half an hour and half a number: "half", as in "half past three"."""
    quarter: str
    """Word for a quarter of an hour and of a number: "quarter", as in "a quarter to five"."""
    past: frozenset[str]
    """Words between minutes and the hour before: "past", as in "ten past six"."""
    to: frozenset[str]
    """Words between minutes and the hour after: "to", as in "ten to six"."""
    minutes: frozenset[str]
    """Words for minutes before ``past`` and ``to``: "minutes", as in "twenty minutes to seven"."""
    clocks: PhraseMap[str]
    """Phrases after a full hour, and their text: "o clock" is "o'clock", as in "nine o clock"."""
    hours: frozenset[str]
    """Words after a time in the military style: "hours", as in "fifteen hundred hours"."""
    meridiems: PhraseMap[str]
    """Phrases for the half of the day, as "a" or "p": "p m" is "p", as in "three p m"."""
    time_triggers: frozenset[str]
    """Words before a time: "until", as in "until three twenty"."""
    clock_triggers: frozenset[str]
    """Words of ``time_triggers`` before which no year stands: "at", as in "at fifteen thirty"."""
    times_of_day: PhraseMap[str]
    """Phrases after a time: "in the morning", as in "three twenty in the morning"."""

    months: Mapping[str, str]
    """Months, and their text: "may" is "May"."""
    ambiguous_months: frozenset[str]
    """Months that are other words too: "may", "march"."""
    date_triggers: frozenset[str]
    """Words before an ambiguous month that make it a month: "on", as in "on may third"."""
    of: str
    """Word between day and month: "of", as in "the third of may"."""
    year_triggers: frozenset[str]
    """Words before a year: "since", as in "since twelve oh five"."""

    address_at: str
    """Word for the at sign of an e-mail address: "at", as in "jane at example dot com"."""
    slashes: frozenset[str]
    """Words for the slash of a web address: "slash", as in "example dot com slash news"."""
    colons: frozenset[str]
    """Words for the colon of a web address: "colon", as in "https colon slash slash"."""
    schemes: frozenset[str]
    """Schemes of web addresses: "https"."""
    domains: frozenset[str]
    """Top-level domains, one of which ends every host: "com"."""
    not_address_names: frozenset[str]
    """Words that are neither a mailbox nor a host: "look", as in "look at example dot com"."""

    ones: Mapping[str, int] = field(init=False)
    """Values of the digits one to nine: "seven" is 7."""
    digits: Mapping[str, str] = field(init=False)
    """Digits of a row, as text: "seven" is "7", "oh" is "0"."""
    counting: frozenset[str] = field(init=False)
    """Words that a cardinal may begin with: "seven", "forty", "twenty-one"."""
    starters: frozenset[str] = field(init=False)
    """Words that everything except an address may begin with: "seven", "half", "minus", "march"."""
    markers: frozenset[str] = field(init=False)
    """Words of which every number and every address contains one: ``starters``, and ``dots``, as in "example dot com".
    """
    linking: frozenset[str] = field(init=False)
    """Words that an unfinished number may end with: "point", as in "three point"."""

    def __post_init__(self) -> None:
        ones = {word: value for word, value in self.small.items() if 0 < value < 10}
        hyphenated = {f"{ten}-{one}" for ten in self.tens for one in ones}
        counting = frozenset(chain(self.small, self.tens, hyphenated))
        ordinals = self.ordinals | {f"{ten}-{last}" for ten in self.tens for last in self.ordinals}
        prefixes = {
            self.indefinite,
            self.half,
            self.quarter,
            *self.minuses,
            *self.pluses,
            *self.repeats,
            *self.digit_triggers,
            *self.months,
            *self.zeros,
            *self.points,
        }
        units = chain(
            self.units.words(),
            self.currencies.words(),
            self.meridiems.words(),
            self.clocks.words(),
            self.percents.words(),
        )
        inner = {
            self.conjunction,
            self.of,
            *self.past,
            *self.to,
            *self.minutes,
            *self.hours,
            *self.singular_denominators,
            *self.plural_denominators,
        }
        starters = frozenset(counting | ordinals | prefixes)
        values = {
            "ones": ones,
            "digits": {
                **{word: str(value) for word, value in self.small.items() if value < 10},
                **dict.fromkeys(self.zeros, "0"),
            },
            "counting": counting,
            "ordinals": ordinals,
            "starters": starters,
            "markers": starters | self.dots,
            "linking": frozenset(
                starters
                | inner
                | self.multipliers
                | self.decades.keys()
                | self.dots
                | self.dashes.keys()
                | set(units)
                | self.symbols
                | self.signs
                | self.connectors.words()
                | self.round_years.words()
                | self.ages.words()
            ),
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)
