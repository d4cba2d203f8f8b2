"""Names and values from files and programs, as they are quoted in messages of one line."""

from __future__ import annotations

import json

_MAX_LENGTH = 40


def printable(text: str) -> str:
    """Return ``text`` on one line, with characters that cannot be printed escaped as in Python source."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def shortened(text: str) -> str:
    """Return ``text`` as ``printable`` does, cut to 40 characters; three dots at the end show the cut."""
    text = printable(text)
    return text if len(text) <= _MAX_LENGTH else text[: _MAX_LENGTH - 3] + "..."


def quoted(name: str) -> str:
    """Return ``name`` in quotes, unless it is a single word of letters, digits, "-" and "_" (a bare key of TOML)."""
    return name if name.replace("_", "").replace("-", "").isalnum() else repr(name)


def quoted_value(value: object) -> str:
    """Return a value of a TOML file as it may be written there, on one line of about 40 characters."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, str):
        return f'"{shortened(json.dumps(value, ensure_ascii=False)[1:-1])}"'
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):  # dates and times, and a list that contains itself
        text = str(value)
    return shortened(text)
