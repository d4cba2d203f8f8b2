"""Interface of the rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from windictator.text.formatting import FormattedWord
from windictator.text.tokens import Tokens


class Match(NamedTuple):
    """Words for which a rule has another form."""

    length: int
    """Number of the words."""
    written: tuple[FormattedWord, ...]
    """The form."""


class Rule(Protocol):
    """One kind of formatting. Rules are immutable, and know only the words of one utterance."""

    @property
    def name(self) -> str:
        """Name of the rule for settings and explanations."""

    @property
    def markers(self) -> frozenset[str]:
        """Words of which every utterance that the rule changes contains one; of others the rule is not asked."""

    @property
    def starters(self) -> frozenset[str]:
        """First words of everything that the rule changes; at others it is not asked."""

    def match(self, tokens: Tokens, position: int) -> Match | None:
        """Return what is written for the words that begin at ``position``; None if the rule does not apply there.

        The longest match of all rules, numbers and phrases is used; of equal ones the first.
        """

    def unstable_word_count(self, tokens: Sequence[str]) -> int:
        """Return the number of case-folded words at the end whose form the next word may change."""
