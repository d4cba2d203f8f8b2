"""Reasons why the text in a window may no longer be erased."""

from __future__ import annotations

import enum


class SealReason(enum.Enum):
    """Why the text in a window may no longer be erased; the value is a stable code."""

    clause: str
    """What happened, for the user: a clause after a colon."""

    def __new__(cls, code: str, clause: str) -> SealReason:
        """Make a member from its code and its clause."""
        member = object.__new__(cls)
        member._value_ = code
        member.clause = clause
        return member

    USER_INPUT = "user-input", "you typed or clicked here since"
    TYPING_STOPPED = "typing-stopped", "the last words were interrupted"
    KEYS_BY_COMMAND = "keys-by-command", "keys were pressed here by command since"
    CARET_MOVED = "caret-moved-by-command", "the caret was moved by command since"
    CARET_INSIDE = "caret-inside", "the caret is inside the text"
    RETURN_PRESSED = "return-pressed", "Return was pressed here"
    TEXT_DIFFERS = "text-differs", "the text here is not what was typed"
    TEXT_UNREADABLE = "text-unreadable", "the text here cannot be read"
    CARET_BEFORE_CLOSER = "caret-before-closer", "the program added a character after the caret"
    INTERNAL_ERROR = "internal-error", "an internal error interrupted the typing"
