"""The process behind a window, as far as the X server and the system can tell.

The X-Resource extension names the process of a local client (X-Resource protocol 1.2, QueryClientIds).
"""

from __future__ import annotations

import enum
import struct
from pathlib import Path

from windictator.ports import x_id
from windictator.x11.connection import Connection, RequestRefused

_QUERY_EXTENSION, _QUERY_CLIENT_IDS = 98, 4
_LOCAL_PID = 2


class ClientProcess:
    """Finds out on one connection what the processes of windows do."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._opcode: int | None = None

    async def pid(self, window: int) -> int:
        """The process that has made ``window``, 0 where nobody can tell. Raises ConnectionLost."""
        if self._opcode is None:
            name = b"X-Resource"
            query = struct.pack("=BxHHxx", _QUERY_EXTENSION, 5, len(name)) + name + bytes(2)
            reply = await self._connection.ask(query)
            self._opcode = reply[9] if reply[8] else 0
        if not self._opcode:
            return 0
        request = struct.pack("=BBHIII", self._opcode, _QUERY_CLIENT_IDS, 4, 1, x_id(window), _LOCAL_PID)
        try:
            reply = await self._connection.ask(request)
        except RequestRefused:
            return 0  # an older version of the extension, or the window is gone
        return int(struct.unpack_from("=I", reply, 44)[0]) if len(reply) >= 48 else 0


class Doing(enum.Enum):
    """What a process does at one moment. ``WAITING``: nothing, for something to happen; also where it is unknown."""

    WAITING = enum.auto()
    WORKING = enum.auto()
    STOPPED = enum.auto()


def doing(pid: int) -> Doing:
    """What the process does now (proc(5), the third field of stat)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return Doing.WAITING
    state = stat[stat.rindex(b")") + 2 :][:1]
    if state in b"Tt":
        return Doing.STOPPED
    return Doing.WORKING if state in b"RD" else Doing.WAITING
