"""The client of the bus, on a real dbus-daemon: answers, each kind of failure in one line, buses that come and go."""

from __future__ import annotations

import select
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from tests.desktop.own_reactor import OwnReactor
from tests.desktop.private_bus import Answer, BusRefusalError, PrivateBus, Service
from windictator.desktop.bus_address import session_bus_address, system_bus_address, unix_sockets
from windictator.desktop.bus_client import BusClient
from windictator.desktop.bus_errors import (
    BusDisconnectedError,
    BusError,
    BusReplyError,
    BusTimeoutError,
    NoBusError,
    ServiceUnknownError,
)
from windictator.text.commands.bus_arguments import ArgumentsError

NAME = "org.example.Echo"


def echo(arguments: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
    return "a{sv}xas", ({"given": ("s", repr(arguments)), "flag": ("b", True)}, -(2**40), ["a", "ß"])


def refuse(_arguments: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
    raise BusRefusalError("org.example.Error.No", "not\n  today")


def refuse_silently(_arguments: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
    raise BusRefusalError("org.example.Error.No")


METHODS: dict[str, Answer] = {"Echo": echo, "Refuse": refuse, "RefuseSilently": refuse_silently}


@pytest.fixture
def service(private_bus: PrivateBus) -> Iterator[Service]:
    """A program on the bus."""
    with Service(private_bus.address, NAME, METHODS) as service:
        yield service


def call(bus: BusClient, member: str = "Echo", *arguments: Any, signature: str = "", **more: Any) -> Deferred[Any]:
    return bus.call(NAME, "/org/example", "org.example.Echo", member, signature, arguments, **more)


def error_of(reactor: OwnReactor, deferred: Deferred[Any]) -> BusError:
    """What a call fails with, which must be one line."""
    with pytest.raises(BusError) as raised:
        reactor.result(deferred)
    line = str(raised.value)
    assert line == " ".join(line.split()) != ""
    return raised.value


def test_values_are_sent_and_returned(own_reactor: OwnReactor, session_bus: BusClient, service: Service) -> None:
    """A call carries every kind of argument, and gives what the method returns."""
    arguments = ("é🙂", 7, {"a": 1, "b": [True]}, ["x", 2.5])
    found = own_reactor.result(call(session_bus, "Echo", *arguments, signature="sya{sv}(sd)"))
    assert found == ({"given": ("s", found[0]["given"][1]), "flag": ("b", True)}, -(2**40), ["a", "ß"])
    assert service.next_call() == ("Echo", ("é🙂", 7, {"a": ("i", 1), "b": ("ab", [True])}, ("x", 2.5)))


def test_concurrent_calls_get_their_replies(own_reactor: OwnReactor, session_bus: BusClient, service: Service) -> None:
    """Calls made before the connection is there share it, and each gets its own answer."""
    calls = [call(session_bus, "Echo", number, signature="i") for number in range(20)]
    given = [own_reactor.result(each)[0]["given"][1] for each in calls]
    assert given == [f"({number},)" for number in range(20)]


def test_error_reply_is_raised(own_reactor: OwnReactor, session_bus: BusClient, service: Service) -> None:
    """The message is that of the program, in one line, or the name of the error."""
    error = error_of(own_reactor, call(session_bus, "Refuse"))
    assert isinstance(error, BusReplyError)
    assert (error.name, str(error)) == ("org.example.Error.No", "org.example.Echo refused Refuse: not today")
    assert "org.example.Error.No" in str(error_of(own_reactor, call(session_bus, "RefuseSilently")))
    assert "no Else" in str(error_of(own_reactor, call(session_bus, "Else")))


def test_unknown_service_is_reported(own_reactor: OwnReactor, session_bus: BusClient) -> None:
    """A program that does not run is not waited for."""
    error = error_of(own_reactor, call(session_bus))
    assert isinstance(error, ServiceUnknownError)
    assert NAME in str(error)


def test_malformed_calls_are_not_sent(own_reactor: OwnReactor, session_bus: BusClient, service: Service) -> None:
    """The bus would close the connection; the call after it works, so nothing of the kind was sent."""
    with pytest.raises(ArgumentsError):
        own_reactor.result(session_bus.call("no name", "/", "org.example.Echo", "Echo"))
    with pytest.raises(ArgumentsError):
        own_reactor.result(call(session_bus, "Echo", "x", signature="i"))
    own_reactor.result(call(session_bus))
    assert service.next_call() == ("Echo", ())


def test_client_reconnects_after_restart(
    own_reactor: OwnReactor, session_bus: BusClient, private_bus: PrivateBus
) -> None:
    """While there is no bus a call says so; when it is back, the same client works again."""
    with Service(private_bus.address, NAME, METHODS):
        own_reactor.result(call(session_bus))
    private_bus.stop()
    assert isinstance(error_of(own_reactor, call(session_bus)), BusDisconnectedError | NoBusError)
    gone = error_of(own_reactor, call(session_bus))
    assert isinstance(gone, NoBusError)
    assert str(private_bus.path) in str(gone)
    private_bus.start()
    with Service(private_bus.address, NAME, METHODS):
        assert own_reactor.result(call(session_bus))


def test_lost_bus_fails_pending_calls(own_reactor: OwnReactor, session_bus: BusClient, private_bus: PrivateBus) -> None:
    """The call fails, it does not wait for its time to be over."""

    def die(_arguments: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
        private_bus.stop()
        return "", ()

    with Service(private_bus.address, NAME, {"Die": die}):
        assert isinstance(error_of(own_reactor, call(session_bus, "Die", timeout=1000.0)), BusDisconnectedError)


def test_late_reply_times_out(own_reactor: OwnReactor, session_bus: BusClient, service: Service) -> None:
    """The wait for a reply ends in time, and a later reply is ignored."""
    own_reactor.result(call(session_bus))
    assert isinstance(error_of(own_reactor, call(session_bus, timeout=0.0)), BusTimeoutError)
    assert own_reactor.result(call(session_bus))


def test_bus_that_refuses_is_reported(own_reactor: OwnReactor, private_bus: PrivateBus) -> None:
    """The wait for a bus that hangs ends in time; closing leaves nothing behind."""
    private_bus.freeze()
    bus = BusClient(own_reactor, private_bus.address)
    assert isinstance(error_of(own_reactor, call(bus, timeout=0.05)), BusTimeoutError)
    waiting = call(bus)
    own_reactor.result(bus.close())
    assert isinstance(error_of(own_reactor, waiting), NoBusError)
    assert isinstance(error_of(own_reactor, call(bus)), NoBusError)
    assert not own_reactor.getDelayedCalls()


def test_not_a_bus(own_reactor: OwnReactor, tmp_path: Path) -> None:
    """What answers at the address is something else: one line, nothing hangs."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "other"))
        listening.listen()
        bus = BusClient(own_reactor, f"unix:path={tmp_path}/other")
        waiting = call(bus)
        own_reactor.run_until(lambda: bool(select.select([listening], [], [], 0)[0]))
        connection, _ = listening.accept()
        with connection:
            connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
            assert isinstance(error_of(own_reactor, waiting), NoBusError)
    own_reactor.result(bus.close())


def test_abstract_socket(own_reactor: OwnReactor, tmp_path: Path) -> None:
    """Some buses have no name in the file system."""
    with PrivateBus(tmp_path, f"unix:abstract={tmp_path}/abstract") as private:
        bus = BusClient(own_reactor, private.address)
        assert isinstance(error_of(own_reactor, call(bus)), ServiceUnknownError)
        own_reactor.result(bus.close())


def test_second_address(own_reactor: OwnReactor, private_bus: PrivateBus, tmp_path: Path) -> None:
    """Of several addresses the first that works is taken."""
    bus = BusClient(own_reactor, f"tcp:host=localhost,port=1;unix:path={tmp_path}/none;{private_bus.address}")
    assert isinstance(error_of(own_reactor, call(bus)), ServiceUnknownError)
    own_reactor.result(bus.close())


@pytest.mark.parametrize("address", ["", "autolaunch:", "tcp:host=localhost,port=1", "nonsense", "unix:path="])
def test_no_address(own_reactor: OwnReactor, address: str) -> None:
    """Without a socket there is no bus; the user sees one line."""
    bus = BusClient(own_reactor, address)
    assert isinstance(error_of(own_reactor, call(bus)), NoBusError)
    own_reactor.result(bus.close())


def test_addresses() -> None:
    """What the environment says, and what the specification says where it says nothing."""
    assert unix_sockets("unix:path=/tmp/a%20b,guid=12;unix:abstract=x;tcp:host=h") == ["/tmp/a b", "\0x"]
    assert session_bus_address({"DBUS_SESSION_BUS_ADDRESS": "unix:path=/a", "XDG_RUNTIME_DIR": "/r"}) == "unix:path=/a"
    assert unix_sockets(session_bus_address({"XDG_RUNTIME_DIR": "/run/a,b;c"})) == ["/run/a,b;c/bus"]
    assert session_bus_address({}) == session_bus_address({"XDG_RUNTIME_DIR": "relative"}) == ""
    assert unix_sockets(system_bus_address({})) == ["/var/run/dbus/system_bus_socket"]
