"""Rules that assign profiles to windows, by class and title."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from fnmatch import translate
from typing import Any

from windictator.dictation.profile import DEFAULT_PROFILE, Profile
from windictator.text.commands.everyday import DEFAULT_KIND

_UNNAMED_KEYS = frozenset(("kind", "keys", "finds_in_place"))
"""Keys of rules that a message about a refusal need not name."""
_PACE_KEYS = frozenset(("key_press_ms", "repeat_gap_ms", "acts_late", "return_completes"))


class Patterns:
    """Shell-style patterns that ignore case."""

    def __init__(self, patterns: list[str]) -> None:
        folded = [pattern.casefold() for pattern in patterns]
        self._names = frozenset(pattern for pattern in folded if not set(pattern) & set("*?["))
        shapes = [translate(pattern) for pattern in folded if pattern not in self._names]
        self._shape = re.compile("|".join(shapes)) if shapes else None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Patterns) and (self._names, self._shape) == (other._names, other._shape)

    def __hash__(self) -> int:
        return hash((self._names, self._shape))

    def match(self, text: str) -> bool:
        """Return whether the whole text matches one of the patterns."""
        folded = text.casefold()
        return folded in self._names or (self._shape is not None and self._shape.match(folded) is not None)


@dataclass(frozen=True, slots=True)
class ProfileRule:
    """A rule for the windows of one application."""

    name: str
    classes: Patterns
    """Patterns of the window's class or instance."""
    titles: Patterns | None
    """Patterns of the window's title; None: any title."""
    changes: Mapping[str, Any]
    """Fields of ``Profile`` with other values than the default."""

    def matches(self, wm_class: str, instance: str, title: str) -> bool:
        """Return whether the rule applies to a window."""
        if not self.classes.match(wm_class) and not (instance and self.classes.match(instance)):
            return False
        return self.titles is None or self.titles.match(title)


@dataclass(frozen=True, slots=True)
class ProfileRules:
    """Rules in order. Of those that apply to a window, later ones override earlier ones."""

    rules: tuple[ProfileRule, ...] = ()
    keys: Mapping[str, Mapping[str, str]] = field(default_factory=dict, hash=False)
    """Keys of everyday commands by the kind of application and the name of the command."""

    def __add__(self, later: ProfileRules) -> ProfileRules:
        kinds = dict.fromkeys((*self.keys, *later.keys))
        keys = {kind: {**self.keys.get(kind, {}), **later.keys.get(kind, {})} for kind in kinds}
        return ProfileRules(self.rules + later.rules, keys)

    def keys_of(self, kind: str) -> dict[str, str]:
        """Return the keys of everyday commands in applications of this kind."""
        return {**self.keys.get(DEFAULT_KIND, {}), **self.keys.get(kind, {})}

    def __len__(self) -> int:
        return len(self.rules)

    @property
    def has_pace(self) -> bool:
        """Whether any rule changes how keys are pressed."""
        return any(not _PACE_KEYS.isdisjoint(rule.changes) for rule in self.rules)

    def profile(self, wm_class: str, title: str, instance: str = "", detected: Profile = DEFAULT_PROFILE) -> Profile:
        """Return the profile of a window. Its name consists of the names of all rules that apply.

        wm_class, instance: the two parts of WM_CLASS; "" if the window has none.
        title: the title of the window.
        detected: what is known of the window without rules; rules override it.
        """
        applying = [rule for rule in self.rules if rule.matches(wm_class, instance, title)]
        if not applying and not self.keys:
            return detected
        changes = {key: value for rule in applying for key, value in rule.changes.items()}
        keys = self.keys_of(changes.get("kind", detected.kind))
        for rule in applying:
            keys.update(rule.changes.get("keys", {}))
        changes["keys"] = keys
        names = [rule.name for rule in applying if not rule.changes or not _UNNAMED_KEYS.issuperset(rule.changes)]
        if not names:
            return replace(detected, **changes)
        if detected.name and _keeps_detected(detected, changes):
            names.insert(0, detected.name)
        return replace(detected, name=", ".join(names), **changes)


def _keeps_detected(detected: Profile, changes: Mapping[str, Any]) -> bool:
    """Return True if rules with these changes keep anything detected that is shown to the user."""
    untold = {"name", "backspace_unit", "keys", "kind", *changes}
    names = [field.name for field in fields(detected) if field.name not in untold]
    return any(getattr(detected, name) != getattr(DEFAULT_PROFILE, name) for name in names)
