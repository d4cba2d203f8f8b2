"""Global hotkeys.

The observer reports what is pressed, and never reports our own keys as input of others: text that is typed here cannot
trigger a hotkey. Passive grabs keep the keys from all other programs, and tell which combinations another one has
grabbed already.

A grabbed key takes the whole keyboard with it, including our own XTEST keys, until it is released. That is acceptable
for all hotkeys except push-to-talk with one key, during which text must be typed: there the keyboard is released at
once. Then the key's repeats would go to the application, and each of them would grab the keyboard again. The server
repeats the key that was pressed last. So before the keyboard is released, while it is still ours, a key without meaning
is pressed and released, and the repeats end. Nothing is changed that would have to be restored. The application gets
one event of such a hotkey, its release.

While another program holds the keyboard (a locked screen, an open menu) it gets every key, including ours, and our
grabs have no effect. Only the observer sees the key then. A microphone must not be opened on a locked screen: such a
press is reported as grabbed elsewhere, and nothing begins.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from operator import or_
from typing import Any

from twisted.internet.defer import Deferred, ensureDeferred
from twisted.python.failure import Failure

from windictator.keyboard.hotkey import HotkeyAction, HotkeyCombination
from windictator.keyboard.key_events import GROUP_SHIFT, MODIFIERS
from windictator.typist.interfaces import ConnectionLostError, UserInput
from windictator.x11 import events, xkb
from windictator.x11.connection import XConnection
from windictator.x11.hotkey_grabs import HotkeyGrabs
from windictator.x11.hotkey_press import HotkeyPress
from windictator.x11.hotkey_table import HotkeyTable
from windictator.x11.typing_backend import Reactor, X11Backend

KEYMAP_DEBOUNCE_S = 0.05
"""Time after a change of the keymap until the keys are looked up again, in seconds.

Text with characters that the layout lacks changes it twice, and must not wait for the lookup.
"""

RETRY_INTERVAL_S = 5.0
"""Time between two attempts to grab a hotkey that another program has, in seconds. No event tells that it is free."""


class Hotkeys:
    """Global hotkeys on one display; for another connection to it, create another object.

    backend: the open display.
    combinations: see ``hotkey_syntax.parse_hotkeys``.
    on_action: called with the action and True when it begins. Only push-to-talk also ends (False): when any key of its
        combination is released; a key's repeats are not releases. A ``TAP_OR_HOLD`` key is reported as ``PUSH_TO_TALK``
        from its press on, because the first words are said at once. If it is released within ``tap_max_s``, ``TOGGLE``
        is reported before that ends, and refers to the state before the press.
    on_grabbed_elsewhere: called instead, with the action, if another program got the key because it holds the keyboard.
        ``CANCEL`` is reported to ``on_action`` anyway: typing must stop whatever program has the keyboard.
    on_notice: called with one line about each combination that is unavailable, and why: another program has it, or the
        layout lacks the key. Such a hotkey does nothing, because one press would do two things. One that another
        program has is grabbed soon after that program releases it.
    on_allowed_keys: called with the keycodes that may be held while text is typed: those of push-to-talk. Held
        modifiers would mix with text. So a combination with modifiers, or a modifier alone, is not among them; what is
        dictated with it can only be typed after its release.

    All of them are called in the reactor's thread. None may raise, because that would end the observation.
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
        self._reactor = reactor
        self._backend = backend
        self._combinations = dict(combinations)
        self._on_action = on_action
        self._on_grabbed_elsewhere = on_grabbed_elsewhere
        self._on_notice = on_notice
        self._on_allowed_keys = on_allowed_keys
        self.on_problems_changed: Callable[[], None] = lambda: None
        """Called when ``problems`` has changed."""
        self._retry_timer: Any = None
        self._tap_max_s = tap_max_s
        self._connection: XConnection | None = None
        self._grabs: HotkeyGrabs | None = None
        self._xkb = self._xkb_event = 0
        self._table: HotkeyTable | None = None
        self._unavailable: set[HotkeyAction] = set()
        self._reported_notices: dict[HotkeyAction, str] = {}
        self._presses: dict[int, HotkeyPress] = {}
        self._pressed_modifiers: dict[int, int] = {}
        self._press_times: dict[int, int] = {}
        self._keymap_timer: Any = None
        self._grabbing = self._grab_again = False

    def start(self) -> Deferred[None]:
        """Grab the keys, and fire when every notice has been given. Without combinations nothing is done.

        Errback: XDisplayError, ConnectionLostError.
        """
        return ensureDeferred(self._start())

    @property
    def problems(self) -> tuple[str, ...]:
        """One line about each combination that is unavailable now."""
        return tuple(self._reported_notices.values())

    def stop(self) -> None:
        """Release all keys. A push-to-talk that is held ends."""
        for timer in (self._keymap_timer, self._retry_timer):
            if timer is not None and timer.active():
                timer.cancel()
        presses, self._presses = self._presses, {}
        connection, self._connection = self._connection, None
        if connection is None:
            return
        self._backend.observer.hotkey_handler = None
        self._backend.grab_detector.own_hotkeys = frozenset()
        self._backend.grab_detector.hotkey_ended()
        if self._grabs is not None:
            self._grabs.close()
        connection.close()
        if any(press.is_active for press in presses.values()):
            self._on_action(HotkeyAction.PUSH_TO_TALK, False)
        self._on_allowed_keys(frozenset())

    # Presses and releases

    def _handle_user_input(self, user_input: UserInput, time: int) -> bool:
        """Handle input of the user or another client, at the server's ``time``; return True for a hotkey's own key.

        Applications do not get such a key and windows do not change, so other parts of the program need not know it.
        """
        table = self._table
        if table is None or self._connection is None or user_input.kind != "key":
            return False
        keycode = user_input.code
        if keycode == table.keymap.min_keycode:
            return True  # the key that ends another key's repeats
        if not user_input.pressed:
            self._pressed_modifiers.pop(keycode, None)
            return self._key_released(keycode, table)
        if keycode in self._presses:
            return True  # a repeat
        # The state may contain modifiers of the text being typed. Only the state contains a sticky key of the user.
        for modifiers in (user_input.state & MODIFIERS, reduce(or_, self._pressed_modifiers.values(), 0)):
            key = keycode, modifiers & ~table.locks
            action = table.find(key, user_input.state >> GROUP_SHIFT & 3)
            if action is not None and action not in self._unavailable:
                if table.is_allowed_key(action, key):
                    self._report_allowed_keys()
                self._hotkey_pressed(action, user_input, key[1], time)
                return True
        if carried := table.keymap.modifier_map.get(keycode, 0):
            self._pressed_modifiers[keycode] = carried
        return False

    def _hotkey_pressed(self, action: HotkeyAction, user_input: UserInput, modifiers: int, time: int) -> None:
        press = HotkeyPress(action, modifiers, self._reactor.seconds(), self._on_action)
        self._presses[user_input.code] = press
        if action is HotkeyAction.CANCEL:
            self._on_action(action, True)
        else:
            ensureDeferred(self._begin(press, user_input, time)).addErrback(_ignore_connection_lost)
        self._backend.grab_detector.hotkey_pressed(press.is_push_to_talk)

    async def _begin(self, press: HotkeyPress, user_input: UserInput, time: int) -> None:
        if await self._is_grabbed_elsewhere(user_input.code, time):
            press.discard()
            self._backend.grab_detector.hotkey_ended()
            self._backend.observer.forward_user_input(user_input)  # because it may have changed something there
            if self._connection is not None:
                self._on_grabbed_elsewhere(press.action)
            return
        if press.is_push_to_talk and not press.modifiers:
            # The keyboard must be free first, because the rest of a stopped text may be typed at once.
            assert self._grabs is not None and self._table is not None
            await self._grabs.release_keyboard(self._table.keymap.min_keycode)
            self._backend.grab_detector.hotkey_ended()
        if self._connection is not None:
            press.start()

    async def _is_grabbed_elsewhere(self, keycode: int, time: int) -> bool:
        """Return True if another program got the press of this key because it holds the keyboard."""
        if self._connection is None:
            raise ConnectionLostError
        await self._connection.sync()  # because the press arrives before this reply if our grab has taken effect
        return self._press_times.get(keycode) != time and await self._backend.grab_detector.is_keyboard_grabbed()

    def _key_released(self, keycode: int, table: HotkeyTable) -> bool:
        """Return True if it is a hotkey's key."""
        released_press = self._presses.pop(keycode, None)
        if released_press is not None:
            self._backend.grab_detector.hotkey_ended()
        lost = table.keymap.modifier_map.get(keycode, 0)
        others = [press for press in self._presses.values() if press.modifiers & lost]
        for press in ([released_press] if released_press is not None else []) + others:
            press.release(self._reactor.seconds(), self._tap_max_s)
        return released_press is not None

    def _report_allowed_keys(self) -> None:
        """Report the keys that may be held while text is typed; at each press, since the typist may be a new one."""
        assert self._table is not None
        self._on_allowed_keys(self._table.allowed_keys(self._unavailable))

    # Grabs

    async def _start(self) -> None:
        if not self._combinations:
            return
        connection = self._connection = XConnection(self._reactor, self._backend.control.name)
        await connection.open()
        self._xkb, self._xkb_event = await connection.extension("XKEYBOARD")
        await connection.request(xkb.use_extension(self._xkb))
        grabs = HotkeyGrabs(connection)
        await grabs.start()
        connection.add_event_listener(self._handle_event)
        self._grabs = grabs
        self._backend.keymaps.add_listener(self._keymap_changed)
        self._look_up()
        await self._grab()
        self._backend.observer.hotkey_handler = self._handle_user_input

    def _handle_event(self, event: bytes) -> None:
        if xkb.notify_type(event, self._xkb_event) == xkb.STATE_NOTIFY:
            self._schedule_grab()
        elif events.event_type(event) == events.KEY_PRESS:
            self._press_times[events.keycode(event)] = events.key_event_time(event)

    def _keymap_changed(self) -> None:
        if self._connection is not None and (self._keymap_timer is None or not self._keymap_timer.active()):
            self._keymap_timer = self._reactor.callLater(KEYMAP_DEBOUNCE_S, self._update_keymap)

    def _update_keymap(self) -> None:
        self._look_up()
        self._schedule_grab()

    def _look_up(self) -> None:
        self._table = HotkeyTable(self._combinations, self._backend.keymaps.keymap)

    def _schedule_grab(self) -> None:
        if self._grabbing:
            self._grab_again = True
        else:
            ensureDeferred(self._grab()).addErrback(_ignore_connection_lost)

    async def _grab(self) -> None:
        """Grab what the keymap has, again if that changes meanwhile, and report what cannot be grabbed."""
        assert self._grabs is not None and self._table is not None
        self._grabbing = True
        try:
            while True:
                self._grab_again = False
                wanted = self._table.keys_to_grab(await self._locked_group(self._table))
                self._unavailable = await self._grabs.set_grabs(wanted)
                if not self._grab_again:
                    break
        finally:
            self._grabbing = False
        if self._connection is not None:
            self._backend.grab_detector.own_hotkeys = self._grabs.grabbed
            self._report_allowed_keys()
            self._report_unavailable(set(wanted))

    async def _locked_group(self, table: HotkeyTable) -> int:
        """Return the locked group, and select events for its changes if the combinations depend on it.

        Most do not, and then text that needs several groups causes no events here.
        """
        connection = self._connection
        if connection is None:
            raise ConnectionLostError
        connection.send(xkb.select_group_changes(self._xkb, table.depends_on_group))
        return xkb.parse_state(await connection.request(xkb.get_state(self._xkb))).locked_group

    def _retry(self) -> None:
        self._retry_timer = None
        if self._connection is not None and not self._presses:
            self._schedule_grab()
        elif self._connection is not None:
            self._retry_timer = self._reactor.callLater(RETRY_INTERVAL_S, self._retry)

    def _report_unavailable(self, found: set[HotkeyAction]) -> None:
        before = self.problems
        self._report_each_unavailable(found)
        if self._unavailable and (self._retry_timer is None or not self._retry_timer.active()):
            self._retry_timer = self._reactor.callLater(RETRY_INTERVAL_S, self._retry)
        if before != self.problems:
            self.on_problems_changed()

    def _report_each_unavailable(self, found: set[HotkeyAction]) -> None:
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
    """Ignore a lost connection: the other connections report it to the owner of the display."""
    if not isinstance(failure.value, ConnectionLostError):
        failure.raiseException()
