"""The text that corrections change, and a change of it as a step of the ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from windictator.errors import WinDictatorError
from windictator.text.context_adjust import MAX_CONTEXT_LENGTH, Context
from windictator.text.ledger import Entries, Entry, Step, text_of

SEARCH_LIMIT = 2000
"""Characters at the end of the open text that corrections look at."""
MAX_RETYPED = 200
"""Characters behind a change that are typed anew for it; what stands further back is not changed."""


class CorrectionError(WinDictatorError):
    """A correction that cannot be carried out, and why."""


@dataclass(frozen=True, slots=True)
class EditableText:
    """The end of what was typed last in a window and may be changed. ``whole``: nothing open stands before it.

    ``reach``: how many characters may stand behind what is changed. ``selected``: from where to where it is selected.
    """

    entries: Entries
    complete: bool = True
    max_distance: int = MAX_RETYPED
    selected: tuple[int, int] | None = None

    @property
    def text(self) -> str:
        """As it stands on the screen."""
        return text_of(self.entries)

    @property
    def context_before(self) -> str:
        """What stands before it, as far as it is known."""
        return self.entries[0].before.before if self.entries else ""

    @property
    def last_utterance_start(self) -> int:
        """Where the last utterance begins that has a text."""
        behind = 0
        for entry in reversed(self.entries):
            behind += len(entry.typed)
            if entry.typed:
                break
        return len(self.text) - behind

    @property
    def target_range(self) -> tuple[int, int]:
        """What is meant by "that": what is selected, or the last utterance."""
        return self.selected or (self.last_utterance_start, len(self.text))

    def context_at(self, position: int) -> Context:
        """For a word that is to stand at ``position``."""
        return Context.after((self.context_before + self.text[:position])[-MAX_CONTEXT_LENGTH:])


@dataclass(frozen=True, slots=True)
class Change:
    """``text`` takes the place of the characters from ``start`` up to ``end``."""

    start: int
    end: int
    text: str


Correction = Callable[[EditableText], Change]
RenderText = Callable[[Context], str]
"""Gives the text of new words, with its space and its case, for the context it will stand in."""


def build_step(editable: EditableText, change: Change, transcript: str = "") -> Step:
    """The change as a step of the ledger; ``heard`` is added to what was heard for the text it changes.

    Raises NotPossible where too much stands behind it.
    """
    text, entries = editable.text, editable.entries
    if len(text) - change.end > editable.max_distance:
        raise CorrectionError(
            f"that stands {len(text) - change.end} characters back: more than {editable.max_distance} would have to be"
            " typed anew"
        )
    starts = _starts(entries)
    ends = [start + len(entry.typed) for start, entry in zip(starts, entries, strict=True)]
    inserts = change.start == change.end
    first = next(n for n, end in enumerate(ends) if end > change.start or (inserts and end == change.start))
    last = next(n for n in range(first, len(ends)) if ends[n] >= change.end)
    if change.end == len(text):
        last = len(ends) - 1  # what was asked for the next word goes with the end that asked for it
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
    """One entry in the place of some, with another text. ``pure``: their end was only erased."""
    first, last = entries[0], entries[-1]
    said = dict.fromkeys(filter(None, [*(entry.transcript for entry in entries if entry.typed), transcript]))
    after = first.before.followed_by(typed)
    if not only_erased:
        same_end = text_of(entries)[-1:] == typed[-1:]
        ending = last.after if same_end else replace(after, case_mode=last.after.case_mode)
        after = replace(ending, before=after.before, no_spaces=last.after.no_spaces)
    return Entry(" ".join(said), typed, first.before, after)
