"""Opens everything that typing needs from one X display, in order, and closes it in reverse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from twisted.internet.defer import Deferred

from windictator.ports import Clock, ConnectionLost, Descriptors
from windictator.x11 import xkb
from windictator.x11.attention import LONGEST_WAIT, Attention
from windictator.x11.connection import Connection, DisplayProblem, ServerSilent, in_time
from windictator.x11.display_claim import Claimant, claim_display, release_display
from windictator.x11.found_profile import ProfileFinder
from windictator.x11.grabs import GrabProbe
from windictator.x11.input_method_servers import InputMethodServers
from windictator.x11.key_filters import KeyFilters
from windictator.x11.key_transaction import KeyTransaction
from windictator.x11.keyboards import Keyboards
from windictator.x11.keyer import XTestKeyer
from windictator.x11.keymap_source import ServerKeymap
from windictator.x11.last_will import LastWill
from windictator.x11.leftovers import put_right
from windictator.x11.lent_keycodes import LentKeycodes
from windictator.x11.observer import RecordObserver
from windictator.x11.primary_selection import PrimarySelection
from windictator.x11.target import TargetReader
from windictator.x11.window_numbers import WindowNumbers

OPEN_TIMEOUT = 10.0
"""Seconds. A server that another program has grabbed lets nobody in."""

ANSWER_TIMEOUT, CLOSE_TIMEOUT = 1.0, LONGEST_WAIT + 5.0
"""Seconds for the server to answer at the end, and for the applications and input methods too."""


class Reactor(Clock, Descriptors, Protocol):
    """What is needed of a reactor."""


@dataclass(frozen=True, slots=True)
class XKeyboard:
    """The open display. ``control``: requests and their replies; ``data``: nothing but recorded events."""

    control: Connection
    data: Connection
    keyer: XTestKeyer
    observer: RecordObserver
    keymaps: ServerKeymap
    targets: TargetReader
    profiles: ProfileFinder
    lender: LentKeycodes
    grabs: GrabProbe
    attention: Attention
    input_method_servers: InputMethodServers
    selected_text: PrimarySelection
    will: LastWill
    windows: WindowNumbers
    clock: Clock
    claimed: int = 0
    """The selection that says that this program dictates here, 0 if it does not."""

    @property
    def lost(self) -> bool:
        """Whether the X server has gone away."""
        return self.control.lost or self.data.lost

    def focused(self) -> Deferred[int]:
        """Fire with the window that has the focus, 0 for none. Errback: ConnectionLost, ServerSilent."""
        return in_time(self.keyer.read_state(), self.clock).addCallback(lambda state: state.focus)

    async def close(self) -> bool:
        """Give back what was lent, stop recording, close both connections, let the guardian go.

        False if an application that was typed into did not answer in time, so that its last characters may be wrong.
        What the server does not take back in time is left to the guardian.
        """
        try:
            read = await in_time(self._give_back(), self.clock, CLOSE_TIMEOUT)
        except ConnectionLost:
            read = True
        except ServerSilent:
            read = False
        self._end()
        return read

    async def _give_back(self) -> bool:
        if self.lender.keycodes:  # a server that hangs need not be waited for as long as an application
            await in_time(self.control.answered(), self.clock, ANSWER_TIMEOUT)
        read = await self.lender.give_back()
        await self.will.withdrawn()
        return read

    def _end(self) -> None:
        self.selected_text.close()
        self.observer.stop()
        if self.claimed:
            release_display(self.control, self.claimed)
        self.data.on_lost = self.control.on_lost = None
        self.data.close()
        self.control.close()
        self.will.close()


async def open_keyboard(
    reactor: Reactor,
    display: str | None = None,
    on_lost: Callable[[], None] | None = None,
    claimant: Claimant | None = None,
) -> XKeyboard:
    """Connect twice, check XTEST, RECORD and XKEYBOARD, put right what a dead program has left, begin to observe.

    ``display``: name, ``$DISPLAY`` if None. ``on_lost``: called once if the server goes away afterwards.
    ``claimant``: this program, if it is going to dictate: only one may on each display.
    Raises DisplayProblem, DisplayTakenError.
    """
    control = Connection(reactor, display)
    try:
        data = Connection(reactor, display)
    except DisplayProblem:
        control.close()
        raise
    try:
        await in_time(control.open(), reactor, OPEN_TIMEOUT)
        await in_time(data.open(), reactor, OPEN_TIMEOUT)
        claimed = 0
        if claimant is not None:
            claimed = await in_time(claim_display(control, claimant, reactor), reactor, OPEN_TIMEOUT)
        xtest, _ = await control.extension("XTEST")
        record, _ = await control.extension("RECORD")
        xkb_major, xkb_event = await control.extension("XKEYBOARD")
        reply = await control.ask(xkb.use_extension(xkb_major))
        if not reply[1]:
            raise DisplayProblem(f"the X server {control.name} offers no usable version of the XKEYBOARD extension")
        await put_right(control, xkb_major, reactor)
        will = LastWill(control, xkb_major)
        await will.start()
        keyboards = Keyboards(control, xtest)
        await keyboards.start()
        filters = KeyFilters(control, xkb_major, xkb_event, keyboards, will)
        await filters.start()
        observer = RecordObserver(control, data, record, keyboards)
        await observer.start()
        keymaps = ServerKeymap(control, xkb_major, xkb_event)
        await keymaps.start()
    except BaseException:
        data.close()
        control.close()
        raise
    windows = WindowNumbers(control)
    transaction = KeyTransaction(control, keyboards, xtest, xkb_major, will, reactor)
    observer.transaction = transaction
    keyer = XTestKeyer(control, data, xtest, xkb_major, will, keyboards, filters, transaction, windows)
    servers = InputMethodServers(control)
    attention = Attention(control, servers, reactor)

    def gone() -> None:
        attention.give_up()
        if on_lost is not None:
            on_lost()

    control.on_lost = data.on_lost = _Once(gone)
    lender = LentKeycodes(control, xkb_major, keymaps, attention, will, reactor)
    grabs = GrabProbe(control, reactor, windows)
    targets = TargetReader(control)
    profiles = ProfileFinder(control)
    selected = PrimarySelection(control, attention, reactor)
    return XKeyboard(
        control=control,
        data=data,
        keyer=keyer,
        observer=observer,
        keymaps=keymaps,
        targets=targets,
        profiles=profiles,
        lender=lender,
        grabs=grabs,
        attention=attention,
        input_method_servers=servers,
        selected_text=selected,
        will=will,
        windows=windows,
        clock=reactor,
        claimed=claimed,
    )


class _Once:
    """Passes on only the first call: when a server goes, both connections notice."""

    def __init__(self, call: Callable[[], None] | None) -> None:
        self._call = call

    def __call__(self) -> None:
        call, self._call = self._call, None
        if call is not None:
            call()
