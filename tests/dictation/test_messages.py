"""Messages to a speaker: for each situation exactly what happened, and what to say or do now."""

import re

import pytest
from twisted.internet.defer import succeed

from tests.dictation.bench import DictationBench
from windictator.dictation.events import Undelivered
from windictator.dictation.profile import Profile
from windictator.typist.result import StopReason

UNDO = 'Click after the text and say "press backspace", or say "press control z" for the program\'s own undo.'
TERMINAL = Profile("terminals", style="command_line", cursor_keys="never", line_breaks="space")


def in_profile(profile):
    return lambda: DictationBench(profile_of=lambda window: succeed(profile))


def after_a_key(bench):
    bench.hear("hello world")
    bench.user_types()
    bench.hear("scratch that")


def after_a_command(bench):
    bench.hear("hello world", "press left", "scratch that")


def in_terminal_after_a_key(bench):
    bench.hear("hello world")
    bench.user_types()
    bench.hear("undo that")


def change_then_correct(bench):
    bench.dictation.type("hole")
    bench.hear("correct that")


@pytest.mark.parametrize(
    ("make", "act", "title", "code", "message"),
    [
        (
            DictationBench,
            after_a_key,
            "Nothing to take back",
            "nothing-to-erase",
            f"Can't take that back: you typed or clicked here since. {UNDO}",
        ),
        (
            DictationBench,
            after_a_command,
            "Nothing to take back",
            "nothing-to-erase",
            "Can't take that back: keys were pressed here by command since."
            ' Say "press control z" for the program\'s own undo.',
        ),
        (
            in_profile(TERMINAL),
            in_terminal_after_a_key,
            "Nothing to take back",
            "nothing-to-undo",
            'Can\'t take that back: you typed or clicked here since. Say "press backspace" to erase by hand.',
        ),
        (
            DictationBench,
            lambda bench: bench.hear("scratch that"),
            "Nothing to take back",
            "nothing-to-erase",
            "Can't take that back: I have typed nothing here.",
        ),
        (
            in_profile(Profile("password managers", enabled=False)),
            lambda bench: bench.hear("open sesame"),
            "Not typed",
            "dictation-off-here",
            'Dictation is off in this window (profile "password managers").'
            " Type here by hand, or click into another window.",
        ),
        (
            lambda: DictationBench(type_unmatched=False),
            lambda bench: bench.hear("hello", "select said"),
            "Not found",
            "words-not-found",
            'I have not typed "said" here. To write these words as they are, say "literal that".',
        ),
        (
            DictationBench,
            change_then_correct,
            "No suggestions",
            "text-not-as-dictated",
            'No suggestions: this text was changed after you said it. Say "replace ... with ...".',
        ),
        (
            in_profile(TERMINAL),
            lambda bench: bench.hear("move left two words"),
            "Not pressed",
            "caret-keys-off",
            'In a terminal the arrow keys act on the shell. Say "press home" or "press left five times".',
        ),
        (
            DictationBench,
            lambda bench: bench.hear("command mode", "this is no command"),
            "Not typed",
            "not-a-command",
            "'this is no command' is not a command, and this is command mode. Say \"dictation mode\" to type words.",
        ),
    ],
    ids=[
        "a key",
        "a command",
        "a terminal",
        "nothing typed",
        "a password manager",
        "other words",
        "changed text",
        "the caret in a terminal",
        "command mode",
    ],
)
def test_refusal_says_what_happened_and_what_to_say(make, act, title, code, message):
    """The title of its notification is the outcome; no option and no file is named."""
    bench = make()
    act(bench)
    (refusal,) = [event.refusal for event in bench.listener.events if event.name == "refused"]
    assert (refusal.title, refusal.code.value, str(refusal)) == (title, code, message)
    assert "--" not in message and ".toml" not in message
    assert len(refusal.message) < 120 and len(refusal.remedy) < 120, "each is one line"


@pytest.mark.parametrize(
    ("hinder", "message"),
    [
        (
            lambda keyboard: setattr(keyboard, "grabbed", StopReason.GRABBED),
            'A menu is open (or the screen is locked). Close it, or say "press escape".',
        ),
        (lambda keyboard: keyboard.user_presses(50), "A key is held down. Let go of it."),
        (
            lambda keyboard: setattr(keyboard, "grabbed", StopReason.OWN_HOTKEY),
            "One of the keys is a hotkey of mine, so it cannot be typed. Choose another hotkey.",
        ),
    ],
    ids=["a menu", "a held key", "a hotkey"],
)
def test_kept_words_say_why_and_how_to_get_them(hinder, message):
    """The words are not lost, and the message says so."""
    bench = DictationBench(keep_undelivered=True)
    hinder(bench.keyboard)
    bench.hear("hello")
    bench.clock.pump([0.5] * 8)
    (kept,) = bench.listener.of_kind(Undelivered)
    assert kept.text == "Hello"
    assert kept.reason == f'{message} Your words are kept: say "type it here".'


def test_no_message_of_the_sources_scolds():
    """A title is the outcome, such as "Not typed"."""
    from pathlib import Path

    sources = (Path(__file__).parents[2] / "windictator").rglob("*.py")
    assert not [file.name for file in sources if re.search(r'"WinDictator refused', file.read_text())]
