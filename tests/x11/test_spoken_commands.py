"""A synthetic voice dictates, corrects, undoes and selects: real sound, real Vosk, real keys, a real editor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.scripts.dictation_script import FILES, scripts
from tests.x11.clients.client import Client, text_of
from tests.x11.dictate_runs import DictateRun
from windictator.speech.demonstration import demonstration_model

RECORDING = Path(__file__).parents[1] / "data" / "commands.flac"
"""Made by ``scripts/demonstration-speech`` of the script below."""
VOICE = ("--model", str(demonstration_model()), "--audio", str(RECORDING))
(SPOKEN,) = scripts(next(path for path in FILES if path.stem == "spoken"))
CARET_FROM = next(n for n, line in enumerate(SPOKEN.lines) if line.text.startswith("press "))
"""From this line on what is typed goes not only to the end of the text."""


@pytest.fixture(autouse=True)
def sentences_everywhere(settings: Callable[[str], None]) -> None:
    """Begin a sentence where the text is unknown, as the players of scripts do."""
    settings('[text]\nafter_click = "sentence"\n')


@pytest.mark.slow
@pytest.mark.parametrize("live", ["stable", "eager"])
def test_spoken_commands(tk_text: Client, user_environment: Mapping[str, str], live: str) -> None:
    """Every word is heard as it was said, and in the end the window holds exactly what the script says.

    Although parts of what was said were shown before it was known to be a command.
    """
    with DictateRun(user_environment, *VOICE, "--live", live) as run:
        ended = run.wait()
    assert [event["text"] for event in run.told("final")] == SPOKEN.utterances
    wanted = [line.text for line in SPOKEN.lines if line.kind == "!"]
    refused = [event["reason"] for event in run.told("refused")]
    assert len(refused) == len(wanted) and all(part in reason for part, reason in zip(wanted, refused, strict=True))
    assert (ended.status, ended.errors) == (1, "")
    assert tk_text.text() == SPOKEN.final
    assert not tk_text.server.pressed_keys()


@pytest.mark.slow
def test_every_line_on_the_way(tk_text: Client, user_environment: Mapping[str, str]) -> None:
    """Not the end alone is right: by the keys that were confirmed, each step was."""
    with DictateRun(user_environment, *VOICE, "--live", "off") as run:
        run.wait()
    typed, stood = "", []
    for event in run.events:
        if event["event"] == "final":
            stood.append(text_of(typed))
        elif event["event"] == "typed":
            typed += event["confirmed"]
    shown = iter(stood[1:])
    for line in SPOKEN.lines[:CARET_FROM]:
        if line.kind == ">":
            stands = next(shown)
        else:
            assert stands == line.text, f"line {line.number}"
