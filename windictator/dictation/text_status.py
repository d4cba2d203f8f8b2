"""The status of texts: whether they are intact, or were corrected, erased or undone."""

from __future__ import annotations

import enum
from collections.abc import Hashable
from typing import NamedTuple

from windictator.text.ledger import Entry, Step

#: Maximum number of texts of which one entry may hold a part, if it is corrected again and again.
_MAX_PARTS = 50


class TextStatus(enum.Enum):
    """What has become of a text; the value is the word for users."""

    INTACT = ""
    """Nothing, if known."""
    CORRECTED = "corrected"
    """It was changed, or a part of it was."""
    ERASED = "erased"
    UNDONE = "undone"


class StepChange(NamedTuple):
    """A step of the ledger that was done or undone."""

    step: Step
    undone: bool = False


class TextStatusTracker:
    """Follows texts over the steps of the ledger. Each text has a name, given by the caller."""

    def __init__(self) -> None:
        #: For each entry, by its id, the names of the texts of which it holds a part, and their status there.
        self._parts: dict[int, dict[Hashable, TextStatus]] = {}
        self._entry_ids: dict[Hashable, list[int]] = {}
        self._statuses: dict[Hashable, TextStatus] = {}

    @property
    def is_empty(self) -> bool:
        """Whether nothing is kept of any text."""
        return not (self._parts or self._entry_ids or self._statuses)

    def status_of(self, name: Hashable) -> TextStatus:
        """Return what has become of the text that ``name`` wrote."""
        return self._statuses.get(name, TextStatus.INTACT)

    def record(self, name: Hashable, change: StepChange) -> None:
        """Record that ``name`` has done or undone a step."""
        before, after = list(change.step.before), list(change.step.after)
        if change.undone:
            before, after = after, before
        # The text after a change is the same text, in entries of its own.
        while before and after and (before[-1].transcript, before[-1].typed) == (after[-1].transcript, after[-1].typed):
            self._move(before.pop(), after.pop())
        changed = list(dict.fromkeys(part for entry in before for part in self._parts.get(entry.entry_id, ())))
        status = TextStatus.UNDONE if change.undone else TextStatus.CORRECTED if after else TextStatus.ERASED
        self._statuses |= dict.fromkeys(changed, status)
        for entry in after:
            if entry.entry_id not in self._parts:
                for part in dict.fromkeys((*changed[-_MAX_PARTS:], name)):
                    self._add(entry, part, TextStatus.INTACT if part == name else TextStatus.CORRECTED)
            self._statuses |= self._parts[entry.entry_id]
        left = {part for entry in after for part in self._parts[entry.entry_id]}
        if not change.undone:
            self._statuses |= {part: TextStatus.ERASED for part in changed[-_MAX_PARTS:] if part not in left}

    def forget(self, name: Hashable) -> None:
        """Forget the text that ``name`` wrote."""
        self._statuses.pop(name, None)
        for entry_id in self._entry_ids.pop(name, ()):
            parts = self._parts[entry_id]
            parts.pop(name, None)
            if not parts:
                del self._parts[entry_id]

    def _move(self, old: Entry, new: Entry) -> None:
        if old.entry_id in self._parts and new.entry_id not in self._parts:
            for part, status in self._parts[old.entry_id].items():
                self._add(new, part, status)

    def _add(self, entry: Entry, name: Hashable, status: TextStatus) -> None:
        self._parts.setdefault(entry.entry_id, {})[name] = status
        self._entry_ids.setdefault(name, []).append(entry.entry_id)
