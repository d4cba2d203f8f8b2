"""The input methods that serve the clients of a display by XIM, the input method protocol of X.

A server names itself in a property of the root window and owns a selection of that name (X Input Method Protocol 1.0,
section 4.1). It looks keys up in a keymap of its own, later than the application got them, or sends them back later.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from windictator.x11.connection import XConnection, XRequestError

_GET_ATOM_NAME, _GET_PROPERTY, _GET_SELECTION_OWNER = 17, 20, 23
_ATOM = 4
_PREFIX = "@server="


class InputMethodServer(NamedTuple):
    """``name``: "ibus", "fcitx"; ``window``: one of its own."""

    name: str
    window: int


class InputMethodServers:
    """Finds those that run, on one connection."""

    def __init__(self, connection: XConnection) -> None:
        self._connection = connection
        self._names: dict[int, str] = {}

    async def running(self) -> list[InputMethodServer]:
        """Those that run now; where there has never been one this takes one round trip. Raises ConnectionLost."""
        ask = self._connection.request
        name = await self._connection.atom("XIM_SERVERS")
        reply = await ask(struct.pack("=BBHIIIII", _GET_PROPERTY, 0, 6, self._connection.root, name, _ATOM, 0, 64))
        running = []
        for (atom,) in struct.iter_unpack("=I", reply[32 : 32 + 4 * int.from_bytes(reply[16:20], "little")]):
            try:
                owner = await ask(struct.pack("=BxHI", _GET_SELECTION_OWNER, 2, atom))
                window = int.from_bytes(owner[8:12], "little")
                if window:
                    running.append(InputMethodServer(await self._server_name(atom), window))
            except XRequestError:
                continue  # not an atom
        return running

    async def _server_name(self, atom: int) -> str:
        if atom not in self._names:
            reply = await self._connection.request(struct.pack("=BxHI", _GET_ATOM_NAME, 2, atom))
            name = reply[32 : 32 + int.from_bytes(reply[8:10], "little")].decode("latin-1")
            self._names[atom] = name.removeprefix(_PREFIX)
        return self._names[atom]
