"""Which window has which profile: rules from TOML, by the class and the title of the window.

``config/profiles.toml`` has the shipped ones and explains every key; the user's own come on top.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from fnmatch import translate
from typing import Any, get_args

from windictator.errors import UsageError
from windictator.profile import (
    DEFAULT_PROFILE,
    BackspaceRemoves,
    CaretKeys,
    Erase,
    LineBreaks,
    Live,
    Profile,
    Style,
)
from windictator.text.quoting import short
from windictator.text.toml_reading import read_toml

MOST_HOLD_MS = 1000
"""The longest that a key may be held down, in milliseconds."""


class ProfilesError(UsageError):
    """A file of profiles that cannot be used: ``file:profile N.key: what is wrong, what is allowed``."""


class _Patterns:
    """Shell-style patterns, whatever their case."""

    def __init__(self, patterns: list[str]) -> None:
        folded = [pattern.casefold() for pattern in patterns]
        self._names = frozenset(pattern for pattern in folded if not set(pattern) & set("*?["))
        shapes = [translate(pattern) for pattern in folded if pattern not in self._names]
        self._shape = re.compile("|".join(shapes)) if shapes else None

    def match(self, text: str) -> bool:
        """Whether the whole text is as one of the patterns says."""
        folded = text.casefold()
        return folded in self._names or (self._shape is not None and self._shape.match(folded) is not None)


@dataclass(frozen=True, slots=True)
class ProfileRule:
    """``changes``: what is different in the windows that it is for. ``titles``: None where any will do."""

    name: str
    classes: _Patterns
    titles: _Patterns | None
    changes: Mapping[str, Any]

    def applies(self, wm_class: str, instance: str, title: str) -> bool:
        """Whether such a window is one of those it is for."""
        if not self.classes.match(wm_class) and not (instance and self.classes.match(instance)):
            return False
        return self.titles is None or self.titles.match(title)


@dataclass(frozen=True, slots=True)
class ProfileRules:
    """Rules in order: of those that apply, a later one has the last word on what it mentions."""

    rules: tuple[ProfileRule, ...] = ()

    def __add__(self, later: ProfileRules) -> ProfileRules:
        return ProfileRules(self.rules + later.rules)

    def __len__(self) -> int:
        return len(self.rules)

    @property
    def set_pace(self) -> bool:
        """Whether any of them says how keys are pressed."""
        return any(not _PACE.isdisjoint(rule.changes) for rule in self.rules)

    def profile(
        self, wm_class: str, title: str, instance: str = "", found: Profile = DEFAULT_PROFILE
    ) -> Profile:
        """The profile of a window. ``wm_class``, ``instance``: the two parts of its WM_CLASS, "" where it has none.
        ``found``: what has been found out about it without rules; each of these has the last word.

        Its name is that of every rule that applies.
        """
        applying = [rule for rule in self.rules if rule.applies(wm_class, instance, title)]
        if not applying:
            return found
        changes = {key: value for rule in applying for key, value in rule.changes.items()}
        names = [rule.name for rule in applying]
        if found.name and _leaves(found, changes):
            names.insert(0, found.name)
        return replace(found, name=", ".join(names), **changes)


def _leaves(found: Profile, changes: Mapping[str, Any]) -> bool:
    """Return True if rules with these changes leave anything of what was found that the user may be told of."""
    untold = {"name", "backspace_removes", *changes}
    names = [field.name for field in fields(found) if field.name not in untold]
    return any(getattr(found, name) != getattr(DEFAULT_PROFILE, name) for name in names)


def parse_profiles(toml_text: str, source: str) -> ProfileRules:
    """Read a file of profiles; ``source`` names it in errors. Raises ``ProfilesError``."""
    document = read_toml(toml_text, source, ProfilesError)
    for name in document:
        if name != "profile":
            raise ProfilesError(f"{source}:{short(name)}: unknown, a file of profiles has nothing but [[profile]]")
    tables = document.get("profile", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ProfilesError(f"{source}:profile: must be tables, each written as [[profile]]")
    return ProfileRules(tuple(_rule(table, f"{source}:profile {n}") for n, table in enumerate(tables, start=1)))


def _rule(table: dict[str, Any], where: str) -> ProfileRule:
    for key in table:
        if key not in _WHICH and key not in _CHECKS:
            allowed = ", ".join([*_WHICH, *_CHECKS])
            raise ProfilesError(f"{where}.{short(key)}: unknown, allowed: {allowed}")
    name = table.get("name")
    if not isinstance(name, str) or not name.strip() or not name.isprintable():
        raise ProfilesError(f"{where}.name: must be a text on one line, by which you are told of the profile")
    changes = {key: value for key, value in table.items() if key in _CHECKS}
    for key, value in changes.items():
        if wrong := _CHECKS[key](value):
            raise ProfilesError(f"{where}.{key}: {_shown(value)} is wrong, it must be {wrong}")
    if "formatting" in changes:  # an older way to choose between two styles
        if "style" in changes:
            raise ProfilesError(f"{where}.formatting: there is style as well, which says the same; remove one of them")
        changes["style"] = "prose" if changes.pop("formatting") else "code"
    titles = _patterns(table, "titles", where) if "titles" in table else None
    return ProfileRule(name, _patterns(table, "classes", where), titles, changes)


def _patterns(table: dict[str, Any], key: str, where: str) -> _Patterns:
    patterns = table.get(key)
    if not isinstance(patterns, list) or not patterns or not all(isinstance(item, str) for item in patterns):
        raise ProfilesError(f'{where}.{key}: must be a list of patterns, at least one: ["...", "..."]')
    return _Patterns(patterns)


# Each says what a value would have to be, "" where it is allowed.
_Check = Callable[[Any], str]


def _one_of(literal: Any) -> _Check:
    choices = get_args(literal)
    return lambda value: "" if isinstance(value, str) and value in choices else " or ".join(map(_shown, choices))


def _truth(value: Any) -> str:
    return "" if isinstance(value, bool) else "true or false"


def _milliseconds(value: Any) -> str:
    return "" if type(value) is int and 0 <= value <= MOST_HOLD_MS else f"a whole number from 0 to {MOST_HOLD_MS}"


def _key(value: Any) -> str:
    from windictator.keyboard.chord import ChordError, parse_chord

    try:
        parse_chord(value if isinstance(value, str) else "")
    except ChordError:
        return 'keys pressed together, such as "shift+Return"'
    return ""


def _keys(value: Any) -> str:
    return 'keys pressed together, such as "ctrl+shift+c", or "" for none' if value != "" and _key(value) else ""


_WHICH = ("name", "classes", "titles")
#: What says how keys are pressed.
_PACE = frozenset(("hold_ms", "repeat_gap_ms", "acts_late", "return_completes"))
_CHECKS: Mapping[str, _Check] = {
    "enabled": _truth,
    "takes_text": _truth,
    "live": _one_of(Live),
    "line_breaks": _one_of(LineBreaks),
    "line_break_key": _key,
    "paragraph_key": _keys,
    "style": _one_of(Style),
    "formatting": _truth,
    "hold_ms": _milliseconds,
    "repeat_gap_ms": _milliseconds,
    "acts_late": _truth,
    "return_completes": _truth,
    "autocorrects": _truth,
    "keeps_selections": _truth,
    "caret_keys": _one_of(CaretKeys),
    "backspace_removes": _one_of(BackspaceRemoves),
    "erase": _one_of(Erase),
    "copy": _keys,
    "cut": _keys,
    "paste": _keys,
    "select_all": _keys,
    "remapping": _truth,
}


def _shown(value: Any) -> str:
    """A value as it may have been written, on one line and not too long."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a table"
    return short(f'"{value}"' if isinstance(value, str) else str(value))
