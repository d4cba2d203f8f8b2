"""Keys that are delivered together or not at all, on a real X server, with time in the test's hand."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest
from twisted.internet.defer import ensureDeferred
from twisted.internet.task import Clock

from tests.x11.blocking import BlockingConnection, connected
from tests.x11.clients.client import RawWindow
from tests.x11.server import LOCK, XServer
from tests.x11.user_keyboard import UserKeyboard
from windictator.keyboard.key_events import KeyEvent
from windictator.typist.result import StopReason
from windictator.x11 import xinput
from windictator.x11.input_devices import KeyboardDevices
from windictator.x11.key_transaction import MAX_FREEZE_S, KeyTransaction

pytestmark = pytest.mark.slow


class Record:
    """Remembers whether input is held back."""

    is_frozen = False

    def set_input_frozen(self, is_frozen: bool) -> None:
        self.is_frozen = is_frozen


class Bench(NamedTuple):
    """``keycode``: of BackSpace; ``xtest``: opcode."""

    connection: BlockingConnection
    transaction: KeyTransaction
    clock: Clock
    will: Record
    keycode: int
    xtest: int

    def begin(self, state: int = 0) -> StopReason | None:
        return self.connection.wait(self.transaction.begin([self.keycode], state))

    def press_backspace(self) -> None:
        """Press and release it in the transaction."""
        events = [KeyEvent(self.keycode, True), KeyEvent(self.keycode, False)]
        self.transaction.expect(events)
        for event in events:
            kind = 2 if event.pressed else 3
            request = struct.pack("=BBHBBxxI24x", self.xtest, 2, 9, kind, event.keycode, 0)
            self.connection.connection.send(request)
        self.connection.state()


@pytest.fixture
def bench(xserver: XServer, raw_window: RawWindow) -> Iterator[Bench]:
    keycode = xserver.keycode("BackSpace")
    with connected(xserver) as connection:
        xtest, _ = connection.wait(ensureDeferred(connection.connection.extension("XTEST")))
        keyboards = KeyboardDevices(connection.connection, xtest)
        connection.wait(ensureDeferred(keyboards.start()))
        clock, will = Clock(), Record()
        transaction = KeyTransaction(
            connection.connection,
            keyboards,
            xtest,
            connection.xkb,
            will,
            clock,  # type: ignore[arg-type]
        )
        yield Bench(connection, transaction, clock, will, keycode, xtest)


@pytest.fixture
def tap(xserver: XServer) -> Iterator[Callable[[], None]]:
    """Press and release the user's "b" at once, also while the server is held."""
    keycode = xserver.keycode("b")
    with UserKeyboard(xserver).at_hand() as fake:

        def tap() -> None:
            fake(keycode, True)
            fake(keycode, False)

        yield tap


def test_keys_are_delivered_before_what_the_user_pressed_since(
    bench: Bench, raw_window: RawWindow, xserver: XServer, tap: Callable[[], None]
) -> None:
    xserver.tap("a")
    assert bench.begin() is None
    assert bench.will.is_frozen
    bench.press_backspace()
    tap()
    bench.transaction.commit()
    assert not bench.will.is_frozen
    assert raw_window.wait_for_length(3) == "a\bb"


@pytest.mark.parametrize("before", [True, False])
def test_rollback_drops_our_keys_and_keeps_the_users(
    bench: Bench, raw_window: RawWindow, xserver: XServer, tap: Callable[[], None], before: bool
) -> None:
    xserver.tap("a")
    assert bench.begin() is None
    if before:
        tap()
    bench.press_backspace()
    if not before:
        tap()
    bench.press_backspace()
    bench.connection.wait(bench.transaction.roll_back())
    assert raw_window.wait_for_length(2) == "ab"
    assert not xserver.pressed_keys()
    xserver.tap("BackSpace")
    assert raw_window.wait_for_length(3) == "ab\b", "nothing is kept from the window any more"


def test_users_input_waits_for_a_bounded_time(
    bench: Bench, raw_window: RawWindow, xserver: XServer, tap: Callable[[], None]
) -> None:
    expired: list[bool] = []
    bench.transaction.on_expire = lambda: expired.append(True)
    assert bench.begin() is None
    bench.press_backspace()
    tap()
    bench.clock.pump([MAX_FREEZE_S / 5] * 5)
    assert expired == [True]
    assert not bench.transaction.active
    bench.connection.wait(bench.transaction.roll_back())
    assert raw_window.wait_for_length(1) == "b"
    assert bench.clock.getDelayedCalls() == []


def test_unexpected_modifiers_are_refused_without_freezing(
    bench: Bench, raw_window: RawWindow, xserver: XServer
) -> None:
    """Control and BackSpace together erase a word."""
    xserver.lock(LOCK, LOCK)
    assert bench.begin() is StopReason.UNCONFIRMED
    assert not bench.will.is_frozen
    xserver.lock(LOCK, 0)
    xserver.tap("a")
    assert raw_window.text() == "a"


def test_key_grabbed_by_another_program_is_refused(bench: Bench, xserver: XServer) -> None:
    """It could not be taken back."""
    with connected(xserver) as other:
        major, _ = other.wait(ensureDeferred(other.connection.extension(xinput.NAME)))
        other.ask(xinput.query_version(major))
        devices = xinput.parse_devices(other.ask(xinput.query_devices(major)))
        (common,) = (device.number for device in devices if device.is_master_keyboard)
        other.ask(xinput.grab_key(major, common, other.connection.root, bench.keycode))
        assert bench.begin() is StopReason.HOTKEY
