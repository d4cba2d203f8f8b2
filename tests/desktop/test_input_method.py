"""Engines that compose are put aside and back, or nothing is typed; what the user does in between counts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from tests.desktop.own_reactor import OwnReactor
from tests.desktop.private_bus import BusRefusalError, PrivateBus, Service
from windictator.desktop.bus_client import BusClient
from windictator.desktop.bus_errors import BusError
from windictator.desktop.fcitx import Fcitx
from windictator.desktop.ibus import IBus
from windictator.desktop.input_method import InputMethodActiveError, InputMethods, fcitx_may_run, ibus_address

pytestmark = pytest.mark.slow


class ToyIBus:
    """What IBus says of its engine, and how it takes another."""

    def __init__(self, engine: str) -> None:
        self.engine = engine
        self.has_plain = True

    def get(self, arguments: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
        assert arguments == ("org.freedesktop.IBus", "GlobalEngine")
        described = ("IBusEngineDesc", {}, self.engine, f"The {self.engine}", "", "zh")
        return "v", (("v", ("(sa{sv}ssss)", described)),)

    def use(self, arguments: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
        if arguments[0].startswith("xkb:") and not self.has_plain:
            raise BusRefusalError("org.freedesktop.DBus.Error.Failed", "no such engine")
        (self.engine,) = arguments
        return "", ()


@pytest.fixture
def toy(private_bus: PrivateBus) -> Iterator[ToyIBus]:
    """It runs, with an engine that composes."""
    toy = ToyIBus("libpinyin")
    with Service(private_bus.address, "org.freedesktop.IBus", {"Get": toy.get, "SetGlobalEngine": toy.use}):
        yield toy


@pytest.fixture
def ibus(private_bus: PrivateBus, own_reactor: OwnReactor) -> Iterator[IBus]:
    """Its client."""
    ibus = IBus(own_reactor, private_bus.address)
    yield ibus
    own_reactor.result(ibus.close())


def methods(*engines: Any, choice: Any = "set aside", read: Callable[[], None] = lambda: None) -> InputMethods:
    """``read``: called when the window has to have read its keys."""

    async def find() -> list[Any]:
        return list(engines)

    async def caught_up(_window: int) -> None:
        read()

    async def has_read(_window: int) -> None:
        pass

    return InputMethods(choice, find, has_read, caught_up)


def refusal(reactor: OwnReactor, deferred: Deferred[Any]) -> str:
    with pytest.raises(InputMethodActiveError) as raised:
        reactor.result(deferred)
    return str(raised.value)


def test_ibus_engine_is_suspended_and_resumed(own_reactor: OwnReactor, toy: ToyIBus, ibus: IBus) -> None:
    """The window reads its keys before the engine is there again."""
    when_read: list[str] = []
    input_methods = methods(ibus, read=lambda: when_read.append(toy.engine))
    for there in (True, False):
        assert own_reactor.result(input_methods.suspend(1, has_unfinished_word=False))
        assert toy.engine == "xkb:us::eng"
        own_reactor.result(input_methods.resume(1, has_focus=there))
        assert toy.engine == "libpinyin"
    assert when_read == ["xkb:us::eng"] * 2


def test_engine_chosen_meanwhile_stays(own_reactor: OwnReactor, toy: ToyIBus, ibus: IBus) -> None:
    input_methods = methods(ibus)
    own_reactor.result(input_methods.suspend(1, has_unfinished_word=False))
    toy.engine = "hangul"
    own_reactor.result(input_methods.resume(1, has_focus=True))
    assert toy.engine == "hangul"


def test_plain_ibus_engine_is_left_alone(own_reactor: OwnReactor, toy: ToyIBus, ibus: IBus) -> None:
    toy.engine = "xkb:de::ger"
    input_methods = methods(ibus)
    assert own_reactor.result(input_methods.suspend(1, has_unfinished_word=True))
    assert toy.engine == "xkb:de::ger"


@pytest.mark.parametrize(
    ("choice", "unfinished", "words"),
    [
        ("refuse", False, 'The libpinyin is on; turn it off, or set [typing] input_method = "set aside"'),
        ("set aside", True, "The libpinyin has an unfinished word; finish it"),
    ],
)
def test_engine_that_must_stay_refuses_typing(
    own_reactor: OwnReactor, toy: ToyIBus, ibus: IBus, choice: str, unfinished: bool, words: str
) -> None:
    input_methods = methods(ibus, choice=choice)
    assert words in refusal(own_reactor, input_methods.suspend(1, has_unfinished_word=unfinished))
    own_reactor.result(input_methods.resume(1, has_focus=True))
    assert toy.engine == "libpinyin"


def test_engine_that_cannot_be_suspended_is_named(own_reactor: OwnReactor, toy: ToyIBus, ibus: IBus) -> None:
    toy.has_plain = False
    input_methods = methods(ibus)
    reason = refusal(own_reactor, input_methods.suspend(1, has_unfinished_word=False))
    assert "The libpinyin cannot be suspended: " in reason
    assert "no such engine; turn it off" in reason
    own_reactor.result(input_methods.resume(1, has_focus=True))
    assert toy.engine == "libpinyin"


def test_ignored_engines_are_not_asked(own_reactor: OwnReactor) -> None:
    class Untouched:
        async def composing(self) -> str:
            raise AssertionError

    assert own_reactor.result(methods(Untouched(), choice="ignore").suspend(1, has_unfinished_word=True)) is True
    assert own_reactor.result(methods().suspend(1, has_unfinished_word=True)) is False


def test_unreachable_framework_stops_nothing(own_reactor: OwnReactor, private_bus: PrivateBus) -> None:
    """A bus may be gone, and Fcitx not run; asking must not start it."""
    bus = BusClient(own_reactor, private_bus.address)
    input_methods = methods(Fcitx(bus))
    assert own_reactor.result(input_methods.suspend(1, has_unfinished_word=False))
    private_bus.stop()
    assert own_reactor.result(input_methods.suspend(1, has_unfinished_word=False))
    own_reactor.result(bus.close())
    with pytest.raises(BusError):
        own_reactor.result(bus.call("a.b", "/", "a.b", "C"))


def test_ibus_address_is_read_from_its_file(tmp_path: Path) -> None:
    machine = next(
        path.read_text().strip() for path in map(Path, ("/var/lib/dbus/machine-id", "/etc/machine-id")) if path.exists()
    )
    environment = {"HOME": str(tmp_path)}
    assert ibus_address(environment, ":7") == ""
    file = tmp_path / f".config/ibus/bus/{machine}-unix-7"
    file.parent.mkdir(parents=True)
    file.write_text(f"# a=b\nIBUS_ADDRESS=unix:path=/a=b,guid=1\nIBUS_DAEMON_PID={os.getpid()}\n")
    assert ibus_address(environment, ":7.0") == "unix:path=/a=b,guid=1"
    assert ibus_address(environment, ":8") == ""
    assert ibus_address({**environment, "IBUS_ADDRESS": "unix:path=/c"}, ":8") == "unix:path=/c"
    file.write_text("IBUS_ADDRESS=unix:path=/a\nIBUS_DAEMON_PID=0\n")
    assert ibus_address(environment, ":7") == ""


def test_fcitx_is_expected_only_if_named() -> None:
    assert not fcitx_may_run([], {"XMODIFIERS": "@im=none", "GTK_IM_MODULE": "ibus"})
    assert fcitx_may_run(["fcitx"], {})
    assert fcitx_may_run([], {"GTK_IM_MODULE": "fcitx"})
