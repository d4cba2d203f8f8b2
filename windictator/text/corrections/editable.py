"""The text that corrections change, and a change of it as a step of the ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from windictator.refusals import Refusal, RefusalCode, RefusedError
from windictator.text.context_adjust import MAX_CONTEXT_LENGTH, Context
from windictator.text.ledger import Entries, Entry, Step, text_of

SEARCH_LIMIT = 2000
"""Characters at the end of the editable text that corrections search."""
MAX_RETYPED = 200
"""Maximum number of characters after a change that are typed again for it."""


class CorrectionError(RefusedError):
    """Reason why a correction cannot be made."""


@dataclass(frozen=True, slots=True)
class EditableText:
    """Text typed last in a window that may still be changed.

    entries: open entries of the ledger, oldest first.
    complete: False if more open text exists before ``entries``.
    max_distance: number of characters that may follow the changed part.
    selected: start and end of the selection that WinDictator made, None without one.
    """

    entries: Entries
    complete: bool = True
    max_distance: int = MAX_RETYPED
    selected: tuple[int, int] | None = None

    @property
    def text(self) -> str:
        """Text on the screen."""
        return text_of(self.entries)

    @property
    def context_before(self) -> str:
        """Text before the first entry, if known."""
        return self.entries[0].before.before if self.entries else ""

    @property
    def last_utterance_start(self) -> int:
        """Position where the last utterance with any text begins."""
        length = 0
        for entry in reversed(self.entries):
            length += len(entry.typed)
            if entry.typed:
                break
        return len(self.text) - length

    @property
    def target_range(self) -> tuple[int, int]:
        """Start and end of what "that" refers to: the selection, or else the last utterance."""
        return self.selected or (self.last_utterance_start, len(self.text))

    def context_at(self, position: int) -> Context:
        """Return the context for a word that is inserted at ``position``."""
        return Context.after((self.context_before + self.text[:position])[-MAX_CONTEXT_LENGTH:])


@dataclass(frozen=True, slots=True)
class Change:
    """Replacement of the characters from ``start`` up to ``end`` with ``text``."""

    start: int
    end: int
    text: str


Correction = Callable[[EditableText], Change]
RenderText = Callable[[Context], str]
"""Function that returns the text of new words, with spaces and case, for the context before them."""


def build_step(editable: EditableText, change: Change, transcript: str = "") -> Step:
    """Return the change as a step of the ledger.

    transcript: recognised words of the new text, added to those of the entries that change.

    Raises CorrectionError if more than ``max_distance`` characters follow the change.
    """
    text, entries = editable.text, editable.entries
    if len(text) - change.end > editable.max_distance:
        raise CorrectionError(
            Refusal(
                RefusalCode.TOO_FAR_BACK,
                f"That is {len(text) - change.end} characters back, and I type at most {editable.max_distance} again.",
                "Change it by hand.",
            )
        )
    starts = _starts(entries)
    ends = [start + len(entry.typed) for start, entry in zip(starts, entries, strict=True)]
    inserts = change.start == change.end
    first = next(n for n, end in enumerate(ends) if end > change.start or (inserts and end == change.start))
    last = next(n for n in range(first, len(ends)) if ends[n] >= change.end)
    if change.end == len(text):
        last = len(ends) - 1  # effects for the next word ("cap") are erased together with the end that holds them
    typed = text[starts[first] : change.start] + change.text + text[change.end : ends[last]]
    after: list[Entry] = []
    if typed:
        after.append(
            _merge_entries(
                entries[first : last + 1], typed, transcript, only_erased=not change.text and last == len(ends) - 1
            )
        )
    known = entries[first].before.before + typed
    for entry in entries[last + 1 :]:
        before, known = known, known + entry.typed
        after.append(
            replace(
                entry,
                before=replace(entry.before, before=before[-MAX_CONTEXT_LENGTH:]),
                after=replace(entry.after, before=known[-MAX_CONTEXT_LENGTH:]),
            )
        )
    return Step(entries[first:], tuple(after))


def _starts(entries: Entries) -> list[int]:
    starts, position = [], 0
    for entry in entries:
        starts.append(position)
        position += len(entry.typed)
    return starts


def _merge_entries(entries: Entries, typed: str, transcript: str, only_erased: bool) -> Entry:
    """Return one entry with the text ``typed`` in place of ``entries``.

    only_erased: True if the change only erased their end.
    """
    first, last = entries[0], entries[-1]
    said = dict.fromkeys(filter(None, [*(entry.transcript for entry in entries if entry.typed), transcript]))
    after = first.before.followed_by(typed)
    if not only_erased:
        same_end = text_of(entries)[-1:] == typed[-1:]
        ending = last.after if same_end else replace(after, case_mode=last.after.case_mode)
        after = replace(ending, before=after.before, no_spaces=last.after.no_spaces)
    return Entry(" ".join(said), typed, first.before, after)
