"""From hypotheses to edits in a window: the middle of the program.

Everything that happens on the screen is one operation: the text that stands there for an utterance against the text
that should stand there. A partial, a final, "scratch that": each gives a wanted text, and ``edit_between`` the
BackSpaces and the insertion that lead to it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from twisted.internet.defer import Deferred, inlineCallbacks, succeed

from windictator.deferred_pool import DeferredPool
from windictator.errors import WinDictatorError
from windictator.ports import ForeignInput, Listener, Stop, Typed
from windictator.text.clean import clean_text
from windictator.text.context_adjust import Context, context_adjust
from windictator.text.edit import Removal, edit_between, removals
from windictator.text.grammar import Command, Grammar
from windictator.text.history import Entry, Ledger
from windictator.text.stability import Eager, LocalAgreement
from windictator.text.utterance import Final, Hypothesis, Partial, RecognizedWord
from windictator.text.vocabulary import Vocabulary

#: Wheel "buttons": they scroll, neither the caret nor the focus moves.
_WHEEL = range(4, 8)
#: Hypotheses that may wait before whoever brings them has to wait too.
_MUCH = 100


class TextTypist(Protocol):
    """What dictation needs of a Typist."""

    def edit(self, erase: int, insert: str, window: int | None = None) -> Deferred[Typed]:
        """BackSpaces, then text, into ``window`` or, if None, where the focus is."""


@dataclass(slots=True)
class _Utterance:
    """The utterance that is being spoken. ``window``: where it began. ``shown``: its text on the screen, and
    ``before``: what that stands behind. ``begun``, ``edited``: how often others had pressed something when ``shown``
    began to be typed, and when it was edited last."""

    number: int
    window: int
    stability: LocalAgreement | Eager
    before: Context
    shown: str = ""
    begun: int = 0
    edited: int = 0
    failed: bool = False


class Dictation:
    """Takes hypotheses in the order of their coming and carries them out one at a time.

    ``typist``: types. ``focused``: fires with the window that has the focus, 0 for none. ``live``: what of a partial
    is typed: "off", "stable" (what ``agreement`` partials agree on) or "eager". ``removal``: what one BackSpace
    removes. ``pool``: holds the work under way; nothing else is in it.
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
    ) -> None:
        self._typist = typist
        self._focused = focused
        self._vocabulary = vocabulary
        self._grammar = Grammar(vocabulary)
        self._ledger = ledger
        self._listener = listener
        self._live = live
        self._agreement = agreement
        self._removal = removal
        self._waiting: deque[Hypothesis] = deque()
        self._busy = False
        self._ended = False
        self._pool = pool
        self._current: _Utterance | None = None
        self._last_window = 0
        self._inputs = 0
        self._erasing = False
        self.utterances = 0
        self.keys = 0
        self.refusals = 0
        self.stopped: Typed | None = None
        self.failure: BaseException | None = None
        self.on_utterance: Callable[[], None] | None = None

    @property
    def text(self) -> str:
        """What stands in the window used last, as far as it was typed here and is remembered."""
        return "".join(entry.typed for entry in self._ledger.entries(self._last_window))

    # Coming in

    def hear(self, hypothesis: Hypothesis) -> None:
        """Take the next hypothesis. A partial that has not been dealt with yet gives way to a newer one."""
        if self._ended:
            return
        if isinstance(hypothesis, Partial) and self._waiting and isinstance(self._waiting[-1], Partial):
            self._waiting.pop()
        self._waiting.append(hypothesis)
        if not self._busy:
            self._busy = True
            self._pool.add(self._work().addErrback(self._broken))

    def end(self) -> None:
        """Take no more: neither what waits nor what is heard from now on is carried out."""
        self._ended = True
        self._waiting.clear()

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
        if foreign.pressed and not (foreign.kind == "button" and foreign.code in _WHEEL):
            self._inputs += 1
            if not self._erasing:
                self._ledger.seal()

    @inlineCallbacks
    def _work(self) -> Generator[Deferred[Any], Any, None]:
        while self._waiting and self.failure is None:
            hypothesis = self._waiting.popleft()
            if isinstance(hypothesis, Partial):
                yield self._partial(hypothesis)
            else:
                yield self._final(hypothesis)
                self._current = None
        self._busy = False

    def _broken(self, failure: Any) -> None:
        """A defect, or a listener that cannot be told any more: work stops, whoever waits gets the reason."""
        self.failure = failure.value
        self._busy = False
        self._waiting.clear()

    # One hypothesis

    @inlineCallbacks
    def _partial(self, partial: Partial) -> Generator[Deferred[Any], Any, None]:
        self._listener.partial(partial.text)
        if self._live == "off":
            return
        utterance: _Utterance = yield self._utterance(partial.utterance)
        words = utterance.stability.update(partial.text).split()
        settled = words[: len(words) - self._grammar.unsettled(words)]
        if not settled or utterance.failed or not utterance.window:
            return
        recognized = tuple(RecognizedWord(word) for word in settled)
        if isinstance(self._grammar.parse(recognized), Command):
            return
        wanted, _ = self._adjusted(recognized, self._before(utterance))
        if not self._reaches_over_foreign(utterance, wanted):
            yield self._show(utterance, wanted)

    @inlineCallbacks
    def _final(self, final: Final) -> Generator[Deferred[Any], Any, None]:
        utterance: _Utterance = yield self._utterance(final.utterance)
        if not final.words:
            yield self._take_back(utterance, "")
            return
        self.utterances += 1
        self._listener.final(final.text, sum(word.confidence for word in final.words) / len(final.words))
        yield self._carry_out(utterance, final.words, final.text)
        if self.on_utterance is not None:
            self.on_utterance()

    @inlineCallbacks
    def _carry_out(
        self, utterance: _Utterance, words: Sequence[RecognizedWord], heard: str
    ) -> Generator[Deferred[Any], Any, None]:
        meaning = self._grammar.parse(words)
        while isinstance(meaning, Command):
            if not (yield self._take_back(utterance, heard)):
                return
            if not (yield self._scratch(utterance)):
                return
            if not meaning.argument:
                return
            meaning = self._grammar.parse(meaning.argument)
        wanted, after = self._adjusted(meaning.words, self._before(utterance))
        complete = yield self._show(utterance, wanted)
        self._record(utterance, heard, after if complete else None)

    @inlineCallbacks
    def _take_back(self, utterance: _Utterance, heard: str) -> Generator[Deferred[Any], Any, bool]:
        """Erase what partials have shown; whether nothing of it is left. What is left is remembered."""
        if utterance.shown and not (yield self._show(utterance, "")):
            self._record(utterance, heard, None)
            return False
        return True

    def _record(self, utterance: _Utterance, heard: str, after: Context | None) -> None:
        """Remember what the utterance has left on the screen; ``after``: its context, None if it is not complete."""
        window, before, stands = utterance.window, utterance.before, utterance.shown
        if stands or after is not None:
            self._ledger.record(window, Entry(heard, stands, before, after or before.followed_by(stands)))
        if after is None:
            self._ledger.seal(window)
        elif stands and utterance.begun != self._inputs:
            # Something of somebody else's may stand inside it or behind it.
            self._ledger.seal(window, caret_moved=utterance.edited != self._inputs)

    @inlineCallbacks
    def _scratch(self, utterance: _Utterance) -> Generator[Deferred[Any], Any, bool]:
        """Erase the last utterance that still stands in this window, if nothing else happened there since."""
        entry = self._ledger.last_open(utterance.window)
        while entry is not None and not entry.typed:
            self._ledger.remove_last(utterance.window)
            entry = self._ledger.last_open(utterance.window)
        if entry is None:
            self._refuse("there is nothing to scratch that WinDictator typed last in this window")
            return False
        gone = edit_between(entry.typed, "", self._removal).erase
        inputs = self._inputs
        # What others do meanwhile seals the ledger when it has followed the BackSpaces, not before.
        self._erasing = True
        try:
            typed: Typed | None = yield self._edit(gone, "", utterance.window)
            if typed is not None:
                self._ledger.backspace(utterance.window, len(typed.confirmed), self._removal)
        finally:
            self._erasing = False
            if inputs != self._inputs:
                self._ledger.seal()
        if typed is None:
            return False
        if not typed.complete:
            self._ledger.seal(utterance.window)
        return typed.complete

    def _adjusted(self, words: Sequence[RecognizedWord], context: Context) -> tuple[str, Context]:
        return context_adjust(self._vocabulary.format(words), context)

    @inlineCallbacks
    def _utterance(self, number: int) -> Generator[Deferred[Any], Any, _Utterance]:
        """The current utterance; a new one belongs to the window that has the focus when it begins."""
        current = self._current
        if current is None or current.number != number:
            window: int = yield self._focused()
            if self._last_window and window != self._last_window:
                self._ledger.seal(self._last_window, caret_moved=False)
            self._last_window = window
            stability = Eager() if self._live == "eager" else LocalAgreement(self._agreement)
            current = self._current = _Utterance(number, window, stability, self._ledger.context(window))
        return current

    def _before(self, utterance: _Utterance) -> Context:
        """What the utterance's text stands behind: as it was when the text began to be typed."""
        if not utterance.shown:
            utterance.before = self._ledger.context(utterance.window)
        return utterance.before

    # On the screen

    @inlineCallbacks
    def _show(self, utterance: _Utterance, wanted: str) -> Generator[Deferred[Any], Any, bool]:
        """Turn what the utterance shows into ``wanted``; whether all of it was confirmed."""
        if utterance.failed:
            return False
        edit = edit_between(utterance.shown, wanted, self._removal)
        if not edit:
            return True
        if self._reaches_over_foreign(utterance, wanted):
            self._refuse("what was typed of this phrase is not corrected: another key or button was pressed since")
            utterance.failed = True
            return False
        utterance.edited = self._inputs
        if not utterance.shown:
            utterance.begun = self._inputs
        typed: Typed | None = yield self._edit(edit.erase, edit.insert, utterance.window)
        if typed is None or not typed.complete:
            utterance.failed = True
        if typed is not None:
            erased = min(len(typed.confirmed), edit.erase)
            units = removals(utterance.shown, self._removal)
            kept = "".join(reversed(units[erased:]))
            utterance.shown = kept + typed.confirmed[edit.erase :]
        return not utterance.failed

    def _reaches_over_foreign(self, utterance: _Utterance, wanted: str) -> bool:
        """Whether the way to ``wanted`` would erase what somebody else may have typed since."""
        return utterance.begun != self._inputs and edit_between(utterance.shown, wanted, self._removal).erase > 0

    @inlineCallbacks
    def _edit(self, erase: int, insert: str, window: int) -> Generator[Deferred[Any], Any, Typed | None]:
        """Type, tell the listener, count; None where it was refused before the first key."""
        if not window:
            self._refuse(Stop.NO_FOCUS.value)
            return None
        try:
            typed: Typed = yield self._typist.edit(erase, clean_text(insert), window)
        except WinDictatorError as error:
            self._refuse(str(error))
            return None
        self.keys += typed.keys
        if not typed.complete:
            self.stopped = typed
        self._listener.typed(typed.confirmed[erase:], min(len(typed.confirmed), erase), typed)
        return typed

    def _refuse(self, reason: str) -> None:
        self.refusals += 1
        self._listener.refused(reason)
