"""Dictation scripts, beside this file (``FORMAT.md``), with a fake keyboard: what is said, and the text."""

import itertools

import pytest
from twisted.internet.defer import succeed

from tests.dictation.bench import OTHER_WINDOW, USER_CHARACTER, DictationBench
from tests.fake_keyboard import WINDOW
from tests.scripts.dictation_script import ALL, PAUSE, own_words_file
from tests.text.spoken import DEFAULT, heard
from windictator.settings import Settings
from windictator.settings.profiles import parse_profiles
from windictator.settings.vocabulary import parse_words
from windictator.text.edit import BackspaceUnit
from windictator.text.utterance import RecognizedWord

NOWHERE = 0
"""The window that has the focus when none has it."""


def play(bench, script, said, grow=False):
    """Say a dictation line by line; ``said``: gives the words of an utterance; ``grow``: it is heard as partials, word
    by word, first.
    """
    users = {WINDOW: 0, OTHER_WINDOW: 0}
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
                bench.keyboard.focus = {"other": OTHER_WINDOW, "back": WINDOW, "nowhere": NOWHERE}[text]
        elif kind == "=":
            assert bench.window_text(focus) == text, where
        elif kind == ">":
            refused = len(bench.listener.refusals)
            words = [word for word in text.split() if word != PAUSE]
            bench.hear(*("~" + " ".join(words[:count]) for count in range(1, len(words) + 1) if grow))
            bench.hear_words(said(text))
            reasons = bench.listener.refusals[refused:]
            expected = [line.text for line in lines[position + 1 : position + 2] if line.kind == "!"]
            assert len(reasons) == len(expected), (where, reasons)
            assert all(want in reason for want, reason in zip(expected, reasons, strict=True)), (where, reasons)
        for window in (WINDOW, OTHER_WINDOW):
            screen = bench.window_text(window)
            assert screen.count(USER_CHARACTER) == users[window], where
            ours, remembered = screen.replace(USER_CHARACTER, ""), bench.ledger_text(window)
            # What is said at a snippet's caret stands inside of it, and behind it in the ledger.
            if script.has_snippet:
                ours, remembered = sorted(ours), sorted(remembered)
            assert ours == remembered or script.pastes, where


def bench_for(script, **options):
    """A bench with the words of the script, which keeps what cannot be typed."""
    own = parse_words(own_words_file([script]), script.name)
    profile = parse_profiles(script.profiles, script.name).profile("", "")
    return DictationBench(
        vocabulary=DEFAULT.with_user_words(own, threshold=Settings().text.name_match_percent / 100),
        keep_undelivered=True,
        profile_of=lambda _window: succeed(profile),
        **options,
    )


def timed(text):
    """The words of an utterance as a recognizer of speech gives them: with times."""
    return heard(text, pause=0.5)


def untimed(text):
    """As they come by the control socket, or as lines of text."""
    return tuple(RecognizedWord(word) for word in text.split())


@pytest.mark.parametrize("live", ["off", "eager"])
@pytest.mark.parametrize("script", ALL, ids=lambda script: script.name)
def test_what_is_said_is_done(script, live):
    """Line for line the window holds what the script says, whether words are shown while they are spoken or not."""
    play(bench_for(script, live=live), script, timed, grow=live != "off")


@pytest.mark.parametrize("script", [script for script in ALL if not script.is_timed], ids=lambda script: script.name)
def test_what_comes_without_times_is_done_all_the_same(script):
    """And where one BackSpace removes one code point."""
    play(bench_for(script, removal=BackspaceUnit.CODE_POINT), script, untimed)


def test_there_are_scripts():
    """And enough of them, each with an end that it states."""
    assert sum(len(script.utterances) for script in ALL) >= 1000
    assert all(script.lines[-1].kind == "=" for script in ALL)
    for script in ALL:
        pairs = itertools.pairwise(script.lines)
        assert not [(script.name, line) for before, line in pairs if line.kind == "@" and before.kind in ">!"]
