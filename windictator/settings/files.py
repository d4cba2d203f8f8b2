"""Where the settings and the files beside them are, and their texts."""

from __future__ import annotations

import codecs
import os
from collections.abc import Mapping
from pathlib import Path

from windictator.errors import UsageError
from windictator.settings.tables import Settings

MAX_FILE_BYTES = 1 << 20
"""Bytes; a settings file that is larger is a mistake (a device, a log), not read to its end."""


class SettingsError(UsageError):
    """A settings file that cannot be used: ``file:key: what is wrong, what is allowed``."""


def settings_path(environ: Mapping[str, str] | None = None) -> Path:
    """The file that ``load_settings`` reads unless it is given one: ``$WINDICTATOR_CONFIG``, else
    ``windictator/windictator.toml`` in the user's configuration folder (XDG Base Directory Specification)."""
    environ = os.environ if environ is None else environ
    if named := environ.get("WINDICTATOR_CONFIG"):
        return Path(named)
    return _xdg_folder(environ, "XDG_CONFIG_HOME", ".config") / "windictator.toml"


def read_text_file(file: Path) -> str:
    """The text of a configuration file: UTF-8, a byte order mark dropped. Raises SettingsError."""
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise SettingsError(f"{file}: cannot be read: {reason}") from None
    if len(content) > MAX_FILE_BYTES:
        raise SettingsError(f"{file}: larger than {MAX_FILE_BYTES} bytes, this is no configuration file")
    return decode_text(content, file)


def decode_text(content: bytes, file: Path | str) -> str:
    """The text of what ``file`` contains: UTF-8, a byte order mark dropped. Raises SettingsError."""
    try:
        return content.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SettingsError(f"{file}:{line}: not UTF-8") from None


def shipped_config(name: str) -> Path:
    """Path of a file of the shipped ``config`` folder, such as "vocabulary.toml". Raises SettingsError.

    An installed package holds the folder inside itself; in a checkout it stands beside the package.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "config", package.parent / "config"):
        if (folder / name).is_file():
            return folder / name
    raise SettingsError(f"{package / 'config' / name}: missing, WinDictator has to be installed again")


def vocabulary_path(settings: Settings) -> Path:
    """The vocabulary file in force: the user's own, or the shipped one."""
    own = settings.text.vocabulary
    return Path(own) if own else shipped_config("vocabulary.toml")


def commands_path(settings: Settings) -> Path:
    """The file of commands in force: the user's own, or the shipped one."""
    own = settings.text.commands
    return Path(own) if own else shipped_config("commands.toml")


def user_words_path(settings: Settings, environ: Mapping[str, str] | None = None) -> Path:
    """The file of the user's own words, whether it exists or not. ``environ``: ``os.environ`` if None."""
    own = settings.text.user_words
    return Path(own) if own else settings_path(environ).parent / "words.toml"


def read_user_words(settings: Settings, environ: Mapping[str, str] | None = None) -> str:
    """The text of the file of the user's own words; "" where there is none and none is named. Raises SettingsError."""
    return _read_user_file(user_words_path(settings, environ), bool(settings.text.user_words))


def user_profiles_path(settings: Settings, environ: Mapping[str, str] | None = None) -> Path:
    """The file of the user's own profiles, whether it exists or not. ``environ``: ``os.environ`` if None."""
    own = settings.text.user_profiles
    return Path(own) if own else settings_path(environ).parent / "profiles.toml"


def read_user_profiles(settings: Settings, environ: Mapping[str, str] | None = None) -> str:
    """The text of the file of the user's own profiles; "" where there is none and none is named. Raises
    SettingsError."""
    return _read_user_file(user_profiles_path(settings, environ), bool(settings.text.user_profiles))


def _read_user_file(path: Path, must_exist: bool) -> str:
    """The text of a file that may be missing unless the settings have ``named`` it."""
    return read_text_file(path) if must_exist or os.path.lexists(path) else ""


def user_commands_path(settings: Settings, environ: Mapping[str, str] | None = None) -> Path:
    """The file of the user's own commands, whether it exists or not. ``environ``: ``os.environ`` if None."""
    own = settings.text.user_commands
    return Path(own) if own else settings_path(environ).parent / "own-commands.toml"


def user_functions_folder(settings: Settings, environ: Mapping[str, str] | None = None) -> Path:
    """Where the modules are that own commands call functions of: ``python`` beside the file of these commands."""
    return user_commands_path(settings, environ).parent / "python"


def read_user_commands(settings: Settings, environ: Mapping[str, str] | None = None) -> str:
    """The text of the file of the user's own commands; "" where there is none and none is named. Raises
    SettingsError."""
    return _read_user_file(user_commands_path(settings, environ), bool(settings.text.user_commands))


def state_folder(environ: Mapping[str, str] | None = None) -> Path:
    """Where logs and the history go: ``windictator`` in the user's state folder (XDG Base Directory Specification)."""
    return _xdg_folder(os.environ if environ is None else environ, "XDG_STATE_HOME", ".local/state")


def _xdg_folder(environ: Mapping[str, str], variable: str, default: str) -> Path:
    folder = environ.get(variable, "")
    if not folder.startswith("/"):  # the specification: relative paths are to be ignored
        folder = f"{home_folder(environ)}/{default}"
    return Path(folder, "windictator")


def home_folder(environ: Mapping[str, str]) -> str:
    """The user's."""
    return environ.get("HOME") or os.path.expanduser("~")  # noqa: PTH111 - never raises, unlike Path.home()
