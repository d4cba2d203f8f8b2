"""Properties of the program that owns a window, from its process (proc(5), for processes of the same user).

The toolkit is found from the libraries and data files that the process has mapped. Terminals, and editors that contain
a terminal, have the master of a pseudo-terminal open (``/dev/ptmx``, pts(4)).
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

_PROC = Path("/proc")
_PTY_MASTERS = ("/dev/ptmx", "/dev/pts/ptmx")
#: Archive of an Electron program; these open pseudo-terminals in a child process.
_ELECTRON = ".asar"
_MAX_FILES = 4096
_MAX_CHILDREN = 64
_MAX_REMEMBERED = 64
"""Maximum number of processes whose toolkit is remembered."""


class Toolkit(enum.Enum):
    """Toolkit of a program's text fields. ``OTHER``: another one, or unknown."""

    GECKO = enum.auto()
    BLINK = enum.auto()
    QT = enum.auto()
    TK = enum.auto()
    OTHER = enum.auto()


#: Part of the name of a mapped file -> toolkit. The first match counts: browsers load GTK or Qt as well, and
#: LibreOffice and Java use neither for their fields.
_MAPPED = (
    (b"/libvcl", Toolkit.OTHER),
    (b"/libjvm.so", Toolkit.OTHER),
    (b"/libxul.so", Toolkit.GECKO),
    (b"/chrome_100_percent.pak", Toolkit.BLINK),
    (b"/v8_context_snapshot", Toolkit.BLINK),
    (b"WebEngineCore.so", Toolkit.BLINK),
    (b"/libQt5Gui.so", Toolkit.QT),
    (b"/libQt6Gui.so", Toolkit.QT),
    (b"/libtk8.", Toolkit.TK),
    (b"/libtk9.", Toolkit.TK),
    (b"/libtcl9tk", Toolkit.TK),
)


class ProgramInspector:
    """Known processes, each by its id and the time of its start, because another process may get the same id."""

    def __init__(self) -> None:
        self._toolkits: dict[tuple[int, bytes], Toolkit] = {}
        self._terminals: set[tuple[int, bytes]] = set()

    def toolkit(self, pid: int) -> Toolkit:
        """Return the toolkit of the program's text fields."""
        key = pid, _started(pid)
        if key not in self._toolkits:
            if len(self._toolkits) >= _MAX_REMEMBERED:
                del self._toolkits[next(iter(self._toolkits))]
            self._toolkits[key] = _toolkit(pid)
        return self._toolkits[key]

    def has_terminal(self, pid: int) -> bool:
        """Return True if the process has a pseudo-terminal, or had one at the last call.

        A process without one is checked again each time, because it may have opened a terminal since.
        """
        key = pid, _started(pid)
        if key in self._terminals:
            return True
        found = _has_terminal(pid)
        if found:
            if len(self._terminals) >= _MAX_REMEMBERED:
                self._terminals.clear()
            self._terminals.add(key)
        return found


def _started(pid: int) -> bytes:
    """Return the start of the process in clock ticks (proc(5), field 22 of stat), b"" if it is gone."""
    try:
        stat = (_PROC / str(pid) / "stat").read_bytes()
    except OSError:
        return b""
    return stat[stat.rindex(b")") + 2 :].split()[19]


def _toolkit(pid: int) -> Toolkit:
    try:
        maps = (_PROC / str(pid) / "maps").read_bytes()
    except OSError:
        return Toolkit.OTHER
    return next((toolkit for name, toolkit in _MAPPED if name in maps), Toolkit.OTHER)


def _has_terminal(pid: int) -> bool:
    electron = False
    for name in _open_files(pid):
        if name in _PTY_MASTERS:
            return True
        electron = electron or name.endswith(_ELECTRON)
    return electron and any(name in _PTY_MASTERS for child in _children(pid) for name in _open_files(child))


def _open_files(pid: int) -> Iterator[str]:
    """Return the files that a process has open, none if they are invisible."""
    folder = _PROC / str(pid) / "fd"
    with suppress(OSError):
        for number in islice(folder.iterdir(), _MAX_FILES):
            with suppress(OSError):
                yield str(number.readlink())


def _children(pid: int) -> list[int]:
    """Return the processes that threads of ``pid`` have started."""
    children: list[int] = []
    with suppress(OSError):
        for task in (_PROC / str(pid) / "task").iterdir():
            with suppress(OSError):
                children += map(int, (task / "children").read_text().split())
    return children[:_MAX_CHILDREN]
