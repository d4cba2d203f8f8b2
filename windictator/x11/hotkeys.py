"""Global hotkeys.

What is pressed is known from the observer, which never reports our own keys as foreign: no text that is typed here can
fire a hotkey. Passive grabs keep the keys from all other programs, and tell which combinations another one has already.

A key that is grabbed draws the whole keyboard with it, our own XTEST keys too, until it is released. That does for all
hotkeys but push-to-talk with one key, during which text is to be typed: there the keyboard is let go at once. Then the
key's repeats would go to the application, and each of them would draw the keyboard again. The server repeats the key
that was pressed last; so before the keyboard is let go, while it is still ours, a key that means
nothing is pressed and released, and the repeating is over. Nothing is changed that would have to be put back.
The application gets one event of such a hotkey, its release.

While another program holds the keyboard (a locked screen, an open menu) it gets every key, ours too, and no grab of
ours sets in. Only the observer sees the key then. Nobody must be able to open a microphone on a locked screen: such a
press is told as what it is, and nothing is begun.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from twisted.internet.defer import Deferred, ensureDeferred
from twisted.python.failure import Failure

from windictator.keyboard.hotkey import HotkeyAction, HotkeyCombination, lock_mask
from windictator.keyboard.key_events import GROUP_SHIFT, MODIFIERS
from windictator.keyboard.keymap import Keymap
from windictator.typist.interfaces import ConnectionLostError, UserInput
from windictator.x11 import xinput, xkb
from windictator.x11.connection import XConnection, XDisplayError
from windictator.x11.hotkey_grabs import UNGRAB_KEYBOARD, HotkeyGrabs
from windictator.x11.typing_backend import Reactor, X11Backend

_PUSH_TO_TALK_ACTIONS = (HotkeyAction.PUSH_TO_TALK, HotkeyAction.TAP_OR_HOLD)
_KEY_PRESS, _KEY_RELEASE, _FAKE_INPUT = 2, 3, 2

KEYMAP_DEBOUNCE_S = 0.05
"""Seconds after a change of the keymap until the keys are looked up again: text with characters that the layout lacks
changes it twice, and must not wait for this."""


@dataclass(slots=True)
class _PressedHotkey:
    """A hotkey that is down.

    ``modifiers``: the real modifiers that belong to it. ``since``: the clock's seconds. ``begun``: push-to-talk has
    been told. ``over``: a key of it is up again; ``tapped``: so soon that it was a tap.
    """

    action: HotkeyAction
    modifiers: int
    pressed_at: float
    started: bool = False
    released: bool = False
    is_tap: bool = False


class Hotkeys:
    """Global hotkeys on one display; for another connection to it, another object.

    ``keyboard``: the open display. ``combinations``: see ``parse_hotkeys``.
    ``on_action``: called with the action and whether it begins. Only push-to-talk also ends (False): when its key, or
    any key of its combination, is released; a key's repeats are not releases. A ``TAP_OR_HOLD`` key is told as
    ``PUSH_TO_TALK`` from its press on, for the first words are said at once; if it is released within ``tap`` seconds,
    ``TOGGLE`` is told before the end of that, and means the state before the press.
    ``on_taken``: called in its place with an action whose key another program got, since it holds the keyboard.
    ``CANCEL`` is told by ``on_action`` all the same: what types must be stopped whoever has the keyboard.
    ``on_notice``: called with one line about each combination that cannot be had, and why: another program has it, or
    the layout lacks the key. Such a hotkey does nothing: it would do two things at once.
    ``on_live``: called with the keycodes that may be pressed and held while text is typed: those of push-to-talk. Held
    modifiers would mix with text: a combination with modifiers, or a modifier alone, is not told, and what is dictated
    with it can only be typed after its release.
    All of them are called in the reactor's thread, and none may raise: it would end the observing.
    """

    def __init__(
        self,
        reactor: Reactor,
        backend: X11Backend,
        combinations: Mapping[HotkeyAction, HotkeyCombination],
        on_action: Callable[[HotkeyAction, bool], None],
        *,
        on_notice: Callable[[str], None],
        on_grabbed_elsewhere: Callable[[HotkeyAction], None] = lambda action: None,
        on_allowed_keys: Callable[[frozenset[int]], None] = lambda keycodes: None,
        tap_max_s: float = 0.2,
    ) -> None:
        self._clock = reactor
        self._reactor = reactor
        self._backend = backend
        self._combinations = dict(combinations)
        self._on_action, self._on_grabbed_elsewhere, self._on_notice, self._on_allowed_keys = (
            on_action,
            on_grabbed_elsewhere,
            on_notice,
            on_allowed_keys,
        )
        self._tap_max_s = tap_max_s
        self._connection: XConnection | None = None
        self._grabs: HotkeyGrabs | None = None
        self._xtest = self._xinput = self._xinput_event = 0
        self._xkb = self._xkb_event = 0
        self._keymap: Keymap | None = None
        self._locks = 0
        self._tables: list[dict[tuple[int, int], HotkeyAction]] = []
        self._unavailable: set[HotkeyAction] = set()
        self._reported_notices: dict[HotkeyAction, str] = {}
        self._pressed_hotkeys: dict[int, _PressedHotkey] = {}
        self._pressed_modifiers: dict[int, int] = {}
        self._press_times: dict[int, int] = {}
        self._keymap_timer: Any = None
        self._grabbing = self._grab_again = False

    def start(self) -> Deferred[None]:
        """Grab the keys; fires when that is done and every notice has been given. Without combinations nothing is done.

        Errback: DisplayProblem, ConnectionLost.
        """
        return ensureDeferred(self._start())

    def stop(self) -> None:
        """Let go of everything. A push-to-talk that is held ends."""
        if self._keymap_timer is not None and self._keymap_timer.active():
            self._keymap_timer.cancel()
        down, self._pressed_hotkeys = self._pressed_hotkeys, {}
        connection, self._connection = self._connection, None
        if connection is None:
            return
        self._backend.observer.hotkey_handler = None
        self._backend.grab_detector.own_hotkeys = frozenset()
        if self._grabs is not None:
            self._grabs.close()
        connection.close()
        if any(held.started and not held.released for held in down.values()):
            self._on_action(HotkeyAction.PUSH_TO_TALK, False)
        self._on_allowed_keys(frozenset())

    def _handle_user_input(self, user_input: UserInput, time: int) -> bool:
        """Take note of what somebody else has pressed or released, at the server's ``time``.

        True for a hotkey's own key: no application has got it, nothing has changed in any window, and nobody else here
        needs to know.
        """
        if self._keymap is None or self._connection is None or user_input.kind != "key":
            return False
        if user_input.code == self._keymap.min_keycode:
            return True  # the one that ends a key's repeats
        if not user_input.pressed:
            self._pressed_modifiers.pop(user_input.code, None)
            return self._key_released(user_input.code)
        if user_input.code in self._pressed_hotkeys:
            return True  # it repeats
        table = self._table(user_input.state >> GROUP_SHIFT & 3)
        # In the state may be modifiers of the text that is being typed. A sticky key of the user's is only there.
        for modifiers in (user_input.state & MODIFIERS, reduce(or_, self._pressed_modifiers.values(), 0)):
            wanted = modifiers & ~self._locks
            action = table.get((user_input.code, wanted))
            if action is not None and action not in self._unavailable:
                self._hotkey_pressed(action, user_input, wanted, time)
                return True
        if carried := self._keymap.modifier_map.get(user_input.code, 0):
            self._pressed_modifiers[user_input.code] = carried
        return False

    # Keys

    def _hotkey_pressed(self, action: HotkeyAction, user_input: UserInput, modifiers: int, time: int) -> None:
        if self._is_allowed_key(action, user_input.code, modifiers):
            self._report_allowed_keys()
        held = self._pressed_hotkeys[user_input.code] = _PressedHotkey(action, modifiers, self._clock.seconds())
        to_us = self._backend.observer.awaits_press
        if action is HotkeyAction.CANCEL:
            self._on_action(action, True)
        else:
            ensureDeferred(self._begin(held, user_input, time)).addErrback(_ignore_connection_lost)
        self._backend.grab_detector.hotkey_pressed(action in _PUSH_TO_TALK_ACTIONS, to_us)

    async def _begin(self, hotkey: _PressedHotkey, user_input: UserInput, time: int) -> None:
        if await self._is_grabbed_elsewhere(user_input.code, time):
            hotkey.released = True
            self._backend.observer.forward_user_input(user_input)  # it may have changed something there
            if self._connection is not None:
                self._on_grabbed_elsewhere(hotkey.action)
            return
        if hotkey.action in _PUSH_TO_TALK_ACTIONS and not hotkey.modifiers:
            # Not before the keyboard is free: what the typing stopped short of may be typed at once.
            await self._release_grab()
        if self._connection is None:
            return
        if hotkey.action in _PUSH_TO_TALK_ACTIONS:
            self._start_push_to_talk(hotkey)
        else:
            self._on_action(hotkey.action, True)

    async def _is_grabbed_elsewhere(self, keycode: int, time: int) -> bool:
        """Whether another program has got the press of this key, since it holds the keyboard."""
        if self._connection is None:
            raise ConnectionLostError
        await self._connection.sync()  # before this comes the press, if our grab has set in
        return self._press_times.get(keycode) != time and await self._backend.grab_detector.is_keyboard_grabbed()

    def _start_push_to_talk(self, hotkey: _PressedHotkey) -> None:
        hotkey.started = True
        self._on_action(HotkeyAction.PUSH_TO_TALK, True)
        if hotkey.released:
            self._stop_push_to_talk(hotkey)

    def _key_released(self, keycode: int) -> bool:
        """Whether it is a hotkey's key."""
        assert self._keymap is not None
        own = self._pressed_hotkeys.pop(keycode, None)
        if own is not None:
            self._hotkey_released(own)
        lost = self._keymap.modifier_map.get(keycode, 0)
        for held in list(self._pressed_hotkeys.values()):
            if held.modifiers & lost:
                self._hotkey_released(held)
        return own is not None

    def _hotkey_released(self, hotkey: _PressedHotkey) -> None:
        if hotkey.released or hotkey.action not in _PUSH_TO_TALK_ACTIONS:
            return
        hotkey.released = True
        hotkey.is_tap = (
            hotkey.action is HotkeyAction.TAP_OR_HOLD and self._clock.seconds() - hotkey.pressed_at < self._tap_max_s
        )
        if hotkey.started:
            self._stop_push_to_talk(hotkey)

    def _stop_push_to_talk(self, hotkey: _PressedHotkey) -> None:
        if hotkey.is_tap:
            self._on_action(HotkeyAction.TOGGLE, True)
        self._on_action(HotkeyAction.PUSH_TO_TALK, False)

    def _report_allowed_keys(self) -> None:
        """Which keys must not keep text from being typed; again at each press, for there may be another typist."""
        assert self._keymap is not None
        live = {
            keycode
            for table in self._tables
            for (keycode, modifiers), action in table.items()
            if self._is_allowed_key(action, keycode, modifiers)
        }
        self._on_allowed_keys(frozenset(live | {self._keymap.min_keycode} if live else ()))

    def _is_allowed_key(self, action: HotkeyAction, keycode: int, modifiers: int) -> bool:
        assert self._keymap is not None
        alone = action in _PUSH_TO_TALK_ACTIONS and action not in self._unavailable and not modifiers
        return alone and not self._keymap.modifier_map.get(keycode)

    async def _release_grab(self) -> None:
        """Give the keyboard back to the window with the focus, and end the key's repeats before.

        The key that ends them is pressed on the very keyboard that is in force: with each change of that some
        applications forget the group (``Keyboards``).
        """
        connection, keymap = self._connection, self._keymap
        assert connection is not None and keymap is not None
        source = None
        if self._xinput:
            masters = xinput.parse_devices(
                await connection.request(xinput.query_devices(self._xinput, xinput.ALL_MASTERS))
            )
            source = next((device.key_source for device in masters if device.is_master_keyboard), None)
        for pressed in (True, False):
            connection.send(self._fake_key(source, keymap.min_keycode, pressed))
        connection.send(UNGRAB_KEYBOARD)
        await connection.sync()

    def _fake_key(self, source: int | None, keycode: int, pressed: bool) -> bytes:
        if source is not None:
            return xinput.fake_key(self._xtest, self._xinput_event, source, keycode, pressed)
        kind = _KEY_PRESS if pressed else _KEY_RELEASE
        return struct.pack("=BBHBBxxI24x", self._xtest, _FAKE_INPUT, 9, kind, keycode, 0)

    # Where they are

    async def _start(self) -> None:
        if not self._combinations:
            return
        connection = self._connection = XConnection(self._reactor, self._backend.control.name)
        await connection.open()
        self._xtest, _ = await connection.extension("XTEST")
        self._xkb, self._xkb_event = await connection.extension("XKEYBOARD")
        await connection.request(xkb.use_extension(self._xkb))
        try:
            self._xinput, self._xinput_event = await connection.extension(xinput.NAME)
            await connection.request(xinput.query_version(self._xinput))
        except XDisplayError:
            self._xinput = 0
        connection.add_event_listener(self._handle_event)
        self._grabs = HotkeyGrabs(connection)
        self._backend.keymaps.add_listener(self._keymap_changed)
        self._build_tables()
        await self._grab()
        self._backend.observer.hotkey_handler = self._handle_user_input

    def _handle_event(self, event: bytes) -> None:
        if event[0] & 0x7F == self._xkb_event and event[1] == xkb.STATE_NOTIFY:
            self._schedule_grab()
        elif event[0] == _KEY_PRESS:
            self._press_times[event[1]] = int.from_bytes(event[4:8], sys.byteorder)

    def _keymap_changed(self) -> None:
        if self._connection is not None and (self._keymap_timer is None or not self._keymap_timer.active()):
            self._keymap_timer = self._clock.callLater(KEYMAP_DEBOUNCE_S, self._update_keymap)

    def _update_keymap(self) -> None:
        self._build_tables()
        self._schedule_grab()

    def _schedule_grab(self) -> None:
        if self._grabbing:
            self._grab_again = True
        else:
            ensureDeferred(self._grab()).addErrback(_ignore_connection_lost)

    def _build_tables(self) -> None:
        """Find the keys of every combination, in every group, on the keymap in force."""
        keymap = self._keymap = self._backend.keymaps.keymap
        self._locks = lock_mask(keymap)
        self._tables = [
            {
                key: action
                for action, combination in reversed(self._combinations.items())
                for key in combination.keys(keymap, group)
            }
            for group in range(max(1, keymap.group_count))
        ]

    def _table(self, group: int) -> dict[tuple[int, int], HotkeyAction]:
        return self._tables[min(group, len(self._tables) - 1)]

    async def _grab(self) -> None:
        """Grab what is on the keymap, once more when that has changed meanwhile, and give notice of what cannot be."""
        assert self._grabs is not None
        self._grabbing = True
        try:
            while True:
                self._grab_again = False
                table = self._table(await self._group())
                wanted = {action: self._with_locks(table, action) for action in set(table.values())}
                self._unavailable = await self._grabs.set_grabs(wanted)
                if not self._grab_again:
                    break
        finally:
            self._grabbing = False
        if self._connection is not None:
            self._backend.grab_detector.own_hotkeys = self._grabs.grabbed
            self._report_allowed_keys()
            self._report_unavailable(set(wanted))

    async def _group(self) -> int:
        """The group in force, and be told of others, if the combinations are elsewhere there. Most are not, and then
        text that needs several groups wakes nobody here."""
        connection = self._connection
        if connection is None:
            raise ConnectionLostError
        matters = any(table != self._tables[0] for table in self._tables)
        connection.send(xkb.select_group_changes(self._xkb, matters))
        return xkb.parse_state(await connection.request(xkb.get_state(self._xkb))).locked_group

    def _with_locks(
        self, table: Mapping[tuple[int, int], HotkeyAction], action: HotkeyAction
    ) -> frozenset[tuple[int, int]]:
        """The keys of ``action``, with every combination of locks that may be on."""
        locks = [number for number in range(MODIFIERS + 1) if not number & ~self._locks]
        keys = [key for key, of in table.items() if of is action]
        return frozenset((keycode, modifiers | lock) for keycode, modifiers in keys for lock in locks)

    def _report_unavailable(self, found: set[HotkeyAction]) -> None:
        for action, combination in self._combinations.items():
            where = f'hotkeys.{action.value}: "{combination.text}"'
            if action in self._unavailable:
                message = f"{where} is another program's hotkey already and does nothing here; choose another one"
            elif action not in found:
                message = f"{where} is not on this keyboard layout"
            else:
                self._reported_notices.pop(action, None)
                continue
            if self._reported_notices.get(action) != message:
                self._reported_notices[action] = message
                self._on_notice(message)


def _ignore_connection_lost(failure: Failure) -> None:
    """Whoever owns the keyboard is told by its own connections."""
    if not isinstance(failure.value, ConnectionLostError):
        failure.raiseException()
