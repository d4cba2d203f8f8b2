"""State of the process that owns a window, as far as the X server and the system can tell.

The X-Resource extension names the process of a local client (X-Resource protocol 1.2, QueryClientIds).
"""

from __future__ import annotations

import contextlib
import enum
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from windictator.typist.window import x_id
from windictator.x11 import replies, requests
from windictator.x11.connection import XConnection
from windictator.x11.errors import XRequestError


class ClientProcess:
    """Lookup, on one connection, of the processes that own windows."""

    def __init__(self, connection: XConnection) -> None:
        self._connection = connection
        self._opcode: int | None = None

    async def pid(self, window: int) -> int:
        """Return the id of the process that created ``window``, 0 if unknown. Raises ConnectionLostError."""
        if self._opcode is None:
            found = replies.parse_extension(await self._connection.request(requests.query_extension("X-Resource")))
            self._opcode = found[0] if found is not None else 0
        if not self._opcode:
            return 0
        try:
            return replies.client_pid(
                await self._connection.request(requests.query_client_pid(self._opcode, x_id(window)))
            )
        except XRequestError:
            return 0  # an older version of the extension, or the window is gone


class ProcessState(enum.Enum):
    """State of a process at one moment. ``WAITING``: it sleeps, or its state is unknown."""

    WAITING = enum.auto()
    WORKING = enum.auto()
    STOPPED = enum.auto()


def process_state(pid: int) -> ProcessState:
    """Return the state of the process now, from all of its threads (proc(5), the third field of stat).

    For a Java program only the threads that read keys count: others collect garbage and compile at any time.
    """
    states = {thread.state for thread in _input_threads(pid)}
    if states & set("Tt"):
        return ProcessState.STOPPED
    return ProcessState.WORKING if states & set("RD") else ProcessState.WAITING


def sleep_count(pid: int) -> int | None:
    """Return how often the main thread has gone to sleep, if it sleeps now; 0 if it does not; None if unknown.

    Two equal numbers belong to one sleep. The main thread reads the events of every toolkit known to need this
    (proc(5): "State" and "voluntary_ctxt_switches" of status are those of the thread that has this id).
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


def cpu_time_s(pid: int) -> float:
    """Return the processor time of the threads that ``process_state`` reads, in seconds since they began."""
    return sum(thread.ticks for thread in _input_threads(pid)) / os.sysconf("SC_CLK_TCK")


def schedule_count(pids: Iterable[int]) -> int:
    """Return how often the processes' threads were scheduled since they began; it grows with all they do.

    Invisible processes, and all on kernels that do not count (proc(5), schedstat), add nothing.
    """
    count = 0
    for pid in pids:
        for thread in _thread_folders(pid):
            with contextlib.suppress(OSError, ValueError, IndexError):
                count += int((thread / "schedstat").read_text().split()[2])
    return count


def is_java(pid: int) -> bool:
    """Return True for a Java program that shows windows of its own, whatever their class."""
    return any(thread.name.startswith(_JAVA_WINDOW_THREADS) for thread in _threads(pid))


def may_reorder_keys(pid: int) -> bool:
    """Return True if the process may process keys in another order than they came.

    Such a process asks IBus about each key, several at once, and some answers overtake others. Seen with Qt 5, about
    once in 2,000 letters.
    """
    try:
        return _QT_IBUS_PLUGIN in Path(f"/proc/{pid}/maps").read_bytes()
    except OSError:
        return False


def input_method_processes(pid: int, name: str) -> frozenset[int]:
    """Return the visible processes that a key goes through when ``pid`` serves the input method ``name``.

    IBus has several: the one that X clients talk to, the daemon, and an engine, which is a child of the daemon.
    """
    family = {pid}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if (folder / "comm").read_text().startswith(name) and folder.stat().st_uid == os.getuid():
                family.add(int(folder.name))
                family.update(map(int, (folder / "task" / folder.name / "children").read_text().split()))
        except (OSError, ValueError):
            continue  # the process has just ended
    return frozenset(family)


#: Qt's plugin, of whatever version.
_QT_IBUS_PLUGIN = b"/libibusplatforminputcontextplugin.so"
#: Threads of the Java runtime (AWT and Swing; JavaFX), by the first characters of their names, which have at most 15.
_JAVA_INPUT_THREADS = ("AWT-XAWT", "AWT-EventQueue")
_JAVA_WINDOW_THREADS = ("AWT-XAWT", "QuantumRenderer")


class _Thread(NamedTuple):
    """Thread of a process. ``state``: one letter. ``ticks``: processor time in ticks of the system's clock."""

    name: str
    state: str
    ticks: int


def _input_threads(pid: int) -> list[_Thread]:
    """Return the threads that read keys, if known, else all."""
    threads = list(_threads(pid))
    return [thread for thread in threads if thread.name.startswith(_JAVA_INPUT_THREADS)] or threads


def _thread_folders(pid: int) -> list[Path]:
    """Return the folders of a process's threads; none where it cannot be seen, or has just ended."""
    try:
        return list(Path(f"/proc/{pid}/task").iterdir())
    except OSError:
        return []


def _threads(pid: int) -> Iterator[_Thread]:
    """Return the threads of a process, none if it is invisible."""
    for folder in _thread_folders(pid):
        try:
            stat = (folder / "stat").read_bytes()
        except OSError:
            continue  # the process has just ended
        name, _, rest = stat.partition(b"(")[2].rpartition(b") ")
        fields = rest.split()
        yield _Thread(name.decode("ascii", "replace"), chr(rest[0]), int(fields[11]) + int(fields[12]))
