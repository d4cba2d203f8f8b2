"""Reads dictation scripts: see ``FORMAT.md``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

PAUSE = "|"
"""A pause between two words of an utterance."""
_CARET_COMMANDS = ("select", "copy", "cut", "paste", "press")
FILES = sorted(Path(__file__).parent.glob("*.txt"))


class Line(NamedTuple):
    """``kind``: ">", "=", "!" or "@"; ``text``: what follows, escapes resolved; ``number``: of the line in its file."""

    kind: str
    text: str
    number: int


class Script(NamedTuple):
    """One dictation. ``name``: its file and first line. ``words``: the user's own, and what is written for them.
    ``profile``: what is different in its windows.
    """

    name: str
    lines: tuple[Line, ...]
    words: tuple[tuple[str, str], ...] = ()
    profile: tuple[str, ...] = ()

    @property
    def utterances(self) -> list[str]:
        return [line.text for line in self.lines if line.kind == ">"]

    @property
    def is_timed(self) -> bool:
        """Whether its pauses matter: there must be times of words."""
        return any(PAUSE in utterance.split() for utterance in self.utterances)

    @property
    def has_snippet(self) -> bool:
        """Whether the caret may stand inside of what was written."""
        return any("{cursor}" in written for _, written in self.words)

    @property
    def is_held(self) -> bool:
        """Whether words wait for a window, as the daemon lets them."""
        return any(line.text == "nowhere" for line in self.lines if line.kind == "@")

    @property
    def profiles(self) -> str:
        """The user's file of profiles."""
        return "\n".join(('[[profile]]\nname = "script"\nclasses = ["*"]', *self.profile)) if self.profile else ""

    @property
    def final(self) -> str:
        """The text in the end."""
        return next(line.text for line in reversed(self.lines) if line.kind == "=")

    @property
    def is_speech(self) -> bool:
        """Whether nothing happens in it but speech, without pauses, words of one's own and profiles, and no caret is
        moved.
        """
        special = self.words or self.profile or self.is_timed or self.needs_caret
        return not (special or any(line.kind == "@" for line in self.lines))

    @property
    def needs_caret(self) -> bool:
        """Whether it needs a window with a caret, in which text can be selected."""
        return any(utterance.split(" ", 1)[0] in _CARET_COMMANDS for utterance in self.utterances)

    @property
    def clicks_selection(self) -> bool:
        """Whether the user clicks where text may be selected: what that does is for the place that is clicked."""
        return self.needs_caret and any(line.text == "click" for line in self.lines if line.kind == "@")

    @property
    def pastes(self) -> bool:
        """Whether something comes to stand there that is in no ledger."""
        return not {"paste that", "press enter"}.isdisjoint(self.utterances)


def own_words_file(scripts: Iterable[Script]) -> str:
    """The user's file of words."""
    words = {heard: written for script in scripts for heard, written in script.words}
    return "[words]\n" + "".join(f"{_quoted(heard)} = {_quoted(written)}\n" for heard, written in words.items())


def scripts(path: Path) -> list[Script]:
    """The dictations of a file."""
    found: list[Script] = []
    lines: list[Line] = []
    words: list[tuple[str, str]] = []
    profile: list[str] = []
    for number, line in enumerate([*path.read_text(encoding="utf-8").splitlines(), ""], start=1):
        where = f"{path.name}:{number}: {line!r}"
        if not line.strip():
            if lines:
                found.append(Script(f"{path.stem}:{lines[0].number}", tuple(lines), tuple(words), tuple(profile)))
            lines, words, profile = [], [], []
        elif line.startswith("+ "):
            assert not lines, where
            heard, written = line[2:].split(" = ", 1)
            words.append((heard, _resolved(written)))
        elif line.startswith("% "):
            assert not lines, where
            profile.append(line[2:])
        elif not line.startswith("#"):
            assert line[0] in ">=!@" and line[1:2] in ("", " "), where
            lines.append(Line(line[0], _resolved(line[2:]) if line[0] == "=" else line[2:], number))
    return found


def _resolved(text: str) -> str:
    escapes = {"n": "\n", "t": "\t", "s": " ", "\\": "\\"}
    return re.sub(r"\\(.)", lambda match: escapes[match[1]], text)


def _quoted(text: str) -> str:
    """As a string of TOML, which takes no halves of surrogate pairs."""
    return json.dumps(text, ensure_ascii=False)


ALL = [script for path in FILES for script in scripts(path)]
