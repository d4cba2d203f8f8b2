"""The ledger: what was typed into which window, and what of it may still be erased.

Only text that was typed here may be erased, and only while nothing else happened in its window: an entry is open
until then and sealed from then on. Sealed entries can be read, never erased, unless somebody asks at the keyboard for
those to be trusted that were sealed last. Every change of the open entries is a step that can be undone and redone
until then.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count, islice
from typing import NamedTuple

from windictator.text.context_adjust import START_OF_TEXT, Context
from windictator.text.edit import BackspaceUnit, backspace_units


@dataclass(frozen=True, slots=True)
class Entry:
    """One utterance as it stands in a window.

    ``heard``: as recognised. ``typed``: the text that was confirmed, in one piece behind ``before``. ``before``,
    ``after``: the contexts around it.
    """

    transcript: str
    typed: str
    before: Context
    after: Context
    entry_id: int = field(default_factory=count(1).__next__, init=False, compare=False, repr=False)
    """Number that no other entry of this process has; equal entries differ in it."""

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
    is_correction: bool = True
    step_id: int = field(default_factory=count(1).__next__, init=False, compare=False, repr=False)
    """Number that no other step of this process has; equal steps differ in it."""

    @property
    def reversed(self) -> Step:
        """The step that takes this one back."""
        return Step(self.after, self.before, self.is_correction)


def text_of(entries: Sequence[Entry]) -> str:
    """What stands on the screen for ``entries``."""
    return "".join(entry.typed for entry in entries)


class UndoHistory(NamedTuple):
    """``undo``: the steps that undoing again and again takes back, the last first. ``redo``: those that redoing does
    again, the next first."""

    undo: tuple[Step, ...]
    redo: tuple[Step, ...]


class SealedState(NamedTuple):
    """What a seal has closed: the last ``size`` entries, the ``context`` behind them, and the steps that could be
    undone and redone."""

    size: int
    context: Context
    done: deque[Step]
    undone: list[Step]


class _Window:
    """``count``: how many of the last entries are open. ``sealing``: what the last seal has closed, None where that
    is not to be trusted."""

    __slots__ = ("context", "count", "done", "entries", "sealed_by", "sealing", "undone")

    def __init__(self, max_entries: int, context: Context) -> None:
        self.entries: deque[Entry] = deque(maxlen=max_entries)
        self.count = 0
        self.context = context
        self.done: deque[Step] = deque(maxlen=max_entries)
        self.undone: list[Step] = []
        self.sealed_by = ""
        self.sealing: SealedState | None = None

    @property
    def open_entries(self) -> Iterator[Entry]:
        """The last first."""
        return islice(reversed(self.entries), self.count)


class Ledger:
    """Entries per window, oldest first. Windows are numbers that are never used twice.

    ``length``: entries, and steps that can be undone, kept per window; ``windows``: windows kept, those used last.
    Older ones are forgotten. ``unknown``: the context of a window of which nothing is known.
    """

    def __init__(
        self, max_entries: int = 1000, max_windows: int = 64, default_context: Context = START_OF_TEXT
    ) -> None:
        self._default_context = default_context
        self._max_entries = max_entries
        self._max_windows = max_windows
        self._windows: dict[int, _Window] = {}

    def set_default_context(self, context: Context) -> None:
        """Take ``unknown`` from now on as the context of every window of which nothing is known."""
        for known in self._windows.values():
            if known.context is self._default_context:
                known.context = context
        self._default_context = context

    def context(self, window: int) -> Context:
        """What the next word in ``window`` has before it; ``unknown`` where nothing is."""
        known = self._windows.get(window)
        return known.context if known else self._default_context

    def entries(self, window: int) -> Entries:
        """All that is remembered of ``window``, oldest first."""
        known = self._windows.get(window)
        return tuple(known.entries) if known else ()

    def seal_reason(self, window: int) -> str:
        """Why what stands in ``window`` may not be erased, "" where nothing is sealed last."""
        known = self._windows.get(window)
        return known.sealed_by if known and known.entries and not known.count else ""

    def record(self, window: int, entry: Entry) -> Step:
        """Add what has just been typed; the step that it is."""
        known = self._window_state(window)
        self._append(known, (entry,))
        step = Step((), (entry,), is_correction=False)
        known.done.append(step)
        known.undone.clear()
        return step

    def last_editable(self, window: int) -> Entry | None:
        """The last entry of ``window`` if it may still be erased."""
        known = self._windows.get(window)
        return known.entries[-1] if known and known.count else None

    def last_entries(self, window: int, min_chars: int, include_sealed: bool = False) -> Entries:
        """The last open entries of ``window``, as many as hold ``least`` characters, or all; oldest first. ``sealed``:
        also those that are."""
        known = self._windows.get(window)
        found: list[Entry] = []
        length = 0
        for entry in (reversed(known.entries) if include_sealed else known.open_entries) if known else ():
            if length >= min_chars:
                break
            found.append(entry)
            length += len(entry.typed)
        return tuple(reversed(found))

    # Corrections

    def apply(self, window: int, step: Step) -> None:
        """Follow a correction that has been done on the screen. Raises LookupError where it does not fit."""
        known = self._apply_step(window, step)
        known.done.append(step)
        known.undone.clear()

    def next_undo(self, window: int) -> Step | None:
        """The step that can be undone next."""
        known = self._windows.get(window)
        return known.done[-1] if known and known.done and self._ends_with(known, known.done[-1].after) else None

    def next_redo(self, window: int) -> Step | None:
        """The step that can be redone next."""
        known = self._windows.get(window)
        return known.undone[-1] if known and known.undone and self._ends_with(known, known.undone[-1].before) else None

    def undo_history(self, window: int) -> UndoHistory:
        """What can be undone and redone in ``window`` by asking for it again and again."""
        known = self._windows.get(window)
        if known is None:
            return UndoHistory((), ())
        undo: list[Step] = []
        count = known.count
        for step in reversed(known.done):
            if len(step.after) > count:  # some of it has been forgotten
                break
            undo.append(step)
            count += len(step.before) - len(step.after)
        return UndoHistory(tuple(undo), tuple(reversed(known.undone)))

    def undo(self, window: int) -> None:
        """Follow the undoing of ``last_step`` on the screen. Raises LookupError where there is none."""
        step = self.next_undo(window)
        if step is None:
            raise LookupError("nothing can be undone in this window")
        known = self._apply_step(window, step.reversed)
        known.undone.append(known.done.pop())

    def redo(self, window: int) -> None:
        """Follow the redoing of ``undone_step`` on the screen. Raises LookupError where there is none."""
        step = self.next_redo(window)
        if step is None:
            raise LookupError("nothing can be redone in this window")
        known = self._apply_step(window, step)
        known.done.append(known.undone.pop())

    def remove_last(self, window: int) -> Entry:
        """Take out the last entry, whose text has been erased, and go back to the context before it.

        Nothing can be undone after that. Raises LookupError where ``last_open`` gives None.
        """
        entry = self.last_editable(window)
        if entry is None:
            raise LookupError("no open entry in this window")
        known = self._apply_step(window, Step((entry,), ()))
        known.done.clear()
        known.undone.clear()
        return entry

    def backspace(self, window: int, n: int, unit: BackspaceUnit = BackspaceUnit.GRAPHEME) -> str:
        """Follow ``n`` confirmed BackSpaces at the end of the open text; return what they removed of it.

        Entries are shortened or taken out; where whole entries go, it is as if each had been removed by
        ``remove_last``. BackSpaces beyond the open text removed something unknown, so the
        window is sealed then.
        """
        taken: list[Entry] = []
        text = ""
        units: tuple[str, ...] = ()
        # Only as many entries as matter; a text that begins with ASCII is cut the same way whatever precedes it.
        while (len(units) <= n or not text[:1].isascii()) and self.last_editable(window):
            taken.append(self.remove_last(window))
            text = taken[-1].typed + text
            units = backspace_units(text, unit)
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
            self.seal(window, permanent=True)
        return removed

    def pop_oldest(self, window: int, keep: int) -> Entries:
        """Forget the oldest entries of ``window`` but ``keep``, and give them back: they stand for good."""
        known = self._windows.get(window)
        released: list[Entry] = []
        while known and len(known.entries) > keep:
            released.append(known.entries.popleft())
        return tuple(released)

    def forget(self, window: int | None = None) -> None:
        """Forget a window that is gone; None: every window, because the display is gone."""
        if window is None:
            self._windows.clear()
        else:
            self._windows.pop(window, None)

    def seal(
        self,
        window: int | None = None,
        caret_moved: bool = True,
        reason: str = "",
        permanent: bool = False,
        context: Context | None = None,
    ) -> None:
        """Somebody else acted in ``window`` (None: in every window): nothing typed there may be erased any more.

        After a foreign key, click or paste nobody knows what stands before the caret. The next words are then
        written as in an unknown window, as a rule with a capital and without a space: most often the user has sent
        a message with Return, or has clicked into another field. ``caret_moved=False`` is for a window that has
        only lost the focus: its context stays good for the user's return. ``reason``: for the user, one clause.
        ``lasting``: what stands there is not what was typed, so that nothing of it is ever to be opened again.
        ``context``: where the caret has gone, if anybody knows.
        """
        for known in self._windows.values() if window is None else filter(None, [self._windows.get(window)]):
            if known.count:
                known.sealed_by = reason
            if permanent:
                known.sealing = None
            elif known.count or known.done or known.undone:
                known.sealing = SealedState(known.count, known.context, known.done, known.undone)
            known.count = 0
            known.done, known.undone = deque(maxlen=self._max_entries), []
            if caret_moved:
                known.context = context or self._default_context

    @property
    def has_known_context(self) -> bool:
        """Whether it is known of any window what stands before its caret."""
        return any(known.context is not self._default_context for known in self._windows.values())

    def caret_moved(self, window: int) -> None:
        """Somebody else has moved the caret of ``window``, which is sealed, or has typed there: what stands before the
        caret is not known any more, unless something has been recorded there since."""
        known = self._windows.get(window)
        if known and not known.count:
            known.context = self._default_context

    def sealed_state(self, window: int) -> SealedState | None:
        """What ``reopen`` would open; None where it would not."""
        known = self._windows.get(window)
        return known.sealing if known and not known.count else None

    def unseal(self, window: int) -> bool:
        """Trust again what was open in ``window`` when it was sealed last, whatever has happened there since: only for
        somebody who knows what stands there. What has been undone since is forgotten.

        False, and nothing is done, where something is open, or where what stands there is not what was typed.
        """
        sealing = self.sealed_state(window)
        if sealing is None:
            return False
        known = self._window_state(window)
        # What came behind them since has been taken back; the oldest of them may have been forgotten meanwhile.
        known.count = min(sealing.size, len(known.entries))
        _, known.context, known.done, known.undone = sealing
        known.sealing = None
        return True

    def _window_state(self, window: int) -> _Window:
        known = self._windows.pop(window, None) or _Window(self._max_entries, self._default_context)
        self._windows[window] = known  # at the end: the dictionary's order is the order of use
        if len(self._windows) > self._max_windows:
            del self._windows[next(iter(self._windows))]
        return known

    @staticmethod
    def _append(known: _Window, entries: Entries) -> None:
        for entry in entries:
            if known.count == known.entries.maxlen:
                known.sealing = None  # an open entry is forgotten, so that what came later can never be taken back
            known.entries.append(entry)
            known.count = min(known.count + 1, len(known.entries))
            known.context = entry.after

    @staticmethod
    def _ends_with(known: _Window, entries: Entries) -> bool:
        """Whether the window's last entries are these, and open."""
        if len(entries) > known.count:
            return False
        return all(there == expected for there, expected in zip(known.open_entries, reversed(entries), strict=False))

    def _apply_step(self, window: int, step: Step) -> _Window:
        known = self._window_state(window)
        if not self._ends_with(known, step.before):
            raise LookupError("other entries stand last in this window")
        for _ in step.before:
            known.entries.pop()
        known.count -= len(step.before)
        if step.before:
            known.context = step.before[0].before
        self._append(known, step.after)
        return known
