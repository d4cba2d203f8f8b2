"""What else may have been said: a numbered list, of which one is chosen by voice or by the control socket."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from twisted.internet.defer import Deferred, inlineCallbacks, succeed

from windictator.dictation.commands.edit import CommandHandler, WordFormatter, adapt_to_profile, render
from windictator.dictation.correction_rules import CorrectionRules
from windictator.dictation.events import Alternatives, ListedAlternative, OnEvent
from windictator.dictation.writing import Editor, LiveText
from windictator.text.alternatives import Alternative, candidates, distinct
from windictator.text.context_adjust import Context
from windictator.text.corrections import Change, EditableText
from windictator.text.formatting import FormattedWord
from windictator.text.ledger import Entry
from windictator.text.utterance import Words, join_words
from windictator.text.vocabulary import Vocabulary

#: Utterances of which it is remembered how they were heard.
_MAX_RECORDED = 50
_OUTDATED = "something else was done since they were listed"

RecognizerAlternatives = Callable[[int], Deferred[tuple[str, ...]]]
"""Asks the recognizer what else may have been said in the utterance of this number (``ports.Recognizer``)."""


class _RecordedUtterance(NamedTuple):
    """``text``: as the ledger has it. ``words``: those of it that were dictated. ``utterance``: its number, None where
    no recognizer has heard it."""

    text: str
    words: Words
    utterance: int | None


@dataclass(frozen=True, slots=True)
class AlternativeList:
    """What else may have been said for the last words of ``window``.

    ``standing``: what may stand there while one can be chosen: those words, and what has been chosen of the list;
    ``chosen``: what would have been said for it.
    """

    window: int
    words: Words
    current_entries: tuple[Entry, ...]
    items: tuple[Alternative, ...]
    chosen_words: Mapping[Entry, Words] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """What stands in the place of one that is chosen."""
        return self.current_entries[-1].typed.strip(" ")

    @property
    def texts(self) -> tuple[str, ...]:
        """What can be chosen, by number less one."""
        return tuple(item.text.strip(" ") for item in self.items)


class AlternativeCommands:
    """``vocabulary``: the one in force. ``written``: how words are written. ``learning``: is told of what was chosen
    instead of what was heard.

    A list stands until something else is said. Where there is none "choose two" is text.
    """

    def __init__(
        self,
        editor: Editor,
        on_event: OnEvent,
        vocabulary: Vocabulary,
        format_words: WordFormatter,
        correction_rules: CorrectionRules,
    ) -> None:
        self._editor = editor
        self._corrector = editor.corrector
        self._on_event = on_event
        self._format_words = format_words
        self._correction_rules = correction_rules
        self._recorded_utterances: deque[_RecordedUtterance] = deque(maxlen=_MAX_RECORDED)
        self._no_list_reason = 'say "correct that" first'
        self.vocabulary = vocabulary
        self.recognizer_alternatives: RecognizerAlternatives = lambda _utterance: succeed(())
        self.current_list: AlternativeList | None = None
        """The list that one can be chosen of."""
        self.commands: Mapping[str, CommandHandler] = {
            "alternatives": lambda passage, _: self._list_alternatives(passage),
            "choose": lambda passage, command: self._choose(passage, command.number),
        }

    def record_utterance(self, text: str, words: Words, utterance: int | None) -> None:
        """These words are about to be written."""
        self._recorded_utterances.append(_RecordedUtterance(text, words, utterance))

    def dismiss(self) -> None:
        """Something else is done: the list is no longer what the user has in mind, and what was chosen is meant."""
        listed, self.current_list = self.current_list, None
        if listed is not None:
            self._no_list_reason = _OUTDATED
            if (
                words := listed.chosen_words.get(self._last_entry(listed.window) or listed.current_entries[-1])
            ) is not None:
                self._correction_rules.record(join_words(listed.words), join_words(words))

    @inlineCallbacks
    def _list_alternatives(self, live_text: LiveText) -> Generator[Deferred[Any], Any, bool]:
        """List what else may have been said for the last words in the passage's window that can be changed."""
        window = live_text.window
        entry = self._last_entry(window)
        if entry is None:
            self._corrector.refuse_nothing_to("correct", window)
            return False
        if not self._is_whole_utterance(self._corrector.open_text(window)):
            self._editor.refuse("what else was said is known of whole phrases only, not of what is selected")
            return False
        heard = next((heard for heard in reversed(self._recorded_utterances) if heard.text == entry.transcript), None)
        if heard is None:
            self._editor.refuse("what else was said is not known: what stands last here is not as it was dictated")
            return False
        readings: tuple[str, ...] = ()
        if heard.utterance is not None:
            readings = yield self.recognizer_alternatives(heard.utterance)
        if self._last_entry(window) != entry:
            self._editor.refuse("something else was done in the window meanwhile")
            return False
        items = distinct(self._alternatives(live_text, heard.words, readings, entry.before), entry.typed)
        if not items:
            self._editor.refuse("nothing else is known that may have been said")
            return False
        self.current_list = AlternativeList(window, heard.words, (entry,), items)
        listed = tuple(ListedAlternative(*item) for item in enumerate(self.current_list.texts, start=1))
        self._on_event(Alternatives(self.current_list.text, listed))
        return False

    def _alternatives(
        self, live_text: LiveText, said: Words, readings: Sequence[str], before: Context
    ) -> Iterator[Alternative]:
        """What else may have been said, and at last the words themselves, as they would stand in that window."""
        profile = live_text.profile
        others = candidates(said, readings, self.vocabulary)
        literally = [FormattedWord(word.text) for word in said]
        for words, written in (*((words, self._format_words(words, profile)) for words in others), (said, literally)):
            text = render(adapt_to_profile(written, profile), profile)(before)
            if not profile.refusal_for(text):
                yield Alternative(text, words)

    @inlineCallbacks
    def _choose(self, live_text: LiveText, number: int) -> Generator[Deferred[Any], Any, bool]:
        """Put the ``number``-th of the list in the place of what stands there; another may be chosen after it."""
        listed = self.current_list
        if listed is None:
            self._editor.refuse(f"there is no list to choose from: {self._no_list_reason}")
            return False
        if not 1 <= number <= len(listed.items):
            self._editor.refuse(f"only {len(listed.items)} can be chosen from")
            return False
        if live_text.window != listed.window:
            self._editor.refuse("what was listed is for another window")
            return False
        stands = self._last_entry(listed.window)
        if stands is None:
            self._corrector.refuse_nothing_to("correct", listed.window)
            return False
        if stands not in listed.current_entries:
            self._editor.refuse(_OUTDATED)
            return False
        text, words = listed.items[number - 1]
        if stands.typed == text:
            return True

        def correction(open_text: EditableText) -> Change:
            return Change(open_text.last_utterance_start, len(open_text.text), text)

        done: bool = yield self._corrector.correct(listed.window, correction)
        if done and (stands := self._last_entry(listed.window)) is not None:
            standing = (*listed.current_entries, stands)
            self.current_list = replace(
                listed, current_entries=standing, chosen_words={**listed.chosen_words, stands: words}
            )
        return done

    @staticmethod
    def _is_whole_utterance(open_text: EditableText) -> bool:
        """Whether "that" is the last phrase: nothing is selected, or nothing else."""
        (start, end), phrase = open_text.target_range, open_text.last_utterance_start
        return start >= phrase and open_text.text[start:end].strip() == open_text.text[phrase:].strip()

    def _last_entry(self, window: int) -> Entry | None:
        """The last words in the window that may still be changed."""
        entries = self._corrector.open_text(window).entries
        return next((entry for entry in reversed(entries) if entry.typed), None)
