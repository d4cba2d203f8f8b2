"""Click commands that send requests to a running daemon."""

from __future__ import annotations

import os

import click

from windictator.app.control.address import control_socket
from windictator.app.control.client import NoDaemonError, call
from windictator.app.control.verbs import VERBS, Verb
from windictator.cli import daemon_requests
from windictator.cli.context import OrderedGroup, display_option, json_option
from windictator.cli.io.exits import print_stderr
from windictator.cli.status_bar import FORMATS, format_bar
from windictator.errors import WinDictatorError

_MAX_UTTERANCES = 100_000
FORCE_HELP = (
    "Change the last text even if a key, a click or another window came after it; the BackSpaces may then erase other "
    "text before the cursor."
)


class UtteranceNotFoundError(WinDictatorError):
    """The history has no such utterance, or no text was typed for it."""


def _click_command(verb: Verb) -> click.Command:
    def callback(display: str | None, word: str | tuple[str, ...] | None = None, force: bool = False) -> int:
        given = " ".join(word) if isinstance(word, tuple) else word
        return daemon_requests.send(control_socket(os.environ, display), verb, given, force=force)

    name = verb.command.split()[-1]
    command = click.command(name, short_help=verb.short_help, help=verb.help)(display_option(callback))
    if verb.positional:
        argument = verb.arguments[verb.positional]
        kind = click.Choice(argument.choices) if argument.choices else click.STRING
        count, dots = (-1, "...") if argument.takes_words else (1, "")
        metavar = f"{argument.metavar}{dots}"
        command.params.append(click.Argument(["word"], type=kind, required=True, nargs=count, metavar=metavar))
    if verb.has_force:
        command.params.append(click.Option(["--force"], is_flag=True, help=FORCE_HELP))
    return command


CLICK_COMMANDS = {verb.command: _click_command(verb) for verb in VERBS.values() if verb.send}
"""Click command of each verb that needs no options of its own, by the words that follow the program's name."""


@click.group("undelivered", cls=OrderedGroup, short_help="Type or discard undelivered text.")
def undelivered_group() -> None:
    """Type or discard text that could not be typed into its own window.

    The daemon keeps such text, for example when the focus moves while it types.
    """


undelivered_group.add_command(CLICK_COMMANDS["undelivered type"])
undelivered_group.add_command(CLICK_COMMANDS["undelivered discard"])


@click.command("status", short_help=VERBS["status"].short_help)
@json_option("Print one JSON object.")
@click.option("--follow", is_flag=True, help="Print every event when it happens, one JSON object per line.")
@click.option("--levels", is_flag=True, help="With --follow: print the sound level, too, several times a second.")
@click.option(
    "--format",
    "bar",
    type=click.Choice(FORMATS),
    help="Print the state for a status bar; with --follow, print every change.",
)
@display_option
def status_command(as_json: bool, follow: bool, levels: bool, bar: str | None, display: str | None) -> int:
    r"""Print the state of the daemon.

    The exit status is 0 if a daemon runs. --follow ends when the daemon ends or its
    output is closed. With --format it waits for the next daemon instead.

    \b
    Examples:
      windictator status
      windictator status --follow | jq .
      windictator status --follow --format waybar
    """
    if levels and (not follow or bar):
        raise click.UsageError("--levels needs --follow, and excludes --format.", click.get_current_context())
    if bar and as_json:
        raise click.UsageError("--json and --format cannot be combined; give one of them.", click.get_current_context())
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


@click.command("history", short_help=VERBS["history"].short_help)
@json_option("Print one JSON object per utterance.")
@click.option(
    "--count",
    type=click.IntRange(1, _MAX_UTTERANCES),
    default=20,
    show_default=True,
    help="Number of utterances.",
)
@click.option("--long", is_flag=True, help="Also print the recognised words, the time and the window.")
@click.option(
    "--copy",
    metavar="N",
    type=click.IntRange(1, _MAX_UTTERANCES),
    help="Copy the text of utterance N to the clipboard; 1 is the last one.",
)
@display_option
def history_command(as_json: bool, count: int, copy: int | None, long: bool, display: str | None) -> int:
    """Print the last utterances with their numbers. The newest has number 1 and comes last.

    The word before an utterance says what became of it: typed, corrected, erased, undone,
    stopped, refused, kept (it could not be typed yet), typed later, dropped, or command.

    A star marks the utterances that "windictator undo" can take back now.

    --copy needs wl-copy, xclip or xsel. If none of them is installed, the text is
    printed instead.
    """
    path = control_socket(os.environ, display)
    if copy is None:
        return daemon_requests.history(path, as_json, count, long)
    if as_json:
        raise click.UsageError("--json and --copy cannot be combined; give one of them.", click.get_current_context())
    utterances = call(path, "history", count=copy)["utterances"]
    if len(utterances) < copy:
        raise UtteranceNotFoundError(f"there is no utterance {copy}: the history has {len(utterances)}")
    text = utterances[0]["typed"]
    if not text:  # keep the content of the clipboard
        raise UtteranceNotFoundError(
            f"cannot copy utterance {copy}: no text was typed for it; windictator history lists all"
        )
    from windictator.cli.clipboard import copy_to_clipboard

    program = copy_to_clipboard(text, display)
    if program:
        print_stderr(f"Copied to the clipboard by {program}.")
    else:
        print_stderr("Not copied: wl-copy, xclip and xsel are not installed; the text is:")
        click.echo(text)
    return 0


@click.command("alternatives", short_help=VERBS["alternatives"].short_help)
@json_option("Print one JSON object: text, items (number, text), refused.")
@click.option("--force", is_flag=True, help=FORCE_HELP)
@display_option
def alternatives_command(as_json: bool, force: bool, display: str | None) -> int:
    """Print alternatives for the last words in the focused window, with numbers.

    "windictator choose 2", or saying "choose two", replaces the words by number 2.
    """
    return daemon_requests.alternatives(control_socket(os.environ, display), as_json, force)
