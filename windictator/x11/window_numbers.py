"""Numbers of windows that are never used twice.

The X server gives the ids of a client that has ended to the next one that connects. So a window may have the id of
another one that was typed into. The number of a window is its id, unless another window had this id before: then a
further number is in the bits above it (an X id has 29 bits). Everything remembered about a window is remembered by its
number, so it is never applied to another window.

The end of a window is known from DestroyNotify, which is selected before anything about the window is remembered. The
server sends it before any reply that can name the next window with the same id, on the same connection. So a caller
that learns of that window by a reply on this connection finds its new number here.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

from windictator.typist.window import NUMBER_SHIFT, x_id
from windictator.x11 import events, requests
from windictator.x11.connection import XConnection

MAX_WATCHED = 256
"""Maximum number of windows whose end is watched; beyond it, the least recently used one counts as ended."""
_MAX_RENUMBERED = 10_000
#: Shared by all displays of this process, because what is remembered about a window may outlive its display.
_further_numbers = itertools.count(1)


class WindowNumbers:
    """Numbers of the windows of one connection."""

    def __init__(self, connection: XConnection) -> None:
        self._connection = connection
        self._number_offset = 0
        self._renumbered: dict[int, int] = {}
        self._watched: dict[int, None] = {}  # in the order of their use
        self.on_end: Callable[[int], None] | None = None
        """Called with the number of each watched window that has ended."""
        connection.add_event_listener(self._handle_event)

    def number(self, window_id: int) -> int:
        """Return the number of the window that has this X id now; 0 for 0 (no window)."""
        if not window_id:
            return 0
        return self._renumbered.get(window_id) or window_id | self._number_offset

    def watch(self, window_id: int) -> bool:
        """Watch for the end of a window; return True if a request was queued for that.

        The window may be gone when the server processes the request. It was not if ``is_watched`` is still True after
        the next reply.
        """
        is_new = window_id not in self._watched
        self._watched.pop(window_id, None)
        self._watched[window_id] = None
        if is_new:
            self._connection.send(self.select(window_id))
            if len(self._watched) > MAX_WATCHED:
                oldest = next(iter(self._watched))
                # The server answers with an error if the window is gone, which is ignored.
                self._connection.send(requests.select_events(oldest, 0))
                self._window_ended(oldest)
        return is_new

    def unwatch(self, window_id: int) -> None:
        """Take note that the window was gone before it could be watched."""
        self._watched.pop(window_id, None)

    def is_watched(self, window_id: int) -> bool:
        """Return True if the end of the window will be noticed."""
        return window_id in self._watched

    def select(self, window_id: int, mask: int = 0) -> bytes:
        """Return the request that selects the events of ``mask`` on a window, in addition to those needed here.

        A connection has one mask for each window.
        """
        return requests.select_events(
            window_id, mask | (requests.STRUCTURE_NOTIFY_MASK if window_id in self._watched else 0)
        )

    def _handle_event(self, event: bytes) -> None:
        if events.event_type(event) != events.DESTROY_NOTIFY:
            return
        window_id = events.destroyed_window(event)
        if window_id in self._watched:
            self._window_ended(window_id)

    def _window_ended(self, window_id: int) -> None:
        ended = self.number(window_id)
        del self._watched[window_id]
        self._renumbered[window_id] = _new_number(window_id)
        if self.on_end is not None:
            self.on_end(ended)
        if len(self._renumbered) > _MAX_RENUMBERED:
            self._renumber_all()

    def _renumber_all(self) -> None:
        """Give other numbers to all windows, so that numbers of ended windows need not be remembered."""
        watched = [self.number(window_id) for window_id in self._watched]
        self._renumbered.clear()
        self._number_offset = _new_number(0)
        if self.on_end is not None:
            for number in watched:
                self.on_end(number)


def _new_number(window_id: int) -> int:
    return x_id(window_id) | next(_further_numbers) << NUMBER_SHIFT
