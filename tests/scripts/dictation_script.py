"""Reads dictation scripts: see ``FORMAT.md``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

FILES = sorted(Path(__file__).parent.glob("*.txt"))


class Line(NamedTuple):
    """``kind``: ">", "=", "!" or "@"; ``text``: what follows, escapes resolved; ``number``: of the line in its file."""

    kind: str
    text: str
    number: int


class Script(NamedTuple):
    """One dictation. ``name``: its file and first line."""

    name: str
    lines: tuple[Line, ...]

    @property
    def utterances(self) -> list[str]:
        return [line.text for line in self.lines if line.kind == ">"]

    @property
    def final(self) -> str:
        """What stands there in the end."""
        return next(line.text for line in reversed(self.lines) if line.kind == "=")

    @property
    def is_speech(self) -> bool:
        """Whether nothing happens in it but speech."""
        return all(line.kind != "@" for line in self.lines)


def scripts(path: Path) -> list[Script]:
    """The dictations of a file."""
    found: list[Script] = []
    lines: list[Line] = []
    for number, line in enumerate([*path.read_text(encoding="utf-8").splitlines(), ""], start=1):
        if not line.strip():
            if lines:
                found.append(Script(f"{path.stem}:{lines[0].number}", tuple(lines)))
            lines = []
        elif not line.startswith("#"):
            assert line[0] in ">=!@" and line[1:2] in ("", " "), f"{path.name}:{number}: {line!r}"
            lines.append(Line(line[0], _resolved(line[2:]) if line[0] == "=" else line[2:], number))
    return found


def _resolved(text: str) -> str:
    escapes = {"n": "\n", "t": "\t", "s": " ", "\\": "\\"}
    return re.sub(r"\\(.)", lambda match: escapes[match[1]], text)


ALL = [script for path in FILES for script in scripts(path)]
