"""Where a change of a path shows, and how to tell that it has changed. Standard library only."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

_MAX_LINKS = 40
"""Number of symbolic links after which Linux gives up a path (path_resolution(7))."""
_REMOTE_FILE_SYSTEMS = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "virtiofs", "vboxsf", "fuse")
"""Types of file systems that another computer can change. inotify(7) does not report such changes."""

Fingerprint = tuple[object, ...]


def places(path: Path) -> Iterator[tuple[Path, str]]:
    """Yield each folder and the name in it by which ``path`` can begin to mean another file.

    These are the folders of the file itself and of every symbolic link on the way to it. If a part of the path is
    missing, it is the place where that part would appear.
    """
    folder, names, link_count = Path("/"), list(path.absolute().parts[1:]), 0
    while names:
        name = names.pop(0)
        if name == "..":
            folder = folder.parent
            continue
        try:
            mode = os.lstat(folder / name).st_mode
        except OSError:
            yield folder, name
            return
        if stat.S_ISLNK(mode):
            yield folder, name
            link_count += 1
            target = _link_target(folder / name)
            if target is None or link_count > _MAX_LINKS:
                return
            if target.is_absolute():
                folder = Path("/")
            names[:0] = target.parts[1:] if target.is_absolute() else target.parts
        elif names and stat.S_ISDIR(mode):
            folder /= name
        else:
            yield folder, name
            return


def fingerprint(files: Iterable[Path], folders: Iterable[Path]) -> Fingerprint:
    """Return a value that differs after a change of a file, or of a Python module in one of the folders."""
    modules = [module for folder in folders for module in _modules(folder)]
    return tuple((str(path), _state(path)) for path in (*files, *modules))


def is_remote(folder: Path) -> bool:
    """Return True if ``folder`` is on a file system that other computers can change."""
    try:
        device = folder.stat().st_dev
        lines = Path("/proc/self/mountinfo").read_text().splitlines()
    except OSError:
        return False
    number = f"{os.major(device)}:{os.minor(device)}"
    types = [line.partition(" - ")[2].split(" ")[0] for line in lines if line.split(" ")[2] == number]
    return any(type.partition(".")[0] in _REMOTE_FILE_SYSTEMS for type in types)


def _link_target(link: Path) -> Path | None:
    with suppress(OSError):
        return Path(os.readlink(link))  # noqa: PTH115  # the link may change at any moment
    return None


def _modules(folder: Path) -> list[Path]:
    with suppress(OSError):
        return sorted(module for module in folder.iterdir() if module.suffix == ".py")
    return []


def _state(path: Path) -> object:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_mode
