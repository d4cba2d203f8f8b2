"""What the phrases of commands leave open."""

from __future__ import annotations

import enum
from collections.abc import Sequence


class Slot(enum.Enum):
    """What a phrase leaves open. The value is its name in the TOML file."""

    NUMBER = "<number>"
    WORDS = "<words>"
    KEY = "<key>"


PatternToken = str | Slot
"""A part of a phrase: a case-folded word, or a slot."""


def pattern_text(phrase: Sequence[PatternToken]) -> tuple[str, ...]:
    """As it is written in the file."""
    return tuple(element.value if isinstance(element, Slot) else element for element in phrase)
