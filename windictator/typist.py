"""Types text, every key confirmed: the deferred generator at the heart of the program."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

from twisted.internet.defer import CancelledError, Deferred, DeferredLock, inlineCallbacks, succeed

from windictator.borrowed_keyboard import SILENT, BorrowedKeyboard
from windictator.errors import WinDictatorError
from windictator.keyboard.chord import CHORD_MARK
from windictator.keyboard.completion import decline_completions
from windictator.keyboard.dead_key import DeadKey
from windictator.keyboard.key_coder import LAST_OF_16_BITS, Keystroke
from windictator.keyboard.key_events import GROUP_SHIFT, MODIFIERS, KeyEvent, keys_pressed
from windictator.keyboard.keymap import LOCK, SHIFT
from windictator.keyboard.keysyms import character_of, is_modifier
from windictator.keyboard.loan import loan_segments
from windictator.keyboard.text_coding import TextCoding, without
from windictator.ports import ConnectionLost, ForeignInput, KeyboardState, NoReply, Stop, Typed
from windictator.text.caret_path import CARET_LEFT, CARET_RIGHT
from windictator.typing_run import Pace, Run
from windictator.unawaited import already_told, let_go
from windictator.watchdog import Watchdog, pause

if TYPE_CHECKING:
    from windictator.keyboard.chord import Chord
    from windictator.ports import Attention, Clock, Grabs, InputMethod, Keyer, KeymapSource, Lender, Observer

#: Round trips granted to a confirmation after the reply that says its key was processed. The recorded event can be
#: read by then; one more trip lets the reactor come round to reading it, the others are for safety.
_EXTRA_TRIPS = 3
#: Keystrokes after which the application is asked whether it has read them; it is never more than twice as many behind.
#: Else it would carry out what was typed long after a click that should have stopped it, and by a later keymap.
_STRIDE = 64
#: Maximum number of keys that are delivered to the application together.
_MAX_TOGETHER = 32
#: Seconds for which another program's hotkey is held down. One that waits for the modifiers to come up, as with
#: "alt+Tab", must have drawn the keyboard by then.
_HOTKEY_HOLD = 0.05
#: Characters whose keys act on what stands there: BackSpace, Left, Right.
_RELYING = frozenset("\b" + CARET_LEFT + CARET_RIGHT)
#: Characters whose keys do something else than to write a character.
_ACTING = _RELYING | frozenset("\n\t")
#: Stops after which nobody can say whether the keystroke under way has reached the window.
_ELSEWHERE = (Stop.FOCUS_CHANGED, Stop.GRABBED)


T = TypeVar("T")


class Typist:
    """Types into the focused window through a Keyer, confirmed by an Observer.

    ``keyer``, ``observer``, ``keymaps``, ``lender``, ``grabs``, ``attention``: the edges. ``clock``: for the bounds.
    ``confirm_timeout``: seconds that the server may take for one keystroke. ``held_keys_wait``: seconds to wait for
    the user's keys to come up before typing is refused. ``pace``: fires with how keys have to be pressed in a window;
    None: everywhere as fast as can be. ``limits``: fails with Untypable where a window cannot take a text, of which
    some characters are to be lent. ``input_method``: put aside while keys are pressed.

    Work is serialised: a second ``insert`` begins when the first has ended.
    """

    def __init__(
        self,
        keyer: Keyer,
        observer: Observer,
        keymaps: KeymapSource,
        lender: Lender,
        grabs: Grabs,
        attention: Attention,
        clock: Clock,
        *,
        confirm_timeout: float = 2.0,
        held_keys_wait: float = 1.0,
        pace: Callable[[int], Deferred[Pace]] | None = None,
        limits: Callable[[int, str, frozenset[str]], Deferred[None]] | None = None,
        input_method: InputMethod | None = None,
    ) -> None:
        self.typing_enabled = True
        self._keyer = keyer
        self._observer = observer
        self._keymaps = keymaps
        self._lender = lender
        self._grabs = grabs
        self._attention = attention
        self._clock = clock
        self._confirm_timeout = confirm_timeout
        self._held_keys_wait = held_keys_wait
        self._pace = pace
        self._limits = limits
        self._input_method = input_method
        self._lock = DeferredLock()
        self._run: Run | None = None
        self._coding = TextCoding()
        self._sent: Deferred[Any] | None = None
        self._asked: Deferred[Any] | None = None
        self._input_seen: Deferred[None] | None = None
        self._dead_key = DeadKey()
        self._typed_last = (0, "", 0)  # in which window, which character, and how often others had pressed something
        self._tolerated: frozenset[int] = frozenset()
        self._inputs = 0
        self._in_word = False  # the user's last key was a letter, which may still be part of a composition
        self.on_foreign: Callable[[ForeignInput], None] | None = None
        """Called with what others press and release, but for modifiers: these change nothing by themselves."""
        observer.watch(self._on_foreign, self._on_user_key)
        keyer.watch_filters(self._on_filter)
        keyer.transaction.on_expire = lambda: self.stop(Stop.TIMEOUT)

    # What others call

    def insert(self, text: str, window: int | None = None) -> Deferred[Typed]:
        """Type ``text`` (normalised: line break U+000A, no other control character but Tab).

        ``window``: where it must go; None: wherever the focus is when its turn comes. Fires with what was confirmed,
        at once and empty when typing is not enabled. Characters that the layout lacks are lent to free keycodes.
        Errback: Untypable, before the first key is sent, where no keycode is free, where a character arrives as
        two in some applications whatever key it is on, or where the window cannot take one; whatever keeps the input
        method from being put aside.
        """
        return self._type(text, window)

    def backspace(self, count: int, window: int | None = None) -> Deferred[Typed]:
        """Press BackSpace ``count`` times. Otherwise like ``insert``."""
        return self._type("\b" * count, window)

    def edit(
        self, erase: int, insert: str, window: int | None = None, keys: Mapping[str, Chord] | None = None
    ) -> Deferred[Typed]:
        """BackSpace ``erase`` times and then type ``insert``, as one text: U+0008 stands for each BackSpace.

        ``keys``: characters that are typed with keys of their own there. Errback, also: NoSuchKey, before the first
        key is sent, where the keymap lacks one of these.
        """
        return self._type("\b" * erase + insert, window, keys=keys)

    def press(
        self, chords: Sequence[Chord], window: int | None = None, *, exact: bool = False
    ) -> Deferred[Typed]:
        """Press and release each of ``chords`` once, in order, likewise. ``CHORD_MARK`` stands for each in ``Typed``.

        What a chord does is its own affair: that it moves the focus stops those behind it alone, and keys that other
        programs have taken as hotkeys are pressed for that. Not so where they are to be ``exact``: then it is as with
        text. Errback: NoSuchKey, before the first key is sent, where the keymap lacks one of them; none is lent.
        """
        pressed = tuple(chords)
        return self._type(CHORD_MARK * len(pressed), window, pressed, exact)

    def tolerate(self, keycodes: frozenset[int]) -> None:
        """Let the user press and hold these keys while text is typed: the key of push-to-talk.

        ``keycodes``: all of them; the empty set takes it back. They are no held keys, and neither their presses and
        repeats nor their releases stop typing or reach ``on_foreign``. Only a key that would mix with ours does stop
        it, as any other: one that carries a modifier or changes the group, and one that the text needs itself.
        """
        self._tolerated = keycodes
        if self._run is not None:
            self._run.retake = True

    def give_back(self) -> Deferred[bool]:
        """Give back what was lent, between texts; see ``ports.Lender.give_back``."""
        result: Deferred[bool] = self._lock.run(self._lender.give_back)
        return result

    def disable(self, reason: Stop = Stop.CANCELLED) -> None:
        """Take no more work and end what is under way."""
        self.typing_enabled = False
        self.stop(reason)

    def stop(self, reason: Stop = Stop.CANCELLED) -> None:
        """End the typing under way after the keystroke that is being confirmed; it fires with the first ``reason``.

        Where any of the reasons is that keys may have gone elsewhere, that keystroke does not count.
        """
        run = self._run
        if run is not None:
            run.stop = run.stop or reason
            run.elsewhere = run.elsewhere or reason in _ELSEWHERE
        self._wake()
        if self._asked is not None:
            self._asked.cancel()

    def _type(
        self,
        text: str,
        window: int | None,
        chords: tuple[Chord, ...] = (),
        exact: bool = False,
        keys: Mapping[str, Chord] | None = None,
    ) -> Deferred[Typed]:
        result: Deferred[Typed] = self._lock.run(self._type_now, text, window, chords, exact, self._inputs, keys)
        return result

    @inlineCallbacks
    def _type_now(
        self,
        text: str,
        window: int | None,
        chords: tuple[Chord, ...],
        exact: bool,
        inputs: int,
        keys: Mapping[str, Chord] | None,
    ) -> Generator[Deferred[Any], Any, Typed]:
        if not self.typing_enabled:
            return Typed(text, "", Stop.DISABLED)
        if not text:
            return Typed(text, "")
        run = self._run = Run(window or 0, self._keymaps.keymap, 0, leads_anywhere=bool(chords) and not exact)
        run.chords = keys or {}
        run.relies = exact or not _RELYING.isdisjoint(text)
        try:
            state: KeyboardState = yield self._free_keyboard()
            self._begin(run, state, window, inputs)
            if self._pace is not None and run.stop is None:
                run.pace = yield self._in_time(self._pace(run.window))
                run.hold = run.pace.hold
            run.waits = _waits(chords or text, run.pace.acts_late)
            if self._input_method is not None and run.stop is None:
                between = yield self._in_time(self._input_method.put_aside(run.window, unfinished=self._in_word))
                run.in_step = between and (yield self._in_time(self._attention.may_overtake(run.window)))
            if run.stop is None:
                yield self._press_chords(run, chords, state) if chords else self._press(run, text, state)
        except CancelledError:
            # Before the first key: not answered in time, stopped, or cancelled by whoever waits for this.
            run.stop = run.stop or Stop.CANCELLED
        finally:
            self._run = None
            self._grabs.watch_focus(run.window, None)
            self._keyer.aim(0)
            if run.reading is not None:
                run.reading.addErrback(already_told).cancel()
            if self._input_method is not None:
                yield self._input_method.put_back(run.window, there=run.stop not in _ELSEWHERE)
        self._typed_last = (run.window, text[run.confirmed - 1 : run.confirmed], self._inputs)
        # A stop that came with the last keystroke stopped nothing.
        stopped_by = run.stop if run.confirmed < len(text) else None
        return Typed(text, text[: run.confirmed], stopped_by, run.events, run.window)

    # Before the first key

    @inlineCallbacks
    def _free_keyboard(self) -> Generator[Deferred[Any], Any, KeyboardState]:
        """The keyboard's state, once no key is held; with keys held if they do not come up in time."""
        run = self._run
        assert run is not None
        give_up = self._clock.seconds() + self._held_keys_wait
        while True:
            yield self._in_time(self._keymaps.when_settled())
            state: KeyboardState = yield self._in_time(self._keyer.read_state())
            remaining = give_up - self._clock.seconds()
            if not self._occupied(state) or run.stop is not None or remaining <= 0:
                return state
            yield self._next_input(remaining)

    def _in_time(self, answer: Deferred[Any]) -> Deferred[Any]:
        """``answer``, cancelled if it takes too long and at ``stop``: none of our keys is on its way."""
        return self._bounded(self._stoppable(answer), self.stop, Stop.TIMEOUT)

    def _stoppable(self, answer: Deferred[Any]) -> Deferred[Any]:
        """Return ``answer``, cancelled at ``stop``."""
        self._asked = answer

        def done(result: Any) -> Any:
            self._asked = None
            return result

        return answer.addBoth(done)

    def _bounded(self, answer: Deferred[Any], late: Callable[..., object], *arguments: object) -> Deferred[Any]:
        """Return ``answer``; if it takes too long, call ``late`` with the arguments, once."""
        timer = self._clock.callLater(self._confirm_timeout, late, *arguments)

        def done(result: Any) -> Any:
            if timer.active():
                timer.cancel()
            return result

        return answer.addBoth(done)

    def _next_input(self, seconds: float) -> Deferred[None]:
        """Fires at the next key or click of the user, at ``stop``, or after ``seconds``."""
        seen: Deferred[None] = Deferred()
        self._input_seen = seen
        timer = self._clock.callLater(seconds, self._wake)

        def done(result: None) -> None:
            if timer.active():
                timer.cancel()

        return seen.addCallback(done)

    def _wake(self) -> None:
        seen, self._input_seen = self._input_seen, None
        if seen is not None:
            seen.callback(None)

    def _occupied(self, state: KeyboardState) -> bool:
        """Whether a key or a group key of the user's, held or latched, would mix with ours."""
        return bool(state.pressed - self._tolerated or state.held or state.moved_group)

    def _begin(self, run: Run, state: KeyboardState, window: int | None, inputs: int) -> None:
        run.begun = True
        if run.stop is not None:
            return
        if state.focus == 0:
            run.stop = Stop.NO_FOCUS
        elif window is not None and window != state.focus:
            run.stop = Stop.FOCUS_CHANGED
        elif self._occupied(state):
            run.stop = Stop.KEYS_HELD
        elif self._dead_key.waiting:
            run.stop = Stop.DEAD_KEY
        elif run.relies and inputs != self._inputs:
            run.stop = Stop.FOREIGN_INPUT
        run.window = state.focus
        run.keymap = self._keymaps.keymap
        run.borrowed = BorrowedKeyboard(self._keyer, state)
        run.retake = bool(self._tolerated)
        run.locked = state.locked & run.keymap.num_lock_mask

    # The text, piece by piece

    @inlineCallbacks
    def _press(self, run: Run, text: str, state: KeyboardState) -> Generator[Deferred[Any], Any, None]:
        """Take off the locks that change letters, type, put back what was."""
        lender, plain = self._lender, without(text, run.chords) if run.chords else text
        run.locked = self._coding.locked_for(plain, run.keymap, run.locked)
        missing = self._coding.to_be_lent(plain, run.keymap, run.locked, lender.keycodes)
        if missing and not lender.capacity:
            self._coding.coder(run.keymap, run.locked).text_to_keys(plain)  # may raise
            missing = frozenset()  # a doubtful key is better than none
        if self._limits is not None and (missing or max(text) > LAST_OF_16_BITS):
            yield self._in_time(self._limits(run.window, text, missing))
            if run.stop is not None:
                return
        borrowed = run.borrowed
        assert borrowed is not None
        try:
            pieces = loan_segments(text, missing.__contains__, lender.capacity) if missing else [(text, ())]
            for piece, wanted in pieces:
                if wanted and not (yield self._lend(run, wanted)):
                    return
                keystrokes = self._text_to_keys(run, piece, state.group)
                if not (yield self._send(run, keystrokes, state)):
                    return
        finally:
            yield self._put_back(run)

    def _text_to_keys(self, run: Run, piece: str, group: int) -> Sequence[Keystroke]:
        """Code a piece of the text whose characters before it are confirmed."""
        coding, lent = self._coding, self._lender.keycodes
        keystrokes = coding.text_to_keys(piece, run.keymap, run.locked, group, run.chords, lent)
        if not run.pace.return_completes or "\n" not in piece:
            return keystrokes
        window, typed, inputs = self._typed_last
        before = typed if (window, inputs) == (run.window, self._inputs) else ""
        aside = coding.coder(run.keymap, run.locked).text_to_keys(CARET_LEFT + CARET_RIGHT, group)
        return decline_completions(keystrokes, before, tuple(aside))

    @inlineCallbacks
    def _press_chords(
        self, run: Run, chords: tuple[Chord, ...], state: KeyboardState
    ) -> Generator[Deferred[Any], Any, None]:
        """The same with chords, for which nothing is lent."""
        borrowed = run.borrowed
        assert borrowed is not None
        lent = self._lender.keycodes
        keystrokes, run.locked = self._coding.chords_to_keys(chords, run.keymap, run.locked, state.group, lent)
        try:
            yield self._send(run, keystrokes, state)
        finally:
            yield self._put_back(run)

    @inlineCallbacks
    def _send(
        self, run: Run, keystrokes: Sequence[Keystroke], state: KeyboardState
    ) -> Generator[Deferred[Any], Any, bool]:
        """See that nobody else gets the keys, and press them; whether all were confirmed."""
        borrowed = run.borrowed
        assert borrowed is not None
        keys = keys_pressed(self._events(keystroke, run) for keystroke in set(keystrokes))
        run.keycodes = frozenset(keycode for keycode, _ in keys)
        if run.relies:
            relying = (key.keycode for key in keystrokes if key.char in _RELYING or key.char == CHORD_MARK)
            run.relying = frozenset(relying)
        if run.keycodes & state.pressed:
            run.stop = run.stop or Stop.KEYS_HELD  # tolerated, but a press of ours would be none
            return False
        taken: Stop | None = yield self._in_time(self._grabs.taken(keys))
        if taken is Stop.HOTKEY and run.leads_anywhere:
            taken, run.hold = None, max(run.hold, _HOTKEY_HOLD)
        if taken is not None or run.stop is not None:
            run.stop = run.stop or taken
            return False
        yield self._in_time(self._grabs.watch_focus(run.window, self.stop))
        self._keyer.aim(run.window)
        borrowed.take(run.keymap, run.locked, keystrokes)
        pressed: bool = yield self.press_and_release_keys(keystrokes)
        return pressed

    @inlineCallbacks
    def _lend(self, run: Run, characters: Sequence[str]) -> Generator[Deferred[Any], Any, bool]:
        """Have the characters lent and adopt the new keymap; False, with the reason in ``run``, if that failed."""
        try:
            lent: bool = yield self._stoppable(self._lender.lend(characters, run.window))
            yield self._in_time(self._keymaps.when_settled())
        except WinDictatorError as error:
            run.stop = _stop_for(error)
            return False
        if not lent:
            run.stop = run.stop or Stop.UNRESPONSIVE
        if run.stop is not None:
            return False
        run.keymap = self._keymaps.keymap
        return True

    # Key by key

    @inlineCallbacks
    def press_and_release_keys(self, keystrokes: Sequence[Keystroke]) -> Generator[Deferred[Any], Any, bool]:
        """Press and release each combination, in order, each confirmed before the next is sent. The generator yields
        where something has to be waited for; an answer that is there at once is just taken.

        Modifiers go down in order, then the key, then all come up in reverse order. True when all were confirmed;
        False at the first that was not, or when something stopped it. Nothing is held down afterwards.
        """
        run = self._run
        assert run is not None, "insert and backspace prepare a run"
        keyer, observer, keymaps, borrowed = self._keyer, self._observer, self._keymaps, run.borrowed
        assert borrowed is not None
        watchdog = Watchdog(self._clock, self._expire)
        watchdog.guard(self._confirm_timeout)
        events: tuple[KeyEvent, ...] = ()
        unconfirmed = False
        moved_aside = False  # the caret, by a keystroke that types nothing: what follows relies on its effect
        held: set[int] = set()  # keys whose press was sent, but not yet their release
        plans: dict[int, tuple[KeyEvent, ...]] = {}  # by identity: equal keystrokes are mostly one, and dear to compare
        try:
            if not (yield from self._keymap_stays(run)):
                return False
            for keystroke in keystrokes:
                waits = run.confirmed in run.waits or moved_aside
                if run.mark is not None and (waits or self._ends_transaction(run, keystroke)) and not self._commit(run):
                    return False
                if waits:
                    yield from self._catch_up(run, watchdog)
                if not self.typing_enabled:
                    run.stop = run.stop or Stop.DISABLED
                if run.stop is not None:
                    return False
                if keystroke.group != borrowed.group:
                    borrowed.switch(keystroke.group)
                if run.retake and borrowed.group:
                    borrowed.show_again()
                    run.retake = bool(self._tolerated)
                planned = plans.get(id(keystroke))
                if planned is None:
                    planned = plans[id(keystroke)] = self._events(keystroke, run)
                if run.pace.repeat_gap and (not events or events[-1].keycode == planned[0].keycode):
                    yield from self._pause(run.pace.repeat_gap, watchdog)
                events = planned
                if run.mark is None and keystroke.keycode in run.relying:
                    refused = yield self._waiting_for(keyer.transaction.begin(run.relying, events[0].state))
                    if refused is not None:
                        run.stop = run.stop or refused
                        return False
                    run.mark = run.confirmed, run.events
                    if run.stop is not None:
                        return False
                unconfirmed = True
                if run.hold:
                    keyer.bequeath_keys({event.keycode for event in events})
                for part in ((event,) for event in events) if run.hold else (events,):
                    if run.mark is not None and not keyer.transaction.active:
                        return False  # it has expired
                    watchdog.feed()
                    observer.expect(part if run.mark is None else [event._replace(state=0) for event in part])
                    answer = keyer.send(part)
                    if run.hold:
                        held ^= {part[0].keycode}
                    focus = answer if isinstance(answer, int) else (yield self._waiting_for(answer))
                    for _ in range(_EXTRA_TRIPS):
                        if observer.confirmed is not None:
                            break
                        answer = keyer.send(())
                        if not isinstance(answer, int):
                            yield self._waiting_for(answer)
                    if not observer.confirmed:
                        observer.expire()
                        run.stop = run.stop or Stop.UNCONFIRMED
                        return False
                    if run.hold and part[0].pressed:
                        # A modifier goes down together with its key: the user's keys must not wait for a pause.
                        if run.mark is not None and part[0].keycode in run.relying and not self._commit(run):
                            return False
                        if run.mark is None:
                            yield from self._pause(run.hold, watchdog)
                unconfirmed = False
                run.events += len(events)
                if run.leads_anywhere:
                    run.confirmed += 1
                if focus != run.window:
                    # The key was processed, but nobody can say in which of the two windows.
                    run.stop = Stop.NO_FOCUS if focus == 0 else Stop.FOCUS_CHANGED
                    return False
                # Likewise a change of the keymap that was announced until now may have come before the key or after it.
                unchanged = keymaps.settled and keymaps.keymap is run.keymap
                if not unchanged and not (yield from self._keymap_stays(run)):
                    return False
                if run.elsewhere:
                    return False
                moved_aside = not keystroke.char
                if not run.leads_anywhere and not moved_aside:
                    run.confirmed += 1
                run.unread += 1
                paces = run.unread == _STRIDE or run.in_step
                enough = paces or keyer.transaction.due or run.unread % _MAX_TOGETHER == 0
                if run.mark is not None and enough and not self._commit(run):
                    return False
                if paces:
                    yield from self._keep_pace(run, watchdog)
            if run.mark is not None and not self._commit(run):
                return False
            if run.confirmed in run.waits:
                yield from self._catch_up(run, watchdog)
            return True
        except CancelledError:
            # A whole keystroke was written, so a server that wakes up later releases it by itself; of a held one the
            # releases follow now.
            observer.expire()
            if run.hold:
                let_go(keyer.send([event for event in events if not event.pressed]))
            run.stop = run.stop or Stop.TIMEOUT
            return False
        except WinDictatorError as error:
            run.stop = _stop_for(error)
            return False
        finally:
            watchdog.release()
            self._sent = None
            rolled_back = self._roll_back(run, events)
            if run.stop not in SILENT:
                yield self._if_not_silent(run, rolled_back)
            if unconfirmed and run.stop not in SILENT:
                yield self._if_not_silent(run, self._release(events, held))
            if run.hold and run.stop not in SILENT and not run.is_silent:
                keyer.bequeath_keys(())

    def _if_not_silent(self, run: Run, answer: Deferred[None]) -> Deferred[None]:
        """Return ``answer``; if the server does not reply in time, cancel it and note that in ``run``."""

        def late() -> None:
            run.is_silent = True
            answer.cancel()

        return self._bounded(answer, late).addErrback(already_told)

    def _put_back(self, run: Run) -> Deferred[None]:
        """Give the user back what was borrowed; what the server does not confirm in time is only sent."""
        assert run.borrowed is not None
        return self._if_not_silent(run, run.borrowed.put_back(Stop.TIMEOUT if run.is_silent else run.stop))

    # Keys that rely on what is before the caret, in transactions

    def _ends_transaction(self, run: Run, keystroke: Keystroke) -> bool:
        """Return True if this key must not be in the transaction under way: a change of the group is not queued with
        the keys."""
        assert run.borrowed is not None
        return keystroke.keycode not in run.relying or keystroke.group != run.borrowed.group

    def _commit(self, run: Run) -> bool:
        """Deliver the keys of the transaction, unless something was pressed before them or between them: then return
        False, and the reason is in ``run``."""
        if run.stop is not None or not self._keyer.transaction.active:
            return False
        self._keyer.transaction.commit()
        run.mark = None
        return True

    def _roll_back(self, run: Run, events: tuple[KeyEvent, ...]) -> Deferred[None]:
        """Take back the keys of the transaction under way, if there is one, and what was counted of them; fire when
        the user's keys have been delivered.

        events: those of the last keystroke, which may still be down.
        """
        if run.mark is None:
            return succeed(None)
        if run.hold:
            let_go(self._keyer.send([event for event in events if not event.pressed]))
        (run.confirmed, run.events), run.mark = run.mark, None
        return self._keyer.transaction.roll_back()

    def _keep_pace(self, run: Run, watchdog: Watchdog) -> Generator[Deferred[Any], Any, None]:
        """Ask the application whether it has read all; before that, wait for its answer to the last question, and in
        step with it for this answer too."""
        yield from self._wait_until_read(run, watchdog)
        run.reading = self._attention.has_read(run.window)
        if run.in_step:
            yield from self._wait_until_read(run, watchdog)

    def _catch_up(self, run: Run, watchdog: Watchdog) -> Generator[Deferred[Any], Any, None]:
        """Wait until the application has dealt with the keys up to here: those that follow rely on their effect."""
        run.waits.discard(run.confirmed)
        yield from self._wait_until_read(run, watchdog)
        ask = self._attention.has_acted if run.pace.acts_late else self._attention.has_read
        run.reading = ask(run.window)
        yield from self._wait_until_read(run, watchdog)

    def _wait_until_read(self, run: Run, watchdog: Watchdog) -> Generator[Deferred[Any], Any, None]:
        """Wait for the answer to the last question, if there is one."""
        run.unread = 0
        if run.reading is None:
            return
        watchdog.release()
        self._asked = run.reading
        try:
            read: bool = yield run.reading
        except CancelledError:
            read = False  # by ``stop``, which has set the reason, or by whoever waits for the text
            run.stop = run.stop or Stop.CANCELLED
        finally:
            self._asked = run.reading = None
        watchdog.guard(self._confirm_timeout)
        if not read:
            run.stop = run.stop or Stop.UNRESPONSIVE

    def _pause(self, seconds: float, watchdog: Watchdog) -> Generator[Deferred[Any], Any, None]:
        """Wait without counting that as time that the server takes."""
        watchdog.release()
        yield pause(self._clock, seconds)
        watchdog.guard(self._confirm_timeout)

    def _waiting_for(self, answer: Deferred[T]) -> Deferred[T]:
        """``answer``, which the watchdog may now cancel."""
        self._sent = answer
        return answer

    def _keymap_stays(self, run: Run) -> Generator[Deferred[Any], Any, bool]:
        """Whether the keymap in force is still that of ``run``, once an announced change has been read."""
        if not self._keymaps.settled:
            self._sent = self._keymaps.when_settled()
            yield self._sent
        if self._keymaps.keymap is run.keymap:
            return True
        run.stop = run.stop or Stop.KEYMAP_CHANGED
        return False

    def _events(self, keystroke: Keystroke, run: Run) -> tuple[KeyEvent, ...]:
        return self._coding.events(keystroke, run.keymap, run.locked)

    @inlineCallbacks
    def _release(self, events: tuple[KeyEvent, ...], held: set[int]) -> Generator[Deferred[Any], Any, None]:
        """Release those keys of a keystroke that are still down although their release was sent, and ``held``: keys
        whose release was not. The server may show these as up now and press them later: SlowKeys does."""
        ours = [event for event in events if not event.pressed]
        try:
            state: KeyboardState = yield self._keyer.read_state()
            still_down = [event for event in ours if event.keycode in held or event.keycode in state.pressed]
            answer = self._keyer.send(still_down) if still_down else 0
            if not isinstance(answer, int):
                yield answer
        except WinDictatorError:
            # The server is gone and its keys with it.
            return
        except CancelledError:
            # It does not reply. Those whose release was sent come up when it goes on.
            let_go(self._keyer.send([event for event in ours if event.keycode in held]))

    def _on_foreign(self, foreign: ForeignInput) -> None:
        run = self._run
        is_key = foreign.kind == "key"
        if not (is_key and foreign.code in self._tolerated):
            if not (is_key and self._is_lone_modifier(foreign)):
                self._inputs += foreign.pressed
                if self.on_foreign is not None:
                    self.on_foreign(foreign)
            if is_key and foreign.pressed:
                self._dead_key.pressed(self._keymaps.keymap, foreign.code, foreign.state)
                if not self._is_lone_modifier(foreign):
                    self._in_word = self._is_letter(foreign)
            elif foreign.pressed:
                self._in_word = False
        if run is None:
            return
        if self._input_seen is not None:
            self._wake()
        elif foreign.pressed and run.begun and not (is_key and self._is_apart(run, foreign.code)):
            self.stop(Stop.FOREIGN_INPUT)

    def _on_filter(self) -> None:
        """End the text: the keys that follow might be dropped, or turn the user's StickyKeys off."""
        if self._run is not None and self._run.begun:
            self.stop(Stop.FILTERED)

    def _is_lone_modifier(self, foreign: ForeignInput) -> bool:
        """Whether it changes nothing in any window by itself, as before the key of a hotkey."""
        group, modifiers = foreign.state >> GROUP_SHIFT & 3, foreign.state & MODIFIERS
        return is_modifier(self._keymaps.keymap.keysym(foreign.code, group, modifiers))

    def _is_letter(self, foreign: ForeignInput) -> bool:
        """Whether it is a letter alone, of whatever script; a space, a digit or a command ends what is composed."""
        group, modifiers = foreign.state >> GROUP_SHIFT & 3, foreign.state & MODIFIERS
        character = character_of(self._keymaps.keymap.keysym(foreign.code, group, modifiers))
        return character is not None and character.isalpha() and not modifiers & ~(SHIFT | LOCK)

    def _on_user_key(self, keycode: int) -> None:
        run = self._run
        if run is not None and run.begun and not self._is_apart(run, keycode):
            self.stop(Stop.FOREIGN_INPUT)

    def _is_apart(self, run: Run, keycode: int) -> bool:
        """Whether it is a tolerated key whose press changes nothing for the keys of ``run``."""
        if keycode not in self._tolerated or keycode in run.keycodes:
            return False
        keymap, locked = run.keymap, run.locked
        group = run.borrowed.group if run.borrowed is not None else 0
        carries = keymap.sets_modifiers(keycode, group, locked) or is_modifier(keymap.keysym(keycode, group, locked))
        return not carries

    def _expire(self) -> None:
        if self._sent is not None:
            self._sent.cancel()


def _waits(keys: Sequence[str | Chord], acts_late: bool) -> set[int]:
    """Return the places in ``keys`` at which the application must have caught up before more is typed.

    Everywhere that is before a character that follows BackSpaces or moves of the caret. Where other keys than
    characters act late, it is also before each different key after such a key, and at the end.
    """
    acts = _ACTING if acts_late else _RELYING
    if acts.isdisjoint(keys) if isinstance(keys, str) else not acts_late:
        return set()
    pairs = enumerate(pairwise(keys), 1)
    if not acts_late:
        return {place for place, (act, key) in pairs if act in acts and key not in acts}
    waits = {place for place, (act, key) in pairs if key != act and _acts(act)}
    return waits | ({len(keys)} if _acts(keys[-1]) else set())


def _acts(key: str | Chord) -> bool:
    return not isinstance(key, str) or key in _ACTING


def _stop_for(error: WinDictatorError) -> Stop:
    if isinstance(error, NoReply):
        return Stop.TIMEOUT
    return Stop.CONNECTION_LOST if isinstance(error, ConnectionLost) else Stop.SERVER_REFUSED
