"""Open X display with everything that typing needs: opened in order, closed in reverse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from twisted.internet.defer import Deferred

from windictator.deferreds import Clock, Descriptors
from windictator.typist.interfaces import ConnectionLostError
from windictator.x11 import xkb
from windictator.x11.clicked_windows import ClickedWindows
from windictator.x11.client_sync import MAX_WAIT_S, ClientSync
from windictator.x11.connection import XConnection, run_with_timeout
from windictator.x11.crash_recovery import RecoveryRecord
from windictator.x11.display_claim import Claimant, claim_display, release_display
from windictator.x11.errors import ServerTimeoutError, XDisplayError
from windictator.x11.found_profile import ProfileFinder
from windictator.x11.grab_detector import GrabDetector
from windictator.x11.input_devices import KeyboardDevices
from windictator.x11.input_method_servers import InputMethodServers
from windictator.x11.key_filters import KeyFilters
from windictator.x11.key_transaction import KeyTransaction
from windictator.x11.keyer import XTestKeyer
from windictator.x11.keymap_source import ServerKeymap
from windictator.x11.observer import RecordObserver
from windictator.x11.open_popup import OpenPopups
from windictator.x11.primary_selection import PrimarySelection
from windictator.x11.stale_state import clean_up
from windictator.x11.temporary_mappings import TemporaryMappings
from windictator.x11.typing_ports import XKeyboardMap, XKeyEvents
from windictator.x11.window_info import WindowInfoReader
from windictator.x11.window_numbers import WindowNumbers

OPEN_TIMEOUT_S = 10.0
"""Time to open a connection, in seconds; a server that another program has grabbed accepts none."""

ANSWER_TIMEOUT_S, CLOSE_TIMEOUT_S = 1.0, MAX_WAIT_S + 5.0
"""Time at the end for the server to answer, and for applications and input methods as well, in seconds."""


class Reactor(Clock, Descriptors, Protocol):
    """Methods of a reactor that are used here."""


@dataclass(frozen=True, slots=True)
class X11Backend:
    """Open display. ``control``: connection for requests. ``recording``: connection for recorded events alone."""

    control: XConnection
    recording: XConnection
    keyer: XTestKeyer
    observer: RecordObserver
    keymaps: ServerKeymap
    window_info_reader: WindowInfoReader
    profiles: ProfileFinder
    character_mapper: TemporaryMappings
    grab_detector: GrabDetector
    client_sync: ClientSync
    key_events: XKeyEvents
    keyboard_map: XKeyboardMap
    input_method_servers: InputMethodServers
    selected_text: PrimarySelection
    recovery_record: RecoveryRecord
    windows: WindowNumbers
    clicked_windows: ClickedWindows
    clock: Clock
    claimed_selection: int = 0
    """Selection that marks this display as used for dictation by this program, 0 if it is not."""

    @property
    def lost(self) -> bool:
        """True if the X server has gone."""
        return self.control.lost or self.recording.lost

    def focused(self) -> Deferred[int]:
        """Fire with the window that has the focus, 0 for none. Errback: ConnectionLostError, ServerTimeoutError."""
        return run_with_timeout(self.keyer.read_state(), self.clock).addCallback(lambda state: state.focus)

    async def close(self) -> bool:
        """Restore the keymap, stop recording, close both connections, end the guardian.

        Return False if an application that was typed into did not answer in time: its last characters may be wrong.
        The guardian restores what the server does not process in time.
        """
        try:
            read = await run_with_timeout(self._restore(), self.clock, CLOSE_TIMEOUT_S)
        except ConnectionLostError:
            read = True
        except ServerTimeoutError:
            read = False
        self._close_connections()
        return read

    async def _restore(self) -> bool:
        if self.character_mapper.keycodes:  # because a server that hangs gets less time than an application
            await run_with_timeout(self.control.sync(), self.clock, ANSWER_TIMEOUT_S)
        read = await self.character_mapper.restore()
        await self.recovery_record.cleared()
        return read

    def _close_connections(self) -> None:
        self.selected_text.close()
        self.observer.stop()
        if self.claimed_selection:
            release_display(self.control, self.claimed_selection)
        self.recording.on_lost = self.control.on_lost = None
        self.recording.close()
        self.control.close()
        self.recovery_record.close()


async def open_backend(
    reactor: Reactor,
    display: str | None = None,
    on_lost: Callable[[], None] | None = None,
    claimant: Claimant | None = None,
) -> X11Backend:
    """Connect twice, check the extensions, undo what a crashed program has left, begin to observe.

    reactor: watches the connections and gives the time.
    display: its name, ``$DISPLAY`` if None.
    on_lost: called once if the server goes away afterwards.
    claimant: this program, if it will dictate: only one program can on each display.

    Raises XDisplayError, DisplayTakenError.
    """
    control = XConnection(reactor, display)
    try:
        data = XConnection(reactor, display)
    except XDisplayError:
        control.close()
        raise
    try:
        await run_with_timeout(control.open(), reactor, OPEN_TIMEOUT_S)
        await run_with_timeout(data.open(), reactor, OPEN_TIMEOUT_S)
        claimed = 0
        if claimant is not None:
            claimed = await run_with_timeout(claim_display(control, claimant, reactor), reactor, OPEN_TIMEOUT_S)
        xtest, _ = await control.extension("XTEST")
        record_major, _ = await control.extension("RECORD")
        xkb_major, xkb_event = await control.extension("XKEYBOARD")
        reply = await control.request(xkb.use_extension(xkb_major))
        if not xkb.is_supported(reply):
            raise XDisplayError(f"the X server {control.name} offers no usable version of the XKEYBOARD extension")
        await clean_up(control, xkb_major, reactor)
        record = RecoveryRecord(control, xkb_major)
        await record.start()
        keyboards = KeyboardDevices(control, xtest)
        await keyboards.start()
        filters = KeyFilters(control, xkb_major, xkb_event, keyboards, record)
        await filters.start()
        observer = RecordObserver(control, data, record_major, keyboards)
        await observer.start()
        keymaps = ServerKeymap(control, xkb_major, xkb_event)
        await keymaps.start()
    except BaseException:
        data.close()
        control.close()
        raise
    windows = WindowNumbers(control)
    transaction = KeyTransaction(control, keyboards, xtest, xkb_major, record, reactor)
    observer.transaction = transaction
    keyer = XTestKeyer(control, data, xkb_major, record, keyboards, filters, transaction, windows)
    servers = InputMethodServers(control)
    client_sync = ClientSync(control, servers, reactor)

    def gone() -> None:
        client_sync.fail_pending()
        if on_lost is not None:
            on_lost()

    control.on_lost = data.on_lost = _Once(gone)
    character_mapper = TemporaryMappings(control, xkb_major, keymaps, client_sync, record, reactor)
    grabs = GrabDetector(control, reactor, windows, keyer.press_target)
    targets = WindowInfoReader(control)
    profiles = ProfileFinder(control)
    selected = PrimarySelection(control, client_sync, reactor)
    return X11Backend(
        control=control,
        recording=data,
        keyer=keyer,
        observer=observer,
        keymaps=keymaps,
        window_info_reader=targets,
        profiles=profiles,
        character_mapper=character_mapper,
        grab_detector=grabs,
        client_sync=client_sync,
        key_events=XKeyEvents(keyer, observer, grabs, client_sync, OpenPopups(control)),
        keyboard_map=XKeyboardMap(keymaps, character_mapper),
        input_method_servers=servers,
        selected_text=selected,
        recovery_record=record,
        windows=windows,
        clicked_windows=ClickedWindows(control),
        clock=reactor,
        claimed_selection=claimed,
    )


class _Once:
    """Callable that forwards only its first call: when a server goes, both connections notice."""

    def __init__(self, call: Callable[[], None] | None) -> None:
        self._call = call

    def __call__(self) -> None:
        call, self._call = self._call, None
        if call is not None:
            call()
