"""Paths of the settings and of the files beside them, and reading their texts."""

from __future__ import annotations

import codecs
import os
from collections.abc import Mapping
from pathlib import Path

from windictator.errors import UsageError
from windictator.settings.aliases import USER_COMMANDS_FILE
from windictator.settings.tables import Settings
from windictator.settings.toml import OnNotice

MAX_FILE_BYTES = 1 << 20
"""Maximum size of a configuration file; a larger file is a mistake (a device, a log) and is not read to its end."""


class SettingsError(UsageError):
    """Settings file that cannot be used: ``file:key: what is wrong; what is allowed``."""


def settings_path(environ: Mapping[str, str] | None = None) -> Path:
    """Return the settings file that ``load_settings`` reads by default; ``environ``: None is ``os.environ``.

    It is ``$WINDICTATOR_CONFIG``, or else ``windictator/windictator.toml`` in the user's configuration folder (XDG Base
    Directory Specification).
    """
    environ = os.environ if environ is None else environ
    if named := environ.get("WINDICTATOR_CONFIG"):
        return Path(named)
    return _xdg_folder(environ, "XDG_CONFIG_HOME", ".config") / "windictator.toml"


def read_text_file(file: Path) -> str:
    """Return the text of a configuration file, which is UTF-8, without a byte order mark. Raises SettingsError."""
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise SettingsError(f"{file}: cannot be read: {reason}") from None
    if len(content) > MAX_FILE_BYTES:
        raise SettingsError(f"{file}: larger than {MAX_FILE_BYTES} bytes; this is not a configuration file")
    return decode_text(content, file)


def decode_text(content: bytes, file: Path | str) -> str:
    """Return the text of ``content``, which is UTF-8, without a byte order mark.

    ``file``: its name, for messages. Raises SettingsError.
    """
    try:
        return content.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SettingsError(f"{file}:{line}: not UTF-8") from None


def shipped_config(name: str) -> Path:
    """Return the path of a file in the shipped ``config`` folder, such as "vocabulary.toml". Raises SettingsError.

    An installed package contains the folder; in a checkout it is beside the package.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "config", package.parent / "config"):
        if (folder / name).is_file():
            return folder / name
    raise SettingsError(f"{package / 'config' / name}: missing; install WinDictator again")


def vocabulary_path(settings: Settings) -> Path:
    """Return the path of the vocabulary: the file that the settings name, or else the shipped one."""
    named = settings.text.vocabulary
    return Path(named) if named else shipped_config("vocabulary.toml")


def commands_path(settings: Settings) -> Path:
    """Return the path of the commands: the file that the settings name, or else the shipped one."""
    named = settings.text.commands
    return Path(named) if named else shipped_config("commands.toml")


def user_words_path(settings: Settings, environ: Mapping[str, str] | None = None) -> Path:
    """Return the path of the user's words, which may not exist; ``environ``: None is ``os.environ``."""
    named = settings.text.user_words
    return Path(named) if named else settings_path(environ).parent / "words.toml"


def read_user_words(settings: Settings, environ: Mapping[str, str] | None = None) -> str:
    """Return the text of the user's words, "" if there is no file and the settings name none.

    ``environ``: None is ``os.environ``. Raises SettingsError.
    """
    return _read_user_file(user_words_path(settings, environ), bool(settings.text.user_words))


def user_profiles_path(settings: Settings, environ: Mapping[str, str] | None = None) -> Path:
    """Return the path of the user's profiles, which may not exist; ``environ``: None is ``os.environ``."""
    named = settings.text.user_profiles
    return Path(named) if named else settings_path(environ).parent / "profiles.toml"


def read_user_profiles(settings: Settings, environ: Mapping[str, str] | None = None) -> str:
    """Return the text of the user's profiles, "" if there is no file and the settings name none.

    ``environ``: None is ``os.environ``. Raises SettingsError.
    """
    return _read_user_file(user_profiles_path(settings, environ), bool(settings.text.user_profiles))


def _read_user_file(path: Path, must_exist: bool) -> str:
    return read_text_file(path) if must_exist or os.path.lexists(path) else ""


def user_commands_path(settings: Settings, environ: Mapping[str, str] | None = None) -> Path:
    """Return the path of the user's commands, which may not exist; ``environ``: None is ``os.environ``.

    A file with the name of earlier versions is used if it is the only one. Raises SettingsError if both files exist.
    """
    if named := settings.text.user_commands:
        return Path(named)
    old, current = (settings_path(environ).parent / name for name in USER_COMMANDS_FILE)
    if not os.path.lexists(old):
        return current
    if os.path.lexists(current):
        raise SettingsError(f"{old}: {current.name}, its new name, exists too; move what you need there and delete it")
    return old


def watched_files(settings: Settings, settings_file: Path) -> tuple[Path, ...]:
    """Return the files whose changes change what the user's settings, words, commands and profiles mean.

    Some may not exist. The shipped files are not among them. ``settings_file``: the file of ``settings``.
    """
    folder = settings_path().parent
    text = settings.text
    commands = [Path(text.user_commands)] if text.user_commands else [folder / name for name in USER_COMMANDS_FILE]
    named = [Path(name) for name in (text.vocabulary, text.commands) if name]
    return (settings_file, user_words_path(settings), user_profiles_path(settings), *commands, *named)


def user_functions_folder(settings: Settings, environ: Mapping[str, str] | None = None) -> Path:
    """Return the folder of the modules whose functions user commands call: ``python`` beside the file of commands."""
    return user_commands_path(settings, environ).parent / "python"


def read_user_commands(
    settings: Settings, environ: Mapping[str, str] | None = None, on_notice: OnNotice | None = None
) -> str:
    """Return the text of the user's commands, "" if there is no file and the settings name none.

    environ: environment variables; None: ``os.environ``.
    on_notice: called with one line if the file has its old name.
    Raises SettingsError.
    """
    path = user_commands_path(settings, environ)
    old, current = USER_COMMANDS_FILE
    if on_notice is not None and not settings.text.user_commands and path.name == old:
        on_notice(f"{path}: old name, still read; rename it to {current}")
    return _read_user_file(path, bool(settings.text.user_commands))


def state_folder(environ: Mapping[str, str] | None = None) -> Path:
    """Return the folder of logs and of the history; ``environ``: None is ``os.environ``.

    It is ``windictator`` in the user's state folder (XDG Base Directory Specification).
    """
    return _xdg_folder(os.environ if environ is None else environ, "XDG_STATE_HOME", ".local/state")


def _xdg_folder(environ: Mapping[str, str], variable: str, default: str) -> Path:
    folder = environ.get(variable, "")
    if not folder.startswith("/"):  # the specification: relative paths are to be ignored
        folder = f"{home_folder(environ)}/{default}"
    return Path(folder, "windictator")


def home_folder(environ: Mapping[str, str]) -> str:
    """Return the user's home folder."""
    return environ.get("HOME") or os.path.expanduser("~")  # noqa: PTH111 - never raises, unlike Path.home()
