"""The program's command, with all others under it."""

from __future__ import annotations

import click

import windictator
from windictator.cli.commands import commands_command
from windictator.cli.completion import completion_command
from windictator.cli.config import config_group
from windictator.cli.config_changes import edit_command, get_command, init_command, set_command, unset_command
from windictator.cli.context import Invocation, OrderedGroup
from windictator.cli.daemon_commands import CLICK_COMMANDS, COMMANDS
from windictator.cli.demo import demo_command
from windictator.cli.devices import devices_command
from windictator.cli.dictate import dictate_command
from windictator.cli.doctor import doctor_command
from windictator.cli.models import models_group
from windictator.cli.restart import restart_command
from windictator.cli.start import start_command
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
    help="Settings file to read instead of your own.",
)
@click.pass_context
def root(context: click.Context, config: str | None) -> None:
    """Dictate into any X11 application.

    Your speech is recognised on this computer, offline, and typed into the window
    that has the keyboard focus. The X server confirms every key.

    \b
    To begin:
      windictator doctor           is everything in place?
      windictator models install   get the speech model of your language
      windictator dictate          speak; Ctrl-C ends

    Every command explains itself: windictator COMMAND --help
    """
    context.obj = Invocation(config)


for _command in (init_command, edit_command, get_command, set_command, unset_command):
    config_group.add_command(_command)
config_group.add_command(CLICK_COMMANDS["config reload"])
for _command in (
    dictate_command,
    start_command,
    restart_command,
    type_command,
    *COMMANDS,
    transcribe_command,
    models_group,
    vocabulary_group,
    commands_command,
    devices_command,
    doctor_command,
    demo_command,
    config_group,
    completion_command,
):
    root.add_command(_command)
