"""A private bus, a reactor and a client on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desktop.own_reactor import OwnReactor
from tests.desktop.private_bus import PrivateBus
from windictator.desktop.bus_client import BusClient


@pytest.fixture
def private_bus(tmp_path: Path) -> Iterator[PrivateBus]:
    """A bus without any service."""
    with PrivateBus(tmp_path) as bus:
        yield bus


@pytest.fixture(scope="session")
def own_reactor() -> Iterator[OwnReactor]:
    """A reactor for this test process."""
    reactor = OwnReactor()
    yield reactor
    for selectable in reactor.removeAll():
        selectable.connectionLost(None)


@pytest.fixture
def session_bus(own_reactor: OwnReactor, private_bus: PrivateBus) -> Iterator[BusClient]:
    """A client of ``private_bus``."""
    bus = BusClient(own_reactor, private_bus.address)
    yield bus
    own_reactor.result(bus.close())
    assert not own_reactor.getDelayedCalls()
