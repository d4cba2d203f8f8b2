"""Words with the spacing and case they ask for: what the vocabulary gives and ``context_adjust`` takes."""

import enum
from dataclasses import dataclass


class Formatting(enum.Flag):
    """What a word asks of the spacing and case around it."""

    NONE = 0
    NO_SPACE_BEFORE = enum.auto()
    NO_SPACE_AFTER = enum.auto()
    PAIR = enum.auto()
    """The text is an opening and a closing mark of equal length; which of them is meant, the context knows."""
    CAPITAL_NEXT = enum.auto()
    UPPER_NEXT = enum.auto()
    LOWER_NEXT = enum.auto()
    CAPITAL_ON = enum.auto()
    UPPER_ON = enum.auto()
    LOWER_ON = enum.auto()
    CASE_OFF = enum.auto()
    SPACES_OFF = enum.auto()
    SPACES_ON = enum.auto()


@dataclass(frozen=True, slots=True)
class FormattedWord:
    """One word or mark as it is to be written, apart from spaces and case.

    ``text`` is empty for a word that only changes what follows ("all caps", "no space").
    """

    text: str
    formatting: Formatting = Formatting.NONE
