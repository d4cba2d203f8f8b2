"""Opens everything that typing needs from one X display, in order, and closes it in reverse."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Protocol

from twisted.internet.defer import Deferred, TimeoutError, ensureDeferred

from windictator.ports import Clock, ConnectionLost, Descriptors
from windictator.x11 import xkb
from windictator.x11.attention import Attention
from windictator.x11.connection import Connection, DisplayProblem, ServerSilent
from windictator.x11.grabs import GrabProbe
from windictator.x11.keyer import XTestKeyer
from windictator.x11.keymap_source import ServerKeymap
from windictator.x11.last_will import LastWill
from windictator.x11.leftovers import put_right
from windictator.x11.lent_keycodes import LentKeycodes
from windictator.x11.observer import RecordObserver
from windictator.x11.target import TargetReader

OPEN_TIMEOUT = 10.0
"""Seconds. A server that another program has grabbed lets nobody in."""


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
    lender: LentKeycodes
    grabs: GrabProbe
    attention: Attention
    will: LastWill

    @property
    def lost(self) -> bool:
        """Whether the X server has gone away."""
        return self.control.lost or self.data.lost

    async def close(self) -> bool:
        """Give back what was lent, stop recording, close both connections, let the guardian go.

        False if an application that was typed into did not answer in time, so that its last characters may be wrong.
        """
        try:
            read = await self.lender.give_back()
        except ConnectionLost:
            read = True
        await self.will.withdrawn()
        self._end()
        return read

    def _end(self) -> None:
        self.observer.stop()
        self.data.on_lost = self.control.on_lost = None
        self.data.close()
        self.control.close()
        self.will.close()


async def open_keyboard(
    reactor: Reactor, display: str | None = None, on_lost: Callable[[], None] | None = None
) -> XKeyboard:
    """Connect twice, check XTEST, RECORD and XKEYBOARD, put right what a dead program has left, begin to observe.

    ``display``: name, ``$DISPLAY`` if None. ``on_lost``: called once if the server goes away afterwards.
    Raises DisplayProblem.
    """
    control = Connection(reactor, display)
    try:
        data = Connection(reactor, display)
    except DisplayProblem:
        control.close()
        raise
    try:
        await _in_time(control.open(), reactor)
        await _in_time(data.open(), reactor)
        xtest, _ = await control.extension("XTEST")
        record, _ = await control.extension("RECORD")
        xkb_major, xkb_event = await control.extension("XKEYBOARD")
        reply = await control.ask(xkb.use_extension(xkb_major))
        if not reply[1]:
            raise DisplayProblem(f"the X server {control.name} offers no usable version of the XKEYBOARD extension")
        await put_right(control, xkb_major, reactor)
        will = LastWill(control, xkb_major)
        await will.start()
        observer = RecordObserver(control, data, record)
        await observer.start()
        keymaps = ServerKeymap(control, xkb_major, xkb_event)
        await keymaps.start()
    except BaseException:
        data.close()
        control.close()
        raise
    lost = _Once(on_lost)
    control.on_lost = data.on_lost = lost
    keyer = XTestKeyer(control, data, xtest, xkb_major, will)
    attention = Attention(control, reactor)
    lender = LentKeycodes(control, xkb_major, keymaps, attention, will)
    grabs = GrabProbe(control, reactor)
    return XKeyboard(control, data, keyer, observer, keymaps, TargetReader(control), lender, grabs, attention, will)


async def _in_time(opening: Coroutine[Deferred[Any], Any, None], clock: Clock) -> None:
    try:
        await ensureDeferred(opening).addTimeout(OPEN_TIMEOUT, clock)  # type: ignore[arg-type]  # zope's interface
    except TimeoutError:
        raise ServerSilent(OPEN_TIMEOUT) from None


class _Once:
    """Passes on only the first call: when a server goes, both connections notice."""

    def __init__(self, call: Callable[[], None] | None) -> None:
        self._call = call

    def __call__(self) -> None:
        call, self._call = self._call, None
        if call is not None:
            call()
