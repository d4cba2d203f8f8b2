"""Command ``windictator commands``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from shutil import get_terminal_size
from textwrap import wrap
from typing import TYPE_CHECKING

import click

from windictator.cli.context import Invocation, json_option, pass_invocation
from windictator.cli.io.exits import print_stderr
from windictator.cli.io.output import print_json
from windictator.text.commands.everyday import KINDS

if TYPE_CHECKING:
    from windictator.text.catalogue import CatalogueEntry

_MIN_COLUMNS = 30
"""Minimum width of the list, in columns: a narrower list is unreadable."""


@click.command("commands", short_help="List voice commands and symbols.")
@click.argument("words", nargs=-1)
@json_option("Print one JSON array of objects: group, help, spoken (list of phrases).")
@click.option("--application", type=click.Choice(list(KINDS)), help="List only what works in this kind of application.")
@click.option("--template", is_flag=True, help="Print a commented file of user commands to start from.")
@pass_invocation
def commands_command(
    invocation: Invocation, words: tuple[str, ...], as_json: bool, application: str | None, template: bool
) -> int:
    r"""List the phrases that WinDictator understands: user commands, commands, symbols.

    WORDS limit the list to entries that contain them. In a phrase, <number> means a
    number, <words> any words, and <key> keys, as in "press control shift t".

    User commands are in user-commands.toml beside the settings file. A running
    daemon uses a change at once. "windictator config check" reports mistakes.

    \b
    Examples:
      windictator commands
      windictator commands delete
      windictator commands --application terminal
      windictator commands --json | jq .
      windictator commands --template > ~/.config/windictator/user-commands.toml
    """
    if template:
        from windictator.settings import read_text_file, shipped_config

        click.echo(read_text_file(shipped_config("user-commands.toml")), nl=False)
        return 0
    from windictator.settings.vocabulary import load_vocabulary
    from windictator.text.catalogue import command_catalogue, plain_values

    excluded: frozenset[str] = frozenset()
    if application is not None:
        from windictator.dictation.available import missing_everyday_commands
        from windictator.settings.profiles import load_profiles

        excluded = missing_everyday_commands(load_profiles(invocation.settings()).keys_of(application))
    sought = " ".join(words).casefold()
    found = [
        said
        for said in command_catalogue(load_vocabulary(invocation.settings(), invocation.notice), excluded)
        if any(sought in text.casefold() for text in (said.group, said.help, *said.spoken))
    ]
    if as_json:
        print_json(plain_values(found))
    else:
        for line in format_catalogue(found, get_terminal_size().columns if sys.stdout.isatty() else None):
            click.echo(line)
    if not found:
        print_stderr(f"no phrase contains {sought!r}; windictator commands lists all")
    return 0 if found else 1


def format_catalogue(entries: Iterable[CatalogueEntry], columns: int | None = None) -> Iterator[str]:
    """Yield the lines of a list with headings.

    columns: maximum width of a line, None for one line for each entry.
    """
    group = ""
    for each in entries:
        if each.group != group:
            if group:
                yield ""
            yield each.group
            group = each.group
        spoken = ", ".join(each.spoken)
        line = f"  {spoken}" if each.help == spoken else f"  {spoken}: {each.help}"
        yield from [line] if columns is None else _wrap(line, max(columns, _MIN_COLUMNS) - 1)


def _wrap(line: str, width: int) -> list[str]:
    return wrap(line, width, subsequent_indent=" " * 6, break_long_words=False, break_on_hyphens=False)
