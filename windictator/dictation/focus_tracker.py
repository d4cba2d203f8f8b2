"""Finds out in which window the user has typed or clicked, and so moved the caret; the carets of others stay."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from windictator.errors import WinDictatorError
from windictator.typist.interfaces import ForeignInput


class Whereabouts:
    """``focused``: fires with the window that has the focus, 0 for none; in the order in which it is asked. ``wanted``:
    whether it is worth asking. ``moved``: is called with each window in which the user has moved the caret.

    A key goes to the window that has the focus when it is pressed. Where a click goes the window manager decides: it
    was in the window that is found to have the focus when that is asked next.
    """

    def __init__(
        self, focused: Callable[[], Deferred[int]], wanted: Callable[[], bool], moved: Callable[[int], None]
    ) -> None:
        self._focused = focused
        self._wanted = wanted
        self._moved = moved
        self._asked = False
        self._typed = False
        self._clicked = False

    def foreign(self, foreign: ForeignInput) -> None:
        """The user has pressed a key or a button."""
        if foreign.kind == "key":
            self._typed = True
            self._ask()
        else:
            if self._clicked:
                self._ask()  # where the click before has led
            self._clicked = True

    def known(self, window: int) -> None:
        """``window`` has the focus now, and something is going to be typed there."""
        if self._typed or self._clicked:
            self._typed = self._clicked = False
            self._moved(window)

    def _ask(self) -> None:
        if self._asked or not self._wanted():
            return
        self._asked = True
        self._focused().addCallbacks(self._answered, self._unanswered)

    def _answered(self, window: int) -> None:
        self._asked = False
        self._moved(window)
        if self._typed:
            self._typed = self._clicked = False

    def _unanswered(self, failure: Failure) -> None:
        self._asked = False
        failure.trap(WinDictatorError)  # type: ignore[no-untyped-call]  # the display has gone, its windows with it
