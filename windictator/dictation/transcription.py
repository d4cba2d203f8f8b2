"""From hypotheses to a text that is read, not typed: dictation onto a sheet of paper in place of a screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from twisted.internet.defer import Deferred, fail, succeed
from twisted.python.failure import Failure

from windictator.dictation.interpreter import Interpreter
from windictator.dictation.writing import Editor
from windictator.errors import WinDictatorError
from windictator.keyboard.chord import KeyCombination
from windictator.text.catalogue import CatalogueEntry
from windictator.text.edit import BackspaceUnit
from windictator.text.grammar import Command, Grammar
from windictator.text.ledger import Entry, Ledger
from windictator.text.utterance import Final, Hypothesis, Words, join_words
from windictator.text.vocabulary import Vocabulary
from windictator.typist.result import StopReason, TypingResult

#: How many utterances can still be corrected; older ones are handed out.
_MAX_CORRECTABLE = 20
#: Entries whose times are remembered, in case an undone one comes back.
_MAX_TIMINGS = 1000
#: The one "window" of a recording.
_TRANSCRIPT_WINDOW = 1
SUPPORTED_COMMANDS = frozenset(
    (
        *("scratch", "undo", "undo_correction", "redo", "repeat", "type_literally"),
        *("delete_characters", "delete_words", "delete_sentence", "delete_line", "replace"),
        *("capitalise", "upper_case", "lower_case", "title_case", "remove_spaces", "spell"),
        *("insert_before", "insert_after", "resume_with"),
        *("dictation_mode", "spelling_mode", "numbers_mode"),
    )
)
"""The commands that have a meaning where there is neither a window nor anybody who listens."""


class Timing(NamedTuple):
    """When something was said, in seconds of the recording, and how sure its words are, 0..1."""

    start: float
    end: float
    confidence: float


class _TranscriptTypist:
    """What is written here stands nowhere else but in the ledger."""

    def edit(
        self, erase: int, insert: str, window: int | None = None, keys: Mapping[str, KeyCombination] | None = None
    ) -> Deferred[TypingResult]:
        text = "\b" * erase + insert
        return succeed(TypingResult(text, text, window=window or _TRANSCRIPT_WINDOW))

    def press(
        self, chords: Sequence[KeyCombination], window: int | None = None, *, strict: bool = False
    ) -> Deferred[TypingResult]:
        return fail(WinDictatorError("a recording has no keys that could be pressed"))

    def stop(self, reason: StopReason = StopReason.CANCELLED) -> None:
        """Nothing here takes time."""


class _RefusalListener:
    """Hands on what could not be done; what is done is read in the text."""

    def __init__(self, on_refused: Callable[[str], None]) -> None:
        self.refused = on_refused

    def notice(self, message: str) -> None:
        pass

    def offer(self, message: str) -> None:
        pass

    def alternatives(self, text: str, items: Sequence[str]) -> None:
        pass

    def help(self, repertoire: Sequence[CatalogueEntry]) -> None:
        pass

    def ready(self, window: str) -> None:
        pass

    def partial(self, text: str) -> None:
        pass

    def final(self, text: str, confidence: float, doubtful: Sequence[int]) -> None:
        pass

    def typed(self, text: str, erased: int, typed: TypingResult) -> None:
        pass


class Transcription:
    """Hands out the text of each utterance as it would be typed: its punctuation, its capitals, the space before it.

    ``on_final(text, start, end, confidence)``: seconds of the recording, mean word confidence 0..1. ``on_notice``: told
    in one line of what was not done. Commands that correct are obeyed, so the last utterances are held back until
    others have followed or ``finish`` is called. Commands that need a window, or a listener, are words here, and so are
    those with words of their own that cannot be obeyed: a recording loses nothing.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        on_final: Callable[[str, float, float, float], None],
        on_notice: Callable[[str], None] = lambda message: None,
    ) -> None:
        self._full_grammar = Grammar(vocabulary)
        vocabulary = vocabulary.with_commands(
            vocabulary.commands.restricted_to(SUPPORTED_COMMANDS)
        ).without_cursor_positions()
        self._supported_grammar = Grammar(vocabulary)
        self._on_final = on_final
        self._on_notice = on_notice
        self._ledger = Ledger()
        self._timings: dict[int, tuple[Entry, Timing]] = {}
        self._entries: tuple[Entry, ...] = ()
        self._position_s = 0.0
        listener = _RefusalListener(self._notify)
        self._editor = Editor(
            _TranscriptTypist(), lambda: succeed(_TRANSCRIPT_WINDOW), self._ledger, listener, BackspaceUnit.GRAPHEME
        )
        self._interpreter = Interpreter(self._editor, listener, vocabulary)

    def accept_hypothesis(self, hypothesis: Hypothesis) -> None:
        """Take the next hypothesis; only finals matter."""
        if not isinstance(hypothesis, Final) or not hypothesis.words:
            return
        words = hypothesis.words
        self._position_s = words[0].start
        self._notify_unsupported(words)
        refusals = self._editor.refusal_count
        passage = _result_of(self._editor.start_utterance())
        _result_of(self._interpreter.execute_utterance(passage, words, hypothesis.text))
        if self._editor.refusal_count > refusals and self._may_be_text(words):
            _result_of(self._interpreter.type_literally(_result_of(self._editor.start_utterance())))
        self._record_timing(Timing(words[0].start, words[-1].end, sum(word.confidence for word in words) / len(words)))
        self._emit(_MAX_CORRECTABLE)

    def finish(self) -> None:
        """Hand out what is still held."""
        self._emit(0)

    def _notify(self, message: str) -> None:
        self._on_notice(f"at {self._position_s:.1f} s: {message}")

    def _notify_unsupported(self, words: Words) -> None:
        """Tell of a command that is not obeyed, since its words are written."""
        meaning = self._full_grammar.parse(words)
        while isinstance(meaning, Command) and meaning.name in SUPPORTED_COMMANDS and meaning.argument:
            meaning = self._full_grammar.parse(words := meaning.argument)
        if isinstance(meaning, Command) and meaning.name not in SUPPORTED_COMMANDS:
            said = join_words(words[: len(words) - len(meaning.argument)])
            self._notify(f"{said!r} is written as it was said: it is no command for a recording")

    def _may_be_text(self, words: Words) -> bool:
        """Whether a command that could not be obeyed may have been a sentence: "change is good to have"."""
        meaning = self._supported_grammar.parse(words)
        while isinstance(meaning, Command) and meaning.argument:
            meaning = self._supported_grammar.parse(meaning.argument)
        return not isinstance(meaning, Command) or any(slots for slots in meaning.words)

    def _record_timing(self, timing: Timing) -> None:
        """Remember when what is new on the sheet was said; what was corrected was said when it was said first."""
        before, self._entries = self._entries, self._ledger.entries(_TRANSCRIPT_WINDOW)
        for position, entry in enumerate(self._entries):
            if id(entry) not in self._timings:
                first = self._timings[id(before[position])][1] if position < len(before) else timing
                self._timings[id(entry)] = entry, first
        if len(self._timings) > _MAX_TIMINGS:
            self._timings = {id(entry): self._timings[id(entry)] for entry in self._entries}

    def _emit(self, keep: int) -> None:
        for entry in self._ledger.pop_oldest(_TRANSCRIPT_WINDOW, keep):
            _, spoken = self._timings.pop(id(entry))
            if entry.typed:
                self._on_final(entry.typed, *spoken)
        self._entries = self._ledger.entries(_TRANSCRIPT_WINDOW)


def _result_of(deferred: Deferred[Any]) -> Any:
    """The result of what takes no time. Raises what made it fail."""
    results: list[Any] = []
    deferred.addBoth(results.append)
    if isinstance(results[0], Failure):
        results[0].raiseException()
    return results[0]
