"""The window that the keys go to."""

from __future__ import annotations

import struct
import sys
from typing import Any

from twisted.internet.defer import DeferredList

from windictator.typist.window import WindowInfo, x_id
from windictator.x11.connection import XConnection, XRequestError

_GET_PROPERTY, _QUERY_TREE = 20, 15
_WM_NAME, _WM_CLASS = 39, 67
#: Types of windows that are no application's (Extended Window Manager Hints 1.5, _NET_WM_WINDOW_TYPE).
_DESKTOP_WINDOW_TYPES = ("_NET_WM_WINDOW_TYPE_DESKTOP", "_NET_WM_WINDOW_TYPE_DOCK")
_ANY_TYPE = 0
_MAX_LEVELS = 16
#: WM_CLASS of the window in a window of Java's that has the focus in its place.
_FOCUS_PROXY = b"Focus-Proxy-Window\0FocusProxy\0"


class WindowInfoReader:
    """Reads what identifies a window: its class and title, from itself or the nearest ancestor that has them.

    Toolkits often focus a child of the window that carries the properties (ICCCM, section 4.1.2).
    """

    def __init__(self, connection: XConnection) -> None:
        self._connection = connection

    async def read(self, window: int) -> WindowInfo:
        """Class and title of ``window``; empty strings where it has none or is gone. Raises ConnectionLost.

        Some simple programs give a title alone, to the window itself.
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
        """WM_CLASS, title and types of a window and its parent, by one round trip: one is made whenever somebody
        speaks."""
        requests = (
            *(_get_property(window, atom) for atom in (_WM_CLASS, name, _WM_NAME, kind)),
            struct.pack("=BxHI", _QUERY_TREE, 2, window),
        )
        answers: list[tuple[bool, Any]] = await DeferredList(
            [self._connection.request(request, flush=request is requests[-1]) for request in requests],
            fireOnOneErrback=False,
            consumeErrors=True,
        )
        for arrived, answer in answers:
            if not arrived:
                raise answer.value
        wm_class, utf8, latin, types, tree = (answer for _, answer in answers)
        title = _property_value(utf8).decode("utf-8", "replace") or _property_value(latin).decode("latin-1")
        atoms = _property_value(types)
        return (
            _property_value(wm_class),
            title,
            struct.unpack(f"={len(atoms) // 4}I", atoms[: len(atoms) // 4 * 4]),
            int.from_bytes(tree[12:16], sys.byteorder),
        )


def _get_property(window: int, atom: int) -> bytes:
    return struct.pack("=BBHIIIII", _GET_PROPERTY, 0, 6, window, atom, _ANY_TYPE, 0, 256)


def _property_value(reply: bytes) -> bytes:
    length = int.from_bytes(reply[16:20], sys.byteorder) * (reply[1] // 8)
    return reply[32 : 32 + length]
