"""Help of the command line."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import click
import pytest

from windictator.app.control.verbs import GROUPS, VERBS, Verb
from windictator.app.remote_control import RemoteControl
from windictator.cli import daemon_requests
from windictator.cli.root import root
from windictator.cli.run import run
from windictator.keyboard.hotkey import HotkeyAction


def commands(group: click.Group, prefix: str = "") -> Iterator[tuple[str, click.Command]]:
    """Yield every command under ``group`` with the words that name it."""
    for name, command in group.commands.items():
        yield f"{prefix}{name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{prefix}{name} ")


COMMANDS = dict(commands(root))


def test_help_lists_every_command_under_its_heading(capsys: pytest.CaptureFixture[str]) -> None:
    """A flat list of 29 commands is not read."""
    assert run(["--help"]) == 0
    text = capsys.readouterr().out
    headings = re.findall(r"^(\w[\w ]*):$", text, re.MULTILINE)
    assert headings == ["Options", *GROUPS]
    listed = re.findall(r"^  ([a-z-]+)  +\S", text.partition("Dictate:")[2], re.MULTILINE)
    assert sorted(listed) == sorted(root.commands)


@pytest.mark.parametrize("name", COMMANDS)
def test_short_help_is_short(name: str) -> None:
    """Each fits beside the name in a terminal of 80 columns, and is a sentence."""
    short = COMMANDS[name].short_help
    assert short and len(short) <= 45
    assert short[0].isupper() and short.endswith(".")


def test_force_help_is_one_sentence() -> None:
    """Several commands print it; the details are in the README."""
    options = [option for command in COMMANDS.values() for option in command.params if "--force" in option.opts]
    assert len(options) >= 6
    for option in options:
        assert isinstance(option, click.Option)
        assert option.help and option.help.count(".") == 1 and len(option.help) < 160


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
def test_verb_has_its_functions(verb: Verb) -> None:
    """The table names functions of the daemon and of the command line."""
    if verb.name != "follow":  # the server itself carries it out
        function = getattr(RemoteControl, verb.function)
        assert list(inspect.signature(function).parameters) == ["self", *verb.arguments]
    if verb.send:
        assert callable(getattr(daemon_requests, verb.send))
        assert verb.command in COMMANDS
    assert verb.group in (*GROUPS, "")


def test_every_hotkey_is_a_verb() -> None:
    """Hotkeys use the same table; a tap or a hold is one of two others."""
    names = {action.value.replace("_", "-") for action in HotkeyAction} - {"tap-or-hold"}
    assert names <= set(VERBS)


@pytest.mark.parametrize(
    ("arguments", "suggested"),
    [(["togle"], "toggle"), (["models", "verfy"], "verify"), (["config", "reloda"], "reload")],
)
def test_unknown_command_suggests_a_similar_one(
    arguments: list[str], suggested: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line, status 2."""
    assert run(arguments) == 2
    errors = capsys.readouterr().err
    assert f"Did you mean '{suggested}'?" in errors and errors.count("\n") == 1
