"""Interfaces that the X back end implements for the typist."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from windictator.errors import WinDictatorError
from windictator.keyboard.key_events import KeyEvent
from windictator.typist.result import StopReason

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

    from windictator.keyboard.keymap import Keymap


class ConnectionLostError(WinDictatorError):
    """The connection to the X server ended: an errback of everything that still waits for it."""

    def __init__(self) -> None:
        super().__init__("the connection to the X server was lost")


class KeyboardState(NamedTuple):
    """The keyboard and the focus at one moment, from one round trip.

    ``held``, ``latched``, ``locked``: real modifier masks. ``group``: effective group 0..3; ``locked_group``
    likewise; ``moved_group``: a key that changes the group is held or latched. ``pressed``: keycodes down.
    ``focus``: the number of the window that keys go to, 0 where there is none. ``filters``: mask of the keyboard
    accessibility controls that may filter our keys, see ``keyboard.access_controls``.
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


class Transaction(Protocol):
    """Keys that the application gets all together, with nothing of the user's between them, or not at all.

    While it is active, what is sent is processed by the server and reported to the ``Observer``, with a state of 0, but
    not delivered. What the user presses or clicks is reported as well, and delivered when the transaction has ended, in
    order. That lasts 250 ms at most.
    """

    @property
    def active(self) -> bool:
        """Whether it has begun and not ended."""

    @property
    def should_end(self) -> bool:
        """Whether it has lasted so long that it should be ended."""

    on_expire: Callable[[], None] | None
    """Called after it has been rolled back because it was not ended in time."""

    def begin(self, keycodes: Iterable[int], state: int) -> Deferred[StopReason | None]:
        """Keep back what is pressed from now on; only these keys are to be sent, beside modifiers.

        ``state``: modifiers and group that must be active, as in ``KeyEvent``. Fires with None once it is active, else
        with the reason why that cannot be. Errback: ``ConnectionLost``.
        """

    def commit(self) -> None:
        """Deliver what was sent, then what the user has pressed since; the focus cannot have moved since ``begin``."""

    def roll_back(self) -> Deferred[None]:
        """Deliver only what the user has pressed; fires when that is done, at once if the transaction has ended."""


class Keyer(Protocol):
    """Sends fake key events; reports when the server has processed them."""

    @property
    def transaction(self) -> Transaction:
        """Transaction that the keys can be sent in."""

    def read_state(self) -> Deferred[KeyboardState]:
        """Read locks, group, pressed keys and focus. Errback: ``ConnectionLost``."""

    def lock(self, modifiers: int, values: int, group: int | None) -> None:
        """Queue a change of locks before the next ``send``: of the ``modifiers`` mask, lock exactly ``values``;
        lock ``group`` unless None. Takes effect in order with the key events."""

    def latch(self, modifiers: int, values: int) -> None:
        """Queue a change of latches before the next ``send``: of the ``modifiers`` mask, latch exactly ``values``,
        which count for the user's next key."""

    def bypass_filters(self) -> None:
        """Queue, before the next ``send``, what makes our keys pass by the user's keyboard accessibility filters
        (SlowKeys, BounceKeys, StickyKeys ...), which the user's own keyboards keep. The active keyboard is ours then,
        and ``hand_back_keyboard`` knows which was before. Should this process die, it is undone."""

    def restore_filters(self, *, wait: bool) -> Deferred[None]:
        """Fire when what undoes ``set_filters_aside`` is queued; filters that the user has turned off stay off.
        ``wait``: whether the server may be asked for that first. Errback: ``ConnectionLost``."""

    def watch_filters(self, on_turned_on: Callable[[], None]) -> None:
        """Call ``on_turned_on`` when another client or the user turns on a filter that was off."""

    def activate_keyboard(self, group: int, group_count: int) -> None:
        """Queue, before the next ``send``, what brings our keyboard into force, which else its first key does, and
        locks ``group``, of ``count``, so that every application takes note: some take it for the first whenever another
        keyboard comes into force or the keymap has changed."""

    def reactivate_keyboard(self, group: int, group_count: int) -> None:
        """The same when the user's may have come into force meanwhile; which one was before is not forgotten."""

    def reactivate_previous_keyboard(self, group: int, group_count: int) -> None:
        """Likewise for the keyboard that was in force before: else the user's next key does it, and is misread."""

    def require_focus(self, window: int) -> None:
        """From now on, where the settings ask for that, send no press unless ``window`` has the focus at that very
        moment, and then fire with the window that has it; 0: send whatever has it."""

    def record_locks(self, modifiers: int, values: int, group: int | None, latched: int = 0) -> None:
        """Should this process die from now on, then ``lock`` is done with these values in its stead, and the modifiers
        ``latched`` are latched; ``modifiers`` and ``latched`` 0 and ``group`` None: nothing is. To be called before
        locks are changed, and when they are as they were."""

    def record_keys(self, keycodes: Iterable[int]) -> None:
        """Should this process die from now on, then these keys are released in its stead. To be called before keys go
        down in one write and come up in another, and with none when they are up."""

    def send(self, events: Sequence[KeyEvent]) -> int | Deferred[int]:
        """Send the events, in order, in one write. The answer is the window that had the focus after the last of them
        was processed (0: none): itself where it is there at once, as it nearly always is; else a Deferred that fires
        with it. An empty sequence only flushes queued locks. Errback: ``ConnectionLost``; nothing is raised."""


class Observer(Protocol):
    """Reports every key event that the server really processed, ours and everybody's."""

    @property
    def confirmed(self) -> bool | None:
        """Of the events expected last: True when all have been seen as expected (keycode, direction, state), False
        when one came otherwise or after ``expire``, None as long as some have still to come."""

    def expect(self, events: Sequence[KeyEvent]) -> None:
        """Expect these events next, in this order, and none of those expected before."""

    def stop_expecting(self) -> None:
        """Expect nothing any more: what has not come by now is not confirmed."""

    def set_callbacks(
        self, on_user_input: Callable[[UserInput], None] | None, on_user_key: Callable[[int], None] | None = None
    ) -> None:
        """Call ``on_foreign`` for each key press, key release or click that nobody here announced with ``expect``,
        and ``on_user_key``, with the keycode, for each press on a keyboard of the user's: of a key that is announced
        at that moment, or held down by us, only this tells. None stops either."""


class KeymapSource(Protocol):
    """The keymap in force."""

    @property
    def keymap(self) -> Keymap:
        """The latest snapshot; another object after every real change."""

    @property
    def is_current(self) -> bool:
        """Whether no announced change is still being read."""

    def when_current(self) -> Deferred[None]:
        """Fires when ``settled`` holds."""


class CharacterMapper(Protocol):
    """Makes characters typeable that the layout lacks, by lending them to free keycodes."""

    @property
    def keycodes(self) -> frozenset[int]:
        """The keycodes that carry a loan now."""

    @property
    def max_characters(self) -> int:
        """How many characters can be lent at once; 0 where no keycode is free."""

    def map_characters(self, characters: Sequence[str], window: int) -> Deferred[bool]:
        """Make the characters (at most ``capacity``) typeable into ``window``; the keymap has them when it fires.
        False if the application does not take note in time. Errback: ``ConnectionLost``."""

    def restore(self) -> Deferred[bool]:
        """Restore the keymap once every application has read what was typed; False if one did not answer in time
        (the keymap is restored all the same)."""


class GrabDetector(Protocol):
    """Knows whether keys would go to another program than the one that has the focus."""

    def find_conflict(self, keys: Iterable[tuple[int, int]]) -> Deferred[StopReason | None]:
        """Whether another program holds the keyboard (a locked screen, an open menu), or has taken one of these keys
        as a hotkey: each a keycode and the real modifiers that it will be pressed with. None: all are free."""

    def watch_focus(self, window: int, on_focus_lost: Callable[[StopReason], None] | None) -> Deferred[None]:
        """From when it fires call ``on_lost`` as soon as keys meant for ``window`` go elsewhere: FOCUS_CHANGED, or
        GRABBED by another program. None: nobody is called any more, for whatever window."""


class ClientSync(Protocol):
    """Knows how far applications have read."""

    def acknowledged(self, window: int) -> Deferred[bool]:
        """Fires True when the application that owns ``window`` has read everything that was sent to it until now;
        at once where it cannot be asked. False if it does not in a long time. Errback: ConnectionLost."""

    def wait_until_idle(self, window: int) -> Deferred[bool]:
        """Fires True when that application has also carried out everything that it has read: its process sleeps.
        False if it does not come to that in a long time. Errback: ConnectionLost."""

    def may_reorder_keys(self, window: int) -> Deferred[bool]:
        """Whether keys that reach the application shortly after one another may be carried out in another order there.
        Errback: ConnectionLost."""


class InputMethod(Protocol):
    """What may turn keys into other text on their way to an application."""

    def suspend(self, window: int, *, has_unfinished_word: bool) -> Deferred[bool]:
        """Let keys arrive in ``window`` as what they are, until ``put_back``; fires with whether there is any input
        method. ``unfinished``: the user's last key may belong to a word that is still being composed. Errback: a
        WinDictatorError that says why they do not arrive so."""

    def resume(self, window: int, *, has_focus: bool) -> Deferred[None]:
        """Undo that, once ``window`` has read all its keys, unless somebody has changed it meanwhile; nothing where
        nothing was put aside. ``there``: whether the focus is still where the keys went. Never fails."""


class UserInput(NamedTuple):
    """Input that did not come from here. ``kind``: "key" or "button"; ``code``: keycode or button number."""

    kind: str
    code: int
    pressed: bool
    state: int
