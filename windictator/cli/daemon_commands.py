"""The commands that ask a running daemon, for click: the verbs of the table, ``status`` and ``history``."""

from __future__ import annotations

import os
from collections.abc import Iterator

import click

from windictator.cli import daemon_requests
from windictator.cli.context import display_option, json_option
from windictator.cli.output import print_stderr
from windictator.cli.status_bar import FORMATS, format_bar
from windictator.cli.verbs import DAEMON_COMMANDS, DaemonCommand
from windictator.control.address import control_socket
from windictator.control.client import NoDaemonError, call
from windictator.errors import WinDictatorError

_MAX_UTTERANCES = 100_000
_FORCE_HELP = (
    "Trust what was typed last in the focused window although something else has happened there since: a key of yours, "
    "a click, another window. Look first: as many BackSpaces are pressed as that text asks for, wherever the caret is "
    "now, so that they erase what stands before it, be it yours. What was typed before an earlier such event, or was "
    "stopped half way, stays out of reach. No spoken command and no hotkey does this."
)


class UtteranceNotFoundError(WinDictatorError):
    """The history is shorter than that, or nothing was typed for it."""


def _click_command(daemon_command: DaemonCommand) -> click.Command:
    def callback(display: str | None, force: bool = False, **given: str | tuple[str, ...]) -> int:
        options = {"force": True} if force else {}
        arguments = (value if isinstance(value, str) else " ".join(value) for value in given.values())
        return daemon_command.run(control_socket(os.environ, display), *arguments, **options)

    command = click.command(
        daemon_command.name.split()[-1], short_help=daemon_command.short_help, help=daemon_command.help
    )(display_option(callback))
    if daemon_command.argument:
        kind = click.Choice(daemon_command.choices) if daemon_command.choices else click.STRING
        argument = (
            click.Argument(["argument"], type=kind, metavar=f"{daemon_command.argument}...", nargs=-1, required=True)
            if daemon_command.is_multi_word
            else click.Argument(["argument"], type=kind, metavar=daemon_command.argument)
        )
        command.params.append(argument)
    if daemon_command.has_force:
        command.params.append(click.Option(["--force"], is_flag=True, help=_FORCE_HELP))
    return command


CLICK_COMMANDS = {verb.name: _click_command(verb) for verb in DAEMON_COMMANDS}
"""The click command of each verb, by the verb's name."""


@click.command("status", short_help="Say what the daemon does.")
@json_option("Print it as one JSON object.")
@click.option("--follow", is_flag=True, help="Go on: print every event as it happens, one JSON object per line.")
@click.option("--levels", is_flag=True, help="With --follow: also how loud it is, several times a second.")
@click.option(
    "--format",
    "bar",
    type=click.Choice(FORMATS),
    help="Print it for a status bar; with --follow whenever it changes, also while no daemon runs.",
)
@display_option
def status_command(as_json: bool, follow: bool, levels: bool, bar: str | None, display: str | None) -> int:
    """Print what the daemon does.

    The exit status is 0 when one runs. With --follow it ends when the daemon ends or
    when nobody reads any more; for a status bar it waits for the next daemon.

    \b
    Examples:
      windictator status
      windictator status --follow | jq .
      windictator status --follow --format waybar
    """
    if levels and (not follow or bar):
        raise click.UsageError("--levels goes with --follow, and not with --format.", click.get_current_context())
    if bar and as_json:
        raise click.UsageError("Give --json or --format, not both.", click.get_current_context())
    path = control_socket(os.environ, display)
    if follow:
        from windictator.cli.status_follow import follow_events, follow_for_bar

        return follow_for_bar(path, bar) if bar else follow_events(path, levels)
    if not bar:
        return daemon_requests.status(path, as_json, display)
    try:
        state = call(path, "status")
    except NoDaemonError:
        state = None
    click.echo(format_bar(bar, state))
    return 0


@click.command("history", short_help="Print what was dictated lately.")
@json_option("Print one JSON object per utterance.")
@click.option(
    "--count",
    type=click.IntRange(1, _MAX_UTTERANCES),
    default=20,
    show_default=True,
    help="How many utterances.",
)
@click.option("--long", is_flag=True, help="Also say what was heard, when, and in which window.")
@click.option(
    "--copy",
    metavar="N",
    type=click.IntRange(1, _MAX_UTTERANCES),
    help="Put the text of utterance N into the clipboard; 1 is the last one.",
)
@display_option
def history_command(as_json: bool, count: int, copy: int | None, long: bool, display: str | None) -> int:
    """Print the last utterances with their numbers, the newest, which is 1, last.

    A star marks what undo can take back now, the newest first.

    --copy hands the text to wl-copy, xclip or xsel, which keep it in the clipboard.
    Where none of them is installed the text is printed instead.
    """
    path = control_socket(os.environ, display)
    if copy is None:
        return daemon_requests.history(path, as_json, count, long)
    if as_json:
        raise click.UsageError("Give --json or --copy, not both.", click.get_current_context())
    utterances = call(path, "history", count=copy)["utterances"]
    if len(utterances) < copy:
        raise UtteranceNotFoundError(f"there is no utterance {copy}: the daemon remembers {len(utterances)}")
    text = utterances[0]["typed"]
    if not text:  # and what is in the clipboard may be of use
        raise UtteranceNotFoundError(
            f"utterance {copy} has no text that could be copied: windictator history shows what has"
        )
    from windictator.cli.clipboard import copy_to_clipboard

    program = copy_to_clipboard(text, display)
    if program:
        print_stderr(f"Copied to the clipboard by {program}.")
    else:
        print_stderr("Neither wl-copy nor xclip nor xsel is installed: here is the text instead.")
        click.echo(text)
    return 0


@click.command("alternatives", short_help="List what else may have been said.")
@json_option("Print one JSON object: text, items (number, text), refused.")
@click.option("--force", is_flag=True, help=_FORCE_HELP)
@display_option
def alternatives_command(as_json: bool, force: bool, display: str | None) -> int:
    """Print what else may have been said for the last words in the focused window.

    Each has a number: windictator choose 2, or "choose two", puts it in their place.
    """
    return daemon_requests.alternatives(control_socket(os.environ, display), as_json, force)


def _ordered_commands() -> Iterator[click.Command]:
    for name, command in CLICK_COMMANDS.items():
        if name == "choose":
            yield alternatives_command
        if " " not in name:
            yield command
    yield status_command
    yield history_command


COMMANDS = tuple(_ordered_commands())
"""What belongs directly under the program's name."""
