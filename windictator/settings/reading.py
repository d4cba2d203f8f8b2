"""Reads the settings; what is wrong is refused with one line."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

from windictator.settings.files import SettingsError, home_folder, read_text_file, settings_path
from windictator.settings.tables import PathSetting, Range, Settings
from windictator.text.quoting import printable, shortened


def load_settings(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from ``path``, or else from ``settings_path(environ)``.

    ``environ``: ``os.environ`` if None. Raises SettingsError. The user's default file may be missing (the
    defaults are used then), a file that ``path`` or ``$WINDICTATOR_CONFIG`` names may not.
    """
    environ = os.environ if environ is None else environ
    file = settings_path(environ) if path is None else path
    usual = path is None and not environ.get("WINDICTATOR_CONFIG")
    if usual and not os.path.lexists(file):
        return Settings()
    return parse_settings(read_text_file(file), file, environ)


def parse_settings(toml_text: str, source: Path | str, environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from the text of a file; those that it does not mention keep their defaults.

    ``source``: the file's name for error messages; relative paths start from its folder. Raises SettingsError.
    """
    environ = os.environ if environ is None else environ
    try:
        document = tomllib.loads(toml_text)
    except RecursionError:
        raise SettingsError(f"{source}: not valid TOML: nested too deeply") from None
    except ValueError as error:  # TOMLDecodeError, or a number with thousands of digits
        place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)", str(error))
        line = f":{place[1]}" if place and place[1] else ":end" if place else ""
        reason = str(error).replace(place[0], "") if place else str(error)
        raise SettingsError(f"{source}{line}: not valid TOML: {printable(reason)}") from None
    tables = {table.name: table for table in fields(Settings)}
    chosen = {}
    for name, content in document.items():
        if name not in tables:
            kind = "table" if isinstance(content, dict) else "setting"
            raise SettingsError(f"{source}:{printable(name)}: unknown {kind}, {_suggest('', name)}")
        if not isinstance(content, dict):
            raise SettingsError(f"{source}:{name}: must be a table, written as [{name}]")
        folder = Path(source).parent
        chosen[name] = _read_table(tables[name].type, content, f"{source}:{name}", folder, environ)
    return Settings(**chosen)


def _read_table(table: Any, content: dict[str, Any], where: str, folder: Path, environ: Mapping[str, str]) -> Any:
    allowed = {setting.name: setting.type for setting in fields(table)}
    chosen = {}
    for key, value in content.items():
        if key not in allowed:
            name = where.rpartition(":")[2]
            raise SettingsError(f"{where}.{printable(key)}: unknown setting, {_suggest(name, key)}")
        annotation: Any = allowed[key]
        marks: list[Any] = []
        if get_origin(annotation) is Annotated:
            annotation, *marks = get_args(annotation)
        if wrong := _type_error(value, annotation, marks):
            raise SettingsError(f"{where}.{key}: {_quoted(value)} is wrong, it must be {wrong}")
        for mark in marks:
            if isinstance(mark, PathSetting):
                value = _resolve_path(value, mark, folder, environ)
        chosen[key] = convert(value) if (convert := _CONVERTERS.get(annotation)) else value
    return table(**chosen)


_CONVERTERS: dict[Any, Callable[[Any], Any]] = {float: float, tuple[str, ...]: tuple}


def _type_error(value: Any, annotation: Any, metadata: list[Any]) -> str:
    """What ``value`` would have to be, "" where it is allowed."""
    if get_origin(annotation) is Literal:
        choices = get_args(annotation)
        return "" if isinstance(value, str) and value in choices else " or ".join(map(_quoted, choices))
    if annotation == tuple[str, ...]:
        right = isinstance(value, list) and all(isinstance(item, str) and item.isprintable() for item in value)
        return "" if right else 'a list of texts: ["...", "..."]'
    # bool is an int for Python but not for TOML.
    right_type = type(value) is annotation or (annotation is float and type(value) is int)
    if annotation in (int, float):
        noun = "a whole number" if annotation is int else "a number"
        for mark in metadata:
            if isinstance(mark, Range):
                noun += f" from {mark.minimum} to {mark.maximum}"
                right_type = right_type and mark.minimum <= value <= mark.maximum
        return "" if right_type else noun
    if annotation is bool:
        return "" if right_type else "true or false"
    if not right_type:
        return 'text, in quotes: "..."'
    return "text without control characters" if re.search(r"[\x00-\x1f\x7f]", value) else ""


def _resolve_path(value: str, path_setting: PathSetting, folder: Path, environ: Mapping[str, str]) -> str:
    if value == "~" or value.startswith("~/"):
        return home_folder(environ) + value[1:]
    if not value or (path_setting.allows_name and "/" not in value):
        return value
    return str(folder / value)


def _suggest(table: str, key: str) -> str:
    """What may have been meant by ``key`` in ``table`` ("" at the top of the file)."""
    from difflib import get_close_matches  # only an error needs it

    known = {table.name: [setting.name for setting in fields(table.type)] for table in fields(Settings)}  # type: ignore[arg-type]
    if near := get_close_matches(key, known[table] if table else list(known), n=1):
        return f"did you mean {near[0]}?"
    if homes := [name for name, keys in known.items() if key in keys]:
        return f"it belongs in the table [{homes[0]}]"
    return f"allowed are {', '.join(known[table] if table else known)}"


def _quoted(value: Any) -> str:
    """A TOML value as it may have been written, on one line and not too long."""
    if isinstance(value, dict):
        return "a table"
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):  # dates and times
        text = str(value)
    return shortened(text)
