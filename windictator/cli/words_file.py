"""The file of the user's own words, read and replaced as a whole."""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from windictator.cli.interrupts import orderly_interrupt
from windictator.errors import WinDictatorError
from windictator.settings import LARGEST_FILE, read_config


class NotWritten(WinDictatorError):
    """The file could not be replaced; it is as it was."""


def read_text(path: Path) -> str:
    """The text of the file, "" where there is none yet. Raises SettingsError."""
    return read_config(path) if os.path.lexists(path) else ""


def change_file(path: Path, change: Callable[[str], str]) -> None:
    """Replace the text of ``path`` by what ``change`` makes of it, in one step: whoever reads it sees the old one or
    the new, and what cannot be written to its end changes nothing.

    The file and its folder are made if they are not there, for nobody else to read. Two who change it do so one after
    the other. Raises NotWritten, SettingsError and whatever ``change`` raises.
    """
    target = Path(os.path.realpath(path))  # a link stays a link
    with orderly_interrupt(), _telling(path), _alone_in(target.parent):
        before = read_text(target)
        after = change(before)
        if after != before:
            _replace(target, after)


@contextlib.contextmanager
def _telling(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise NotWritten(f"{path}: cannot be written: {error.strerror}; nothing is changed") from None


@contextlib.contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
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
    if len(content) > LARGEST_FILE:
        raise NotWritten(f"{target}: would be larger than {LARGEST_FILE} bytes; nothing is changed")
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-")  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(descriptor)
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink()
        raise
