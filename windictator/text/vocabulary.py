"""Spoken phrases and what is written for them.

All phrases compete by length: the longest that stands at a word wins. ``vocabulary_file`` reads them.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from windictator.errors import UsageError
from windictator.text.command_phrases import CommandPhrases
from windictator.text.formatting import FormattedWord
from windictator.text.phrases import PhraseTable
from windictator.text.sounds_like import SoundsLike
from windictator.text.spelling import is_spelled, spelled_word
from windictator.text.standing import Neighbours, Place, When
from windictator.text.utterance import RecognizedWord
from windictator.text.word_case import WordCase, in_case, is_word

if TYPE_CHECKING:  # numbers bring a library along, and whoever reads a vocabulary may want none
    from windictator.text.numbers.language import Spoken
    from windictator.text.numbers.normaliser import Numbers

_FARTHER = 0.25
"""By how much less near a name may be where the user has asked what else was said."""


class VocabularyError(UsageError):
    """A vocabulary that cannot be used: ``file:key: what is wrong, what is allowed``."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """What is written for a phrase, and where. ``sounds_like``: also for words that sound like it.

    ``after``: only behind one of these words, or beside digits; empty: behind any. ``case``: what becomes of the words
    behind it, to the next mark, effect or the utterance's end. ``spells``: the words behind it are letters.
    """

    written: FormattedWord
    when: When = When.ANYWHERE
    sounds_like: bool = False
    after: frozenset[str] = frozenset()
    case: WordCase | None = None
    spells: bool = False


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
        self.spelling: PhraseTable[str] = PhraseTable(spelling or {})
        self.commands = CommandPhrases({})
        self._phrases: PhraseTable[Phrase] = PhraseTable(phrases)
        self._escapes = escapes
        self._neighbours = neighbours or Neighbours()
        self._pause = pause
        self._ordinary: PhraseTable[None] = PhraseTable(dict.fromkeys(ordinary))
        self._small = small
        self._numbers = numbers
        self._apostrophe = apostrophe
        self._names: SoundsLike | None = None
        self._nearness = 1.0

    def with_numbers(self, numbers: Numbers | None) -> Vocabulary:
        """The same vocabulary with another writing of numbers."""
        changed = copy.copy(self)
        changed._numbers = numbers
        return changed

    def with_commands(self, commands: CommandPhrases) -> Vocabulary:
        """The same vocabulary with these commands."""
        changed = copy.copy(self)
        changed.commands = commands
        return changed

    def without_carets(self) -> Vocabulary:
        """The same vocabulary where no caret can go back into a snippet: the whole of it stands before the caret."""
        changed = copy.copy(self)
        whole = {phrase: meaning for phrase, meaning in self._phrases.items() if meaning.written.tail}
        for phrase, meaning in whole.items():
            word = meaning.written
            whole[phrase] = replace(meaning, written=replace(word, text=word.text + word.tail, tail=""))
        if whole:
            changed._phrases = PhraseTable({**dict(self._phrases.items()), **whole})
        return changed

    @property
    def escapes(self) -> frozenset[str]:
        """The words that take the phrase behind them literally."""
        return self._escapes

    @property
    def phrases(self) -> PhraseTable[Phrase]:
        """What is written for phrases, commands apart."""
        return self._phrases

    def with_marks(
        self, always: Collection[str] = (), paused: Collection[str] = (), never: Collection[str] = ()
    ) -> Vocabulary:
        """This vocabulary with phrases that mean what they do wherever they stand, beside a pause only, or nowhere.

        Raises ``VocabularyError`` for one that means nothing here, or is in two of the lists.
        """
        changed = copy.copy(self)
        phrases = dict(self._phrases.items())
        settled: set[tuple[str, ...]] = set()
        lists = (("always", always, When.ANYWHERE), ("paused", paused, When.PAUSE), ("never", never, When.NEVER))
        for name, spoken, when in lists:
            for phrase in (tuple(each.casefold().split()) for each in spoken):
                if phrase not in self._phrases:
                    raise VocabularyError(f"marks.{name}: {' '.join(phrase)!r} is no mark or effect of the vocabulary")
                if phrase in settled:
                    raise VocabularyError(f"marks.{name}: {' '.join(phrase)!r} is there twice")
                settled.add(phrase)
                phrases[phrase] = replace(phrases[phrase], when=when)
                if when is When.ANYWHERE:
                    changed._ordinary = changed._ordinary_without(phrase)
        changed._phrases = PhraseTable(phrases)
        return changed

    def _ordinary_without(self, phrase: tuple[str, ...]) -> PhraseTable[None]:
        """The expressions that no mark is found in, but for those that the phrase is a part of."""
        spaced = f" {' '.join(phrase)} "
        return PhraseTable({each: None for each, _ in self._ordinary.items() if spaced not in f" {' '.join(each)} "})

    def with_words(self, own: Mapping[tuple[str, ...], Phrase], nearness: float = 1.0) -> Vocabulary:
        """This vocabulary and the user's own words, which take the place of phrases and commands of the same words.

        ``nearness``: 0..1, how near to a name must be what sounds like it; 1 for names alone as they are.
        """
        joined = copy.copy(self)
        names = [phrase for phrase, meaning in own.items() if meaning.sounds_like and nearness < 1]
        joined._names = SoundsLike(names, nearness) if names else None
        joined._nearness = nearness
        joined._phrases = PhraseTable({**dict(self._phrases.items()), **own})
        joined._ordinary = PhraseTable({phrase: None for phrase, _ in self._ordinary.items() if phrase not in own})
        joined.commands = self.commands.without(own.keys())
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
            words = self._names.recovered(words, self._unknown(words))
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
        found = self._names.nearest(words, self._unknown(words), least, most)
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
        length, phrase = self._meaning(heard, position, apart)
        number = self._numbers.at(spoken, position) if self._numbers and spoken else None
        counted = number[0] if number else 0
        kept = self._kept(heard, position, apart)
        if kept > max(length, counted):
            return kept, None, [self._as_word(words[n], heard[n]) for n in range(position, position + kept)]
        if number is not None and counted > (length if phrase else 0):
            return counted, None, [replace(word, text=self._with_apostrophe(word.text)) for word in number[1]]
        if phrase is None:
            return length, None, (self._plain(words[position]),)
        if phrase.spells:
            return len(words) - position, None, spelled_word(words[position + length :], self)
        return length, phrase.case, () if phrase.case else (phrase.written,)

    def _put_in_case(
        self, cased: tuple[WordCase, int, int], formatted: list[FormattedWord], words: Sequence[RecognizedWord]
    ) -> None:
        """Put together what was written since a case was asked for; where that is nothing, nothing was asked for."""
        case, begun, asked = cased
        if formatted[begun:]:
            formatted[begun:] = in_case(case, formatted[begun:], self._small)
        else:
            length = next(n for n, phrase in self._phrases.at([w.text.casefold() for w in words], asked) if phrase.case)
            formatted += map(self._plain, words[asked : asked + length])

    def _kept(self, heard: Sequence[str], position: int, apart: Set[int] | None = None) -> int:
        """The number of words of an expression at ``position`` that are no marks."""
        for length, _ in self._ordinary.at(heard, position):
            if Place(heard, position, position + length, apart).unbroken:
                return length
        return 0

    def _as_word(self, word: RecognizedWord, heard: str) -> FormattedWord:
        """As it is written where it is no mark: "i" is "I"."""
        phrase = self._phrases.get((heard,))
        if phrase and not phrase.after and phrase.written.text.casefold() == self._with_apostrophe(heard):
            return phrase.written
        return self._plain(word)

    def _plain(self, word: RecognizedWord) -> FormattedWord:
        """A word as it was heard."""
        return FormattedWord(self._with_apostrophe(word.text))

    def _with_apostrophe(self, text: str) -> str:
        return text.replace("'", self._apostrophe)

    def _unknown(self, words: Sequence[RecognizedWord]) -> list[bool]:
        """Whether each word stands for nothing but itself, in whatever case, and is no name of the user's either."""
        heard = [word.text.casefold() for word in words]
        unknown = [word not in self._escapes for word in heard]
        for start in range(len(heard)):
            for length, phrase in self._phrases.at(heard, start):
                if phrase.sounds_like or phrase.written.text.casefold() != heard[start]:
                    unknown[start : start + length] = [False] * length
        return unknown

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
            if not followed and self._may_become_longer(heard, position):
                return rest
            if self._is_decided_later(heard, position):
                return rest
            literal = self._escaped(heard, position)
            words = 1 + literal if literal else self._kept(heard, position)  # that are nothing else
            length, phrase = (words, None) if words else self._meaning(heard, position, None)
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
        return not heard or self._phrases.begins(heard) or self.commands.may_become(heard)

    def _may_become_longer(self, heard: Sequence[str], position: int) -> bool:
        """Whether the words from ``position`` on may be the beginning of a longer phrase or expression."""
        rest = heard[position:]
        if len(rest) < self._phrases.longest and self._phrases.begins(rest):
            return True
        # An expression that begins with an ordinary word does not change how that is written.
        return self._ordinary.begins(rest) and self._meaning(heard, position, None)[1] is not None

    def _is_decided_later(self, heard: Sequence[str], position: int) -> bool:
        """Whether the word behind the last one, or pauses, decide what is meant at ``position``."""
        rest = heard[position:]
        if heard[position] in self._escapes and self._may_be_escaped(rest[1:]):
            return True
        for length, phrase in self._phrases.at(heard, position):
            if phrase.spells and is_spelled(rest[length:], self, least=0):
                return True
            place = Place(heard, position, position + length)
            if self._neighbours.wait_for_pauses(phrase.when, place):
                return True
            if length == len(rest) and self._looks_ahead(phrase, place):
                return True
        return False

    def _looks_ahead(self, phrase: Phrase, place: Place) -> bool:
        """Whether the word behind it decides what the phrase means."""
        if phrase.when is When.ANYWHERE:
            return bool(phrase.after)
        return bool(phrase.after) or self._neighbours.look_ahead(phrase.when, place)

    def apart(self, words: Sequence[RecognizedWord]) -> frozenset[int] | None:
        """Which words come behind a pause; None where nothing is known of pauses."""
        if not words or words[-1].end <= 0:
            return None
        pause = self._pause
        return frozenset(n for n in range(1, len(words)) if words[n].start - words[n - 1].end >= pause)

    def _escaped(self, heard: Sequence[str], position: int, spoken: Spoken | None = None) -> int:
        """The number of words behind an escape at ``position`` that it makes literal, 0 where it is a word."""
        if heard[position] not in self._escapes or position + 1 == len(heard):
            return 0
        lengths = [length for length, _ in self._phrases.at(heard, position + 1)]
        if command := self.commands.literal_length(heard, position + 1):
            lengths.append(command)
        if spoken is not None and self._numbers and (number := self._numbers.at(spoken, position + 1)):
            lengths.append(number[0])
        return max(lengths, default=int(heard[position + 1] in self._escapes))

    def _meaning(self, heard: Sequence[str], start: int, apart: Set[int] | None) -> tuple[int, Phrase | None]:
        """The phrase at ``start`` and its length; (1, None) where there is none."""
        for length, phrase in self._phrases.at(heard, start):
            if self._holds(phrase, heard, start, start + length, apart):
                return length, phrase
        return 1, None

    def _holds(self, phrase: Phrase, heard: Sequence[str], start: int, end: int, apart: Set[int] | None) -> bool:
        """Whether ``heard[start:end]`` stands where the phrase means what it does."""
        if phrase.when is When.ANYWHERE and not phrase.after:
            return True
        place = Place(heard, start, end, apart)
        if phrase.after and not (place.previous in phrase.after or place.beside_digits):
            return False
        if phrase.spells and not is_spelled(heard[end:], self):
            return False
        if phrase.when is When.BEFORE_WORD and not self._is_word_at(heard, end):
            return False
        return self._neighbours.allow(phrase.when, place)

    def _is_word_at(self, heard: Sequence[str], position: int) -> bool:
        return all(is_word(phrase.written) for _, phrase in self._phrases.at(heard, position))
