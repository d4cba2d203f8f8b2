"""What the phrases of a vocabulary mean at the places where they stand."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from windictator.errors import UsageError
from windictator.text.formatting import FormattedWord
from windictator.text.phrase_conditions import Neighbours, Place, When
from windictator.text.phrases import PhraseTable
from windictator.text.word_case import WordCase, is_word


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

    @property
    def is_character(self) -> bool:
        """Whether it stands for a mark, or changes what is around it, and for no word."""
        return not (self.case or self.spells or any(map(str.isalnum, self.written.text)))


@dataclass(frozen=True)
class PhraseMeanings:
    """Words are case-folded. ``phrases``: what each means. ``spelling``: the characters that phrases of the spelling
    alphabet stand for. ``escapes``: words that take the phrase behind them literally. ``neighbours``: the words beside
    which a mark is none. ``ordinary``: expressions that no mark is found in, where no pause breaks them.
    """

    phrases: PhraseTable[Phrase]
    spelling: PhraseTable[str]
    escapes: frozenset[str]
    neighbours: Neighbours
    ordinary: PhraseTable[None]

    def with_phrases(self, phrases: Mapping[tuple[str, ...], Phrase]) -> PhraseMeanings:
        """These phrases too, in the place of the same ones, and of expressions of the same words."""
        return replace(
            self,
            phrases=PhraseTable({**dict(self.phrases.items()), **phrases}),
            ordinary=PhraseTable({each: None for each, _ in self.ordinary.items() if each not in phrases}),
        )

    def with_marks(self, always: Collection[str], paused: Collection[str], never: Collection[str]) -> PhraseMeanings:
        """Phrases that mean what they do wherever they stand, beside a pause only, or nowhere.

        Raises ``VocabularyError`` for one that means nothing here, or is in two of the lists.
        """
        settled: dict[tuple[str, ...], Phrase] = {}
        ordinary = self.ordinary
        lists = (("always", always, When.ANYWHERE), ("paused", paused, When.PAUSE), ("never", never, When.NEVER))
        for name, spoken, when in lists:
            for phrase in (tuple(each.casefold().split()) for each in spoken):
                known = self.phrases.get(phrase)
                if known is None:
                    raise VocabularyError(f"marks.{name}: {' '.join(phrase)!r} is no mark or effect of the vocabulary")
                if phrase in settled:
                    raise VocabularyError(f"marks.{name}: {' '.join(phrase)!r} is there twice")
                settled[phrase] = replace(known, when=when)
                if when is When.ANYWHERE:
                    ordinary = _without_part(ordinary, phrase)
        return replace(self, phrases=PhraseTable({**dict(self.phrases.items()), **settled}), ordinary=ordinary)

    def is_spelled(self, heard: Sequence[str], least: int = 1) -> bool:
        """Whether the words are nothing but letters, digits, marks and what changes their case, with at least ``least``
        letters or digits among them."""
        position = characters = 0
        while position < len(heard):
            length, character = self.character_at(heard, position)
            if not length:
                return False
            characters += character is not None
            position += length
        return characters >= least

    def character_at(self, heard: Sequence[str], start: int) -> tuple[int, str | None]:
        """What the spelling alphabet has at ``start``, and its length in words; no character where a mark is said that
        is longer ("at sign", not "at" and "sign"), (0, None) where neither is."""
        mark = next((n for n, phrase in self.phrases.at(heard, start) if phrase.is_character), 0)
        for length, character in self.spelling.at(heard, start):
            if mark <= length or all((word,) in self.spelling for word in heard[start : start + mark]):
                return length, character
            break
        return mark, None

    def at(self, heard: Sequence[str], start: int, apart: Set[int] | None) -> tuple[int, Phrase | None]:
        """The phrase at ``start`` and its length; (1, None) where there is none. ``apart``: see ``Place``."""
        for length, phrase in self.phrases.at(heard, start):
            if self._holds(phrase, heard, start, start + length, apart):
                return length, phrase
        return 1, None

    def kept(self, heard: Sequence[str], position: int, apart: Set[int] | None = None) -> int:
        """The number of words of an expression at ``position`` that are no marks."""
        for length, _ in self.ordinary.at(heard, position):
            if Place(heard, position, position + length, apart).unbroken:
                return length
        return 0

    def unknown(self, heard: Sequence[str]) -> list[bool]:
        """Whether each word stands for nothing but itself, in whatever case, and is no name of the user's either."""
        unknown = [word not in self.escapes for word in heard]
        for start in range(len(heard)):
            for length, phrase in self.phrases.at(heard, start):
                if phrase.sounds_like or phrase.written.text.casefold() != heard[start]:
                    unknown[start : start + length] = [False] * length
        return unknown

    def may_become_longer(self, heard: Sequence[str], position: int) -> bool:
        """Whether the words from ``position`` on may be the beginning of a longer phrase or expression."""
        rest = heard[position:]
        if len(rest) < self.phrases.longest and self.phrases.begins(rest):
            return True
        # An expression that begins with an ordinary word does not change how that is written.
        return self.ordinary.begins(rest) and self.at(heard, position, None)[1] is not None

    def is_decided_later(
        self, heard: Sequence[str], position: int, may_be_escaped: Callable[[Sequence[str]], bool]
    ) -> bool:
        """Whether the word behind the last one, or pauses, decide what is meant at ``position``. ``may_be_escaped``:
        whether words behind an escape may become a phrase that it makes literal."""
        rest = heard[position:]
        if heard[position] in self.escapes and may_be_escaped(rest[1:]):
            return True
        for length, phrase in self.phrases.at(heard, position):
            if phrase.spells and self.is_spelled(rest[length:], least=0):
                return True
            place = Place(heard, position, position + length)
            if self.neighbours.wait_for_pauses(phrase.when, place):
                return True
            if length == len(rest) and self._looks_ahead(phrase, place):
                return True
        return False

    def _looks_ahead(self, phrase: Phrase, place: Place) -> bool:
        """Whether the word behind it decides what the phrase means."""
        if phrase.when is When.ANYWHERE:
            return bool(phrase.after)
        return bool(phrase.after) or self.neighbours.look_ahead(phrase.when, place)

    def _holds(self, phrase: Phrase, heard: Sequence[str], start: int, end: int, apart: Set[int] | None) -> bool:
        """Whether ``heard[start:end]`` stands where the phrase means what it does."""
        if phrase.when is When.ANYWHERE and not phrase.after:
            return True
        place = Place(heard, start, end, apart)
        if phrase.after and not (place.previous in phrase.after or place.beside_digits):
            return False
        if phrase.spells and not self.is_spelled(heard[end:]):
            return False
        if phrase.when is When.BEFORE_WORD and not self._is_word_at(heard, end):
            return False
        return self.neighbours.allow(phrase.when, place)

    def _is_word_at(self, heard: Sequence[str], position: int) -> bool:
        return all(is_word(phrase.written) for _, phrase in self.phrases.at(heard, position))


def _without_part(expressions: PhraseTable[None], part: tuple[str, ...]) -> PhraseTable[None]:
    """The expressions but for those that these words are a part of."""
    spaced = f" {' '.join(part)} "
    return PhraseTable({each: None for each, _ in expressions.items() if spaced not in f" {' '.join(each)} "})
