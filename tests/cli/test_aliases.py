"""Old names of commands and options."""

from __future__ import annotations

import click
import pytest

from windictator.cli.aliases import OLD_COMMANDS, OLD_OPTIONS, replace_old_names
from windictator.cli.root import root
from windictator.cli.run import run


def find_command(words: str) -> click.Command:
    """Return the click command that ``words`` name."""
    command: click.Command = root
    for word in words.split():
        assert isinstance(command, click.Group)
        command = command.commands[word]
    return command


@pytest.mark.parametrize(("old", "new"), OLD_COMMANDS.items())
def test_old_command_is_replaced_with_a_hint(old: str, new: str) -> None:
    """The old name is not listed, and the new one exists."""
    assert replace_old_names(["--config", "type-held", old, "--display", ":1"]) == (
        ["--config", "type-held", *new.split(), "--display", ":1"],
        [f"windictator {old} is now: windictator {new}"],
    )
    assert old not in root.commands
    assert find_command(new)


@pytest.mark.parametrize(
    ("command", "old", "new"),
    [(command, old, new) for command, options in OLD_OPTIONS.items() for old, new in options.items()],
)
def test_old_option_is_replaced_with_a_hint(command: str, old: str, new: str) -> None:
    """Both forms of a value are kept; words after ``--`` are not options."""
    words = command.split()
    replaced = replace_old_names([*words, "a", f"{old}=b", "--", old])
    assert replaced == ([*words, "a", f"{new}=b", "--", old], [f"{old} is now: {new}"])
    options = {name for parameter in find_command(command).params for name in parameter.opts}
    assert new in options and old not in options


@pytest.mark.parametrize("arguments", [[], ["--config"], ["type", "type-held"], ["say", "--example"], ["doctor", "-h"]])
def test_other_arguments_are_unchanged(arguments: list[str]) -> None:
    """Text that looks like an old name stays text."""
    assert replace_old_names(arguments) == (arguments, [])


def test_old_option_works_as_before(capsys: pytest.CaptureFixture[str]) -> None:
    """The hint is one line on standard error; the output is that of the new option."""
    assert run(["commands", "--template"]) == 0
    expected = capsys.readouterr().out
    assert run(["commands", "--example"]) == 0
    assert capsys.readouterr() == (expected, "--example is now: --template\n")
