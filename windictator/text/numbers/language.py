"""The words of a language that numbers are made of: its shape; each language is a module of data."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain

from windictator.text.phrases import PhraseMap

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Currency:
    """``sign`` is written before the amount. ``parts``: the words for its hundredth. ``alone``: whether its name
    means money without them too (a pound may be a weight)."""

    sign: str
    hundredths: frozenset[str]
    is_money_alone: bool = True


class Link(enum.Enum):
    """How words between two numbers link them, so that both are written in one form."""

    RANGE = "to"
    CHOICE = "or"
    PAIR = "and"
    RATIO = "in, out of"
    PARTITIVE = "of, of the"
    ORDINALS = "to the, and the"
    OTHER = "plus, by, comma"


@dataclass(frozen=True)
class NumberWords:
    """The words, all case-folded.

    ``code``: the language's name for text2num. ``small``: zero to nineteen; ``tens``: twenty to ninety;
    ``ordinals``: the words that end an ordinal. ``multipliers``: hundred and up; ``magnitudes``: those of them that are
    written as words behind digits ("3 million"). ``indefinite``: the article that means one before one of
    ``multipliers_after_article``. ``joins``: "and" inside a number.
    """

    code: str
    small: Mapping[str, int]
    tens: Mapping[str, int]
    decades: Mapping[str, int]
    ordinals: frozenset[str]
    multipliers: frozenset[str]
    magnitudes: frozenset[str]
    multipliers_after_article: frozenset[str]
    indefinite: str
    one: str
    conjunction: str
    zeros: frozenset[str]
    """Words for 0 inside a row of digits."""
    homophones: Mapping[str, str]
    """Words for which a digit may have been said, where nothing but numbers is said."""
    repeats: Mapping[str, int]
    """"double" and "triple" before a digit."""
    points: frozenset[str]
    dots: frozenset[str]
    dashes: Mapping[str, str]
    """Words between two rows of digits, or between the words of an address, and what is written for them."""
    minuses: frozenset[str]
    pluses: frozenset[str]
    digit_triggers: Mapping[str, str]
    """Words before a number that ask for digits, and what is written for them."""
    label_triggers: frozenset[str]
    """Words before a number that is a name ("room three thirty"), never a time."""
    pronoun_one_after: frozenset[str]
    """Words before "one" that make it a pronoun."""
    pronoun_one_before: frozenset[str]
    """Words behind "one" that make it a pronoun or a part of an idiom."""
    connectors: PhraseMap[Link]
    pair_triggers: frozenset[str]
    """Words before "one and twenty" that make a pair of it."""
    range_triggers: frozenset[str]
    """Words before "five to ten" that make it no time of the day."""
    durations: frozenset[str]
    round_years: PhraseMap[str]
    """Decades that are said as a number: "the two thousands"."""
    article: str
    """The article before a decade, or before a day of a month: "March the third"."""
    decade_triggers: frozenset[str]
    """Words before such a decade."""
    ages: PhraseMap[str]
    """What makes an adjective or a noun of a number, and how it is written behind it."""
    idioms: PhraseMap[str]
    """Phrases that are written in a way of their own."""
    symbol_noun: str
    """Behind a unit it makes the two words the name of a character: "percent sign"."""
    signs: frozenset[str]
    """Words that are characters with ``symbol_noun`` behind them, written beside digits: "five percent sign"."""
    symbols: frozenset[str]
    """Characters that are written beside digits rather than beside words: "hash five" is #5."""

    percents: PhraseMap[str]
    units: PhraseMap[str]
    currencies: PhraseMap[Currency]
    amount_ends: frozenset[str]
    """Words that may follow "five dollars twenty"."""

    singular_denominators: Mapping[str, int]
    """Denominators in the singular: "one third"."""
    plural_denominators: Mapping[str, int]
    """Denominators in the plural: "two thirds"."""

    second: str
    """The ordinal that is a measure of time too."""
    half: str
    quarter: str
    past: frozenset[str]
    to: frozenset[str]
    minutes: frozenset[str]
    clocks: PhraseMap[str]
    hours: frozenset[str]
    meridiems: PhraseMap[str]
    """"a" or "p"."""
    time_triggers: frozenset[str]
    times_of_day: PhraseMap[str]

    months: Mapping[str, str]
    ambiguous_months: frozenset[str]
    """Months that are other words too."""
    date_triggers: frozenset[str]
    """Words before a doubtful month that make it a month."""
    of: str
    year_triggers: frozenset[str]

    address_at: str
    slashes: frozenset[str]
    colons: frozenset[str]
    schemes: frozenset[str]
    domains: frozenset[str]
    not_address_names: frozenset[str]
    """Words that are no mailbox and no host: "look at example dot com"."""

    ones: Mapping[str, int] = field(init=False)
    """The digits one to nine."""
    digits: Mapping[str, str] = field(init=False)
    """The words for single digits in a row of them."""
    counting: frozenset[str] = field(init=False)
    """Words that a cardinal may begin with."""
    starters: frozenset[str] = field(init=False)
    """Words that anything but an address begins with."""
    linking: frozenset[str] = field(init=False)
    """Words that a number in the making may end with."""

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


class Tokens:
    """The words of an utterance, case-folded; outside it every word is ""."""

    __slots__ = ("_apart", "_heard")

    def __init__(self, tokens: list[str], pause_before: frozenset[int] = frozenset()) -> None:
        """``apart``: positions of the words that a pause comes before."""
        self._heard = tokens
        self._apart = pause_before

    def __len__(self) -> int:
        return len(self._heard)

    def __getitem__(self, position: int) -> str:
        return self._heard[position] if 0 <= position < len(self._heard) else ""

    @property
    def words(self) -> list[str]:
        """The words themselves."""
        return self._heard

    def has_pause_before(self, position: int) -> bool:
        """Whether a pause comes before the word at ``position``."""
        return position in self._apart

    def find(self, table: PhraseMap[str], position: int) -> tuple[int, str] | None:
        """The longest phrase of ``table`` at ``position``: its end and its meaning."""
        for length, meaning in table.matches(self._heard, position):
            return position + length, meaning
        return None
