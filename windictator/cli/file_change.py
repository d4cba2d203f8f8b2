"""Files of the user that commands change: read, and replaced as a whole."""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from windictator.cli.io.exits import raise_on_signal
from windictator.errors import WinDictatorError
from windictator.settings import MAX_FILE_BYTES, read_text_file


class WriteError(WinDictatorError):
    """The file could not be replaced; it is as it was."""


class TargetExistsError(WinDictatorError):
    """The file was to be begun, and is there already."""


def read_text(path: Path) -> str:
    """The text of the file, "" where there is none yet. Raises SettingsError."""
    return read_text_file(path) if os.path.lexists(path) else ""


def change_file(path: Path, change: Callable[[str], str]) -> None:
    """Replace the text of ``path`` by what ``change`` makes of it, in one step: whoever reads it sees the old one or
    the new, and what cannot be written to its end changes nothing.

    A link stays a link, and the file keeps its permissions. The file and its folder are made if they are missing,
    readable by the user alone. Two commands that change it do so one after the other. Raises NotWritten, SettingsError
    and whatever ``change`` raises.
    """
    target = Path(os.path.realpath(path))  # dotfile managers put links
    with raise_on_signal(), _translate_errors(path), _directory_lock(target.parent):
        before = read_text(target)
        after = change(before)
        if after != before:
            _replace(target, after)


def create_file(path: Path, text: str, replace: bool) -> Path | None:
    """Write ``text`` to a file that is missing or empty.

    ``replace``: write it to any file; the old one is kept beside it, and its path is returned. Raises FileExists,
    NotWritten.
    """
    target = Path(os.path.realpath(path))
    with raise_on_signal(), _translate_errors(path), _directory_lock(target.parent):
        copy = None
        if target.exists() and target.stat().st_size:
            if not replace:
                raise TargetExistsError(f"{path}: exists; nothing is changed")
            copy = _keep_copy(target)
        _replace(target, text)
        return copy


def _keep_copy(target: Path) -> Path:
    """Give the file a second name beside its own, the first of .bak, .bak2, .bak3 and so on that is free."""
    for number in itertools.count(1):
        copy = target.with_name(f"{target.name}.bak{number if number > 1 else ''}")
        try:
            copy.hardlink_to(target)
        except FileExistsError:
            continue
        except OSError:  # a file system without hard links
            with target.open("rb") as source, copy.open("xb") as stream:
                shutil.copyfileobj(source, stream)
            copy.chmod(stat.S_IMODE(target.stat().st_mode))
        return copy
    raise AssertionError


@contextlib.contextmanager
def _translate_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise WriteError(f"{path}: cannot be written: {error.strerror}; nothing is changed") from None


@contextlib.contextmanager
def _directory_lock(folder: Path) -> Iterator[None]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
        os.fsync(descriptor)  # the new name is on the disk, too
    finally:
        os.close(descriptor)


def _replace(target: Path, text: str) -> None:
    content = text.encode()
    if len(content) > MAX_FILE_BYTES:
        raise WriteError(f"{target}: would be larger than {MAX_FILE_BYTES} bytes; nothing is changed")
    mode = target.stat().st_mode if target.exists() else None
    if mode is not None and not stat.S_ISREG(mode):
        raise WriteError(f"{target}: is not a regular file; nothing is changed")
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-")  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            if mode is not None:
                os.fchmod(descriptor, stat.S_IMODE(mode))
            os.fsync(descriptor)
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink()
        raise
