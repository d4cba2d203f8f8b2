"""Objects of the X back end, joined to the two interfaces that the typist uses.

Methods are taken over as attributes: another call would cost time with every key.
"""

from __future__ import annotations

from twisted.internet.defer import Deferred, ensureDeferred

from windictator.keyboard.keymap import Keymap
from windictator.typist.interfaces import PopupKind
from windictator.x11.client_sync import ClientSync
from windictator.x11.grab_detector import GrabDetector
from windictator.x11.keyer import XTestKeyer
from windictator.x11.keymap_source import ServerKeymap
from windictator.x11.observer import RecordObserver
from windictator.x11.open_popup import OpenPopups
from windictator.x11.temporary_mappings import TemporaryMappings


class XKeyEvents:
    """Implementation of ``typist.interfaces.KeyEvents`` by a keyer, an observer and what tells where the keys go."""

    def __init__(
        self,
        keyer: XTestKeyer,
        observer: RecordObserver,
        grab_detector: GrabDetector,
        client_sync: ClientSync,
        popups: OpenPopups,
    ) -> None:
        self._popups = popups
        self._observer = observer
        self._grab_detector = grab_detector
        self.transaction = keyer.transaction
        self.read_state = keyer.read_state
        self.send = keyer.send
        self.require_focus = keyer.require_focus
        self.lock = keyer.lock
        self.latch = keyer.latch
        self.activate_keyboard = keyer.activate_keyboard
        self.reactivate_keyboard = keyer.reactivate_keyboard
        self.reactivate_previous_keyboard = keyer.reactivate_previous_keyboard
        self.bypass_filters = keyer.bypass_filters
        self.restore_filters = keyer.restore_filters
        self.watch_filters = keyer.watch_filters
        self.record_locks = keyer.record_locks
        self.record_keys = keyer.record_keys
        self.expect = observer.expect
        self.when_observed = keyer.when_observed
        self.stop_expecting = observer.stop_expecting
        self.set_callbacks = observer.set_callbacks
        self.find_conflict = grab_detector.find_conflict
        self.watch_focus = grab_detector.watch_focus
        self.acknowledged = client_sync.acknowledged
        self.wait_until_idle = client_sync.wait_until_idle
        self.may_reorder_keys = client_sync.may_reorder_keys

    def open_popup(self, window: int) -> Deferred[PopupKind | None]:
        """Fire with what the application of ``window`` has open, see ``OpenPopups.find``."""
        return ensureDeferred(self._popups.find(window))

    @property
    def confirmed(self) -> bool | None:
        """State of the events expected last, see ``RecordObserver.confirmed``."""
        return self._observer.confirmed

    @property
    def press_reached_window(self) -> bool:
        """True if the last press reached the window, see ``GrabDetector.press_reached_window``."""
        return self._grab_detector.press_reached_window


class XKeyboardMap:
    """Implementation of ``typist.interfaces.KeyboardMap`` by the server's keymap and its temporary mappings."""

    def __init__(self, keymaps: ServerKeymap, mappings: TemporaryMappings) -> None:
        self._keymaps = keymaps
        self._mappings = mappings
        self.is_unchanged = keymaps.is_unchanged
        self.when_current = keymaps.when_current
        self.map_characters = mappings.map_characters
        self.restore = mappings.restore

    @property
    def keymap(self) -> Keymap:
        """Latest snapshot of the keymap."""
        return self._keymaps.keymap

    @property
    def is_current(self) -> bool:
        """True if no announced change is still being read."""
        return self._keymaps.is_current

    @property
    def mapped_keycodes(self) -> frozenset[int]:
        """Keycodes that have a temporary mapping now."""
        return self._mappings.keycodes

    @property
    def max_characters(self) -> int:
        """Maximum number of characters that can be mapped at once."""
        return self._mappings.max_characters
