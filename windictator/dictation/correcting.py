"""Corrections of what stands in a window and may be changed: the open text against the text that is wanted.

Whatever is corrected, undone or done again is one step of the ledger, and one edit on the screen.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, NamedTuple

from twisted.internet.defer import Deferred, inlineCallbacks, succeed

from windictator.dictation.caret import Selection, may_have_reached_window
from windictator.dictation.profile import Profile
from windictator.dictation.screen import Screen
from windictator.dictation.text_status import StepChange
from windictator.text.autocorrection import autocorrectable_part
from windictator.text.corrections import (
    MAX_RETYPED,
    SEARCH_LIMIT,
    Correction,
    CorrectionError,
    EditableText,
    build_step,
)
from windictator.text.cursor_edit import CARET_LEFT, cursor_edit, is_left_to_right
from windictator.text.edit import BackspaceUnit, backspace_units, cursor_units
from windictator.text.ledger import Entries, Entry, Step, text_of
from windictator.text.line_breaks import has_line_break, line_start
from windictator.text.normalise import UnprintableTextError, normalise_dictated_text
from windictator.typist.result import TypingResult

_MOVED_BY_COMMAND = "the caret was moved there by command since"


def autocorrection_refusal(profile: Profile, text: str, start: int) -> str:
    """Return why ``text`` from ``start`` on cannot be counted in a window with this profile, "" if it can."""
    if not profile.autocorrects:
        return ""
    if what := autocorrectable_part(text, start):
        why = f"autocorrection of this program may have changed {what!r}"
    elif has_line_break(text[start:]):
        why = "this program may have made a list of these lines, where BackSpaces cannot be counted"
    else:
        return ""
    return f'not corrected: {why} (profile "{profile.name}"); change it by hand'


def erase_start(text: str, erase: int, backspace_unit: BackspaceUnit) -> int:
    """Return the place in ``text`` from which on so many BackSpaces erase it."""
    return len(text) - sum(map(len, backspace_units(text, backspace_unit)[:erase]))


class SelectedRange(NamedTuple):
    """What of the open text of a window is selected, as long as that stands there: from ``start`` up to ``end``."""

    selection: Selection
    entries: Entries
    start: int
    end: int


class Corrector:
    """Corrects on ``screen``, and selects what can be corrected."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._selected_range: SelectedRange | None = None

    def open_text(self, window: int) -> EditableText:
        """What may be changed in ``window``: its end, as far as corrections look back."""
        entries = self._screen.ledger.last_entries(window, SEARCH_LIMIT)
        more = self._screen.ledger.last_entries(window, len(text_of(entries)) + 1)
        selected = self._selected_range if self.has_selection(window) else None
        return EditableText(
            entries,
            complete=len(more) == len(entries),
            max_distance=SEARCH_LIMIT if self._corrects_by_caret(window, len(text_of(entries))) else MAX_RETYPED,
            selected=(selected.start, selected.end) if selected and selected.entries == entries else None,
        )

    def left_key_is_reliable(self, window: int, count: int) -> bool:
        """Whether Left goes back over the last ``count`` characters in ``window``.

        The first letters of a line can turn the whole of it: the keys go by what is seen. So it is from the beginning
        of that line, were it sealed.
        """
        text = text_of(self._screen.ledger.last_entries(window, SEARCH_LIMIT, include_sealed=True))
        begin = max(len(text) - count, 0)
        # Where characters have parts that BackSpace removes one by one, applications differ in what one Left passes.
        return not self._has_multipart_characters(text[begin:], window) and is_left_to_right(
            text[line_start(text, begin) :]
        )

    def _has_multipart_characters(self, text: str, window: int) -> bool:
        return len(cursor_units(text)) != len(backspace_units(text, self._screen.backspace_unit_in(window)))

    def _corrects_by_caret(self, window: int, count: int) -> bool:
        return self._screen.profile(window).cursor_keys == "always" and self.left_key_is_reliable(window, count)

    @inlineCallbacks
    def correct(
        self, window: int, correction: Correction, action: str = "correct", transcript: str = ""
    ) -> Generator[Deferred[Any], Any, bool]:
        """Turn the open text into what ``correction`` makes of it; whether that has been done.

        ``deed``: what is refused where nothing is open. ``heard``: what was said for the text it puts there.
        """
        open_text = self.open_text(window)
        if not open_text.entries:
            self.refuse_nothing_to(action, window)
            return False
        try:
            change = correction(open_text)
            step = build_step(open_text, replace(change, text=normalise_dictated_text(change.text)), transcript)
        except (CorrectionError, UnprintableTextError) as error:
            self._screen.refuse(str(error))
            return False
        done: bool = yield self._apply_step(window, StepChange(step), lambda: self._screen.ledger.apply(window, step))
        return done

    @inlineCallbacks
    def undo(self, window: int, only_correction: bool = False) -> Generator[Deferred[Any], Any, bool]:
        """Take back what was done last in this window, if nothing else happened there since; whether it was done.

        ``only_correction``: not if that was no correction.
        """
        step = self._screen.ledger.next_undo(window)
        if step is None:
            self.refuse_nothing_to("undo", window)
            return False
        if only_correction and not step.is_correction:
            self._screen.refuse("what was done last in this window is no correction that could be undone")
            return False
        done: bool = yield self._apply_step(
            window, StepChange(step, undone=True), lambda: self._screen.ledger.undo(window)
        )
        return done

    @inlineCallbacks
    def redo(self, window: int) -> Generator[Deferred[Any], Any, bool]:
        """Do again what was undone last in this window; whether it was done."""
        step = self._screen.ledger.next_redo(window)
        if step is None:
            self.refuse_nothing_to("redo", window)
            return False
        done: bool = yield self._apply_step(window, StepChange(step), lambda: self._screen.ledger.redo(window))
        return done

    @inlineCallbacks
    def _apply_step(
        self, window: int, change: StepChange, commit: Callable[[], None]
    ) -> Generator[Deferred[Any], Any, bool]:
        """Do a step on the screen, or take it back, then ``follow`` it in the ledger; whether it was done to its end.

        If not, the ledger has what stands there now.
        """
        step = change.step.reversed if change.undone else change.step
        # With something of what stands before: a character there may be one with the first that changes.
        least = sum(len(entry.typed) for entry in step.before) + 20
        tail = self._screen.ledger.last_entries(window, least)
        lead = text_of(tail[: max(len(tail) - len(step.before), 0)])
        old = lead + text_of(step.before)
        new = lead + text_of(step.after)
        edit = self._screen.edit_between(window, old, new)
        if edit.erase and self._is_joined_before(window, old, edit.erase, (*tail, *step.before)):
            self._screen.refuse("the first character that would be erased is one with what stands before it")
            return False
        if not self._screen.may_erase(edit.erase, old, window):
            return False
        erased = erase_start(old, edit.erase, self._screen.backspace_unit_in(window))
        if edit.erase and self._refuse_autocorrected(window, old, erased):
            return False
        if not edit:
            commit()
            self._screen.step_recorded(window, *change)
            return True
        by_caret = self._corrects_by_caret(window, len(text_of(step.before)))
        path = cursor_edit(old, new, self._screen.backspace_unit_in(window)) if by_caret else None
        if path is not None and len(path.prefix) < len(lead):
            path = None
        with self._screen.deferring_freeze(window):
            typed: TypingResult | None = yield (
                self._screen.edit_by_caret(path, window) if path is not None else self._screen.edit(edit, window)
            )
            if typed is None:
                return False
            if typed.complete:
                commit()
                self._screen.step_recorded(window, *change)
            elif may_have_reached_window(typed):
                if path is not None:
                    self._commit_partial_path(window, step, path.text_after(len(typed.confirmed))[len(lead) :])
                else:
                    self._commit_stopped(window, edit.erase, typed.confirmed)
                self._screen.text_unknown(window)
            return typed.complete

    def _refuse_autocorrected(self, window: int, text: str, start: int) -> bool:
        """Refuse where the program may have made something of ``text`` from ``start`` on longer or shorter.

        text: the end of what was typed in the window. Nothing is refused where that is read before it is changed.
        """
        if self._screen.checks_before_erasing(window):
            return False
        whole = text_of(
            self._screen.ledger.last_entries(window, SEARCH_LIMIT, include_sealed=True)
        )  # with the beginning of the line
        if whole.endswith(text):
            text, start = whole, start + len(whole) - len(text)
        reason = autocorrection_refusal(self._screen.profile(window), text, start)
        if reason:
            self._screen.refuse(reason)
        return bool(reason)

    def _is_joined_before(self, window: int, text: str, erase: int, entries: Sequence[Entry]) -> bool:
        """Whether erasing all of ``text``, the open one, would take a character with it that stands before that."""
        removal = self._screen.backspace_unit_in(window)
        units = backspace_units(text, removal)
        before = entries[0].before.before
        if erase < len(units) or not before:
            return False
        return len(backspace_units(before + text, removal)) < len(backspace_units(before, removal)) + len(units)

    def _commit_stopped(self, window: int, erase: int, confirmed: str) -> None:
        """Follow in the ledger an edit that ended early."""
        self._screen.ledger.backspace(window, min(len(confirmed), erase), self._screen.backspace_unit_in(window))
        if text := confirmed[erase:]:
            before = self._screen.ledger.context(window)
            self._screen.ledger.record(window, Entry("", text, before, before.followed_by(text)))

    def _commit_partial_path(self, window: int, step: Step, text: str) -> None:
        """Follow a step that has come as far as ``text``."""
        before = step.before[0].before
        heard = " ".join(filter(None, (entry.transcript for entry in step.before)))
        stands = (Entry(heard, text, before, before.followed_by(text)),) if text else ()
        self._screen.ledger.apply(window, Step(step.before, stands))

    @contextmanager
    def allowing_frozen(self, window: int, command: str) -> Iterator[None]:
        """Inside of the block what was open in ``window`` when it was sealed last is trusted, where otherwise nothing
        would be there for ``command``, one that corrects; afterwards no longer, so that it has to be asked for again.
        """
        ledger, reason = self._screen.ledger, self._screen.ledger.seal_reason(window)
        there = {"undo": ledger.next_undo, "undo_correction": ledger.next_undo, "redo": ledger.next_redo}
        reopened = there.get(command, ledger.last_editable)(window) is None and ledger.unseal(window)
        try:
            yield
        finally:
            if reopened:
                ledger.seal(window, caret_moved=False, reason=reason)

    def refuse_nothing_to(self, action: str, window: int) -> None:
        """Nothing is open that it could be done to."""
        reason = self._screen.ledger.seal_reason(window)
        why = f": {reason}" if reason else ""
        self._screen.refuse(f"there is nothing to {action} that WinDictator typed last in this window{why}")
        sealing = self._screen.ledger.sealed_state(window)
        if sealing is not None:
            trusted = {"undo": sealing.done, "redo": sealing.undone}.get(action, sealing.size)
            self._screen.caret.result = replace(self._screen.caret.result, can_force=bool(trusted))

    # The caret

    @inlineCallbacks
    def move_back(self, window: int, position: int) -> Generator[Deferred[Any], Any, bool]:
        """Move the caret to ``place`` of the open text, whose end it stands behind; whether that has been done.

        What stands on both sides of it can no longer be erased.
        """
        open_text = self.open_text(window)
        if self._refuse_autocorrected(window, open_text.text, position):
            return False
        if not (yield self._screen.confirm(window, open_text.text[position:])):
            return False
        moves = len(cursor_units(open_text.text[position:], self._screen.backspace_unit_in(window)))
        typed: TypingResult | None = yield self._screen.type_keys(CARET_LEFT * moves, window)
        if typed is None:
            return False
        if typed.complete:
            self._screen.ledger.seal(window, reason=_MOVED_BY_COMMAND, context=open_text.context_at(position))
        elif may_have_reached_window(typed):
            self._screen.text_unknown(window)
        return typed.complete

    def has_selection(self, window: int | None = None) -> bool:
        """Whether something is selected by us in ``window``; None: in whichever."""
        selected = self._selected_range
        if selected is None or selected.selection != self._screen.caret.selection_in(selected.selection.window):
            return False
        return window in (None, selected.selection.window)

    def unselect(self, window: int) -> Deferred[bool]:
        """Let nothing be selected by us any more, with the caret where it belongs; whether that is so."""
        if not self.has_selection(window):
            self._screen.refuse("nothing was selected by voice in this window")
            return succeed(False)
        return self._screen.caret.return_to_end(window, strict=True)

    @inlineCallbacks
    def select(
        self, window: int, find: Callable[[EditableText], tuple[int, int]]
    ) -> Generator[Deferred[Any], Any, bool]:
        """Select what ``find`` finds in the open text, from where to where; whether that has been done."""
        if reason := self._screen.profile(window).refusal_for() if window else "":
            self._screen.refuse(reason)
            return False
        open_text = self.open_text(window)
        if not open_text.entries:
            self.refuse_nothing_to("select", window)
            return False
        text = open_text.text
        try:
            start, end = find(open_text)
            units = cursor_units(text, self._screen.backspace_unit_in(window))
            behind, reaching = (
                len(cursor_units(text[place:], self._screen.backspace_unit_in(window))) for place in (end, start)
            )
            if sum(map(len, units[:behind])) != len(text) - end or sum(map(len, units[:reaching])) != len(text) - start:
                raise CorrectionError("that begins or ends in the middle of a character")
            if not self.left_key_is_reliable(window, len(text) - start):
                parts = self._has_multipart_characters(text[start:], window)
                what = "whose characters have several parts" if parts else "that is written from right to left"
                raise CorrectionError(f"nothing is selected in a text {what}")
            if not start and self._is_joined_before(window, text, len(text), open_text.entries):
                raise CorrectionError("the first character of that is one with what stands before it")
            checked = self._screen.checks_before_erasing(window)
            if not checked and (reason := autocorrection_refusal(self._screen.profile(window), text, start)):
                raise CorrectionError(reason)
        except CorrectionError as error:
            self._screen.refuse(str(error))
            return False
        if not (yield self._select(window, text[start:end], text[end:], behind, reaching - behind)):
            return False
        selection = self._screen.caret.selection_in(window)
        if selection is not None:
            self._selected_range = SelectedRange(selection, open_text.entries, start, end)
        return True

    def _select(self, window: int, text: str, text_after: str, distance_from_end: int, length: int) -> Deferred[bool]:
        """Select ``text``, of ``length`` characters, ``back`` of which, those of ``behind``, before the end."""
        eraser = self._screen.eraser
        if eraser is None or not self._screen.checks_before_erasing(window):
            return self._screen.caret.select(window, distance_from_end, length)
        return eraser.select(window, text, text_after)
