"""Lock on a display: at most one program dictates there, whatever its user, its folders and its name for the display.

The lock is the ownership of an X selection (X11 protocol, GetSelectionOwner). The X server gives it up when the
connection that owns it ends, so a crash leaves no lock. Test and set are one step, because the server is held between
them. A property of the owner's window says which program it is.
"""

from __future__ import annotations

import json
import os
import shlex
import socket
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from windictator.deferreds import Clock, pause
from windictator.errors import WinDictatorError
from windictator.x11 import replies, requests
from windictator.x11.connection import XConnection
from windictator.x11.errors import XRequestError

SELECTION = "_WINDICTATOR_DICTATION"
"""Name of the selection, and of the property on its owner's window that describes the program."""

ENDED_TIMEOUT_S = 2.0
"""Seconds to wait for the lock of a program that has ended, until the X server notices."""
_RETRY_INTERVAL_S = 0.05
LOOKUP_TIMEOUT_S = 1.0
"""Maximum time to find out who holds the lock, in seconds."""

_MAX_DESCRIPTION_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Claimant:
    """A program that dictates on a display.

    ``program``: which kind. ``pid``, ``user``, ``host``: process id, user id and machine, 0 and "" if unknown.
    ``socket``: path of the daemon's control socket, "" if it has none. ``display``: its name for the display.
    """

    program: Literal["daemon", "dictate"]
    pid: int
    user: int
    host: str
    socket: str
    display: str

    @classmethod
    def this_process(cls, program: Literal["daemon", "dictate"], socket_path: str, display: str) -> Claimant:
        """Return the description of this process. ``socket_path``: where a daemon of this display listens or would."""
        return cls(program, os.getpid(), os.getuid(), socket.gethostname(), socket_path, display)

    def has_ended(self, seen_by: Claimant) -> bool:
        """Return True if the process ran on the machine of ``seen_by`` and has ended."""
        if self.host != seen_by.host or not self.pid:
            return False
        try:
            return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0] in ("Z", "X")
        except (OSError, IndexError):
            return True

    def __str__(self) -> str:
        name = "the WinDictator daemon" if self.program == "daemon" else "'windictator dictate'"
        return f"{name} (process {self.pid})" if self.pid else name

    def remedy(self, seen_by: Claimant) -> str:
        """Return what the user of ``seen_by`` can do to dictate on this display."""
        if not self.pid:
            return "end it first"
        if self.host != seen_by.host:
            return f"end it first; it runs on the machine {self.host!r}"
        if self.user != seen_by.user:
            return f"end it first; it runs for another user (user id {self.user})"
        if self.program == "dictate":
            return f"end it first, with Ctrl-C or: kill {self.pid}"
        display = "" if self.socket == seen_by.socket else f" --display {shlex.quote(self.display)}"
        if os.path.dirname(self.socket) != os.path.dirname(seen_by.socket):  # noqa: PTH120 - plain text, not a file
            return f"end it first: kill {self.pid}"  # its socket is out of reach, so commands do not find it
        return f"use it ('windictator resume{display}' or 'toggle') or end it ('windictator stop{display}')"


class DisplayTakenError(WinDictatorError):
    """Another program dictates on the display. ``holder``: which one."""

    def __init__(self, holder: Claimant, seen_by: Claimant) -> None:
        super().__init__(f"cannot dictate on this display: {holder} already does; {holder.remedy(seen_by)}")
        self.holder = holder


async def claim_display(connection: XConnection, claimant: Claimant, clock: Clock) -> int:
    """Take the lock of the display for as long as ``connection`` lasts; return the selection, for ``release_display``.

    Wait for the lock of a process that has ended on this machine, for ``ENDED_TIMEOUT_S`` at most.
    Raises DisplayTakenError, ConnectionLostError.
    """
    selection = await connection.atom(SELECTION)
    window = connection.new_id()
    connection.send(requests.create_hidden_window(window, connection.root))
    connection.send(requests.change_string_property(window, selection, json.dumps(asdict(claimant)).encode()))
    end = clock.seconds() + ENDED_TIMEOUT_S
    while not await _take_if_free(connection, selection, window):
        holder = await find_holder(connection)
        if holder is None:
            continue
        if not holder.has_ended(claimant) or clock.seconds() > end:
            raise DisplayTakenError(holder, claimant)
        await pause(clock, _RETRY_INTERVAL_S)
    return selection


def release_display(connection: XConnection, selection: int) -> None:
    """Give up the lock after everything that was sent before, even if the connection itself lasts longer."""
    connection.send(requests.set_selection_owner(0, selection))


async def find_holder(connection: XConnection) -> Claimant | None:
    """Return the program that holds the lock, None if it is free. Raises ConnectionLostError."""
    selection = await connection.atom(SELECTION)
    owner = await _selection_owner(connection, b"", 1, selection)
    if not owner:
        return None
    request = requests.get_property(owner, selection, max_bytes=_MAX_DESCRIPTION_BYTES)
    try:
        reply = await connection.request(request)
    except XRequestError:
        return None  # its window has just gone
    return _read_description(replies.parse_property(reply).value)


def find_holder_blocking(display: str | None) -> Claimant | None:
    """Return the program that dictates on the display, None if no program does or the display does not answer.

    ``display``: its name, ``$DISPLAY`` if None. Blocks for ``LOOKUP_TIMEOUT_S`` at most.
    """
    from windictator.x11.blocking import BlockingConnection, run_in_thread  # here, because only two commands look

    def look() -> Claimant | None:
        with BlockingConnection(display, LOOKUP_TIMEOUT_S) as own:
            return own.wait(find_holder(own.connection))

    try:
        return run_in_thread(look, LOOKUP_TIMEOUT_S)
    except WinDictatorError:
        return None


async def _take_if_free(connection: XConnection, selection: int, window: int) -> bool:
    if await _selection_owner(connection, b"", 1, selection):
        return False  # because the server need not be held to see this
    take = b""
    try:
        if not await _selection_owner(connection, requests.GRAB_SERVER, 2, selection):
            take = requests.set_selection_owner(window, selection)
    finally:
        if take:
            connection.send(take)
        connection.send(requests.UNGRAB_SERVER)
        connection.flush()
    return bool(take) and await _selection_owner(connection, b"", 1, selection) == window


async def _selection_owner(connection: XConnection, before: bytes, count: int, selection: int) -> int:
    """Return the window that owns the selection, 0 if none. ``before``: requests sent first; ``count``: all."""
    reply = await connection.request(before + requests.get_selection_owner(selection), count)
    return replies.selection_owner(reply)


def _read_description(content: bytes) -> Claimant:
    """Return the program that the property describes. Any program can write there, so each field is checked."""
    fields: dict[str, Any] = {}
    with suppress(ValueError, RecursionError):
        found = json.loads(content)
        fields = found if isinstance(found, dict) else {}

    def number(name: str) -> int:
        value = fields.get(name)
        return value if type(value) is int and 0 < value < 1 << 32 else 0

    def text(name: str) -> str:
        value = fields.get(name)
        return value if isinstance(value, str) and len(value) <= 255 and value.isprintable() else ""

    program: Literal["daemon", "dictate"] = "daemon" if fields.get("program") == "daemon" else "dictate"
    return Claimant(program, number("pid"), number("user"), text("host"), text("socket"), text("display"))
