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

from windictator.dictation.caret import CommandResult, TypingPort, may_have_reached_window
from windictator.dictation.correcting import Corrector, autocorrection_refusal, erase_start
from windictator.dictation.events import Notice, OnEvent
from windictator.dictation.interfaces import SelectedText
from windictator.dictation.profile import DEFAULT_PROFILE, Profile
from windictator.dictation.screen import TYPING_STOPPED, USER_INPUT, ProfileOf, Screen, no_profiles
from windictator.keyboard.chord import KeyCombination
from windictator.text.context_adjust import Context
from windictator.text.cursor_edit import CARET_LEFT, is_left_to_right
from windictator.text.edit import BackspaceUnit, backspace_units, cursor_units
from windictator.text.ledger import Entry, Ledger
from windictator.text.line_breaks import in_line_breaks
from windictator.typist.result import StopReason, TypingResult

_PRESSED_BY_COMMAND = "keys were pressed there by command since"


@dataclass(slots=True)
class LiveText:
    """The text of one utterance on the screen. ``window``: where it began. ``before``: what it stands behind.

    ``shown``: what stands there. ``begun``, ``edited``: how often others had pressed something when it began to be
    typed, and when it was edited last. ``failed``: nothing more of it can be typed; ``stopped``: what typing ended by.
    ``sent``: whether any key was sent for it. ``doubt``: why what stands there may be something else, "" where it may
    not. ``profile``: its window's, as it began.
    """

    window: int
    context_before: Context
    text: str = ""
    input_count_at_start: int = 0
    input_count_at_edit: int = 0
    has_failed: bool = False
    any_key_sent: bool = False
    mismatch_reason: str = ""
    stopped: StopReason | None = None
    profile: Profile = DEFAULT_PROFILE


class Editor:
    """Writes passages in windows, presses keys there. ``screen``: where, from the arguments: see there."""

    def __init__(
        self,
        typist: TypingPort,
        focused: Callable[[], Deferred[int]],
        ledger: Ledger,
        on_event: OnEvent,
        backspace_unit: BackspaceUnit,
        profile_of: ProfileOf = no_profiles,
        selected_text: SelectedText | None = None,
    ) -> None:
        self._on_event = on_event
        self.screen = Screen(typist, focused, ledger, on_event, backspace_unit, profile_of, selected_text)
        self.corrector = Corrector(self.screen)

    @property
    def key_event_count(self) -> int:
        """Key events confirmed so far."""
        return self.screen.caret.key_event_count

    @property
    def refusal_count(self) -> int:
        """How often something was not carried out."""
        return self.screen.caret.refusal_count

    @property
    def stopped(self) -> TypingResult | None:
        """The last typing that ended early."""
        return self.screen.caret.stopped

    def take_result(self, window: int = 0, shown: str = "") -> CommandResult:
        """What has come of everything since this was last asked. ``shown``: what stood in ``window`` for it then, and
        counts as typed by it as far as it has not been erased."""
        outcome = self.screen.caret.take_result()
        if not shown:
            return outcome
        units = backspace_units(shown, self.screen.backspace_unit_in(window))
        kept = "".join(reversed(units[outcome.erased :]))
        erased = max(outcome.erased - len(units), 0)
        text = in_line_breaks(kept) + outcome.text
        return replace(outcome, text=text, erased=erased, window=outcome.window or window)

    @inlineCallbacks
    def start_utterance(self) -> Generator[Deferred[Any], Any, LiveText]:
        """A passage in the window that has the focus."""
        window: int = yield self.screen.refresh_focus()
        return LiveText(window, self.screen.ledger.context(window), profile=self.screen.profile(window))

    def context_before(self, live_text: LiveText) -> Context:
        """What the passage stands behind: as it was when it began to be typed."""
        if not live_text.text:
            live_text.context_before = self.screen.context(live_text.window)
        return live_text.context_before

    @inlineCallbacks
    def update(
        self, live_text: LiveText, wanted: str, bypass_profile: bool = False
    ) -> Generator[Deferred[Any], Any, bool]:
        """Turn what the passage shows into ``wanted``; whether all of it was confirmed. ``explicit``: nobody has said
        it, somebody has given this very text, whatever the window's profile says to what is said."""
        if live_text.has_failed:
            return False
        edit = self.screen.edit_between(live_text.window, live_text.text, wanted)
        if not edit:
            return True
        if self.would_erase_user_input(live_text, wanted):
            self.refuse(f"what was typed of this phrase is not corrected: {USER_INPUT}")
            live_text.has_failed = True
            return False
        if not self.screen.may_erase(edit.erase, live_text.text, live_text.window):
            live_text.has_failed = True
            return False
        start = erase_start(live_text.text, edit.erase, self.screen.backspace_unit_in(live_text.window))
        counted = edit.erase and not self.screen.checks_before_erasing(live_text.window)
        if counted and (reason := autocorrection_refusal(live_text.profile, live_text.text, start)):
            self.refuse(reason)
            live_text.has_failed = True
            return False
        live_text.input_count_at_edit = self.screen.input_count
        if not live_text.text:
            live_text.input_count_at_start = self.screen.input_count
        self.screen.mismatch_reason = ""
        typed: TypingResult | None = yield self.screen.edit(edit, live_text.window, bypass_profile)
        live_text.mismatch_reason = self.screen.mismatch_reason
        if typed is None or not typed.complete:
            live_text.has_failed = True
            live_text.stopped = typed.stopped_by if typed else None if live_text.window else StopReason.NO_FOCUS
        if typed is not None:
            live_text.any_key_sent |= may_have_reached_window(typed)
            erased = min(len(typed.confirmed), edit.erase)
            units = backspace_units(live_text.text, self.screen.backspace_unit_in(live_text.window))
            kept = "".join(reversed(units[erased:]))
            live_text.text = kept + typed.confirmed[edit.erase :]
        return not live_text.has_failed

    def would_erase_user_input(self, live_text: LiveText, wanted: str) -> bool:
        """Whether the way to ``wanted`` would erase what somebody else may have typed since."""
        edit = self.screen.edit_between(live_text.window, live_text.text, wanted)
        return live_text.input_count_at_start != self.screen.input_count and edit.erase > 0

    def record(self, live_text: LiveText, transcript: str, after: Context | None) -> None:
        """Remember what the passage has left on the screen; ``after``: its context, None if it is not complete."""
        window, before, stands = live_text.window, live_text.context_before, live_text.text
        if stands or after is not None:
            entry = Entry(transcript, stands, before, after or before.followed_by(stands))
            self.screen.step_recorded(window, self.screen.ledger.record(window, entry))
        if after is None and live_text.any_key_sent:
            self.screen.ledger.seal(
                window,
                caret_moved=not live_text.mismatch_reason,
                reason=live_text.mismatch_reason or TYPING_STOPPED,
                permanent=True,
            )
        elif stands and live_text.input_count_at_start != self.screen.input_count:
            # Something of somebody else's may stand inside it or behind it.
            self.screen.ledger.seal(
                window, caret_moved=live_text.input_count_at_edit != self.screen.input_count, reason=USER_INPUT
            )

    @inlineCallbacks
    def record_snippet(
        self, live_text: LiveText, transcript: str, after: Context, tail: str
    ) -> Generator[Deferred[Any], Any, None]:
        """Remember the passage, which is complete, and move the caret back over ``tail``, its end.

        ``after``: the context in front of ``tail``, where the next words come. What stands on both sides of the caret
        can no longer be erased: BackSpaces would only reach what stands before it.
        """
        unmoved = after.followed_by(tail)
        if live_text.profile.caret_keys == "off":
            where = f'in this window (profile "{live_text.profile.name}")'
            self._on_event(Notice(f"the caret stays behind the snippet {where}"))
            self.record(live_text, transcript, unmoved)
            return
        if live_text.input_count_at_start != self.screen.input_count:
            self.refuse("the caret stays behind the snippet: another key or button was pressed since")
            self.record(live_text, transcript, unmoved)
            return
        if not (self.corrector.left_key_is_reliable(live_text.window, 1) and is_left_to_right(live_text.text)):
            self.refuse("the caret stays behind the snippet: something is written from right to left there")
            self.record(live_text, transcript, unmoved)
            return
        if not (yield self.screen.confirm(live_text.window, tail)):
            self.record(live_text, transcript, None)
            return
        moves = len(cursor_units(tail, self.screen.backspace_unit_in(live_text.window)))
        typed: TypingResult | None = yield self.screen.type_keys(CARET_LEFT * moves, live_text.window)
        moved = typed is not None and typed.complete
        self.record(live_text, transcript, after if moved else unmoved if not (typed and typed.confirmed) else None)
        ledger = self.screen.ledger
        ledger.seal(live_text.window, caret_moved=False, reason="the caret stands inside of it", permanent=True)

    @inlineCallbacks
    def press(
        self, window: int, chords: Sequence[KeyCombination], keeps_text: bool = False, context: Context | None = None
    ) -> Generator[Deferred[Any], Any, bool]:
        """Press keys in ``window`` for what they do there; whether all were confirmed.

        What is selected stays so until then. Nobody knows what the keys do, so nothing that was typed there before may
        be erased any more, unless they are ``harmless``: they change nothing, and the caret stays where it is.
        ``context``: what the next words are to be written for, if that can be guessed.
        """
        if reason := self.screen.profile(window).refusal_for() if window else "":
            self.refuse(reason)
            return False
        typed: TypingResult | None = yield self.screen.caret.press(chords, window)
        if typed is None:
            return False
        if may_have_reached_window(typed) and not (keeps_text and typed.complete):
            self.screen.caret.forget(window)
            self.screen.ledger.seal(window, reason=_PRESSED_BY_COMMAND, context=context)
        return typed.complete

    @contextmanager
    def with_remedy(self, remedy: str) -> Iterator[None]:
        """Inside of the block ``hint`` is said behind each reason for a refusal: what can be done about it."""
        self.screen.caret.remedy = remedy
        try:
            yield
        finally:
            self.screen.caret.remedy = ""

    @property
    def attempt_count(self) -> int:
        """Number of times that the typist was asked to type or press something."""
        return self.screen.caret.attempt_count

    def give_up(self, live_text: LiveText | None, reason: str) -> None:
        """Stop following work whose keys may have done anything in the window used last.

        What ``passage`` shows is remembered; the text in that window can no longer be erased, because of ``reason``.
        """
        if live_text is not None and live_text.text:
            self.record(live_text, live_text.text, None)
        self.screen.ledger.seal(self.screen.window, reason=reason, permanent=True)

    def refuse(self, reason: str) -> None:
        """Something is not carried out."""
        self.screen.caret.refuse(reason)
