"""``windictator config``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from windictator.cli.context import Invocation, OrderedGroup, json_option, pass_invocation
from windictator.cli.output import print_json
from windictator.errors import WinDictatorError

if TYPE_CHECKING:
    from pathlib import Path

    from windictator.settings import Settings
    from windictator.text.vocabulary import Vocabulary


class SettingsFileOutputError(WinDictatorError):
    """The settings were to be printed into the file that they are read from."""


@click.group("config", cls=OrderedGroup, short_help="Show, change and check the settings.")
def config_group() -> None:
    """Show, change and check the settings.

    They are read from one file of TOML; without it every setting has its default.

    \b
    Examples:
      windictator config set recognizer.language de
      windictator config get typing.key_press_ms
      windictator config edit
    """


@config_group.command("path", short_help="Print which file is read.")
@pass_invocation
def path_command(invocation: Invocation) -> int:
    """Print the path of the settings file, whether it exists or not.

    It is the file given by --config, else by $WINDICTATOR_CONFIG, else
    windictator/windictator.toml in $XDG_CONFIG_HOME (~/.config).
    """
    click.echo(invocation.settings_path())
    return 0


@config_group.command("show", short_help="Print every setting.")
@json_option("Print them as one JSON object.")
@pass_invocation
def show_command(invocation: Invocation, as_json: bool) -> int:
    """Print every setting with its current value, as TOML.

    To change one, use "windictator config set" or "windictator config edit"; to begin
    a settings file of your own, "windictator config init".
    """
    from windictator.settings import Settings
    from windictator.settings.keys import format_toml

    _refuse_settings_file_output(invocation.settings_path())
    settings, defaults = invocation.settings(), dict(_settings_by_key(Settings()))
    if as_json:
        tables: dict[str, dict[str, Any]] = {}
        for table, key, value in settings.items():
            tables.setdefault(table, {})[key] = value
        print_json(tables)
        return 0
    shown = ""
    for (table, key), value in _settings_by_key(settings):
        if table != shown:
            click.echo(f"\n[{table}]" if shown else f"[{table}]")
            shown = table
        default = defaults[table, key]
        note = "" if value == default else f"  # default: {format_toml(default)}"
        click.echo(f"{key} = {format_toml(value)}{note}")
    return 0


@config_group.command("check", short_help="Say whether the files are right.")
@pass_invocation
def check_command(invocation: Invocation) -> int:
    """Read the settings, the vocabulary, your own words and commands, and your profiles of
    applications, and say whether they are right.

    The first mistake is printed as one line, file:setting: what is wrong, what is
    allowed; the exit status is then 2. A warning is a word or a command of your own
    that takes the place of another or of a symbol, or that can never be reached.
    """
    from windictator.x11.hotkey_syntax import parse_hotkeys

    settings, path = invocation.settings(), invocation.settings_path()
    parse_hotkeys(settings.hotkeys.bindings, str(path))
    state = "right" if path.exists() else "no such file, every setting has its default"
    click.echo(f"settings      {path}: {state}")

    from windictator.settings import commands_path, user_words_path, vocabulary_path
    from windictator.settings.conflicts import command_conflicts, conflicts
    from windictator.settings.vocabulary import load_base_vocabulary, load_words

    vocabulary = load_base_vocabulary(settings, invocation.notice)
    click.echo(f"vocabulary    {vocabulary_path(settings)}: right")
    click.echo(f"commands      {commands_path(settings)}: right")
    for conflict in command_conflicts(vocabulary):
        click.echo(f"  warning: {conflict}")
    words, words_file = load_words(settings, invocation.notice), user_words_path(settings)
    state = "right" if words_file.exists() else "no such file, no words of your own"
    click.echo(f"words         {words_file}: {state}")
    for conflict in conflicts(vocabulary, words):
        click.echo(f"  warning: {conflict}")
    _check_user_commands(invocation, settings, vocabulary.with_user_words(words) if words else vocabulary)
    _check_user_profiles(invocation, settings)
    return 0


def _check_user_commands(invocation: Invocation, settings: Settings, vocabulary: Vocabulary) -> None:
    from windictator.cli.user_command_checks import find_warnings
    from windictator.settings import user_commands_path
    from windictator.settings.user_commands import load_user_commands

    commands = load_user_commands(settings, invocation.notice)
    path = user_commands_path(settings)
    click.echo(f"own commands  {path}: {'right' if path.exists() else 'no such file, no commands of your own'}")
    for warning in find_warnings(settings, vocabulary, commands):
        click.echo(f"  warning: {warning}")


def _check_user_profiles(invocation: Invocation, settings: Settings) -> None:
    from windictator.settings import user_profiles_path
    from windictator.settings.profiles import load_user_profiles

    load_user_profiles(settings, invocation.notice)
    path = user_profiles_path(settings)
    click.echo(f"profiles      {path}: {'right' if path.exists() else 'no such file, no profiles of your own'}")


def _refuse_settings_file_output(path: Path) -> None:
    """Raise OwnFileError if standard output is the settings file itself."""
    import os
    import sys

    try:
        output = os.fstat(sys.stdout.fileno())
        same = os.path.samestat(output, path.stat())
    except (OSError, ValueError):
        return
    if same:
        emptied = "the shell has emptied it; restore it from a copy, or begin it again: windictator config init"
        raise SettingsFileOutputError(
            f"cannot print the settings into {path}: they are read from it; "
            f"{'print them into another file' if output.st_size else emptied}"
        )


def _settings_by_key(settings: Any) -> list[tuple[tuple[str, str], Any]]:
    return [((table, key), value) for table, key, value in settings.items()]
