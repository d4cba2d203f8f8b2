"""What has become of the texts that were written: whether they stand, or were corrected, erased or taken back."""

from __future__ import annotations

import enum
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import NamedTuple

from windictator.text.ledger import Entry, Step

#: Whose text one entry may be, if it is corrected again and again.
_MAX_PARTS = 50


class TextStatus(enum.Enum):
    """The value is the word for it."""

    INTACT = ""
    """As far as is known here."""
    CORRECTED = "corrected"
    """It, or a part of it, became something else."""
    ERASED = "erased"
    UNDONE = "undone"


class StepChange(NamedTuple):
    """A step of the ledger as it was done, or taken ``back``."""

    step: Step
    undone: bool = False


@dataclass(slots=True)
class _Text:
    """``parts``: of whose text it is, and what has become of that where this entry stands."""

    entry: Entry
    parts: dict[Hashable, TextStatus] = field(default_factory=dict)


class TextStatusTracker:
    """Follows texts, which whoever wrote them has names for, over the turns of the ledger."""

    def __init__(self) -> None:
        #: By the identity of their entries: there may be several that are alike.
        self._texts: dict[int, _Text] = {}
        self._entries: dict[Hashable, list[Entry]] = {}
        self._statuses: dict[Hashable, TextStatus] = {}

    def status_of(self, name: Hashable) -> TextStatus:
        """What has become of what ``name`` wrote."""
        return self._statuses.get(name, TextStatus.INTACT)

    def record(self, name: Hashable, change: StepChange) -> None:
        """``name`` has done this."""
        before, after = list(change.step.before), list(change.step.after)
        if change.undone:
            before, after = after, before
        # What stands behind a change is the same text, in entries of its own.
        while before and after and (before[-1].transcript, before[-1].typed) == (after[-1].transcript, after[-1].typed):
            self._move(before.pop(), after.pop())
        changed = [part for entry in before if id(entry) in self._texts for part in self._texts[id(entry)].parts]
        changed = list(dict.fromkeys(changed))
        gone = TextStatus.UNDONE if change.undone else TextStatus.CORRECTED if after else TextStatus.ERASED
        self._statuses |= dict.fromkeys(changed, gone)
        for entry in after:
            if id(entry) not in self._texts:
                for part in dict.fromkeys((*changed[-_MAX_PARTS:], name)):
                    self._add(entry, part, TextStatus.INTACT if part == name else TextStatus.CORRECTED)
            self._statuses |= self._texts[id(entry)].parts

    def forget(self, name: Hashable) -> None:
        """Nobody asks for this one any more."""
        self._statuses.pop(name, None)
        for entry in self._entries.pop(name, ()):
            parts = self._texts[id(entry)].parts
            parts.pop(name, None)
            if not parts:
                del self._texts[id(entry)]

    def _move(self, old: Entry, new: Entry) -> None:
        if id(old) in self._texts and id(new) not in self._texts:
            for part, fate in self._texts[id(old)].parts.items():
                self._add(new, part, fate)

    def _add(self, entry: Entry, name: Hashable, status: TextStatus) -> None:
        self._texts.setdefault(id(entry), _Text(entry)).parts[name] = status
        self._entries.setdefault(name, []).append(entry)
