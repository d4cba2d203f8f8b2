"""The focus tracker: finds out in which windows the user has typed or clicked."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred, succeed
from twisted.python.failure import Failure

from windictator.deferreds import DeferredPool
from windictator.dictation.interfaces import WindowsClicked
from windictator.errors import WinDictatorError
from windictator.text.ledger import CLICK
from windictator.typist.interfaces import UserInput

TypedByUser = tuple[str | None, ...]
"""What the user's keys and clicks add before the caret, oldest first; see ``text.ledger.Ledger.user_typed``."""
CLICKED: TypedByUser = (CLICK,)
_UNKNOWN: TypedByUser = (None,)
_MAX_TYPED = 10
"""Maximum number of keys of which the effect is kept; the newest decide about the next words."""
_MAX_CLICK_MOVE = 3
"""Maximum movement of the pointer between press and release of a click, in pixels; a longer one drags."""
_ALT_MASK, _SUPER_MASK = 8, 64
#: Tab, and the key above it: keycodes are those of evdev (linux/input-event-codes.h) and 8 on X servers of today.
_TAB_KEYS = (23, 49)


class FocusTracker:
    """Finds the windows in which the user has typed or clicked; other windows stay as they are.

    focused: fires with the window that has the focus, 0 for none, in the order in which it is asked.
    clicked: finds the windows that a click may have changed; see ``interfaces.WindowsClicked``.
    known_windows: returns the windows of which it matters.
    on_user_typed: called with each window in which the user has typed or clicked, and with what that adds there.

    A key goes to the window that has the focus when it is pressed. If the focus has changed since it was known last,
    and the user has not switched windows, the key may have changed the focus: then it counts in both windows. In the
    new one it counts as the click that gives a window the focus, unless it types something. If the user switches
    windows before it is known which has the focus, the key may have gone to any window.

    A key of the window manager that switches windows counts in no window, but only if the focus is seen to change: it
    may have gone to the application instead.
    """

    def __init__(
        self,
        focused: Callable[[], Deferred[int]],
        clicked: WindowsClicked,
        known_windows: Callable[[], list[int]],
        on_user_typed: Callable[[int, TypedByUser], None],
    ) -> None:
        self._focused = focused
        self._clicked = clicked
        self._known_windows = known_windows
        self._on_user_typed = on_user_typed
        self._clicks = DeferredPool()  # whose windows are not known yet
        self._is_asking = False
        self._typed: list[str | None] = []
        self._pressed_at: tuple[int, int] | None = None  # the last press of a button
        self.last_focus = 0
        """The window that had the focus when that was known last."""
        self._has_switched = False  # by a key or a click since then
        self._switched_after_key = False  # whose window is not known yet
        self._switched_by_key = False
        self.has_pending = False
        """Whether the user has pressed something, and it is not known yet in which window."""

    def user_input(self, user_input: UserInput) -> None:
        """Record that the user has pressed a key or a button."""
        if user_input.kind != "key":
            self._switched_after_key |= bool(self._typed)
            self._has_switched = True
            self._pressed_at = user_input.position
            self._ask_clicked(user_input)
        elif is_window_switch(user_input):
            self._switched_after_key |= bool(self._typed)
            self._has_switched = self._switched_by_key = True
        else:
            if len(self._typed) == _MAX_TYPED:
                del self._typed[0]
            self._typed.append(user_input.typed)
            self._request_focus()
        self._update_pending()

    def button_released(self, user_input: UserInput) -> None:
        """Record that the user has released a button: text that was dragged is dropped there."""
        start, end = self._pressed_at, user_input.position
        if start is None or end is None or max(abs(start[0] - end[0]), abs(start[1] - end[1])) > _MAX_CLICK_MOVE:
            self._has_switched = True
            self._ask_clicked(user_input)
            self._update_pending()

    def _ask_clicked(self, user_input: UserInput) -> None:
        if windows := self._known_windows():
            answer = self._clicked(user_input.position, windows)
            self._clicks.add(answer.addCallbacks(self._click_received, self._click_failed, errbackArgs=(windows,)))

    @property
    def has_pending_clicks(self) -> bool:
        """Whether it is not known yet of a click which windows it may have changed."""
        return len(self._clicks) > 0

    def clicks_settled(self) -> Deferred[None]:
        """Fire when it is known of all clicks which windows they may have changed."""
        return self._clicks.defer_until_empty() if len(self._clicks) else succeed(None)

    def focused(self, window: int) -> None:
        """Record that ``window`` has the focus now, before something is done there; to be called if ``has_pending``."""
        if len(self._clicks):
            self._on_user_typed(window, CLICKED)
        if self._switched_by_key and window == self.last_focus:
            self._on_user_typed(window, ())  # the application may have got the key
            self._switched_by_key = False
        self._deliver(window)
        self._update_pending()

    def _deliver(self, window: int) -> None:
        """Count the keys pressed until now as pressed in ``window``."""
        typed, self._typed = tuple(self._typed), []
        if typed and self._switched_after_key:
            for each in self._known_windows():
                self._on_user_typed(each, _UNKNOWN if each == window else ())
        elif typed:
            if self.last_focus not in (0, window) and not self._has_switched:
                self._on_user_typed(self.last_focus, ())
                typed = tuple(CLICK if each is None else each for each in typed)
            self._on_user_typed(window, typed)
        self._has_switched = self._switched_by_key = self._switched_after_key = False
        self.last_focus = window

    def _request_focus(self) -> None:
        if self._is_asking:
            return
        self._is_asking = True
        self._focused().addCallbacks(self._focus_received, self._focus_failed)

    def _focus_received(self, window: int) -> None:
        self._is_asking = False
        if self._typed and len(self._clicks) and not self._switched_after_key:
            # What the clicks before the keys have changed must count first.
            self._clicks.defer_until_empty().addCallback(lambda _none: self._clicks_known(window))
        elif self._typed:
            self._deliver(window)
        self._update_pending()

    def _clicks_known(self, window: int) -> None:
        if self._typed and not self._is_asking:  # else the next answer counts for all keys
            self._deliver(window)
        self._update_pending()

    def _update_pending(self) -> None:
        self.has_pending = bool(self._typed) or self._has_switched or len(self._clicks) > 0

    def _focus_failed(self, failure: Failure) -> None:
        self._is_asking = False
        failure.trap(WinDictatorError)  # type: ignore[no-untyped-call]  # the display has gone, its windows with it

    def _click_received(self, windows: list[int]) -> None:
        for window in windows:
            self._on_user_typed(window, CLICKED)

    def _click_failed(self, failure: Failure, windows: list[int]) -> None:
        failure.trap(WinDictatorError)  # type: ignore[no-untyped-call]
        self._click_received(windows)


def is_window_switch(user_input: UserInput) -> bool:
    """Return whether a key usually belongs to the window manager, so that no caret moves.

    Such keys are Tab with Alt, and any key with Super.
    """
    if user_input.kind != "key":
        return False
    return bool(user_input.state & _SUPER_MASK) or (bool(user_input.state & _ALT_MASK) and user_input.code in _TAB_KEYS)
