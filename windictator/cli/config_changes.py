"""Commands ``windictator config init``, ``edit``, ``get``, ``set`` and ``unset``."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

from windictator.cli.context import Invocation, json_option, pass_invocation
from windictator.cli.io.exits import print_stderr
from windictator.cli.io.output import print_json
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


@click.command("init", short_help="Create a settings file.")
@click.option("--force", is_flag=True, help="Replace an existing file; a copy of it is kept.")
@pass_invocation
def init_command(invocation: Invocation, force: bool) -> int:
    """Create a settings file with all settings explained and commented out.

    "windictator config path" prints its path. An existing file is not changed. --force
    replaces it and keeps the old one with the suffix .bak, .bak2, .bak3 and so on.
    """
    from windictator.cli.file_change import TargetExistsError, create_file

    path = invocation.settings_path()
    try:
        copy = create_file(path, _new_file_text(), force)
    except TargetExistsError as error:
        raise TargetExistsError(
            f"{error}; edit it: windictator config edit, or replace it: windictator config init --force"
        ) from None
    kept = f"; the old file is {copy}" if copy else ""
    print_stderr(f"{path}: written{kept}; edit it: windictator config edit")
    return 0


@click.command("edit", short_help="Edit the settings file in your editor.")
@pass_invocation
def edit_command(invocation: Invocation) -> int:
    """Open the settings file in your editor, and check it afterwards.

    The editor is $VISUAL, otherwise $EDITOR, otherwise the one of your system. A
    missing file is created as by "windictator config init". The exit status is 2 if the
    file has an error afterwards. A running daemon uses the changed settings at once.
    """
    from windictator.cli.editor import run_editor
    from windictator.cli.file_change import change_file

    path = invocation.settings_path()
    if not path.exists():
        change_file(path, lambda before: before or _new_file_text())
    before = _read_content(path)
    if not run_editor(path):
        print_stderr(f"{path} is open in another program; after you save it, run: windictator config check")
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
@json_option("Print the value as JSON.")
@pass_invocation
def get_command(invocation: Invocation, key: str, as_json: bool) -> int:
    """Print the current value of one setting; a list has one item per line.

    KEY is the setting with its table, such as typing.key_press_ms. "windictator config show"
    lists all settings.
    """
    from windictator.settings.keys import find_setting

    setting = find_setting(key, invocation.notice)
    value = _in_current_notation(setting, getattr(getattr(invocation.settings(), setting.table), setting.key))
    if as_json:
        print_json(value)
    elif isinstance(value, tuple):
        for item in value:
            click.echo(item)
    else:
        click.echo(str(value).lower() if isinstance(value, bool) else value)
    return 0


# A negative number is not an option.
@click.command("set", short_help="Change one setting.", context_settings={"ignore_unknown_options": True})
@_key_argument
@click.argument("value", metavar="VALUE...", nargs=-1, required=True, shell_complete=_complete_value)
@pass_invocation
def set_command(invocation: Invocation, key: str, value: tuple[str, ...]) -> int:
    r"""Write one setting to the settings file.

    KEY is the setting with its table; "windictator config show" lists all settings. A
    list takes one VALUE for each item, or '[]' for an empty list. A relative path
    starts at the folder of the settings file. Nothing is written if the value is not
    allowed. The rest of the file, including comments, does not change. A missing file
    is created as by "windictator config init".

    \b
    Examples:
      windictator config set recognizer.language de
      windictator config set typing.key_press_ms 20
      windictator config set hotkeys.toggle ctrl+alt+d
      windictator config set symbols.never hash "no space"
    """
    from windictator.settings.editing import with_setting
    from windictator.settings.keys import find_setting, format_toml, parse_value

    setting = find_setting(key, invocation.notice)
    wanted = _in_current_notation(setting, parse_value(setting, value, invocation.notice))
    path = invocation.settings_path()

    def changed(before: str) -> str:
        after = with_setting(before or _new_file_text(), setting, wanted, str(path))
        _check_hotkeys(setting, after, path)
        return after

    _change_and_check(path, changed)
    print_stderr(f"{path}: {setting.name} = {format_toml(wanted)}{_reload_hint()}")
    if setting.table == "hotkeys" and isinstance(wanted, str):
        from windictator.x11.hotkey_syntax import hotkey_warnings, parse_hotkeys

        for warning in hotkey_warnings(parse_hotkeys({setting.key: wanted})):
            print_stderr(f"warning: {warning}")
    return 0


@click.command("unset", short_help="Reset one setting to its default.")
@_key_argument
@pass_invocation
def unset_command(invocation: Invocation, key: str) -> int:
    """Remove one setting from the settings file, so that its default applies.

    The rest of the file, including comments, does not change.
    """
    from windictator.settings.editing import without_setting
    from windictator.settings.keys import find_setting, format_toml

    setting = find_setting(key, invocation.notice)
    path = invocation.settings_path()
    if path.exists():
        _change_and_check(path, lambda before: without_setting(before, setting, str(path)))
    print_stderr(f"{path}: {setting.name} has its default, {format_toml(setting.default)}{_reload_hint()}")
    return 0


def _in_current_notation(setting: Setting, value: Any) -> Any:
    """Return the value; a hotkey in the notation of earlier versions gets today's."""
    if setting.table != "hotkeys" or not isinstance(value, str):
        return value
    from windictator.x11.hotkey_syntax import current_notation

    return current_notation(value)


def _change_and_check(path: Path, change: Callable[[str], str]) -> None:
    """Change the file. Raises SettingsError if another setting in it is invalid."""
    from windictator.cli.file_change import change_file

    change_file(path, change)
    try:
        _check(path)
    except UsageError as error:
        raise type(error)(f"changed, but the file has another error: {error}") from None


def _check(path: Path) -> None:
    """Raise SettingsError if the file has an error."""
    from windictator.settings import load_settings

    settings = load_settings(path)
    if any(settings.hotkeys.bindings.values()):
        from windictator.x11.hotkey_syntax import parse_hotkeys

        parse_hotkeys(settings.hotkeys.bindings, str(path))


def _check_hotkeys(setting: Setting, toml: str, path: Path) -> None:
    """Raise SettingsError if the setting is a hotkey with an invalid value."""
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
    """Return the content of the file, b"" if it cannot be read."""
    with suppress(OSError):
        return path.read_bytes()
    return b""


def _reload_hint() -> str:
    """Return when a running daemon uses the settings, "" if none runs for this display."""
    import os

    from windictator.app.control.address import control_socket
    from windictator.app.control.client import DaemonConnection

    try:
        DaemonConnection(control_socket(os.environ)).close()
    except WinDictatorError:
        return ""
    return "; the running daemon uses it at once"
