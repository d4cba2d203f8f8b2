"""Watch of files that may be missing, be links, or be replaced when they are saved.

inotify reports changes, so waiting costs nothing. Where it does not work (a network file system, no watches left) the
files are compared every few seconds instead.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from windictator.app.watched_paths import fingerprint, is_remote, places

QUIET_S = 0.3
"""Seconds without a change after which a burst of writes is over."""
MAX_BURST_S = 2.0
"""Seconds after which a burst that does not end is treated as over."""
POLL_INTERVAL_S = 5.0
"""Seconds between two looks at files that inotify does not watch."""
_MAX_ATTEMPTS = 5


class WatchedFiles(NamedTuple):
    """What is watched.

    files: the files; they may be missing.
    folders: folders whose Python modules are watched; they may be missing.
    """

    files: tuple[Path, ...]
    folders: tuple[Path, ...] = ()


class FileWatch:
    """Calls back once after each burst of changes of some files.

    reactor: Twisted's reactor.
    watched_files: returns what is watched. It is asked again after each change.
    on_changed: called when a file has changed, has appeared or is gone.
    open_inotify: starts an ``INotify``; raises OSError if it cannot.
    """

    def __init__(
        self,
        reactor: Any,
        watched_files: Callable[[], WatchedFiles],
        on_changed: Callable[[], None],
        open_inotify: Callable[[], Any] | None = None,
    ) -> None:
        self._reactor = reactor
        self._watched_files = watched_files
        self._on_changed = on_changed
        self._open_inotify = open_inotify or self._open_real_inotify
        self._inotify: Any = None
        self._timer: Any = None
        self._burst_began: float | None = None
        self._known: object = None
        self._is_closed = False

    def start(self) -> None:
        """Begin to watch. Changes since the last ``files_read`` are reported."""
        self._look()

    def files_read(self) -> None:
        """Note that the files are being read now: what has changed until now is not reported."""
        self._known = fingerprint(*self._watched_files())

    def close(self) -> None:
        """Watch no more."""
        self._is_closed = True
        self._stop_timer()
        self._close_inotify()

    def _look(self) -> None:
        """Watch the places of today, then compare: what changes after that is reported by them."""
        self._timer, self._burst_began = None, None
        is_watched = self._watch_places()
        found = fingerprint(*self._watched_files())
        is_changed, self._known = self._known not in (None, found), found
        if is_changed:
            self._on_changed()
        if not is_watched and self._timer is None and not self._is_closed:
            self._timer = self._reactor.callLater(POLL_INTERVAL_S, self._look)

    def _watch_places(self) -> bool:
        """Return False if some changes are not reported."""
        self._close_inotify()
        for _ in range(_MAX_ATTEMPTS):  # a folder may go at any moment
            try:
                return self._watch(self._names_by_folder())
            except OSError:
                self._close_inotify()
        return False

    def _names_by_folder(self) -> dict[Path, set[str] | None]:
        """Return the names to watch in each folder; None: all names."""
        files, folders = self._watched_files()
        names: dict[Path, set[str]] = {}
        for path in (*files, *folders):
            for folder, name in places(path):
                names.setdefault(folder, set()).add(name)
        return {**names, **{folder.resolve(): None for folder in folders if folder.is_dir()}}

    def _watch(self, names_by_folder: dict[Path, set[str] | None]) -> bool:
        from twisted.internet import inotify
        from twisted.python.filepath import FilePath

        self._inotify = self._open_inotify()
        mask = inotify.IN_CREATE | inotify.IN_DELETE | inotify.IN_MOVED_FROM | inotify.IN_MOVED_TO | inotify.IN_ATTRIB
        mask |= inotify.IN_CLOSE_WRITE | inotify.IN_MOVE_SELF | inotify.IN_ONLYDIR
        for folder, names in names_by_folder.items():
            watched = FilePath(bytes(folder))

            def changed(
                _: object, path: Any, mask: int, watched: Any = watched, names: set[str] | None = names
            ) -> None:
                if path == watched or names is None or _name_of(path) in names:
                    self._changed()

            try:
                self._inotify.watch(watched, mask, callbacks=[changed])
            except inotify.INotifyError as error:
                raise OSError(str(error)) from None
        return not any(map(is_remote, names_by_folder))

    def _changed(self) -> None:
        if self._is_closed:
            return
        now = self._reactor.seconds()
        self._burst_began = now if self._burst_began is None else self._burst_began
        self._stop_timer()
        left_s = self._burst_began + MAX_BURST_S - now
        self._timer = self._reactor.callLater(max(0.0, min(QUIET_S, left_s)), self._look)

    def _open_real_inotify(self) -> Any:
        from twisted.internet.inotify import INotify, INotifyError

        try:
            opened = INotify(self._reactor)  # type: ignore[no-untyped-call]
        except INotifyError as error:
            raise OSError(str(error)) from None
        opened.startReading()  # type: ignore[no-untyped-call]
        return opened

    def _close_inotify(self) -> None:
        closed, self._inotify = self._inotify, None
        if closed is not None:
            closed.loseConnection()

    def _stop_timer(self) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None


def _name_of(path: Any) -> str:
    return os.fsdecode(path.basename())
