"""Words with the spacing and case they ask for: what the vocabulary gives and ``context_adjust`` takes."""

import enum
import re
from collections.abc import Iterable
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
    AS_WRITTEN = enum.auto()
    """No capital at a sentence's start; a case that is asked for is obeyed."""
    NO_SENTENCE = enum.auto()
    """The full stop at its end is that of an abbreviation: it begins no sentence, and another is not put behind it."""


EFFECTS = {
    "capital": Formatting.CAPITAL_NEXT,
    "capital on": Formatting.CAPITAL_ON,
    "upper case": Formatting.UPPER_NEXT,
    "upper case on": Formatting.UPPER_ON,
    "lower case": Formatting.LOWER_NEXT,
    "lower case on": Formatting.LOWER_ON,
    "case off": Formatting.CASE_OFF,
    "no space": Formatting.NO_SPACE_AFTER,
    "no space on": Formatting.SPACES_OFF,
    "no space off": Formatting.SPACES_ON,
    "no sentence": Formatting.NO_SENTENCE,
}
"""What changes the words behind it, by its names in the file."""


@dataclass(frozen=True, slots=True)
class FormattedWord:
    """One word or mark as it is to be written, apart from spaces and case.

    ``text`` is empty for a word that only changes what follows ("all caps", "no space"). ``tail``: what is written
    as it is behind the caret, where the text goes on in between.
    """

    text: str
    formatting: Formatting = Formatting.NONE
    after_cursor: str = ""


def text_after_cursor(words: Iterable[FormattedWord]) -> str:
    """What stands behind the caret when ``words`` are written: each goes on before the tails of those before it."""
    return "".join(reversed([word.after_cursor for word in words if word.after_cursor]))


# Of the first word: a capital that is not the first letter (iPhone, eBay), or what only addresses and code have.
_MIXED_CASE = re.compile(r"[^\W\d_]\S*(?:(?<=[a-z])(?=[A-Z])|[@_/\\]|\.\w)")


def case_formatting(text: str) -> Formatting:
    """AS_WRITTEN for a text whose first word is no ordinary one, to which a sentence would give a capital."""
    return Formatting.AS_WRITTEN if _MIXED_CASE.match(text) else Formatting.NONE
