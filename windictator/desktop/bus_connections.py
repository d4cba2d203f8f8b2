"""The buses that this program is on, each connected once for all who use it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, gatherResults

from windictator.desktop.bus_address import session_bus_address, system_bus_address

if TYPE_CHECKING:
    from windictator.desktop.bus_client import BusClient


class BusConnections:
    """``environ``: where it says that the buses are. Nothing is imported or connected before somebody needs it."""

    def __init__(self, reactor: Any, environ: Mapping[str, str]) -> None:
        self._reactor = reactor
        self._environ = environ
        self._buses: dict[bool, BusClient] = {}

    def bus(self, system: bool) -> BusClient:
        """The system's bus, or else the session's."""
        if system not in self._buses:
            from windictator.desktop.bus_client import BusClient

            address = system_bus_address(self._environ) if system else session_bus_address(self._environ)
            self._buses[system] = BusClient(self._reactor, address, "system bus" if system else "session bus")
        return self._buses[system]

    def close(self) -> Deferred[None]:
        """Leave them for good; fires when that is done."""
        return gatherResults([bus.close() for bus in self._buses.values()]).addCallback(lambda _: None)
