"""Windows that a click may have changed."""

from __future__ import annotations

from collections.abc import Sequence

from windictator.typist.window import x_id
from windictator.x11 import replies, requests
from windictator.x11.connection import XConnection
from windictator.x11.errors import XRequestError

_MAX_LEVELS = 16


class ClickedWindows:
    """Finds out which windows a click may have changed.

    A click changes nothing in a window if it was on another window that is managed by a window manager and belongs to
    another program, or to the same program without being a dialog of the window (ICCCM 2.0, WM_TRANSIENT_FOR), or if it
    was on the decoration of the window. A click on anything else, such as a menu, may change any window.
    """

    def __init__(self, connection: XConnection) -> None:
        self._connection = connection

    async def find(self, position: tuple[int, int] | None, windows: Sequence[int]) -> list[int]:
        """Return those of ``windows`` that a click may have changed.

        position: of the pointer on the root window, in pixels; None if it is unknown, so that all may have changed.
        windows: windows by their numbers, each of which had the focus some time.

        Raises ConnectionLostError.
        """
        if position is None:
            return list(windows)
        try:
            path = await self._path_to(position)
            managed = await self._managed_window(path)
        except XRequestError:  # what was clicked is gone
            return list(windows)
        return [window for window in windows if await self._may_have_changed(window, path, managed)]

    async def _path_to(self, position: tuple[int, int]) -> list[int]:
        """Return the windows that contain the position, from the child of the root window downwards."""
        root = current = self._connection.root
        path: list[int] = []
        while len(path) < _MAX_LEVELS:
            reply = await self._connection.request(requests.translate_coordinates(root, current, *position))
            current = replies.translated_child(reply)
            if not current:
                break
            path.append(current)
        return path

    async def _managed_window(self, path: Sequence[int]) -> int:
        """Return the window of a program in ``path`` that a window manager manages (ICCCM, WM_STATE), 0 without one."""
        state = await self._connection.atom("WM_STATE")
        for window in path:
            if await self._numbers(window, state):
                return window
        return 0

    async def _numbers(self, window: int, name: int) -> tuple[int, ...]:
        reply = await self._connection.request(requests.get_property(window, name, max_bytes=64))
        return replies.parse_property(reply).numbers

    async def _may_have_changed(self, window: int, path: Sequence[int], managed: int) -> bool:
        try:
            ancestors = await self._ancestors(x_id(window))
        except XRequestError:  # it is gone
            return True
        if path and path[0] == ancestors[-1]:
            # Its own frame. The program has what is inside the frame, the window manager the rest.
            return len(ancestors) < 2 or ancestors[-2] in path
        if not managed:
            return True
        return await self._is_dialog_of(managed, ancestors)

    async def _ancestors(self, window: int) -> list[int]:
        """Return ``window`` and its ancestors below the root window."""
        found = [window]
        while len(found) < _MAX_LEVELS:
            parent = replies.parent_window(await self._connection.request(requests.query_tree(found[-1])))
            if parent in (0, self._connection.root):
                break
            found.append(parent)
        return found

    async def _is_dialog_of(self, managed: int, ancestors: Sequence[int]) -> bool:
        """Return True if ``managed`` is a dialog of a window in ``ancestors``, or of all windows of its program."""
        name = await self._connection.atom("WM_TRANSIENT_FOR")
        try:
            parents = await self._numbers(managed, name)
        except XRequestError:
            return True
        if not parents:
            return False
        is_same_program = not (managed ^ ancestors[0]) & ~self._connection.resource_mask
        return is_same_program or not set(parents).isdisjoint(ancestors)
