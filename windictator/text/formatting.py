"""Words with the spacing and case that they request: output of the vocabulary, input of ``context_adjust``."""

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass


class Formatting(enum.Flag):
    """Requests of a word for the spacing and case around it."""

    NONE = 0
    """An ordinary word: spaces on both sides, and a capital only at the start of a sentence."""
    NO_SPACE_BEFORE = enum.auto()
    """No space between the word before and this one, as for a comma."""
    NO_SPACE_AFTER = enum.auto()
    """No space between this word and the next one, as for an opening bracket."""
    PAIR = enum.auto()
    """The text is an opening and a closing symbol of equal length; the context decides which one is written."""
    CAPITAL_NEXT = enum.auto()
    """The next word begins with a capital."""
    UPPER_NEXT = enum.auto()
    """The next word is in upper case."""
    LOWER_NEXT = enum.auto()
    """The next word is in lower case."""
    CAPITAL_ON = enum.auto()
    """All words begin with a capital until CASE_OFF."""
    UPPER_ON = enum.auto()
    """All words are in upper case until CASE_OFF."""
    LOWER_ON = enum.auto()
    """All words are in lower case until CASE_OFF."""
    CASE_OFF = enum.auto()
    """The mode of CAPITAL_ON, UPPER_ON or LOWER_ON ends."""
    SPACES_OFF = enum.auto()
    """Words are written without spaces until SPACES_ON."""
    SPACES_ON = enum.auto()
    """The mode of SPACES_OFF ends."""
    AS_WRITTEN = enum.auto()
    """No capital at the start of a sentence; a case that the user requests is still applied."""
    NO_SENTENCE = enum.auto()
    """The full stop at the end belongs to an abbreviation: it ends no sentence, and a second one is not added after it.
    """


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
"""Effects on the next words, by their names in the vocabulary file."""


@dataclass(frozen=True, slots=True)
class FormattedWord:
    """One word or symbol as it is written, without spaces and case.

    text: empty for a word that only changes what follows ("all caps", "no space").
    after_cursor: text that is written after the cursor of a snippet; the next words go between ``text`` and it.
    """

    text: str
    formatting: Formatting = Formatting.NONE
    after_cursor: str = ""


# First word with a capital that is not the first letter (iPhone, eBay), or with a character of addresses and code.
_MIXED_CASE = re.compile(r"[^\W\d_]\S*(?:(?<=[a-z])(?=[A-Z])|[@_/\\]|\.\w)")


def case_formatting(text: str) -> Formatting:
    """Return AS_WRITTEN if the start of a sentence gives the first word of ``text`` no capital, else NONE."""
    return Formatting.AS_WRITTEN if _MIXED_CASE.match(text) else Formatting.NONE


def joins_words(written: Sequence[FormattedWord], is_joined: bool) -> bool:
    """Return True if words after ``written`` have no spaces between them. ``is_joined``: the same before it."""
    for word in written:
        if Formatting.SPACES_OFF in word.formatting:
            is_joined = True
        elif Formatting.SPACES_ON in word.formatting:
            is_joined = False
    return is_joined
