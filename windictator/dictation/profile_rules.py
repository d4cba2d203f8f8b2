"""Rules that give windows their profiles, by class and title."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from fnmatch import translate
from typing import Any

from windictator.dictation.profile import DEFAULT_PROFILE, Profile

_PACE_KEYS = frozenset(("hold_ms", "repeat_gap_ms", "acts_late", "return_completes"))


class Patterns:
    """Shell-style patterns, whatever their case."""

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
        """Whether the whole text is as one of the patterns says."""
        folded = text.casefold()
        return folded in self._names or (self._shape is not None and self._shape.match(folded) is not None)


@dataclass(frozen=True, slots=True)
class ProfileRule:
    """``changes``: what is different in the windows that it is for. ``titles``: None where any will do."""

    name: str
    classes: Patterns
    titles: Patterns | None
    changes: Mapping[str, Any]

    def matches(self, wm_class: str, instance: str, title: str) -> bool:
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
    def has_pace(self) -> bool:
        """Whether any of them says how keys are pressed."""
        return any(not _PACE_KEYS.isdisjoint(rule.changes) for rule in self.rules)

    def profile(self, wm_class: str, title: str, instance: str = "", detected: Profile = DEFAULT_PROFILE) -> Profile:
        """The profile of a window. ``wm_class``, ``instance``: the two parts of its WM_CLASS, "" where it has none.
        ``found``: what has been found out about it without rules; each of these has the last word.

        Its name is that of every rule that applies.
        """
        applying = [rule for rule in self.rules if rule.matches(wm_class, instance, title)]
        if not applying:
            return detected
        changes = {key: value for rule in applying for key, value in rule.changes.items()}
        names = [rule.name for rule in applying]
        if detected.name and _keeps_detected(detected, changes):
            names.insert(0, detected.name)
        return replace(detected, name=", ".join(names), **changes)


def _keeps_detected(detected: Profile, changes: Mapping[str, Any]) -> bool:
    """Return True if rules with these changes leave anything of what was found that the user may be told of."""
    untold = {"name", "backspace_removes", *changes}
    names = [field.name for field in fields(detected) if field.name not in untold]
    return any(getattr(detected, name) != getattr(DEFAULT_PROFILE, name) for name in names)
