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

from windictator.caret import Outcome, TextTypist
from windictator.deferred_pool import DeferredPool
from windictator.errors import InternalError, WinDictatorError
from windictator.interpreter import Interpreter, Mode
from windictator.ports import ForeignInput, Listener, Outside, SelectedText, Stop, Typed
from windictator.screen import ProfileOf, no_profiles
from windictator.text.context_adjust import Context
from windictator.text.edit import Removal
from windictator.text.grammar import Command
from windictator.text.history import Ledger, Reach
from windictator.text.stability import Eager, LocalAgreement
from windictator.text.utterance import Final, Hypothesis, Partial, RecognizedWord
from windictator.text.vocabulary import Vocabulary
from windictator.writing import Passage, Writer

#: Hypotheses that may wait before whoever brings them has to wait too.
_MUCH = 100
#: Utterances and requests that may fail one after the other through defects before the work stops: the state that they
#: have in common is broken then, and only a new process helps.
MAX_FAILURES_IN_A_ROW = 5


@dataclass(slots=True)
class _Utterance:
    """The utterance that is being spoken."""

    number: int
    passage: Passage
    stability: LocalAgreement | Eager


@dataclass(frozen=True, slots=True)
class _Request:
    """Something to do between utterances. ``work`` fires with where it was done, None where nowhere; ``result`` with
    what came of it."""

    work: Callable[[], Deferred[Passage | None]]
    result: Deferred[Outcome]
    heard: str = ""


class Dictation:
    """Takes hypotheses and requests in the order of their coming and carries them out one at a time.

    ``typist``: types. ``focused``: fires with the window that has the focus, 0 for none. ``live``: what of a partial
    is typed: "off", "stable" (what ``agreement`` partials agree on) or "eager". ``removal``: what one BackSpace
    removes. ``pool``: holds the work under way; nothing else is in it. ``hold``: whether words that cannot be typed
    where they were meant to go are kept for ``type_held``. ``profile_of``: gives the profile of a window. ``outside``:
    what commands of the user's own can reach beside the window; None: nothing. ``doubtful``: words heard with less
    confidence than this, 0..1, are told and remembered as doubtful. ``types_unmatched``: whether a command that names
    words which were not typed in the window is taken for a sentence; else it is refused. ``selected``: reads what is to
    be erased; None: it is never read.
    """

    def __init__(
        self,
        typist: TextTypist,
        focused: Callable[[], Deferred[int]],
        vocabulary: Vocabulary,
        ledger: Ledger,
        listener: Listener,
        pool: DeferredPool,
        *,
        live: str = "off",
        agreement: int = 2,
        removal: Removal = Removal.GRAPHEME,
        hold: bool = False,
        profile_of: ProfileOf = no_profiles,
        outside: Outside | None = None,
        doubtful: float = 0.0,
        types_unmatched: bool = False,
        selected: SelectedText | None = None,
    ) -> None:
        self._writer = Writer(typist, focused, ledger, listener, removal, profile_of, selected)
        self.interpreter = Interpreter(self._writer, listener, vocabulary, outside=outside)
        self._listener = listener
        self._pool = pool
        self.configure(
            vocabulary,
            live=live,
            agreement=agreement,
            removal=removal,
            hold=hold,
            doubtful=doubtful,
            types_unmatched=types_unmatched,
        )
        self._waiting: deque[Hypothesis] = deque()
        self._requests: deque[_Request] = deque()
        self._busy = False
        self._gone: list[int] = []
        self._ended = False
        self._current: _Utterance | None = None
        self._dropped: int | None = None  # the number of an utterance of which nothing more is wanted
        self.utterances = 0
        self.failure: BaseException | None = None
        self._failures_in_a_row = 0
        self.on_utterance: Callable[[], None] | None = None
        self.on_outcome: Callable[[str, Outcome], None] | None = None
        self.on_defect: Callable[[InternalError], None] | None = None
        """Called with the kind and place of an error that made an utterance or a request fail."""
        self.on_broken: Callable[[BaseException], None] | None = None
        """Called with the reason when the work has stopped for good."""

    def configure(
        self,
        vocabulary: Vocabulary,
        *,
        live: str,
        agreement: int,
        removal: Removal,
        hold: bool,
        doubtful: float = 0.0,
        types_unmatched: bool = False,
        unknown: Context | None = None,
    ) -> None:
        """Take other settings, from the next utterance on. ``unknown``: the context of windows of which nothing is
        known; None: as before."""
        self.interpreter.configure(vocabulary, hold, types_unmatched)
        self._live = live
        self._agreement = agreement
        self._doubtful = doubtful
        self._writer.screen.removal = removal
        if unknown is not None:
            self._writer.screen.ledger.assume(unknown)

    @property
    def text(self) -> str:
        """What stands in the window used last, as far as it was typed here and is remembered."""
        return "".join(entry.typed for entry in self._writer.screen.ledger.entries(self._writer.screen.window))

    @property
    def keys(self) -> int:
        """Key events confirmed so far."""
        return self._writer.keys

    @property
    def refusals(self) -> int:
        """How often something was not carried out."""
        return self._writer.refusals

    @property
    def stopped(self) -> Typed | None:
        """The last typing that ended early."""
        return self._writer.stopped

    @property
    def under_way(self) -> bool:
        """Whether an utterance is being spoken of which something has been heard."""
        return self._current is not None

    # Coming in

    def hear(self, hypothesis: Hypothesis) -> None:
        """Take the next hypothesis. A partial that has not been dealt with yet gives way to a newer one."""
        if self._ended:
            return
        if isinstance(hypothesis, Partial) and self._waiting and isinstance(self._waiting[-1], Partial):
            self._waiting.pop()
        if isinstance(hypothesis, Final) and self.interpreter.cancels(hypothesis.words):
            self.cancel()
            if hypothesis.utterance == self._dropped:
                self._dropped = None  # all are dropped but the one that says so
        self._waiting.append(hypothesis)
        self._begin()

    def say(self, text: str, force: bool = False) -> Deferred[Outcome]:
        """Treat ``text`` as an utterance that has been recognised, commands included; ``force``: see ``undo``."""
        words = tuple(RecognizedWord(word) for word in text.split())
        if self.interpreter.cancels(words):
            self.cancel()
        return self._ask(lambda: self._said(words, text, force), heard=" ".join(text.split()))

    def type(self, text: str) -> Deferred[Outcome]:
        """Type ``text`` as it is, and remember it: it can be taken back like an utterance."""
        return self._ask(lambda: self._type(text))

    def undo(self, force: bool = False) -> Deferred[Outcome]:
        """Take back what was done last in the window that has the focus: erase an utterance, reverse a correction.

        ``force``: as if nothing else had happened in the window since it was sealed last.
        """
        return self._ask(lambda: self._in_focus(lambda passage: self._obey(passage, "undo", force)))

    def redo(self, force: bool = False) -> Deferred[Outcome]:
        """Do again what was taken back last in the window that has the focus."""
        return self._ask(lambda: self._in_focus(lambda passage: self._obey(passage, "redo", force)))

    def reach(self, window: int) -> Reach:
        """What undoing and redoing again and again would reach in ``window``."""
        return self._writer.screen.ledger.reach(window)

    def repeat(self) -> Deferred[Outcome]:
        """Write the last utterance's words once more."""
        return self._ask(lambda: self._in_focus(self.interpreter.repeat))

    def type_held(self, reason: Stop | None = None) -> Deferred[Outcome]:
        """Type what is held where the caret is now; only what was held for ``reason``, unless None."""
        return self._ask(lambda: self._in_focus(lambda passage: self.interpreter.type_held(passage, reason)))

    def alternatives(self, force: bool = False) -> Deferred[Outcome]:
        """List what else may have been said for the last words in the window that has the focus, for ``choose``.
        ``force``: see ``undo``."""
        return self._ask(lambda: self._in_focus(lambda passage: self._obey(passage, "alternatives", force)))

    def choose(self, number: int, force: bool = False) -> Deferred[Outcome]:
        """Put the ``number``-th of the list in their place. ``force``: see ``undo``."""
        command = Command("choose", readings=((number,),))
        return self._ask(lambda: self._in_focus(lambda passage: self.interpreter.obey(passage, command, force)))

    def cancel(self) -> None:
        """Stop typing within one key, and do nothing more of what was heard or asked until now.

        What has been typed of the utterance under way stays, and is remembered.
        """
        self._waiting.clear()
        self.interpreter.cancel()
        if self._current is not None:
            self._dropped = self._current.number
        requests, self._requests = self._requests, deque()
        self._writer.screen.stop(Stop.CANCELLED)
        self._begin()
        for request in requests:
            request.result.callback(Outcome(stopped=Stop.CANCELLED))

    def abandon(self) -> None:
        """Let go of the utterance under way: its recognizer is gone, and no final comes of it.

        What is shown of it stays, and is remembered. Requests need not wait for its end any more.
        """
        if self._current is not None:
            self._dropped = self._current.number
            self._begin()

    def end(self) -> None:
        """Take no more: neither what waits nor what is heard from now on is carried out."""
        self._ended = True
        self._waiting.clear()
        requests, self._requests = self._requests, deque()
        for request in requests:
            request.result.callback(Outcome(stopped=Stop.DISABLED))

    def when_idle(self) -> Deferred[None]:
        """Fires when everything heard so far has been carried out. Errback: whatever broke the work."""
        return self._pool.defer_until_empty().addCallback(self._check)

    def _check(self, _none: None) -> None:
        if self.failure is not None:
            raise self.failure

    def when_room(self) -> Deferred[None]:
        """Fires when so little waits that more may come: at once, or when all of it has been carried out."""
        if len(self._waiting) < _MUCH:
            return succeed(None)
        return self.when_idle().addErrback(lambda _failure: None)

    def foreign(self, foreign: ForeignInput) -> None:
        """Somebody else pressed a key or clicked: what stands in the windows may no longer be erased."""
        self._writer.screen.foreign(foreign)

    def forget_window(self, window: int) -> None:
        """Forget a window that is gone, once nothing is under way that may still follow what was done there."""
        self._gone.append(window)
        if not self._busy:
            self._forget_gone()

    def _forget_gone(self) -> None:
        gone, self._gone = self._gone, []
        for window in gone:
            self._writer.screen.forget_window(window)

    def forget_windows(self) -> None:
        """The display has gone: nothing typed on it can be erased any more."""
        if self._current is not None:
            self._current.passage.failed = True
            self._current.passage.stopped = Stop.CONNECTION_LOST
        self._gone.clear()
        self.interpreter.forget_windows()
        self._writer.screen.forget_windows()

    def _ask(self, work: Callable[[], Deferred[Passage | None]], heard: str = "") -> Deferred[Outcome]:
        result: Deferred[Outcome] = Deferred()
        if self._ended:
            result.callback(Outcome(stopped=Stop.DISABLED))
            return result
        if self.failure is not None:
            result.errback(self.failure)
            return result
        self._requests.append(_Request(work, result, heard))
        self._begin()
        return result

    def _begin(self) -> None:
        if not self._busy:
            self._busy = True
            self._pool.add(self._work().addErrback(self._broken))

    @inlineCallbacks
    def _work(self) -> Generator[Deferred[Any], Any, None]:
        while self.failure is None:
            self._forget_gone()
            self._leave_dropped()
            # Not into the middle of what is shown of an utterance: a request waits for its end.
            if self._requests and (self._current is None or not self._current.passage.shown):
                yield self._carry_out(self._requests.popleft())
            elif self._waiting:
                hypothesis = self._waiting.popleft()
                if hypothesis.utterance != self._dropped:
                    yield self._take(hypothesis)
            else:
                break
        self._busy = False
        self._forget_gone()

    @inlineCallbacks
    def _carry_out(self, request: _Request) -> Generator[Deferred[Any], Any, None]:
        """Carry out one request. Errback: what stops the work for good; the request has got it then."""
        attempts = self._writer.attempts
        try:
            passage = yield request.work()
            outcome = self._done(request, passage)
            self._failures_in_a_row = 0
        except Exception as error:
            try:
                outcome = Outcome(refusal=str(self._failed(error, attempts)))
            except Exception as reason:
                request.result.errback(reason)
                raise
        request.result.callback(outcome)

    @inlineCallbacks
    def _take(self, hypothesis: Hypothesis) -> Generator[Deferred[Any], Any, None]:
        """Carry out one hypothesis. Errback: what stops the work for good."""
        attempts = self._writer.attempts
        try:
            if isinstance(hypothesis, Partial):
                yield self._partial(hypothesis)
            else:
                yield self._final(hypothesis)
                self._current = None
                self._failures_in_a_row = 0
        except Exception as error:
            defect = self._failed(error, attempts)
            self._dropped = hypothesis.utterance
            self._writer.refuse(f"this utterance was not carried out: {defect}")

    def _failed(self, error: Exception, attempts: int) -> InternalError:
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
        passage = self._current.passage if self._current is not None else None
        self._current = None
        if self._writer.attempts != attempts or (passage is not None and passage.shown):
            self._writer.give_up(passage, "an internal error interrupted typing there")
        self._writer.take_outcome()
        self.interpreter.cancel()
        return defect

    def _leave_dropped(self) -> None:
        """What stands of an utterance that was cancelled stays, and is remembered."""
        if self._current is None or self._current.number != self._dropped:
            return
        passage, self._current = self._current.passage, None
        if passage.shown:
            exact = not passage.failed or passage.stopped is Stop.CANCELLED
            self._writer.record(passage, passage.shown, passage.before.followed_by(passage.shown) if exact else None)

    def _done(self, request: _Request, passage: Passage | None) -> Outcome:
        outcome = self._writer.take_outcome()
        private = passage is not None and passage.is_private
        # What was asked for without words is of interest if something came of it; who asked knows of the rest.
        tells = request.heard or outcome.text or outcome.erased or outcome.turns
        if self.on_outcome is not None and not private and tells:
            self.on_outcome(request.heard, outcome)
        return outcome

    def _broken(self, failure: Failure) -> None:
        """Stop for good, because of too many defects or a listener that is gone, and tell whoever waits."""
        self.failure = failure.value
        self._busy = False
        self._waiting.clear()
        requests, self._requests = self._requests, deque()
        for request in requests:
            request.result.errback(failure)
        if self.on_broken is not None and failure.value is not None:
            self.on_broken(failure.value)

    # One hypothesis

    @inlineCallbacks
    def _partial(self, partial: Partial) -> Generator[Deferred[Any], Any, None]:
        if self.interpreter.mode is Mode.ASLEEP:
            return
        utterance: _Utterance = yield self._utterance(partial.utterance)
        passage = utterance.passage
        if passage.is_private:
            return
        self._listener.partial(partial.text)
        if self._live_in(passage) == "off" or not self.interpreter.shows_partials:
            return
        words = utterance.stability.update(partial.text).split()
        if passage.failed or not passage.window:
            return
        wanted = self.interpreter.preview(words, passage)
        if wanted is not None and not self._writer.reaches_over_foreign(passage, wanted):
            yield self._writer.show(passage, wanted)

    @inlineCallbacks
    def _final(self, final: Final) -> Generator[Deferred[Any], Any, None]:
        utterance: _Utterance = yield self._utterance(final.utterance)
        passage = utterance.passage
        if not final.words:
            yield self.interpreter.take_back(passage, "")
            return
        if not self.interpreter.hears(final.words):
            return
        self.utterances += 1
        doubtful = tuple(n for n, word in enumerate(final.words) if word.confidence < self._doubtful)
        if not passage.is_private:
            mean = sum(word.confidence for word in final.words) / len(final.words)
            self._listener.final(final.text, mean, doubtful)
        shown, _ = passage.shown, self._writer.take_outcome()
        yield self.interpreter.carry_out(passage, final.words, final.text, final.utterance)
        outcome = self._writer.take_outcome(passage.window, shown)
        # What was said to a manager of passwords is nobody's business.
        if self.on_outcome is not None and not passage.is_private:
            self.on_outcome(final.text, replace(outcome, doubtful=doubtful))
        if self.on_utterance is not None:
            self.on_utterance()

    @inlineCallbacks
    def _utterance(self, number: int) -> Generator[Deferred[Any], Any, _Utterance]:
        """The current utterance; a new one belongs to the window that has the focus when it begins."""
        current = self._current
        if current is None or current.number != number:
            passage: Passage = yield self._writer.begin()
            stability = Eager() if self._live_in(passage) == "eager" else LocalAgreement(self._agreement)
            current = self._current = _Utterance(number, passage, stability)
        return current

    def _live_in(self, passage: Passage) -> str:
        if passage.profile.erase == "refuse":
            return "off"  # what is shown of an utterance changes while it is spoken
        return passage.profile.live or self._live

    # Requests

    @inlineCallbacks
    def _in_focus(self, act: Callable[[Passage], Deferred[bool]]) -> Generator[Deferred[Any], Any, Passage | None]:
        passage: Passage = yield self._writer.begin()
        yield act(passage)
        return passage

    def _obey(self, passage: Passage, command: str, force: bool) -> Deferred[bool]:
        return self.interpreter.obey(passage, Command(command), force)

    @inlineCallbacks
    def _said(
        self, words: tuple[RecognizedWord, ...], heard: str, force: bool
    ) -> Generator[Deferred[Any], Any, Passage | None]:
        if not words or not self.interpreter.hears(words):
            if words:
                self._writer.refuse(f"asleep: nothing but {self.interpreter.example('wake')} is heard")
            return None
        self.utterances += 1
        passage: Passage = yield self._writer.begin()
        if not passage.is_private:
            self._listener.final(heard, 1.0, ())
        yield self.interpreter.carry_out(passage, words, heard, force=force)
        return passage

    @inlineCallbacks
    def _type(self, text: str) -> Generator[Deferred[Any], Any, Passage | None]:
        passage: Passage = yield self._writer.begin()
        complete = yield self._writer.show(passage, text, explicit=True)
        self._writer.record(passage, "", passage.before.followed_by(text) if complete else None)
        if "\n" in passage.shown and not passage.profile.return_is_plain:
            self._writer.screen.ledger.seal(passage.window, reason="Return was pressed there", lasting=True)
        return passage
