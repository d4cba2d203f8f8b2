"""Settings by their dotted names, such as ``typing.key_press_ms``, and their values as given on a command line."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Annotated, Any, Literal, get_args, get_origin

from windictator.settings.aliases import SETTING_VALUES, SETTINGS
from windictator.settings.files import SettingsError
from windictator.settings.reading import parse_settings
from windictator.settings.tables import Settings
from windictator.settings.toml import OnNotice
from windictator.text.quoting import printable, shortened


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting; ``kind``: its type without range and path marks; ``default``: as ``Settings`` has it."""

    table: str
    key: str
    kind: Any
    default: Any

    @property
    def name(self) -> str:
        """Dotted name."""
        return f"{self.table}.{self.key}"

    @property
    def choices(self) -> tuple[str, ...]:
        """The allowed values, empty if there are too many to list."""
        if get_origin(self.kind) is Literal:
            return get_args(self.kind)
        return ("true", "false") if self.kind is bool else ()


def all_settings() -> dict[str, Setting]:
    """Return every setting by its dotted name, in the order of the tables."""
    found = {}
    for table in fields(Settings):
        for setting in fields(table.type):  # type: ignore[arg-type]
            kind: Any = setting.type
            if get_origin(kind) is Annotated:
                kind = get_args(kind)[0]
            one = Setting(table.name, setting.name, kind, setting.default)
            found[one.name] = one
    return found


def find_setting(name: str, on_notice: OnNotice | None = None) -> Setting:
    """Return the setting with this dotted name, which may be a name of an earlier version.

    ``on_notice``: called with one line for an old name. Raises SettingsError with a suggestion if there is no such
    setting.
    """
    known = all_settings()
    if name in SETTINGS:
        if on_notice is not None:
            on_notice(f"{name}: old name, still understood; the new name is {SETTINGS[name]}")
        return known[SETTINGS[name]]
    if name in known:
        return known[name]
    from difflib import get_close_matches  # only an error needs it

    names = {**{one: one for one in known}, **SETTINGS}
    near = [new for one, new in names.items() if one.endswith(f".{name}")]
    near = near or [names[one] for one in get_close_matches(name, names, n=1)]
    if not near and "." not in name and (keys := get_close_matches(name, [_key_of(one) for one in names], n=1)):
        near = [new for one, new in names.items() if _key_of(one) == keys[0]]
    help = f"did you mean {' or '.join(near)}?" if near else "windictator config show lists all of them"
    raise SettingsError(f"{shortened(name)}: unknown setting; {help}")


def _key_of(name: str) -> str:
    """Return the key of a dotted name, without its table."""
    return name.partition(".")[2]


def parse_value(setting: Setting, words: Sequence[str], on_notice: OnNotice | None = None) -> Any:
    """Return the value that the words of a command line give to a setting, as a TOML file has it.

    A list is one item per word, or one TOML array. Other values are one word; TOML's quotes around text are accepted.
    ``on_notice``: called with one line for a value of an earlier version. Raises SettingsError if the setting does not
    allow that value.
    """
    if any("\ud800" <= character <= "\udfff" for word in words for character in word):
        raise SettingsError(f"{setting.name}: the value is not UTF-8")
    if setting.kind == tuple[str, ...]:
        array = _toml_value(words[0]) if len(words) == 1 and words[0].lstrip().startswith("[") else None
        value: Any = list(words) if array is None else array
    elif len(words) != 1:
        raise SettingsError(f"{setting.name}: takes one value, {len(words)} were given; quote text that has spaces")
    else:
        value = _CONVERTERS.get(setting.kind, _text)(words[0])
    renamed = SETTING_VALUES.get(setting.name, {})
    if isinstance(value, str) and value in renamed:
        if on_notice is not None:
            on_notice(f"{setting.name}: old value {value}, still understood; the new value is {renamed[value]}")
        value = renamed[value]
    try:
        parse_settings(f"[{setting.table}]\n{setting.key} = {format_toml(value)}\n", "")
    except SettingsError as error:
        raise SettingsError(printable(str(error).removeprefix(":"))) from None
    return value


def format_toml(value: object) -> str:
    """Return a setting's value as TOML: JSON's texts, numbers, arrays and truth values are TOML's too."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _text(word: str) -> str:
    quoted = _toml_value(word) if word[:1] in ('"', "'") else None
    return quoted if isinstance(quoted, str) else word


def _whole_number(word: str) -> int | str:
    return int(word) if re.fullmatch(r"[+-]?[0-9](_?[0-9]){0,17}", word) else word


def _number(word: str) -> float | str:
    try:
        return float(word)
    except ValueError:
        return word


def _boolean(word: str) -> bool | str:
    return {"true": True, "false": False}.get(word.casefold(), word)


# A word that is not of the type stays text, which is then refused with a message of what the setting allows.
_CONVERTERS: dict[Any, Callable[[str], Any]] = {bool: _boolean, int: _whole_number, float: _number}


def _toml_value(word: str) -> Any:
    """Return the value that a word is in TOML, None if it is not one."""
    try:
        document = tomllib.loads(f"x = {word}")
    except (ValueError, RecursionError):
        return None
    return document["x"] if len(document) == 1 else None
