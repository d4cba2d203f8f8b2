"""Typist: takes texts and key combinations, prepares them and has them pressed, one job after the other."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from twisted.internet.defer import CancelledError, Deferred, DeferredLock, inlineCallbacks

from windictator.errors import WinDictatorError
from windictator.keyboard.chord import COMBINATION_PLACEHOLDER
from windictator.keyboard.completion import decline_completions
from windictator.keyboard.key_coder import MAX_BMP_CHARACTER, Keystroke
from windictator.keyboard.remap_plan import mapping_segments
from windictator.text.cursor_edit import CARET_LEFT, CARET_RIGHT
from windictator.typist.interfaces import KeyboardState, UserInput
from windictator.typist.keystroke_cache import KeystrokeCache, remove_characters
from windictator.typist.keystrokes import KeystrokeSender
from windictator.typist.result import StopReason, TypingResult
from windictator.typist.sync_points import sync_points
from windictator.typist.typing_job import TARGET_UNCERTAIN, Pace, TypingJob
from windictator.typist.user_input import UserInputTracker

if TYPE_CHECKING:
    from windictator.deferreds import Clock
    from windictator.keyboard.chord import KeyCombination
    from windictator.typist.interfaces import InputMethod, KeyboardMap, KeyEvents

T = TypeVar("T")


class Typist:
    """Types into the focused window and confirms every key. Jobs run one after the other.

    key_events, keyboard_map: keyboard of the X server.
    clock: source of time for the timeouts.
    confirm_timeout_s: time in which the server must confirm one keystroke (seconds).
    key_release_timeout_s: time to wait until the user releases all keys, before typing is refused (seconds).
    pace: fires with how keys must be pressed in a window; None: at full speed everywhere.
    limits: called with a window, a text and those of its characters that need a temporary mapping. Fails with
        UntypableError if the window cannot take the text.
    input_method: suspended while keys are pressed.
    """

    def __init__(
        self,
        key_events: KeyEvents,
        keyboard_map: KeyboardMap,
        clock: Clock,
        *,
        confirm_timeout_s: float = 2.0,
        key_release_timeout_s: float = 1.0,
        pace: Callable[[int], Deferred[Pace]] | None = None,
        limits: Callable[[int, str, frozenset[str]], Deferred[None]] | None = None,
        input_method: InputMethod | None = None,
    ) -> None:
        self._typing_enabled = True
        self._key_events = key_events
        self._keyboard_map = keyboard_map
        self._clock = clock
        self._confirm_timeout_s = confirm_timeout_s
        self._key_release_timeout_s = key_release_timeout_s
        self._pace = pace
        self._limits = limits
        self._input_method = input_method
        self._lock = DeferredLock()
        self._keystroke_cache = KeystrokeCache()
        self._job: TypingJob | None = None
        self._sender: KeystrokeSender | None = None
        self._user_input_waiter: Deferred[None] | None = None
        self._user_input = UserInputTracker()
        self._last_typed = (0, "", 0)  # window, character, input count then
        self._allowed_keys: frozenset[int] = frozenset()
        self.on_user_input: Callable[[UserInput], None] | None = None
        """Called with the user's presses and releases, apart from modifiers: these alone change nothing."""
        key_events.set_callbacks(self._on_user_input, self._on_user_key)
        key_events.watch_filters(self._on_filter_turned_on)
        key_events.transaction.on_expire = lambda: self.stop(StopReason.TIMEOUT)

    # Requests

    def insert(self, text: str, window: int | None = None) -> Deferred[TypingResult]:
        """Type ``text``; fire with what was confirmed, at once and empty if typing is disabled.

        text: normalised: line break U+000A, no other control character but Tab. Characters that the layout lacks are
            mapped temporarily to unused keycodes.
        window: where the text must go; None: the window that has the focus when the job begins.
        Errback, before the first key is sent: UntypableError if no keycode is unused, if a character arrives as two in
        some applications whatever its key, or if the window cannot take a character; any WinDictatorError that keeps
        the input method from being suspended.
        """
        return self._add_job(text, window)

    def backspace(self, count: int, window: int | None = None) -> Deferred[TypingResult]:
        """Press BackSpace ``count`` times. Otherwise as ``insert``."""
        return self._add_job("\b" * count, window)

    def edit(
        self, erase: int, insert: str, window: int | None = None, keys: Mapping[str, KeyCombination] | None = None
    ) -> Deferred[TypingResult]:
        """Press BackSpace ``erase`` times and then type ``insert``, as one text with U+0008 for each BackSpace.

        keys: characters that have key combinations of their own in the window.
        Errback: as ``insert``, and NoSuchKeyError if the keymap lacks one of these keys.
        """
        return self._add_job("\b" * erase + insert, window, keys=keys)

    def press(
        self, chords: Sequence[KeyCombination], window: int | None = None, *, strict: bool = False
    ) -> Deferred[TypingResult]:
        """Press and release each of ``chords`` once, in order; the result has COMBINATION_PLACEHOLDER for each.

        A combination that moves the focus stops only those after it, and hotkeys of other clients are pressed.
        strict: treat them as text instead: the focus must not move, and hotkeys of other clients are refused.
        Errback, before the first key is sent: NoSuchKeyError if the keymap lacks a key; none is mapped.
        """
        combinations = tuple(chords)
        return self._add_job(COMBINATION_PLACEHOLDER * len(combinations), window, combinations, strict=strict)

    def allow_keys(self, keycodes: frozenset[int]) -> None:
        """Let the user press and hold these keys while text is typed, as the key of push-to-talk.

        Their presses, repeats and releases neither stop typing nor reach ``on_user_input``. A key that would mix with
        ours stops typing anyway: a modifier, a key that changes the group, and a key that the text needs.
        keycodes: all allowed keys; the empty set ends this.
        """
        self._allowed_keys = keycodes
        if self._sender is not None:
            self._sender.allowed_keys = keycodes
            self._sender.must_reassert = True

    def restore_keymap(self) -> Deferred[bool]:
        """Remove temporary mappings, between jobs; see ``interfaces.KeyboardMap.restore``."""
        result: Deferred[bool] = self._lock.run(self._keyboard_map.restore)
        return result

    @property
    def typing_enabled(self) -> bool:
        """False if no jobs are taken; setting it to False ends the current job after the keystroke being confirmed."""
        return self._typing_enabled

    @typing_enabled.setter
    def typing_enabled(self, is_enabled: bool) -> None:
        self._typing_enabled = is_enabled
        if not is_enabled and self._job is not None:
            self._job.stop_reason = self._job.stop_reason or StopReason.DISABLED

    def shut_down(self, reason: StopReason = StopReason.CANCELLED) -> None:
        """Take no more jobs and end the current one."""
        self._typing_enabled = False
        self.stop(reason)

    def stop(self, reason: StopReason = StopReason.CANCELLED) -> None:
        """End the current job after the keystroke that is being confirmed; its result has the first ``reason``."""
        if self._job is not None:
            self._job.stop(reason)
        self._wake()

    def _add_job(
        self,
        text: str,
        window: int | None,
        combinations: tuple[KeyCombination, ...] = (),
        keys: Mapping[str, KeyCombination] | None = None,
        strict: bool = False,
    ) -> Deferred[TypingResult]:
        job = TypingJob(text, window, combinations, keys or {}, strict, self._user_input.input_count)
        result: Deferred[TypingResult] = self._lock.run(self._do_job, job)
        return result

    @inlineCallbacks
    def _do_job(self, job: TypingJob) -> Generator[Deferred[Any], Any, TypingResult]:
        if not self.typing_enabled:
            return TypingResult(job.text, "", StopReason.DISABLED)
        if not job.text:
            return job.result()
        self._job, sender = job, None
        job.window = job.requested_window or 0
        try:
            state: KeyboardState = yield self._wait_for_released_keys(job)
            self._check_state(job, state)
            sender = self._sender = self._make_sender(job, state)
            yield from self._prepare(job, sender)
            if job.stop_reason is None:
                press = self._press_combinations if job.combinations else self._press_text
                yield press(job, sender, state.group)
        except CancelledError:
            # Before the first key: a reply timed out, ``stop`` was called, or the caller has cancelled the job.
            job.stop_reason = job.stop_reason or StopReason.CANCELLED
        finally:
            self._job = self._sender = None
            self._key_events.watch_focus(job.window, None)
            self._key_events.require_focus(0)
            if sender is not None:
                sender.close()
            if self._input_method is not None:
                yield self._input_method.resume(job.window, has_focus=job.stop_reason not in TARGET_UNCERTAIN)
        last_character = job.text[job.confirmed_count - 1 : job.confirmed_count]
        self._last_typed = (job.window, last_character, self._user_input.input_count)
        return job.result()

    # Before the first key

    @inlineCallbacks
    def _wait_for_released_keys(self, job: TypingJob) -> Generator[Deferred[Any], Any, KeyboardState]:
        """Fire with the keyboard's state when no key is pressed, or with keys pressed after the timeout."""
        give_up = self._clock.seconds() + self._key_release_timeout_s
        while True:
            yield self._bounded(job, self._keyboard_map.when_current())
            state: KeyboardState = yield self._bounded(job, self._key_events.read_state())
            remaining = give_up - self._clock.seconds()
            if not self._user_keys_active(state) or job.stop_reason is not None or remaining <= 0:
                return state
            yield self._wait_for_user_input(remaining)

    def _bounded(self, job: TypingJob, answer: Deferred[T]) -> Deferred[T]:
        return job.bounded(answer, self._clock, self._confirm_timeout_s)

    def _wait_for_user_input(self, seconds: float) -> Deferred[None]:
        """Fire at the next key or click of the user, at ``stop``, or after ``seconds``."""
        self._user_input_waiter = waiter = Deferred[None]()
        timer = self._clock.callLater(seconds, self._wake)

        def done(result: None) -> None:
            if timer.active():
                timer.cancel()

        return waiter.addCallback(done)

    def _wake(self) -> None:
        waiter, self._user_input_waiter = self._user_input_waiter, None
        if waiter is not None:
            waiter.callback(None)

    def _user_keys_active(self, state: KeyboardState) -> bool:
        """Return True if a key of the user's, or a latch or group, would mix with our keys."""
        return bool(state.pressed - self._allowed_keys or state.held or state.group_key_active)

    def _check_state(self, job: TypingJob, state: KeyboardState) -> None:
        """Set the job's window, or the reason why it cannot be typed."""
        if job.stop_reason is not None:
            return
        if state.focus == 0:
            job.stop_reason = StopReason.NO_FOCUS
        elif job.requested_window is not None and job.requested_window != state.focus:
            job.stop_reason = StopReason.FOCUS_CHANGED
        elif self._user_keys_active(state):
            job.stop_reason = StopReason.KEYS_HELD
        elif self._user_input.dead_key_pending:
            job.stop_reason = StopReason.DEAD_KEY
        elif job.depends_on_text and job.input_count != self._user_input.input_count:
            job.stop_reason = StopReason.FOREIGN_INPUT
        job.window = state.focus

    def _make_sender(self, job: TypingJob, state: KeyboardState) -> KeystrokeSender:
        sender = KeystrokeSender(
            self._key_events,
            self._keyboard_map,
            self._keystroke_cache,
            self._clock,
            self._confirm_timeout_s,
            job,
            state,
        )
        sender.allowed_keys = self._allowed_keys
        sender.must_reassert = bool(self._allowed_keys)
        return sender

    def _prepare(self, job: TypingJob, sender: KeystrokeSender) -> Generator[Deferred[Any], Any, None]:
        """Find out how the window takes keys, and suspend the input method."""
        if self._pace is not None and job.stop_reason is None:
            job.pace = yield self._bounded(job, self._pace(job.window))
        job.sync_points = sync_points(job.combinations or job.text, job.pace.acts_late)
        if self._input_method is not None and job.stop_reason is None:
            suspended = self._input_method.suspend(job.window, has_unfinished_word=self._user_input.in_word)
            has_input_method: bool = yield self._bounded(job, suspended)
            if has_input_method:
                reorders = self._key_events.may_reorder_keys(job.window)
                sender.application.waits_for_each_key = yield self._bounded(job, reorders)

    # The text, piece by piece

    @inlineCallbacks
    def _press_text(self, job: TypingJob, sender: KeystrokeSender, group: int) -> Generator[Deferred[Any], Any, None]:
        """Type the text, in pieces if it needs more temporary mappings than there are unused keycodes."""
        keyboard_map, cache = self._keyboard_map, self._keystroke_cache
        plain = remove_characters(job.text, job.character_keys) if job.character_keys else job.text
        sender.locked = cache.usable_locks(plain, sender.keymap, sender.locked)
        unmapped = cache.unmapped(plain, sender.keymap, sender.locked, keyboard_map.mapped_keycodes)
        if unmapped and not keyboard_map.max_characters:
            cache.coder(sender.keymap, sender.locked).text_to_keys(plain)  # may raise
            unmapped = frozenset()  # an ambiguous key is better than none
        if self._limits is not None and (unmapped or max(job.text) > MAX_BMP_CHARACTER):
            yield self._bounded(job, self._limits(job.window, job.text, unmapped))
            if job.stop_reason is not None:
                return
        pieces = (
            mapping_segments(job.text, unmapped.__contains__, keyboard_map.max_characters)
            if unmapped
            else [(job.text, ())]
        )
        try:
            for piece, characters in pieces:
                if characters and not (yield self._map_characters(job, sender, characters)):
                    return
                if not (yield sender.press(self._text_to_keys(job, sender, piece, group))):
                    return
        finally:
            yield sender.restore_keyboard()

    def _text_to_keys(self, job: TypingJob, sender: KeystrokeSender, piece: str, group: int) -> Sequence[Keystroke]:
        """Return the keystrokes for a piece of the text; the characters before it are confirmed."""
        cache, mapped = self._keystroke_cache, self._keyboard_map.mapped_keycodes
        keystrokes = cache.text_to_keys(piece, sender.keymap, sender.locked, group, job.character_keys, mapped)
        if not job.pace.return_accepts_completion or "\n" not in piece:
            return keystrokes
        window, last_character, input_count = self._last_typed
        before = last_character if (window, input_count) == (job.window, self._user_input.input_count) else ""
        dismissal = cache.coder(sender.keymap, sender.locked).text_to_keys(CARET_LEFT + CARET_RIGHT, group)
        return decline_completions(keystrokes, before, tuple(dismissal))

    @inlineCallbacks
    def _press_combinations(
        self, job: TypingJob, sender: KeystrokeSender, group: int
    ) -> Generator[Deferred[Any], Any, None]:
        """Press key combinations, for which nothing is mapped temporarily."""
        keystrokes, sender.locked = self._keystroke_cache.combinations_to_keys(
            job.combinations, sender.keymap, sender.locked, group, self._keyboard_map.mapped_keycodes
        )
        try:
            yield sender.press(keystrokes)
        finally:
            yield sender.restore_keyboard()

    @inlineCallbacks
    def _map_characters(
        self, job: TypingJob, sender: KeystrokeSender, characters: Sequence[str]
    ) -> Generator[Deferred[Any], Any, bool]:
        """Map the characters and use the new keymap; fire False, with the reason in ``job``, if that failed."""
        try:
            is_mapped: bool = yield job.cancellable(self._keyboard_map.map_characters(characters, job.window))
            yield self._bounded(job, self._keyboard_map.when_current())
        except WinDictatorError as error:
            job.fail(error)
            return False
        if not is_mapped:
            job.stop_reason = job.stop_reason or StopReason.UNRESPONSIVE
        if job.stop_reason is not None:
            return False
        sender.keymap = self._keyboard_map.keymap
        return True

    # The user's input

    def _on_user_input(self, user_input: UserInput) -> None:
        is_key = user_input.kind == "key"
        if not (is_key and user_input.code in self._allowed_keys):
            keymap = self._keyboard_map.keymap
            user_input = self._user_input.typed(user_input, keymap)
            changes_something = self._user_input.record(user_input, keymap)
            if changes_something and self.on_user_input is not None:
                self.on_user_input(user_input)
        sender = self._sender
        if self._user_input_waiter is not None:
            self._wake()
        elif user_input.pressed and sender is not None and not (is_key and sender.is_harmless(user_input.code)):
            self.stop(StopReason.FOREIGN_INPUT)

    def _on_user_key(self, keycode: int) -> None:
        if self._sender is not None and not self._sender.is_harmless(keycode):
            self.stop(StopReason.FOREIGN_INPUT)

    def _on_filter_turned_on(self) -> None:
        """Stop the job: the keys that follow might be dropped, or turn the user's StickyKeys off."""
        if self._sender is not None:
            self.stop(StopReason.FILTERED)
