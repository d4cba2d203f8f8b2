"""The focus tracker: finds out in which window the user has typed or clicked, and so may have moved the caret."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from windictator.errors import WinDictatorError
from windictator.typist.interfaces import UserInput


class FocusTracker:
    """Finds the windows in which the user has moved the caret; the carets of other windows stay.

    focused: fires with the window that has the focus, 0 for none, in the order in which it is asked.
    is_needed: returns whether the answer would be used.
    on_caret_moved: called with each window in which the user has moved the caret.

    A key goes to the window that has the focus when it is pressed. A click goes where the window manager decides: to
    the window that is found to have the focus when that is asked next.
    """

    def __init__(
        self, focused: Callable[[], Deferred[int]], is_needed: Callable[[], bool], on_caret_moved: Callable[[int], None]
    ) -> None:
        self._focused = focused
        self._is_needed = is_needed
        self._on_caret_moved = on_caret_moved
        self._is_asking = False
        self.has_typed = False
        """Whether the user has pressed a key, and it is not known yet in which window."""
        self.has_clicked = False
        """Whether the user has clicked, and it is not known yet in which window."""

    def user_input(self, user_input: UserInput) -> None:
        """Record that the user has pressed a key or a button."""
        if user_input.kind == "key":
            self.has_typed = True
            self._request_focus()
        else:
            if self.has_clicked:
                self._request_focus()  # where the click before has led
            self.has_clicked = True

    def focused(self, window: int) -> None:
        """Record that ``window`` has the focus now, before something is typed there."""
        if self.has_typed or self.has_clicked:
            self.has_typed = self.has_clicked = False
            self._on_caret_moved(window)

    def _request_focus(self) -> None:
        if self._is_asking or not self._is_needed():
            return
        self._is_asking = True
        self._focused().addCallbacks(self._focus_received, self._focus_failed)

    def _focus_received(self, window: int) -> None:
        self._is_asking = False
        self._on_caret_moved(window)
        if self.has_typed:
            self.has_typed = self.has_clicked = False

    def _focus_failed(self, failure: Failure) -> None:
        self._is_asking = False
        failure.trap(WinDictatorError)  # type: ignore[no-untyped-call]  # the display has gone, its windows with it
