"""Path of the daemon's socket. Standard library only, because hotkeys wait for the command line."""

from __future__ import annotations

import os
import stat

from windictator.errors import WinDictatorError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#: Maximum length of the path of a unix socket on Linux (unix(7)), without its final NUL, in bytes.
_MAX_PATH_BYTES = 107


class AddressError(WinDictatorError):
    """There is no safe folder for the socket, or no display that it belongs to."""


def control_socket(environ: Mapping[str, str], display: str | None = None) -> str:
    """Return the path of the socket of the daemon that serves ``display``, or ``$DISPLAY`` if None.

    The socket is in ``$XDG_RUNTIME_DIR/windictator``, or in ``/tmp/windictator-UID`` if that variable is unset or
    relative (the XDG Base Directory Specification says to ignore a relative path). Does not access the file system.
    Raises AddressError.
    """
    display = display or environ.get("DISPLAY", "")
    if not display:
        raise AddressError("no graphical desktop found: DISPLAY is not set; give --display, such as --display :0")
    runtime = environ.get("XDG_RUNTIME_DIR", "")
    folder = f"{runtime}/windictator" if runtime.startswith("/") else f"/tmp/windictator-{os.getuid()}"
    path = f"{folder}/{_file_name(display)}.sock"
    if len(os.fsencode(path)) > _MAX_PATH_BYTES:
        raise AddressError(f"{path} is too long for a socket; set XDG_RUNTIME_DIR to a shorter path")
    return path


def control_socket_path(environ: Mapping[str, str], display: str | None = None) -> Path:
    """Return the result of ``control_socket`` as a Path."""
    from pathlib import Path

    return Path(control_socket(environ, display))


def make_control_folder(folder: Path) -> None:
    """Create ``folder`` with mode 0700, or check that an existing one is safe. Raises AddressError.

    A safe folder belongs to this user, and other users cannot write to it; other permissions are removed.
    """
    try:
        folder.mkdir(0o700, exist_ok=True)
        found = folder.lstat()  # not stat: a link could lead into another user's folder
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
        raise AddressError(f"cannot create the folder {folder}: {error.strerror}; is XDG_RUNTIME_DIR right?") from None


def _file_name(display: str) -> str:
    """Return one name for one server: ``:0``, ``:0.0`` and ``unix:0`` are equal."""
    host, colon, number = display.rpartition(":")
    if colon:
        display = f"{'' if host == 'unix' else host}:{number.partition('.')[0]}"
    return "".join(c if c.isalnum() or c in ":.-_" else f"%{ord(c):02x}" for c in display)
