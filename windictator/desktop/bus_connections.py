"""Clients of the session bus and the system bus, shared by all users of a bus."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, gatherResults

from windictator.desktop.bus_address import session_bus_address, system_bus_address

if TYPE_CHECKING:
    from windictator.desktop.bus_client import BusClient


class BusConnections:
    """Clients of the buses; nothing is imported or connected before it is needed.

    environ: environment with the addresses of the buses.
    """

    def __init__(self, reactor: Any, environ: Mapping[str, str]) -> None:
        self._reactor = reactor
        self._environ = environ
        self._buses: dict[bool, BusClient] = {}

    def bus(self, system: bool) -> BusClient:
        """Return the client of the system bus, or of the session bus if ``system`` is False."""
        if system not in self._buses:
            from windictator.desktop.bus_client import BusClient

            address = system_bus_address(self._environ) if system else session_bus_address(self._environ)
            self._buses[system] = BusClient(self._reactor, address, "system bus" if system else "session bus")
        return self._buses[system]

    def close(self) -> Deferred[None]:
        """Disconnect permanently; fire when that is done."""
        return gatherResults([bus.close() for bus in self._buses.values()]).addCallback(lambda _: None)
