"""Where the daemon's socket is. Standard library only: the command line is to be quick."""

from __future__ import annotations

import os
import stat

from windictator.errors import WinDictatorError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#: What fits into an address of a unix socket on Linux (unix(7)), without the NUL at its end.
_MAX_PATH_BYTES = 107


class AddressError(WinDictatorError):
    """There is no safe place for the socket, or no display that it could belong to."""


def control_socket(environ: Mapping[str, str], display: str | None = None) -> str:
    """The path of the socket of the daemon that serves ``display`` (``$DISPLAY`` if None); nothing is looked at.

    It is in ``$XDG_RUNTIME_DIR/windictator``, or in ``/tmp/windictator-UID`` where that is not set (or relative, which
    the XDG Base Directory Specification says to ignore). Raises AddressError.
    """
    display = display or environ.get("DISPLAY", "")
    if not display:
        raise AddressError("no X display: DISPLAY is not set; give --display, such as --display :0")
    runtime = environ.get("XDG_RUNTIME_DIR", "")
    folder = f"{runtime}/windictator" if runtime.startswith("/") else f"/tmp/windictator-{os.getuid()}"
    path = f"{folder}/{_file_name(display)}.sock"
    if len(os.fsencode(path)) > _MAX_PATH_BYTES:
        raise AddressError(f"{path} is too long for a socket's name; set XDG_RUNTIME_DIR to a shorter path")
    return path


def control_socket_path(environ: Mapping[str, str], display: str | None = None) -> Path:
    """The same as a Path."""
    from pathlib import Path

    return Path(control_socket(environ, display))


def make_control_folder(folder: Path) -> None:
    """See that ``folder`` is there, belongs to this user and is nobody else's business (0700). Raises AddressError."""
    try:
        folder.mkdir(0o700, exist_ok=True)
        found = folder.lstat()  # not stat: a link could lead into somebody else's folder
        if not stat.S_ISDIR(found.st_mode):
            raise AddressError(f"{folder} is not a folder; remove it")
        if found.st_uid != os.getuid():
            raise AddressError(f"{folder} belongs to another user; set XDG_RUNTIME_DIR to a folder of your own")
        if found.st_mode & 0o022:
            raise AddressError(f"{folder} can be written by other users; remove it, or: chmod 700 {folder}")
        if stat.S_IMODE(found.st_mode) != 0o700:
            folder.chmod(0o700)
    except FileExistsError:
        raise AddressError(f"{folder} is not a folder; remove it") from None
    except OSError as error:
        raise AddressError(f"cannot make the folder {folder}: {error.strerror}; is XDG_RUNTIME_DIR right?") from None


def _file_name(display: str) -> str:
    """One name for one server: ``:0``, ``:0.0`` and ``unix:0`` are the same."""
    host, colon, number = display.rpartition(":")
    if colon:
        display = f"{'' if host == 'unix' else host}:{number.partition('.')[0]}"
    return "".join(c if c.isalnum() or c in ":.-_" else f"%{ord(c):02x}" for c in display)
