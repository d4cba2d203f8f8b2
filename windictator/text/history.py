"""The ledger: what was typed into which window, and what of it may still be erased.

Only text that was typed here may be erased, and only while nothing else happened in its window: an entry is open
until then and sealed from then on. Sealed entries can be read, never erased. Every change of the open entries is a
step that can be undone and redone until then.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from windictator.text.context_adjust import START_OF_TEXT, Context
from windictator.text.edit import Removal, removals


@dataclass(frozen=True, slots=True)
class Entry:
    """One utterance as it stands in a window.

    ``heard``: as recognised. ``typed``: the text that was confirmed, in one piece behind ``before``. ``before``,
    ``after``: the contexts around it. ``sealed``: may not be erased any more.
    """

    heard: str
    typed: str
    before: Context
    after: Context
    sealed: bool = False

    def shortened(self, typed: str) -> Entry:
        """The entry where only ``typed``, a beginning of its text, stands. Raises ValueError if it is none."""
        if not self.typed.startswith(typed):
            raise ValueError("an entry can only be shortened to a beginning of its text")
        if typed == self.typed:
            return self
        return replace(self, typed=typed, after=self.before.followed_by(typed))


Entries = tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A change of the last open entries of a window, from ``before`` to ``after``.

    ``correction``: whether it changed what stood there; else it only added to it.
    """

    before: Entries
    after: Entries
    correction: bool = True

    @property
    def reversed(self) -> Step:
        """The step that takes this one back."""
        return Step(self.after, self.before, self.correction)


def text_of(entries: Sequence[Entry]) -> str:
    """What stands on the screen for ``entries``."""
    return "".join(entry.typed for entry in entries)


class _Window:
    __slots__ = ("context", "done", "entries", "sealed_by", "undone")

    def __init__(self, length: int, context: Context) -> None:
        self.entries: deque[Entry] = deque(maxlen=length)
        self.context = context
        self.done: deque[Step] = deque(maxlen=length)
        self.undone: list[Step] = []
        self.sealed_by = ""


class Ledger:
    """Entries per window, oldest first. Windows are X window ids.

    ``length``: entries, and steps that can be undone, kept per window; ``windows``: windows kept, those used last.
    Older ones are forgotten. ``unknown``: the context of a window of which nothing is known.
    """

    def __init__(self, length: int = 1000, windows: int = 64, unknown: Context = START_OF_TEXT) -> None:
        self._unknown = unknown
        self._length = length
        self._limit = windows
        self._windows: dict[int, _Window] = {}

    def context(self, window: int) -> Context:
        """What the next word in ``window`` has before it; ``unknown`` where nothing is."""
        known = self._windows.get(window)
        return known.context if known else self._unknown

    def entries(self, window: int) -> Entries:
        """All that is remembered of ``window``, oldest first."""
        known = self._windows.get(window)
        return tuple(known.entries) if known else ()

    def sealed_by(self, window: int) -> str:
        """Why what stands in ``window`` may not be erased, "" where nothing is sealed last."""
        known = self._windows.get(window)
        return known.sealed_by if known and known.entries and known.entries[-1].sealed else ""

    def record(self, window: int, entry: Entry) -> None:
        """Add what has just been typed."""
        known = self._known(window)
        self._append(known, (entry,))
        known.done.append(Step((), (entry,), correction=False))
        known.undone.clear()

    def last_open(self, window: int) -> Entry | None:
        """The last entry of ``window`` if it may still be erased."""
        known = self._windows.get(window)
        if known and known.entries and not known.entries[-1].sealed:
            return known.entries[-1]
        return None

    def tail(self, window: int, least: int) -> Entries:
        """The last open entries of ``window``, as many as hold ``least`` characters, or all; oldest first."""
        known = self._windows.get(window)
        found: list[Entry] = []
        length = 0
        for entry in reversed(known.entries if known else ()):
            if entry.sealed or length >= least:
                break
            found.append(entry)
            length += len(entry.typed)
        return tuple(reversed(found))

    # Corrections

    def carry_out(self, window: int, step: Step) -> None:
        """Follow a correction that has been done on the screen. Raises LookupError where it does not fit."""
        known = self._turned(window, step)
        known.done.append(step)
        known.undone.clear()

    def last_step(self, window: int) -> Step | None:
        """The step that can be undone next."""
        known = self._windows.get(window)
        return known.done[-1] if known and known.done and self._fits(known, known.done[-1].after) else None

    def undone_step(self, window: int) -> Step | None:
        """The step that can be redone next."""
        known = self._windows.get(window)
        return known.undone[-1] if known and known.undone and self._fits(known, known.undone[-1].before) else None

    def undo(self, window: int) -> None:
        """Follow the undoing of ``last_step`` on the screen. Raises LookupError where there is none."""
        step = self.last_step(window)
        if step is None:
            raise LookupError("nothing can be undone in this window")
        known = self._turned(window, step.reversed)
        known.undone.append(known.done.pop())

    def redo(self, window: int) -> None:
        """Follow the redoing of ``undone_step`` on the screen. Raises LookupError where there is none."""
        step = self.undone_step(window)
        if step is None:
            raise LookupError("nothing can be redone in this window")
        known = self._turned(window, step)
        known.done.append(known.undone.pop())

    def remove_last(self, window: int) -> Entry:
        """Take out the last entry, whose text has been erased, and go back to the context before it.

        Nothing can be undone after that. Raises LookupError where ``last_open`` gives None.
        """
        entry = self.last_open(window)
        if entry is None:
            raise LookupError("no open entry in this window")
        known = self._turned(window, Step((entry,), ()))
        known.done.clear()
        known.undone.clear()
        return entry

    def backspace(self, window: int, n: int, unit: Removal = Removal.GRAPHEME) -> str:
        """Follow ``n`` confirmed BackSpaces at the end of the open text; return what they removed of it.

        Entries are shortened or taken out; where whole entries go, it is as if each had been removed by
        ``remove_last``. BackSpaces beyond the open text removed something unknown, so the
        window is sealed then.
        """
        taken: list[Entry] = []
        text = ""
        units: tuple[str, ...] = ()
        # Only as many entries as matter; a text that begins with ASCII is cut the same way whatever precedes it.
        while (len(units) <= n or not text[:1].isascii()) and self.last_open(window):
            taken.append(self.remove_last(window))
            text = taken[-1].typed + text
            units = removals(text, unit)
        removed = "".join(reversed(units[: max(n, 0)]))
        left = len(text) - len(removed)
        for entry in reversed(taken):
            if entry.typed and not left:
                break
            stays = entry.shortened(entry.typed[:left])
            self.record(window, stays)
            left -= len(stays.typed)
            if stays is not entry:
                break
        if n > len(units):
            self.seal(window)
        return removed

    def forget(self) -> None:
        """Forget every window: the display is gone, and its window ids may come back for others."""
        self._windows.clear()

    def seal(self, window: int | None = None, caret_moved: bool = True, reason: str = "") -> None:
        """Somebody else acted in ``window`` (None: in every window): nothing typed there may be erased any more.

        After a foreign key, click or paste nobody knows what stands before the caret. The next words are then
        written as in an unknown window, as a rule with a capital and without a space: most often the user has sent
        a message with Return, or has clicked into another field. ``caret_moved=False`` is for a window that has
        only lost the focus: its context stays good for the user's return. ``reason``: for the user, one clause.
        """
        for known in self._windows.values() if window is None else filter(None, [self._windows.get(window)]):
            if caret_moved:
                known.context = self._unknown
            known.done.clear()
            known.undone.clear()
            # Behind the last sealed entry all are open, so each entry is sealed once.
            for position in range(len(known.entries) - 1, -1, -1):
                if known.entries[position].sealed:
                    break
                known.entries[position] = replace(known.entries[position], sealed=True)
                known.sealed_by = reason

    def _known(self, window: int) -> _Window:
        known = self._windows.pop(window, None) or _Window(self._length, self._unknown)
        self._windows[window] = known  # at the end: the dictionary's order is the order of use
        if len(self._windows) > self._limit:
            del self._windows[next(iter(self._windows))]
        return known

    @staticmethod
    def _append(known: _Window, entries: Entries) -> None:
        for entry in entries:
            known.entries.append(entry)
            known.context = entry.after

    @staticmethod
    def _fits(known: _Window, entries: Entries) -> bool:
        """Whether the window's last entries are these, and open."""
        if len(entries) > len(known.entries):
            return False
        last = zip(reversed(known.entries), reversed(entries), strict=False)
        return all(there == expected and not there.sealed for there, expected in last)

    def _turned(self, window: int, step: Step) -> _Window:
        known = self._known(window)
        if not self._fits(known, step.before):
            raise LookupError("other entries stand last in this window")
        for _ in step.before:
            known.entries.pop()
        if step.before:
            known.context = step.before[0].before
        self._append(known, step.after)
        return known
