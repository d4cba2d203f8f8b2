"""Class, title and type of the window that the keys go to."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import DeferredList

from windictator.typist.window import WindowInfo, x_id
from windictator.x11 import replies, requests
from windictator.x11.connection import XConnection
from windictator.x11.errors import XRequestError

#: Types of windows that do not belong to applications (Extended Window Manager Hints 1.5, _NET_WM_WINDOW_TYPE).
_DESKTOP_WINDOW_TYPES = ("_NET_WM_WINDOW_TYPE_DESKTOP", "_NET_WM_WINDOW_TYPE_DOCK")
_MAX_LEVELS = 16
#: WM_CLASS of the child that has the focus instead of a Java window.
_FOCUS_PROXY = b"Focus-Proxy-Window\0FocusProxy\0"


class WindowInfoReader:
    """Reader of a window's class and title, from itself or from the nearest ancestor that has them.

    Toolkits often focus a child of the window that carries the properties (ICCCM, section 4.1.2).
    """

    def __init__(self, connection: XConnection) -> None:
        self._connection = connection

    async def read(self, window: int) -> WindowInfo:
        """Return class and title of ``window``, "" if it has none or is gone. Raises ConnectionLostError.

        Some simple programs only set a title, on the window itself.
        """
        name = await self._connection.atom("_NET_WM_NAME")
        kind = await self._connection.atom("_NET_WM_WINDOW_TYPE")
        surroundings = {await self._connection.atom(each) for each in _DESKTOP_WINDOW_TYPES}
        current, title = x_id(window), ""
        is_surroundings = current == self._connection.root
        for _ in range(_MAX_LEVELS):
            try:
                wm_class, its_title, types, parent = await self._read_level(current, name, kind)
            except XRequestError:
                break
            is_surroundings = is_surroundings or not surroundings.isdisjoint(types)
            if wm_class and wm_class != _FOCUS_PROXY:
                instance, _, last = wm_class.rstrip(b"\0").rpartition(b"\0")
                return WindowInfo(
                    window, last.decode("latin-1"), its_title, instance.decode("latin-1"), is_surroundings
                )
            title = title or its_title
            if parent in (0, self._connection.root):
                break
            current = parent
        return WindowInfo(window, "", title, is_desktop_or_panel=is_surroundings)

    async def _read_level(self, window: int, name: int, kind: int) -> tuple[bytes, str, tuple[int, ...], int]:
        """Return WM_CLASS, title and types of a window and its parent in one round trip, made for each utterance."""
        batch = (
            *(
                requests.get_property(window, atom, max_bytes=1024)
                for atom in (requests.WM_CLASS, name, requests.WM_NAME, kind)
            ),
            requests.query_tree(window),
        )
        answers: list[tuple[bool, Any]] = await DeferredList(
            [self._connection.request(request, flush=request is batch[-1]) for request in batch],
            fireOnOneErrback=False,
            consumeErrors=True,
        )
        for arrived, answer in answers:
            if not arrived:
                raise answer.value
        wm_class, utf8, latin, types, tree = (answer for _, answer in answers)
        title = _value(utf8).decode("utf-8", "replace") or _value(latin).decode("latin-1")
        return _value(wm_class), title, replies.parse_property(types).numbers, replies.parent_window(tree)


def _value(reply: bytes) -> bytes:
    return replies.parse_property(reply).value
