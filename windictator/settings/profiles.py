"""Which window has which profile: rules from TOML, by the class and the title of the window.

``config/profiles.toml`` has the shipped ones and explains every key; the user's own come on top.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, get_args

from windictator.dictation.profile import (
    BackspaceRemoves,
    CaretKeys,
    Erase,
    LineBreaks,
    Live,
    Style,
)
from windictator.dictation.profile_rules import Patterns, ProfileRule, ProfileRules
from windictator.errors import UsageError
from windictator.settings.toml import read_toml
from windictator.text.quoting import shortened

MAX_KEY_PRESS_MS = 1000
"""The longest that a key may be held down, in milliseconds."""


class ProfilesError(UsageError):
    """A file of profiles that cannot be used: ``file:profile N.key: what is wrong, what is allowed``."""


def parse_profiles(toml_text: str, source: str) -> ProfileRules:
    """Read a file of profiles; ``source`` names it in errors. Raises ``ProfilesError``."""
    document = read_toml(toml_text, source, ProfilesError)
    for name in document:
        if name != "profile":
            raise ProfilesError(f"{source}:{shortened(name)}: unknown, a file of profiles has nothing but [[profile]]")
    tables = document.get("profile", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ProfilesError(f"{source}:profile: must be tables, each written as [[profile]]")
    return ProfileRules(tuple(_rule(table, f"{source}:profile {n}") for n, table in enumerate(tables, start=1)))


def _rule(table: dict[str, Any], where: str) -> ProfileRule:
    for key in table:
        if key not in _SELECTOR_KEYS and key not in _CHECKS:
            allowed = ", ".join([*_SELECTOR_KEYS, *_CHECKS])
            raise ProfilesError(f"{where}.{shortened(key)}: unknown, allowed: {allowed}")
    name = table.get("name")
    if not isinstance(name, str) or not name.strip() or not name.isprintable():
        raise ProfilesError(f"{where}.name: must be a text on one line, by which you are told of the profile")
    changes = {key: value for key, value in table.items() if key in _CHECKS}
    for key, value in changes.items():
        if wrong := _CHECKS[key](value):
            raise ProfilesError(f"{where}.{key}: {_quoted(value)} is wrong, it must be {wrong}")
    if "formatting" in changes:  # an older way to choose between two styles
        if "style" in changes:
            raise ProfilesError(f"{where}.formatting: there is style as well, which says the same; remove one of them")
        changes["style"] = "prose" if changes.pop("formatting") else "code"
    titles = _patterns(table, "titles", where) if "titles" in table else None
    return ProfileRule(name, _patterns(table, "classes", where), titles, changes)


def _patterns(table: dict[str, Any], key: str, where: str) -> Patterns:
    patterns = table.get(key)
    if not isinstance(patterns, list) or not patterns or not all(isinstance(item, str) for item in patterns):
        raise ProfilesError(f'{where}.{key}: must be a list of patterns, at least one: ["...", "..."]')
    return Patterns(patterns)


# Each says what a value would have to be, "" where it is allowed.
_Check = Callable[[Any], str]


def _one_of(literal: Any) -> _Check:
    choices = get_args(literal)
    return lambda value: "" if isinstance(value, str) and value in choices else " or ".join(map(_quoted, choices))


def _boolean(value: Any) -> str:
    return "" if isinstance(value, bool) else "true or false"


def _milliseconds(value: Any) -> str:
    return (
        "" if type(value) is int and 0 <= value <= MAX_KEY_PRESS_MS else f"a whole number from 0 to {MAX_KEY_PRESS_MS}"
    )


def _key(value: Any) -> str:
    from windictator.keyboard.chord import KeyCombinationError, parse_combination

    try:
        parse_combination(value if isinstance(value, str) else "")
    except KeyCombinationError:
        return 'keys pressed together, such as "shift+Return"'
    return ""


def _keys(value: Any) -> str:
    return 'keys pressed together, such as "ctrl+shift+c", or "" for none' if value != "" and _key(value) else ""


_SELECTOR_KEYS = ("name", "classes", "titles")
#: What says how keys are pressed.
_CHECKS: Mapping[str, _Check] = {
    "enabled": _boolean,
    "takes_text": _boolean,
    "live": _one_of(Live),
    "line_breaks": _one_of(LineBreaks),
    "line_break_key": _key,
    "paragraph_key": _keys,
    "style": _one_of(Style),
    "formatting": _boolean,
    "hold_ms": _milliseconds,
    "repeat_gap_ms": _milliseconds,
    "acts_late": _boolean,
    "return_completes": _boolean,
    "autocorrects": _boolean,
    "keeps_selections": _boolean,
    "caret_keys": _one_of(CaretKeys),
    "backspace_removes": _one_of(BackspaceRemoves),
    "erase": _one_of(Erase),
    "copy": _keys,
    "cut": _keys,
    "paste": _keys,
    "select_all": _keys,
    "remapping": _boolean,
}


def _quoted(value: Any) -> str:
    """A value as it may have been written, on one line and not too long."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a table"
    return shortened(f'"{value}"' if isinstance(value, str) else str(value))
