"""From hypotheses to a text that is read, not typed: dictation onto a sheet of paper in place of a screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from twisted.internet.defer import Deferred, fail, succeed
from twisted.python.failure import Failure

from windictator.dictation.interpreter import Interpreter
from windictator.dictation.writing import Writer
from windictator.errors import WinDictatorError
from windictator.keyboard.chord import Chord
from windictator.text.catalogue import Sayable
from windictator.text.edit import Removal
from windictator.text.grammar import Command, Grammar
from windictator.text.ledger import Entry, Ledger
from windictator.text.utterance import Final, Hypothesis, Words, spoken
from windictator.text.vocabulary import Vocabulary
from windictator.typist.result import Stop, Typed

#: How many utterances can still be corrected; older ones are handed out.
_CORRECTABLE = 20
#: Entries whose times are remembered, in case an undone one comes back.
_REMEMBERED = 1000
#: The one "window" of a recording.
_SHEET = 1
OBEYED = frozenset(
    (
        *("scratch", "undo", "undo_correction", "redo", "repeat", "as_text"),
        *("delete_characters", "delete_words", "delete_sentence", "delete_line", "replace"),
        *("capitalise", "upper_case", "lower_case", "title_case", "close_up", "spell"),
        *("insert_before", "insert_after", "resume_with"),
        *("dictation_mode", "spelling_mode", "numbers_mode"),
    )
)
"""The commands that have a meaning where there is neither a window nor anybody who listens."""


class Spoken(NamedTuple):
    """When something was said, in seconds of the recording, and how sure its words are, 0..1."""

    start: float
    end: float
    confidence: float


class _Sheet:
    """What is written here stands nowhere else but in the ledger."""

    def edit(
        self, erase: int, insert: str, window: int | None = None, keys: Mapping[str, Chord] | None = None
    ) -> Deferred[Typed]:
        text = "\b" * erase + insert
        return succeed(Typed(text, text, window=window or _SHEET))

    def press(
        self, chords: Sequence[Chord], window: int | None = None, *, exact: bool = False
    ) -> Deferred[Typed]:
        return fail(WinDictatorError("a recording has no keys that could be pressed"))

    def stop(self, reason: Stop = Stop.CANCELLED) -> None:
        """Nothing here takes time."""


class _Listener:
    """Hands on what could not be done; what is done is read in the text."""

    def __init__(self, on_refused: Callable[[str], None]) -> None:
        self.refused = on_refused

    def notice(self, message: str) -> None:
        pass

    def offer(self, message: str) -> None:
        pass

    def alternatives(self, text: str, items: Sequence[str]) -> None:
        pass

    def help(self, repertoire: Sequence[Sayable]) -> None:
        pass

    def ready(self, window: str) -> None:
        pass

    def partial(self, text: str) -> None:
        pass

    def final(self, text: str, confidence: float, doubtful: Sequence[int]) -> None:
        pass

    def typed(self, text: str, erased: int, typed: Typed) -> None:
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
        self._all_commands = Grammar(vocabulary)
        vocabulary = vocabulary.with_commands(vocabulary.commands.only(OBEYED)).without_carets()
        self._obeyed = Grammar(vocabulary)
        self._on_final = on_final
        self._on_notice = on_notice
        self._ledger = Ledger()
        self._spoken: dict[int, tuple[Entry, Spoken]] = {}
        self._entries: tuple[Entry, ...] = ()
        self._now = 0.0
        listener = _Listener(self._tell)
        self._writer = Writer(_Sheet(), lambda: succeed(_SHEET), self._ledger, listener, Removal.GRAPHEME)
        self._interpreter = Interpreter(self._writer, listener, vocabulary)

    def hear(self, hypothesis: Hypothesis) -> None:
        """Take the next hypothesis; only finals matter."""
        if not isinstance(hypothesis, Final) or not hypothesis.words:
            return
        words = hypothesis.words
        self._now = words[0].start
        self._tell_of_others(words)
        refusals = self._writer.refusals
        passage = _fired(self._writer.begin())
        _fired(self._interpreter.carry_out(passage, words, hypothesis.text))
        if self._writer.refusals > refusals and self._is_text_rather(words):
            _fired(self._interpreter.as_text(_fired(self._writer.begin())))
        self._note(Spoken(words[0].start, words[-1].end, sum(word.confidence for word in words) / len(words)))
        self._hand_out(_CORRECTABLE)

    def finish(self) -> None:
        """Hand out what is still held."""
        self._hand_out(0)

    def _tell(self, message: str) -> None:
        self._on_notice(f"at {self._now:.1f} s: {message}")

    def _tell_of_others(self, words: Words) -> None:
        """Tell of a command that is not obeyed, since its words are written."""
        meaning = self._all_commands.parse(words)
        while isinstance(meaning, Command) and meaning.name in OBEYED and meaning.argument:
            meaning = self._all_commands.parse(words := meaning.argument)
        if isinstance(meaning, Command) and meaning.name not in OBEYED:
            said = spoken(words[: len(words) - len(meaning.argument)])
            self._tell(f"{said!r} is written as it was said: it is no command for a recording")

    def _is_text_rather(self, words: Words) -> bool:
        """Whether a command that could not be obeyed may have been a sentence: "change is good to have"."""
        meaning = self._obeyed.parse(words)
        while isinstance(meaning, Command) and meaning.argument:
            meaning = self._obeyed.parse(meaning.argument)
        return not isinstance(meaning, Command) or any(slots for slots in meaning.words)

    def _note(self, spoken: Spoken) -> None:
        """Remember when what is new on the sheet was said; what was corrected was said when it was said first."""
        before, self._entries = self._entries, self._ledger.entries(_SHEET)
        for position, entry in enumerate(self._entries):
            if id(entry) not in self._spoken:
                first = self._spoken[id(before[position])][1] if position < len(before) else spoken
                self._spoken[id(entry)] = entry, first
        if len(self._spoken) > _REMEMBERED:
            self._spoken = {id(entry): self._spoken[id(entry)] for entry in self._entries}

    def _hand_out(self, keep: int) -> None:
        for entry in self._ledger.release(_SHEET, keep):
            _, spoken = self._spoken.pop(id(entry))
            if entry.typed:
                self._on_final(entry.typed, *spoken)
        self._entries = self._ledger.entries(_SHEET)


def _fired(deferred: Deferred[Any]) -> Any:
    """The result of what takes no time. Raises what made it fail."""
    results: list[Any] = []
    deferred.addBoth(results.append)
    if isinstance(results[0], Failure):
        results[0].raiseException()
    return results[0]
