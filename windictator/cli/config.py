"""Command ``windictator config``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from windictator.cli.context import Invocation, OrderedGroup, json_option, pass_invocation
from windictator.cli.io.output import print_json
from windictator.errors import WinDictatorError

if TYPE_CHECKING:
    from pathlib import Path

    from windictator.settings import Settings
    from windictator.text.vocabulary import Vocabulary


class SettingsFileOutputError(WinDictatorError):
    """Standard output is the settings file itself."""


@click.group("config", cls=OrderedGroup, short_help="Show, change and check settings.")
def config_group() -> None:
    r"""Show, change and check settings.

    Settings are in one TOML file; without it every setting has its default.

    \b
    Examples:
      windictator config set recognizer.language de
      windictator config get typing.key_press_ms
      windictator config edit
    """


@config_group.command("path", short_help="Print the path of the settings file.")
@pass_invocation
def path_command(invocation: Invocation) -> int:
    """Print the path of the settings file, which may be missing.

    It is the file of --config, otherwise that of $WINDICTATOR_CONFIG, otherwise
    windictator/windictator.toml in $XDG_CONFIG_HOME (~/.config).
    """
    click.echo(invocation.settings_path())
    return 0


@config_group.command("show", short_help="Print all settings.")
@json_option("Print one JSON object.")
@pass_invocation
def show_command(invocation: Invocation, as_json: bool) -> int:
    """Print all settings with their current values, as TOML.

    "windictator config set" and "windictator config edit" change settings.
    "windictator config init" creates a settings file.
    """
    from windictator.settings import Settings
    from windictator.settings.keys import format_toml

    _refuse_settings_file_output(invocation.settings_path())
    settings, defaults = invocation.settings(), dict(_settings_by_key(Settings()))
    if as_json:
        tables: dict[str, dict[str, Any]] = {}
        for (table, key), value in _settings_by_key(settings):
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


@config_group.command("check", short_help="Check settings and other files.")
@pass_invocation
def check_command(invocation: Invocation) -> int:
    """Check the settings, the vocabulary, user words, user commands and user profiles.

    The first error is printed in one line, with the file, the key, the reason and the
    allowed values; the exit status is then 2. A warning names a user word or a user
    command that replaces another phrase, or that can never match.
    """
    from windictator.x11.hotkey_syntax import hotkey_warnings, parse_hotkeys

    settings, path = invocation.settings(), invocation.settings_path()
    hotkeys = parse_hotkeys(settings.hotkeys.bindings, str(path), invocation.notice)
    state = "ok" if path.exists() else "no such file, every setting has its default"
    click.echo(f"settings       {path}: {state}")
    for warning in hotkey_warnings(hotkeys):
        click.echo(f"  warning: {warning}")

    from windictator.settings import commands_path, user_words_path, vocabulary_path
    from windictator.settings.conflicts import command_conflicts, conflicts
    from windictator.settings.vocabulary import load_base_vocabulary, load_words

    vocabulary = load_base_vocabulary(settings, invocation.notice)
    click.echo(f"vocabulary     {vocabulary_path(settings)}: ok")
    click.echo(f"commands       {commands_path(settings)}: ok")
    for conflict in command_conflicts(vocabulary):
        click.echo(f"  warning: {conflict}")
    user_words, words_file = load_words(settings, invocation.notice), user_words_path(settings)
    state = "ok" if words_file.exists() else "no such file, no user words"
    click.echo(f"user words     {words_file}: {state}")
    for conflict in conflicts(vocabulary, user_words):
        click.echo(f"  warning: {conflict}")
    _check_user_commands(invocation, settings, vocabulary.with_user_words(user_words) if user_words else vocabulary)
    _check_user_profiles(invocation, settings)
    return 0


def _check_user_commands(invocation: Invocation, settings: Settings, vocabulary: Vocabulary) -> None:
    from windictator.cli.user_command_checks import find_warnings
    from windictator.settings import user_commands_path
    from windictator.settings.user_commands import load_user_commands

    commands = load_user_commands(settings, invocation.notice)
    path = user_commands_path(settings)
    click.echo(f"user commands  {path}: {'ok' if path.exists() else 'no such file, no user commands'}")
    for warning in find_warnings(settings, vocabulary, commands):
        click.echo(f"  warning: {warning}")


def _check_user_profiles(invocation: Invocation, settings: Settings) -> None:
    from windictator.settings import user_profiles_path
    from windictator.settings.profiles import load_user_profiles

    load_user_profiles(settings, invocation.notice)
    path = user_profiles_path(settings)
    click.echo(f"user profiles  {path}: {'ok' if path.exists() else 'no such file, no user profiles'}")


def _refuse_settings_file_output(path: Path) -> None:
    """Raise SettingsFileOutputError if standard output is the settings file."""
    import os
    import sys

    try:
        output = os.fstat(sys.stdout.fileno())
        same = os.path.samestat(output, path.stat())
    except (OSError, ValueError):
        return
    if same:
        emptied = "the shell has emptied it; restore it from a copy, or create it again: windictator config init"
        raise SettingsFileOutputError(
            f"cannot print the settings into {path}: it is the settings file; "
            f"{'print them into another file' if output.st_size else emptied}"
        )


def _settings_by_key(settings: Any) -> list[tuple[tuple[str, str], Any]]:
    """Return the values by table and key; hotkeys are in today's notation."""
    return [((table, key), _shown_value(table, value)) for table, key, value in settings.items()]


def _shown_value(table: str, value: Any) -> Any:
    if table != "hotkeys" or not isinstance(value, str) or not value:
        return value
    from windictator.x11.hotkey_syntax import current_notation

    return current_notation(value)
