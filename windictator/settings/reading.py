"""Read the settings file into ``Settings``; every mistake is reported in one line."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

from windictator.settings.aliases import SETTING_VALUES, SETTINGS
from windictator.settings.files import SettingsError, home_folder, read_text_file, settings_path
from windictator.settings.tables import PathSetting, Range, Settings
from windictator.settings.toml import OnNotice, TomlFile, TomlTable, suggestion


def load_settings(
    path: Path | None = None, environ: Mapping[str, str] | None = None, on_notice: OnNotice | None = None
) -> Settings:
    """Return the settings in the file ``path``, or else in ``settings_path(environ)``.

    environ: environment variables; None: ``os.environ``.
    on_notice: called with one line for each old name in the file.
    The user's default file may be missing: every setting then has its default. A file that ``path`` or
    ``$WINDICTATOR_CONFIG`` names may not. Raises SettingsError.
    """
    environ = os.environ if environ is None else environ
    file = settings_path(environ) if path is None else path
    usual = path is None and not environ.get("WINDICTATOR_CONFIG")
    if usual and not os.path.lexists(file):
        return Settings()
    return parse_settings(read_text_file(file), file, environ, on_notice)


def parse_settings(
    toml_text: str,
    source: Path | str,
    environ: Mapping[str, str] | None = None,
    on_notice: OnNotice | None = None,
) -> Settings:
    """Return the settings in the text of a file; settings that it does not mention have their defaults.

    source: the file's name, for messages; relative paths start from its folder.
    environ: environment variables; None: ``os.environ``.
    on_notice: called with one line for each old name in the file.
    Raises SettingsError.
    """
    environ = os.environ if environ is None else environ
    document = _with_current_names(TomlFile(str(source), SettingsError, on_notice).parse(toml_text))
    known = {table.name: table for table in fields(Settings)}
    tables = {}
    for name, content in document.values.items():
        if name not in known:
            kind = "table" if isinstance(content, dict) else "setting"
            raise document.error(name, f"unknown {kind}; {_suggest('', name)}")
        tables[name] = _read_table(known[name].type, document.table(name), Path(source).parent, environ)
    return Settings(**tables)


def _with_current_names(document: TomlTable) -> TomlTable:
    """Return the settings with today's names and values in place of old ones, and report each old name."""
    tables: dict[str, Any] = dict(document.values)
    for old_table, content in document.values.items():
        for old_key in content if isinstance(content, dict) else ():
            old = f"{old_table}.{old_key}"
            new = SETTINGS.get(old)
            if new is None:
                continue
            table, _, key = new.partition(".")
            target = TomlTable(document.file, "", tables, ()).table(table).values
            if key in target:
                raise document.table(old_table).error(old_key, f"set together with {new}, its new name; remove {old}")
            document.table(old_table).notice(old_key, f"old name, still read; write {new} instead")
            tables[table] = {**target, key: content[old_key]}
            tables[old_table] = {name: value for name, value in tables[old_table].items() if name != old_key}
    gone = {old.partition(".")[0] for old in SETTINGS} - {table.name for table in fields(Settings)}
    current = {name: value for name, value in tables.items() if value != {} or name not in gone}
    for name, values in SETTING_VALUES.items():
        table, _, key = name.partition(".")
        if isinstance(current.get(table), dict):
            content = TomlTable(document.file, table, current[table], (table,))
            current[table] = content.with_current_names({}, {key: values}).values
    return TomlTable(document.file, "", current, ())


def _read_table(table: Any, content: TomlTable, folder: Path, environ: Mapping[str, str]) -> Any:
    """Return the dataclass ``table`` with the values in ``content``."""
    allowed = {setting.name: setting.type for setting in fields(table)}
    chosen = {}
    for key in content:
        if key not in allowed:
            raise content.error(key, f"unknown setting; {_suggest(content.key, key)}")
        chosen[key] = _read_value(content, key, allowed[key], folder, environ)
    return table(**chosen)


def _read_value(content: TomlTable, key: str, annotation: Any, folder: Path, environ: Mapping[str, str]) -> Any:
    """Return the value of one setting, checked by the annotation of its field."""
    metadata: list[Any] = []
    if get_origin(annotation) is Annotated:
        annotation, *metadata = get_args(annotation)
    if get_origin(annotation) is Literal:
        return content.choice(key, get_args(annotation))
    if annotation == tuple[str, ...]:
        items = content.strings(key)
        if not all(map(str.isprintable, items)):
            raise content.wrong(key, "a list of texts without control characters")
        return tuple(items)
    if annotation is bool:
        return content.boolean(key)
    if annotation is int:
        limits = next(mark for mark in metadata if isinstance(mark, Range))
        return content.integer(key, limits.minimum, limits.maximum)
    text = content.string(key)
    if re.search(r"[\x00-\x1f\x7f]", text):
        raise content.wrong(key, "text without control characters")
    path = next((mark for mark in metadata if isinstance(mark, PathSetting)), None)
    return _resolve_path(text, path, folder, environ) if path else text


def _resolve_path(value: str, path_setting: PathSetting, folder: Path, environ: Mapping[str, str]) -> str:
    if value == "~" or value.startswith("~/"):
        return home_folder(environ) + value[1:]
    if not value or (path_setting.allows_name and "/" not in value):
        return value
    return str(folder / value)


def _suggest(table: str, key: str) -> str:
    """Return what may have been meant by ``key`` in ``table`` ("" is the top of the file)."""
    known = {table.name: [setting.name for setting in fields(table.type)] for table in fields(Settings)}  # type: ignore[arg-type]
    if homes := [name for name, keys in known.items() if key in keys]:
        return f"it belongs in the table [{homes[0]}]"
    return suggestion(key, known[table] if table else known)
