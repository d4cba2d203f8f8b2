"""Interfaces that the X back end and the desktop implement for the typist."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from windictator.errors import WinDictatorError
from windictator.keyboard.key_events import KeyEvent
from windictator.typist.result import StopReason

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

    from windictator.keyboard.keymap import Keymap


class ConnectionLostError(WinDictatorError):
    """End of the connection to the X server: the errback of everything that still waits for it."""

    def __init__(self) -> None:
        super().__init__("the connection to the X server was lost")


class NoReplyError(WinDictatorError):
    """Reply of the X server that did not come in time: the errback of what must not wait without end."""


class KeyboardState(NamedTuple):
    """Keyboard and focus at one moment, read in one round trip.

    held, latched, locked: masks of real modifiers.
    group: effective group (0..3).
    locked_group: locked group (0..3).
    group_key_active: a key that changes the group is pressed or latched.
    pressed: keycodes that are down.
    focus: number of the window that keys go to, 0 for no window.
    filters: mask of the accessibility controls that may filter our keys, see ``keyboard.access_controls``.
    """

    held: int
    latched: int
    locked: int
    group: int
    locked_group: int
    group_key_active: bool
    pressed: frozenset[int]
    focus: int
    filters: int = 0


class PopupKind(enum.Enum):
    """What an application has open above its windows. While it is open, it has the keyboard."""

    MENU = "a menu"
    """Keys choose an entry."""
    LIST = "a list"
    """A list of a combo box or a completion; text may be typed on."""


class UserInput(NamedTuple):
    """Key or button event that WinDictator did not send.

    kind: "key" or "button".
    code: keycode or button number.
    pressed: True for a press, False for a release.
    state: modifiers and group as in ``KeyEvent``.
    typed: what the press of a key adds before the caret, as ``keyboard.user_typing`` tells it; None if unknown.
    position: position of the pointer on the root window, in pixels, at the press of a button; None if unknown.
    """

    kind: str
    code: int
    pressed: bool
    state: int
    typed: str | None = None
    position: tuple[int, int] | None = None


class Transaction(Protocol):
    """Group of keys that the application receives together, without user input in between, or not at all.

    While it is active, the server processes the keys that are sent and the observer reports them with a state of 0, but
    they are not delivered. The user's keys and clicks are reported too, and delivered in order when the transaction
    ends. A transaction lasts 250 ms at most.
    """

    @property
    def active(self) -> bool:
        """True from ``begin`` until the transaction ends."""

    @property
    def should_end(self) -> bool:
        """True when the transaction has lasted so long that it should be ended."""

    on_expire: Callable[[], None] | None
    """Called after the transaction was rolled back because it was not ended in time."""

    def begin(self, keycodes: Iterable[int], state: int) -> Deferred[StopReason | None]:
        """Keep back all keys and clicks from now on.

        keycodes: the only keys that will be sent, apart from modifiers.
        state: modifiers and group that must be active, as in ``KeyEvent``.
        Fires with None once the transaction is active, otherwise with the reason why it cannot begin.
        Errback: ConnectionLostError.
        """

    def commit(self) -> None:
        """Deliver the keys that were sent, then the user's; the focus cannot have moved since ``begin``."""

    def roll_back(self) -> Deferred[None]:
        """Deliver only the user's keys and clicks.

        Fires when that is done, at once if the transaction has ended.
        """


class KeyEvents(Protocol):
    """Key events on their way to the focused window: sends ours, confirms them, reports the user's.

    The X back end joins four objects in it: the keyer sends keys with XTEST, the observer sees with RECORD which events
    the server processed, a grab detector finds other clients that would get the keys, and a client synchroniser tells
    how far applications have read.
    """

    @property
    def transaction(self) -> Transaction:
        """Transaction in which keys can be sent."""

    def read_state(self) -> Deferred[KeyboardState]:
        """Read the locks, the group, the pressed keys and the focus. Errback: ConnectionLostError."""

    # Sending

    def send(self, events: Sequence[KeyEvent]) -> int | Deferred[int]:
        """Send the events, in order, in one write, and return the window that then has the focus (0: none).

        The window is returned directly if the server replies at once, as it nearly always does; otherwise in a
        Deferred. An empty sequence only flushes queued changes. Errback: ConnectionLostError; nothing is raised.
        """

    def require_focus(self, window: int) -> None:
        """Send no press from now on unless ``window`` has the focus at that moment; 0 ends this.

        Has an effect only where the settings ask for it. A press that is not sent is answered with the window that has
        the focus.
        """

    def lock(self, modifiers: int, values: int, group: int | None) -> None:
        """Queue a change of locks before the next ``send``, in order with the key events.

        modifiers: mask of the modifiers that change.
        values: those of them that are locked afterwards.
        group: group to lock, None for no change.
        """

    def latch(self, modifiers: int, values: int) -> None:
        """Queue a change of latches before the next ``send``; they count for the user's next key.

        modifiers: mask of the modifiers that change.
        values: those of them that are latched afterwards.
        """

    def activate_keyboard(self, group: int, group_count: int) -> None:
        """Queue the activation of our keyboard before the next ``send``, and announce its group to applications.

        Some applications assume the first group whenever another keyboard becomes active or the keymap changes.
        group: group to lock (0..3).
        group_count: number of groups of the keymap.
        """

    def reactivate_keyboard(self, group: int, group_count: int) -> None:
        """Queue the activation of our keyboard again, in case the user's became active meanwhile.

        The keyboard that was active before ``activate_keyboard`` is remembered. Parameters as there.
        """

    def reactivate_previous_keyboard(self, group: int, group_count: int) -> None:
        """Queue the activation of the user's keyboard, so that the next key is read with the right group.

        Parameters as in ``activate_keyboard``.
        """

    def bypass_filters(self) -> None:
        """Queue what lets our keys bypass the accessibility filters (SlowKeys, BounceKeys, StickyKeys ...).

        The filters stay on for the user's keyboards. Our keyboard is active afterwards, and
        ``reactivate_previous_keyboard`` knows which one was before. A crash of this process undoes it.
        """

    def restore_filters(self, *, wait: bool) -> Deferred[None]:
        """Undo ``bypass_filters``; filters that the user has turned off meanwhile stay off.

        wait: whether the server may be asked first.
        Fires when everything is queued. Errback: ConnectionLostError.
        """

    def watch_filters(self, on_turned_on: Callable[[], None]) -> None:
        """Call ``on_turned_on`` when the user or another client turns on a filter that was off."""

    def record_locks(self, modifiers: int, values: int, group: int | None, latched: int = 0) -> None:
        """Record the locks to restore if this process crashes: parameters as in ``lock``, and modifiers to latch.

        Call it before locks are changed, and with 0, 0 and None when they are restored.
        """

    def record_keys(self, keycodes: Iterable[int]) -> None:
        """Record the keys to release if this process crashes.

        Call it before keys are pressed in one write and released in another, and with no keys when they are up.
        """

    # Observing

    @property
    def confirmed(self) -> bool | None:
        """State of the events expected last.

        True: the server processed all of them. False: one differed (keycode, direction, state) or
        ``stop_expecting`` was called. None: some are still to come.
        """

    def expect(self, events: Sequence[KeyEvent]) -> None:
        """Expect these events next, in this order, instead of those expected before."""

    def stop_expecting(self) -> None:
        """Give up waiting: events that are not seen by now are not confirmed."""

    def when_observed(self) -> Deferred[None]:
        """Fire when all events that the server has processed until now have been reported.

        Errback: ConnectionLostError.
        """

    def set_callbacks(
        self, on_user_input: Callable[[UserInput], None] | None, on_user_key: Callable[[int], None] | None = None
    ) -> None:
        """Set the functions that are called with the user's input; None stops the calls.

        on_user_input: called for each key press, key release or click that was not announced with ``expect``.
        on_user_key: called with the keycode of each press on one of the user's keyboards. Only this call reports a
        press of a key that is expected at that moment or that we hold down.
        """

    # Where the keys go

    def find_conflict(self, keys: Iterable[tuple[int, int]]) -> Deferred[StopReason | None]:
        """Find out whether another client would get the keys.

        keys: pairs of a keycode and the real modifiers that it will be pressed with.
        Fires with GRABBED if another client holds the keyboard (a locked screen, an open menu), with HOTKEY or
        OWN_HOTKEY if one of the keys is a hotkey, with None if all are free.
        """

    def open_popup(self, window: int) -> Deferred[PopupKind | None]:
        """Fire with what the application of ``window`` has open above all windows; None if that is uncertain.

        To be asked if another client holds the keyboard. Errback: ConnectionLostError, NoReplyError.
        """

    def watch_focus(self, window: int, on_focus_lost: Callable[[StopReason], None] | None) -> Deferred[None]:
        """Call ``on_focus_lost`` as soon as keys meant for ``window`` go elsewhere; None ends the calls.

        The reason is FOCUS_CHANGED, or GRABBED if another client took the keyboard. If it was a hotkey of this program,
        ``on_focus_lost`` is called with KEYS_HELD or FOREIGN_INPUT, perhaps only after GRABBED and before
        ``when_observed`` fires. Fires when the watch is active.
        """

    @property
    def press_reached_window(self) -> bool:
        """True if the last press reached the watched window, although ``on_focus_lost`` has been called.

        Known once the server has replied to the write with that press.
        """

    def acknowledged(self, window: int) -> Deferred[bool]:
        """Fire True when the application of ``window`` has read everything that was sent to it.

        Fires at once if the application cannot be asked; False if it does not reply for a long time.
        Errback: ConnectionLostError, NoReplyError.
        """

    def wait_until_idle(self, window: int) -> Deferred[bool]:
        """Fire True when the application of ``window`` has also processed everything it read: its process sleeps.

        False if that does not happen for a long time. Errback: ConnectionLostError, NoReplyError.
        """

    def may_reorder_keys(self, window: int) -> Deferred[bool]:
        """Fire True if the application of ``window`` may process keys in another order than they arrive.

        Errback: ConnectionLostError, NoReplyError.
        """


class KeyboardMap(Protocol):
    """Keymap of the X server, and temporary mappings of characters that the layout lacks."""

    @property
    def keymap(self) -> Keymap:
        """Latest snapshot; another object after every real change."""

    @property
    def is_current(self) -> bool:
        """True if no announced change is still being read."""

    def is_unchanged(self, keymap: Keymap) -> bool:
        """Return True if ``keymap`` is the latest snapshot and is current."""

    def when_current(self) -> Deferred[None]:
        """Fire when ``is_current`` is True."""

    @property
    def mapped_keycodes(self) -> frozenset[int]:
        """Keycodes that have a temporary mapping now."""

    @property
    def max_characters(self) -> int:
        """Maximum number of characters that can be mapped at once; 0 if no keycode is unused."""

    def map_characters(self, characters: Sequence[str], window: int) -> Deferred[bool]:
        """Map at most ``max_characters`` characters to unused keycodes; the keymap has them when this fires.

        Fires False if the application of ``window`` does not notice in time. Errback: ConnectionLostError,
        NoReplyError; the keymap may have the characters anyway then.
        """

    def restore(self) -> Deferred[bool]:
        """Restore the keymap once every application has read what was typed.

        Fires False if one did not reply in time; the keymap is restored anyway. Errback: ConnectionLostError,
        NoReplyError.
        """


class InputMethod(Protocol):
    """Input methods of the desktop, which may turn keys into other text before an application gets them."""

    def suspend(self, window: int, *, has_unfinished_word: bool) -> Deferred[bool]:
        """Let keys arrive in ``window`` unchanged until ``resume``; fires True if there is any input method.

        has_unfinished_word: the user's last key may belong to a word that is still being composed.
        Errback: a WinDictatorError that says why keys do not arrive unchanged.
        """

    def resume(self, window: int, *, has_focus: bool) -> Deferred[None]:
        """Undo ``suspend`` once ``window`` has read all its keys, unless it was changed meanwhile. Never fails.

        has_focus: whether the focus is still where the keys went.
        """
