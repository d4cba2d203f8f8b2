"""Text that is selected in a window, as its application gives it to other clients: the PRIMARY selection.

Toolkits take PRIMARY when characters are selected with Shift and the arrow keys (measured: GTK 3 and 4, Qt 5, Tk,
Swing, Chromium, Firefox, LibreOffice). So that an older selection is never taken for the new one, PRIMARY is ours from
before the keys on: who owns it afterwards has taken it since. What the user had selected before is given to other
clients again when that is over.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from twisted.internet.defer import Deferred, ensureDeferred

from windictator.ports import Clock, ConnectionLost, NoReply, x_id
from windictator.watchdog import pause
from windictator.x11.attention import Attention
from windictator.x11.client_process import ClientProcess
from windictator.x11.connection import Connection, in_time
from windictator.x11.selection_transfer import SelectionTooLarge, SelectionTransfer, SelectionUnreadable

T = TypeVar("T")

#: Seconds to wait for an application to take PRIMARY: some do it later, from a timer or from another process.
_MAX_OWNER_WAIT_S = 1.0
#: Seconds for which a text that is not the expected one must stay the same: the keys may not all have been carried out.
_SETTLED_S = 0.3
_LOOK_INTERVAL_S = 0.005
#: Times that an application is asked whether it has read the keys: GTK 3 takes 2 ms for each that moves the caret.
_MAX_ASKED = 4


class PrimarySelection:
    """Implements ports.SelectedText on one connection. ``clock``: for the waits. ``attention``: tells when the
    application has read the keys."""

    def __init__(self, connection: Connection, attention: Attention, clock: Clock) -> None:
        self._connection = connection
        self._attention = attention
        self._clock = clock
        self._processes = ClientProcess(connection)
        self._transfer = SelectionTransfer(connection, clock)

    def prepare(self, window: int) -> Deferred[bool]:
        """See ports.SelectedText."""
        return ensureDeferred(self._prepare(window))

    def read(
        self, window: int, is_expected: Callable[[str], bool], is_settled: bool = False
    ) -> Deferred[str | None]:
        """See ports.SelectedText."""
        return ensureDeferred(self._read(window, is_expected, is_settled))

    def restore(self, window: int) -> Deferred[None]:
        """See ports.SelectedText."""
        return ensureDeferred(self._restore(window))

    def close(self) -> None:
        """Give up what the user had selected: it can be served no longer."""
        self._transfer.close()

    async def _prepare(self, window: int) -> bool:
        transfer = self._transfer
        try:
            await self._reply(transfer.start())
            owner = await self._reply(transfer.owner())
            if owner and not transfer.owned:
                # An application that is about to give PRIMARY up, because of keys before, does not answer.
                await self._attention.has_read(window)
                owner = await self._reply(transfer.owner())
            if not transfer.owned:
                transfer.served = (await self._reply(transfer.read_text()) or None) if owner else None
            await self._reply(transfer.own())
        except (SelectionTooLarge, SelectionUnreadable):
            return False
        except (ConnectionLost, NoReply):
            pass  # the next key is not confirmed, and says so
        return True

    async def _read(self, window: int, is_expected: Callable[[str], bool], is_settled: bool) -> str | None:
        try:
            return await self._awaited_text(window, is_expected, is_settled)
        except (ConnectionLost, NoReply):
            return None

    async def _awaited_text(
        self, window: int, is_expected: Callable[[str], bool], is_settled: bool
    ) -> str | None:
        for _ in range(_MAX_ASKED):
            if await self._attention.has_read(window):
                break
        else:
            return None
        began = since = self._clock.seconds()
        seen: str | None = None
        while True:
            text = await self._taken_text(window)
            now = self._clock.seconds()
            if text is not None and is_expected(text) and not is_settled:
                return text
            if text != seen:
                seen, since = text, now
            if now - (began if seen is None else since) > (_MAX_OWNER_WAIT_S if seen is None else _SETTLED_S):
                return seen
            await pause(self._clock, _LOOK_INTERVAL_S)

    async def _taken_text(self, window: int) -> str | None:
        """Return what the application of ``window`` has selected since ``prepare``, None where it has not yet.

        A clipboard manager that takes PRIMARY after it will not do: GTK and Tk then have nothing selected any more.
        """
        owner = await self._reply(self._transfer.owner())
        if not owner or self._transfer.owned or not await self._is_same_application(owner, window):
            return None
        try:
            text = await self._reply(self._transfer.read_text())
        except (SelectionTooLarge, SelectionUnreadable):
            return None
        return text if await self._reply(self._transfer.owner()) == owner else None

    async def _is_same_application(self, owner: int, window: int) -> bool:
        if not (owner ^ x_id(window)) & ~self._connection.resource_mask:
            return True
        pid = await self._reply(self._processes.pid(owner))
        return bool(pid) and pid == await self._reply(self._processes.pid(window))

    def _reply(self, work: Coroutine[Deferred[Any], Any, T]) -> Deferred[T]:
        return in_time(work, self._clock)

    async def _restore(self, window: int) -> None:
        """Give other clients what the user had selected; see that the application does not take it again."""
        transfer = self._transfer
        try:
            await self._attention.has_read(window)
            owner = await self._reply(transfer.owner())
            if owner and not transfer.owned and not await self._is_same_application(owner, window):
                transfer.served = None  # the user has selected something else meanwhile
            elif transfer.served is None:
                await self._reply(transfer.clear())
            else:
                await self._reply(transfer.own())
        except (ConnectionLost, NoReply, SelectionUnreadable):
            return  # the selection has gone with the connection, or the server is held by another client
