"""The rules of a vocabulary."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from windictator.text.rules.acronyms import Acronyms

if TYPE_CHECKING:  # numbers import a library, which is not needed if they are turned off
    from windictator.text.numbers.language import NumberWords
    from windictator.text.rules.rule import Rule

RULES = ("acronyms", "codes")
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


def standard_rules(words: RuleWords, language: NumberWords | None, off: Collection[str] = ()) -> tuple[Rule, ...]:
    """Return the rules of a language, without those that are turned off.

    language: words of numbers; None if numbers stay words, so that there are no codes.
    off: names of RULES.
    """
    rules: list[Rule] = [Acronyms(words.acronyms, words.labels, words.determiners)]
    if language is not None:
        from windictator.text.rules.codes import Codes

        rules.append(Codes(language, words.codes, words.labels))
    return tuple(rule for rule in rules if rule.name not in off)
