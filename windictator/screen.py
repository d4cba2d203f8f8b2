"""What stands on the screen, as far as it was typed here, and the keys that change it.

The ledger knows the text, the caret the keys; others who press keys or click, and the profiles of windows, have a say
in both. All that is ever typed or pressed comes by here.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from twisted.internet.defer import Deferred, inlineCallbacks, succeed

from windictator.caret import Caret, TextTypist
from windictator.ports import ForeignInput, Listener, Stop, Typed
from windictator.profile import DEFAULT_PROFILE, Profile
from windictator.text.clean import UnprintableText, clean_text
from windictator.text.context_adjust import Context
from windictator.text.edit import Removal
from windictator.text.fates import Turn
from windictator.text.history import Ledger, Step
from windictator.whereabouts import Whereabouts

STOPPED = "typing there was stopped half way"
"""Why a text may no longer be erased."""
FOREIGN = "another key or button was pressed since"
"""Likewise."""
#: Wheel "buttons": they scroll, neither the caret nor the focus moves.
_WHEEL = range(4, 8)
_ALT, _SUPER = 8, 64
#: Tab, and the key above it: keycodes are those of evdev (linux/input-event-codes.h) and 8 on X servers of today.
_TAB_KEYS = (23, 49)
#: Windows whose profiles are remembered: of the one that is used, and of those left in the middle of an utterance.
_MOST_PROFILES = 64




def _switches_windows(foreign: ForeignInput) -> bool:
    """Whether a key is the window manager's as a rule: Alt with Tab, Super with any. Carets stay where they are."""
    if foreign.kind != "key":
        return False
    return bool(foreign.state & _SUPER) or (bool(foreign.state & _ALT) and foreign.code in _TAB_KEYS)


ProfileOf = Callable[[int], Deferred[Profile]]
"""Fires with the profile of a window as it is now."""


def no_profiles(_window: int) -> Deferred[Profile]:
    """Where all windows are alike."""
    return succeed(DEFAULT_PROFILE)


class Screen:
    """``typist``: types. ``focused``: fires with the window that has the focus, 0 for none. ``ledger``: what was typed.
    ``listener``: is told what was done and what was refused. ``removal``: what one BackSpace removes. ``profile_of``:
    gives the profile of a window.
    """

    def __init__(
        self,
        typist: TextTypist,
        focused: Callable[[], Deferred[int]],
        ledger: Ledger,
        listener: Listener,
        removal: Removal,
        profile_of: ProfileOf,
    ) -> None:
        self._profile_of = profile_of
        self._focused = focused
        self._profiles: dict[int, Profile] = {}
        self._whereabouts = Whereabouts(focused, self._knows_carets, self._caret_moved)
        self._changing = False
        self.caret = Caret(typist, listener, self.lost)
        self.ledger = ledger
        self.removal = removal
        self.inputs = 0
        """How often others have pressed something."""
        self.window = 0
        """The window used last."""

    def foreign(self, foreign: ForeignInput) -> None:
        """Somebody else pressed a key or clicked: what stands in the windows may no longer be erased."""
        if foreign.pressed and not (foreign.kind == "button" and foreign.code in _WHEEL):
            self.inputs += 1
            if not self._changing:
                self.ledger.seal(caret_moved=False, reason=FOREIGN)
            if not _switches_windows(foreign):
                self.caret.inputs += 1
                self._whereabouts.foreign(foreign)

    def _knows_carets(self) -> bool:
        return self.ledger.knows_contexts or self.caret.is_away

    def _caret_moved(self, window: int) -> None:
        """By the user, who has typed or clicked there."""
        self.ledger.caret_moved(window)
        if self.caret.selection_in(window) is not None and not self.ledger.last_open(window):
            self.caret.forget(window)
            self.ledger.seal(window, reason=FOREIGN, lasting=True)  # what was selected may have been replaced

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

    def stop(self, reason: Stop) -> None:
        """End the typing under way."""
        self.caret.stop(reason)

    @inlineCallbacks
    def look(self) -> Generator[Deferred[Any], Any, int]:
        """Something is going to be done in the window that has the focus; fires with it."""
        window: int = yield self._focused()
        profile: Profile = (yield self._profile_of(window)) if window else DEFAULT_PROFILE
        self._profiles.pop(window, None)
        self._profiles[window] = profile
        if len(self._profiles) > _MOST_PROFILES:
            del self._profiles[next(iter(self._profiles))]
        self._whereabouts.known(window)
        self.caret.trust(window)
        if self.window and window != self.window:
            self.ledger.seal(self.window, caret_moved=False, reason="another window was used since")
        self.window = window
        return window

    def profile(self, window: int) -> Profile:
        """As it was when something began there last."""
        return self._profiles.get(window, DEFAULT_PROFILE)

    def context(self, window: int) -> Context:
        """What the next word in ``window`` has before it, as far as that is known."""
        self._whereabouts.known(window)  # what was pressed since it was asked last
        return self.ledger.context(window)

    @contextmanager
    def changing(self, window: int) -> Iterator[None]:
        """Inside of the block what others do seals the ledger at its end, not before: when it has followed the keys."""
        inputs = self.inputs
        self._changing = True
        try:
            yield
        finally:
            self._changing = False
            if inputs != self.inputs:
                self.ledger.seal(caret_moved=False, reason=FOREIGN)
                self._caret_moved(window)

    def edit(self, erase: int, insert: str, window: int, explicit: bool = False) -> Deferred[Typed | None]:
        """BackSpaces, then text; None where it was refused before the first key."""
        try:
            text = clean_text(insert)
        except UnprintableText as error:
            self.refuse(str(error))
            return succeed(None)
        return self.type(erase, text, window, explicit)

    def type(self, erase: int, text: str, window: int, explicit: bool = False) -> Deferred[Typed | None]:
        """Likewise; ``text`` may have keys in it that move the caret."""
        # Here, because all that is ever typed comes by: what a profile forbids cannot be overlooked elsewhere.
        if reason := "" if explicit or not window else self.profile(window).forbids(text):
            self.refuse(reason)
            return succeed(None)
        return self.caret.type(erase, text, window)

    def lost(self, window: int) -> None:
        """Keys were sent of which nobody knows what they did: what stands there is not known any more."""
        self.ledger.seal(window, reason=STOPPED, lasting=True)

    def done(self, window: int, step: Step, back: bool = False) -> None:
        """A step was done, or taken back."""
        outcome = self.caret.outcome
        self.caret.outcome = replace(outcome, window=window, turns=(*outcome.turns, Turn(step, back)))

    def refuse(self, reason: str) -> None:
        """Something is not carried out."""
        self.caret.refuse(reason)
