"""Meaning of phrases at their positions in an utterance."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from windictator.errors import UsageError
from windictator.text.formatting import FormattedWord
from windictator.text.noun_evidence import NounEvidence
from windictator.text.phrase_conditions import Condition, ContextWords, PhrasePosition
from windictator.text.phrases import PhraseMap
from windictator.text.word_case import WordCase, is_word


class VocabularyError(UsageError):
    """Error in a vocabulary: ``file:key: what is wrong, what is allowed``."""


@dataclass(frozen=True, slots=True)
class VocabularyEntry:
    """Text that is written for a phrase, and where it is written.

    written: the text; its formatting may be an effect on the next words.
    when: condition under which the phrase has this meaning.
    sounds_like: True if words that sound like it are replaced by it.
    after: words of which one must precede it, unless it is beside digits; empty for no such condition.
    case: case of the words after it, up to the next symbol, effect, or end of the utterance.
    spells: True if the words after it are spelled characters.
    noun: evidence that it is an ordinary word; None if there is no such evidence.
    """

    written: FormattedWord
    when: Condition = Condition.ANYWHERE
    sounds_like: bool = False
    after: frozenset[str] = frozenset()
    case: WordCase | None = None
    spells: bool = False
    noun: NounEvidence | None = None

    @property
    def is_symbol(self) -> bool:
        """True if it is a symbol or an effect, and not a word."""
        return not (self.case or self.spells or any(map(str.isalnum, self.written.text)))


@dataclass(frozen=True)
class PhraseIndex:
    """Phrases by their case-folded words.

    phrases: meaning of each phrase.
    spelling: characters of the spelling alphabet.
    literal_prefixes: words that make the phrase after them literal.
    context_words: words beside which a phrase is not a symbol.
    not_symbols: expressions that contain no symbol unless a pause interrupts them.
    """

    phrases: PhraseMap[VocabularyEntry]
    spelling: PhraseMap[str]
    literal_prefixes: frozenset[str]
    context_words: ContextWords
    not_symbols: PhraseMap[None]
    first_words: frozenset[str] = field(init=False)
    """Words that begin a phrase, an expression or a literal; at any other word nothing has a meaning of its own."""

    def __post_init__(self) -> None:
        beginnings = self.literal_prefixes.union(self.phrases.first_words, self.not_symbols.first_words)
        object.__setattr__(self, "first_words", beginnings)

    def with_phrases(self, phrases: Mapping[tuple[str, ...], VocabularyEntry]) -> PhraseIndex:
        """Return the index with more phrases, which replace phrases and expressions of the same words."""
        return replace(
            self,
            phrases=PhraseMap({**dict(self.phrases.items()), **phrases}),
            not_symbols=PhraseMap({each: None for each, _ in self.not_symbols.items() if each not in phrases}),
        )

    def with_symbol_rules(
        self, always: Collection[str], only_at_pause: Collection[str], never: Collection[str]
    ) -> PhraseIndex:
        """Return the index with phrases that are symbols always, only beside a pause, or never.

        Raises VocabularyError for a phrase without a meaning here, or in two of the lists.
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
                    from difflib import get_close_matches  # here, because only an error needs it

                    said = " ".join(phrase)
                    near = get_close_matches(said, [" ".join(each) for each, _ in self.phrases.items()], n=1)
                    raise VocabularyError(
                        f"symbols.{name}: {said!r} is not a symbol or effect of the vocabulary;"
                        + (f" did you mean {near[0]!r}?" if near else " windictator commands lists them")
                    )
                if phrase in settled:
                    raise VocabularyError(f"symbols.{name}: {' '.join(phrase)!r} is listed twice")
                settled[phrase] = replace(known, when=when, noun=None)
                if when is Condition.ANYWHERE:
                    ordinary = _without_overlaps(ordinary, phrase)
        return replace(self, phrases=PhraseMap({**dict(self.phrases.items()), **settled}), not_symbols=ordinary)

    def is_spelled(self, tokens: Sequence[str], minimum: int = 1) -> bool:
        """Return True if the words are spelled letters, digits, symbols and their case only.

        minimum: number of letters and digits that they must contain.
        """
        position = characters = 0
        while position < len(tokens):
            length, character = self.character_at(tokens, position)
            if not length:
                return False
            characters += character is not None
            position += length
        return characters >= minimum

    def character_at(self, tokens: Sequence[str], start: int) -> tuple[int, str | None]:
        """Return the length and the character of the spelling alphabet's phrase at ``start``.

        A longer symbol there ("at sign", not "at" and "sign") gives its length and None. Nothing gives (0, None).
        """
        symbol = next((n for n, phrase in self.phrases.matches(tokens, start) if phrase.is_symbol), 0)
        for length, character in self.spelling.matches(tokens, start):
            if symbol <= length or all((word,) in self.spelling for word in tokens[start : start + symbol]):
                return length, character
            break
        return symbol, None

    def match(
        self, tokens: Sequence[str], start: int, pause_before: Set[int] | None
    ) -> tuple[int, VocabularyEntry | None]:
        """Return the length and meaning of the longest phrase at ``start``, else (1, None).

        pause_before: positions of words after a pause, None if unknown.
        """
        for length, phrase in self.phrases.matches(tokens, start):
            if self._holds(phrase, tokens, start, start + length, pause_before):
                return length, phrase
        return 1, None

    def literal_length(self, tokens: Sequence[str], position: int, pause_before: Set[int] | None = None) -> int:
        """Return the number of words of an expression at ``position`` that contains no symbol, else 0."""
        for length, _ in self.not_symbols.matches(tokens, position):
            if PhrasePosition(tokens, position, position + length, pause_before).is_unbroken:
                return length
        return 0

    def is_excluded(self, tokens: Sequence[str], position: int) -> bool:
        """Return True if a phrase at ``position`` is never anything but its words."""
        if tokens[position] not in self.phrases.first_words:
            return False
        return any(phrase.when is Condition.NEVER for _, phrase in self.phrases.matches(tokens, position))

    def out_of_vocabulary(self, tokens: Sequence[str]) -> list[bool]:
        """Return, for each word, True if it has no meaning but itself and is not a name of the user's."""
        unknown = [word not in self.literal_prefixes for word in tokens]
        for start in range(len(tokens)):
            for length, phrase in self.phrases.matches(tokens, start):
                if phrase.sounds_like or phrase.written.text.casefold() != tokens[start]:
                    unknown[start : start + length] = [False] * length
        return unknown

    def may_extend(self, tokens: Sequence[str], position: int) -> bool:
        """Return True if the words from ``position`` on may begin a longer phrase or expression."""
        rest = tokens[position:]
        if len(rest) < self.phrases.max_words and self.phrases.is_prefix(rest):
            return True
        # An expression that begins with an ordinary word does not change the way that word is written.
        return self.not_symbols.is_prefix(rest) and self.match(tokens, position, None)[1] is not None

    def depends_on_next_word(
        self, tokens: Sequence[str], position: int, may_be_literal: Callable[[Sequence[str]], bool]
    ) -> bool:
        """Return True if the meaning at ``position`` depends on a word after the last one, or on pauses.

        may_be_literal: function that tells if words after a literal prefix may become a phrase that it makes literal.
        """
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
            if (
                phrase.noun is not None
                and not self.context_words.excludes(phrase.when, place)
                and len(rest) - length < phrase.noun.words_needed_after(place)
            ):
                return True
        return False

    def _needs_next_word(self, phrase: VocabularyEntry, place: PhrasePosition) -> bool:
        """Return True if the meaning of the phrase depends on the word after it."""
        if phrase.when is Condition.ANYWHERE:
            return bool(phrase.after)
        return bool(phrase.after) or self.context_words.depends_on_next_word(phrase.when, place)

    def _holds(
        self, phrase: VocabularyEntry, tokens: Sequence[str], start: int, end: int, pause_before: Set[int] | None
    ) -> bool:
        """Return True if the conditions of the phrase hold for ``tokens[start:end]``."""
        if phrase.when is Condition.ANYWHERE and not phrase.after and phrase.noun is None:
            return True
        place = PhrasePosition(tokens, start, end, pause_before)
        if phrase.after and not (place.previous_word in phrase.after or place.is_beside_digits):
            return False
        if phrase.spells and not self.is_spelled(tokens[end:]):
            return False
        if phrase.noun is not None and phrase.noun.found(place):
            return False
        if phrase.when is Condition.BEFORE_WORD and not self._is_word_at(tokens, end):
            return False
        return self.context_words.holds(phrase.when, place)

    def _is_word_at(self, tokens: Sequence[str], position: int) -> bool:
        return all(is_word(phrase.written) for _, phrase in self.phrases.matches(tokens, position))


def _without_overlaps(expressions: PhraseMap[None], part: tuple[str, ...]) -> PhraseMap[None]:
    """Return the expressions that do not contain these words."""
    spaced = f" {' '.join(part)} "
    return PhraseMap({each: None for each, _ in expressions.items() if spaced not in f" {' '.join(each)} "})
