"""What else may have been said: a numbered list, of which one is chosen by voice or by the control socket."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from twisted.internet.defer import Deferred, inlineCallbacks, succeed

from windictator.dictation.commands.edit import Obey, Written, fitted, writes
from windictator.dictation.correction_rules import Learning
from windictator.dictation.events import Listener
from windictator.dictation.writing import Passage, Writer
from windictator.text.alternatives import Alternative, different, said_otherwise
from windictator.text.context_adjust import Context
from windictator.text.corrections import Change, OpenText
from windictator.text.formatting import FormattedWord
from windictator.text.ledger import Entry
from windictator.text.utterance import Words, spoken
from windictator.text.vocabulary import Vocabulary

#: Utterances of which it is remembered how they were heard.
_REMEMBERED = 50
_SINCE = "something else was done since they were listed"

ReadingsOf = Callable[[int], Deferred[tuple[str, ...]]]
"""Asks the recognizer what else may have been said in the utterance of this number (``ports.Recognizer``)."""


class _Heard(NamedTuple):
    """``text``: as the ledger has it. ``words``: those of it that were dictated. ``utterance``: its number, None where
    no recognizer has heard it."""

    text: str
    words: Words
    utterance: int | None


@dataclass(frozen=True, slots=True)
class Listed:
    """What else may have been said for the last words of ``window``.

    ``standing``: what may stand there while one can be chosen: those words, and what has been chosen of the list;
    ``chosen``: what would have been said for it.
    """

    window: int
    said: Words
    standing: tuple[Entry, ...]
    items: tuple[Alternative, ...]
    chosen: Mapping[Entry, Words] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """What stands in the place of one that is chosen."""
        return self.standing[-1].typed.strip(" ")

    @property
    def texts(self) -> tuple[str, ...]:
        """What can be chosen, by number less one."""
        return tuple(item.text.strip(" ") for item in self.items)


class Choosing:
    """``vocabulary``: the one in force. ``written``: how words are written. ``learning``: is told of what was chosen
    instead of what was heard.

    A list stands until something else is said. Where there is none "choose two" is text.
    """

    def __init__(
        self,
        writer: Writer,
        listener: Listener,
        vocabulary: Vocabulary,
        written: Written,
        learning: Learning,
    ) -> None:
        self._writer = writer
        self._corrector = writer.corrector
        self._listener = listener
        self._written = written
        self._learning = learning
        self._heard: deque[_Heard] = deque(maxlen=_REMEMBERED)
        self._why_none = "say \"correct that\" first"
        self.vocabulary = vocabulary
        self.readings_of: ReadingsOf = lambda _utterance: succeed(())
        self.listed: Listed | None = None
        """The list that one can be chosen of."""
        self.commands: Mapping[str, Obey] = {
            "alternatives": lambda passage, _: self._show(passage),
            "choose": lambda passage, command: self._choose(passage, command.number),
        }

    def remember(self, text: str, words: Words, utterance: int | None) -> None:
        """These words are about to be written."""
        self._heard.append(_Heard(text, words, utterance))

    def close(self) -> None:
        """Something else is done: the list is no longer what the user has in mind, and what was chosen is meant."""
        listed, self.listed = self.listed, None
        if listed is not None:
            self._why_none = _SINCE
            if (words := listed.chosen.get(self._last(listed.window) or listed.standing[-1])) is not None:
                self._learning.corrected(spoken(listed.said), spoken(words))

    @inlineCallbacks
    def _show(self, passage: Passage) -> Generator[Deferred[Any], Any, bool]:
        """List what else may have been said for the last words in the passage's window that can be changed."""
        window = passage.window
        entry = self._last(window)
        if entry is None:
            self._corrector.refuse_to("correct", window)
            return False
        if not self._meant(self._corrector.open_text(window)):
            self._writer.refuse("what else was said is known of whole phrases only, not of what is selected")
            return False
        heard = next((heard for heard in reversed(self._heard) if heard.text == entry.heard), None)
        if heard is None:
            self._writer.refuse("what else was said is not known: what stands last here is not as it was dictated")
            return False
        readings: tuple[str, ...] = ()
        if heard.utterance is not None:
            readings = yield self.readings_of(heard.utterance)
        if self._last(window) != entry:
            self._writer.refuse("something else was done in the window meanwhile")
            return False
        items = different(self._alternatives(passage, heard.words, readings, entry.before), entry.typed)
        if not items:
            self._writer.refuse("nothing else is known that may have been said")
            return False
        self.listed = Listed(window, heard.words, (entry,), items)
        self._listener.alternatives(self.listed.text, self.listed.texts)
        return False

    def _alternatives(
        self, passage: Passage, said: Words, readings: Sequence[str], before: Context
    ) -> Iterator[Alternative]:
        """What else may have been said, and at last the words themselves, as they would stand in that window."""
        profile = passage.profile
        others = said_otherwise(said, readings, self.vocabulary)
        literally = [FormattedWord(word.text) for word in said]
        for words, written in (*((words, self._written(words, profile)) for words in others), (said, literally)):
            text = writes(fitted(written, profile), profile)(before)
            if not profile.forbids(text):
                yield Alternative(text, words)

    @inlineCallbacks
    def _choose(self, passage: Passage, number: int) -> Generator[Deferred[Any], Any, bool]:
        """Put the ``number``-th of the list in the place of what stands there; another may be chosen after it."""
        listed = self.listed
        if listed is None:
            self._writer.refuse(f"there is no list to choose from: {self._why_none}")
            return False
        if not 1 <= number <= len(listed.items):
            self._writer.refuse(f"only {len(listed.items)} can be chosen from")
            return False
        if passage.window != listed.window:
            self._writer.refuse("what was listed is for another window")
            return False
        stands = self._last(listed.window)
        if stands is None:
            self._corrector.refuse_to("correct", listed.window)
            return False
        if stands not in listed.standing:
            self._writer.refuse(_SINCE)
            return False
        text, words = listed.items[number - 1]
        if stands.typed == text:
            return True

        def correction(open_text: OpenText) -> Change:
            return Change(open_text.phrase, len(open_text.text), text)

        done: bool = yield self._corrector.correct(listed.window, correction)
        if done and (stands := self._last(listed.window)) is not None:
            standing = (*listed.standing, stands)
            self.listed = replace(listed, standing=standing, chosen={**listed.chosen, stands: words})
        return done

    @staticmethod
    def _meant(open_text: OpenText) -> bool:
        """Whether "that" is the last phrase: nothing is selected, or nothing else."""
        (start, end), phrase = open_text.target, open_text.phrase
        return start >= phrase and open_text.text[start:end].strip() == open_text.text[phrase:].strip()

    def _last(self, window: int) -> Entry | None:
        """The last words in the window that may still be changed."""
        entries = self._corrector.open_text(window).entries
        return next((entry for entry in reversed(entries) if entry.typed), None)
