"""Spoken phrases and what is written for them.

All phrases compete by length: the longest that stands at a word wins. ``vocabulary_file`` reads them.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Mapping, Sequence, Set
from dataclasses import replace
from typing import TYPE_CHECKING

from windictator.text.commands.phrases import CommandPhrases
from windictator.text.formatting import FormattedWord
from windictator.text.phrase_conditions import Neighbours
from windictator.text.phrase_index import Phrase, PhraseMeanings
from windictator.text.phrases import PhraseTable
from windictator.text.sounds_like import SoundsLike
from windictator.text.spelling import as_a_word, spelled
from windictator.text.utterance import RecognizedWord
from windictator.text.word_case import WordCase, in_case, is_word

if TYPE_CHECKING:  # numbers bring a library along, and whoever reads a vocabulary may want none
    from windictator.text.numbers.language import Spoken
    from windictator.text.numbers.normaliser import Numbers

_FARTHER = 0.25
"""By how much less near a name may be where the user has asked what else was said."""


class Vocabulary:
    """What the phrases of one language mean; immutable."""

    def __init__(
        self,
        phrases: Mapping[tuple[str, ...], Phrase],
        escapes: frozenset[str] = frozenset(),
        neighbours: Neighbours | None = None,
        pause: float = 0.25,
        spelling: Mapping[tuple[str, ...], str] | None = None,
        ordinary: Collection[tuple[str, ...]] = (),
        small: frozenset[str] = frozenset(),
        numbers: Numbers | None = None,
        apostrophe: str = "'",
    ) -> None:
        """``phrases`` by their case-folded words. ``escapes``: words that take the phrase behind
        them literally. ``neighbours``: the words beside which a mark is none. ``pause``: seconds that set a phrase
        apart. ``spelling``: the characters that phrases of the spelling alphabet stand for. ``ordinary``: expressions
        that no mark is found in, where no pause breaks them. ``small``: words that titles begin with a small letter.
        ``numbers``: writes numbers; without it they stay words. ``apostrophe``: how that of words is written that are
        heard with one."""
        self.commands = CommandPhrases({})
        self._meanings = PhraseMeanings(
            PhraseTable(phrases),
            PhraseTable(spelling or {}),
            escapes,
            neighbours or Neighbours(),
            PhraseTable(dict.fromkeys(ordinary)),
        )
        self._pause = pause
        self._small = small
        self._numbers = numbers
        self._apostrophe = apostrophe
        self._for_command_lines: Vocabulary | None = None
        self._names: SoundsLike | None = None
        self._nearness = 1.0

    def with_numbers(self, numbers: Numbers | None) -> Vocabulary:
        """The same vocabulary with another writing of numbers."""
        changed = copy.copy(self)
        changed._numbers = numbers
        plain = numbers.for_command_lines() if numbers is not None else None
        changed._change_for_command_lines(lambda vocabulary: vocabulary.with_numbers(plain))
        return changed

    def with_command_lines(self, vocabulary: Vocabulary) -> Vocabulary:
        """Return this vocabulary with another one for what is dictated into a shell."""
        changed = copy.copy(self)
        changed._for_command_lines = vocabulary
        return changed

    @property
    def for_command_lines(self) -> Vocabulary:
        """The vocabulary for what is dictated into a shell; this one where the language has none."""
        return self._for_command_lines or self

    def _change_for_command_lines(self, change: Callable[[Vocabulary], Vocabulary]) -> None:
        if self._for_command_lines is not None:
            self._for_command_lines = change(self._for_command_lines)

    def with_commands(self, commands: CommandPhrases) -> Vocabulary:
        """The same vocabulary with these commands."""
        changed = copy.copy(self)
        changed.commands = commands
        changed._change_for_command_lines(lambda vocabulary: vocabulary.with_commands(commands))
        return changed

    def without_carets(self) -> Vocabulary:
        """The same vocabulary where no caret can go back into a snippet: the whole of it stands before the caret."""
        changed = copy.copy(self)
        whole = {phrase: meaning for phrase, meaning in self.phrases.items() if meaning.written.tail}
        for phrase, meaning in whole.items():
            word = meaning.written
            whole[phrase] = replace(meaning, written=replace(word, text=word.text + word.tail, tail=""))
        changed._meanings = self._meanings.with_phrases(whole)
        return changed

    def with_pause(self, seconds: float) -> Vocabulary:
        """The same vocabulary where so much silence sets words apart."""
        changed = copy.copy(self)
        changed._pause = seconds
        return changed

    @property
    def escapes(self) -> frozenset[str]:
        """The words that take the phrase behind them literally."""
        return self._meanings.escapes

    @property
    def phrases(self) -> PhraseTable[Phrase]:
        """What is written for phrases, commands apart."""
        return self._meanings.phrases

    def spelled(self, words: Sequence[RecognizedWord]) -> tuple[FormattedWord, ...]:
        """The characters that ``words`` spell; see ``spelling``."""
        return spelled(words, self._meanings.character_at, self.format)

    def is_spelled(self, words: Sequence[RecognizedWord]) -> bool:
        """Whether the words are nothing but characters that are spelled, at least one letter or digit among them."""
        return self._meanings.is_spelled([word.text.casefold() for word in words])

    @property
    def spelling(self) -> PhraseTable[str]:
        """The characters that phrases of the spelling alphabet stand for."""
        return self._meanings.spelling

    def with_marks(
        self, always: Collection[str] = (), paused: Collection[str] = (), never: Collection[str] = ()
    ) -> Vocabulary:
        """The same vocabulary with phrases that mean what they do wherever they stand, beside a pause only, or nowhere.

        Raises ``VocabularyError`` for one that means nothing here, or is in two of the lists.
        """
        changed = copy.copy(self)
        changed._meanings = self._meanings.with_marks(always, paused, never)
        return changed

    def with_words(self, own: Mapping[tuple[str, ...], Phrase], nearness: float = 1.0) -> Vocabulary:
        """This vocabulary and the user's own words, which take the place of phrases and commands of the same words.

        ``nearness``: 0..1, how near to a name must be what sounds like it; 1 for names alone as they are.
        """
        joined = copy.copy(self)
        names = [phrase for phrase, meaning in own.items() if meaning.sounds_like and nearness < 1]
        joined._names = SoundsLike(names, nearness) if names else None
        joined._nearness = nearness
        joined._meanings = self._meanings.with_phrases(own)
        joined.commands = self.commands.without(own.keys())
        joined._change_for_command_lines(lambda vocabulary: vocabulary.with_words(own, nearness))
        return joined

    @property
    def numbers(self) -> Numbers | None:
        """What writes numbers, None where they stay words."""
        return self._numbers

    def is_escaped(self, phrase: Sequence[str]) -> bool:
        """Whether the (case-folded) words begin with an escape that takes the next ones literally."""
        return bool(self._escaped(phrase, 0))

    def format(self, words: Sequence[RecognizedWord]) -> tuple[FormattedWord, ...]:
        """The words and marks to be written; words that the vocabulary does not know stay as they were heard."""
        if self._names is not None:
            words = self._names.recovered(words, self._meanings.unknown([word.text.casefold() for word in words]))
        heard = [word.text.casefold() for word in words]
        apart = self.apart(words)
        spoken = self._numbers.spoken(heard, apart or frozenset()) if self._numbers else None
        formatted: list[FormattedWord] = []
        cased: tuple[WordCase, int, int] | None = None  # for the words from which on, and where that was said
        position = 0
        while position < len(words):
            length, case, written = self._unit(words, heard, spoken, apart, position)
            if cased and (case or not all(map(is_word, written))):
                self._put_in_case(cased, formatted, words)
                cased = None
            if case:
                cased = case, len(formatted), position
            formatted += written
            position += length
        if cased:
            self._put_in_case(cased, formatted, words)
        return tuple(formatted)

    def near_matches(self, words: Sequence[RecognizedWord], most: int) -> list[tuple[RecognizedWord, ...]]:
        """What else may have been said: the words with one name of the user's in the place of what sounds somewhat
        like it, ``most`` of these, the nearest first. Less is enough than for a name that nobody asked for."""
        if self._names is None:
            return []
        least = max(0.0, self._nearness - _FARTHER)
        unknown = self._meanings.unknown([word.text.casefold() for word in words])
        found = self._names.nearest(words, unknown, least, most)
        return [(*words[: name.begin], *name.said(words), *words[name.end :]) for name in found]

    def _unit(
        self,
        words: Sequence[RecognizedWord],
        heard: list[str],
        spoken: Spoken | None,
        apart: Set[int] | None,
        position: int,
    ) -> tuple[int, WordCase | None, Sequence[FormattedWord]]:
        """What begins at ``position``: how many words, a case that is wanted for the ones behind, what is written."""
        if literal := self._escaped(heard, position, spoken):
            behind = words[position + 1 : position + 1 + literal]
            return 1 + literal, None, [self._plain(word) for word in behind]
        length, phrase = self._meanings.at(heard, position, apart)
        number = self._numbers.at(spoken, position) if self._numbers and spoken else None
        counted = number[0] if number else 0
        kept = self._meanings.kept(heard, position, apart)
        if kept > max(length, counted):
            return kept, None, [self._as_word(words[n], heard[n]) for n in range(position, position + kept)]
        if number is not None and counted > (length if phrase else 0):
            return counted, None, [replace(word, text=self._with_apostrophe(word.text)) for word in number[1]]
        if phrase is None:
            return length, None, (self._plain(words[position]),)
        if phrase.spells:
            return len(words) - position, None, as_a_word(self.spelled(words[position + length :]))
        return length, phrase.case, () if phrase.case else (phrase.written,)

    def _put_in_case(
        self, cased: tuple[WordCase, int, int], formatted: list[FormattedWord], words: Sequence[RecognizedWord]
    ) -> None:
        """Put together what was written since a case was asked for; where that is nothing, nothing was asked for."""
        case, begun, asked = cased
        if formatted[begun:]:
            formatted[begun:] = in_case(case, formatted[begun:], self._small)
        else:
            length = next(n for n, phrase in self.phrases.at([w.text.casefold() for w in words], asked) if phrase.case)
            formatted += map(self._plain, words[asked : asked + length])

    def _as_word(self, word: RecognizedWord, heard: str) -> FormattedWord:
        """As it is written where it is no mark: "i" is "I"."""
        phrase = self.phrases.get((heard,))
        if phrase and not phrase.after and phrase.written.text.casefold() == self._with_apostrophe(heard):
            return phrase.written
        return self._plain(word)

    def _plain(self, word: RecognizedWord) -> FormattedWord:
        """A word as it was heard."""
        return FormattedWord(self._with_apostrophe(word.text))

    def _with_apostrophe(self, text: str) -> str:
        return text.replace("'", self._apostrophe)

    def unsettled(self, heard: Sequence[str]) -> int:
        """How many of the last (case-folded) words may become part of a longer phrase with the next word, or mean
        something else before it."""
        settled = len(heard)
        # What is left is written as if nothing else had been said: its end must not depend on the word behind it.
        while changing := self._unsettled_end(heard[:settled], settled < len(heard)):
            settled -= changing
        return len(heard) - settled

    def _unsettled_end(self, heard: Sequence[str], followed: bool) -> int:
        """``followed``: the next word is known already, only not settled, so that no phrase becomes longer by it."""
        if self._numbers and (counted := self._numbers.unsettled(heard)):
            return counted
        end = len(heard)
        position = 0
        title = False
        while position < end:
            rest = end - position
            if not followed and self._meanings.may_become_longer(heard, position):
                return rest
            if self._meanings.is_decided_later(heard, position, self._may_be_escaped):
                return rest
            literal = self._escaped(heard, position)
            words = 1 + literal if literal else self._meanings.kept(heard, position)  # that are nothing else
            length, phrase = (words, None) if words else self._meanings.at(heard, position, None)
            if phrase and phrase.case:
                title = phrase.case is WordCase.TITLE
            elif phrase and not is_word(phrase.written):
                title = False
            last = rest == length
            if last and ((phrase and phrase.case) or (title and heard[-1] in self._small)):
                return rest
            position += length
        return 0

    def _may_be_escaped(self, heard: Sequence[str]) -> bool:
        """Whether words behind an escape may become a phrase that it makes literal."""
        return not heard or self.phrases.begins(heard) or self.commands.may_become(heard)

    def apart(self, words: Sequence[RecognizedWord]) -> frozenset[int] | None:
        """Which words come behind a pause; None where nothing is known of pauses."""
        if not words or words[-1].end <= 0:
            return None
        pause = self._pause
        return frozenset(n for n in range(1, len(words)) if words[n].start - words[n - 1].end >= pause)

    def _escaped(self, heard: Sequence[str], position: int, spoken: Spoken | None = None) -> int:
        """The number of words behind an escape at ``position`` that it makes literal, 0 where it is a word."""
        if heard[position] not in self.escapes or position + 1 == len(heard):
            return 0
        lengths = [length for length, _ in self.phrases.at(heard, position + 1)]
        if command := self.commands.literal_length(heard, position + 1):
            lengths.append(command)
        if spoken is not None and self._numbers and (number := self._numbers.at(spoken, position + 1)):
            lengths.append(number[0])
        return max(lengths, default=int(heard[position + 1] in self.escapes))
