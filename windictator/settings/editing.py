"""Changes to the text of a settings file that keep its comments, its order and its formatting."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from windictator.settings.aliases import SETTING_VALUES, old_settings
from windictator.settings.files import SettingsError
from windictator.settings.keys import Setting, format_toml

USER_FILE_HEADER = """\
# Your settings of WinDictator. Every setting is here, with its default.
#
# A setting after a # has its default, even if a later version changes that
# default. To change the setting, remove the # and edit the value, or run
# "windictator config set":
#
#     windictator config set typing.key_press_ms 20
#
# "windictator config check" checks this file. A running daemon uses a change
# at once.
#
# A name that ends in _ms is a time in milliseconds, _s a time in seconds, _mb a
# size in megabytes.
# In a path, ~ is your home folder, and a relative path starts at the folder of
# this file.
"""

_SETTING = re.compile(r"^(?=[a-z_]+ = )", re.MULTILINE)


def user_settings_template(shipped: str) -> str:
    """Return a settings file for the user to edit: ``shipped`` with each default commented out.

    A later version can then have better defaults.
    """
    _, _, rest = shipped.partition("\n\n")
    return USER_FILE_HEADER + "\n" + _SETTING.sub("#", rest)


def with_setting(toml: str, setting: Setting, value: Any, source: str) -> str:
    """Return the text of the file with ``value`` for the setting, in the line of a default that is commented out.

    ``source``: the file's name, for messages. Raises SettingsError if the file is not TOML, or if it is so unusual that
    the user must make the change.
    """
    toml = _with_current_name(toml, setting, source)
    before = _parse_document(toml, source)
    wanted = {**before, setting.table: {**_get_table(before, setting, source), setting.key: value}}
    if setting.key not in before.get(setting.table, {}):
        uncommented = _uncomment_default(toml, setting, value)
        if uncommented is not None and _parses_to(uncommented, wanted):
            return uncommented
    return _check_result(_edit_with_tomlkit(toml, setting.table, setting.key, value, source), wanted, source)


def without_setting(toml: str, setting: Setting, source: str) -> str:
    """Return the text of the file without the setting, which then has its default.

    Below a comment the default stays, commented out. Raises SettingsError as ``with_setting`` does.
    """
    for table_name, key in _old_names(toml, setting, source):
        if table_name != setting.table:
            toml = _edit_with_tomlkit(toml, table_name, key, None, source)
    toml = _with_current_name(toml, setting, source)
    before = _parse_document(toml, source)
    table = dict(_get_table(before, setting, source))
    if setting.key not in table:
        return toml
    del table[setting.key]
    wanted = {**before, setting.table: table}
    plain = _edit_with_tomlkit(toml, setting.table, setting.key, _to_toml_type(setting.default), source)
    commented = _comment_out(plain, setting)
    if commented is not None and _parses_to(commented, wanted):
        return commented
    return _check_result(_edit_with_tomlkit(toml, setting.table, setting.key, None, source), wanted, source)


def _old_names(toml: str, setting: Setting, source: str) -> list[tuple[str, str]]:
    """Return the names of earlier versions that the setting has in the file, each as table and key."""
    document = _parse_document(toml, source)
    names = [(table, key) for table, _, key in (old.partition(".") for old in old_settings(setting.name))]
    return [(table, key) for table, key in names if isinstance(document.get(table), dict) and key in document[table]]


def _with_current_name(toml: str, setting: Setting, source: str) -> str:
    """Return the text of the file with the setting's name of today in place of a name of an earlier version."""
    for old_table, old_key in _old_names(toml, setting, source):
        document = _parse_document(toml, source)
        value = document[old_table].pop(old_key)
        document[setting.table] = {**_get_table(document, setting, source), setting.key: value}
        # The line is changed where that suffices, because it may have a comment.
        renamed = re.sub(rf"(?<![\w.-]){old_key}(?=[ \t]*=)", setting.key, toml)
        if old_table != setting.table or not _parses_to(renamed, document):
            without = _edit_with_tomlkit(toml, old_table, old_key, None, source)
            renamed = _edit_with_tomlkit(without, setting.table, setting.key, value, source)
        toml = _check_result(renamed, document, source)
    return toml


def _edit_with_tomlkit(toml: str, table: str, key: str, value: Any, source: str) -> str:
    """Return the text with another value of ``key`` in ``table``, without the key if there is no value."""
    import tomlkit  # here, because most commands change nothing
    from tomlkit.exceptions import TOMLKitError

    toml += "" if toml.endswith("\n") or not toml else "\n"
    try:
        document: Any = tomlkit.parse(toml)
        if value is None:
            del document[table][key]
        else:
            if table not in document:
                document[table] = tomlkit.table()
            document[table][key] = value
        changed: str = tomlkit.dumps(document)
    except (TOMLKitError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise _edit_by_hand_error(source) from error
    return re.sub(r"(?<!\r)\n", "\r\n", changed) if "\r\n" in toml else changed


def _uncomment_default(toml: str, setting: Setting, value: Any) -> str | None:
    """Return the text with the value in the line where the default is commented out, None without such a line."""
    lines = toml.splitlines(keepends=True)
    defaults = _written_defaults(setting)
    for number in _lines_of_table(lines, setting.table):
        found = re.fullmatch(r"([ \t]*)#[ \t]?([^\r\n]*?)[ \t]*(\r?\n)?", lines[number])
        if found and any(_parses_to(found[2], default) for default in defaults):
            comments = (found[2][sign.start() :] for sign in re.finditer(r"[ \t]*#", found[2]))
            comment = next(
                (one for one in comments if any(_parses_to(found[2].removesuffix(one), each) for each in defaults)), ""
            )
            lines[number] = f"{found[1]}{setting.key} = {format_toml(value)}{comment}{found[3] or ''}"
            return "".join(lines)
    return None


def _written_defaults(setting: Setting) -> list[dict[str, Any]]:
    """Return what a line with the setting's default may contain: today's names and those of earlier versions."""
    old = [
        key for table, _, key in (name.partition(".") for name in old_settings(setting.name)) if table == setting.table
    ]
    values = [_to_toml_type(setting.default)]
    values += [before for before, now in SETTING_VALUES.get(setting.name, {}).items() if now == setting.default]
    return [{key: value} for key in (setting.key, *old) for value in values]


def _comment_out(toml: str, setting: Setting) -> str | None:
    """Return the text with the setting's line commented out if a comment is above it, else None."""
    lines = toml.splitlines(keepends=True)
    for number in _lines_of_table(lines, setting.table):
        if re.match(rf"[ \t]*{setting.key}[ \t]*=", lines[number]) and lines[number - 1].lstrip().startswith("#"):
            lines[number] = f"#{lines[number].lstrip()}"
            return "".join(lines)
    return None


def _lines_of_table(lines: list[str], table: str) -> list[int]:
    """Return the numbers of the lines below the header ``[table]``; the caller checks the result."""
    header = re.compile(rf"[ \t]*\[[ \t]*{table}[ \t]*\]")
    for first, line in enumerate(lines):
        if header.match(line):
            end = next((n for n in range(first + 1, len(lines)) if re.match(r"[ \t]*\[", lines[n])), len(lines))
            return list(range(first + 1, end))
    return []


def _parse_document(toml: str, source: str) -> dict[str, Any]:
    try:
        return tomllib.loads(toml)
    except (ValueError, RecursionError) as error:
        raise SettingsError(
            f"{source}: not valid TOML: {' '.join(str(error).split())}; correct it first: windictator config edit"
        ) from None


def _get_table(document: dict[str, Any], setting: Setting, source: str) -> dict[str, Any]:
    table = document.get(setting.table, {})
    if not isinstance(table, dict):
        raise SettingsError(f"{source}:{setting.table}: must be a table, written as [{setting.table}]")
    return table


def _parses_to(toml: str, wanted: dict[str, Any]) -> bool:
    """Return True if the text is this document."""
    try:
        return _without_empty(tomllib.loads(toml)) == _without_empty(wanted)
    except (ValueError, RecursionError):
        return False


def _without_empty(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document without empty tables, which set nothing."""
    return {name: value for name, value in document.items() if value != {}}


def _check_result(toml: str, wanted: dict[str, Any], source: str) -> str:
    if not _parses_to(toml, wanted):
        raise _edit_by_hand_error(source)
    return toml


def _edit_by_hand_error(source: str) -> SettingsError:
    return SettingsError(
        f"{source}: cannot be changed automatically and is unchanged; edit it: windictator config edit"
    )


def _to_toml_type(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
