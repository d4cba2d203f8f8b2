"""What stands on the screen, as far as it was typed here, and the keys that change it.

The ledger knows the text, the caret the keys; others who press keys or click, and the profiles of windows, have a say
in both. All that is ever typed or pressed comes by here.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from twisted.internet.defer import Deferred, inlineCallbacks, succeed

from windictator.dictation.caret import Caret, TypingPort
from windictator.dictation.erasing import Eraser
from windictator.dictation.events import OnEvent
from windictator.dictation.focus_tracker import FocusTracker
from windictator.dictation.interfaces import SelectedText
from windictator.dictation.profile import DEFAULT_PROFILE, Profile
from windictator.dictation.text_status import StepChange
from windictator.keyboard.chord import KeyCombination, parse_combination
from windictator.text.context_adjust import Context
from windictator.text.cursor_edit import CursorEdit
from windictator.text.edit import BackspaceUnit, Edit, backspace_units, edit_between, has_certain_units
from windictator.text.ledger import Ledger, Step
from windictator.text.line_breaks import PARAGRAPH, has_line_break
from windictator.text.normalise import UnprintableTextError, normalise_dictated_text, normalise_text
from windictator.typist.interfaces import UserInput
from windictator.typist.result import StopReason, TypingResult

TYPING_STOPPED = "typing there was stopped half way"
"""Why a text may no longer be erased."""
USER_INPUT = "another key or button was pressed since"
"""Likewise."""
#: Wheel "buttons": they scroll, neither the caret nor the focus moves.
_WHEEL_BUTTONS = range(4, 8)
_ALT_MASK, _SUPER_MASK = 8, 64
#: Tab, and the key above it: keycodes are those of evdev (linux/input-event-codes.h) and 8 on X servers of today.
_TAB_KEYS = (23, 49)
#: Windows whose profiles are remembered: of the one that is used, and of those left in the middle of an utterance.
_MAX_PROFILES = 64


def _switches_windows(user_input: UserInput) -> bool:
    """Whether a key is the window manager's as a rule: Alt with Tab, Super with any. Carets stay where they are."""
    if user_input.kind != "key":
        return False
    return bool(user_input.state & _SUPER_MASK) or (bool(user_input.state & _ALT_MASK) and user_input.code in _TAB_KEYS)


ProfileOf = Callable[[int], Deferred[Profile]]
"""Fires with the profile of a window as it is now."""


def no_profiles(_window: int) -> Deferred[Profile]:
    """Where all windows are alike."""
    return succeed(DEFAULT_PROFILE)


def line_end_keys(profile: Profile) -> Mapping[str, KeyCombination] | None:
    """Return the keys that break a line and begin a paragraph in a window; None where Return does both."""
    keys = {} if profile.return_is_plain else {"\n": parse_combination(profile.line_break_key)}
    if profile.paragraph_key:
        keys[PARAGRAPH] = parse_combination(profile.paragraph_key)
    return keys or None


class Screen:
    """``typist``: types. ``focused``: fires with the window that has the focus, 0 for none. ``ledger``: what was typed.
    ``listener``: is told what was done and what was refused. ``removal``: what one BackSpace removes. ``profile_of``:
    gives the profile of a window. ``selected``: reads what is to be erased; None: BackSpaces are counted everywhere.
    """

    def __init__(
        self,
        typist: TypingPort,
        focused: Callable[[], Deferred[int]],
        ledger: Ledger,
        on_event: OnEvent,
        backspace_unit: BackspaceUnit,
        profile_of: ProfileOf,
        selected_text: SelectedText | None = None,
    ) -> None:
        self._profile_of = profile_of
        self._focused = focused
        self._profiles: dict[int, Profile] = {}
        self._focus_tracker = FocusTracker(focused, self._tracks_carets, self._caret_moved)
        self._is_deferring_freeze = False
        self.caret = Caret(typist, on_event, self.text_unknown, lambda window: self.profile(window).keeps_selections)
        self.eraser: Eraser | None = None
        if selected_text is not None:
            self.eraser = Eraser(self.caret, selected_text, self.report_mismatch, self.backspace_unit_in)
        self.ledger = ledger
        self.backspace_unit = backspace_unit
        """What one BackSpace removes, where nothing else is known of a window."""
        self.input_count = 0
        """How often others have pressed something."""
        self.window = 0
        """The window used last."""
        self.mismatch_reason = ""
        """Why what was typed last is not to be erased; set by ``differs``."""

    def user_input(self, user_input: UserInput) -> None:
        """Somebody else pressed a key or clicked: what stands in the windows may no longer be erased."""
        if user_input.pressed and not (user_input.kind == "button" and user_input.code in _WHEEL_BUTTONS):
            self.input_count += 1
            if not self._is_deferring_freeze:
                self.ledger.seal(caret_moved=False, reason=USER_INPUT)
            if not _switches_windows(user_input):
                self.caret.input_count += 1
                self._focus_tracker.user_input(user_input)

    def _tracks_carets(self) -> bool:
        return self.ledger.has_known_context or self.caret.has_moved

    def _caret_moved(self, window: int) -> None:
        """By the user, who has typed or clicked there."""
        self.ledger.caret_moved(window)
        if self.caret.selection_in(window) is not None and not self.ledger.last_editable(window):
            self.caret.forget(window)
            self.ledger.seal(window, reason=USER_INPUT, permanent=True)  # what was selected may have been replaced

    def forget_windows(self) -> None:
        """The display has gone and its windows with it: their ids may come back for others."""
        self.window = 0
        self._profiles.clear()
        self.caret.forget()
        self.ledger.forget()

    def forget_window(self, window: int) -> None:
        """Forget a window that is gone."""
        if self.window == window:
            self.window = 0
        self._profiles.pop(window, None)
        self.caret.forget(window)
        self.ledger.forget(window)

    def stop(self, reason: StopReason) -> None:
        """End the typing under way."""
        self.caret.stop(reason)

    @inlineCallbacks
    def refresh_focus(self) -> Generator[Deferred[Any], Any, int]:
        """Something is going to be done in the window that has the focus; fires with it."""
        window: int = yield self._focused()
        profile: Profile = (yield self._profile_of(window)) if window else DEFAULT_PROFILE
        self._profiles.pop(window, None)
        self._profiles[window] = profile
        if len(self._profiles) > _MAX_PROFILES:
            del self._profiles[next(iter(self._profiles))]
        self._focus_tracker.focused(window)
        self.caret.mark_unmoved(window)
        if self.window and window != self.window:
            self.ledger.seal(self.window, caret_moved=False, reason="another window was used since")
        self.window = window
        return window

    def profile(self, window: int) -> Profile:
        """As it was when something began there last."""
        return self._profiles.get(window, DEFAULT_PROFILE)

    def backspace_unit_in(self, window: int) -> BackspaceUnit:
        """What one BackSpace removes in ``window``."""
        known = self.profile(window).backspace_removes
        return self.backspace_unit if known is None else BackspaceUnit(known)

    def may_erase(self, erase: int, text: str, window: int) -> bool:
        """Whether it is known what so many BackSpaces remove of ``text``; refuses otherwise. Where text is read before
        it is erased, that does not matter."""
        removal = self.backspace_unit_in(window)
        if (
            not erase
            or self.checks_before_erasing(window)
            or has_certain_units("".join(backspace_units(text, removal)[: erase + 1]), removal)
        ):
            return True
        self.refuse("what was typed is not erased: how this application removes emoji of several parts is not known")
        return False

    def context(self, window: int) -> Context:
        """What the next word in ``window`` has before it, as far as that is known."""
        self._focus_tracker.focused(window)  # what was pressed since it was asked last
        return self.ledger.context(window)

    @contextmanager
    def deferring_freeze(self, window: int) -> Iterator[None]:
        """Inside of the block what others do seals the ledger at its end, not before: when it has followed the keys."""
        inputs = self.input_count
        self._is_deferring_freeze = True
        try:
            yield
        finally:
            self._is_deferring_freeze = False
            if inputs != self.input_count:
                self.ledger.seal(caret_moved=False, reason=USER_INPUT)
                self._caret_moved(window)

    def checks_before_erasing(self, window: int) -> bool:
        """Whether what is erased in ``window`` is read before."""
        return self.eraser is not None and bool(window) and self.profile(window).checks_before_erasing

    def edit_between(self, window: int, before: str, after: str) -> Edit:
        """Return the edit at the caret of ``window`` that leads from one text to the other."""
        return edit_between(
            before, after, self.backspace_unit_in(window), selectable=self.checks_before_erasing(window)
        )

    def edit(self, edit: Edit, window: int, bypass_profile: bool = False) -> Deferred[TypingResult | None]:
        """BackSpaces, then text; None where it was refused before the first key."""
        try:
            text = normalise_text(edit.insert) if bypass_profile else normalise_dictated_text(edit.insert)
        except UnprintableTextError as error:
            self.refuse(str(error))
            return succeed(None)
        if self._refuse_forbidden(window, text, edit.erase, bypass_profile):
            return succeed(None)
        keys = None if bypass_profile else self._line_end_keys(window, text)
        if edit.erase and self.eraser is not None and self.checks_before_erasing(window):
            return self.eraser.replace(window, edit, text, keys)
        return self.caret.type(edit.erase, text, window, keys)

    def edit_by_caret(self, path: CursorEdit, window: int) -> Deferred[TypingResult | None]:
        """The same in the middle of what was typed, by keys that move the caret there and back."""
        if self._refuse_forbidden(window, path.keys, path.erase):
            return succeed(None)
        keys = self._line_end_keys(window, path.insert)
        if self.eraser is not None and self.checks_before_erasing(window):
            return self.eraser.replace_by_caret(window, path, keys)
        return self.caret.type(0, path.keys, window, keys)

    def type_keys(self, keys: str, window: int) -> Deferred[TypingResult | None]:
        """Type text that has keys in it that move the caret, and erases nothing; None where it was refused."""
        if self._refuse_forbidden(window, keys):
            return succeed(None)
        return self.caret.type(0, keys, window, self._line_end_keys(window, keys))

    def _line_end_keys(self, window: int, text: str) -> Mapping[str, KeyCombination] | None:
        """Return the keys that end lines in ``window``, None where Return does or ``text`` is one line."""
        return line_end_keys(self.profile(window)) if window and has_line_break(text) else None

    def _refuse_forbidden(self, window: int, text: str, erase: int = 0, bypass_profile: bool = False) -> bool:
        """Whether the profile of ``window`` forbids to type that there, which has been refused then."""
        # Here, because all that is ever typed comes by: what a profile forbids cannot be overlooked elsewhere.
        profile = self.profile(window) if window else DEFAULT_PROFILE
        reason = "" if bypass_profile else profile.refusal_for(text)
        if erase and profile.erase == "refuse":
            reason = reason or f'nothing is erased in this window (profile "{profile.name}")'
        if reason:
            self.refuse(reason)
        return bool(reason)

    @inlineCallbacks
    def confirm(self, window: int, text: str) -> Generator[Deferred[Any], Any, bool]:
        """Whether ``text`` is before the caret of ``window``, as far as that can be read there; if not, it has been
        refused."""
        if self.eraser is None or not self.checks_before_erasing(window) or not text:
            return True
        return bool((yield self.eraser.confirm(window, text)))

    def report_mismatch(self, window: int, reason: str) -> None:
        """What stands before the caret of ``window`` is not what was typed, or cannot be read."""
        self.mismatch_reason = reason
        self.ledger.seal(window, caret_moved=False, reason=reason, permanent=True)

    def text_unknown(self, window: int) -> None:
        """Keys were sent of which nobody knows what they did: what stands there is not known any more."""
        self.ledger.seal(window, reason=TYPING_STOPPED, permanent=True)

    def step_recorded(self, window: int, step: Step, undone: bool = False) -> None:
        """A step was done, or taken back."""
        outcome = self.caret.result
        self.caret.result = replace(outcome, window=window, turns=(*outcome.turns, StepChange(step, undone)))

    def refuse(self, reason: str) -> None:
        """Something is not carried out."""
        self.caret.refuse(reason)
