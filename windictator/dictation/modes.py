"""Modes: how utterances are interpreted."""

from __future__ import annotations

import enum


class Mode(enum.Enum):
    """How utterances are interpreted."""

    DICTATION = "dictation"
    COMMAND = "command"
    """Only commands are executed; other words are refused."""
    SPELLING = "spelling"
    """Words are letters of the spelling alphabet."""
    NUMBERS = "numbers"
    """Words are numbers; other words are refused."""
    ASLEEP = "asleep"
    """Only the wake phrase is recognised."""
