"""IBus: which engine is in use, and another in its place.

IBus has a bus of its own (``input_method.ibus_address``). The engine in use is one for all windows.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred

from windictator.desktop.bus_client import BusClient
from windictator.desktop.bus_errors import BusError, BusReplyError

_NAME, _PATH = "org.freedesktop.IBus", "/org/freedesktop/IBus"
_PROPERTIES = "org.freedesktop.DBus.Properties"
#: What it passes on does not depend on the keyboard layout, which is the X server's.
_PLAIN = "xkb:us::eng"
_TIMEOUT = 1.5


class IBus:
    """Implements input_method.Engine on the bus at ``address``."""

    is_global = True

    def __init__(self, reactor: Any, address: str) -> None:
        self._bus = BusClient(reactor, address, "bus of IBus")
        self._former_engine = ""

    def close(self) -> Deferred[None]:
        """Leave its bus."""
        return self._bus.close()

    async def get_composing_engine(self) -> str:
        """See input_method.Engine."""
        name, shown = await self._get_engine()
        return "" if name.startswith("xkb:") else shown or name

    async def put_aside(self) -> bool:
        """See input_method.Engine."""
        self._former_engine, _ = await self._get_engine()
        await self._set_engine(_PLAIN)
        name, _ = await self._get_engine()
        return name == _PLAIN

    async def put_back(self) -> None:
        """See input_method.Engine."""
        before, self._former_engine = self._former_engine, ""
        name, _ = await self._get_engine()
        if before and name == _PLAIN:
            await self._set_engine(before)

    async def _set_engine(self, engine: str) -> None:
        await self._bus.call(_NAME, _PATH, _NAME, "SetGlobalEngine", "s", (engine,), timeout=_TIMEOUT)

    async def _get_engine(self) -> tuple[str, str]:
        """The engine's name and what the user calls it; "" where none is in use."""
        try:
            ((_, value),) = await self._bus.call(
                _NAME, _PATH, _PROPERTIES, "Get", "ss", (_NAME, "GlobalEngine"), timeout=_TIMEOUT
            )
        except BusReplyError:
            return "", ""
        # A variant in the variant: an IBusEngineDesc, of which these are the third and the fourth field.
        while isinstance(value, tuple) and len(value) == 2:
            _, value = value
        if not isinstance(value, tuple) or len(value) < 4:
            raise BusError("IBus describes its engine in a way that is not known")
        return str(value[2]), str(value[3])
