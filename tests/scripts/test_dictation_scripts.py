"""Dictation scripts, beside this file (``FORMAT.md``), with a fake keyboard: what is said, what stands there."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.fake_keyboard import WINDOW
from tests.test_dictation import OTHER, USERS_CHARACTER, Bench

FOLDER = Path(__file__).parent
FILES = sorted(FOLDER.glob("*.txt"))


class Line(NamedTuple):
    kind: str
    text: str
    number: int


def dictations(path):
    """The dictations of a file: lists of lines."""
    found, lines = [], []
    for number, line in enumerate([*path.read_text(encoding="utf-8").splitlines(), ""], start=1):
        if not line.strip():
            if lines:
                found.append(lines)
            lines = []
        elif not line.startswith("#"):
            assert line[0] in ">=!@" and line[1:2] in ("", " "), f"{path.name}:{number}: {line!r}"
            lines.append(Line(line[0], line[2:], number))
    return found


def text_in(line):
    escapes = {"n": "\n", "t": "\t", "s": " ", "\\": "\\"}
    return re.sub(r"\\(.)", lambda match: escapes[match[1]], line.text)


ALL = [pytest.param(lines, id=f"{path.stem}:{lines[0].number}") for path in FILES for lines in dictations(path)]


def play(bench, lines, grow):
    """Say a dictation line by line; ``grow``: each utterance as partials, word by word, first."""
    users = {WINDOW: 0, OTHER: 0}
    acts = {
        "key": lambda: (bench.user_types(), users.update({bench.keyboard.focus: users[bench.keyboard.focus] + 1})),
        "click": bench.keyboard.user_clicks,
        "other": lambda: setattr(bench.keyboard, "focus", OTHER),
        "back": lambda: setattr(bench.keyboard, "focus", WINDOW),
    }
    for position, (kind, text, number) in enumerate(lines):
        where = f"line {number}"
        if kind == "@":
            acts[text]()
        elif kind == "=":
            assert bench.screen(bench.keyboard.focus) == text_in(lines[position]), where
        elif kind == ">":
            refused = len(bench.told.refusals)
            words = text.split()
            bench.hear(*("~" + " ".join(words[:count]) for count in range(1, len(words) + 1) if grow), text)
            reasons = bench.told.refusals[refused:]
            expected = [line.text for line in lines[position + 1 : position + 2] if line.kind == "!"]
            assert len(reasons) == len(expected), (where, reasons)
            assert all(want in reason for want, reason in zip(expected, reasons, strict=True)), (where, reasons)
        for window in (WINDOW, OTHER):
            screen = bench.screen(window)
            assert screen.count(USERS_CHARACTER) == users[window], where
            assert screen.replace(USERS_CHARACTER, "") == bench.remembered(window), where


@pytest.mark.parametrize("live", ["off", "eager"])
@pytest.mark.parametrize("lines", ALL)
def test_what_is_said_is_done(lines, live):
    """Line for line the window holds what the script says, whether words are shown while they are spoken or not."""
    play(Bench(live=live), lines, grow=live != "off")


def test_there_are_scripts():
    """And enough of them."""
    assert sum(line.kind == ">" for path in FILES for lines in dictations(path) for line in lines) >= 120
