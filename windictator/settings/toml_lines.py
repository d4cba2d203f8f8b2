"""Lines of keys in the text of a TOML file, for messages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

KeyPath = Sequence[str | int]
"""Names of tables and keys from the top of the file on; positions in lists count from 0."""

_MAX_LINES = 5000
"""Maximum length of a file in which lines are found: the search parses parts of the file several times."""


def line_of(toml_text: str, path: KeyPath) -> int | None:
    """Return the line, from 1, on which ``path`` begins in a valid TOML text.

    None: the text does not have it, or is too long.
    """
    lines = toml_text.split("\n")
    if not path or len(lines) > _MAX_LINES or not _contains(_parse_beginning(lines, len(lines))[1], path):
        return None
    # The end of a statement is the first line from which on the beginning of the text contains the key.
    low, high = 0, len(lines)
    while high - low > 1:
        middle = (low + high) // 2
        if _contains(_parse_beginning(lines, middle)[1], path):
            high = middle
        else:
            low = middle
    start = _parse_beginning(lines, high - 1)[0]
    while start < high - 1 and (not lines[start].strip() or lines[start].lstrip().startswith("#")):
        start += 1
    return _line_in_statement(lines[start:high], path) + start + 1


def _parse_beginning(lines: Sequence[str], count: int) -> tuple[int, dict[str, Any]]:
    """Return the content of the first ``count`` lines without a value that is cut, and the number of lines that are."""
    import tomllib  # here, because it takes 15 ms

    for number in range(count, 0, -1):
        try:
            return number, tomllib.loads("\n".join(lines[:number]) + "\n")
        except ValueError:
            continue
    return 0, {}


def _contains(content: Any, path: KeyPath) -> bool:
    for key in path:
        if isinstance(key, int):
            if not isinstance(content, list) or key >= len(content):
                return False
        elif not isinstance(content, dict) or key not in content:
            return False
        content = content[key]
    return True


def _line_in_statement(lines: Sequence[str], path: KeyPath) -> int:
    """Return which line of one statement assigns the last name of ``path``; the first if that is not certain."""
    name = re.escape(str(path[-1]))
    assignment = re.compile(rf"(?:^|[\s{{,.])[\"']?{name}[\"']?\s*=")
    found = [number for number, line in enumerate(lines) if assignment.search(line)]
    return found[0] if len(found) == 1 else 0
