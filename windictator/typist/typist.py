"""Types text, every key confirmed: the deferred generator at the heart of the program."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

from twisted.internet.defer import CancelledError, Deferred, DeferredLock, inlineCallbacks, succeed

from windictator.deferreds import Watchdog, ignore_expected_errors, ignore_result, pause
from windictator.errors import WinDictatorError
from windictator.keyboard.chord import COMBINATION_PLACEHOLDER
from windictator.keyboard.completion import decline_completions
from windictator.keyboard.key_coder import MAX_BMP_CHARACTER, Keystroke
from windictator.keyboard.key_events import GROUP_SHIFT, MODIFIERS, KeyEvent, keys_pressed
from windictator.keyboard.keymap import LOCK, SHIFT
from windictator.keyboard.keysyms import character_of, is_modifier_key
from windictator.keyboard.remap_plan import mapping_segments
from windictator.text.cursor_edit import CARET_LEFT, CARET_RIGHT
from windictator.typist.dead_key import DeadKeyTracker
from windictator.typist.interfaces import ConnectionLostError, KeyboardState, UserInput
from windictator.typist.keyboard_override import SERVER_UNREACHABLE, KeyboardOverride
from windictator.typist.keystroke_cache import KeystrokeCache, remove_characters
from windictator.typist.result import StopReason, TypingResult
from windictator.typist.typing_job import Pace, TypingJob

if TYPE_CHECKING:
    from windictator.deferreds import Clock
    from windictator.keyboard.chord import KeyCombination
    from windictator.typist.interfaces import InputMethod, KeyboardMap, KeyEvents

#: Round trips granted to a confirmation after the reply that says its key was processed. The recorded event can be
#: read by then; one more trip lets the reactor come round to reading it, the others are for safety.
_MAX_EXTRA_ROUND_TRIPS = 3
#: Keystrokes after which the application is asked whether it has read them; it is never more than twice as many behind.
#: Else it would carry out what was typed long after a click that should have stopped it, and by a later keymap.
_PING_INTERVAL_KEYS = 64
#: Maximum number of keys that are delivered to the application together.
_MAX_KEYS_TOGETHER = 32
#: Seconds for which another program's hotkey is held down. One that waits for the modifiers to come up, as with
#: "alt+Tab", must have drawn the keyboard by then.
_HOTKEY_PRESS_S = 0.05
#: Characters whose keys act on what stands there: BackSpace, Left, Right.
_TEXT_DEPENDENT_KEYS = frozenset("\b" + CARET_LEFT + CARET_RIGHT)
#: Characters whose keys do something else than to write a character.
_NON_PRINTING_KEYS = _TEXT_DEPENDENT_KEYS | frozenset("\n\t")
#: Stops after which nobody can say whether the keystroke under way has reached the window.
_TARGET_UNCERTAIN = (StopReason.FOCUS_CHANGED, StopReason.GRABBED)


T = TypeVar("T")


class Typist:
    """Types into the focused window through ``key_events``, by the keymap of ``keyboard_map``.

    ``clock``: for the bounds.
    ``confirm_timeout``: seconds that the server may take for one keystroke. ``held_keys_wait``: seconds to wait for
    the user's keys to come up before typing is refused. ``pace``: fires with how keys have to be pressed in a window;
    None: everywhere as fast as can be. ``limits``: fails with Untypable where a window cannot take a text, of which
    some characters are to be lent. ``input_method``: put aside while keys are pressed.

    Work is serialised: a second ``insert`` begins when the first has ended.
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
        self.typing_enabled = True
        self._key_events = key_events
        self._keyboard_map = keyboard_map
        self._clock = clock
        self._confirm_timeout_s = confirm_timeout_s
        self._key_release_timeout_s = key_release_timeout_s
        self._pace = pace
        self._limits = limits
        self._input_method = input_method
        self._lock = DeferredLock()
        self._job: TypingJob | None = None
        self._keystroke_cache = KeystrokeCache()
        self._awaited_reply: Deferred[Any] | None = None
        self._cancellable_reply: Deferred[Any] | None = None
        self._user_input_waiter: Deferred[None] | None = None
        self._dead_key = DeadKeyTracker()
        self._last_typed = (0, "", 0)  # in which window, which character, and how often others had pressed something
        self._allowed_keys: frozenset[int] = frozenset()
        self._input_count = 0
        self._in_word = False  # the user's last key was a letter, which may still be part of a composition
        self.on_user_input: Callable[[UserInput], None] | None = None
        """Called with what others press and release, but for modifiers: these change nothing by themselves."""
        key_events.set_callbacks(self._on_user_input, self._on_user_key)
        key_events.watch_filters(self._on_filter_turned_on)
        key_events.transaction.on_expire = lambda: self.stop(StopReason.TIMEOUT)

    # What others call

    def insert(self, text: str, window: int | None = None) -> Deferred[TypingResult]:
        """Type ``text`` (normalised: line break U+000A, no other control character but Tab).

        ``window``: where it must go; None: wherever the focus is when its turn comes. Fires with what was confirmed,
        at once and empty when typing is not enabled. Characters that the layout lacks are lent to free keycodes.
        Errback: Untypable, before the first key is sent, where no keycode is free, where a character arrives as
        two in some applications whatever key it is on, or where the window cannot take one; whatever keeps the input
        method from being put aside.
        """
        return self._type(text, window)

    def backspace(self, count: int, window: int | None = None) -> Deferred[TypingResult]:
        """Press BackSpace ``count`` times. Otherwise like ``insert``."""
        return self._type("\b" * count, window)

    def edit(
        self, erase: int, insert: str, window: int | None = None, keys: Mapping[str, KeyCombination] | None = None
    ) -> Deferred[TypingResult]:
        """BackSpace ``erase`` times and then type ``insert``, as one text: U+0008 stands for each BackSpace.

        ``keys``: characters that are typed with keys of their own there. Errback, also: NoSuchKey, before the first
        key is sent, where the keymap lacks one of these.
        """
        return self._type("\b" * erase + insert, window, keys=keys)

    def press(
        self, chords: Sequence[KeyCombination], window: int | None = None, *, strict: bool = False
    ) -> Deferred[TypingResult]:
        """Press and release each of ``chords`` once, in order, likewise. ``CHORD_MARK`` stands for each in ``Typed``.

        What a chord does is its own affair: that it moves the focus stops those behind it alone, and keys that other
        programs have taken as hotkeys are pressed for that. Not so where they are to be ``exact``: then it is as with
        text. Errback: NoSuchKey, before the first key is sent, where the keymap lacks one of them; none is lent.
        """
        pressed = tuple(chords)
        return self._type(COMBINATION_PLACEHOLDER * len(pressed), window, pressed, strict)

    def allow_keys(self, keycodes: frozenset[int]) -> None:
        """Let the user press and hold these keys while text is typed: the key of push-to-talk.

        ``keycodes``: all of them; the empty set takes it back. They are no held keys, and neither their presses and
        repeats nor their releases stop typing or reach ``on_foreign``. Only a key that would mix with ours does stop
        it, as any other: one that carries a modifier or changes the group, and one that the text needs itself.
        """
        self._allowed_keys = keycodes
        if self._job is not None:
            self._job.reassert = True

    def restore_keymap(self) -> Deferred[bool]:
        """Give back what was lent, between texts; see ``ports.Lender.give_back``."""
        result: Deferred[bool] = self._lock.run(self._keyboard_map.restore)
        return result

    def shut_down(self, reason: StopReason = StopReason.CANCELLED) -> None:
        """Take no more work and end what is under way."""
        self.typing_enabled = False
        self.stop(reason)

    def stop(self, reason: StopReason = StopReason.CANCELLED) -> None:
        """End the typing under way after the keystroke that is being confirmed; it fires with the first ``reason``.

        Where any of the reasons is that keys may have gone elsewhere, that keystroke does not count.
        """
        run = self._job
        if run is not None:
            run.stop_reason = run.stop_reason or reason
            run.target_uncertain = run.target_uncertain or reason in _TARGET_UNCERTAIN
        self._wake()
        if self._cancellable_reply is not None:
            self._cancellable_reply.cancel()

    def _type(
        self,
        text: str,
        window: int | None,
        chords: tuple[KeyCombination, ...] = (),
        strict: bool = False,
        keys: Mapping[str, KeyCombination] | None = None,
    ) -> Deferred[TypingResult]:
        result: Deferred[TypingResult] = self._lock.run(
            self._type_now, text, window, chords, strict, self._input_count, keys
        )
        return result

    @inlineCallbacks
    def _type_now(
        self,
        text: str,
        window: int | None,
        chords: tuple[KeyCombination, ...],
        strict: bool,
        input_count: int,
        keys: Mapping[str, KeyCombination] | None,
    ) -> Generator[Deferred[Any], Any, TypingResult]:
        if not self.typing_enabled:
            return TypingResult(text, "", StopReason.DISABLED)
        if not text:
            return TypingResult(text, "")
        run = self._job = TypingJob(
            window or 0, self._keyboard_map.keymap, 0, focus_may_move=bool(chords) and not strict
        )
        run.chords = keys or {}
        run.depends_on_text = strict or not _TEXT_DEPENDENT_KEYS.isdisjoint(text)
        try:
            state: KeyboardState = yield self._wait_for_released_keys()
            self._begin(run, state, window, input_count)
            if self._pace is not None and run.stop_reason is None:
                run.pace = yield self._with_timeout(self._pace(run.window))
                run.key_press_s = run.pace.key_press_s
            run.sync_points = _sync_points(chords or text, run.pace.acts_late)
            if self._input_method is not None and run.stop_reason is None:
                between = yield self._with_timeout(
                    self._input_method.suspend(run.window, has_unfinished_word=self._in_word)
                )
                run.waits_for_each_key = between and (
                    yield self._with_timeout(self._key_events.may_reorder_keys(run.window))
                )
            if run.stop_reason is None:
                yield self._press_chords(run, chords, state) if chords else self._press(run, text, state)
        except CancelledError:
            # Before the first key: not answered in time, stopped, or cancelled by whoever waits for this.
            run.stop_reason = run.stop_reason or StopReason.CANCELLED
        finally:
            self._job = None
            self._key_events.watch_focus(run.window, None)
            self._key_events.require_focus(0)
            if run.ping is not None:
                run.ping.addErrback(ignore_expected_errors).cancel()
            if self._input_method is not None:
                yield self._input_method.resume(run.window, has_focus=run.stop_reason not in _TARGET_UNCERTAIN)
        self._last_typed = (run.window, text[run.confirmed_count - 1 : run.confirmed_count], self._input_count)
        # A stop that came with the last keystroke stopped nothing.
        stopped_by = run.stop_reason if run.confirmed_count < len(text) else None
        return TypingResult(text, text[: run.confirmed_count], stopped_by, run.key_event_count, run.window)

    # Before the first key

    @inlineCallbacks
    def _wait_for_released_keys(self) -> Generator[Deferred[Any], Any, KeyboardState]:
        """The keyboard's state, once no key is held; with keys held if they do not come up in time."""
        run = self._job
        assert run is not None
        give_up = self._clock.seconds() + self._key_release_timeout_s
        while True:
            yield self._with_timeout(self._keyboard_map.when_current())
            state: KeyboardState = yield self._with_timeout(self._key_events.read_state())
            remaining = give_up - self._clock.seconds()
            if not self._user_keys_active(state) or run.stop_reason is not None or remaining <= 0:
                return state
            yield self._wait_for_user_input(remaining)

    def _with_timeout(self, answer: Deferred[Any]) -> Deferred[Any]:
        """``answer``, cancelled if it takes too long and at ``stop``: none of our keys is on its way."""
        self._cancellable_reply = answer
        timer = self._clock.callLater(self._confirm_timeout_s, self.stop, StopReason.TIMEOUT)

        def done(result: Any) -> Any:
            self._cancellable_reply = None
            if timer.active():
                timer.cancel()
            return result

        return answer.addBoth(done)

    def _wait_for_user_input(self, seconds: float) -> Deferred[None]:
        """Fires at the next key or click of the user, at ``stop``, or after ``seconds``."""
        seen: Deferred[None] = Deferred()
        self._user_input_waiter = seen
        timer = self._clock.callLater(seconds, self._wake)

        def done(result: None) -> None:
            if timer.active():
                timer.cancel()

        return seen.addCallback(done)

    def _wake(self) -> None:
        seen, self._user_input_waiter = self._user_input_waiter, None
        if seen is not None:
            seen.callback(None)

    def _user_keys_active(self, state: KeyboardState) -> bool:
        """Whether a key or a group key of the user's, held or latched, would mix with ours."""
        return bool(state.pressed - self._allowed_keys or state.held or state.group_key_active)

    def _begin(self, job: TypingJob, state: KeyboardState, window: int | None, input_count: int) -> None:
        job.started = True
        if job.stop_reason is not None:
            return
        if state.focus == 0:
            job.stop_reason = StopReason.NO_FOCUS
        elif window is not None and window != state.focus:
            job.stop_reason = StopReason.FOCUS_CHANGED
        elif self._user_keys_active(state):
            job.stop_reason = StopReason.KEYS_HELD
        elif self._dead_key.is_pending:
            job.stop_reason = StopReason.DEAD_KEY
        elif job.depends_on_text and input_count != self._input_count:
            job.stop_reason = StopReason.FOREIGN_INPUT
        job.window = state.focus
        job.keymap = self._keyboard_map.keymap
        job.keyboard_override = KeyboardOverride(self._key_events, state)
        job.reassert = bool(self._allowed_keys)
        job.locked = state.locked & job.keymap.num_lock_mask

    # The text, piece by piece

    @inlineCallbacks
    def _press(self, job: TypingJob, text: str, state: KeyboardState) -> Generator[Deferred[Any], Any, None]:
        """Take off the locks that change letters, type, put back what was."""
        lender, plain = self._keyboard_map, remove_characters(text, job.chords) if job.chords else text
        job.locked = self._keystroke_cache.usable_locks(plain, job.keymap, job.locked)
        missing = self._keystroke_cache.unmapped(plain, job.keymap, job.locked, lender.mapped_keycodes)
        if missing and not lender.max_characters:
            self._keystroke_cache.coder(job.keymap, job.locked).text_to_keys(plain)  # may raise
            missing = frozenset()  # a doubtful key is better than none
        if self._limits is not None and (missing or max(text) > MAX_BMP_CHARACTER):
            yield self._with_timeout(self._limits(job.window, text, missing))
            if job.stop_reason is not None:
                return
        borrowed = job.keyboard_override
        assert borrowed is not None
        try:
            pieces = mapping_segments(text, missing.__contains__, lender.max_characters) if missing else [(text, ())]
            for piece, wanted in pieces:
                if wanted and not (yield self._map_characters(job, wanted)):
                    return
                keystrokes = self._text_to_keys(job, piece, state.group)
                if not (yield self._send(job, keystrokes, state)):
                    return
        finally:
            yield borrowed.restore(job.stop_reason)

    def _text_to_keys(self, job: TypingJob, piece: str, group: int) -> Sequence[Keystroke]:
        """Code a piece of the text whose characters before it are confirmed."""
        coding, lent = self._keystroke_cache, self._keyboard_map.mapped_keycodes
        keystrokes = coding.text_to_keys(piece, job.keymap, job.locked, group, job.chords, lent)
        if not job.pace.return_accepts_completion or "\n" not in piece:
            return keystrokes
        window, typed, inputs = self._last_typed
        before = typed if (window, inputs) == (job.window, self._input_count) else ""
        aside = coding.coder(job.keymap, job.locked).text_to_keys(CARET_LEFT + CARET_RIGHT, group)
        return decline_completions(keystrokes, before, tuple(aside))

    @inlineCallbacks
    def _press_chords(
        self, job: TypingJob, chords: tuple[KeyCombination, ...], state: KeyboardState
    ) -> Generator[Deferred[Any], Any, None]:
        """The same with chords, for which nothing is lent."""
        borrowed = job.keyboard_override
        assert borrowed is not None
        lent = self._keyboard_map.mapped_keycodes
        keystrokes, job.locked = self._keystroke_cache.combinations_to_keys(
            chords, job.keymap, job.locked, state.group, lent
        )
        try:
            yield self._send(job, keystrokes, state)
        finally:
            yield borrowed.restore(job.stop_reason)

    @inlineCallbacks
    def _send(
        self, job: TypingJob, keystrokes: Sequence[Keystroke], state: KeyboardState
    ) -> Generator[Deferred[Any], Any, bool]:
        """See that nobody else gets the keys, and press them; whether all were confirmed."""
        borrowed = job.keyboard_override
        assert borrowed is not None
        keys = keys_pressed(self._events(keystroke, job) for keystroke in set(keystrokes))
        job.keycodes = frozenset(keycode for keycode, _ in keys)
        if job.depends_on_text:
            relying = (
                key.keycode
                for key in keystrokes
                if key.char in _TEXT_DEPENDENT_KEYS or key.char == COMBINATION_PLACEHOLDER
            )
            job.text_dependent_keys = frozenset(relying)
        if job.keycodes & state.pressed:
            job.stop_reason = job.stop_reason or StopReason.KEYS_HELD  # tolerated, but a press of ours would be none
            return False
        taken: StopReason | None = yield self._with_timeout(self._key_events.find_conflict(keys))
        if taken is StopReason.HOTKEY and job.focus_may_move:
            taken, job.key_press_s = None, max(job.key_press_s, _HOTKEY_PRESS_S)
        if taken is not None or job.stop_reason is not None:
            job.stop_reason = job.stop_reason or taken
            return False
        yield self._with_timeout(self._key_events.watch_focus(job.window, self.stop))
        self._key_events.require_focus(job.window)
        borrowed.prepare(job.keymap, job.locked, keystrokes)
        pressed: bool = yield self.press_and_release_keys(keystrokes)
        return pressed

    @inlineCallbacks
    def _map_characters(self, job: TypingJob, characters: Sequence[str]) -> Generator[Deferred[Any], Any, bool]:
        """Have the characters lent and adopt the new keymap; False, with the reason in ``run``, if that failed."""
        try:
            lent: bool = yield self._keyboard_map.map_characters(characters, job.window)
            yield self._keyboard_map.when_current()
        except WinDictatorError as error:
            job.stop_reason = _stop_reason_for(error)
            return False
        if not lent:
            job.stop_reason = job.stop_reason or StopReason.UNRESPONSIVE
        if job.stop_reason is not None:
            return False
        job.keymap = self._keyboard_map.keymap
        return True

    # Key by key

    @inlineCallbacks
    def press_and_release_keys(self, keystrokes: Sequence[Keystroke]) -> Generator[Deferred[Any], Any, bool]:
        """Press and release each combination, in order, each confirmed before the next is sent. The generator yields
        where something has to be waited for; an answer that is there at once is just taken.

        Modifiers go down in order, then the key, then all come up in reverse order. True when all were confirmed;
        False at the first that was not, or when something stopped it. Nothing is held down afterwards.
        """
        run = self._job
        assert run is not None, "insert and backspace prepare a run"
        keyer = observer = self._key_events
        keymaps, borrowed = self._keyboard_map, run.keyboard_override
        assert borrowed is not None
        watchdog = Watchdog(self._clock, self._on_timeout)
        watchdog.start(self._confirm_timeout_s)
        events: tuple[KeyEvent, ...] = ()
        unconfirmed = False
        moved_aside = False  # the caret, by a keystroke that types nothing: what follows relies on its effect
        held: set[int] = set()  # keys whose press was sent, but not yet their release
        plans: dict[int, tuple[KeyEvent, ...]] = {}  # by identity: equal keystrokes are mostly one, and dear to compare
        try:
            if not (yield from self._keymap_unchanged(run)):
                return False
            for keystroke in keystrokes:
                waits = run.confirmed_count in run.sync_points or moved_aside
                if (
                    run.transaction_start is not None
                    and (waits or self._ends_transaction(run, keystroke))
                    and not self._commit(run)
                ):
                    return False
                if waits:
                    yield from self._wait_until_processed(run, watchdog)
                if not self.typing_enabled:
                    run.stop_reason = run.stop_reason or StopReason.DISABLED
                if run.stop_reason is not None:
                    return False
                if keystroke.group != borrowed.group:
                    borrowed.lock_group(keystroke.group)
                if run.reassert and borrowed.group:
                    borrowed.reassert_group()
                    run.reassert = bool(self._allowed_keys)
                planned = plans.get(id(keystroke))
                if planned is None:
                    planned = plans[id(keystroke)] = self._events(keystroke, run)
                if run.pace.repeat_gap_s and (not events or events[-1].keycode == planned[0].keycode):
                    yield pause(self._clock, run.pace.repeat_gap_s)
                events = planned
                if run.transaction_start is None and keystroke.keycode in run.text_dependent_keys:
                    refused = yield self._cancellable(keyer.transaction.begin(run.text_dependent_keys, events[0].state))
                    if refused is not None:
                        run.stop_reason = run.stop_reason or refused
                        return False
                    run.transaction_start = run.confirmed_count, run.key_event_count
                    if run.stop_reason is not None:
                        return False
                unconfirmed = True
                if run.key_press_s:
                    keyer.record_keys({event.keycode for event in events})
                for part in ((event,) for event in events) if run.key_press_s else (events,):
                    if run.transaction_start is not None and not keyer.transaction.active:
                        return False  # it has expired
                    watchdog.feed()
                    observer.expect(
                        part if run.transaction_start is None else [event._replace(state=0) for event in part]
                    )
                    answer = keyer.send(part)
                    if run.key_press_s:
                        held ^= {part[0].keycode}
                    focus = answer if isinstance(answer, int) else (yield self._cancellable(answer))
                    for _ in range(_MAX_EXTRA_ROUND_TRIPS):
                        if observer.confirmed is not None:
                            break
                        answer = keyer.send(())
                        if not isinstance(answer, int):
                            yield self._cancellable(answer)
                    if not observer.confirmed:
                        observer.stop_expecting()
                        run.stop_reason = run.stop_reason or StopReason.UNCONFIRMED
                        return False
                    if run.key_press_s and part[0].pressed:
                        # A modifier goes down together with its key: the user's keys must not wait for a pause.
                        if (
                            run.transaction_start is not None
                            and part[0].keycode in run.text_dependent_keys
                            and not self._commit(run)
                        ):
                            return False
                        if run.transaction_start is None:
                            yield pause(self._clock, run.key_press_s)
                unconfirmed = False
                run.key_event_count += len(events)
                if run.focus_may_move:
                    run.confirmed_count += 1
                if focus != run.window:
                    # The key was processed, but nobody can say in which of the two windows.
                    run.stop_reason = StopReason.NO_FOCUS if focus == 0 else StopReason.FOCUS_CHANGED
                    return False
                # Likewise a change of the keymap that was announced until now may have come before the key or after it.
                unchanged = keymaps.is_current and keymaps.keymap is run.keymap
                if not unchanged and not (yield from self._keymap_unchanged(run)):
                    return False
                if run.target_uncertain:
                    return False
                moved_aside = not keystroke.char
                if not run.focus_may_move and not moved_aside:
                    run.confirmed_count += 1
                run.unacknowledged += 1
                paces = run.unacknowledged == _PING_INTERVAL_KEYS or run.waits_for_each_key
                enough = paces or keyer.transaction.should_end or run.unacknowledged % _MAX_KEYS_TOGETHER == 0
                if run.transaction_start is not None and enough and not self._commit(run):
                    return False
                if paces:
                    yield from self._wait_for_application(run, watchdog)
            if run.transaction_start is not None and not self._commit(run):
                return False
            if run.confirmed_count in run.sync_points:
                yield from self._wait_until_processed(run, watchdog)
            return True
        except CancelledError:
            # A whole keystroke was written, so a server that wakes up later releases it by itself; of a held one the
            # releases follow now.
            observer.stop_expecting()
            if run.key_press_s:
                ignore_result(keyer.send([event for event in events if not event.pressed]))
            run.stop_reason = run.stop_reason or StopReason.TIMEOUT
            return False
        except WinDictatorError as error:
            run.stop_reason = _stop_reason_for(error)
            return False
        finally:
            watchdog.stop()
            self._awaited_reply = None
            rolled_back = self._roll_back(run, events)
            if run.stop_reason not in SERVER_UNREACHABLE:
                yield rolled_back
            if unconfirmed and run.stop_reason not in SERVER_UNREACHABLE:
                yield self._release_keys(events, held)
            if run.key_press_s and run.stop_reason not in SERVER_UNREACHABLE:
                keyer.record_keys(())

    # Keys that rely on what is before the caret, in transactions

    def _ends_transaction(self, job: TypingJob, keystroke: Keystroke) -> bool:
        """Return True if this key must not be in the transaction under way: a change of the group is not queued with
        the keys."""
        assert job.keyboard_override is not None
        return keystroke.keycode not in job.text_dependent_keys or keystroke.group != job.keyboard_override.group

    def _commit(self, job: TypingJob) -> bool:
        """Deliver the keys of the transaction, unless something was pressed before them or between them: then return
        False, and the reason is in ``run``."""
        if job.stop_reason is not None or not self._key_events.transaction.active:
            return False
        self._key_events.transaction.commit()
        job.transaction_start = None
        return True

    def _roll_back(self, job: TypingJob, events: tuple[KeyEvent, ...]) -> Deferred[None]:
        """Take back the keys of the transaction under way, if there is one, and what was counted of them; fire when
        the user's keys have been delivered.

        events: those of the last keystroke, which may still be down.
        """
        if job.transaction_start is None:
            return succeed(None)
        if job.key_press_s:
            ignore_result(self._key_events.send([event for event in events if not event.pressed]))
        (job.confirmed_count, job.key_event_count), job.transaction_start = job.transaction_start, None
        return self._key_events.transaction.roll_back()

    def _wait_for_application(self, job: TypingJob, watchdog: Watchdog) -> Generator[Deferred[Any], Any, None]:
        """Ask the application whether it has read all; before that, wait for its answer to the last question, and in
        step with it for this answer too."""
        yield from self._wait_for_ping(job, watchdog)
        job.ping = self._key_events.acknowledged(job.window)
        if job.waits_for_each_key:
            yield from self._wait_for_ping(job, watchdog)

    def _wait_until_processed(self, job: TypingJob, watchdog: Watchdog) -> Generator[Deferred[Any], Any, None]:
        """Wait until the application has dealt with the keys up to here: those that follow rely on their effect."""
        job.sync_points.discard(job.confirmed_count)
        yield from self._wait_for_ping(job, watchdog)
        ask = self._key_events.wait_until_idle if job.pace.acts_late else self._key_events.acknowledged
        job.ping = ask(job.window)
        yield from self._wait_for_ping(job, watchdog)

    def _wait_for_ping(self, job: TypingJob, watchdog: Watchdog) -> Generator[Deferred[Any], Any, None]:
        """Wait for the answer to the last question, if there is one."""
        job.unacknowledged = 0
        if job.ping is None:
            return
        watchdog.stop()
        self._cancellable_reply = job.ping
        try:
            read: bool = yield job.ping
        except CancelledError:
            read = False  # by ``stop``, which has set the reason, or by whoever waits for the text
            job.stop_reason = job.stop_reason or StopReason.CANCELLED
        finally:
            self._cancellable_reply = job.ping = None
        watchdog.start(self._confirm_timeout_s)
        if not read:
            job.stop_reason = job.stop_reason or StopReason.UNRESPONSIVE

    def _cancellable(self, answer: Deferred[T]) -> Deferred[T]:
        """``answer``, which the watchdog may now cancel."""
        self._awaited_reply = answer
        return answer

    def _keymap_unchanged(self, job: TypingJob) -> Generator[Deferred[Any], Any, bool]:
        """Whether the keymap in force is still that of ``run``, once an announced change has been read."""
        if not self._keyboard_map.is_current:
            self._awaited_reply = self._keyboard_map.when_current()
            yield self._awaited_reply
        if self._keyboard_map.keymap is job.keymap:
            return True
        job.stop_reason = job.stop_reason or StopReason.KEYMAP_CHANGED
        return False

    def _events(self, keystroke: Keystroke, job: TypingJob) -> tuple[KeyEvent, ...]:
        return self._keystroke_cache.events(keystroke, job.keymap, job.locked)

    @inlineCallbacks
    def _release_keys(self, events: tuple[KeyEvent, ...], pressed: set[int]) -> Generator[Deferred[Any], Any, None]:
        """Release those keys of a keystroke that are still down although their release was sent, and ``held``: keys
        whose release was not. The server may show these as up now and press them later: SlowKeys does."""
        ours = [event for event in events if not event.pressed]
        try:
            state: KeyboardState = yield self._key_events.read_state()
            still_down = [event for event in ours if event.keycode in pressed or event.keycode in state.pressed]
            answer = self._key_events.send(still_down) if still_down else 0
            if not isinstance(answer, int):
                yield answer
        except WinDictatorError:
            # The server is gone and its keys with it.
            return

    def _on_user_input(self, user_input: UserInput) -> None:
        run = self._job
        is_key = user_input.kind == "key"
        if not (is_key and user_input.code in self._allowed_keys):
            if not (is_key and self._is_modifier_alone(user_input)):
                self._input_count += user_input.pressed
                if self.on_user_input is not None:
                    self.on_user_input(user_input)
            if is_key and user_input.pressed:
                self._dead_key.key_pressed(self._keyboard_map.keymap, user_input.code, user_input.state)
                if not self._is_modifier_alone(user_input):
                    self._in_word = self._is_letter(user_input)
            elif user_input.pressed:
                self._in_word = False
        if run is None:
            return
        if self._user_input_waiter is not None:
            self._wake()
        elif user_input.pressed and run.started and not (is_key and self._is_harmless(run, user_input.code)):
            self.stop(StopReason.FOREIGN_INPUT)

    def _on_filter_turned_on(self) -> None:
        """End the text: the keys that follow might be dropped, or turn the user's StickyKeys off."""
        if self._job is not None and self._job.started:
            self.stop(StopReason.FILTERED)

    def _is_modifier_alone(self, user_input: UserInput) -> bool:
        """Whether it changes nothing in any window by itself, as before the key of a hotkey."""
        group, modifiers = user_input.state >> GROUP_SHIFT & 3, user_input.state & MODIFIERS
        return is_modifier_key(self._keyboard_map.keymap.keysym(user_input.code, group, modifiers))

    def _is_letter(self, user_input: UserInput) -> bool:
        """Whether it is a letter alone, of whatever script; a space, a digit or a command ends what is composed."""
        group, modifiers = user_input.state >> GROUP_SHIFT & 3, user_input.state & MODIFIERS
        character = character_of(self._keyboard_map.keymap.keysym(user_input.code, group, modifiers))
        return character is not None and character.isalpha() and not modifiers & ~(SHIFT | LOCK)

    def _on_user_key(self, keycode: int) -> None:
        run = self._job
        if run is not None and run.started and not self._is_harmless(run, keycode):
            self.stop(StopReason.FOREIGN_INPUT)

    def _is_harmless(self, job: TypingJob, keycode: int) -> bool:
        """Whether it is a tolerated key whose press changes nothing for the keys of ``run``."""
        if keycode not in self._allowed_keys or keycode in job.keycodes:
            return False
        keymap, locked = job.keymap, job.locked
        group = job.keyboard_override.group if job.keyboard_override is not None else 0
        carries = keymap.modifiers_set_by(keycode, group, locked) or is_modifier_key(
            keymap.keysym(keycode, group, locked)
        )
        return not carries

    def _on_timeout(self) -> None:
        if self._awaited_reply is not None:
            self._awaited_reply.cancel()


def _sync_points(keys: Sequence[str | KeyCombination], acts_late: bool) -> set[int]:
    """Return the places in ``keys`` at which the application must have caught up before more is typed.

    Everywhere that is before a character that follows BackSpaces or moves of the caret. Where other keys than
    characters act late, it is also before each different key after such a key, and at the end.
    """
    acts = _NON_PRINTING_KEYS if acts_late else _TEXT_DEPENDENT_KEYS
    if acts.isdisjoint(keys) if isinstance(keys, str) else not acts_late:
        return set()
    pairs = enumerate(pairwise(keys), 1)
    if not acts_late:
        return {place for place, (act, key) in pairs if act in acts and key not in acts}
    waits = {place for place, (act, key) in pairs if key != act and _is_non_printing(act)}
    return waits | ({len(keys)} if _is_non_printing(keys[-1]) else set())


def _is_non_printing(key: str | KeyCombination) -> bool:
    return not isinstance(key, str) or key in _NON_PRINTING_KEYS


def _stop_reason_for(error: WinDictatorError) -> StopReason:
    return StopReason.CONNECTION_LOST if isinstance(error, ConnectionLostError) else StopReason.SERVER_REFUSED
