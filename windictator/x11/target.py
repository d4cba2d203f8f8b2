"""The window that the keys go to."""

from __future__ import annotations

import struct

from windictator.ports import Target
from windictator.x11.connection import Connection, RequestRefused

_GET_PROPERTY, _QUERY_TREE = 20, 15
_WM_NAME, _WM_CLASS = 39, 67
_ANY_TYPE = 0


class TargetReader:
    """Reads what identifies a window: its class and title, from itself or the nearest ancestor that has them.

    Toolkits often focus a child of the window that carries the properties (ICCCM, section 4.1.2).
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def describe(self, window: int) -> Target:
        """Class and title of ``window``; empty strings where it has none or is gone. Raises ConnectionLost.

        Some simple programs give a title alone, to the window itself.
        """
        current, title = window, ""
        for _ in range(16):
            try:
                wm_class = await self._property(current, _WM_CLASS)
                if wm_class:
                    parts = wm_class.rstrip(b"\0").split(b"\0")
                    return Target(window, parts[-1].decode("latin-1"), await self._title(current))
                title = title or await self._title(current)
                parent = await self._parent(current)
            except RequestRefused:
                break
            if parent in (0, self._connection.root):
                break
            current = parent
        return Target(window, "", title)

    async def _title(self, window: int) -> str:
        title = await self._property(window, await self._connection.atom("_NET_WM_NAME"))
        if title:
            return title.decode("utf-8", "replace")
        return (await self._property(window, _WM_NAME)).decode("latin-1")

    async def _property(self, window: int, atom: int) -> bytes:
        request = struct.pack("=BBHIIIII", _GET_PROPERTY, 0, 6, window, atom, _ANY_TYPE, 0, 256)
        reply = await self._connection.ask(request)
        length = int.from_bytes(reply[16:20], "little") * (reply[1] // 8)
        return reply[32 : 32 + length]

    async def _parent(self, window: int) -> int:
        reply = await self._connection.ask(struct.pack("=BxHI", _QUERY_TREE, 2, window))
        return int.from_bytes(reply[12:16], "little")
