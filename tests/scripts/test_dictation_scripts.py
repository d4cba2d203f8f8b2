"""Dictation scripts, beside this file (``FORMAT.md``), with a fake keyboard: what is said, what stands there."""

import pytest

from tests.fake_keyboard import WINDOW
from tests.scripts.dictation_script import ALL
from tests.test_dictation import OTHER, USERS_CHARACTER, Bench


def play(bench, script, grow):
    """Say a dictation line by line; ``grow``: each utterance as partials, word by word, first."""
    users = {WINDOW: 0, OTHER: 0}
    lines = script.lines
    for position, (kind, text, number) in enumerate(lines):
        where = f"line {number}"
        focus = bench.keyboard.focus
        if kind == "@":
            if text == "key":
                users[focus] += 1
                bench.user_types()
            elif text == "click":
                bench.keyboard.user_clicks()
            else:
                bench.keyboard.focus = {"other": OTHER, "back": WINDOW}[text]
        elif kind == "=":
            assert bench.screen(focus) == text, where
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
@pytest.mark.parametrize("script", ALL, ids=lambda script: script.name)
def test_what_is_said_is_done(script, live):
    """Line for line the window holds what the script says, whether words are shown while they are spoken or not."""
    play(Bench(live=live), script, grow=live != "off")


def test_there_are_scripts():
    """And enough of them, each with an end that is told."""
    assert sum(len(script.utterances) for script in ALL) >= 200
    assert all(script.lines[-1].kind == "=" for script in ALL)
