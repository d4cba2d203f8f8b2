"""What has become of the texts that were written: whether they stand, or were corrected, erased or taken back."""

from __future__ import annotations

import enum
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import NamedTuple

from windictator.text.ledger import Entry, Step

#: Whose text one entry may be, if it is corrected again and again.
_MOST_PARTS = 50


class Fate(enum.Enum):
    """The value is the word for it."""

    STANDS = ""
    """As far as is known here."""
    CORRECTED = "corrected"
    """It, or a part of it, became something else."""
    ERASED = "erased"
    UNDONE = "undone"


class Turn(NamedTuple):
    """A step of the ledger as it was done, or taken ``back``."""

    step: Step
    back: bool = False


@dataclass(slots=True)
class _Text:
    """``parts``: of whose text it is, and what has become of that where this entry stands."""

    entry: Entry
    parts: dict[Hashable, Fate] = field(default_factory=dict)


class Fates:
    """Follows texts, which whoever wrote them has names for, over the turns of the ledger."""

    def __init__(self) -> None:
        #: By the identity of their entries: there may be several that are alike.
        self._texts: dict[int, _Text] = {}
        self._entries: dict[Hashable, list[Entry]] = {}
        self._fates: dict[Hashable, Fate] = {}

    def of(self, name: Hashable) -> Fate:
        """What has become of what ``name`` wrote."""
        return self._fates.get(name, Fate.STANDS)

    def follow(self, name: Hashable, turn: Turn) -> None:
        """``name`` has done this."""
        before, after = list(turn.step.before), list(turn.step.after)
        if turn.back:
            before, after = after, before
        # What stands behind a change is the same text, in entries of its own.
        while before and after and (before[-1].heard, before[-1].typed) == (after[-1].heard, after[-1].typed):
            self._move(before.pop(), after.pop())
        changed = [part for entry in before if id(entry) in self._texts for part in self._texts[id(entry)].parts]
        changed = list(dict.fromkeys(changed))
        gone = Fate.UNDONE if turn.back else Fate.CORRECTED if after else Fate.ERASED
        self._fates |= dict.fromkeys(changed, gone)
        for entry in after:
            if id(entry) not in self._texts:
                for part in dict.fromkeys((*changed[-_MOST_PARTS:], name)):
                    self._add(entry, part, Fate.STANDS if part == name else Fate.CORRECTED)
            self._fates |= self._texts[id(entry)].parts

    def forget(self, name: Hashable) -> None:
        """Nobody asks for this one any more."""
        self._fates.pop(name, None)
        for entry in self._entries.pop(name, ()):
            parts = self._texts[id(entry)].parts
            parts.pop(name, None)
            if not parts:
                del self._texts[id(entry)]

    def _move(self, old: Entry, new: Entry) -> None:
        if id(old) in self._texts and id(new) not in self._texts:
            for part, fate in self._texts[id(old)].parts.items():
                self._add(new, part, fate)

    def _add(self, entry: Entry, name: Hashable, fate: Fate) -> None:
        self._texts.setdefault(id(entry), _Text(entry)).parts[name] = fate
        self._entries.setdefault(name, []).append(entry)
