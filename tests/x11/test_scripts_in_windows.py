"""Dictation scripts through ``windictator dictate`` into real windows, where BackSpaces and characters of several
code points are what each toolkit makes of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from tests.scripts.dictation_script import ALL, Script, own_words_file
from tests.scripts.playing import Player
from tests.text.spoken import DEFAULT
from tests.x11.clients.client import (
    COUNTED,
    LEFT_IN_TERMINAL,
    Client,
    GtkText,
    QtText,
    RawWindow,
    TkText,
    Xterm,
    text_of,
)
from tests.x11.dictate_runs import LINES, DictateRun
from windictator.text.cursor_edit import CARET_LEFT

SYNC = "|"
"""Partial result after the awaited utterance; never typed."""


def takes_over(script: Script) -> bool:
    """Return True if its user words replace shipped phrases, and would in other scripts too."""
    heard = [tuple(phrase.split()) for phrase, _ in script.words]
    return any(
        DEFAULT.phrases.get(phrase) or any(DEFAULT.commands.without_slots.matches(phrase, 0)) for phrase in heard
    )


LEFT_OUT = [s for s in ALL if s.is_timed or s.is_held or s.profile or s.clicks_selection or takes_over(s)]
PLAYED = [script for script in ALL if script not in LEFT_OUT]
KEYS = [script for script in PLAYED if not script.needs_caret]
WINDOWS = [
    (Xterm, "grapheme", KEYS),
    (QtText, "code_point", PLAYED),
    (TkText, "code_point", PLAYED),
    (GtkText, "grapheme", PLAYED),
]


IN_TERMINALS = (
    '[[profile]]\nname = "an editor"\nclasses = ["xterm"]\n'
    'line_breaks = "type"\ncursor_keys = "on_command"\nstyle = "prose"\n'
)
"""Elsewhere in terminals line breaks are spaces, the caret is not moved, and words are a command line: see
``test_profiles``."""


class DictatePlayer(Player):
    """Says it to a dictation that shows nothing of what is still being spoken."""

    def __init__(self, run: DictateRun, here: Client, other: Client) -> None:
        super().__init__(here, other)
        self._run = run
        self._told = 0

    def say(self, utterance: str, asleep: bool) -> str:
        self._run.say(utterance)
        if asleep:
            return ""
        self._run.say(f"~{SYNC}")
        self._run.wait_for("partial", text=SYNC)
        return self._outcome()

    def say_before_act(self, utterance: str, refusal: bool, wanted: str) -> str:
        # Where an utterance begins, and behind what, counts: the next one must not have begun yet.
        self._run.say(utterance)
        self._run.wait_for("final", text=utterance)
        if refusal:
            self._run.wait_for("refused")
        reason = self._outcome()
        while text_of(self.typed[self.there]) != wanted:
            self._run.wait_for("typed")
            self._outcome()
        return reason

    def _outcome(self) -> str:
        events, self._told = self._run.events[self._told :], len(self._run.events)
        self.typed[self.there] += "".join(event["confirmed"] for event in events if event["event"] == "typed")
        return "; ".join(event["reason"] for event in events if event["event"] == "refused")

    def shown(self, client: Client, wanted: str) -> str:
        return client.wait_for_text(wanted, self.typed[client].replace(CARET_LEFT, LEFT_IN_TERMINAL))


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "backspace_unit", "scripts"), WINDOWS)
def test_script_is_executed_in_a_window(
    kind: type[Client],
    backspace_unit: str,
    scripts: Sequence[Script],
    start_client: Callable[[type[Client]], Client],
    user_environment: Mapping[str, str],
    settings: Callable[[str], None],
) -> None:
    """The whole program, with real keys, comes to what every script says, line for line.

    All of them are said to one dictation, and the window is emptied in between.
    """
    # Between two scripts the window is emptied by keys of the user's: what is before the cursor is unknown then.
    settings(f'[typing]\nbackspace_unit = "{backspace_unit}"\n[text]\nafter_click = "sentence"\n')
    folder = Path(user_environment["HOME"], ".config", "windictator")
    (folder / "words.toml").write_text(own_words_file(scripts))
    (folder / "profiles.toml").write_text(COUNTED + IN_TERMINALS)
    other = start_client(RawWindow)
    with DictateRun(user_environment, *LINES, "--live", "off") as run:
        player = DictatePlayer(run, start_client(kind), other)
        for script in scripts:
            player.play(script)
        refused = any(line.kind == "!" for script in scripts for line in script.lines)
        assert run.end().status == int(refused)


def test_most_scripts_are_played() -> None:
    """What is left out above stays the exception."""
    assert sum(len(script.utterances) for script in PLAYED) > 0.8 * sum(len(script.utterances) for script in ALL)
