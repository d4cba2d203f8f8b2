"""Fake of the X server's keyboard, in memory, with which the typist is tested.

It keeps the pressed keys, the active modifiers and the group, drops events that cannot be (a press of a key
that is down, a release of one that is up), reports the others with their state in order, and delivers what was typed
to the focused window as an application would read it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from twisted.internet.defer import Deferred, fail, succeed

from tests.fake_editor import END, Press
from windictator.errors import WinDictatorError
from windictator.keyboard import remap_plan
from windictator.keyboard.key_events import KeyEvent
from windictator.keyboard.keymap import CONTROL, LOCK, SHIFT, Key, Keymap
from windictator.keyboard.keysyms import character_of
from windictator.typist.interfaces import (
    ConnectionLostError,
    InputMethod,
    KeyboardMap,
    KeyboardState,
    KeyEvents,
    PopupKind,
    UserInput,
)
from windictator.typist.result import StopReason
from windictator.x11.xkb import parse_map

KEYMAPS = Path(__file__).parent / "data" / "keymaps"
WINDOW = 0x200001
ALT, SUPER = 8, 64
CAPS_LOCK_KEY, NUM_LOCK_KEY, SHIFT_KEY = 66, 77, 50


def keymap(name: str) -> Keymap:
    """Return a keymap as an X server sent it."""
    return parse_map((KEYMAPS / f"{name}.xkbmap").read_bytes())


class FakeTransaction:
    """Implementation of Transaction: while it is active the keyboard's window gets nothing."""

    def __init__(self, keyboard: FakeKeyboard) -> None:
        self._keyboard = keyboard
        self.active = False
        self.should_end = False
        self.refusal: StopReason | None = None
        """Reason why no transaction can begin."""
        self.keycodes: set[int] = set()
        self.begin_count = 0
        """Number of transactions so far."""
        self.on_expire: Callable[[], None] | None = None
        self.rolled_back: Callable[[], Deferred[None]] = lambda: succeed(None)
        """Return the Deferred that fires when the user's keys have been delivered."""

    def begin(self, keycodes: Iterable[int], state: int) -> Deferred[StopReason | None]:
        assert not self.active
        assert state == self._keyboard.state
        self.keycodes = set(keycodes)
        self.active = self.refusal is None
        self.begin_count += self.active
        return succeed(self.refusal)

    def commit(self) -> None:
        assert self.active
        self.active = False
        self._keyboard.deliver(lambda _event: True)

    def roll_back(self) -> Deferred[None]:
        if self.active:
            self.active = False
            self._keyboard.deliver(lambda event: event.keycode not in self.keycodes)
        return self.rolled_back()


class FakeKeyboard:
    """Implementation of KeyEvents, KeyboardMap and InputMethod in memory."""

    def __init__(self, keymap: Keymap, *, focus: int = WINDOW) -> None:
        self._keymap = keymap
        self.down: set[int] = set()
        self.locked = 0
        self.latched = 0
        self.group = 0
        self.focus = focus
        self.received: dict[int, str] = {}
        self.presses: dict[int, list[Press]] = {}
        """Keys that each window has received, including shortcuts."""
        self.log: list[KeyEvent] = []
        self.transaction = FakeTransaction(self)
        self._queued: list[tuple[bool, KeyEvent]] = []
        self.writes: list[tuple[KeyEvent, ...]] = []
        self.silent = False
        """The server does not reply (another client holds it)."""
        self.lost = False
        self.drop: Callable[[KeyEvent], bool] = lambda event: False
        """Return True for an event of ours that the server never processes."""
        self.before_write: Callable[[int], None] = lambda number: None
        """Called before the n-th write (from 1) that has events is processed: lets others act in between."""
        self.after_write: Callable[[int], None] = lambda number: None
        self.before_state: Callable[[int], object] = lambda number: None
        """Called before the state is read for the n-th time (from 1)."""
        self._states_read = 0
        self.restored: Callable[[bool], Deferred[None]] = lambda wait: succeed(None)
        """Return the Deferred that fires when filters are restored."""
        self._on_user_input: Callable[[UserInput], None] | None = None
        self._on_user_key: Callable[[int], None] | None = None
        self._expected: list[KeyEvent] = []
        self.confirmed: bool | None = False
        self.answers_later = False
        """The reply to a write comes by ``answer`` instead of at once."""
        self._unanswered: list[Deferred[int]] = []
        self.shows_later = 0
        """Number of writes after which an event is recorded."""
        self._unseen: list[tuple[int, KeyEvent]] = []
        self._keymap_waiters: list[Deferred[None]] = []
        self.is_current = True
        self.recorded_locks: tuple[int, int, int | None] = (0, 0, None)
        self.recorded_keys: set[int] = set()
        self.most = 1000
        """Maximum number of characters mapped at once."""
        self.responsive = True
        self.mappings: list[tuple[str, ...]] = []
        self._mapped: frozenset[int] = frozenset()
        self.grabbed: StopReason | None = None
        self.popup: PopupKind | None = None
        """What the application has open while ``grabbed`` is GRABBED."""
        self._on_focus_lost: Callable[[StopReason], None] | None = None
        self._keyboard_taken = False
        self.press_reached_window = True
        """The last press of ours was not taken by a grab."""
        self.unobserved: Callable[[], object] = lambda: None
        """Called when the typist asks for all that has been processed: reports what is known only then."""
        self.reads = True
        """The application reads what it gets at once."""
        self.required_focus = 0
        self.keyboards: list[tuple[int, str, int, int]] = []
        """Activations of a keyboard: number of writes before, owner, group and group count."""
        self.questions: list[tuple[int, Deferred[bool]]] = []
        """Pings of the application: number of writes before, and the reply."""
        self.idle_questions: list[int] = []
        """Numbers of writes before each question whether the application is idle."""
        self.tried: set[tuple[int, int]] = set()
        self.filters = 0
        """Active accessibility filters."""
        self.filters_bypassed = False
        self.turn_filter_on: Callable[[], None] = lambda: None
        self.recorded_latches = 0
        self.overtakes = False
        """The application reorders keys that it gets at once."""
        self.refusal: WinDictatorError | None = None
        """Reason why the input method cannot be suspended."""
        self.engine_calls: list[tuple[int, str]] = []
        """Calls of the input method: number of writes before, and what was called."""

    def ports(self) -> tuple[KeyEvents, KeyboardMap]:
        """Return what a Typist is built with."""
        return self, self

    def input_method(self) -> InputMethod:
        """Return the keyboard as an input method."""
        return self

    # For the tests

    @property
    def text(self) -> str:
        """Text of the first window, with BackSpaces executed on single characters."""
        return self.screen(WINDOW)

    def screen(self, window: int) -> str:
        text = ""
        for character in self.received.get(window, ""):
            text = text[:-1] if character == "\b" else text + character
        return text

    def user_presses(self, keycode: int, pressed: bool = True) -> None:
        """Press or release a key of the user's; the server has one keyboard."""
        if self.transaction.active:
            self._queued.append((False, KeyEvent(keycode, pressed)))
            self.report_user_input(UserInput("key", keycode, pressed, 0))
            return
        if (keycode in self.down) == pressed:
            return
        state = self.state
        self._process(KeyEvent(keycode, pressed))
        self.report_user_input(UserInput("key", keycode, pressed, state))

    def user_clicks(self) -> None:
        """Click after the text of the window that has the focus."""
        self.presses.setdefault(self.focus, []).append(Press(END, "", control=True))
        self.report_user_input(UserInput("button", 1, True, self.state))

    def change_keymap(self, keymap: Keymap) -> None:
        self._keymap = keymap

    def raw_user_press(self, keycode: int) -> None:
        """Report a press on the user's keyboard, whatever the server does with it."""
        if self._on_user_key is not None:
            self._on_user_key(keycode)

    def begin_keymap_change(self) -> None:
        self.is_current = False

    def finish_keymap_change(self) -> None:
        self.is_current = True
        waiting, self._keymap_waiters = self._keymap_waiters, []
        for deferred in waiting:
            deferred.callback(None)

    def report_user_input(self, user_input: UserInput) -> None:
        if self._on_user_input is not None:
            self._on_user_input(user_input)

    # KeyEvents: sending

    def read_state(self) -> Deferred[KeyboardState]:
        if self.lost:
            return fail(ConnectionLostError())
        self._states_read += 1
        self.before_state(self._states_read)
        return self._answer(
            lambda: KeyboardState(
                *(self.held, self.latched, self.locked, self.group, self.group, False),
                *(frozenset(self.down), self.focus, self.filters),
            )
        )

    def lock(self, modifiers: int, values: int, group: int | None) -> None:
        if self.lost:
            return
        self.locked = self.locked & ~modifiers | values
        if group is not None:
            self.group = group

    def latch(self, modifiers: int, values: int) -> None:
        if not self.lost:
            self.latched = self.latched & ~modifiers | values

    def bypass_filters(self) -> None:
        self.filters_bypassed = True

    def restore_filters(self, *, wait: bool) -> Deferred[None]:
        if self.lost:
            return fail(ConnectionLostError())
        self.filters_bypassed = False
        return self.restored(wait)

    def watch_filters(self, on_turned_on: Callable[[], None]) -> None:
        self.turn_filter_on = on_turned_on

    def require_focus(self, window: int) -> None:
        self.required_focus = window

    def activate_keyboard(self, group: int, group_count: int) -> None:
        self.group = group
        self.keyboards.append((len(self.writes), "ours", group, group_count))

    def reactivate_keyboard(self, group: int, group_count: int) -> None:
        self.activate_keyboard(group, group_count)

    def reactivate_previous_keyboard(self, group: int, group_count: int) -> None:
        self.group = group
        self.keyboards.append((len(self.writes), "the user's", group, group_count))

    def send(self, events: Sequence[KeyEvent]) -> int | Deferred[int]:
        if self.lost:
            return fail(ConnectionLostError())
        self._report_seen()
        if events:
            self.writes.append(tuple(events))
            self.before_write(len(self.writes))
            for event in events:
                self._process_ours(event)
            self.after_write(len(self.writes))
        if not self.answers_later and not self.silent:
            return self.focus
        later: Deferred[int] = Deferred()
        if not self.silent:
            focus = self.focus
            self._unanswered.append(later)
            later.addCallback(lambda _none: focus)
        return later

    def answer(self) -> bool:
        """Send the oldest reply that is due; return False if no reply is due."""
        if not self._unanswered:
            return False
        self._unanswered.pop(0).callback(0)
        return True

    def _answer(self, value: Callable[[], object]) -> Deferred:  # type: ignore[type-arg]
        return Deferred() if self.silent else succeed(value())

    def record_locks(self, modifiers: int, values: int, group: int | None, latched: int = 0) -> None:
        self.recorded_locks = (modifiers, values, group)
        self.recorded_latches = latched

    def record_keys(self, keycodes: Iterable[int]) -> None:
        self.recorded_keys = set(keycodes)

    # KeyEvents: where the keys go

    def find_conflict(self, keys: Iterable[tuple[int, int]]) -> Deferred[StopReason | None]:
        self.tried |= set(keys)
        return succeed(self.grabbed)

    def open_popup(self, window: int) -> Deferred[PopupKind | None]:
        return succeed(self.popup)

    def watch_focus(self, window: int, on_focus_lost: Callable[[StopReason], None] | None) -> Deferred[None]:
        self._on_focus_lost = on_focus_lost
        return succeed(None)

    def grab(self) -> None:
        """Let another client take the keyboard: the window loses the focus."""
        self._keyboard_taken = True
        self.grabbed = StopReason.GRABBED
        self.lose_focus(StopReason.GRABBED)

    def ungrab(self) -> None:
        """Give the keyboard back to the window."""
        self._keyboard_taken = False

    def lose_focus(self, reason: StopReason) -> None:
        """Report that keys go elsewhere."""
        if self._on_focus_lost is not None:
            self._on_focus_lost(reason)

    def when_observed(self) -> Deferred[None]:
        self.unobserved()
        return succeed(None)

    def acknowledged(self, window: int) -> Deferred[bool]:
        answer: Deferred[bool] = Deferred()
        self.questions.append((len(self.writes), answer))
        if self.reads:
            answer.callback(self.responsive)
        return answer

    def wait_until_idle(self, window: int) -> Deferred[bool]:
        self.idle_questions.append(len(self.writes))
        return self.acknowledged(window)

    def may_reorder_keys(self, window: int) -> Deferred[bool]:
        return succeed(self.overtakes)

    # InputMethod

    def suspend(self, window: int, *, has_unfinished_word: bool) -> Deferred[bool]:
        self.engine_calls.append((len(self.writes), "unfinished" if has_unfinished_word else "suspended"))
        return fail(self.refusal) if self.refusal is not None else succeed(True)

    def resume(self, window: int, *, has_focus: bool) -> Deferred[None]:
        self.engine_calls.append((len(self.writes), "resumed" if has_focus else "left"))
        return succeed(None)

    # KeyboardMap: temporary mappings

    @property
    def mapped_keycodes(self) -> frozenset[int]:
        return frozenset(self._mapped)

    @property
    def max_characters(self) -> int:
        return min(self.most, remap_plan.max_characters(self._keymap, self._mapped))

    def map_characters(self, characters: Sequence[str], window: int) -> Deferred[bool]:
        self.mappings.append(tuple(characters))
        if not self.responsive:
            return succeed(False)
        self._restore()
        plan = remap_plan.temporary_keys(self._keymap, remap_plan.plan_mapping(self._keymap, characters))
        keys = {code: Key(code, ((key.type_index, key.keysyms),)) for code, key in plan.items()}
        self._mapped = frozenset(keys)
        self._keymap = replace(self._keymap, keys={**self._keymap.keys, **keys})
        return succeed(True)

    def restore(self) -> Deferred[bool]:
        self._restore()
        return succeed(self.responsive)

    def _restore(self) -> None:
        keys = {code: key for code, key in self._keymap.keys.items() if code not in self._mapped}
        self._keymap, self._mapped = replace(self._keymap, keys=keys), frozenset()

    # KeyEvents: observing

    def expect(self, events: Sequence[KeyEvent]) -> None:
        self._expected = list(events)
        self.confirmed = None if events else True

    def stop_expecting(self) -> None:
        if self.confirmed is None:
            self.confirmed = False

    def set_callbacks(
        self, on_user_input: Callable[[UserInput], None] | None, on_user_key: Callable[[int], None] | None = None
    ) -> None:
        self._on_user_input = on_user_input
        self._on_user_key = on_user_key

    # KeyboardMap: the keymap

    @property
    def keymap(self) -> Keymap:
        return self._keymap

    def is_unchanged(self, keymap: Keymap) -> bool:
        return self.is_current and self._keymap is keymap

    def when_current(self) -> Deferred[None]:
        if self.is_current:
            return succeed(None)
        waiting: Deferred[None] = Deferred()
        self._keymap_waiters.append(waiting)
        return waiting

    # The server

    @property
    def held(self) -> int:
        held = 0
        for keycode in sorted(self.down):
            held |= self._keymap.modifiers_set_by(keycode, self.group, self.locked)
        return held

    @property
    def state(self) -> int:
        return self.held | self.locked | self.latched | self.group << 13

    def _process_ours(self, event: KeyEvent) -> None:
        if self.drop(event):
            return
        if event.pressed:
            self.press_reached_window = not self._keyboard_taken
        if self.transaction.active:
            seen = KeyEvent(event.keycode, event.pressed)
            self._queued.append((True, seen))
        elif (event.keycode in self.down) == event.pressed:
            return
        else:
            seen = KeyEvent(event.keycode, event.pressed, self.state)
            self._process(seen)
        self._unseen.append((self.shows_later, seen))
        if not self.shows_later:
            self._report_seen()

    def deliver(self, wanted: Callable[[KeyEvent], bool]) -> None:
        """Process the events that a transaction has kept: all of the user's, and ours that are ``wanted``."""
        queued, self._queued = self._queued, []
        for ours, event in queued:
            if (not ours or wanted(event)) and (event.keycode in self.down) != event.pressed:
                self._process(event._replace(state=self.state))

    def _report_seen(self) -> None:
        """Record the events whose number of writes is over."""
        unseen, self._unseen = self._unseen, []
        for writes, event in unseen:
            if writes > 1:
                self._unseen.append((writes - 1, event))
            elif self.confirmed is None:
                if event == self._expected.pop(0):
                    self.confirmed = None if self._expected else True
                else:
                    self.confirmed = False

    def _process(self, event: KeyEvent) -> None:
        self.log.append(event)
        if event.pressed:
            if self.focus and not self._keyboard_taken:
                character = self._decode(event.keycode)
                self.received[self.focus] = self.received.get(self.focus, "") + character
                self.presses.setdefault(self.focus, []).append(self._press(event.keycode, character))
            self.down.add(event.keycode)
            if event.keycode == CAPS_LOCK_KEY:
                self.locked ^= LOCK
        else:
            self.down.discard(event.keycode)

    def _press(self, keycode: int, character: str) -> Press:
        state = self.held | self.locked
        keysym = self._keymap.keysym(keycode, self.group, state)
        control, other = bool(state & CONTROL), bool(state & (ALT | SUPER))
        return Press(keysym, "" if control or other else character, bool(state & SHIFT), control, other)

    def _decode(self, keycode: int) -> str:
        """Return the character of a press: by XKB's rules, then CapsLock (XKB protocol, section 12.1)."""
        key = self._keymap.keys.get(keycode)
        if key is None or any(any(row) for row in key.held_modifiers):
            return ""
        modifiers = self.held | self.locked
        index, keysyms = key.groups[key.effective_group(self.group)]
        level = self._keymap.types[index].level(modifiers)
        character = character_of(keysyms[level]) if level < len(keysyms) else None
        if character is None or modifiers & 4:
            return ""
        consumed = self._keymap.types[index].mask & LOCK
        return character.upper() if modifiers & LOCK and not consumed else character
