"""Keystrokes of one job, each confirmed before the next: the deferred generator at the heart of the program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from twisted.internet.defer import CancelledError, Deferred, inlineCallbacks

from windictator.deferreds import Waits, ignore_result
from windictator.errors import WinDictatorError
from windictator.keyboard.chord import COMBINATION_PLACEHOLDER
from windictator.keyboard.key_events import KeyEvent, keys_pressed
from windictator.keyboard.keysyms import is_modifier_key
from windictator.typist.application_pace import ApplicationPace
from windictator.typist.interfaces import PopupKind
from windictator.typist.job_transaction import JobTransaction
from windictator.typist.keyboard_override import SERVER_UNREACHABLE, KeyboardOverride
from windictator.typist.result import StopReason
from windictator.typist.server_waits import ServerWaits
from windictator.typist.sync_points import TEXT_DEPENDENT_CHARACTERS
from windictator.typist.typing_job import KeysStoppedError

if TYPE_CHECKING:
    from windictator.deferreds import Clock
    from windictator.keyboard.key_coder import Keystroke
    from windictator.typist.interfaces import KeyboardMap, KeyboardState, KeyEvents
    from windictator.typist.keystroke_cache import KeystrokeCache
    from windictator.typist.typing_job import TypingJob

T = TypeVar("T")

#: Round trips granted to a confirmation after the reply that says its key was processed. The recorded event can be
#: read by then; one more trip lets the reactor come round to reading it, the others are for safety.
_MAX_EXTRA_ROUND_TRIPS = 3
#: Maximum number of keys that are delivered to the application together.
_MAX_KEYS_TOGETHER = 32
#: Seconds for which another client's hotkey is pressed. A client that waits until the modifiers are released, as with
#: "alt+Tab", must have grabbed the keyboard by then.
_HOTKEY_PRESS_S = 0.05


class KeystrokeSender:
    """Sender of the keystrokes of one job, piece by piece.

    keystroke_cache: source of the key events.
    confirm_timeout_s: time in which the server must reply (seconds).
    job: receives what was confirmed, and the reason if something stops it.
    state: keyboard and focus before the first key.
    """

    def __init__(
        self,
        key_events: KeyEvents,
        keyboard_map: KeyboardMap,
        keystroke_cache: KeystrokeCache,
        clock: Clock,
        confirm_timeout_s: float,
        job: TypingJob,
        state: KeyboardState,
    ) -> None:
        self._key_events = key_events
        self._keyboard_map = keyboard_map
        self._keystroke_cache = keystroke_cache
        self._job = job
        self._state = state
        self._override = KeyboardOverride(key_events, state)
        self.keymap = keyboard_map.keymap
        """Keymap that the keystrokes are made for."""
        self.locked = state.locked & self.keymap.num_lock_mask
        """Real modifiers that stay locked."""
        self.allowed_keys: frozenset[int] = frozenset()
        """Keycodes that the user may press while keys are sent."""
        self.must_reassert = False
        """An allowed key may be released and make the user's keyboard the active one."""
        # One piece
        self._keycodes: frozenset[int] = frozenset()
        self._text_dependent_keycodes: frozenset[int] = frozenset()
        self._key_press_s = 0.0
        self._plans: dict[Keystroke, tuple[KeyEvent, ...]] = {}
        self._moved_aside = False  # the cursor, by a keystroke that types nothing: the next key relies on its effect
        # The last keystroke
        self._events: tuple[KeyEvent, ...] = ()
        self._unconfirmed = False
        self._pressed: set[int] = set()  # keycodes whose press was sent, but not yet their release
        # Waiting
        self._waits = ServerWaits(clock, confirm_timeout_s, job)
        self._transaction = JobTransaction(key_events.transaction, job, self._waits)
        self.application = ApplicationPace(key_events, job, self._waits)
        """Pace of the application that gets the keys."""

    # A piece

    @inlineCallbacks
    def press(self, keystrokes: Sequence[Keystroke]) -> Waits[bool]:
        """Check that no other client gets the keys, then press them; fire True if all were confirmed."""
        job = self._job
        keys = keys_pressed(self._planned_events(keystroke) for keystroke in set(keystrokes))
        self._keycodes = frozenset(keycode for keycode, _ in keys)
        if job.depends_on_text:
            dependent = TEXT_DEPENDENT_CHARACTERS | {COMBINATION_PLACEHOLDER}
            self._text_dependent_keycodes = frozenset(key.keycode for key in keystrokes if key.char in dependent)
        if self._keycodes & self._state.pressed:
            # The user may hold this key, but a press of ours would have no effect.
            job.stop_reason = job.stop_reason or StopReason.KEYS_HELD
            return False
        self._key_press_s = job.pace.key_press_s
        yield self._waits.bounded(self._key_events.watch_focus(job.window, job.lose_focus))
        conflict: StopReason | None = yield self._waits.bounded(self._key_events.find_conflict(keys))
        if conflict is StopReason.GRABBED and (yield from self._popup_takes_keys()):
            conflict = None
        if conflict is StopReason.HOTKEY and job.focus_may_move:
            conflict, self._key_press_s = None, max(self._key_press_s, _HOTKEY_PRESS_S)
        job.stop_reason = job.stop_reason or conflict
        if job.stop_reason is not None:
            yield from self._explain_grab()
            return False
        self._key_events.require_focus(job.window)
        self._override.prepare(self.keymap, self.locked, keystrokes)
        all_confirmed: bool = yield self.press_and_release_keys(keystrokes)
        return all_confirmed

    def _popup_takes_keys(self) -> Waits[bool]:
        """Return whether the keyboard is held by a menu or list of the window's own application, for these keys.

        Key combinations go to a menu, as the user's would. Text goes on where a list is open; nothing is erased there.
        """
        job = self._job
        if not job.window or "\b" in job.text:
            return False
        popup: PopupKind | None = yield self._waits.bounded(self._key_events.open_popup(job.window))
        return popup is PopupKind.LIST or (popup is PopupKind.MENU and job.focus_may_move)

    def restore_keyboard(self) -> Deferred[None]:
        """Give the user the keyboard back; what the server does not confirm in time is only sent."""
        reason = StopReason.TIMEOUT if self._job.server_silent else self._job.stop_reason
        return self._waits.unless_silent(self._override.restore(reason))

    def close(self) -> None:
        """Cancel the last ping."""
        self.application.cancel()

    def is_harmless(self, keycode: int) -> bool:
        """Return True for an allowed key of the user's whose press changes nothing for the keys being sent."""
        if keycode not in self.allowed_keys or keycode in self._keycodes:
            return False
        group = self._override.group
        return not self.keymap.modifiers_set_by(keycode, group, self.locked) and not is_modifier_key(
            self.keymap.keysym(keycode, group, self.locked)
        )

    # Key by key

    @inlineCallbacks
    def press_and_release_keys(self, keystrokes: Sequence[Keystroke]) -> Waits[bool]:
        """Press and release each combination, in order, each confirmed before the next is sent.

        Modifiers go down in order, then the key, then all come up in reverse order. Fires True if all were confirmed,
        False at the first that was not, or when something stopped the job. No key of ours is down afterwards.
        The generator yields only where it must wait; a reply that is there already is taken directly.

        state            waits for                                       method
        ready            the application, where keys rely on earlier     _get_ready
                         ones; a pause; the begin of a transaction
        sent             the server's reply, then the observer           _send_confirmed, _send_slowly
        confirmed        the keymap, if it is being read                 _check_target
        counted          the application, every 64 keys                  ApplicationPace.ping
        ended            the user's delayed keys; releases               _end
        """
        job, is_unchanged = self._job, self._keyboard_map.is_unchanged
        focus_may_move = job.focus_may_move
        self._begin_piece()
        try:
            yield from self._check_keymap()
            for keystroke in keystrokes:
                events = yield from self._get_ready(keystroke)
                self._unconfirmed = job.has_uncertain_key = True
                if self._key_press_s:
                    focus = yield from self._send_slowly(events)
                else:
                    focus = yield from self._send_confirmed(events)
                self._unconfirmed = False
                job.key_event_count += len(events)
                if focus_may_move:
                    job.confirmed_count += 1
                if focus != job.window or job.target_uncertain or not is_unchanged(self.keymap):
                    yield from self._check_target(focus)
                self._moved_aside = not keystroke.char
                if not focus_may_move and not self._moved_aside:
                    job.confirmed_count += 1
                    job.has_uncertain_key = False
                if self._count_key():
                    yield from self.application.ping()
            self._transaction.commit()
            if job.confirmed_count in job.sync_points:
                yield from self.application.wait_until_processed()
            return True
        except KeysStoppedError as stopped:
            job.stop_reason = job.stop_reason or stopped.reason
        except CancelledError:
            self._abandon_keystroke()
        except WinDictatorError as error:
            job.fail(error)
        finally:
            yield from self._end()
        return False

    def _begin_piece(self) -> None:
        self._events, self._unconfirmed, self._moved_aside = (), False, False
        self._pressed.clear()
        self._plans.clear()
        self._waits.start()

    def _get_ready(self, keystroke: Keystroke) -> Waits[tuple[KeyEvent, ...]]:
        """Wait until the keystroke may be sent, and return its events."""
        job, override = self._job, self._override
        relies_on_effect = self._moved_aside or job.confirmed_count in job.sync_points
        if self._transaction.is_open and (
            # A change of the group is not queued with the keys of a transaction.
            relies_on_effect
            or keystroke.keycode not in self._text_dependent_keycodes
            or keystroke.group != override.group
        ):
            self._transaction.commit()
        if relies_on_effect:
            yield from self.application.wait_until_processed()
        if job.stop_reason is not None:
            raise KeysStoppedError
        if keystroke.group != override.group:
            override.lock_group(keystroke.group)
        if self.must_reassert and override.group:
            override.reassert_group()
            self.must_reassert = bool(self.allowed_keys)
        events = self._plans.get(keystroke)
        if events is None:
            events = self._plans[keystroke] = self._planned_events(keystroke)
        if job.pace.repeat_gap_s and (not self._events or self._events[-1].keycode == events[0].keycode):
            yield from self._waits.pause(job.pace.repeat_gap_s)
        self._events = events
        if keystroke.keycode in self._text_dependent_keycodes and not self._transaction.is_open:
            yield from self._transaction.begin(self._text_dependent_keycodes, events[0].state)
        return events

    def _send_confirmed(self, events: tuple[KeyEvent, ...]) -> Waits[int]:
        """Send the events in one write, and return the window that has the focus when all are confirmed."""
        key_events = self._key_events
        expected: Sequence[KeyEvent] = events
        if self._transaction.is_open:
            self._transaction.check()
            expected = [event._replace(state=0) for event in events]
        self._waits.feed()
        key_events.expect(expected)
        answer = key_events.send(events)
        if self._key_press_s:
            self._pressed ^= {events[0].keycode}
        focus: int = answer if isinstance(answer, int) else (yield self._waits.guarded(answer))
        for _ in range(_MAX_EXTRA_ROUND_TRIPS):
            if key_events.confirmed is not None:
                break
            answer = key_events.send(())
            if not isinstance(answer, int):
                yield self._waits.guarded(answer)
        if not key_events.confirmed:
            key_events.stop_expecting()
            raise KeysStoppedError(StopReason.UNCONFIRMED)
        return focus

    def _send_slowly(self, events: tuple[KeyEvent, ...]) -> Waits[int]:
        """Send each event in a write of its own, with a pause after each press."""
        focus = 0
        self._key_events.record_keys({event.keycode for event in events})
        for event in events:
            if event.pressed and self._job.stop_reason is not None:
                raise KeysStoppedError  # during a pause
            focus = yield from self._send_confirmed((event,))
            if not event.pressed:
                continue
            # In a transaction a modifier goes down together with its key: the user's keys must not wait for a pause.
            if event.keycode in self._text_dependent_keycodes:
                self._transaction.commit()
            if not self._transaction.is_open:
                yield from self._waits.pause(self._key_press_s)
        return focus

    def _check_target(self, focus: int) -> Waits[None]:
        """Raise KeysStoppedError if the keystroke may have gone to another window or was read by another keymap."""
        job = self._job
        if focus != job.window:
            job.stop_reason = StopReason.NO_FOCUS if focus == 0 else StopReason.FOCUS_CHANGED
            if not job.target_uncertain:
                raise KeysStoppedError  # the window has not told when it lost the focus
        # A change of the keymap that was announced by now may have come before the key or after it.
        yield from self._check_keymap()
        if job.target_uncertain and not self._key_events.press_reached_window:
            job.has_uncertain_key = self._moved_aside  # of a character of two keys, the first may have
            raise KeysStoppedError

    def _check_keymap(self) -> Waits[None]:
        """Raise KeysStoppedError if the keymap has changed, once an announced change has been read."""
        if not self._keyboard_map.is_current:
            yield self._waits.guarded(self._keyboard_map.when_current())
        if self._keyboard_map.keymap is not self.keymap:
            raise KeysStoppedError(StopReason.KEYMAP_CHANGED)

    def _planned_events(self, keystroke: Keystroke) -> tuple[KeyEvent, ...]:
        return self._keystroke_cache.events(keystroke, self.keymap, self.locked)

    def _count_key(self) -> bool:
        """Count a keystroke, and commit the transaction if it is time; return True if it is time for a ping."""
        application = self.application
        must_ping = application.count_key()
        if self._transaction.is_open:
            self._transaction.commit_if(must_ping or application.unacknowledged_count % _MAX_KEYS_TOGETHER == 0)
        return must_ping

    # The end

    def _abandon_keystroke(self) -> None:
        """Give up the last keystroke, because the server did not reply in time or the job was cancelled.

        A whole keystroke was written, so a server that continues later releases its keys. The releases of a keystroke
        that was sent slowly follow now.
        """
        self._key_events.stop_expecting()
        if self._key_press_s:
            self._send_releases()
        self._job.stop_reason = self._job.stop_reason or StopReason.TIMEOUT

    def _end(self) -> Waits[None]:
        """End the piece: roll a transaction back and release keys that are still down."""
        job = self._job
        self._waits.stop()
        is_reachable = job.stop_reason not in SERVER_UNREACHABLE
        if self._transaction.is_open:
            if self._key_press_s:
                self._send_releases()
            rolled_back = self._transaction.roll_back()
            if is_reachable:
                yield self._waits.unless_silent(rolled_back)
        yield from self._explain_grab()
        if self._unconfirmed and is_reachable:
            yield self._waits.unless_silent(self._release_keys())
        if self._key_press_s and is_reachable and not job.server_silent:
            self._key_events.record_keys(())

    def _explain_grab(self) -> Waits[None]:
        """Wait until it is known whether a hotkey of this program has taken the keyboard, and not another client."""
        if self._job.stop_reason is StopReason.GRABBED:
            yield self._waits.unless_silent(self._key_events.when_observed())

    def _send_releases(self) -> None:
        ignore_result(self._key_events.send([event for event in self._events if not event.pressed]))

    @inlineCallbacks
    def _release_keys(self) -> Waits[None]:
        """Release keys of the last keystroke that are still down, and those whose release was not sent.

        The server may report the latter as up now and press them later: SlowKeys does.
        """
        releases = [event for event in self._events if not event.pressed]
        try:
            state: KeyboardState = yield self._key_events.read_state()
            still_down = [event for event in releases if event.keycode in self._pressed | state.pressed]
            answer = self._key_events.send(still_down) if still_down else 0
            if not isinstance(answer, int):
                yield answer
        except WinDictatorError:
            return  # the server is gone and its keys with it
        except CancelledError:
            # It does not reply. Keys whose release was sent come up when it continues.
            ignore_result(self._key_events.send([event for event in releases if event.keycode in self._pressed]))
