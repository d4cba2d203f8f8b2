"""Profiles of applications: rules in TOML that give a profile to windows by class and title.

``config/profiles.toml`` has the shipped rules and explains every key; the user's rules apply after them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, get_args

from windictator.dictation.profile import (
    BackspaceUnitName,
    CursorKeys,
    Erase,
    Kind,
    LineBreaks,
    LiveTyping,
    Style,
)
from windictator.dictation.profile_rules import Patterns, ProfileRule, ProfileRules
from windictator.errors import UsageError
from windictator.settings.aliases import PROFILE_CONVERSIONS, PROFILE_KEYS, PROFILE_VALUES
from windictator.settings.files import read_text_file, read_user_profiles, shipped_config, user_profiles_path
from windictator.settings.tables import Settings
from windictator.settings.toml import OnNotice, TomlFile, TomlTable
from windictator.text.commands.everyday import EVERYDAY_COMMANDS, KINDS

MAX_KEY_PRESS_MS = 1000
"""Maximum duration of a key press, in milliseconds."""


class ProfilesError(UsageError):
    """File of profiles that cannot be used: ``file:profile N.key: what is wrong; what is allowed``."""


def load_profiles(settings: Settings, on_notice: OnNotice | None = None) -> ProfileRules:
    """Return the shipped rules and the user's rules.

    ``on_notice``: called with one line for each old name in the user's file. Raises SettingsError, ProfilesError.
    """
    rules = ProfileRules()
    for name in ("applications.toml", "profiles.toml"):
        shipped = shipped_config(name)
        rules += parse_profiles(read_text_file(shipped), str(shipped))
    return rules + load_user_profiles(settings, on_notice)


def load_user_profiles(settings: Settings, on_notice: OnNotice | None = None) -> ProfileRules:
    """Return the user's rules alone.

    They suffice to press keys: the shipped rules do not change that, and reading them takes a moment.
    ``on_notice``: called with one line for each old name in the file. Raises SettingsError, ProfilesError.
    """
    text = read_user_profiles(settings)
    return parse_profiles(text, str(user_profiles_path(settings)), on_notice) if text else ProfileRules()


def parse_profiles(toml_text: str, source: str, on_notice: OnNotice | None = None) -> ProfileRules:
    """Return the rules in the text of a file.

    source: the file's name, for messages.
    on_notice: called with one line for each old name in the file.
    Raises ProfilesError.
    """
    document = TomlFile(source, ProfilesError, on_notice).parse(toml_text)
    document.reject_unknown_keys(["profile", "keys"])
    kinds = document.table("keys")
    kinds.reject_unknown_keys([*KINDS], "kind of application")
    keys = {kind: _everyday_keys(kinds, kind) for kind in kinds}
    return ProfileRules(tuple(map(_read_rule, document.tables("profile"))), keys)


def _read_rule(table: TomlTable) -> ProfileRule:
    table = table.with_current_names(PROFILE_KEYS, PROFILE_VALUES, PROFILE_CONVERSIONS)
    table.reject_unknown_keys([*_SELECTOR_KEYS, *_READERS])
    name = table.line("name")
    changes = {key: _READERS[key](table, key) for key in table if key in _READERS}
    titles = Patterns(table.strings("titles", minimum=1, item="pattern")) if "titles" in table else None
    return ProfileRule(name, Patterns(table.strings("classes", minimum=1, item="pattern")), titles, changes)


# Each returns the value of a key, or raises ProfilesError.
_Reader = Callable[[TomlTable, str], Any]


def _choice(literal: Any) -> _Reader:
    return lambda table, key: table.choice(key, get_args(literal))


def _milliseconds(table: TomlTable, key: str) -> int:
    return table.integer(key, 0, MAX_KEY_PRESS_MS)


def _is_key_combination(value: Any) -> bool:
    from windictator.keyboard.chord import KeyCombinationError, parse_combination

    try:
        parse_combination(value if isinstance(value, str) else "")
    except KeyCombinationError:
        return False
    return True


def _key(table: TomlTable, key: str) -> Any:
    return table.value(key, 'keys pressed together, such as "shift+Return"', _is_key_combination)


def _optional_key(table: TomlTable, key: str) -> Any:
    allowed = 'keys pressed together, such as "ctrl+shift+c", or "" for none'
    return table.value(key, allowed, lambda value: value == "" or _is_key_combination(value))


def _are_key_combinations(value: Any) -> bool:
    return isinstance(value, str) and all(map(_is_key_combination, value.split()))


def _everyday_keys(table: TomlTable, key: str) -> dict[str, str]:
    """Return the keys of everyday commands in a table. Raises ProfilesError."""
    commands = table.table(key)
    commands.reject_unknown_keys([*EVERYDAY_COMMANDS], "everyday command")
    allowed = 'keys such as "ctrl+t", several with spaces between them, or "" for none'
    return {name: commands.value(name, allowed, _are_key_combinations) for name in commands}


_SELECTOR_KEYS = ("name", "classes", "titles")
"""Keys that say which windows a profile is for."""
_READERS: Mapping[str, _Reader] = {
    "enabled": TomlTable.boolean,
    "takes_text": TomlTable.boolean,
    "live_typing": _choice(LiveTyping),
    "line_breaks": _choice(LineBreaks),
    "line_break_key": _key,
    "paragraph_key": _optional_key,
    "style": _choice(Style),
    "key_press_ms": _milliseconds,
    "repeat_gap_ms": _milliseconds,
    "acts_late": TomlTable.boolean,
    "return_completes": TomlTable.boolean,
    "autocorrects": TomlTable.boolean,
    "keeps_selections": TomlTable.boolean,
    "cursor_keys": _choice(CursorKeys),
    "backspace_unit": _choice(BackspaceUnitName),
    "erase": _choice(Erase),
    "copy": _optional_key,
    "cut": _optional_key,
    "paste": _optional_key,
    "select_all": _optional_key,
    "kind": _choice(Kind),
    "keys": _everyday_keys,
    "finds_in_place": TomlTable.boolean,
    "remapping": TomlTable.boolean,
}
"""Keys that change a profile, and how each is read."""
