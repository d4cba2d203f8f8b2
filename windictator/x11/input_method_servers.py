"""Input methods that serve the clients of a display by XIM, the input method protocol of X.

A server names itself in a property of the root window and owns a selection of that name (X Input Method Protocol 1.0,
section 4.1). It looks keys up in a keymap of its own, later than the application got them, or sends them back later.
"""

from __future__ import annotations

from typing import NamedTuple

from windictator.x11 import replies, requests
from windictator.x11.connection import XConnection
from windictator.x11.errors import XRequestError

_PREFIX = "@server="


class InputMethodServer(NamedTuple):
    """Running input method. ``name``: such as "ibus" or "fcitx". ``window``: one that it has created."""

    name: str
    window: int


class InputMethodServers:
    """Search for running input methods on one connection."""

    def __init__(self, connection: XConnection) -> None:
        self._connection = connection
        self._names: dict[int, str] = {}

    async def running(self) -> list[InputMethodServer]:
        """Return the input methods that run now. Raises ConnectionLostError.

        This takes one round trip if none has ever run.
        """
        ask = self._connection.request
        name = await self._connection.atom("XIM_SERVERS")
        reply = await ask(requests.get_property(self._connection.root, name, requests.ATOM, max_bytes=256))
        running = []
        for atom in replies.parse_property(reply).numbers:
            try:
                window = replies.selection_owner(await ask(requests.get_selection_owner(atom)))
                if window:
                    running.append(InputMethodServer(await self._server_name(atom), window))
            except XRequestError:
                continue  # not an atom
        return running

    async def _server_name(self, atom: int) -> str:
        if atom not in self._names:
            name = replies.atom_name(await self._connection.request(requests.get_atom_name(atom)))
            self._names[atom] = name.removeprefix(_PREFIX)
        return self._names[atom]
