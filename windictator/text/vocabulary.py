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
from windictator.text.phrase_conditions import ContextWords
from windictator.text.phrase_index import PhraseIndex, VocabularyEntry
from windictator.text.phrases import PhraseMap
from windictator.text.sounds_like import SoundsLike
from windictator.text.spelling import as_a_word, spell_out
from windictator.text.utterance import RecognizedWord
from windictator.text.word_case import WordCase, apply_case, is_word

if TYPE_CHECKING:  # numbers bring a library along, and whoever reads a vocabulary may want none
    from windictator.text.numbers.language import Tokens
    from windictator.text.numbers.normaliser import NumberNormaliser

_RELAXED_BY = 0.25
"""By how much less near a name may be where the user has asked what else was said."""


class Vocabulary:
    """What the phrases of one language mean; immutable."""

    def __init__(
        self,
        phrases: Mapping[tuple[str, ...], VocabularyEntry],
        literal_prefixes: frozenset[str] = frozenset(),
        context_words: ContextWords | None = None,
        pause_s: float = 0.25,
        spelling: Mapping[tuple[str, ...], str] | None = None,
        not_symbols: Collection[tuple[str, ...]] = (),
        minor_words: frozenset[str] = frozenset(),
        apostrophe: str = "'",
    ) -> None:
        """``phrases`` by their case-folded words. ``escapes``: words that take the phrase behind
        them literally. ``neighbours``: the words beside which a mark is none. ``pause``: seconds that set a phrase
        apart. ``spelling``: the characters that phrases of the spelling alphabet stand for. ``ordinary``: expressions
        that no mark is found in, where no pause breaks them. ``small``: words that titles begin with a small letter.
        ``numbers``: writes numbers; without it they stay words. ``apostrophe``: how that of words is written that are
        heard with one."""
        self.commands = CommandPhrases({})
        self._meanings = PhraseIndex(
            PhraseMap(phrases),
            PhraseMap(spelling or {}),
            literal_prefixes,
            context_words or ContextWords(),
            PhraseMap(dict.fromkeys(not_symbols)),
        )
        self._pause_s = pause_s
        self._minor_words = minor_words
        self._numbers: NumberNormaliser | None = None
        self._apostrophe = apostrophe
        self._for_command_lines: Vocabulary | None = None
        self._names: SoundsLike | None = None
        self._threshold = 1.0

    def with_numbers(self, numbers: NumberNormaliser | None) -> Vocabulary:
        """The same vocabulary with another writing of numbers."""
        changed = copy.copy(self)
        changed._numbers = numbers
        plain = numbers.for_command_lines() if numbers is not None else None
        changed._update_command_line_vocabulary(lambda vocabulary: vocabulary.with_numbers(plain))
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

    def _update_command_line_vocabulary(self, change: Callable[[Vocabulary], Vocabulary]) -> None:
        if self._for_command_lines is not None:
            self._for_command_lines = change(self._for_command_lines)

    def with_commands(self, commands: CommandPhrases) -> Vocabulary:
        """The same vocabulary with these commands."""
        changed = copy.copy(self)
        changed.commands = commands
        changed._update_command_line_vocabulary(lambda vocabulary: vocabulary.with_commands(commands))
        return changed

    def without_cursor_positions(self) -> Vocabulary:
        """The same vocabulary where no caret can go back into a snippet: the whole of it stands before the caret."""
        changed = copy.copy(self)
        whole = {phrase: meaning for phrase, meaning in self.phrases.items() if meaning.written.after_cursor}
        for phrase, meaning in whole.items():
            word = meaning.written
            whole[phrase] = replace(meaning, written=replace(word, text=word.text + word.after_cursor, after_cursor=""))
        changed._meanings = self._meanings.with_phrases(whole)
        return changed

    def with_pause(self, seconds: float) -> Vocabulary:
        """The same vocabulary where so much silence sets words apart."""
        changed = copy.copy(self)
        changed._pause_s = seconds
        return changed

    @property
    def literal_prefixes(self) -> frozenset[str]:
        """The words that take the phrase behind them literally."""
        return self._meanings.literal_prefixes

    @property
    def phrases(self) -> PhraseMap[VocabularyEntry]:
        """What is written for phrases, commands apart."""
        return self._meanings.phrases

    @property
    def minor_words(self) -> frozenset[str]:
        """Case-folded words that a title writes in lower case, except at its ends."""
        return self._minor_words

    def spell_out(self, words: Sequence[RecognizedWord]) -> tuple[FormattedWord, ...]:
        """The characters that ``words`` spell; see ``spelling``."""
        return spell_out(words, self._meanings.character_at, self.format)

    def is_spelled(self, words: Sequence[RecognizedWord]) -> bool:
        """Whether the words are nothing but characters that are spelled, at least one letter or digit among them."""
        return self._meanings.is_spelled([word.text.casefold() for word in words])

    @property
    def spelling(self) -> PhraseMap[str]:
        """The characters that phrases of the spelling alphabet stand for."""
        return self._meanings.spelling

    def with_symbol_rules(
        self, always: Collection[str] = (), only_at_pause: Collection[str] = (), never: Collection[str] = ()
    ) -> Vocabulary:
        """The same vocabulary with phrases that mean what they do wherever they stand, beside a pause only, or nowhere.

        Raises ``VocabularyError`` for one that means nothing here, or is in two of the lists.
        """
        changed = copy.copy(self)
        changed._meanings = self._meanings.with_symbol_rules(always, only_at_pause, never)
        return changed

    def with_user_words(self, words: Mapping[tuple[str, ...], VocabularyEntry], threshold: float = 1.0) -> Vocabulary:
        """This vocabulary and the user's own words, which take the place of phrases and commands of the same words.

        ``nearness``: 0..1, how near to a name must be what sounds like it; 1 for names alone as they are.
        """
        joined = copy.copy(self)
        names = [phrase for phrase, meaning in words.items() if meaning.sounds_like and threshold < 1]
        joined._names = SoundsLike(names, threshold) if names else None
        joined._threshold = threshold
        joined._meanings = self._meanings.with_phrases(words)
        joined.commands = self.commands.without(words.keys())
        joined._update_command_line_vocabulary(lambda vocabulary: vocabulary.with_user_words(words, threshold))
        return joined

    @property
    def numbers(self) -> NumberNormaliser | None:
        """What writes numbers, None where they stay words."""
        return self._numbers

    def starts_with_literal_prefix(self, phrase: Sequence[str]) -> bool:
        """Whether the (case-folded) words begin with an escape that takes the next ones literally."""
        return bool(self._literal_length(phrase, 0))

    def format(self, words: Sequence[RecognizedWord]) -> tuple[FormattedWord, ...]:
        """The words and marks to be written; words that the vocabulary does not know stay as they were heard."""
        if self._names is not None:
            words = self._names.replace_names(
                words, self._meanings.out_of_vocabulary([word.text.casefold() for word in words])
            )
        heard = [word.text.casefold() for word in words]
        apart = self.find_pauses(words)
        spoken = self._numbers.tokenise(heard, apart or frozenset()) if self._numbers else None
        formatted: list[FormattedWord] = []
        cased: tuple[WordCase, int, int] | None = None  # for the words from which on, and where that was said
        position = 0
        while position < len(words):
            length, case, written = self._unit(words, heard, spoken, apart, position)
            if cased and (case or not all(map(is_word, written))):
                self._apply_case(cased, formatted, words)
                cased = None
            if case:
                cased = case, len(formatted), position
            formatted += written
            position += length
        if cased:
            self._apply_case(cased, formatted, words)
        return tuple(formatted)

    def similar_names(self, words: Sequence[RecognizedWord], limit: int) -> list[tuple[RecognizedWord, ...]]:
        """What else may have been said: the words with one name of the user's in the place of what sounds somewhat
        like it, ``most`` of these, the nearest first. Less is enough than for a name that nobody asked for."""
        if self._names is None:
            return []
        least = max(0.0, self._threshold - _RELAXED_BY)
        unknown = self._meanings.out_of_vocabulary([word.text.casefold() for word in words])
        found = self._names.closest(words, unknown, least, limit)
        return [(*words[: name.begin], *name.words(words), *words[name.end :]) for name in found]

    def _unit(
        self,
        words: Sequence[RecognizedWord],
        tokens: list[str],
        spoken: Tokens | None,
        pause_before: Set[int] | None,
        position: int,
    ) -> tuple[int, WordCase | None, Sequence[FormattedWord]]:
        """What begins at ``position``: how many words, a case that is wanted for the ones behind, what is written."""
        if literal := self._literal_length(tokens, position, spoken):
            behind = words[position + 1 : position + 1 + literal]
            return 1 + literal, None, [self._plain(word) for word in behind]
        length, phrase = self._meanings.match(tokens, position, pause_before)
        number = self._numbers.match(spoken, position) if self._numbers and spoken else None
        counted = number[0] if number else 0
        kept = self._meanings.literal_length(tokens, position, pause_before)
        if kept > max(length, counted):
            return kept, None, [self._as_word(words[n], tokens[n]) for n in range(position, position + kept)]
        if number is not None and counted > (length if phrase else 0):
            return counted, None, [replace(word, text=self._with_apostrophe(word.text)) for word in number[1]]
        if phrase is None:
            return length, None, (self._plain(words[position]),)
        if phrase.spells:
            return len(words) - position, None, as_a_word(self.spell_out(words[position + length :]))
        return length, phrase.case, () if phrase.case else (phrase.written,)

    def _apply_case(
        self, cased: tuple[WordCase, int, int], formatted: list[FormattedWord], words: Sequence[RecognizedWord]
    ) -> None:
        """Put together what was written since a case was asked for; where that is nothing, nothing was asked for."""
        case, begun, asked = cased
        if formatted[begun:]:
            formatted[begun:] = apply_case(case, formatted[begun:], self._minor_words)
        else:
            length = next(
                n for n, phrase in self.phrases.matches([w.text.casefold() for w in words], asked) if phrase.case
            )
            formatted += map(self._plain, words[asked : asked + length])

    def _as_word(self, word: RecognizedWord, transcript: str) -> FormattedWord:
        """As it is written where it is no mark: "i" is "I"."""
        phrase = self.phrases.get((transcript,))
        if phrase and not phrase.after and phrase.written.text.casefold() == self._with_apostrophe(transcript):
            return phrase.written
        return self._plain(word)

    def _plain(self, word: RecognizedWord) -> FormattedWord:
        """A word as it was heard."""
        return FormattedWord(self._with_apostrophe(word.text))

    def _with_apostrophe(self, text: str) -> str:
        return text.replace("'", self._apostrophe)

    def unstable_word_count(self, tokens: Sequence[str]) -> int:
        """How many of the last (case-folded) words may become part of a longer phrase with the next word, or mean
        something else before it."""
        settled = len(tokens)
        # What is left is written as if nothing else had been said: its end must not depend on the word behind it.
        while changing := self._unstable_end(tokens[:settled], settled < len(tokens)):
            settled -= changing
        return len(tokens) - settled

    def _unstable_end(self, tokens: Sequence[str], followed: bool) -> int:
        """``followed``: the next word is known already, only not settled, so that no phrase becomes longer by it."""
        if self._numbers and (counted := self._numbers.unstable_word_count(tokens)):
            return counted
        end = len(tokens)
        position = 0
        title = False
        while position < end:
            rest = end - position
            if not followed and self._meanings.may_extend(tokens, position):
                return rest
            if self._meanings.depends_on_next_word(tokens, position, self._may_be_literal):
                return rest
            literal = self._literal_length(tokens, position)
            words = 1 + literal if literal else self._meanings.literal_length(tokens, position)  # that are nothing else
            length, phrase = (words, None) if words else self._meanings.match(tokens, position, None)
            if phrase and phrase.case:
                title = phrase.case is WordCase.TITLE
            elif phrase and not is_word(phrase.written):
                title = False
            last = rest == length
            if last and ((phrase and phrase.case) or (title and tokens[-1] in self._minor_words)):
                return rest
            position += length
        return 0

    def _may_be_literal(self, tokens: Sequence[str]) -> bool:
        """Whether words behind an escape may become a phrase that it makes literal."""
        return not tokens or self.phrases.is_prefix(tokens) or self.commands.may_complete(tokens)

    def find_pauses(self, words: Sequence[RecognizedWord]) -> frozenset[int] | None:
        """Which words come behind a pause; None where nothing is known of pauses."""
        if not words or words[-1].end <= 0:
            return None
        pause = self._pause_s
        return frozenset(n for n in range(1, len(words)) if words[n].start - words[n - 1].end >= pause)

    def _literal_length(self, tokens: Sequence[str], position: int, spoken: Tokens | None = None) -> int:
        """The number of words behind an escape at ``position`` that it makes literal, 0 where it is a word."""
        if tokens[position] not in self.literal_prefixes or position + 1 == len(tokens):
            return 0
        lengths = [length for length, _ in self.phrases.matches(tokens, position + 1)]
        if command := self.commands.literal_word_count(tokens, position + 1):
            lengths.append(command)
        if spoken is not None and self._numbers and (number := self._numbers.match(spoken, position + 1)):
            lengths.append(number[0])
        return max(lengths, default=int(tokens[position + 1] in self.literal_prefixes))
