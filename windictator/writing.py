"""Brings the text of an utterance onto the screen, corrects it there, takes it back; keeps the ledger.

Everything is one operation: the text that stands there for an utterance against the text that should stand there.
``edit_between`` gives the BackSpaces and the insertion that lead from one to the other.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from twisted.internet.defer import Deferred, inlineCallbacks

from windictator.caret import Outcome, TextTypist, was_sent
from windictator.correcting import Corrector, erased_from, why_changeable
from windictator.keyboard.chord import Chord
from windictator.ports import Listener, NoReply, SelectedText, Stop, Typed
from windictator.profile import DEFAULT_PROFILE, Profile
from windictator.screen import FOREIGN, STOPPED, ProfileOf, Screen, no_profiles
from windictator.text.caret_path import CARET_LEFT, is_left_to_right
from windictator.text.context_adjust import Context
from windictator.text.edit import Removal, passes, removals
from windictator.text.history import Entry, Ledger
from windictator.text.line_breaks import in_line_breaks

_PRESSED = "keys were pressed there by command since"


@dataclass(slots=True)
class Passage:
    """The text of one utterance on the screen. ``window``: where it began. ``before``: what it stands behind.

    ``shown``: what stands there. ``begun``, ``edited``: how often others had pressed something when it began to be
    typed, and when it was edited last. ``failed``: nothing more of it can be typed; ``stopped``: what typing ended by.
    ``sent``: whether any key was sent for it. ``doubt``: why what stands there may be something else, "" where it may
    not. ``profile``: its window's, as it began. ``is_unknown``: the X server did not tell in which window.
    """

    window: int
    before: Context
    shown: str = ""
    begun: int = 0
    edited: int = 0
    failed: bool = False
    sent: bool = False
    doubt: str = ""
    stopped: Stop | None = None
    profile: Profile = DEFAULT_PROFILE
    is_unknown: bool = False

    @property
    def is_private(self) -> bool:
        """Return True if what is said there must not be told: to a manager of passwords, or to what may be one."""
        return self.is_unknown or not self.profile.enabled


class Writer:
    """Writes passages in windows, presses keys there. ``screen``: where, from the arguments: see there."""

    def __init__(
        self,
        typist: TextTypist,
        focused: Callable[[], Deferred[int]],
        ledger: Ledger,
        listener: Listener,
        removal: Removal,
        profile_of: ProfileOf = no_profiles,
        selected: SelectedText | None = None,
    ) -> None:
        self._listener = listener
        self.screen = Screen(typist, focused, ledger, listener, removal, profile_of, selected)
        self.corrector = Corrector(self.screen)

    @property
    def keys(self) -> int:
        """Key events confirmed so far."""
        return self.screen.caret.keys

    @property
    def refusals(self) -> int:
        """How often something was not carried out."""
        return self.screen.caret.refusals

    @property
    def stopped(self) -> Typed | None:
        """The last typing that ended early."""
        return self.screen.caret.stopped

    def take_outcome(self, window: int = 0, shown: str = "") -> Outcome:
        """What has come of everything since this was last asked. ``shown``: what stood in ``window`` for it then, and
        counts as typed by it as far as it has not been erased."""
        outcome = self.screen.caret.take_outcome()
        if not shown:
            return outcome
        units = removals(shown, self.screen.removal_in(window))
        kept = "".join(reversed(units[outcome.erased :]))
        erased = max(outcome.erased - len(units), 0)
        text = in_line_breaks(kept) + outcome.text
        return replace(outcome, text=text, erased=erased, window=outcome.window or window)

    @inlineCallbacks
    def begin(self) -> Generator[Deferred[Any], Any, Passage]:
        """A passage in the window that has the focus; where the X server does not tell which, one that has failed."""
        try:
            window: int = yield self.screen.look()
        except NoReply as silent:
            self.refuse(f"nothing was typed: {silent}")
            return Passage(
                0, self.screen.ledger.context(0), failed=True, stopped=Stop.TIMEOUT, is_unknown=True
            )
        return Passage(window, self.screen.ledger.context(window), profile=self.screen.profile(window))

    def before(self, passage: Passage) -> Context:
        """What the passage stands behind: as it was when it began to be typed."""
        if not passage.shown:
            passage.before = self.screen.context(passage.window)
        return passage.before

    @inlineCallbacks
    def show(
        self, passage: Passage, wanted: str, explicit: bool = False
    ) -> Generator[Deferred[Any], Any, bool]:
        """Turn what the passage shows into ``wanted``; whether all of it was confirmed. ``explicit``: nobody has said
        it, somebody has given this very text, whatever the window's profile says to what is said."""
        if passage.failed:
            return False
        edit = self.screen.edit_between(passage.window, passage.shown, wanted)
        if not edit:
            return True
        if self.reaches_over_foreign(passage, wanted):
            self.refuse(f"what was typed of this phrase is not corrected: {FOREIGN}")
            passage.failed = True
            return False
        if not self.screen.may_erase(edit.erase, passage.shown, passage.window):
            passage.failed = True
            return False
        start = erased_from(passage.shown, edit.erase, self.screen.removal_in(passage.window))
        counted = edit.erase and not self.screen.checks(passage.window)
        if counted and (reason := why_changeable(passage.profile, passage.shown, start)):
            self.refuse(reason)
            passage.failed = True
            return False
        passage.edited = self.screen.inputs
        if not passage.shown:
            passage.begun = self.screen.inputs
        self.screen.doubt = ""
        typed: Typed | None = yield self.screen.edit(edit, passage.window, explicit)
        passage.doubt = self.screen.doubt
        if typed is None or not typed.complete:
            passage.failed = True
            passage.stopped = typed.stopped_by if typed else None if passage.window else Stop.NO_FOCUS
        if typed is not None:
            passage.sent |= was_sent(typed)
            erased = min(len(typed.confirmed), edit.erase)
            units = removals(passage.shown, self.screen.removal_in(passage.window))
            kept = "".join(reversed(units[erased:]))
            passage.shown = kept + typed.confirmed[edit.erase :]
        return not passage.failed

    def reaches_over_foreign(self, passage: Passage, wanted: str) -> bool:
        """Whether the way to ``wanted`` would erase what somebody else may have typed since."""
        edit = self.screen.edit_between(passage.window, passage.shown, wanted)
        return passage.begun != self.screen.inputs and edit.erase > 0

    def record(self, passage: Passage, heard: str, after: Context | None) -> None:
        """Remember what the passage has left on the screen; ``after``: its context, None if it is not complete."""
        window, before, stands = passage.window, passage.before, passage.shown
        if stands or after is not None:
            entry = Entry(heard, stands, before, after or before.followed_by(stands))
            self.screen.done(window, self.screen.ledger.record(window, entry))
        if after is None and passage.sent:
            self.screen.ledger.seal(
                window, caret_moved=not passage.doubt, reason=passage.doubt or STOPPED, lasting=True
            )
        elif stands and passage.begun != self.screen.inputs:
            # Something of somebody else's may stand inside it or behind it.
            self.screen.ledger.seal(window, caret_moved=passage.edited != self.screen.inputs, reason=FOREIGN)

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
        if passage.begun != self.screen.inputs:
            self.refuse("the caret stays behind the snippet: another key or button was pressed since")
            self.record(passage, heard, unmoved)
            return
        if not (self.corrector.goes_left(passage.window, 1) and is_left_to_right(passage.shown)):
            self.refuse("the caret stays behind the snippet: something is written from right to left there")
            self.record(passage, heard, unmoved)
            return
        if not (yield self.screen.confirm(passage.window, tail)):
            self.record(passage, heard, None)
            return
        moves = len(passes(tail, self.screen.removal_in(passage.window)))
        typed: Typed | None = yield self.screen.type_keys(CARET_LEFT * moves, passage.window)
        moved = typed is not None and typed.complete
        self.record(passage, heard, after if moved else unmoved if not (typed and typed.confirmed) else None)
        ledger = self.screen.ledger
        ledger.seal(passage.window, caret_moved=False, reason="the caret stands inside of it", lasting=True)

    @inlineCallbacks
    def press(
        self, window: int, chords: Sequence[Chord], harmless: bool = False, context: Context | None = None
    ) -> Generator[Deferred[Any], Any, bool]:
        """Press keys in ``window`` for what they do there; whether all were confirmed.

        What is selected stays so until then. Nobody knows what the keys do, so nothing that was typed there before may
        be erased any more, unless they are ``harmless``: they change nothing, and the caret stays where it is.
        ``context``: what the next words are to be written for, if that can be guessed.
        """
        if reason := self.screen.profile(window).forbids() if window else "":
            self.refuse(reason)
            return False
        typed: Typed | None = yield self.screen.caret.press(chords, window)
        if typed is None:
            return False
        if was_sent(typed) and not (harmless and typed.complete):
            self.screen.caret.forget(window)
            self.screen.ledger.seal(window, reason=_PRESSED, context=context)
        return typed.complete

    @contextmanager
    def hinting(self, hint: str) -> Iterator[None]:
        """Inside of the block ``hint`` is said behind each reason for a refusal: what can be done about it."""
        self.screen.caret.hint = hint
        try:
            yield
        finally:
            self.screen.caret.hint = ""

    @property
    def attempts(self) -> int:
        """Number of times that the typist was asked to type or press something."""
        return self.screen.caret.attempts

    def give_up(self, passage: Passage | None, reason: str) -> None:
        """Stop following work whose keys may have done anything in the window used last.

        What ``passage`` shows is remembered; the text in that window can no longer be erased, because of ``reason``.
        """
        if passage is not None and passage.shown:
            self.record(passage, passage.shown, None)
        self.screen.ledger.seal(self.screen.window, reason=reason, lasting=True)

    def refuse(self, reason: str) -> None:
        """Something is not carried out."""
        self.screen.caret.refuse(reason)
