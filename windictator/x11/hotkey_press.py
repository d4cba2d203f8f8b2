"""One press of a hotkey, from its key going down to the report of its end."""

from __future__ import annotations

from collections.abc import Callable

from windictator.keyboard.hotkey import HotkeyAction
from windictator.x11.hotkey_table import PUSH_TO_TALK_ACTIONS


class HotkeyPress:
    """State of one press, and the reports that follow from it.

    ===========  =================  ==================================================
    state        next event         report
    ===========  =================  ==================================================
    pressed      ``start``          the action begins
    pressed      ``release``        none; ``start`` reports begin and end
    started      ``release``        push-to-talk ends; first a toggle if it was a tap
    pressed      ``discard``        none
    ===========  =================  ==================================================

    action: of the hotkey.
    modifiers: real modifiers that belong to it.
    pressed_at: time of the press, in seconds of the reactor's clock.
    on_action: called with the action and True when it begins, False when push-to-talk ends.
    """

    def __init__(
        self,
        action: HotkeyAction,
        modifiers: int,
        pressed_at: float,
        on_action: Callable[[HotkeyAction, bool], None],
    ) -> None:
        self.action = action
        self.modifiers = modifiers
        self._pressed_at = pressed_at
        self._on_action = on_action
        self._started = self._released = self._is_tap = False

    @property
    def is_push_to_talk(self) -> bool:
        """True if the release of the key is reported as well."""
        return self.action in PUSH_TO_TALK_ACTIONS

    @property
    def is_active(self) -> bool:
        """True while push-to-talk has begun and not ended."""
        return self._started and not self._released

    def start(self) -> None:
        """Report that the action begins, and its end if the key is up again."""
        if not self.is_push_to_talk:
            self._on_action(self.action, True)
            return
        self._started = True
        self._on_action(HotkeyAction.PUSH_TO_TALK, True)
        if self._released:
            self._end()

    def release(self, now: float, tap_max_s: float) -> None:
        """Take note that a key of the hotkey is up. ``now``: in seconds. ``tap_max_s``: maximum duration of a tap."""
        if self._released or not self.is_push_to_talk:
            return
        self._released = True
        self._is_tap = self.action is HotkeyAction.TAP_OR_HOLD and now - self._pressed_at < tap_max_s
        if self._started:
            self._end()

    def discard(self) -> None:
        """Take note that another client got the press: nothing is reported."""
        self._released = True

    def _end(self) -> None:
        if self._is_tap:
            self._on_action(HotkeyAction.TOGGLE, True)
        self._on_action(HotkeyAction.PUSH_TO_TALK, False)
