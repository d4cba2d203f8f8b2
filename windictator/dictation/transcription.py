"""Transcription: dictation of a recording into a text that is printed, not typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from twisted.internet.defer import Deferred, fail, succeed
from twisted.python.failure import Failure

from windictator.dictation.editor import Editor
from windictator.dictation.events import Refused
from windictator.dictation.interpreter import Interpreter
from windictator.dictation.options import DictationOptions
from windictator.dictation.result import CommandResult
from windictator.errors import WinDictatorError
from windictator.keyboard.chord import KeyCombination
from windictator.text.edit import BackspaceUnit
from windictator.text.grammar import Command, Grammar
from windictator.text.ledger import Entry, Ledger
from windictator.text.utterance import Final, Hypothesis, Words, join_words
from windictator.text.vocabulary import Vocabulary
from windictator.typist.result import StopReason, TypingResult

#: Number of utterances that can still be corrected; older ones are emitted.
_MAX_CORRECTABLE = 20
#: Number of entries whose timings are kept, in case an undone entry comes back.
_MAX_TIMINGS = 1000
#: The only "window" of a recording.
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
"""The commands that have a meaning without a window and without a listening user."""


class Timing(NamedTuple):
    """The time of an utterance in the recording."""

    start: float
    """Start, in seconds."""
    end: float
    """End, in seconds."""
    confidence: float
    """Mean confidence of the words, 0 to 1."""


class _TranscriptTypist:
    """A typing port that types nothing: the text is in the ledger only."""

    def edit(
        self, erase: int, insert: str, window: int | None = None, keys: Mapping[str, KeyCombination] | None = None
    ) -> Deferred[TypingResult]:
        text = "\b" * erase + insert
        return succeed(TypingResult(text, text, window=window or _TRANSCRIPT_WINDOW))

    def press(
        self, chords: Sequence[KeyCombination], window: int | None = None, *, strict: bool = False
    ) -> Deferred[TypingResult]:
        return fail(WinDictatorError("no keys can be pressed in a recording"))

    def stop(self, reason: StopReason = StopReason.CANCELLED) -> None:
        """Do nothing: no typing takes time here."""


class Transcription:
    """Emits the text of each utterance as it would be typed, with punctuation, capitals and the space before it.

    on_final: called with the text, its start and end in the recording (seconds), and its mean confidence (0 to 1).
    on_notice: called with one line if something was not done.

    Correcting commands are executed, so the last utterances are emitted when others have followed, or by ``finish``.
    Commands that need a window or a user are typed as words. So are refused commands that contain words: no word of a
    recording is lost.
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
        self._timings: dict[int, Timing] = {}  # by the id of the entry
        self._entries: tuple[Entry, ...] = ()
        self._position_s = 0.0
        self._editor = Editor(
            _TranscriptTypist(), lambda: succeed(_TRANSCRIPT_WINDOW), self._ledger, BackspaceUnit.GRAPHEME
        )
        self._interpreter = Interpreter(
            self._editor, DictationOptions(vocabulary), lambda refusal: self._notify(str(refusal))
        )

    def accept_hypothesis(self, hypothesis: Hypothesis) -> None:
        """Take the next hypothesis. Partials are ignored."""
        if not isinstance(hypothesis, Final) or not hypothesis.words:
            return
        words = hypothesis.words
        self._position_s = words[0].start
        self._notify_unsupported(words)
        live_text = _result_of(self._editor.start_utterance())
        result: CommandResult = _result_of(self._interpreter.execute_utterance(live_text, words, hypothesis.text))
        self._notify_refusals(result)
        if result.refusal and self._may_be_text(words):
            live_text = _result_of(self._editor.start_utterance())
            self._notify_refusals(_result_of(self._interpreter.type_literally(live_text)))
        self._record_timing(Timing(words[0].start, words[-1].end, sum(word.confidence for word in words) / len(words)))
        self._emit(_MAX_CORRECTABLE)

    def finish(self) -> None:
        """Emit the utterances that were not emitted yet."""
        self._emit(0)

    def start_new_text(self) -> None:
        """Emit everything, and continue as at the beginning of a text."""
        self._emit(0)
        self._ledger.forget(_TRANSCRIPT_WINDOW)

    def _notify_refusals(self, result: CommandResult) -> None:
        for event in result.events:
            if isinstance(event, Refused):  # what was done is read in the text
                self._notify(event.reason)

    def _notify(self, message: str) -> None:
        self._on_notice(f"at {self._position_s:.1f} s: {message}")

    def _notify_unsupported(self, words: Words) -> None:
        """Report a command whose words are written, because it cannot be executed here."""
        meaning = self._full_grammar.parse(words)
        while isinstance(meaning, Command) and meaning.name in SUPPORTED_COMMANDS and meaning.argument:
            meaning = self._full_grammar.parse(words := meaning.argument)
        if isinstance(meaning, Command) and meaning.name not in SUPPORTED_COMMANDS:
            said = join_words(words[: len(words) - len(meaning.argument)])
            self._notify(f"{said!r} is written as text: it is not a command for a recording")

    def _may_be_text(self, words: Words) -> bool:
        """Return whether a refused command may have been a sentence, such as "change is good to have"."""
        meaning = self._supported_grammar.parse(words)
        while isinstance(meaning, Command) and meaning.argument:
            meaning = self._supported_grammar.parse(meaning.argument)
        return not isinstance(meaning, Command) or any(slots for slots in meaning.words)

    def _record_timing(self, timing: Timing) -> None:
        """Record the timing of new entries. A corrected entry keeps the timing of the utterance that it corrects."""
        before, self._entries = self._entries, self._ledger.entries(_TRANSCRIPT_WINDOW)
        for position, entry in enumerate(self._entries):
            if entry.entry_id not in self._timings:
                first = self._timings[before[position].entry_id] if position < len(before) else timing
                self._timings[entry.entry_id] = first
        if len(self._timings) > _MAX_TIMINGS:
            self._timings = {entry.entry_id: self._timings[entry.entry_id] for entry in self._entries}

    def _emit(self, keep: int) -> None:
        for entry in self._ledger.pop_oldest(_TRANSCRIPT_WINDOW, keep):
            timing = self._timings.pop(entry.entry_id)
            if entry.typed:
                self._on_final(entry.typed, *timing)
        self._entries = self._ledger.entries(_TRANSCRIPT_WINDOW)


def _result_of(deferred: Deferred[Any]) -> Any:
    """Return the result of a Deferred that has fired. Raises its failure."""
    results: list[Any] = []
    deferred.addBoth(results.append)
    if isinstance(results[0], Failure):
        results[0].raiseException()
    return results[0]
