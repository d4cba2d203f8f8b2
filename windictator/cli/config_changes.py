"""``windictator config init``, ``edit``, ``get``, ``set`` and ``unset``."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import click

from windictator.cli.context import Invocation, json_option, pass_invocation
from windictator.cli.output import print_json, print_stderr
from windictator.errors import UsageError, WinDictatorError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.shell_completion import CompletionItem

    from windictator.settings.keys import Setting


def _complete_key(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from windictator.settings.keys import all_settings

    return [CompletionItem(name) for name in all_settings() if name.startswith(incomplete)]


def _complete_value(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from windictator.settings.keys import all_settings

    setting = all_settings().get(context.params.get("key") or "")
    choices = setting.choices if setting is not None and not context.params.get("value") else ()
    return [CompletionItem(choice) for choice in choices if choice.startswith(incomplete)]


_key_argument = click.argument("key", metavar="KEY", shell_complete=_complete_key)


@click.command("init", short_help="Begin a settings file of your own.")
@click.option("--force", is_flag=True, help="Replace an existing file; a copy of it is kept beside it.")
@pass_invocation
def init_command(invocation: Invocation, force: bool) -> int:
    """Write a settings file with every setting explained, each commented out with its
    default, to where it is read from ("windictator config path").

    An existing file is left alone. With --force it is replaced, and kept beside the new
    one under the same name with .bak at its end, or .bak2, .bak3 and so on.
    """
    from windictator.cli.file_change import TargetExistsError, create_file

    path = invocation.settings_path()
    try:
        copy = create_file(path, _new_file_text(), force)
    except TargetExistsError as error:
        raise TargetExistsError(
            f"{error}; windictator config edit opens it, windictator config init --force replaces it and keeps a copy"
        ) from None
    kept = f"; the file that was there is {copy}" if copy else ""
    print_stderr(f"{path}: written{kept}; windictator config edit opens it")
    return 0


@click.command("edit", short_help="Open the settings file in your editor.")
@pass_invocation
def edit_command(invocation: Invocation) -> int:
    """Open the settings file in your editor, and check it afterwards.

    The editor is $VISUAL, else $EDITOR, else the one that your system has. A missing
    file is begun as by "windictator config init". The exit status is 2 when something
    is wrong with the file afterwards; a running daemon keeps its settings until you say
    "windictator config reload".
    """
    from windictator.cli.editor import run_editor
    from windictator.cli.file_change import change_file

    path = invocation.settings_path()
    if not path.exists():
        change_file(path, lambda before: before or _new_file_text())
    before = _read_content(path)
    if not run_editor(path):
        print_stderr(f"{path} has been opened; when you have saved it: windictator config check")
        return 0
    try:
        _check(path)
    except UsageError as error:
        raise type(error)(f"{error}; correct it: windictator config edit") from None
    changed = _read_content(path) != before
    print_stderr(f"{path}: {f'ok{_reload_hint()}' if changed else 'ok, not changed'}")
    return 0


@click.command("get", short_help="Print one setting.")
@_key_argument
@json_option("Print it as JSON.")
@pass_invocation
def get_command(invocation: Invocation, key: str, as_json: bool) -> int:
    """Print the current value of one setting; a list with one item per line.

    KEY is the setting with its table, such as typing.key_press_ms; "windictator config show"
    lists all of them.
    """
    from windictator.settings.keys import find_setting

    setting = find_setting(key, invocation.notice)
    value = getattr(getattr(invocation.settings(), setting.table), setting.key)
    if as_json:
        print_json(value)
    elif isinstance(value, tuple):
        for item in value:
            click.echo(item)
    else:
        click.echo(str(value).lower() if isinstance(value, bool) else value)
    return 0


# A negative number is no option.
@click.command("set", short_help="Change one setting.", context_settings={"ignore_unknown_options": True})
@_key_argument
@click.argument("value", metavar="VALUE...", nargs=-1, required=True, shell_complete=_complete_value)
@pass_invocation
def set_command(invocation: Invocation, key: str, value: tuple[str, ...]) -> int:
    """Write one setting to the settings file. The rest of the file, comments too, stays
    as it is; a missing file is begun as by "windictator config init".

    KEY is the setting with its table; "windictator config show" lists all of them. A
    list takes one VALUE for each item, or '[]' for none. Nothing is written if the
    value is not allowed. A relative path starts at the folder of the settings file.

    \b
    Examples:
      windictator config set recognizer.language de
      windictator config set typing.key_press_ms 20
      windictator config set hotkeys.toggle '<f9>'
      windictator config set symbols.never hash "no space"
    """
    from windictator.settings.editing import with_setting
    from windictator.settings.keys import find_setting, format_toml, parse_value

    setting = find_setting(key, invocation.notice)
    wanted = parse_value(setting, value, invocation.notice)
    path = invocation.settings_path()

    def changed(before: str) -> str:
        after = with_setting(before or _new_file_text(), setting, wanted, str(path))
        _check_hotkeys(setting, after, path)
        return after

    _change_and_check(path, changed)
    print_stderr(f"{path}: {setting.name} = {format_toml(wanted)}{_reload_hint()}")
    return 0


@click.command("unset", short_help="Give one setting its default again.")
@_key_argument
@pass_invocation
def unset_command(invocation: Invocation, key: str) -> int:
    """Take one setting out of the settings file, so that it has its default again. The
    rest of the file, comments too, stays as it is.
    """
    from windictator.settings.editing import without_setting
    from windictator.settings.keys import find_setting, format_toml

    setting = find_setting(key, invocation.notice)
    path = invocation.settings_path()
    if path.exists():
        _change_and_check(path, lambda before: without_setting(before, setting, str(path)))
    print_stderr(f"{path}: {setting.name} has its default, {format_toml(setting.default)}{_reload_hint()}")
    return 0


def _change_and_check(path: Path, change: Callable[[str], str]) -> None:
    """Change the file. Raises SettingsError if it is still wrong afterwards, as it then was before."""
    from windictator.cli.file_change import change_file

    change_file(path, change)
    try:
        _check(path)
    except UsageError as error:
        raise type(error)(f"changed, but something else is wrong: {error}") from None


def _check(path: Path) -> None:
    """Raise SettingsError if the file is not right."""
    from windictator.settings import load_settings

    settings = load_settings(path)
    if any(settings.hotkeys.bindings.values()):
        from windictator.x11.hotkey_syntax import parse_hotkeys

        parse_hotkeys(settings.hotkeys.bindings, str(path))


def _check_hotkeys(setting: Setting, toml: str, path: Path) -> None:
    """Raise SettingsError if the setting is a hotkey and cannot be one."""
    if setting.table == "hotkeys" and setting.kind is str:
        from windictator.settings import parse_settings
        from windictator.x11.hotkey_syntax import parse_hotkeys

        parse_hotkeys(parse_settings(toml, path).hotkeys.bindings, str(path))


def _new_file_text() -> str:
    """Return the text of a new settings file."""
    from windictator.settings import read_text_file, shipped_config
    from windictator.settings.editing import user_settings_template

    return user_settings_template(read_text_file(shipped_config("windictator.toml")))


def _read_content(path: Path) -> bytes:
    """Return what is in the file, b"" if it cannot be read."""
    with suppress(OSError):
        return path.read_bytes()
    return b""


def _reload_hint() -> str:
    """Return what makes a running daemon use the settings, "" if none runs for this display."""
    import os

    from windictator.control.address import control_socket
    from windictator.control.client import DaemonConnection

    try:
        DaemonConnection(control_socket(os.environ)).close()
    except WinDictatorError:
        return ""
    return "; the running daemon uses it after: windictator config reload"
