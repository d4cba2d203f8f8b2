"""Reload of the settings when one of the user's files changes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from twisted.internet.defer import ensureDeferred

from windictator.app.file_watch import FileWatch, WatchedFiles
from windictator.app.reload import ReloadingError
from windictator.errors import InternalError, WinDictatorError

RETRY_INTERVAL_S = 0.2
"""Seconds between two attempts while an utterance or another reload is in progress."""


class AutomaticReload:
    """Reloads after changes of the user's files, between two utterances.

    A file with an error is reported once; what was read before stays in use.

    reactor: Twisted's reactor.
    watched_files: returns the files.
    reload: reloads everything. Raises WinDictatorError.
    is_busy: returns True while an utterance is being spoken or typed.
    on_failed: called with one line, when a file has another error than before.
    """

    def __init__(
        self,
        reactor: Any,
        watched_files: Callable[[], WatchedFiles],
        reload: Callable[[], Awaitable[None]],
        is_busy: Callable[[], bool],
        on_failed: Callable[[str], None],
    ) -> None:
        self._reactor = reactor
        self._reload = reload
        self._is_busy = is_busy
        self._on_failed = on_failed
        self._retry: Any = None
        self._is_closed = False
        self.watch = FileWatch(reactor, watched_files, self._files_changed)
        self.error = ""
        """What is wrong with the files, one line; "" if they are in use."""

    def close(self) -> None:
        """Reload no more."""
        self._is_closed = True
        self.watch.close()
        if self._retry is not None and self._retry.active():
            self._retry.cancel()

    def _files_changed(self) -> None:
        if self._is_closed or (self._retry is not None and self._retry.active()):
            return
        if self._is_busy():
            self._try_later()
        else:
            ensureDeferred(self._reload_files())

    async def _reload_files(self) -> None:
        former = self.error
        try:
            await self._reload()
        except ReloadingError:
            self._try_later()
        except WinDictatorError as error:
            if str(error) != former:
                self._on_failed(str(error))
        except Exception as error:
            self._on_failed(str(InternalError(error)))

    def _try_later(self) -> None:
        if not self._is_closed:
            self._retry = self._reactor.callLater(RETRY_INTERVAL_S, self._retry_now)

    def _retry_now(self) -> None:
        self._retry = None
        self._files_changed()
