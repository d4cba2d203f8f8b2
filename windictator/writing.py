"""Brings the text of an utterance onto the screen, corrects it there, takes it back; keeps the ledger.

Everything is one operation: the text that stands there for an utterance against the text that should stand there.
``edit_between`` gives the BackSpaces and the insertion that lead from one to the other.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from twisted.internet.defer import Deferred, inlineCallbacks, succeed

from windictator.caret import Caret, Outcome, Selection, TextTypist, was_sent
from windictator.keyboard.chord import Chord
from windictator.ports import ForeignInput, Listener, Stop, Typed
from windictator.profile import DEFAULT_PROFILE, Profile
from windictator.text.caret_path import CARET_LEFT, caret_path, is_left_to_right
from windictator.text.clean import UnprintableText, clean_text
from windictator.text.context_adjust import Context
from windictator.text.corrections import LOOK_BACK, REACH, Correction, NotPossible, OpenText, step_of
from windictator.text.edit import Removal, edit_between, removals
from windictator.text.fates import Turn
from windictator.text.history import Entries, Entry, Ledger, Step, text_of
from windictator.whereabouts import Whereabouts

#: Wheel "buttons": they scroll, neither the caret nor the focus moves.
_WHEEL = range(4, 8)
_ALT, _SUPER = 8, 64
#: Tab, and the key above it: keycodes are those of evdev (linux/input-event-codes.h) and 8 on X servers of today.
_TAB_KEYS = (23, 49)
#: Windows whose profiles are remembered: of the one that is used, and of those left in the middle of an utterance.
_MOST_PROFILES = 64
_STOPPED = "typing there was stopped half way"
_FOREIGN = "another key or button was pressed since"
_MOVED = "the caret was moved there by command since"
_PRESSED = "keys were pressed there by command since"


def _switches_windows(foreign: ForeignInput) -> bool:
    """Whether a key is the window manager's as a rule: Alt with Tab, Super with any. Carets stay where they are."""
    if foreign.kind != "key":
        return False
    return bool(foreign.state & _SUPER) or (bool(foreign.state & _ALT) and foreign.code in _TAB_KEYS)


@dataclass(slots=True)
class Passage:
    """The text of one utterance on the screen. ``window``: where it began. ``before``: what it stands behind.

    ``shown``: what stands there. ``begun``, ``edited``: how often others had pressed something when it began to be
    typed, and when it was edited last. ``failed``: nothing more of it can be typed; ``stopped``: what typing ended by.
    ``sent``: whether any key was sent for it. ``profile``: its window's, as it began.
    """

    window: int
    before: Context
    shown: str = ""
    begun: int = 0
    edited: int = 0
    failed: bool = False
    sent: bool = False
    stopped: Stop | None = None
    profile: Profile = DEFAULT_PROFILE


ProfileOf = Callable[[int], Deferred[Profile]]
"""Fires with the profile of a window as it is now."""


def no_profiles(_window: int) -> Deferred[Profile]:
    """Where all windows are alike."""
    return succeed(DEFAULT_PROFILE)


class Selected(NamedTuple):
    """What of the open text of a window is selected, as long as that stands there: from ``start`` up to ``end``."""

    selection: Selection
    entries: Entries
    start: int
    end: int


class Writer:
    """Edits passages in windows. ``typist``: types. ``focused``: fires with the window that has the focus, 0 for none.

    ``removal``: what one BackSpace removes. ``listener``: is told what was done and what was refused. ``profile_of``:
    gives the profile of a window.
    """

    def __init__(
        self,
        typist: TextTypist,
        focused: Callable[[], Deferred[int]],
        ledger: Ledger,
        listener: Listener,
        removal: Removal,
        profile_of: ProfileOf = no_profiles,
    ) -> None:
        self._caret = Caret(typist, listener, self._lost)
        self._profile_of = profile_of
        self._focused = focused
        self._listener = listener
        self._profiles: dict[int, Profile] = {}
        self._inputs = 0
        self._whereabouts = Whereabouts(focused, self._knows_carets, self._caret_moved)
        self._changing = False
        self._selected: Selected | None = None
        self.ledger = ledger
        self.removal = removal
        self.window = 0
        """The window used last."""

    @property
    def keys(self) -> int:
        """Key events confirmed so far."""
        return self._caret.keys

    @property
    def refusals(self) -> int:
        """How often something was not carried out."""
        return self._caret.refusals

    @property
    def stopped(self) -> Typed | None:
        """The last typing that ended early."""
        return self._caret.stopped

    def foreign(self, foreign: ForeignInput) -> None:
        """Somebody else pressed a key or clicked: what stands in the windows may no longer be erased."""
        if foreign.pressed and not (foreign.kind == "button" and foreign.code in _WHEEL):
            self._inputs += 1
            if not self._changing:
                self.ledger.seal(caret_moved=False, reason=_FOREIGN)
            if not _switches_windows(foreign):
                self._caret.inputs += 1
                self._whereabouts.foreign(foreign)

    def _knows_carets(self) -> bool:
        return self.ledger.knows_contexts or self._caret.is_away

    def _caret_moved(self, window: int) -> None:
        """By the user, who has typed or clicked there."""
        self.ledger.caret_moved(window)
        if self._caret.selection_in(window) is not None and not self.ledger.last_open(window):
            self._caret.forget(window)
            self.ledger.seal(window, reason=_FOREIGN, lasting=True)  # what was selected may have been replaced

    def forget_windows(self) -> None:
        """The display has gone and its windows with it: their ids may come back for others."""
        self.window = 0
        self._profiles.clear()
        self._caret.forget()
        self.ledger.forget()

    def stop(self, reason: Stop) -> None:
        """End the typing under way."""
        self._caret.stop(reason)

    def take_outcome(self, window: int = 0, shown: str = "") -> Outcome:
        """What has come of everything since this was last asked. ``shown``: what stood in ``window`` for it then, and
        counts as typed by it as far as it has not been erased."""
        outcome = self._caret.take_outcome()
        if not shown:
            return outcome
        units = removals(shown, self.removal)
        kept = "".join(reversed(units[outcome.erased :]))
        erased = max(outcome.erased - len(units), 0)
        return replace(outcome, text=kept + outcome.text, erased=erased, window=outcome.window or window)

    @inlineCallbacks
    def begin(self) -> Generator[Deferred[Any], Any, Passage]:
        """A passage in the window that has the focus."""
        window: int = yield self._focused()
        profile: Profile = (yield self._profile_of(window)) if window else DEFAULT_PROFILE
        self._profiles.pop(window, None)
        self._profiles[window] = profile
        if len(self._profiles) > _MOST_PROFILES:
            del self._profiles[next(iter(self._profiles))]
        self._whereabouts.known(window)
        self._caret.trust(window)
        if self.window and window != self.window:
            self.ledger.seal(self.window, caret_moved=False, reason="another window was used since")
        self.window = window
        return Passage(window, self.ledger.context(window), profile=profile)

    def _profile(self, window: int) -> Profile:
        """As it was when something began there last."""
        return self._profiles.get(window, DEFAULT_PROFILE)

    def before(self, passage: Passage) -> Context:
        """What the passage stands behind: as it was when it began to be typed."""
        if not passage.shown:
            self._whereabouts.known(passage.window)  # what was pressed since it began
            passage.before = self.ledger.context(passage.window)
        return passage.before

    @inlineCallbacks
    def show(
        self, passage: Passage, wanted: str, explicit: bool = False
    ) -> Generator[Deferred[Any], Any, bool]:
        """Turn what the passage shows into ``wanted``; whether all of it was confirmed. ``explicit``: nobody has said
        it, somebody has given this very text, whatever the window's profile says to what is said."""
        if passage.failed:
            return False
        edit = edit_between(passage.shown, wanted, self.removal)
        if not edit:
            return True
        if self.reaches_over_foreign(passage, wanted):
            self.refuse("what was typed of this phrase is not corrected: another key or button was pressed since")
            passage.failed = True
            return False
        passage.edited = self._inputs
        if not passage.shown:
            passage.begun = self._inputs
        typed: Typed | None = yield self._edit(edit.erase, edit.insert, passage.window, explicit)
        if typed is None or not typed.complete:
            passage.failed = True
            passage.stopped = typed.stopped_by if typed else None if passage.window else Stop.NO_FOCUS
        if typed is not None:
            passage.sent |= was_sent(typed)
            erased = min(len(typed.confirmed), edit.erase)
            units = removals(passage.shown, self.removal)
            kept = "".join(reversed(units[erased:]))
            passage.shown = kept + typed.confirmed[edit.erase :]
        return not passage.failed

    def reaches_over_foreign(self, passage: Passage, wanted: str) -> bool:
        """Whether the way to ``wanted`` would erase what somebody else may have typed since."""
        return passage.begun != self._inputs and edit_between(passage.shown, wanted, self.removal).erase > 0

    def record(self, passage: Passage, heard: str, after: Context | None) -> None:
        """Remember what the passage has left on the screen; ``after``: its context, None if it is not complete."""
        window, before, stands = passage.window, passage.before, passage.shown
        if stands or after is not None:
            entry = Entry(heard, stands, before, after or before.followed_by(stands))
            self._done(window, self.ledger.record(window, entry))
        if after is None and passage.sent:
            self.ledger.seal(window, reason=_STOPPED, lasting=True)
        elif stands and passage.begun != self._inputs:
            # Something of somebody else's may stand inside it or behind it.
            self.ledger.seal(window, caret_moved=passage.edited != self._inputs, reason=_FOREIGN)

    @inlineCallbacks
    def record_snippet(
        self, passage: Passage, heard: str, after: Context, tail: str
    ) -> Generator[Deferred[Any], Any, None]:
        """Remember the passage, which is complete, and move the caret back over ``tail``, its end.

        ``after``: the context in front of ``tail``, where the next words come. What stands on both sides of the caret
        can no longer be erased: BackSpaces would only reach what stands before it.
        """
        unmoved = after.followed_by(tail)
        if passage.profile.caret_keys == "off":
            where = f'in this window (profile "{passage.profile.name}")'
            self._listener.notice(f"the caret stays behind the snippet {where}")
            self.record(passage, heard, unmoved)
            return
        if passage.begun != self._inputs:
            self.refuse("the caret stays behind the snippet: another key or button was pressed since")
            self.record(passage, heard, unmoved)
            return
        if not (self.goes_left(passage.window, 1) and is_left_to_right(passage.shown)):
            self.refuse("the caret stays behind the snippet: something is written from right to left there")
            self.record(passage, heard, unmoved)
            return
        moves = len(removals(tail, self.removal))  # most applications pass by one Left what one BackSpace removes
        typed: Typed | None = yield self._type(0, CARET_LEFT * moves, passage.window)
        moved = typed is not None and typed.complete
        self.record(passage, heard, after if moved else unmoved if not (typed and typed.confirmed) else None)
        self.ledger.seal(passage.window, caret_moved=False, reason="the caret stands inside of it", lasting=True)

    @contextmanager
    def trusting(self, window: int, command: str) -> Iterator[None]:
        """Inside of the block what was open in ``window`` when it was sealed last is trusted, where otherwise nothing
        would be there for ``command``, one that corrects; afterwards no longer, so that it has to be asked for again.
        """
        ledger, reason = self.ledger, self.ledger.sealed_by(window)
        there = {"undo": ledger.last_step, "undo_correction": ledger.last_step, "redo": ledger.undone_step}
        reopened = there.get(command, ledger.last_open)(window) is None and ledger.reopen(window)
        try:
            yield
        finally:
            if reopened:
                ledger.seal(window, caret_moved=False, reason=reason)

    @contextmanager
    def hinting(self, hint: str) -> Iterator[None]:
        """Inside of the block ``hint`` is said behind each reason for a refusal: what can be done about it."""
        self._caret.hint = hint
        try:
            yield
        finally:
            self._caret.hint = ""

    # Corrections

    def open_text(self, window: int) -> OpenText:
        """What may be changed in ``window``: its end, as far as corrections look back."""
        entries = self.ledger.tail(window, LOOK_BACK)
        more = self.ledger.tail(window, len(text_of(entries)) + 1)
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
        text = text_of(self.ledger.tail(window, LOOK_BACK, sealed=True))
        return is_left_to_right(text[text.rfind("\n", 0, max(len(text) - count, 0)) + 1 :])

    def _corrects_by_caret(self, window: int, count: int) -> bool:
        return self._profile(window).caret_keys == "always" and self.goes_left(window, count)

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
            step = step_of(open_text, replace(change, text=clean_text(change.text)), heard)
        except (NotPossible, UnprintableText) as error:
            self.refuse(str(error))
            return False
        done: bool = yield self._turn(window, Turn(step), lambda: self.ledger.carry_out(window, step))
        return done

    @inlineCallbacks
    def undo(self, window: int, only_correction: bool = False) -> Generator[Deferred[Any], Any, bool]:
        """Take back what was done last in this window, if nothing else happened there since; whether it was done.

        ``only_correction``: not if that was no correction.
        """
        step = self.ledger.last_step(window)
        if step is None:
            self.refuse_to("undo", window)
            return False
        if only_correction and not step.correction:
            self.refuse("what was done last in this window is no correction that could be undone")
            return False
        done: bool = yield self._turn(window, Turn(step, back=True), lambda: self.ledger.undo(window))
        return done

    @inlineCallbacks
    def redo(self, window: int) -> Generator[Deferred[Any], Any, bool]:
        """Do again what was undone last in this window; whether it was done."""
        step = self.ledger.undone_step(window)
        if step is None:
            self.refuse_to("redo", window)
            return False
        done: bool = yield self._turn(window, Turn(step), lambda: self.ledger.redo(window))
        return done

    @inlineCallbacks
    def _turn(self, window: int, turn: Turn, follow: Callable[[], None]) -> Generator[Deferred[Any], Any, bool]:
        """Do a step on the screen, or take it back, then ``follow`` it in the ledger; whether it was done to its end.

        If not, the ledger has what stands there now.
        """
        step = turn.step.reversed if turn.back else turn.step
        # With something of what stands before: a character there may be one with the first that changes.
        least = sum(len(entry.typed) for entry in step.before) + 20
        tail = self.ledger.tail(window, least)
        lead = text_of(tail[: max(len(tail) - len(step.before), 0)])
        old = lead + text_of(step.before)
        new = lead + text_of(step.after)
        edit = edit_between(old, new, self.removal)
        if edit.erase and self._is_joined_before(old, edit.erase, (*tail, *step.before)):
            self.refuse("the first character that would be erased is one with what stands before it")
            return False
        if not edit:
            follow()
            self._done(window, *turn)
            return True
        by_caret = self._corrects_by_caret(window, len(text_of(step.before)))
        path = caret_path(old, new, self.removal) if by_caret else None
        if path is not None and len(path.start) < len(lead):
            path = None
        inputs = self._inputs
        # What others do meanwhile seals the ledger when it has followed the keys, not before.
        self._changing = True
        try:
            typed: Typed | None = yield (
                self._type(0, path.keys, window)
                if path is not None
                else self._edit(edit.erase, edit.insert, window)
            )
            if typed is None:
                return False
            if typed.complete:
                follow()
                self._done(window, *turn)
            elif was_sent(typed):
                if path is not None:
                    self._follow_caret(window, step, path.text_after(len(typed.confirmed))[len(lead) :])
                else:
                    self._follow_stopped(window, edit.erase, typed.confirmed)
                self.ledger.seal(window, reason=_STOPPED, lasting=True)
            return typed.complete
        finally:
            self._changing = False
            if inputs != self._inputs:
                self.ledger.seal(caret_moved=False, reason=_FOREIGN)
                self._caret_moved(window)

    # Keys and selections

    @inlineCallbacks
    def press(
        self, window: int, chords: Sequence[Chord], harmless: bool = False, context: Context | None = None
    ) -> Generator[Deferred[Any], Any, bool]:
        """Press keys in ``window`` for what they do there; whether all were confirmed.

        What is selected stays so until then. Nobody knows what the keys do, so nothing that was typed there before may
        be erased any more, unless they are ``harmless``: they change nothing, and the caret stays where it is.
        ``context``: what the next words are to be written for, if that can be guessed.
        """
        if reason := self._profile(window).forbids() if window else "":
            self.refuse(reason)
            return False
        typed: Typed | None = yield self._caret.press(chords, window)
        if typed is None:
            return False
        if was_sent(typed) and not (harmless and typed.complete):
            self._caret.forget(window)
            self.ledger.seal(window, reason=_PRESSED, context=context)
        return typed.complete

    @inlineCallbacks
    def move_back(self, window: int, place: int) -> Generator[Deferred[Any], Any, bool]:
        """Move the caret to ``place`` of the open text, whose end it stands behind; whether that has been done.

        What stands on both sides of it can no longer be erased.
        """
        open_text = self.open_text(window)
        moves = len(removals(open_text.text[place:], self.removal))
        typed: Typed | None = yield self._type(0, CARET_LEFT * moves, window)
        if typed is None:
            return False
        if typed.complete:
            self.ledger.seal(window, reason=_MOVED, context=open_text.context(place))
        elif was_sent(typed):
            self._lost(window)
        return typed.complete

    def has_selection(self, window: int | None = None) -> bool:
        """Whether something is selected by us in ``window``; None: in whichever."""
        selected = self._selected
        if selected is None or selected.selection != self._caret.selection_in(selected.selection.window):
            return False
        return window in (None, selected.selection.window)

    @inlineCallbacks
    def select(
        self, window: int, find: Callable[[OpenText], tuple[int, int]]
    ) -> Generator[Deferred[Any], Any, bool]:
        """Select what ``find`` finds in the open text, from where to where; whether that has been done."""
        if reason := self._profile(window).forbids() if window else "":
            self.refuse(reason)
            return False
        open_text = self.open_text(window)
        if not open_text.entries:
            self.refuse_to("select", window)
            return False
        text = open_text.text
        try:
            start, end = find(open_text)
            units = removals(text, self.removal)
            behind, reaching = (len(removals(text[place:], self.removal)) for place in (end, start))
            if sum(map(len, units[:behind])) != len(text) - end or sum(map(len, units[:reaching])) != len(text) - start:
                raise NotPossible("that begins or ends in the middle of a character")
            if not self.goes_left(window, len(text) - start):
                raise NotPossible("nothing is selected in a text that is written from right to left")
            if self._is_joined_before(text, reaching, open_text.entries):
                raise NotPossible("the first character of that is one with what stands before it")
        except NotPossible as error:
            self.refuse(str(error))
            return False
        if not (yield self._caret.select(window, behind, reaching - behind)):
            return False
        selection = self._caret.selection_in(window)
        if selection is not None:
            self._selected = Selected(selection, open_text.entries, start, end)
        return True

    def _lost(self, window: int) -> None:
        self.ledger.seal(window, reason=_STOPPED, lasting=True)

    def _is_joined_before(self, text: str, erase: int, entries: Sequence[Entry]) -> bool:
        """Whether erasing all of ``text``, the open one, would take a character with it that stands before that."""
        units = removals(text, self.removal)
        before = entries[0].before.before
        if erase < len(units) or not before:
            return False
        return len(removals(before + text, self.removal)) < len(removals(before, self.removal)) + len(units)

    def _follow_stopped(self, window: int, erase: int, confirmed: str) -> None:
        """Follow in the ledger an edit that ended early."""
        self.ledger.backspace(window, min(len(confirmed), erase), self.removal)
        if text := confirmed[erase:]:
            before = self.ledger.context(window)
            self.ledger.record(window, Entry("", text, before, before.followed_by(text)))

    def _done(self, window: int, step: Step, back: bool = False) -> None:
        outcome = self._caret.outcome
        self._caret.outcome = replace(outcome, window=window, turns=(*outcome.turns, Turn(step, back)))

    def _follow_caret(self, window: int, step: Step, text: str) -> None:
        """Follow a step that has come as far as ``text``."""
        before = step.before[0].before
        heard = " ".join(filter(None, (entry.heard for entry in step.before)))
        stands = (Entry(heard, text, before, before.followed_by(text)),) if text else ()
        self.ledger.carry_out(window, Step(step.before, stands))

    def refuse_to(self, deed: str, window: int) -> None:
        """Nothing is open that it could be done to."""
        reason = self.ledger.sealed_by(window)
        why = f": {reason}" if reason else ""
        self.refuse(f"there is nothing to {deed} that WinDictator typed last in this window{why}")
        sealing = self.ledger.sealing(window)
        if sealing is not None:
            trusted = {"undo": sealing.done, "redo": sealing.undone}.get(deed, sealing.size)
            self._caret.outcome = replace(self._caret.outcome, forcible=bool(trusted))

    def refuse(self, reason: str) -> None:
        """Something is not carried out."""
        self._caret.refuse(reason)

    def _edit(self, erase: int, insert: str, window: int, explicit: bool = False) -> Deferred[Typed | None]:
        """BackSpaces, then text; None where it was refused before the first key."""
        try:
            text = clean_text(insert)
        except UnprintableText as error:
            self.refuse(str(error))
            return succeed(None)
        return self._type(erase, text, window, explicit)

    def _type(self, erase: int, text: str, window: int, explicit: bool = False) -> Deferred[Typed | None]:
        """Likewise; ``text`` may have keys in it that move the caret."""
        # Here, because all that is ever typed comes by: what a profile forbids cannot be overlooked elsewhere.
        if reason := "" if explicit or not window else self._profile(window).forbids(text):
            self.refuse(reason)
            return succeed(None)
        return self._caret.type(erase, text, window)
