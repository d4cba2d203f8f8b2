"""Text that is selected in a window, as its application gives it to other clients: the PRIMARY selection.

Toolkits take PRIMARY when characters are selected with Shift and the arrow keys (measured: GTK 3 and 4, Qt 5, Tk,
Swing, Chromium, Firefox, LibreOffice). This program owns PRIMARY from before those keys on, so an older selection is
never mistaken for the new one: a client that owns it afterwards has taken it since. Later, what the user had selected
before is given to other clients again.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from twisted.internet.defer import Deferred, ensureDeferred

from windictator.deferreds import Clock, pause
from windictator.typist.interfaces import ConnectionLostError, NoReplyError
from windictator.typist.window import x_id
from windictator.x11.client_sync import ClientSync
from windictator.x11.connection import XConnection, run_with_timeout
from windictator.x11.process_state import ClientProcess
from windictator.x11.selection_transfer import SelectionTooLargeError, SelectionTransfer, SelectionUnreadableError

T = TypeVar("T")

#: Seconds to wait for an application to take PRIMARY: some do it later, from a timer or from another process.
_MAX_OWNER_WAIT_S = 1.0
#: Seconds for which a text other than the expected one must stay the same: some keys may not have taken effect yet.
_SETTLED_S = 0.3
_POLL_INTERVAL_S = 0.005
#: Number of pings until an application has read the keys: GTK 3 takes 2 ms for each that moves the caret.
_MAX_PINGS = 4


class PrimarySelection:
    """Selected text of other applications, on one connection.

    connection: where the selection is read and served.
    client_sync: tells when the application has read the keys.
    clock: for the waits.
    """

    def __init__(self, connection: XConnection, client_sync: ClientSync, clock: Clock) -> None:
        self._connection = connection
        self._client_sync = client_sync
        self._clock = clock
        self._processes = ClientProcess(connection)
        self._transfer = SelectionTransfer(connection, clock)
        self.was_given_up = False
        """Whether no client owned PRIMARY any more when the last ``read`` ended.

        Then the application has taken it since ``prepare``, and has given it up: LibreOffice does so if it learns of
        another owner before it only when the keys have selected something already (measured with gtk3, on a busy
        machine).
        """

    def prepare(self, window: int) -> Deferred[bool]:
        """Take PRIMARY before the selecting keys; fire with False if the user's selection cannot be kept."""
        return ensureDeferred(self._prepare(window))

    def read(self, window: int, is_expected: Callable[[str], bool], is_settled: bool = False) -> Deferred[str | None]:
        """Fire with the text that the application of ``window`` has selected since ``prepare``, None if it has not."""
        return ensureDeferred(self._read(window, is_expected, is_settled))

    def restore(self, window: int) -> Deferred[None]:
        """Give the user's earlier selection to other clients again, once the application has read the keys."""
        return ensureDeferred(self._restore(window))

    def close(self) -> None:
        """Give up the user's selection, which can no longer be served."""
        self._transfer.close()

    async def _prepare(self, window: int) -> bool:
        transfer = self._transfer
        try:
            await self._reply(transfer.start())
            owner = await self._reply(transfer.find_owner())
            if owner and not transfer.is_owner:
                # An application that is about to give up PRIMARY because of earlier keys does not answer.
                await self._client_sync.acknowledged(window)
                owner = await self._reply(transfer.find_owner())
            if not transfer.is_owner:
                transfer.served_text = (await self._reply(transfer.read_text()) or None) if owner else None
            await self._reply(transfer.take_ownership())
        except (SelectionTooLargeError, SelectionUnreadableError):
            return False
        except (ConnectionLostError, NoReplyError):
            pass  # the next key is not confirmed, which is reported
        return True

    async def _read(self, window: int, is_expected: Callable[[str], bool], is_settled: bool) -> str | None:
        self.was_given_up = False
        try:
            return await self._wait_for_text(window, is_expected, is_settled)
        except (ConnectionLostError, NoReplyError):
            return None

    async def _wait_for_text(self, window: int, is_expected: Callable[[str], bool], is_settled: bool) -> str | None:
        for _ in range(_MAX_PINGS):
            if await self._client_sync.acknowledged(window):
                break
        else:
            return None
        began = since = self._clock.seconds()
        seen: str | None = None
        while True:
            text = await self._newly_selected_text(window)
            now = self._clock.seconds()
            if text is not None and is_expected(text) and not is_settled:
                return text
            if text != seen:
                seen, since = text, now
            max_wait_s = _MAX_OWNER_WAIT_S if seen is None and not self.was_given_up else _SETTLED_S
            if now - (began if seen is None else since) > max_wait_s:
                return seen
            await pause(self._clock, _POLL_INTERVAL_S)

    async def _newly_selected_text(self, window: int) -> str | None:
        """Return what the application of ``window`` has selected since ``prepare``, None if it has not yet.

        A clipboard manager that takes PRIMARY after it does not count: GTK and Tk then deselect the text.
        """
        owner = await self._reply(self._transfer.find_owner())
        self.was_given_up = not owner
        if not owner or self._transfer.is_owner or not await self._is_same_application(owner, window):
            return None
        try:
            text = await self._reply(self._transfer.read_text())
        except (SelectionTooLargeError, SelectionUnreadableError):
            return None
        return text if await self._reply(self._transfer.find_owner()) == owner else None

    async def _is_same_application(self, owner: int, window: int) -> bool:
        if not (owner ^ x_id(window)) & ~self._connection.resource_mask:
            return True
        pid = await self._reply(self._processes.pid(owner))
        return bool(pid) and pid == await self._reply(self._processes.pid(window))

    def _reply(self, work: Coroutine[Deferred[Any], Any, T]) -> Deferred[T]:
        return run_with_timeout(work, self._clock)

    async def _restore(self, window: int) -> None:
        """Give other clients what the user had selected, after the application can no longer take PRIMARY."""
        transfer = self._transfer
        try:
            await self._client_sync.acknowledged(window)
            owner = await self._reply(transfer.find_owner())
            if owner and not transfer.is_owner and not await self._is_same_application(owner, window):
                transfer.served_text = None  # the user has selected something else meanwhile
            elif transfer.served_text is None:
                await self._reply(transfer.clear())
            else:
                await self._reply(transfer.take_ownership())
        except (ConnectionLostError, NoReplyError, SelectionUnreadableError):
            return  # the selection has gone with the connection, or the server is held by another client
