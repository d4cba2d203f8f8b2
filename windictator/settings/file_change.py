"""Atomic changes to files of the user."""

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

from windictator.errors import WinDictatorError
from windictator.settings.files import MAX_FILE_BYTES, read_text_file


class WriteError(WinDictatorError):
    """The file could not be replaced; it has its old content."""


class TargetExistsError(WinDictatorError):
    """The file to be created exists."""


def read_text(path: Path) -> str:
    """Return the text of the file, "" if it does not exist. Raises SettingsError."""
    return read_text_file(path) if os.path.lexists(path) else ""


def change_file(path: Path, change: Callable[[str], str]) -> None:
    """Replace the text of ``path`` in one step: other programs read either the old text or the new one.

    change: function from the old text ("" if the file is missing) to the new one.

    If writing fails, nothing changes. A symbolic link stays a link, and the file keeps its permissions. A missing file
    and its folder are created, readable by the user alone. Concurrent commands change the file one after the other.
    Raises WriteError, SettingsError, and errors of ``change``.
    """
    target = Path(os.path.realpath(path))  # dotfile managers create links
    with _translate_errors(path), _directory_lock(target.parent):
        before = read_text(target)
        after = change(before)
        if after != before:
            _replace(target, after)


def create_file(path: Path, text: str, replace: bool) -> Path | None:
    """Write ``text`` to a file that is missing or empty.

    replace: replace any file, and keep the old one beside it.

    Return the path of the old file, None if there was none. Raises TargetExistsError, WriteError.
    """
    target = Path(os.path.realpath(path))
    with _translate_errors(path), _directory_lock(target.parent):
        copy = None
        if target.exists() and target.stat().st_size:
            if not replace:
                raise TargetExistsError(f"{path}: exists; nothing was changed")
            copy = _keep_copy(target)
        _replace(target, text)
        return copy


def _keep_copy(target: Path) -> Path:
    """Link the file to the first free name with the suffix .bak, .bak2, .bak3 and so on."""
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
        raise WriteError(f"{path}: cannot be written: {error.strerror}; nothing was changed") from None


@contextlib.contextmanager
def _directory_lock(folder: Path) -> Iterator[None]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
        os.fsync(descriptor)  # write the new name to the disk, too
    finally:
        os.close(descriptor)


def _replace(target: Path, text: str) -> None:
    content = text.encode()
    if len(content) > MAX_FILE_BYTES:
        raise WriteError(f"{target}: would be larger than {MAX_FILE_BYTES} bytes; nothing was changed")
    mode = target.stat().st_mode if target.exists() else None
    if mode is not None and not stat.S_ISREG(mode):
        raise WriteError(f"{target}: is not a regular file; nothing was changed")
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
