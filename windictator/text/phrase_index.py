"""What the phrases of a vocabulary mean at the places where they stand."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from windictator.errors import UsageError
from windictator.text.formatting import FormattedWord
from windictator.text.phrase_conditions import Condition, ContextWords, PhrasePosition
from windictator.text.phrases import PhraseMap
from windictator.text.word_case import WordCase, is_word


class VocabularyError(UsageError):
    """A vocabulary that cannot be used: ``file:key: what is wrong, what is allowed``."""


@dataclass(frozen=True, slots=True)
class VocabularyEntry:
    """What is written for a phrase, and where. ``sounds_like``: also for words that sound like it.

    ``after``: only behind one of these words, or beside digits; empty: behind any. ``case``: what becomes of the words
    behind it, to the next mark, effect or the utterance's end. ``spells``: the words behind it are letters.
    """

    written: FormattedWord
    when: Condition = Condition.ANYWHERE
    sounds_like: bool = False
    after: frozenset[str] = frozenset()
    case: WordCase | None = None
    spells: bool = False

    @property
    def is_symbol(self) -> bool:
        """Whether it stands for a mark, or changes what is around it, and for no word."""
        return not (self.case or self.spells or any(map(str.isalnum, self.written.text)))


@dataclass(frozen=True)
class PhraseIndex:
    """Words are case-folded. ``phrases``: what each means. ``spelling``: the characters that phrases of the spelling
    alphabet stand for. ``escapes``: words that take the phrase behind them literally. ``neighbours``: the words beside
    which a mark is none. ``ordinary``: expressions that no mark is found in, where no pause breaks them.
    """

    phrases: PhraseMap[VocabularyEntry]
    spelling: PhraseMap[str]
    literal_prefixes: frozenset[str]
    context_words: ContextWords
    not_symbols: PhraseMap[None]

    def with_phrases(self, phrases: Mapping[tuple[str, ...], VocabularyEntry]) -> PhraseIndex:
        """These phrases too, in the place of the same ones, and of expressions of the same words."""
        return replace(
            self,
            phrases=PhraseMap({**dict(self.phrases.items()), **phrases}),
            not_symbols=PhraseMap({each: None for each, _ in self.not_symbols.items() if each not in phrases}),
        )

    def with_symbol_rules(
        self, always: Collection[str], only_at_pause: Collection[str], never: Collection[str]
    ) -> PhraseIndex:
        """Phrases that mean what they do wherever they stand, beside a pause only, or nowhere.

        Raises ``VocabularyError`` for one that means nothing here, or is in two of the lists.
        """
        settled: dict[tuple[str, ...], VocabularyEntry] = {}
        ordinary = self.not_symbols
        lists = (
            ("always", always, Condition.ANYWHERE),
            ("only_at_pause", only_at_pause, Condition.AT_PAUSE),
            ("never", never, Condition.NEVER),
        )
        for name, spoken, when in lists:
            for phrase in (tuple(each.casefold().split()) for each in spoken):
                known = self.phrases.get(phrase)
                if known is None:
                    raise VocabularyError(
                        f"symbols.{name}: {' '.join(phrase)!r} is not a symbol or effect of the vocabulary"
                    )
                if phrase in settled:
                    raise VocabularyError(f"symbols.{name}: {' '.join(phrase)!r} is there twice")
                settled[phrase] = replace(known, when=when)
                if when is Condition.ANYWHERE:
                    ordinary = _without_overlaps(ordinary, phrase)
        return replace(self, phrases=PhraseMap({**dict(self.phrases.items()), **settled}), not_symbols=ordinary)

    def is_spelled(self, tokens: Sequence[str], minimum: int = 1) -> bool:
        """Whether the words are nothing but letters, digits, marks and what changes their case, with at least ``least``
        letters or digits among them."""
        position = characters = 0
        while position < len(tokens):
            length, character = self.character_at(tokens, position)
            if not length:
                return False
            characters += character is not None
            position += length
        return characters >= minimum

    def character_at(self, tokens: Sequence[str], start: int) -> tuple[int, str | None]:
        """What the spelling alphabet has at ``start``, and its length in words; no character where a mark is said that
        is longer ("at sign", not "at" and "sign"), (0, None) where neither is."""
        mark = next((n for n, phrase in self.phrases.matches(tokens, start) if phrase.is_symbol), 0)
        for length, character in self.spelling.matches(tokens, start):
            if mark <= length or all((word,) in self.spelling for word in tokens[start : start + mark]):
                return length, character
            break
        return mark, None

    def match(
        self, tokens: Sequence[str], start: int, pause_before: Set[int] | None
    ) -> tuple[int, VocabularyEntry | None]:
        """The phrase at ``start`` and its length; (1, None) where there is none. ``apart``: see ``Place``."""
        for length, phrase in self.phrases.matches(tokens, start):
            if self._holds(phrase, tokens, start, start + length, pause_before):
                return length, phrase
        return 1, None

    def literal_length(self, tokens: Sequence[str], position: int, pause_before: Set[int] | None = None) -> int:
        """The number of words of an expression at ``position`` that are no marks."""
        for length, _ in self.not_symbols.matches(tokens, position):
            if PhrasePosition(tokens, position, position + length, pause_before).is_unbroken:
                return length
        return 0

    def out_of_vocabulary(self, tokens: Sequence[str]) -> list[bool]:
        """Whether each word stands for nothing but itself, in whatever case, and is no name of the user's either."""
        unknown = [word not in self.literal_prefixes for word in tokens]
        for start in range(len(tokens)):
            for length, phrase in self.phrases.matches(tokens, start):
                if phrase.sounds_like or phrase.written.text.casefold() != tokens[start]:
                    unknown[start : start + length] = [False] * length
        return unknown

    def may_extend(self, tokens: Sequence[str], position: int) -> bool:
        """Whether the words from ``position`` on may be the beginning of a longer phrase or expression."""
        rest = tokens[position:]
        if len(rest) < self.phrases.max_words and self.phrases.is_prefix(rest):
            return True
        # An expression that begins with an ordinary word does not change how that is written.
        return self.not_symbols.is_prefix(rest) and self.match(tokens, position, None)[1] is not None

    def depends_on_next_word(
        self, tokens: Sequence[str], position: int, may_be_literal: Callable[[Sequence[str]], bool]
    ) -> bool:
        """Whether the word behind the last one, or pauses, decide what is meant at ``position``. ``may_be_escaped``:
        whether words behind an escape may become a phrase that it makes literal."""
        rest = tokens[position:]
        if tokens[position] in self.literal_prefixes and may_be_literal(rest[1:]):
            return True
        for length, phrase in self.phrases.matches(tokens, position):
            if phrase.spells and self.is_spelled(rest[length:], minimum=0):
                return True
            place = PhrasePosition(tokens, position, position + length)
            if self.context_words.depends_on_pauses(phrase.when, place):
                return True
            if length == len(rest) and self._needs_next_word(phrase, place):
                return True
        return False

    def _needs_next_word(self, phrase: VocabularyEntry, place: PhrasePosition) -> bool:
        """Whether the word behind it decides what the phrase means."""
        if phrase.when is Condition.ANYWHERE:
            return bool(phrase.after)
        return bool(phrase.after) or self.context_words.depends_on_next_word(phrase.when, place)

    def _holds(
        self, phrase: VocabularyEntry, tokens: Sequence[str], start: int, end: int, pause_before: Set[int] | None
    ) -> bool:
        """Whether ``heard[start:end]`` stands where the phrase means what it does."""
        if phrase.when is Condition.ANYWHERE and not phrase.after:
            return True
        place = PhrasePosition(tokens, start, end, pause_before)
        if phrase.after and not (place.previous_word in phrase.after or place.is_beside_digits):
            return False
        if phrase.spells and not self.is_spelled(tokens[end:]):
            return False
        if phrase.when is Condition.BEFORE_WORD and not self._is_word_at(tokens, end):
            return False
        return self.context_words.holds(phrase.when, place)

    def _is_word_at(self, tokens: Sequence[str], position: int) -> bool:
        return all(is_word(phrase.written) for _, phrase in self.phrases.matches(tokens, position))


def _without_overlaps(expressions: PhraseMap[None], part: tuple[str, ...]) -> PhraseMap[None]:
    """The expressions but for those that these words are a part of."""
    spaced = f" {' '.join(part)} "
    return PhraseMap({each: None for each, _ in expressions.items() if spaced not in f" {' '.join(each)} "})
