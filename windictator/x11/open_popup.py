"""Menus and lists that the application with the focus has open.

A menu takes the keyboard for its application by a grab, and X has no request that names the owner of a grab. But a menu
is a window of its own that no window manager manages, above all others, and its id tells which client it belongs to. A
screen locker's window is above the menu, or there is no menu.
"""

from __future__ import annotations

from windictator.typist.interfaces import PopupKind
from windictator.typist.window import x_id
from windictator.x11 import replies, requests
from windictator.x11.connection import XConnection
from windictator.x11.errors import XRequestError

_MAX_WINDOWS = 200
#: Types of windows that take no keys (Extended Window Manager Hints 1.5, _NET_WM_WINDOW_TYPE).
_PASSIVE_TYPES = ("TOOLTIP", "NOTIFICATION", "DND", "SPLASH", "DOCK")
_MENU_TYPES = ("MENU", "DROPDOWN_MENU", "POPUP_MENU")


class OpenPopups:
    """Search for the menu or list of a window's application on one connection."""

    def __init__(self, connection: XConnection) -> None:
        self._connection = connection

    async def find(self, window: int) -> PopupKind | None:
        """Return what the application of ``window`` has open above all other windows; None if that is uncertain.

        Raises ConnectionLostError.
        """
        name = await self._connection.atom("_NET_WM_WINDOW_TYPE")
        passive = {await self._connection.atom(f"_NET_WM_WINDOW_TYPE_{each}") for each in _PASSIVE_TYPES}
        menus = {await self._connection.atom(f"_NET_WM_WINDOW_TYPE_{each}") for each in _MENU_TYPES}
        tree = await self._connection.request(requests.query_tree(self._connection.root))
        for candidate in list(reversed(replies.child_windows(tree)))[:_MAX_WINDOWS]:
            try:
                attributes = await self._connection.request(requests.get_window_attributes(candidate))
                if not replies.is_viewable(attributes):
                    continue
                reply = await self._connection.request(
                    requests.get_property(candidate, name, requests.ATOM, max_bytes=64)
                )
            except XRequestError:
                continue  # it is gone
            types = set(replies.parse_property(reply).numbers)
            if types and types <= passive:
                continue
            if not self._is_same_client(candidate, window) or not replies.is_unmanaged(attributes):
                return None
            return PopupKind.MENU if not types.isdisjoint(menus) else PopupKind.LIST
        return None

    def _is_same_client(self, window: int, other: int) -> bool:
        return not (window ^ x_id(other)) & ~self._connection.resource_mask
