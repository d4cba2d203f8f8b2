"""The commands that list what else may have been said, and that choose from the list by number."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from twisted.internet.defer import Deferred, inlineCallbacks, succeed

from windictator.dictation.commands import CommandHandler
from windictator.dictation.correction_rules import CorrectionRules
from windictator.dictation.editor import Editor
from windictator.dictation.events import Alternatives, ListedAlternative
from windictator.dictation.live_text import LiveText
from windictator.dictation.rendering import WordFormatter, adapt_to_profile, render
from windictator.dictation.result import NOTHING_DONE, CommandResult, refused, reported
from windictator.refusals import Refusal, RefusalCode
from windictator.text.alternatives import Alternative, candidates, distinct
from windictator.text.context_adjust import Context
from windictator.text.corrections import Change, EditableText
from windictator.text.formatting import FormattedWord
from windictator.text.ledger import Entry
from windictator.text.utterance import Words, join_words
from windictator.text.vocabulary import Vocabulary

_NO_LIST = Refusal(RefusalCode.NO_LIST, "There is no list to choose from.", 'Say "correct that" first.')
_OUTDATED = Refusal(
    RefusalCode.LIST_OUTDATED, "The list is out of date: something else was done since.", 'Say "correct that" again.'
)

RecognizerAlternatives = Callable[[int], Deferred[tuple[str, ...]]]
"""Asks the recognizer what else may have been said in the utterance of this number; see ``Recognizer``."""


def no_recognizer_alternatives(_utterance: int) -> Deferred[tuple[str, ...]]:
    """Fire with none, for utterances that do not come from a recognizer."""
    return succeed(())


class HeardUtterance(NamedTuple):
    """The recognised words of an utterance."""

    text: str
    """The transcript in the ledger."""
    words: Words
    """The words of it that were dictated."""
    utterance: int | None
    """Its number; None if it does not come from a recognizer."""


@dataclass(frozen=True, slots=True)
class AlternativeList:
    """What else may have been said for the last words of a window."""

    window: int
    words: Words
    """The recognised words."""
    current_entries: tuple[Entry, ...]
    """What may be in the window while an alternative can be chosen: the words, and the alternatives chosen so far."""
    items: tuple[Alternative, ...]
    """The alternatives; the number of each is its position plus one."""
    chosen_words: Mapping[Entry, Words] = field(default_factory=dict)
    """For each chosen alternative the words that would have been spoken."""

    @property
    def text(self) -> str:
        """The text in the window that a chosen alternative replaces."""
        return self.current_entries[-1].typed.strip(" ")

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts of the alternatives."""
        return tuple(item.text.strip(" ") for item in self.items)


class AlternativeCommands:
    """Lists alternatives for the last words, and replaces the words by one of them.

    vocabulary: the active vocabulary.
    format_words: formats words for a window.
    heard: what was recognised for the last texts, oldest first.
    correction_rules: records what was chosen in place of the recognised words.
    recognizer_alternatives: fires with what else the recognizer heard in an utterance, given its number.

    A list ends when something else is said. Without a list, "choose two" is text.
    """

    def __init__(
        self,
        editor: Editor,
        vocabulary: Vocabulary,
        format_words: WordFormatter,
        heard: Sequence[HeardUtterance],
        correction_rules: CorrectionRules,
        recognizer_alternatives: RecognizerAlternatives,
    ) -> None:
        self._editor = editor
        self._recognizer_alternatives = recognizer_alternatives
        self._format_words = format_words
        self._correction_rules = correction_rules
        self._heard = heard
        self._no_list = _NO_LIST
        self.vocabulary = vocabulary
        self.current_list: AlternativeList | None = None
        """The list from which an alternative can be chosen."""
        self.failed_reason: Refusal | None = None
        """Why the last utterance, which asked for a list, was refused; None otherwise."""
        self.commands: Mapping[str, CommandHandler] = {
            "alternatives": lambda live_text, _: self._list(live_text),
            "choose": lambda live_text, command: self._choose(live_text, command.number),
        }

    def dismiss(self) -> CommandResult:
        """End the list, because something else is done. What was chosen from it counts as a correction."""
        listed, self.current_list = self.current_list, None
        self.failed_reason = None
        if listed is None:
            return NOTHING_DONE
        self._no_list = _OUTDATED
        entry = self._last_entry(listed.window) or listed.current_entries[-1]
        words = listed.chosen_words.get(entry)
        if words is None:
            return NOTHING_DONE
        return self._correction_rules.record(join_words(listed.words), join_words(words))

    def drop_if_erased(self) -> None:
        """End the list if the words are gone. What was chosen from it was wrong too, so it counts as no correction."""
        listed = self.current_list
        if listed is not None and self._last_entry(listed.window) not in listed.current_entries:
            self.current_list, self._no_list = None, _OUTDATED

    @inlineCallbacks
    def _list(self, live_text: LiveText) -> Generator[Deferred[Any], Any, CommandResult]:
        """List alternatives, or note the refusal: a choice that follows is not meant as text."""
        result: CommandResult = yield self._list_alternatives(live_text)
        self.failed_reason = result.refusal
        return result

    @inlineCallbacks
    def _list_alternatives(self, live_text: LiveText) -> Generator[Deferred[Any], Any, CommandResult]:
        """List what else may have been said for the last words in the window that can be changed."""
        window = live_text.window
        entry = self._last_entry(window)
        if entry is None:
            return self._editor.refuse_nothing_to("correct", window)
        if not self._is_whole_utterance(self._editor.editable_text(window)):
            return refused(
                Refusal(
                    RefusalCode.SUGGESTIONS_FOR_SELECTION,
                    "No suggestions for a selection: they are for whole phrases.",
                    "Say the words again to replace it.",
                )
            )
        heard = next((heard for heard in reversed(self._heard) if heard.text == entry.transcript), None)
        if heard is None:
            return refused(
                Refusal(
                    RefusalCode.TEXT_NOT_AS_DICTATED,
                    "No suggestions: this text was changed after you said it.",
                    'Say "replace ... with ...".',
                )
            )
        transcripts: tuple[str, ...] = ()
        if heard.utterance is not None:
            transcripts = yield self._recognizer_alternatives(heard.utterance)
        if self._last_entry(window) != entry:
            return refused(
                Refusal(
                    RefusalCode.WINDOW_CHANGED_MEANWHILE,
                    "No suggestions: something else was done in the window meanwhile.",
                    'Say "correct that" again.',
                )
            )
        items = distinct(self._alternatives(live_text, heard.words, transcripts, entry.before), entry.typed)
        if not items:
            return refused(
                Refusal(
                    RefusalCode.NO_SUGGESTIONS,
                    "No other reading found.",
                    'Say "spell that" or "replace ... with ...".',
                )
            )
        self.current_list = AlternativeList(window, heard.words, (entry,), items)
        listed = tuple(ListedAlternative(*item) for item in enumerate(self.current_list.texts, start=1))
        return reported(Alternatives(self.current_list.text, listed)).ending_utterance()

    def _alternatives(
        self, live_text: LiveText, words: Words, transcripts: Sequence[str], before: Context
    ) -> Iterator[Alternative]:
        """Yield what else may have been said, and last the words themselves, as they would be typed in the window."""
        profile = live_text.profile
        others = candidates(words, transcripts, self.vocabulary)
        literally = [FormattedWord(word.text) for word in words]
        for spoken, written in (*((each, self._format_words(each, profile)) for each in others), (words, literally)):
            text = render(adapt_to_profile(written, profile), profile)(before)
            if not profile.refusal_for(text):
                yield Alternative(text, spoken)

    @inlineCallbacks
    def _choose(self, live_text: LiveText, number: int) -> Generator[Deferred[Any], Any, CommandResult]:
        """Replace the words by the alternative of this number; another may be chosen afterwards."""
        listed = self.current_list
        if self.failed_reason:
            return refused(
                Refusal(
                    RefusalCode.NO_LIST,
                    f"Nothing is listed to choose from. {self.failed_reason.message}",
                    'Say the words again, or say "spell that".',
                )
            )
        if listed is None:
            return refused(self._no_list)
        if not 1 <= number <= len(listed.items):
            return refused(
                Refusal(
                    RefusalCode.LIST_TOO_SHORT,
                    f"The list has no number {number}.",
                    f'Say "choose" and a number from 1 to {len(listed.items)}.',
                )
            )
        if live_text.window != listed.window:
            return refused(
                Refusal(
                    RefusalCode.LIST_ELSEWHERE,
                    "The list is for another window.",
                    'Click there, or say "correct that" here.',
                )
            )
        entry = self._last_entry(listed.window)
        if entry is None:
            return self._editor.refuse_nothing_to("correct", listed.window)
        if entry not in listed.current_entries:
            return refused(_OUTDATED)
        text, words = listed.items[number - 1]
        if entry.typed == text:
            return NOTHING_DONE

        def correction(editable: EditableText) -> Change:
            return Change(editable.last_utterance_start, len(editable.text), text)

        result: CommandResult = yield self._editor.correct(listed.window, correction)
        if result.done and (entry := self._last_entry(listed.window)) is not None:
            self.current_list = replace(
                listed,
                current_entries=(*listed.current_entries, entry),
                chosen_words={**listed.chosen_words, entry: words},
            )
        return result

    @staticmethod
    def _is_whole_utterance(editable: EditableText) -> bool:
        """Return whether "that" means the last utterance: nothing is selected, or nothing else."""
        (start, end), phrase = editable.target_range, editable.last_utterance_start
        return start >= phrase and editable.text[start:end].strip() == editable.text[phrase:].strip()

    def _last_entry(self, window: int) -> Entry | None:
        """Return the last words in ``window`` that may still be changed."""
        entries = self._editor.editable_text(window).entries
        return next((entry for entry in reversed(entries) if entry.typed), None)
