"""The ledger: record of the text that WinDictator typed into each window, and of how much of it may still be erased.

An entry is one utterance as it is in its window. The last entries of a window are open as long as only
WinDictator has changed its text. Open entries may be corrected and erased. Each change of them is a step, which can be
undone and redone.

A seal closes the open entries of a window. The ledger sets it if anything else happens there: user input, a click, a
paste, or a loss of the focus. Sealed entries can be read, but never corrected or erased, because the text on the screen
is unknown from then on. The user may remove the last seal with ``unseal`` (the option ``--force``), except a permanent
one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count, islice
from math import inf
from typing import NamedTuple

from windictator.text.context_adjust import START_OF_TEXT, Context
from windictator.text.edit import BackspaceUnit, backspace_units
from windictator.text.seal_reason import SealReason

_step_ids = count(1)


def new_step_id() -> int:
    """Return the number of something that was said, in the order of the numbers of steps."""
    return next(_step_ids)


@dataclass(frozen=True, slots=True)
class Entry:
    """One utterance as it is in a window.

    transcript: words as recognised.
    typed: text whose typing was confirmed, in one piece after ``before``.
    before, after: contexts before and after that text.
    """

    transcript: str
    typed: str
    before: Context
    after: Context
    entry_id: int = field(default_factory=count(1).__next__, init=False, compare=False, repr=False)
    """Number that no other entry of this process has; equal entries differ in it."""

    def shortened(self, typed: str) -> Entry:
        """Return the entry with only ``typed`` on the screen. Raises ValueError if its text differs."""
        if not self.typed.startswith(typed):
            raise ValueError("an entry can only be shortened to a beginning of its text")
        if typed == self.typed:
            return self
        return replace(self, typed=typed, after=self.before.followed_by(typed))


Entries = tuple[Entry, ...]
"""Entries in the order of their text."""


@dataclass(frozen=True, slots=True)
class Step:
    """Change of the last open entries of a window, from ``before`` to ``after``.

    is_correction: True if existing text changed; False if text was only added.
    """

    before: Entries
    after: Entries
    is_correction: bool = True
    is_erasure: bool = False
    """True for a command that erases words and means no more than that."""
    takes_back_to: int = 0
    """Number of the first of the earlier steps that this one took back, up to the last before it; 0 if it took none."""
    step_id: int = field(default_factory=_step_ids.__next__, init=False, compare=False, repr=False)
    """Number that no other step of this process has; equal steps differ in it."""

    @property
    def reversed(self) -> Step:
        """The opposite step."""
        return Step(self.after, self.before, self.is_correction)

    def taking_back(self, first: int) -> Step:
        """Return the step as one that takes back the steps from number ``first`` on."""
        return replace(self, takes_back_to=first)


def text_of(entries: Sequence[Entry]) -> str:
    """Return the text on the screen for ``entries``."""
    return "".join(entry.typed for entry in entries)


class LastSaid(NamedTuple):
    """What was said last in a window and has not been taken back.

    correction: the correction to take back; None if it was text, or a command that erased some.
    number: number of its step; 0 if nothing was said there.
    """

    correction: Step | None
    number: int


class UndoHistory(NamedTuple):
    """Steps that can be undone and redone, in the order of doing so.

    undo: the step that was made last comes first.
    redo: the step that is redone next comes first.
    """

    undo: tuple[Step, ...]
    redo: tuple[Step, ...]


CLICK = ""
"""Stands for a click of the user's in ``Ledger.user_typed``."""


class SealedState(NamedTuple):
    """State of a window before its last seal.

    size: number of entries that were open.
    context: context after them.
    done, undone: steps that could be undone and redone.
    """

    size: int
    context: Context
    done: deque[Step]
    undone: list[Step]


class _Window:
    """State of one window.

    count: number of the last entries that are open.
    sealing: state before the last seal, None if it cannot be restored.
    sealed_by: reason of the last seal, None if it has none.
    last_step_id: number of the last step that was done, even if it is sealed; 0 without one.
    """

    __slots__ = ("context", "count", "done", "entries", "last_step_id", "sealed_by", "sealing", "undone")

    def __init__(self, max_entries: int, context: Context) -> None:
        self.entries: deque[Entry] = deque(maxlen=max_entries)
        self.count = 0
        self.context = context
        self.done: deque[Step] = deque(maxlen=max_entries)
        self.undone: list[Step] = []
        self.sealed_by: SealReason | None = None
        self.last_step_id = 0
        self.sealing: SealedState | None = None

    @property
    def open_entries(self) -> Iterator[Entry]:
        """Open entries, the last one first."""
        return islice(reversed(self.entries), self.count)


class Ledger:
    """Entries of each window, oldest first. Window ids must not be reused.

    max_entries: number of entries, and of steps that can be undone, kept for each window.
    max_windows: number of windows kept; the least recently used window is forgotten first.
    default_context: context of a window without any typed text.
    unknown_context: context where the text before the caret is unknown, as after a click.
    """

    def __init__(
        self,
        max_entries: int = 1000,
        max_windows: int = 64,
        default_context: Context = START_OF_TEXT,
        unknown_context: Context = START_OF_TEXT,
    ) -> None:
        self._default_context = default_context
        self._unknown_context = unknown_context
        self._max_entries = max_entries
        self._max_windows = max_windows
        self._windows: dict[int, _Window] = {}

    def set_contexts(self, default: Context, unknown: Context) -> None:
        """Use other contexts from now on for windows without any typed text, and for unknown text."""
        for state in self._windows.values():
            if state.context is self._default_context:
                state.context = default
            elif state.context is self._unknown_context:
                state.context = unknown
        self._default_context, self._unknown_context = default, unknown

    def context(self, window: int) -> Context:
        """Return the context of the next word in ``window``."""
        state = self._windows.get(window)
        return state.context if state else self._default_context

    @property
    def windows(self) -> list[int]:
        """Windows of which anything is known."""
        return list(self._windows)

    def entries(self, window: int) -> Entries:
        """Return all remembered entries of ``window``, oldest first."""
        state = self._windows.get(window)
        return tuple(state.entries) if state else ()

    def seal_reason(self, window: int) -> SealReason | None:
        """Return why the last text in ``window`` may not be erased, None if it is not sealed or has no reason."""
        state = self._windows.get(window)
        return state.sealed_by if state and state.entries and not state.count else None

    def record(self, window: int, entry: Entry) -> Step:
        """Add an entry for text that has just been typed; return the step."""
        state = self._window_state(window)
        self._append(state, (entry,))
        step = Step((), (entry,), is_correction=False)
        state.done.append(step)
        state.last_step_id = step.step_id
        state.undone.clear()
        return step

    def last_editable(self, window: int) -> Entry | None:
        """Return the last entry of ``window`` if it is open, else None."""
        state = self._windows.get(window)
        return state.entries[-1] if state and state.count else None

    def last_entries(self, window: int, min_chars: int, include_sealed: bool = False) -> Entries:
        """Return the last open entries of ``window``, oldest first.

        min_chars: number of characters that they must contain, if there are enough.
        include_sealed: True to include sealed entries.
        """
        state = self._windows.get(window)
        found: list[Entry] = []
        length = 0
        for entry in (reversed(state.entries) if include_sealed else state.open_entries) if state else ():
            if length >= min_chars:
                break
            found.append(entry)
            length += len(entry.typed)
        return tuple(reversed(found))

    # Corrections

    def apply(self, window: int, step: Step) -> None:
        """Record a correction that was made on the screen. Raises LookupError if the step does not fit."""
        state = self._apply_step(window, step)
        state.done.append(step)
        state.last_step_id = step.step_id
        state.undone.clear()

    def last_step_id(self, window: int) -> int:
        """Return the number of the last step that was done in ``window``, 0 without one."""
        state = self._windows.get(window)
        return state.last_step_id if state else 0

    def last_said(self, window: int) -> LastSaid:
        """Return what was said last in ``window`` and has not been taken back by a later step."""
        state = self._windows.get(window)
        if state is None:
            return LastSaid(None, 0)
        taken_back_from: float = inf
        for step in reversed(state.done):
            if step.step_id >= taken_back_from:
                continue
            if step.takes_back_to:
                taken_back_from = step.takes_back_to
                continue
            is_intact = step.is_correction and not step.is_erasure and self._ends_with(state, step.after)
            return LastSaid(step if is_intact else None, step.step_id)
        return LastSaid(None, 0 if state.done else state.last_step_id)

    def first_step_of(self, window: int, count: int) -> int:
        """Return the number of the step with which the last ``count`` open entries began, all of them; 0 if unknown."""
        state = self._windows.get(window)
        if state is None:
            return 0
        entries = list(state.open_entries)[::-1]
        wanted = entries[: len(entries) - count]
        for step in reversed(state.done):
            if entries[len(entries) - len(step.after) :] != list(step.after):
                return 0
            entries[len(entries) - len(step.after) :] = step.before
            if entries == wanted:
                return step.step_id
        return 0

    def next_undo(self, window: int) -> Step | None:
        """Return the step that would be undone next, else None."""
        state = self._windows.get(window)
        return state.done[-1] if state and state.done and self._ends_with(state, state.done[-1].after) else None

    def next_redo(self, window: int) -> Step | None:
        """Return the step that would be redone next, else None."""
        state = self._windows.get(window)
        return state.undone[-1] if state and state.undone and self._ends_with(state, state.undone[-1].before) else None

    def undo_history(self, window: int) -> UndoHistory:
        """Return all steps of ``window`` that can be undone and redone one after the other."""
        state = self._windows.get(window)
        if state is None:
            return UndoHistory((), ())
        undo: list[Step] = []
        count = state.count
        for step in reversed(state.done):
            if len(step.after) > count:  # an entry of it has been forgotten
                break
            undo.append(step)
            count += len(step.before) - len(step.after)
        return UndoHistory(tuple(undo), tuple(reversed(state.undone)))

    def undo(self, window: int) -> None:
        """Record that ``next_undo`` was undone on the screen. Raises LookupError without one."""
        step = self.next_undo(window)
        if step is None:
            raise LookupError("nothing can be undone in this window")
        state = self._apply_step(window, step.reversed)
        state.undone.append(state.done.pop())

    def redo(self, window: int) -> None:
        """Record that ``next_redo`` was redone on the screen. Raises LookupError without one."""
        step = self.next_redo(window)
        if step is None:
            raise LookupError("nothing can be redone in this window")
        state = self._apply_step(window, step)
        state.done.append(state.undone.pop())

    def remove_last(self, window: int) -> Entry:
        """Remove the last entry, whose text has been erased, and restore the context before it.

        Nothing can be undone afterwards. Raises LookupError without an open entry.
        """
        entry = self.last_editable(window)
        if entry is None:
            raise LookupError("no open entry in this window")
        state = self._apply_step(window, Step((entry,), ()))
        state.done.clear()
        state.undone.clear()
        return entry

    def backspace(self, window: int, n: int, unit: BackspaceUnit = BackspaceUnit.GRAPHEME) -> str:
        """Record ``n`` confirmed BackSpaces at the end of the open text; return the text that they removed.

        Entries are shortened or removed; a removed entry counts as if ``remove_last`` had removed it. BackSpaces beyond
        the open text erased something unknown, so that the window is sealed permanently.
        """
        taken: list[Entry] = []
        text = ""
        units: tuple[str, ...] = ()
        # Only as many entries as needed, because text that begins with ASCII has the same units after any other text.
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
        """Forget all entries of ``window`` but the newest ``keep``, and return them: they can no longer change."""
        state = self._windows.get(window)
        released: list[Entry] = []
        while state and len(state.entries) > keep:
            released.append(state.entries.popleft())
        return tuple(released)

    def forget(self, window: int | None = None) -> None:
        """Forget a window that was closed; None forgets all windows, because the display was lost."""
        if window is None:
            self._windows.clear()
        else:
            self._windows.pop(window, None)

    def seal(
        self,
        window: int | None = None,
        caret_moved: bool = True,
        reason: SealReason | None = None,
        permanent: bool = False,
        context: Context | None = None,
    ) -> None:
        """Seal ``window`` (None: all windows), because something other than WinDictator may have changed its text.

        caret_moved: False for a window that only lost the focus; its context stays valid until the user comes back.
        reason: what happened, if known.
        permanent: True if the text on the screen differs from the typed text, so that ``unseal`` must not open it.
        context: context at the new caret position, if known.
        """
        for state in self._windows.values() if window is None else filter(None, [self._windows.get(window)]):
            if state.count:
                state.sealed_by = reason
            if permanent:
                state.sealing = None
            elif state.count or state.done or state.undone:
                state.sealing = SealedState(state.count, state.context, state.done, state.undone)
            state.count = 0
            state.done, state.undone = deque(maxlen=self._max_entries), []
            if caret_moved:
                state.context = context or self._unknown_context

    def user_typed(self, window: int, typed: Sequence[str | None]) -> None:
        """Follow the user's keys and clicks in a sealed window, unless an entry has been recorded since.

        typed: what each of them adds before the caret, as ``keyboard.user_typing`` tells it; None if that is unknown,
        ``CLICK`` for a click.

        A click into a window in which nothing is known to be before the caret does not make its text unknown: most
        often the window is new and the click gives it the focus.
        """
        state = self._windows.get(window)
        if state is None and any(each != CLICK for each in typed):
            state = self._window_state(window)
        if state is None or state.count:
            return
        for each in typed:
            if each is None or (each == CLICK and state.context != self._default_context):
                state.context = self._unknown_context
            elif each:
                state.context = state.context.followed_by_user(each)

    def sealed_state(self, window: int) -> SealedState | None:
        """Return the state that ``unseal`` would restore, None if it would not restore any."""
        state = self._windows.get(window)
        return state.sealing if state and not state.count else None

    def unseal(self, window: int) -> bool:
        """Open the entries that the last seal closed in ``window``, whatever has happened there since.

        Call this only for a user who sees that the text is unchanged. Steps that were undone since the seal are
        forgotten. Returns False, without any change, if an entry is open or the seal is permanent.
        """
        sealing = self.sealed_state(window)
        if sealing is None:
            return False
        state = self._window_state(window)
        # Later entries have been removed again; the oldest of the sealed ones may have been forgotten.
        state.count = min(sealing.size, len(state.entries))
        _, state.context, state.done, state.undone = sealing
        state.sealing = None
        return True

    def _window_state(self, window: int) -> _Window:
        state = self._windows.pop(window, None) or _Window(self._max_entries, self._default_context)
        self._windows[window] = state  # at the end, because the order of the dictionary is the order of use
        if len(self._windows) > self._max_windows:
            del self._windows[next(iter(self._windows))]
        return state

    @staticmethod
    def _append(state: _Window, entries: Entries) -> None:
        for entry in entries:
            if state.count == state.entries.maxlen:
                state.sealing = None  # an open entry is forgotten, so that later entries can never be removed again
            state.entries.append(entry)
            state.count = min(state.count + 1, len(state.entries))
            state.context = entry.after

    @staticmethod
    def _ends_with(state: _Window, entries: Entries) -> bool:
        """Return True if ``entries`` are the last entries of the window, and open."""
        if len(entries) > state.count:
            return False
        return all(there == expected for there, expected in zip(state.open_entries, reversed(entries), strict=False))

    def _apply_step(self, window: int, step: Step) -> _Window:
        state = self._window_state(window)
        if not self._ends_with(state, step.before):
            raise LookupError("the step does not match the last entries of this window")
        for _ in step.before:
            state.entries.pop()
        state.count -= len(step.before)
        if step.before:
            state.context = step.before[0].before
        self._append(state, step.after)
        return state
