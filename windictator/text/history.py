"""The ledger: what was typed into which window, and what of it may still be erased.

Only text that was typed here may be erased, and only while nothing else happened in its window: an entry is open
until then and sealed from then on. Sealed entries can be read, never erased.
"""

from __future__ import annotations

from collections import deque
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


@dataclass(slots=True)
class _Window:
    entries: deque[Entry]
    context: Context


class Ledger:
    """Entries per window, oldest first. Windows are X window ids.

    ``length``: entries kept per window; ``windows``: windows kept, those used last. Older ones are forgotten.
    ``unknown``: the context of a window of which nothing is known.
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

    def entries(self, window: int) -> tuple[Entry, ...]:
        """All that is remembered of ``window``, oldest first."""
        known = self._windows.get(window)
        return tuple(known.entries) if known else ()

    def record(self, window: int, entry: Entry) -> None:
        """Add what has just been typed."""
        known = self._windows.pop(window, None) or _Window(deque(maxlen=self._length), self._unknown)
        self._windows[window] = known  # at the end: the dictionary's order is the order of use
        if len(self._windows) > self._limit:
            del self._windows[next(iter(self._windows))]
        known.entries.append(entry)
        known.context = entry.after

    def last_open(self, window: int) -> Entry | None:
        """The last entry of ``window`` if it may still be erased."""
        known = self._windows.get(window)
        if known and known.entries and not known.entries[-1].sealed:
            return known.entries[-1]
        return None

    def remove_last(self, window: int) -> Entry:
        """Take out the last entry, whose text has been erased, and go back to the context before it.

        Raises LookupError where ``last_open`` gives None.
        """
        entry = self.last_open(window)
        if entry is None:
            raise LookupError("no open entry in this window")
        known = self._windows[window]
        known.entries.pop()
        known.context = entry.before
        return entry

    def replace_last(self, window: int, entry: Entry) -> None:
        """Put ``entry`` in the place of the last one, whose text it replaces on the screen.

        Raises LookupError where ``last_open`` gives None.
        """
        self.remove_last(window)
        self.record(window, entry)

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

    def seal(self, window: int | None = None, caret_moved: bool = True) -> None:
        """Somebody else acted in ``window`` (None: in every window): nothing typed there may be erased any more.

        After a foreign key, click or paste nobody knows what stands before the caret. The next words are then
        written as in an unknown window, as a rule with a capital and without a space: most often the user has sent
        a message with Return, or has clicked into another field. ``caret_moved=False`` is for a window that has
        only lost the focus: its context stays good for the user's return.
        """
        for known in self._windows.values() if window is None else filter(None, [self._windows.get(window)]):
            if caret_moved:
                known.context = self._unknown
            # Behind the last sealed entry all are open, so each entry is sealed once.
            for position in range(len(known.entries) - 1, -1, -1):
                if known.entries[position].sealed:
                    break
                known.entries[position] = replace(known.entries[position], sealed=True)
