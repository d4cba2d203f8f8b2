"""Engines of the input method framework IBus, which uses one engine for all windows.

IBus has a bus of its own, see ``input_method.ibus_address``.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred

from windictator.desktop.bus_client import BusClient
from windictator.desktop.bus_errors import BusError, BusReplyError

_NAME, _PATH = "org.freedesktop.IBus", "/org/freedesktop/IBus"
_PROPERTIES = "org.freedesktop.DBus.Properties"
#: Engine that passes keys on unchanged, whatever the keyboard layout of the X server.
_PLAIN = "xkb:us::eng"
_TIMEOUT = 1.5


class IBus:
    """Implementation of ``input_method.Engine`` on the bus at ``address``."""

    is_global = True

    def __init__(self, reactor: Any, address: str) -> None:
        self._bus = BusClient(reactor, address, "bus of IBus")
        self._former_engine = ""

    def close(self) -> Deferred[None]:
        """Disconnect from the bus permanently; fire when that is done."""
        return self._bus.close()

    async def get_composing_engine(self) -> str:
        """Return the user's name of the current engine if it composes, otherwise ""."""
        name, shown = await self._get_engine()
        return "" if name.startswith("xkb:") else shown or name

    async def suspend(self) -> bool:
        """Switch to an engine that does not compose; return True if that worked."""
        self._former_engine, _ = await self._get_engine()
        await self._set_engine(_PLAIN)
        name, _ = await self._get_engine()
        return name == _PLAIN

    async def resume(self) -> None:
        """Switch back to the former engine, unless the user has chosen another meanwhile."""
        before, self._former_engine = self._former_engine, ""
        name, _ = await self._get_engine()
        if before and name == _PLAIN:
            await self._set_engine(before)

    async def _set_engine(self, engine: str) -> None:
        await self._bus.call(_NAME, _PATH, _NAME, "SetGlobalEngine", "s", (engine,), timeout=_TIMEOUT)

    async def _get_engine(self) -> tuple[str, str]:
        """Return the current engine's name and the user's name of it; "" if there is no current engine."""
        try:
            ((_, value),) = await self._bus.call(
                _NAME, _PATH, _PROPERTIES, "Get", "ss", (_NAME, "GlobalEngine"), timeout=_TIMEOUT
            )
        except BusReplyError:
            return "", ""
        # A variant in a variant: an IBusEngineDesc, whose third and fourth fields are the names.
        while isinstance(value, tuple) and len(value) == 2:
            _, value = value
        if not isinstance(value, tuple) or len(value) < 4:
            raise BusError("IBus described its engine in an unknown format")
        return str(value[2]), str(value[3])
