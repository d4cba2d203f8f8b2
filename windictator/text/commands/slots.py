"""Slots of command phrases: parts that the user fills with words, numbers or keys."""

from __future__ import annotations

import enum
from collections.abc import Sequence


class Slot(enum.Enum):
    """Kind of a slot. The value is its name in the TOML file."""

    NUMBER = "<number>"
    WORDS = "<words>"
    KEY = "<key>"


PatternToken = str | Slot
"""Part of a phrase: a case-folded word or a slot."""


def pattern_text(phrase: Sequence[PatternToken]) -> tuple[str, ...]:
    """Return the words of a phrase as in the file."""
    return tuple(element.value if isinstance(element, Slot) else element for element in phrase)
