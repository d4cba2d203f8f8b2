"""Command ``windictator`` with all its subcommands."""

from __future__ import annotations

import click

import windictator
from windictator.app.control.verbs import DAEMON, DICTATE, FILES, SETUP, UNDELIVERED_AND_HISTORY, VERBS
from windictator.cli.commands import commands_command
from windictator.cli.completion import completion_command
from windictator.cli.config import config_group
from windictator.cli.config_changes import edit_command, get_command, init_command, set_command, unset_command
from windictator.cli.context import Invocation, OrderedGroup
from windictator.cli.daemon_commands import (
    CLICK_COMMANDS,
    alternatives_command,
    history_command,
    status_command,
    undelivered_group,
)
from windictator.cli.demo import demo_command
from windictator.cli.devices import devices_command
from windictator.cli.dictate import dictate_command
from windictator.cli.doctor import doctor_command
from windictator.cli.explain import explain_command
from windictator.cli.models import models_group
from windictator.cli.start import restart_command, start_command
from windictator.cli.transcribe import transcribe_command
from windictator.cli.type_text import type_command
from windictator.cli.vocabulary import vocabulary_group


@click.group(
    "windictator",
    cls=OrderedGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(windictator.__version__, prog_name="windictator", message="%(prog)s %(version)s")
@click.option(
    "--config",
    metavar="FILE",
    type=click.Path(),
    help="Settings file to read instead of yours.",
)
@click.pass_context
def root(context: click.Context, config: str | None) -> None:
    r"""Dictate into any X11 application.

    Your speech is recognised on this computer, offline, and typed into the window
    that has the keyboard focus. The X server confirms every key.

    \b
    First steps:
      windictator doctor           check the requirements
      windictator models install   download the speech model of your language
      windictator dictate          dictate; Ctrl-C ends it

    Help for one command: windictator COMMAND --help
    """
    context.obj = Invocation(config)


for _command in (init_command, edit_command, get_command, set_command, unset_command, CLICK_COMMANDS["config reload"]):
    config_group.add_command(_command)


def _commands_of(group: str) -> list[click.Command]:
    """Return the commands of the verbs in ``group``, in the order of their table."""
    by_hand: dict[str, click.Command] = {
        "type": type_command,
        "status": status_command,
        "history": history_command,
        "alternatives": alternatives_command,
    }
    return [by_hand.get(verb.name) or CLICK_COMMANDS[verb.command] for verb in VERBS.values() if verb.group == group]


root.sections = {
    DICTATE: [dictate_command, *_commands_of(DICTATE), transcribe_command],
    DAEMON: [start_command, restart_command, *_commands_of(DAEMON)],
    UNDELIVERED_AND_HISTORY: [undelivered_group, *_commands_of(UNDELIVERED_AND_HISTORY)],
    FILES: [config_group, vocabulary_group, commands_command, explain_command],
    SETUP: [doctor_command, models_group, devices_command, demo_command, completion_command],
}
for _commands in root.sections.values():
    for _command in _commands:
        root.add_command(_command)


def _mark_unwrapped_paragraphs(command: click.Command) -> None:
    # Raw docstrings contain a backslash and a "b" instead of the character with which click marks such paragraphs.
    command.help = (command.help or "").replace("\\b\n", "\b\n")
    if isinstance(command, click.Group):
        for subcommand in command.commands.values():
            _mark_unwrapped_paragraphs(subcommand)


_mark_unwrapped_paragraphs(root)
