"""The process behind a window, as far as the X server and the system can tell.

The X-Resource extension names the process of a local client (X-Resource protocol 1.2, QueryClientIds).
"""

from __future__ import annotations

import enum
import struct
from pathlib import Path

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
        request = struct.pack("=BBHIII", self._opcode, _QUERY_CLIENT_IDS, 4, 1, window, _LOCAL_PID)
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


def sleeps_counted(pid: int) -> int | None:
    """Return how often the main thread of the process has gone to sleep, if it sleeps now; 0 if it does not; None where
    that is unknown.

    Two equal numbers are those of one sleep. The main thread is the one that reads the events of every toolkit known
    to need this (proc(5): "State" and "voluntary_ctxt_switches" of status are those of the thread that has this id).
    """
    try:
        status = Path(f"/proc/{pid}/status").read_bytes()
    except OSError:
        return None
    fields = dict(line.split(b":", 1) for line in status.splitlines() if b":" in line)
    state, switches = fields.get(b"State", b"").strip()[:1], fields.get(b"voluntary_ctxt_switches", b"")
    if not state or not switches:
        return None
    return int(switches) if state == b"S" else 0
