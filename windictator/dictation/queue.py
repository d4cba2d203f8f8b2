"""The queue of a dictation: hypotheses and requests are executed one at a time, in the order in which they come.

The interpreter finds out what words mean, the editor changes the text in windows. Both return results; only the queue
reports them to ``on_event`` and to the history.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from typing import Any

from twisted.internet.defer import Deferred, fail, inlineCallbacks, succeed
from twisted.python.failure import Failure

from windictator.deferreds import DeferredPool
from windictator.dictation import events
from windictator.dictation.commands.alternatives import (
    AlternativeList,
    RecognizerAlternatives,
    no_recognizer_alternatives,
)
from windictator.dictation.editor import Editor
from windictator.dictation.interfaces import (
    ActionServices,
    ProfileOf,
    SelectedText,
    TypingPort,
    WindowsClicked,
    all_windows_clicked,
    no_profiles,
)
from windictator.dictation.interpreter import Interpreter
from windictator.dictation.live_text import LiveText
from windictator.dictation.options import DictationOptions
from windictator.dictation.result import NOTHING_DONE, CommandResult, refused
from windictator.errors import InternalError, WinDictatorError
from windictator.refusals import Refusal, RefusalCode
from windictator.text.commands.actions import Mode
from windictator.text.grammar import Command
from windictator.text.ledger import Ledger, UndoHistory
from windictator.text.seal_reason import SealReason
from windictator.text.stability import LocalAgreement, NoStabilisation
from windictator.text.utterance import Final, Hypothesis, Partial, RecognizedWord
from windictator.typist.interfaces import UserInput
from windictator.typist.result import StopReason, TypingResult

MAX_QUEUED = 100
"""Number of waiting hypotheses from which on their source has to wait too."""
MAX_FAILURES_IN_A_ROW = 5
"""Number of consecutive utterances and requests that may fail through defects before the work stops.

Their common state is broken then, and only a new process helps.
"""


@dataclass(slots=True)
class _Utterance:
    """The utterance that is being spoken."""

    number: int
    live_text: LiveText
    stability: LocalAgreement | NoStabilisation | None = None
    """Decides how much of partials is typed; made for the first partial."""


@dataclass(frozen=True, slots=True)
class _Request:
    """Work to do between utterances."""

    work: Callable[[], Deferred[tuple[CommandResult, LiveText | None]]]
    """Does the work; fires with the result, and with where it was done, None for nowhere."""
    answer: Deferred[CommandResult]
    """Fires with the result."""
    transcript: str = ""
    """The spoken words."""


class Dictation:
    """Executes hypotheses and requests, one at a time, in the order in which they come.

    typist: types text and presses keys.
    focused: fires with the window that has the focus, 0 for none.
    options: everything that the settings say about dictation; ``options`` can be replaced later.
    ledger: records what was typed.
    on_event: receives every event.
    profile_of: fires with the profile of a window.
    services: what user commands can reach apart from the window; None: nothing.
    selected_text: reads text before it is erased; None: it is never read.
    recognizer_alternatives: fires with what else the recognizer heard in an utterance, given its number.
    clicked: finds the windows that a click may have changed.
    on_mode_changed: called with the new mode.
    """

    def __init__(  # noqa: PLR0913  # everything that dictation works with
        self,
        typist: TypingPort,
        focused: Callable[[], Deferred[int]],
        options: DictationOptions,
        ledger: Ledger,
        on_event: events.OnEvent,
        *,
        profile_of: ProfileOf = no_profiles,
        services: ActionServices | None = None,
        selected_text: SelectedText | None = None,
        recognizer_alternatives: RecognizerAlternatives = no_recognizer_alternatives,
        clicked: WindowsClicked = all_windows_clicked,
        on_mode_changed: Callable[[Mode], None] = lambda mode: None,
    ) -> None:
        self._editor = Editor(typist, focused, ledger, options.backspace_unit, profile_of, selected_text, clicked)
        self.interpreter = Interpreter(
            self._editor,
            options,
            lambda refusal: on_event(events.Refused(refusal)),
            services,
            recognizer_alternatives,
            on_mode_changed,
        )
        self._ledger = ledger
        self._on_event = on_event
        self._pool = DeferredPool()  # holds the current work
        self.options = options
        self._hypotheses: deque[Hypothesis] = deque()
        self._requests: deque[_Request] = deque()
        self._is_busy = False
        self._closed_windows: list[int] = []
        self._is_closed = False
        self._current: _Utterance | None = None
        self._cancelled_utterance: int | None = None
        self.utterance_count = 0
        """Number of utterances that were not empty."""
        self.key_event_count = 0
        """Number of confirmed key events."""
        self.refusal_count = 0
        """Number of refusals."""
        self.stopped: TypingResult | None = None
        """The last typing that ended early."""
        self.failure: BaseException | None = None
        """Why the work has stopped permanently."""
        self._failures_in_a_row = 0
        self.on_utterance: Callable[[], None] | None = None
        """Called after each utterance."""
        self.on_result: Callable[[str, CommandResult], None] | None = None
        """Called with the transcript and the result of utterances and requests, for the history."""
        self.on_defect: Callable[[InternalError], None] | None = None
        """Called with the kind and place of an error that made an utterance or a request fail."""
        self.on_work_failed: Callable[[BaseException], None] | None = None
        """Called with the reason when the work has stopped permanently."""

    @property
    def options(self) -> DictationOptions:
        """The current options; new ones apply from the next utterance on."""
        return self.interpreter.options

    @options.setter
    def options(self, options: DictationOptions) -> None:
        self._options = self.interpreter.options = options
        self._editor.windows.backspace_unit = options.backspace_unit
        self._ledger.set_contexts(options.default_context, options.unknown_context)

    @property
    def text(self) -> str:
        """The text in the window used last, as far as it was typed here and is remembered."""
        return "".join(entry.typed for entry in self._ledger.entries(self._editor.windows.current))

    @property
    def live_text(self) -> LiveText | None:
        """The text of the utterance that is being spoken; None between utterances."""
        return self._current.live_text if self._current is not None else None

    @property
    def moved_carets(self) -> list[int]:
        """The windows whose caret WinDictator has moved away from where it belongs."""
        return self._editor.caret.moved_in

    @property
    def mode(self) -> Mode:
        """The mode in which utterances are interpreted."""
        return self.interpreter.mode

    @property
    def undelivered_count(self) -> int:
        """Number of texts that are kept because they could not be typed."""
        return len(self.interpreter.undelivered.texts)

    @property
    def undelivered_transcripts(self) -> frozenset[str]:
        """Recognised words of the texts that are kept because they could not be typed."""
        return frozenset(text.transcript for text in self.interpreter.undelivered.texts)

    def discard_undelivered(self) -> int:
        """Discard the texts that could not be typed; return their number."""
        return self.interpreter.undelivered.clear()

    @property
    def current_alternatives(self) -> AlternativeList | None:
        """The list from which ``choose`` takes; None if nothing is listed."""
        return self.interpreter.alternative_commands.current_list

    @property
    def utterance_in_progress(self) -> bool:
        """Whether something has been heard of an utterance that is being spoken."""
        return self._current is not None

    # Hypotheses

    def accept_hypothesis(self, hypothesis: Hypothesis) -> None:
        """Take the next hypothesis. It replaces a waiting partial of the same kind."""
        if self._is_closed:
            return
        if isinstance(hypothesis, Partial):
            if self._hypotheses and isinstance(self._hypotheses[-1], Partial):
                self._hypotheses.pop()
        elif self.interpreter.is_cancel(hypothesis.words):
            self.cancel()
            if hypothesis.utterance == self._cancelled_utterance:
                self._cancelled_utterance = None  # all are dropped but the one that says so
        self._hypotheses.append(hypothesis)
        self._start_work()

    def when_not_full(self) -> Deferred[None]:
        """Fire when more hypotheses may come: at once, or when all that wait have been executed."""
        if len(self._hypotheses) < MAX_QUEUED:
            return succeed(None)
        return self.when_idle().addErrback(lambda _failure: None)

    def when_idle(self) -> Deferred[None]:
        """Fire when everything heard so far has been executed. Errback: the reason why the work has stopped."""
        return self._pool.defer_until_empty().addCallback(self._raise_failure)

    def _raise_failure(self, _none: None) -> None:
        if self.failure is not None:
            raise self.failure

    # Requests

    def say(self, text: str, force: bool = False) -> Deferred[CommandResult]:
        """Execute ``text`` as an utterance, commands included. ``force``: see ``undo``."""
        words = tuple(RecognizedWord(word) for word in text.split())
        if self.interpreter.is_cancel(words):
            self.cancel()
        return self._enqueue(lambda: self._say(words, text, force), transcript=" ".join(text.split()))

    def type(self, text: str) -> Deferred[CommandResult]:
        """Type ``text`` as it is, and record it, so that it can be undone like an utterance."""
        return self._enqueue(lambda: self._type(text))

    def undo(self, force: bool = False) -> Deferred[CommandResult]:
        """Undo the last step in the window that has the focus.

        ``force``: as if nothing else had happened in the window since its text was sealed last.
        """
        return self._enqueue_command(Command("undo"), force)

    def redo(self, force: bool = False) -> Deferred[CommandResult]:
        """Redo the step that was undone last in the window that has the focus. ``force``: see ``undo``."""
        return self._enqueue_command(Command("redo"), force)

    def alternatives(self, force: bool = False) -> Deferred[CommandResult]:
        """List what else may have been said for the last words in the window that has the focus.

        ``force``: see ``undo``.
        """
        return self._enqueue_command(Command("alternatives"), force)

    def choose(self, number: int, force: bool = False) -> Deferred[CommandResult]:
        """Replace the last words by the alternative of this number. ``force``: see ``undo``."""
        return self._enqueue_command(Command("choose", slot_values=((number,),)), force)

    def repeat(self) -> Deferred[CommandResult]:
        """Type the words of the last utterance again."""
        return self._enqueue(lambda: self._in_focused_window(self.interpreter.repeat))

    def type_undelivered(self, reason: StopReason | None = None) -> Deferred[CommandResult]:
        """Type undelivered words where the caret is now; only those kept for ``reason``, if one is given."""
        return self._enqueue(
            lambda: self._in_focused_window(lambda live_text: self.interpreter.undelivered.type(live_text, reason))
        )

    def undo_history(self, window: int) -> UndoHistory:
        """Return what repeated undoing and redoing would reach in ``window``."""
        if self._editor.windows.has_pending_input:
            return UndoHistory((), ())  # which of them may still be undone is known when the next words come
        return self._ledger.undo_history(window)

    def cancel(self) -> None:
        """Stop typing within one key, and discard what was heard or requested until now.

        What has been typed of the current utterance remains, and is recorded.
        """
        self._hypotheses.clear()
        self.interpreter.cancel()
        if self._current is not None:
            self._cancelled_utterance = self._current.number
        requests, self._requests = self._requests, deque()
        self._editor.caret.stop(StopReason.CANCELLED)
        self._start_work()
        for request in requests:
            request.answer.callback(CommandResult(stopped=StopReason.CANCELLED, done=False))

    def abandon(self) -> None:
        """Give up the current utterance: its recognizer is gone, and no final will come.

        What has been typed of it remains, and is recorded. Requests need not wait for its end any more.
        """
        if self._current is not None:
            self._cancelled_utterance = self._current.number
            self._start_work()

    def close(self) -> None:
        """Execute nothing that waits, and nothing that comes from now on."""
        self._is_closed = True
        self._hypotheses.clear()
        requests, self._requests = self._requests, deque()
        for request in requests:
            request.answer.callback(CommandResult(stopped=StopReason.DISABLED, done=False))

    # The user and the windows

    def user_input(self, user_input: UserInput) -> None:
        """Record that the user pressed a key or a button: no text in any window may be erased any more."""
        self._editor.windows.user_input(user_input)

    def forget_window(self, window: int) -> None:
        """Forget a window that has ended, as soon as no work is in progress that may still follow it."""
        self._closed_windows.append(window)
        if not self._is_busy:
            self._forget_closed_windows()

    def _forget_closed_windows(self) -> None:
        closed, self._closed_windows = self._closed_windows, []
        for window in closed:
            self._editor.windows.forget(window)

    def forget_windows(self) -> None:
        """Forget all windows: the display is gone, and nothing typed on it can be erased any more."""
        if self._current is not None:
            self._current.live_text.has_failed = True
            self._current.live_text.stopped = StopReason.CONNECTION_LOST
        self._closed_windows.clear()
        result = self.interpreter.forget_windows()
        self._editor.windows.forget()
        self._report(result)

    # Work

    def _enqueue_command(self, command: Command, force: bool) -> Deferred[CommandResult]:
        return self._enqueue(
            lambda: self._in_focused_window(
                lambda live_text: self.interpreter.execute_command(live_text, command, force)
            )
        )

    def _enqueue(
        self, work: Callable[[], Deferred[tuple[CommandResult, LiveText | None]]], transcript: str = ""
    ) -> Deferred[CommandResult]:
        if self._is_closed:
            return succeed(CommandResult(stopped=StopReason.DISABLED, done=False))
        if self.failure is not None:
            return fail(self.failure)
        answer: Deferred[CommandResult] = Deferred()
        self._requests.append(_Request(work, answer, transcript))
        self._start_work()
        return answer

    def _start_work(self) -> None:
        if not self._is_busy:
            self._is_busy = True
            self._pool.add(self._work().addErrback(self._work_failed))

    @inlineCallbacks
    def _work(self) -> Generator[Deferred[Any], Any, None]:
        while self.failure is None:
            self._forget_closed_windows()
            self._finish_cancelled()
            # Not into the middle of what is typed of an utterance: a request waits for its end.
            if self._requests and (self._current is None or not self._current.live_text.text):
                yield self._execute(self._requests.popleft())
            elif self._hypotheses:
                hypothesis = self._hypotheses.popleft()
                if hypothesis.utterance != self._cancelled_utterance:
                    yield self._process(hypothesis)
            else:
                break
        self._is_busy = False
        self._forget_closed_windows()

    @inlineCallbacks
    def _execute(self, request: _Request) -> Generator[Deferred[Any], Any, None]:
        """Execute one request. Errback: what stops the work permanently; the request has received it then."""
        attempts = self._editor.caret.attempt_count
        try:
            result, live_text = yield request.work()
            self._report(result)
            self._report_to_history(request, result, live_text)
            self._failures_in_a_row = 0
        except Exception as error:
            try:
                result = CommandResult(refusal=_defect_refusal(self._handle_defect(error, attempts)), done=False)
            except Exception as reason:
                request.answer.errback(reason)
                raise
        request.answer.callback(result)

    @inlineCallbacks
    def _process(self, hypothesis: Hypothesis) -> Generator[Deferred[Any], Any, None]:
        """Execute one hypothesis. Errback: what stops the work permanently."""
        attempts = self._editor.caret.attempt_count
        try:
            if isinstance(hypothesis, Partial):
                yield self._process_partial(hypothesis)
            else:
                yield self._process_final(hypothesis)
                self._current = None
                self._failures_in_a_row = 0
        except Exception as error:
            defect = self._handle_defect(error, attempts)
            self._cancelled_utterance = hypothesis.utterance
            self._report(refused(_defect_refusal(defect)))

    def _handle_defect(self, error: Exception, attempts: int) -> InternalError:
        """Give up the current work because of a defect, and report it; the next utterance is executed as usual.

        ``attempts``: the number of typing attempts before that work. Raises ``error`` itself if
        the X server or the receiver of events is gone, and the defect after too many defects in a row.
        """
        if isinstance(error, (WinDictatorError, OSError)):
            raise error
        defect = InternalError(error)
        self._failures_in_a_row += 1
        if self.on_defect is not None:
            self.on_defect(defect)
        if self._failures_in_a_row > MAX_FAILURES_IN_A_ROW:
            raise defect from error
        live_text, self._current = self.live_text, None
        if self._editor.caret.attempt_count != attempts or (live_text is not None and live_text.text):
            self._editor.give_up(live_text, SealReason.INTERNAL_ERROR)
        self.interpreter.cancel()
        return defect

    def _finish_cancelled(self) -> None:
        """Record what remains of an utterance that was cancelled."""
        if self._current is None or self._current.number != self._cancelled_utterance:
            return
        live_text, self._current = self._current.live_text, None
        if live_text.text:
            exact = not live_text.has_failed or live_text.stopped is StopReason.CANCELLED
            after = live_text.context_before.followed_by(live_text.text) if exact else None
            self._editor.record(live_text, live_text.text, after)

    def _report(self, result: CommandResult) -> None:
        """Report what happened to the receiver of events."""
        self.key_event_count += result.key_event_count
        for event in result.events:
            if isinstance(event, events.Refused):
                self.refusal_count += 1
            elif isinstance(event, events.Typed) and not event.result.complete:
                self.stopped = event.result
            self._on_event(event)

    def _report_to_history(self, request: _Request, result: CommandResult, live_text: LiveText | None) -> None:
        is_private = live_text is not None and live_text.is_private
        # What was requested without words is of interest if it changed something.
        is_notable = request.transcript or result.text or result.erased or result.steps
        if self.on_result is not None and not is_private and is_notable:
            self.on_result(request.transcript, result)

    def _work_failed(self, failure: Failure) -> None:
        """Stop permanently, after too many defects or without a receiver of events, and answer all requests."""
        self.failure = failure.value
        self._is_busy = False
        self._hypotheses.clear()
        requests, self._requests = self._requests, deque()
        for request in requests:
            request.answer.errback(failure)
        if self.on_work_failed is not None and failure.value is not None:
            self.on_work_failed(failure.value)

    # One hypothesis

    @inlineCallbacks
    def _process_partial(self, partial: Partial) -> Generator[Deferred[Any], Any, None]:
        if self.interpreter.mode is Mode.ASLEEP:
            return
        utterance: _Utterance = yield self._utterance_of_number(partial.utterance)
        live_text = utterance.live_text
        if live_text.is_private:
            return
        self._on_event(events.Partial(partial.text))
        if self._live_mode(live_text) == "off" or not self.interpreter.shows_partials:
            return
        if utterance.stability is None:
            is_eager = self._live_mode(live_text) == "eager"
            utterance.stability = NoStabilisation() if is_eager else LocalAgreement(self._options.stable_after)
        words = utterance.stability.update(partial.text).split()
        if live_text.has_failed or not live_text.window:
            return
        wanted = self.interpreter.preview(words, live_text)
        if wanted is not None and not self._editor.would_erase_user_input(live_text, wanted):
            self._report((yield self._editor.update(live_text, wanted)))

    @inlineCallbacks
    def _process_final(self, final: Final) -> Generator[Deferred[Any], Any, None]:
        utterance: _Utterance = yield self._utterance_of_number(final.utterance)
        live_text = utterance.live_text
        if not final.words:
            self._report((yield self.interpreter.erase_partial(live_text, "")))
            return
        if not self.interpreter.accepts(final.words):
            return
        self.utterance_count += 1
        transcript = final.text
        limit = self._options.low_confidence
        low_confidence = tuple(n for n, word in enumerate(final.words) if word.confidence < limit)
        if not live_text.is_private:
            mean = sum(word.confidence for word in final.words) / len(final.words)
            self._on_event(events.Final(transcript, mean, low_confidence))
        shown = live_text.text
        result: CommandResult = yield self.interpreter.execute_utterance(
            live_text, final.words, transcript, final.utterance
        )
        self._report(result)
        # What was said to a password manager is not recorded.
        if self.on_result is not None and not live_text.is_private:
            if shown:
                unit = self._editor.windows.backspace_unit_in(live_text.window)
                result = result.after_partials(live_text.window, shown, unit)
            self.on_result(transcript, replace(result, low_confidence=low_confidence))
        if self.on_utterance is not None:
            self.on_utterance()

    @inlineCallbacks
    def _utterance_of_number(self, number: int) -> Generator[Deferred[Any], Any, _Utterance]:
        """Fire with the current utterance; a new one belongs to the window that has the focus when it begins."""
        current = self._current
        if current is None or current.number != number:
            live_text: LiveText = yield self._start_utterance()
            current = self._current = _Utterance(number, live_text)
        return current

    @inlineCallbacks
    def _start_utterance(self) -> Generator[Deferred[Any], Any, LiveText]:
        """Fire with a new text in the focused window; report it if that is unknown."""
        live_text: LiveText = yield self._editor.start_utterance()
        if live_text.unknown_window:
            self._report(refused(live_text.unknown_window))
        return live_text

    def _live_mode(self, live_text: LiveText) -> str:
        if live_text.profile.erase == "refuse":
            return "off"  # the text of an utterance changes while it is spoken
        return live_text.profile.live_typing or self._options.live_typing

    # One request

    @inlineCallbacks
    def _in_focused_window(
        self, action: Callable[[LiveText], Deferred[CommandResult]]
    ) -> Generator[Deferred[Any], Any, tuple[CommandResult, LiveText | None]]:
        live_text: LiveText = yield self._start_utterance()
        return (yield action(live_text)), live_text

    @inlineCallbacks
    def _say(
        self, words: tuple[RecognizedWord, ...], transcript: str, force: bool
    ) -> Generator[Deferred[Any], Any, tuple[CommandResult, LiveText | None]]:
        if not words:
            return NOTHING_DONE, None
        if not self.interpreter.accepts(words):
            return refused(self._asleep()), None
        self.utterance_count += 1
        live_text: LiveText = yield self._start_utterance()
        if not live_text.is_private:
            self._on_event(events.Final(transcript, 1.0))
        result = yield self.interpreter.execute_utterance(live_text, words, transcript, force=force)
        return result, live_text

    def _asleep(self) -> Refusal:
        wake = self.interpreter.example("wake")
        return Refusal(RefusalCode.ASLEEP, "Asleep: nothing was typed.", f"Say {wake} first.")

    @inlineCallbacks
    def _type(self, text: str) -> Generator[Deferred[Any], Any, tuple[CommandResult, LiveText | None]]:
        live_text: LiveText = yield self._start_utterance()
        result: CommandResult = yield self._editor.update(live_text, text, bypass_profile=True)
        after = live_text.context_before.followed_by(text) if result.done else None
        result += self._editor.record(live_text, "", after)
        if "\n" in live_text.text and not live_text.profile.return_is_plain:
            self._ledger.seal(live_text.window, reason=SealReason.RETURN_PRESSED, permanent=True)
        return result, live_text


def _defect_refusal(defect: InternalError) -> Refusal:
    return Refusal(RefusalCode.INTERNAL_ERROR, f"Not executed: {defect}.", "Look at the text, then say it again.")
