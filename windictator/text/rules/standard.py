"""The rules of a vocabulary."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from windictator.text.rules.acronyms import Acronyms

if TYPE_CHECKING:  # numbers import a library, which is not needed if they are turned off
    from windictator.text.numbers.language import NumberWords
    from windictator.text.rules.rule import Rule

RULES = ("acronyms", "code", "codes", "roman numerals", "streets", "telephones")
"""Names of the rules."""


@dataclass(frozen=True)
class RuleWords:
    """Words of a language for rules; the vocabulary file has them."""

    acronyms: Mapping[str, str] = field(default_factory=dict)
    """Acronyms by their letters in lower case: "phd" is "PhD"."""
    codes: Mapping[str, str] = field(default_factory=dict)
    """Codes of letters and digits by these in lower case: "mp3" is "MP3"."""
    labels: frozenset[str] = frozenset()
    """Words before a letter or a code: "plan", "gate"."""
    determiners: frozenset[str] = frozenset()
    """Words after which "a" and "i" are letters."""
    hosts: frozenset[str] = frozenset()
    """Words before "colon" and a port."""
    streets: frozenset[str] = frozenset()
    """Words for streets."""
    not_names: frozenset[str] = frozenset()
    """Words that do not belong to a name."""
    telephone_words: frozenset[str] = frozenset()
    """Words before a telephone number."""
    code_words: frozenset[str] = frozenset()
    """Words before a number that is a code."""
    roman_numerals: tuple[tuple[str, ...], ...] = ()
    """Phrases that ask for a Roman numeral."""
    between_words: frozenset[str] = frozenset()
    """Words that may be between those and the number."""


def standard_rules(
    words: RuleWords, language: NumberWords | None, off: Collection[str] = (), telephones: str = "north american"
) -> tuple[Rule, ...]:
    """Return the rules of a language, without those that are turned off.

    language: words of numbers; None if numbers stay words, so that there are no codes.
    off: names of RULES.
    telephones: way to group telephone numbers, a key of ``telephones.STYLES``.
    """
    rules: list[Rule] = [Acronyms(words.acronyms, words.labels, words.determiners)]
    if language is not None:
        from windictator.text.rules.code import CodeWords
        from windictator.text.rules.codes import Codes
        from windictator.text.rules.roman import RomanNumerals
        from windictator.text.rules.streets import Streets
        from windictator.text.rules.telephones import Telephones

        rules += (
            Streets(language, words.streets, words.not_names),
            Telephones(language, telephones, words.telephone_words, words.code_words, words.between_words),
            Codes(language, words.codes, words.labels),
            CodeWords(language, words.hosts),
            RomanNumerals(language, words.roman_numerals),
        )
    return tuple(rule for rule in rules if rule.name not in off)
