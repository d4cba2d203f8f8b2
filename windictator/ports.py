"""The ports between the rooms: what each edge of the program must be able to do.

The edges (X, sound, recognizer) implement these protocols; the middle (typist, dictation) knows nothing else of
them, so each can be replaced by a fake that behaves like the real one.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from windictator.errors import WinDictatorError
from windictator.keyboard.key_events import KeyEvent

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

    from windictator.keyboard.keymap import Keymap
    from windictator.text.repertoire import Sayable
    from windictator.text.utterance import Hypothesis


NUMBER_SHIFT = 32
"""Bits of a window's number that are its X id; those above them tell windows apart that have the same id in turn."""


def x_id(window: int) -> int:
    """Return the X id of the window with this number (see ``x11.window_numbers``): the server and other programs know
    it by that."""
    return window & (1 << NUMBER_SHIFT) - 1


class ConnectionLost(WinDictatorError):
    """The connection to the X server ended: an errback of everything that still waits for it."""

    def __init__(self) -> None:
        super().__init__("the connection to the X server was lost")


class NoReply(WinDictatorError):
    """The X server has not replied in time: an errback of what cannot wait for ever."""


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
    moved_group: bool
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
    def due(self) -> bool:
        """Whether it has lasted so long that it should be ended."""

    on_expire: Callable[[], None] | None
    """Called after it has been rolled back because it was not ended in time."""

    def begin(self, keycodes: Iterable[int], state: int) -> Deferred[Stop | None]:
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

    def set_filters_aside(self) -> None:
        """Queue, before the next ``send``, what makes our keys pass by the user's keyboard accessibility filters
        (SlowKeys, BounceKeys, StickyKeys ...), which the user's own keyboards keep. The active keyboard is ours then,
        and ``hand_back_keyboard`` knows which was before. Should this process die, it is undone."""

    def restore_filters(self, *, wait: bool) -> Deferred[None]:
        """Fire when what undoes ``set_filters_aside`` is queued; filters that the user has turned off stay off.
        ``wait``: whether the server may be asked for that first. Errback: ``ConnectionLost``."""

    def watch_filters(self, on_turned_on: Callable[[], None]) -> None:
        """Call ``on_turned_on`` when another client or the user turns on a filter that was off."""

    def take_keyboard(self, group: int, count: int) -> None:
        """Queue, before the next ``send``, what brings our keyboard into force, which else its first key does, and
        locks ``group``, of ``count``, so that every application takes note: some take it for the first whenever another
        keyboard comes into force or the keymap has changed."""

    def retake_keyboard(self, group: int, count: int) -> None:
        """The same when the user's may have come into force meanwhile; which one was before is not forgotten."""

    def hand_back_keyboard(self, group: int, count: int) -> None:
        """Likewise for the keyboard that was in force before: else the user's next key does it, and is misread."""

    def aim(self, window: int) -> None:
        """From now on, where the settings ask for that, send no press unless ``window`` has the focus at that very
        moment, and then fire with the window that has it; 0: send whatever has it."""

    def bequeath(self, modifiers: int, values: int, group: int | None, latched: int = 0) -> None:
        """Should this process die from now on, then ``lock`` is done with these values in its stead, and the modifiers
        ``latched`` are latched; ``modifiers`` and ``latched`` 0 and ``group`` None: nothing is. To be called before
        locks are changed, and when they are as they were."""

    def bequeath_keys(self, keycodes: Iterable[int]) -> None:
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

    def expire(self) -> None:
        """Expect nothing any more: what has not come by now is not confirmed."""

    def watch(
        self, on_foreign: Callable[[ForeignInput], None] | None, on_user_key: Callable[[int], None] | None = None
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
    def settled(self) -> bool:
        """Whether no announced change is still being read."""

    def when_settled(self) -> Deferred[None]:
        """Fires when ``settled`` holds."""


class Lender(Protocol):
    """Makes characters typeable that the layout lacks, by lending them to free keycodes."""

    @property
    def keycodes(self) -> frozenset[int]:
        """The keycodes that carry a loan now."""

    @property
    def capacity(self) -> int:
        """How many characters can be lent at once; 0 where no keycode is free."""

    def lend(self, characters: Sequence[str], window: int) -> Deferred[bool]:
        """Make the characters (at most ``capacity``) typeable into ``window``; the keymap has them when it fires.
        False if the application does not take note in time. Errback: ``ConnectionLost``, ``NoReply``; the keymap may
        have the characters all the same then."""

    def give_back(self) -> Deferred[bool]:
        """Restore the keymap once every application has read what was typed; False if one did not answer in time
        (the keymap is restored all the same). Errback: ``ConnectionLost``, ``NoReply``."""


class Grabs(Protocol):
    """Knows whether keys would go to another program than the one that has the focus."""

    def taken(self, keys: Iterable[tuple[int, int]]) -> Deferred[Stop | None]:
        """Whether another program holds the keyboard (a locked screen, an open menu), or has taken one of these keys
        as a hotkey: each a keycode and the real modifiers that it will be pressed with. None: all are free."""

    def watch_focus(self, window: int, on_lost: Callable[[Stop], None] | None) -> Deferred[None]:
        """From when it fires call ``on_lost`` as soon as keys meant for ``window`` go elsewhere: FOCUS_CHANGED, or
        GRABBED by another program. None: nobody is called any more, for whatever window."""


class Attention(Protocol):
    """Knows how far applications have read."""

    def has_read(self, window: int) -> Deferred[bool]:
        """Fires True when the application that owns ``window`` has read everything that was sent to it until now;
        at once where it cannot be asked. False if it does not in a long time. Errback: ConnectionLost, NoReply."""

    def has_acted(self, window: int) -> Deferred[bool]:
        """Fires True when that application has also carried out everything that it has read: its process sleeps.
        False if it does not come to that in a long time. Errback: ConnectionLost, NoReply."""

    def may_overtake(self, window: int) -> Deferred[bool]:
        """Whether keys that reach the application shortly after one another may be carried out in another order there.
        Errback: ConnectionLost, NoReply."""


class InputMethod(Protocol):
    """What may turn keys into other text on their way to an application."""

    def put_aside(self, window: int, *, unfinished: bool) -> Deferred[bool]:
        """Let keys arrive in ``window`` as what they are, until ``put_back``; fires with whether there is any input
        method. ``unfinished``: the user's last key may belong to a word that is still being composed. Errback: a
        WinDictatorError that says why they do not arrive so."""

    def put_back(self, window: int, *, there: bool) -> Deferred[None]:
        """Undo that, once ``window`` has read all its keys, unless somebody has changed it meanwhile; nothing where
        nothing was put aside. ``there``: whether the focus is still where the keys went. Never fails."""


class SelectedText(Protocol):
    """Reads the text that is selected in a window."""

    def prepare(self, window: int) -> Deferred[bool]:
        """Keep what the user has selected, in whatever window, before keys select something in ``window``. False if it
        cannot be kept. Nothing is raised."""

    def read(
        self, window: int, is_expected: Callable[[str], bool], is_settled: bool = False
    ) -> Deferred[str | None]:
        """Fires with what is selected in ``window`` by the keys since ``prepare``, as soon as it is expected, or with
        what it is when it has not changed for some time; None where the application does not tell. ``is_settled``: only
        when it has not changed for some time, also where it is expected. Nothing is raised."""

    def restore(self, window: int) -> Deferred[None]:
        """Let what the user had selected be so again for those who ask for it, once nothing is selected in ``window``
        any more. Nothing is raised."""


class ForeignInput(NamedTuple):
    """Input that did not come from here. ``kind``: "key" or "button"; ``code``: keycode or button number."""

    kind: str
    code: int
    pressed: bool
    state: int


class Target(NamedTuple):
    """Where the keys go. ``window``: its number; ``wm_class``: its class, "" if unknown; ``title``; ``instance``:
    the other word of WM_CLASS, what this one of its class is called. ``is_surroundings``: whether it is a desktop or a
    panel (_NET_WM_WINDOW_TYPE), or the root window."""

    window: int
    wm_class: str
    title: str
    instance: str = ""
    is_surroundings: bool = False


class TargetWindow(Protocol):
    """Knows the window that has the keyboard focus."""

    def focused(self) -> Deferred[Target | None]:
        """The window that keys go to now, None where there is none."""


class Stop(enum.Enum):
    """Why typing ended before the end."""

    FOCUS_CHANGED = "the focus moved to another window"
    NO_FOCUS = "no window has the keyboard focus"
    TAKES_NO_TEXT = "the window takes no text"
    FOREIGN_INPUT = "another key or button was pressed"
    KEYS_HELD = "a key is being held down"
    UNCONFIRMED = "the X server did not confirm a key"
    TIMEOUT = "the X server did not answer in time"
    KEYMAP_CHANGED = "the keyboard layout changed"
    DISABLED = "typing is disabled"
    CANCELLED = "cancelled"
    GRABBED = "another program holds the keyboard (a locked screen or an open menu)"
    HOTKEY = "another program has taken one of the keys as a hotkey"
    OWN_HOTKEY = "one of the keys is a hotkey of WinDictator's own (the table [hotkeys] of the settings)"
    FILTERED = "a keyboard accessibility filter (SlowKeys, BounceKeys, StickyKeys) was turned on"
    NOT_EXCLUSIVE = "the X server cannot keep the user's keys apart from ours (it lacks the X Input Extension 2)"
    POINTER_HELD = "a mouse button is held down, or another program holds the pointer (an open menu)"
    DEAD_KEY = "a dead key or Compose was pressed and waits for its letter"
    UNRESPONSIVE = "the application does not answer"
    SERVER_REFUSED = "the X server refused a request"
    CONNECTION_LOST = "the connection to the X server was lost"


def stop_values(stop: Stop | None) -> dict[str, str | None]:
    """A stop, or that there was none, as plain values for programs: its name, and the reason in words."""
    return {"stopped": stop.name if stop else None, "reason": stop.value if stop else None}


@dataclass(frozen=True, slots=True)
class Typed:
    """The outcome of typing.

    ``intended``: the text asked for; for BackSpaces one U+0008 each. ``confirmed``: the prefix of it that the
    server confirmed. ``stopped_by``: None when everything was confirmed.
    """

    intended: str
    confirmed: str
    stopped_by: Stop | None = None
    keys: int = 0
    """Key events (presses and releases) confirmed."""
    window: int = 0
    """The window that it was typed into, 0 where typing did not get that far."""

    @property
    def complete(self) -> bool:
        """Whether all of it was confirmed."""
        return self.stopped_by is None


class Clock(Protocol):
    """Time, as Twisted's reactor and its test Clock give it (``IReactorTime``)."""

    def seconds(self) -> float:
        """Monotonic enough seconds."""

    def callLater(self, delay: float, callable: Callable[..., Any], *args: object, **kwargs: object) -> Any:
        """Call ``callable`` in ``delay`` seconds; the result has ``cancel``, ``active`` and ``reset``."""


class Descriptors(Protocol):
    """Watching of file descriptors, as Twisted's reactor gives it (``IReactorFDSet``)."""

    def addReader(self, reader: Any) -> object:
        """Call ``reader.doRead`` whenever its ``fileno()`` can be read."""

    def removeReader(self, reader: Any) -> object:
        """Stop that."""

    def addWriter(self, writer: Any) -> object:
        """Call ``writer.doWrite`` whenever its ``fileno()`` can be written."""

    def removeWriter(self, writer: Any) -> object:
        """Stop that."""


class AudioEnd(enum.Enum):
    """Why an audio source ended."""

    EXHAUSTED = "end of the recording"
    STOPPED = "stopped"
    LOST = "the microphone was lost"


class AudioError(WinDictatorError):
    """The recording or the microphone cannot be used: an errback of ``AudioSource.start``."""


class AudioSource(Protocol):
    """Gives 16 kHz mono s16le audio in frames of 20-100 ms."""

    def start(self, sink: Callable[[bytes], Deferred[None]]) -> Deferred[AudioEnd]:
        """Begin. Every frame goes to ``sink``, whose Deferred fires when the frame has been dealt with: a
        recording waits for it (back pressure), a microphone drops, counts and reports what exceeds its bounded
        buffer. The result fires when no more frames will come. Raises or fails with ``AudioError``."""

    def stop(self) -> None:
        """End soon: what was captured before is still delivered, then the Deferred of ``start`` fires."""

    @property
    def overruns(self) -> int:
        """Frames lost so far because nobody took them in time."""


class Recognizer(Protocol):
    """Turns audio (or, for the text recognizer, UTF-8 lines) into hypotheses."""

    def start(self, on_hypothesis: Callable[[Hypothesis], None], on_notice: Callable[[str], None]) -> Deferred[None]:
        """Get ready; fires when it listens. Every hypothesis goes to ``on_hypothesis`` in order; what the user
        should be told (a restart, say) to ``on_notice``, one line each. Fails with ``RecognizerError``."""

    def feed(self, data: bytes) -> Deferred[None]:
        """Take the next piece; may be called before ``start`` has fired (it is kept). Fires when it has been
        processed and its hypotheses have been delivered."""

    def finish(self) -> Deferred[None]:
        """The utterance ends here: fires when everything fed before has been dealt with and its final has been
        delivered. More may be fed after it."""

    def alternatives(self, utterance: int) -> Deferred[tuple[str, ...]]:
        """What else may have been said in an utterance that was delivered lately: texts, best first; what was
        delivered may be among them. Empty where that is not known, or not any more. Nothing that is being heard is
        lost over it. Never fails."""

    def stop(self) -> Deferred[None]:
        """End at once and let go of everything; fires when that is done. May follow ``finish`` or not."""


class Listener(Protocol):
    """What is told of a dictation while it runs; called in the reactor's thread, must not block long."""

    def ready(self, window: str) -> None:
        """Listening; ``window`` describes the focused window, "" where there is none."""

    def notice(self, message: str) -> None:
        """Something the user should know (recognizer restarted, audio lost); one line."""

    def offer(self, message: str) -> None:
        """A rule for words that were corrected more than once; one line with dictated words in it, so for no log."""

    def alternatives(self, text: str, items: Sequence[str]) -> None:
        """What else may have been said for ``text``, which stands on the screen; they are chosen by number, from 1."""

    def help(self, repertoire: Sequence[Sayable]) -> None:
        """The user asks what can be said."""

    def partial(self, text: str) -> None:
        """The recognizer's best guess so far."""

    def final(self, text: str, confidence: float, doubtful: Sequence[int]) -> None:
        """An utterance as recognised, before commands and punctuation; mean word confidence 0..1; the numbers, from 0,
        of its words that may well be others."""

    def typed(self, text: str, erased: int, typed: Typed) -> None:
        """What was done: ``erased`` BackSpaces confirmed, then ``text``, the part of the insertion that was
        confirmed. ``typed``: the outcome of both together."""

    def refused(self, reason: str) -> None:
        """An utterance or command was not carried out, and why; one line."""


class ProgramError(WinDictatorError):
    """A program cannot be started."""


class Programs(Protocol):
    """Starts other programs."""

    def start(self, arguments: Sequence[str], on_failure: Callable[[str], None]) -> None:
        """Start ``arguments[0]`` with the others, as they are, as its arguments, and do not wait for its end.

        ``on_failure``: told in one line, which holds nothing of the arguments, if it ends otherwise than with status
        0. Raises ``ProgramError`` where it cannot be started.
        """


@dataclass(frozen=True, slots=True)
class Said:
    """What a function of the user's own is told of the utterance that calls it.

    ``heard``: its words, as they were recognised. ``slots``: what its phrase's slots hold, by their names: "words", as
    they would be dictated; "number"; "key", as "ctrl+l"; the second of a kind is "words 2".
    """

    heard: str
    slots: Mapping[str, str | int]


class Functions(Protocol):
    """Calls functions of the user's own."""

    def call(self, module: str, function: str, said: Said) -> Deferred[str | None]:
        """Call it where it cannot delay anything else; fires with the text that it wants typed, or None. Errback: a
        WinDictatorError that says why that did not work. May be cancelled: what it returns is ignored then."""

    def renew(self, folder: Path) -> None:
        """Look for modules in ``folder``, and import those anew that were imported from where they were before."""


class Bus(Protocol):
    """A bus of D-Bus."""

    def call(
        self, destination: str, path: str, interface: str, member: str, signature: str, arguments: Sequence[Any]
    ) -> Deferred[Any]:
        """Call a method; fires when it has been carried out. Errback: a WinDictatorError."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What commands of the user's own can reach. ``bus``: the system's bus if True, else the session's. ``sleep``:
    fires after so many seconds, and may be cancelled."""

    programs: Programs
    functions: Functions
    bus: Callable[[bool], Bus]
    sleep: Callable[[float], Deferred[None]]
