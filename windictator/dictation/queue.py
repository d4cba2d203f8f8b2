"""From hypotheses to edits in a window: the middle of the program.

Hypotheses and requests are carried out one at a time, in the order of their coming. ``interpreter`` knows what is to be
done with the words of one, ``writing`` brings a text onto the screen.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from typing import Any

from twisted.internet.defer import Deferred, inlineCallbacks, succeed
from twisted.python.failure import Failure

from windictator.deferreds import DeferredPool
from windictator.dictation.caret import CommandResult, TypingPort
from windictator.dictation.events import DictationListener
from windictator.dictation.interfaces import ActionServices, SelectedText
from windictator.dictation.interpreter import Interpreter, Mode
from windictator.dictation.screen import ProfileOf, no_profiles
from windictator.dictation.writing import Editor, LiveText
from windictator.errors import InternalError, WinDictatorError
from windictator.text.context_adjust import Context
from windictator.text.edit import BackspaceUnit
from windictator.text.grammar import Command
from windictator.text.ledger import Ledger, UndoHistory
from windictator.text.stability import LocalAgreement, NoStabilisation
from windictator.text.utterance import Final, Hypothesis, Partial, RecognizedWord
from windictator.text.vocabulary import Vocabulary
from windictator.typist.interfaces import UserInput
from windictator.typist.result import StopReason, TypingResult

#: Hypotheses that may wait before whoever brings them has to wait too.
MAX_QUEUED = 100
#: Utterances and requests that may fail one after the other through defects before the work stops: the state that they
#: have in common is broken then, and only a new process helps.
MAX_FAILURES_IN_A_ROW = 5


@dataclass(slots=True)
class _Utterance:
    """The utterance that is being spoken."""

    number: int
    live_text: LiveText
    stability: LocalAgreement | NoStabilisation


@dataclass(frozen=True, slots=True)
class _Request:
    """Something to do between utterances. ``work`` fires with where it was done, None where nowhere; ``result`` with
    what came of it."""

    work: Callable[[], Deferred[LiveText | None]]
    result: Deferred[CommandResult]
    transcript: str = ""


class Dictation:
    """Takes hypotheses and requests in the order of their coming and carries them out one at a time.

    ``typist``: types. ``focused``: fires with the window that has the focus, 0 for none. ``live``: what of a partial
    is typed: "off", "stable" (what ``agreement`` partials agree on) or "eager". ``removal``: what one BackSpace
    removes. ``pool``: holds the work under way; nothing else is in it. ``hold``: whether words that cannot be typed
    where they were meant to go are kept for ``type_undelivered``. ``profile_of``: gives the profile of a window.
    ``outside``:
    what commands of the user's own can reach beside the window; None: nothing. ``doubtful``: words heard with less
    confidence than this, 0..1, are told and remembered as doubtful. ``types_unmatched``: whether a command that names
    words which were not typed in the window is taken for a sentence; else it is refused. ``selected``: reads what is to
    be erased; None: it is never read.
    """

    def __init__(
        self,
        typist: TypingPort,
        focused: Callable[[], Deferred[int]],
        vocabulary: Vocabulary,
        ledger: Ledger,
        listener: DictationListener,
        pool: DeferredPool,
        *,
        live: str = "off",
        agreement: int = 2,
        backspace_unit: BackspaceUnit = BackspaceUnit.GRAPHEME,
        keep_undelivered: bool = False,
        profile_of: ProfileOf = no_profiles,
        services: ActionServices | None = None,
        low_confidence: float = 0.0,
        type_unmatched: bool = False,
        selected_text: SelectedText | None = None,
    ) -> None:
        self._editor = Editor(typist, focused, ledger, listener, backspace_unit, profile_of, selected_text)
        self.interpreter = Interpreter(self._editor, listener, vocabulary, services=services)
        self._listener = listener
        self._pool = pool
        self.configure(
            vocabulary,
            live=live,
            agreement=agreement,
            backspace_unit=backspace_unit,
            keep_undelivered=keep_undelivered,
            low_confidence=low_confidence,
            type_unmatched=type_unmatched,
        )
        self._hypotheses: deque[Hypothesis] = deque()
        self._requests: deque[_Request] = deque()
        self._is_busy = False
        self._closed_windows: list[int] = []
        self._is_closed = False
        self._current: _Utterance | None = None
        self._cancelled_utterance: int | None = None  # the number of an utterance of which nothing more is wanted
        self.utterance_count = 0
        self.failure: BaseException | None = None
        self._failures_in_a_row = 0
        self.on_utterance: Callable[[], None] | None = None
        self.on_result: Callable[[str, CommandResult], None] | None = None
        self.on_defect: Callable[[InternalError], None] | None = None
        """Called with the kind and place of an error that made an utterance or a request fail."""
        self.on_work_failed: Callable[[BaseException], None] | None = None
        """Called with the reason when the work has stopped for good."""

    def configure(
        self,
        vocabulary: Vocabulary,
        *,
        live: str,
        agreement: int,
        backspace_unit: BackspaceUnit,
        keep_undelivered: bool,
        low_confidence: float = 0.0,
        type_unmatched: bool = False,
        unknown: Context | None = None,
    ) -> None:
        """Take other settings, from the next utterance on. ``unknown``: the context of windows of which nothing is
        known; None: as before."""
        self.interpreter.configure(vocabulary, keep_undelivered, type_unmatched)
        self._live = live
        self._agreement = agreement
        self._low_confidence = low_confidence
        self._editor.screen.backspace_unit = backspace_unit
        if unknown is not None:
            self._editor.screen.ledger.set_default_context(unknown)

    @property
    def text(self) -> str:
        """What stands in the window used last, as far as it was typed here and is remembered."""
        return "".join(entry.typed for entry in self._editor.screen.ledger.entries(self._editor.screen.window))

    @property
    def key_event_count(self) -> int:
        """Key events confirmed so far."""
        return self._editor.key_event_count

    @property
    def refusal_count(self) -> int:
        """How often something was not carried out."""
        return self._editor.refusal_count

    @property
    def stopped(self) -> TypingResult | None:
        """The last typing that ended early."""
        return self._editor.stopped

    @property
    def utterance_in_progress(self) -> bool:
        """Whether an utterance is being spoken of which something has been heard."""
        return self._current is not None

    # Coming in

    def accept_hypothesis(self, hypothesis: Hypothesis) -> None:
        """Take the next hypothesis. A partial that has not been dealt with yet gives way to a newer one."""
        if self._is_closed:
            return
        if isinstance(hypothesis, Partial) and self._hypotheses and isinstance(self._hypotheses[-1], Partial):
            self._hypotheses.pop()
        if isinstance(hypothesis, Final) and self.interpreter.is_cancel(hypothesis.words):
            self.cancel()
            if hypothesis.utterance == self._cancelled_utterance:
                self._cancelled_utterance = None  # all are dropped but the one that says so
        self._hypotheses.append(hypothesis)
        self._start_work()

    def say(self, text: str, force: bool = False) -> Deferred[CommandResult]:
        """Treat ``text`` as an utterance that has been recognised, commands included; ``force``: see ``undo``."""
        words = tuple(RecognizedWord(word) for word in text.split())
        if self.interpreter.is_cancel(words):
            self.cancel()
        return self._enqueue(lambda: self._say(words, text, force), transcript=" ".join(text.split()))

    def type(self, text: str) -> Deferred[CommandResult]:
        """Type ``text`` as it is, and remember it: it can be taken back like an utterance."""
        return self._enqueue(lambda: self._type(text))

    def undo(self, force: bool = False) -> Deferred[CommandResult]:
        """Take back what was done last in the window that has the focus: erase an utterance, reverse a correction.

        ``force``: as if nothing else had happened in the window since it was sealed last.
        """
        return self._enqueue(
            lambda: self._in_focused_window(lambda passage: self._execute_command(passage, "undo", force))
        )

    def redo(self, force: bool = False) -> Deferred[CommandResult]:
        """Do again what was taken back last in the window that has the focus."""
        return self._enqueue(
            lambda: self._in_focused_window(lambda passage: self._execute_command(passage, "redo", force))
        )

    def undo_history(self, window: int) -> UndoHistory:
        """What undoing and redoing again and again would reach in ``window``."""
        return self._editor.screen.ledger.undo_history(window)

    def repeat(self) -> Deferred[CommandResult]:
        """Write the last utterance's words once more."""
        return self._enqueue(lambda: self._in_focused_window(self.interpreter.repeat))

    def type_undelivered(self, reason: StopReason | None = None) -> Deferred[CommandResult]:
        """Type what is held where the caret is now; only what was held for ``reason``, unless None."""
        return self._enqueue(
            lambda: self._in_focused_window(lambda passage: self.interpreter.type_undelivered(passage, reason))
        )

    def alternatives(self, force: bool = False) -> Deferred[CommandResult]:
        """List what else may have been said for the last words in the window that has the focus, for ``choose``.
        ``force``: see ``undo``."""
        return self._enqueue(
            lambda: self._in_focused_window(lambda passage: self._execute_command(passage, "alternatives", force))
        )

    def choose(self, number: int, force: bool = False) -> Deferred[CommandResult]:
        """Put the ``number``-th of the list in their place. ``force``: see ``undo``."""
        command = Command("choose", slot_values=((number,),))
        return self._enqueue(
            lambda: self._in_focused_window(lambda passage: self.interpreter.execute_command(passage, command, force))
        )

    def cancel(self) -> None:
        """Stop typing within one key, and do nothing more of what was heard or asked until now.

        What has been typed of the utterance under way stays, and is remembered.
        """
        self._hypotheses.clear()
        self.interpreter.cancel()
        if self._current is not None:
            self._cancelled_utterance = self._current.number
        requests, self._requests = self._requests, deque()
        self._editor.screen.stop(StopReason.CANCELLED)
        self._start_work()
        for request in requests:
            request.result.callback(CommandResult(stopped=StopReason.CANCELLED))

    def close(self) -> None:
        """Take no more: neither what waits nor what is heard from now on is carried out."""
        self._is_closed = True
        self._hypotheses.clear()
        requests, self._requests = self._requests, deque()
        for request in requests:
            request.result.callback(CommandResult(stopped=StopReason.DISABLED))

    def when_idle(self) -> Deferred[None]:
        """Fires when everything heard so far has been carried out. Errback: whatever broke the work."""
        return self._pool.defer_until_empty().addCallback(self._raise_failure)

    def _raise_failure(self, _none: None) -> None:
        if self.failure is not None:
            raise self.failure

    def when_not_full(self) -> Deferred[None]:
        """Fires when so little waits that more may come: at once, or when all of it has been carried out."""
        if len(self._hypotheses) < MAX_QUEUED:
            return succeed(None)
        return self.when_idle().addErrback(lambda _failure: None)

    def user_input(self, user_input: UserInput) -> None:
        """Somebody else pressed a key or clicked: what stands in the windows may no longer be erased."""
        self._editor.screen.user_input(user_input)

    def forget_window(self, window: int) -> None:
        """Forget a window that is gone, once nothing is under way that may still follow what was done there."""
        self._closed_windows.append(window)
        if not self._is_busy:
            self._forget_closed_windows()

    def _forget_closed_windows(self) -> None:
        gone, self._closed_windows = self._closed_windows, []
        for window in gone:
            self._editor.screen.forget_window(window)

    def forget_windows(self) -> None:
        """The display has gone: nothing typed on it can be erased any more."""
        if self._current is not None:
            self._current.live_text.has_failed = True
            self._current.live_text.stopped = StopReason.CONNECTION_LOST
        self._closed_windows.clear()
        self.interpreter.forget_windows()
        self._editor.screen.forget_windows()

    def _enqueue(self, work: Callable[[], Deferred[LiveText | None]], transcript: str = "") -> Deferred[CommandResult]:
        result: Deferred[CommandResult] = Deferred()
        if self._is_closed:
            result.callback(CommandResult(stopped=StopReason.DISABLED))
            return result
        self._requests.append(_Request(work, result, transcript))
        self._start_work()
        return result

    def _start_work(self) -> None:
        if not self._is_busy:
            self._is_busy = True
            self._pool.add(self._work().addErrback(self._work_failed))

    @inlineCallbacks
    def _work(self) -> Generator[Deferred[Any], Any, None]:
        while self.failure is None:
            self._forget_closed_windows()
            self._finish_cancelled()
            # Not into the middle of what is shown of an utterance: a request waits for its end.
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
        """Carry out one request. Errback: what stops the work for good; the request has got it then."""
        attempts = self._editor.attempt_count
        try:
            passage = yield request.work()
            outcome = self._finish_request(request, passage)
            self._failures_in_a_row = 0
        except Exception as error:
            try:
                outcome = CommandResult(refusal=str(self._handle_defect(error, attempts)))
            except Exception as reason:
                request.result.errback(reason)
                raise
        request.result.callback(outcome)

    @inlineCallbacks
    def _process(self, hypothesis: Hypothesis) -> Generator[Deferred[Any], Any, None]:
        """Carry out one hypothesis. Errback: what stops the work for good."""
        attempts = self._editor.attempt_count
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
            self._editor.refuse(f"this utterance was not carried out: {defect}")

    def _handle_defect(self, error: Exception, attempts: int) -> InternalError:
        """Give up the work under way because of a defect, and say so; the next utterance is taken as usual.

        ``attempts``: the writer's, before that work. Raises ``error`` itself if it is no defect (the X server or the
        listener is gone), and the defect if it is one too many in a row.
        """
        if isinstance(error, (WinDictatorError, OSError)):
            raise error
        defect = InternalError(error)
        self._failures_in_a_row += 1
        if self.on_defect is not None:
            self.on_defect(defect)
        if self._failures_in_a_row > MAX_FAILURES_IN_A_ROW:
            raise defect from error
        passage = self._current.live_text if self._current is not None else None
        self._current = None
        if self._editor.attempt_count != attempts or (passage is not None and passage.text):
            self._editor.give_up(passage, "an internal error interrupted typing there")
        self._editor.take_result()
        self.interpreter.cancel()
        return defect

    def _finish_cancelled(self) -> None:
        """What stands of an utterance that was cancelled stays, and is remembered."""
        if self._current is None or self._current.number != self._cancelled_utterance:
            return
        passage, self._current = self._current.live_text, None
        if passage.text:
            exact = not passage.has_failed or passage.stopped is StopReason.CANCELLED
            self._editor.record(
                passage, passage.text, passage.context_before.followed_by(passage.text) if exact else None
            )

    def _finish_request(self, request: _Request, live_text: LiveText | None) -> CommandResult:
        outcome = self._editor.take_result()
        private = live_text is not None and not live_text.profile.enabled
        # What was asked for without words is of interest if something came of it; who asked knows of the rest.
        tells = request.transcript or outcome.text or outcome.erased or outcome.turns
        if self.on_result is not None and not private and tells:
            self.on_result(request.transcript, outcome)
        return outcome

    def _work_failed(self, failure: Failure) -> None:
        """Stop for good, because of too many defects or a listener that is gone, and tell whoever waits."""
        self.failure = failure.value
        self._is_busy = False
        self._hypotheses.clear()
        requests, self._requests = self._requests, deque()
        for request in requests:
            request.result.errback(failure)
        if self.on_work_failed is not None and failure.value is not None:
            self.on_work_failed(failure.value)

    # One hypothesis

    @inlineCallbacks
    def _process_partial(self, partial: Partial) -> Generator[Deferred[Any], Any, None]:
        if self.interpreter.mode is Mode.ASLEEP:
            return
        utterance: _Utterance = yield self._utterance_of_number(partial.utterance)
        passage = utterance.live_text
        if not passage.profile.enabled:
            return
        self._listener.partial(partial.text)
        if self._live_mode(passage) == "off" or not self.interpreter.shows_partials:
            return
        words = utterance.stability.update(partial.text).split()
        if passage.has_failed or not passage.window:
            return
        wanted = self.interpreter.preview(words, passage)
        if wanted is not None and not self._editor.would_erase_user_input(passage, wanted):
            yield self._editor.update(passage, wanted)

    @inlineCallbacks
    def _process_final(self, final: Final) -> Generator[Deferred[Any], Any, None]:
        utterance: _Utterance = yield self._utterance_of_number(final.utterance)
        passage = utterance.live_text
        if not final.words:
            yield self.interpreter.erase_partial(passage, "")
            return
        if not self.interpreter.accepts(final.words):
            return
        self.utterance_count += 1
        doubtful = tuple(n for n, word in enumerate(final.words) if word.confidence < self._low_confidence)
        if passage.profile.enabled:
            mean = sum(word.confidence for word in final.words) / len(final.words)
            self._listener.final(final.text, mean, doubtful)
        shown, _ = passage.text, self._editor.take_result()
        yield self.interpreter.execute_utterance(passage, final.words, final.text, final.utterance)
        outcome = self._editor.take_result(passage.window, shown)
        # What was said to a manager of passwords is nobody's business.
        if self.on_result is not None and passage.profile.enabled:
            self.on_result(final.text, replace(outcome, low_confidence=doubtful))
        if self.on_utterance is not None:
            self.on_utterance()

    @inlineCallbacks
    def _utterance_of_number(self, number: int) -> Generator[Deferred[Any], Any, _Utterance]:
        """The current utterance; a new one belongs to the window that has the focus when it begins."""
        current = self._current
        if current is None or current.number != number:
            passage: LiveText = yield self._editor.start_utterance()
            stability = NoStabilisation() if self._live_mode(passage) == "eager" else LocalAgreement(self._agreement)
            current = self._current = _Utterance(number, passage, stability)
        return current

    def _live_mode(self, live_text: LiveText) -> str:
        if live_text.profile.erase == "refuse":
            return "off"  # what is shown of an utterance changes while it is spoken
        return live_text.profile.live_typing or self._live

    # Requests

    @inlineCallbacks
    def _in_focused_window(
        self, action: Callable[[LiveText], Deferred[bool]]
    ) -> Generator[Deferred[Any], Any, LiveText | None]:
        passage: LiveText = yield self._editor.start_utterance()
        yield action(passage)
        return passage

    def _execute_command(self, live_text: LiveText, command: str, force: bool) -> Deferred[bool]:
        return self.interpreter.execute_command(live_text, Command(command), force)

    @inlineCallbacks
    def _say(
        self, words: tuple[RecognizedWord, ...], transcript: str, force: bool
    ) -> Generator[Deferred[Any], Any, LiveText | None]:
        if not words or not self.interpreter.accepts(words):
            if words:
                self._editor.refuse(f"asleep: nothing but {self.interpreter.example('wake')} is heard")
            return None
        self.utterance_count += 1
        passage: LiveText = yield self._editor.start_utterance()
        if passage.profile.enabled:
            self._listener.final(transcript, 1.0, ())
        yield self.interpreter.execute_utterance(passage, words, transcript, force=force)
        return passage

    @inlineCallbacks
    def _type(self, text: str) -> Generator[Deferred[Any], Any, LiveText | None]:
        passage: LiveText = yield self._editor.start_utterance()
        complete = yield self._editor.update(passage, text, bypass_profile=True)
        self._editor.record(passage, "", passage.context_before.followed_by(text) if complete else None)
        if "\n" in passage.text and not passage.profile.return_is_plain:
            self._editor.screen.ledger.seal(passage.window, reason="Return was pressed there", permanent=True)
        return passage
