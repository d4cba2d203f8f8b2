"""Corrections of what stands in a window and may be changed: the open text against the text that is wanted.

Whatever is corrected, undone or done again is one step of the ledger, and one edit on the screen.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, NamedTuple

from twisted.internet.defer import Deferred, inlineCallbacks, succeed

from windictator.caret import Selection, was_sent
from windictator.ports import Typed
from windictator.profile import Profile
from windictator.screen import Screen
from windictator.text.autocorrection import changeable
from windictator.text.caret_path import CARET_LEFT, caret_path, is_left_to_right
from windictator.text.clean import UnprintableText, clean_dictated
from windictator.text.corrections import LOOK_BACK, REACH, Correction, NotPossible, OpenText, step_of
from windictator.text.edit import Removal, passes, removals
from windictator.text.fates import Turn
from windictator.text.history import Entries, Entry, Step, text_of
from windictator.text.line_breaks import has_line_break, line_start

_MOVED = "the caret was moved there by command since"


def why_changeable(profile: Profile, text: str, start: int) -> str:
    """Return why ``text`` from ``start`` on cannot be counted in a window with this profile, "" if it can."""
    if not profile.autocorrects:
        return ""
    if what := changeable(text, start):
        why = f"autocorrection of this program may have changed {what!r}"
    elif has_line_break(text[start:]):
        why = "this program may have made a list of these lines, where BackSpaces cannot be counted"
    else:
        return ""
    return f'not corrected: {why} (profile "{profile.name}"); change it by hand'


def erased_from(text: str, erase: int, removal: Removal) -> int:
    """Return the place in ``text`` from which on so many BackSpaces erase it."""
    return len(text) - sum(map(len, removals(text, removal)[:erase]))


class Selected(NamedTuple):
    """What of the open text of a window is selected, as long as that stands there: from ``start`` up to ``end``."""

    selection: Selection
    entries: Entries
    start: int
    end: int


class Corrector:
    """Corrects on ``screen``, and selects what can be corrected."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._selected: Selected | None = None

    def open_text(self, window: int) -> OpenText:
        """What may be changed in ``window``: its end, as far as corrections look back."""
        entries = self._screen.ledger.tail(window, LOOK_BACK)
        more = self._screen.ledger.tail(window, len(text_of(entries)) + 1)
        selected = self._selected if self.has_selection(window) else None
        return OpenText(
            entries,
            whole=len(more) == len(entries),
            reach=LOOK_BACK if self._corrects_by_caret(window, len(text_of(entries))) else REACH,
            selected=(selected.start, selected.end) if selected and selected.entries == entries else None,
        )

    def goes_left(self, window: int, count: int) -> bool:
        """Whether Left goes back over the last ``count`` characters in ``window``.

        The first letters of a line can turn the whole of it: the keys go by what is seen. So it is from the beginning
        of that line, were it sealed.
        """
        text = text_of(self._screen.ledger.tail(window, LOOK_BACK, sealed=True))
        begin = max(len(text) - count, 0)
        # Where characters have parts that BackSpace removes one by one, applications differ in what one Left passes.
        return not self._has_parts(text[begin:], window) and is_left_to_right(text[line_start(text, begin) :])

    def _has_parts(self, text: str, window: int) -> bool:
        return len(passes(text)) != len(removals(text, self._screen.removal_in(window)))

    def _corrects_by_caret(self, window: int, count: int) -> bool:
        return self._screen.profile(window).caret_keys == "always" and self.goes_left(window, count)

    @inlineCallbacks
    def correct(
        self, window: int, correction: Correction, deed: str = "correct", heard: str = ""
    ) -> Generator[Deferred[Any], Any, bool]:
        """Turn the open text into what ``correction`` makes of it; whether that has been done.

        ``deed``: what is refused where nothing is open. ``heard``: what was said for the text it puts there.
        """
        open_text = self.open_text(window)
        if not open_text.entries:
            self.refuse_to(deed, window)
            return False
        try:
            change = correction(open_text)
            step = step_of(open_text, replace(change, text=clean_dictated(change.text)), heard)
        except (NotPossible, UnprintableText) as error:
            self._screen.refuse(str(error))
            return False
        done: bool = yield self._turn(window, Turn(step), lambda: self._screen.ledger.carry_out(window, step))
        return done

    @inlineCallbacks
    def undo(self, window: int, only_correction: bool = False) -> Generator[Deferred[Any], Any, bool]:
        """Take back what was done last in this window, if nothing else happened there since; whether it was done.

        ``only_correction``: not if that was no correction.
        """
        step = self._screen.ledger.last_step(window)
        if step is None:
            self.refuse_to("undo", window)
            return False
        if only_correction and not step.correction:
            self._screen.refuse("what was done last in this window is no correction that could be undone")
            return False
        done: bool = yield self._turn(window, Turn(step, back=True), lambda: self._screen.ledger.undo(window))
        return done

    @inlineCallbacks
    def redo(self, window: int) -> Generator[Deferred[Any], Any, bool]:
        """Do again what was undone last in this window; whether it was done."""
        step = self._screen.ledger.undone_step(window)
        if step is None:
            self.refuse_to("redo", window)
            return False
        done: bool = yield self._turn(window, Turn(step), lambda: self._screen.ledger.redo(window))
        return done

    @inlineCallbacks
    def _turn(self, window: int, turn: Turn, follow: Callable[[], None]) -> Generator[Deferred[Any], Any, bool]:
        """Do a step on the screen, or take it back, then ``follow`` it in the ledger; whether it was done to its end.

        If not, the ledger has what stands there now.
        """
        step = turn.step.reversed if turn.back else turn.step
        # With something of what stands before: a character there may be one with the first that changes.
        least = sum(len(entry.typed) for entry in step.before) + 20
        tail = self._screen.ledger.tail(window, least)
        lead = text_of(tail[: max(len(tail) - len(step.before), 0)])
        old = lead + text_of(step.before)
        new = lead + text_of(step.after)
        edit = self._screen.edit_between(window, old, new)
        if edit.erase and self._is_joined_before(window, old, edit.erase, (*tail, *step.before)):
            self._screen.refuse("the first character that would be erased is one with what stands before it")
            return False
        if not self._screen.may_erase(edit.erase, old, window):
            return False
        erased = erased_from(old, edit.erase, self._screen.removal_in(window))
        if edit.erase and self._refuse_changeable(window, old, erased):
            return False
        if not edit:
            follow()
            self._screen.done(window, *turn)
            return True
        by_caret = self._corrects_by_caret(window, len(text_of(step.before)))
        path = caret_path(old, new, self._screen.removal_in(window)) if by_caret else None
        if path is not None and len(path.start) < len(lead):
            path = None
        with self._screen.changing(window):
            typed: Typed | None = yield (
                self._screen.edit_before(path, window) if path is not None else self._screen.edit(edit, window)
            )
            if typed is None:
                return False
            if typed.complete:
                follow()
                self._screen.done(window, *turn)
            elif was_sent(typed):
                if path is not None:
                    self._follow_caret(window, step, path.text_after(len(typed.confirmed))[len(lead) :])
                else:
                    self._follow_stopped(window, edit.erase, typed.confirmed)
                self._screen.lost(window)
            return typed.complete

    def _refuse_changeable(self, window: int, text: str, start: int) -> bool:
        """Refuse where the program may have made something of ``text`` from ``start`` on longer or shorter.

        text: the end of what was typed in the window. Nothing is refused where that is read before it is changed.
        """
        if self._screen.checks(window):
            return False
        whole = text_of(self._screen.ledger.tail(window, LOOK_BACK, sealed=True))  # with the beginning of the line
        if whole.endswith(text):
            text, start = whole, start + len(whole) - len(text)
        reason = why_changeable(self._screen.profile(window), text, start)
        if reason:
            self._screen.refuse(reason)
        return bool(reason)

    def _is_joined_before(self, window: int, text: str, erase: int, entries: Sequence[Entry]) -> bool:
        """Whether erasing all of ``text``, the open one, would take a character with it that stands before that."""
        removal = self._screen.removal_in(window)
        units = removals(text, removal)
        before = entries[0].before.before
        if erase < len(units) or not before:
            return False
        return len(removals(before + text, removal)) < len(removals(before, removal)) + len(units)

    def _follow_stopped(self, window: int, erase: int, confirmed: str) -> None:
        """Follow in the ledger an edit that ended early."""
        self._screen.ledger.backspace(window, min(len(confirmed), erase), self._screen.removal_in(window))
        if text := confirmed[erase:]:
            before = self._screen.ledger.context(window)
            self._screen.ledger.record(window, Entry("", text, before, before.followed_by(text)))

    def _follow_caret(self, window: int, step: Step, text: str) -> None:
        """Follow a step that has come as far as ``text``."""
        before = step.before[0].before
        heard = " ".join(filter(None, (entry.heard for entry in step.before)))
        stands = (Entry(heard, text, before, before.followed_by(text)),) if text else ()
        self._screen.ledger.carry_out(window, Step(step.before, stands))

    @contextmanager
    def trusting(self, window: int, command: str) -> Iterator[None]:
        """Inside of the block what was open in ``window`` when it was sealed last is trusted, where otherwise nothing
        would be there for ``command``, one that corrects; afterwards no longer, so that it has to be asked for again.
        """
        ledger, reason = self._screen.ledger, self._screen.ledger.sealed_by(window)
        there = {"undo": ledger.last_step, "undo_correction": ledger.last_step, "redo": ledger.undone_step}
        reopened = there.get(command, ledger.last_open)(window) is None and ledger.reopen(window)
        try:
            yield
        finally:
            if reopened:
                ledger.seal(window, caret_moved=False, reason=reason)

    def refuse_to(self, deed: str, window: int) -> None:
        """Nothing is open that it could be done to."""
        reason = self._screen.ledger.sealed_by(window)
        why = f": {reason}" if reason else ""
        self._screen.refuse(f"there is nothing to {deed} that WinDictator typed last in this window{why}")
        sealing = self._screen.ledger.sealing(window)
        if sealing is not None:
            trusted = {"undo": sealing.done, "redo": sealing.undone}.get(deed, sealing.size)
            self._screen.caret.outcome = replace(self._screen.caret.outcome, forcible=bool(trusted))

    # The caret

    @inlineCallbacks
    def move_back(self, window: int, place: int) -> Generator[Deferred[Any], Any, bool]:
        """Move the caret to ``place`` of the open text, whose end it stands behind; whether that has been done.

        What stands on both sides of it can no longer be erased.
        """
        open_text = self.open_text(window)
        if self._refuse_changeable(window, open_text.text, place):
            return False
        if not (yield self._screen.confirm(window, open_text.text[place:])):
            return False
        moves = len(passes(open_text.text[place:], self._screen.removal_in(window)))
        typed: Typed | None = yield self._screen.type_keys(CARET_LEFT * moves, window)
        if typed is None:
            return False
        if typed.complete:
            self._screen.ledger.seal(window, reason=_MOVED, context=open_text.context(place))
        elif was_sent(typed):
            self._screen.lost(window)
        return typed.complete

    def has_selection(self, window: int | None = None) -> bool:
        """Whether something is selected by us in ``window``; None: in whichever."""
        selected = self._selected
        if selected is None or selected.selection != self._screen.caret.selection_in(selected.selection.window):
            return False
        return window in (None, selected.selection.window)

    def unselect(self, window: int) -> Deferred[bool]:
        """Let nothing be selected by us any more, with the caret where it belongs; whether that is so."""
        if not self.has_selection(window):
            self._screen.refuse("nothing was selected by voice in this window")
            return succeed(False)
        return self._screen.caret.bring_back(window, exactly=True)

    @inlineCallbacks
    def select(
        self, window: int, find: Callable[[OpenText], tuple[int, int]]
    ) -> Generator[Deferred[Any], Any, bool]:
        """Select what ``find`` finds in the open text, from where to where; whether that has been done."""
        if reason := self._screen.profile(window).forbids() if window else "":
            self._screen.refuse(reason)
            return False
        open_text = self.open_text(window)
        if not open_text.entries:
            self.refuse_to("select", window)
            return False
        text = open_text.text
        try:
            start, end = find(open_text)
            units = passes(text, self._screen.removal_in(window))
            behind, reaching = (len(passes(text[place:], self._screen.removal_in(window))) for place in (end, start))
            if sum(map(len, units[:behind])) != len(text) - end or sum(map(len, units[:reaching])) != len(text) - start:
                raise NotPossible("that begins or ends in the middle of a character")
            if not self.goes_left(window, len(text) - start):
                parts = self._has_parts(text[start:], window)
                what = "whose characters have several parts" if parts else "that is written from right to left"
                raise NotPossible(f"nothing is selected in a text {what}")
            if not start and self._is_joined_before(window, text, len(text), open_text.entries):
                raise NotPossible("the first character of that is one with what stands before it")
            checked = self._screen.checks(window)
            if not checked and (reason := why_changeable(self._screen.profile(window), text, start)):
                raise NotPossible(reason)
        except NotPossible as error:
            self._screen.refuse(str(error))
            return False
        if not (yield self._select(window, text[start:end], text[end:], behind, reaching - behind)):
            return False
        selection = self._screen.caret.selection_in(window)
        if selection is not None:
            self._selected = Selected(selection, open_text.entries, start, end)
        return True

    def _select(self, window: int, text: str, behind: str, back: int, length: int) -> Deferred[bool]:
        """Select ``text``, of ``length`` characters, ``back`` of which, those of ``behind``, before the end."""
        eraser = self._screen.eraser
        if eraser is None or not self._screen.checks(window):
            return self._screen.caret.select(window, back, length)
        return eraser.select(window, text, behind)
