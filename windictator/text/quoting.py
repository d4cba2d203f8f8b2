"""Texts of others in messages of one line."""

from __future__ import annotations

_MAX_LENGTH = 40


def printable(text: str) -> str:
    """The text on one line: what cannot be printed is escaped, as Python writes it."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def shortened(text: str) -> str:
    """The same, and not too long."""
    text = printable(text)
    return text if len(text) <= _MAX_LENGTH else text[: _MAX_LENGTH - 3] + "..."


def quoted(text: str) -> str:
    """As it can stand in a line: quoted unless it is a single plain word."""
    return text if text.replace("_", "").isalnum() else repr(text)
