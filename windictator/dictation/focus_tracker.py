"""Finds out in which window the user has typed or clicked, and so moved the caret; the carets of others stay."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from windictator.errors import WinDictatorError
from windictator.typist.interfaces import UserInput


class FocusTracker:
    """``focused``: fires with the window that has the focus, 0 for none; in the order in which it is asked. ``wanted``:
    whether it is worth asking. ``moved``: is called with each window in which the user has moved the caret.

    A key goes to the window that has the focus when it is pressed. Where a click goes the window manager decides: it
    was in the window that is found to have the focus when that is asked next.
    """

    def __init__(
        self, focused: Callable[[], Deferred[int]], is_needed: Callable[[], bool], on_caret_moved: Callable[[int], None]
    ) -> None:
        self._focused = focused
        self._is_needed = is_needed
        self._on_caret_moved = on_caret_moved
        self._is_asking = False
        self._has_typed = False
        self._has_clicked = False

    def user_input(self, user_input: UserInput) -> None:
        """The user has pressed a key or a button."""
        if user_input.kind == "key":
            self._has_typed = True
            self._request_focus()
        else:
            if self._has_clicked:
                self._request_focus()  # where the click before has led
            self._has_clicked = True

    def focused(self, window: int) -> None:
        """``window`` has the focus now, and something is going to be typed there."""
        if self._has_typed or self._has_clicked:
            self._has_typed = self._has_clicked = False
            self._on_caret_moved(window)

    def _request_focus(self) -> None:
        if self._is_asking or not self._is_needed():
            return
        self._is_asking = True
        self._focused().addCallbacks(self._focus_received, self._focus_failed)

    def _focus_received(self, window: int) -> None:
        self._is_asking = False
        self._on_caret_moved(window)
        if self._has_typed:
            self._has_typed = self._has_clicked = False

    def _focus_failed(self, failure: Failure) -> None:
        self._is_asking = False
        failure.trap(WinDictatorError)  # type: ignore[no-untyped-call]  # the display has gone, its windows with it
