"""Vocabulary: spoken phrases and the text that is written for them.

All phrases compete by length: the longest phrase at a word is used. ``settings.vocabulary`` reads them from files.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Mapping, Sequence, Set
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from windictator.text.commands.phrases import CommandPhrases
from windictator.text.formatting import FormattedWord, Formatting, joins_words
from windictator.text.phrase_conditions import ContextWords
from windictator.text.phrase_index import PhraseIndex, VocabularyEntry
from windictator.text.phrases import PhraseMap
from windictator.text.rules.rule import Match, Rule
from windictator.text.rules.standard import RuleWords
from windictator.text.sounds_like import SoundsLike
from windictator.text.spelling import as_a_word, spell_out
from windictator.text.tokens import Tokens
from windictator.text.utterance import RecognizedWord
from windictator.text.word_case import WordCase, apply_case, is_word

if TYPE_CHECKING:  # numbers import a library, which is not needed if they are turned off
    from windictator.text.numbers.normaliser import NumberNormaliser

_BRACKETS = ("(", "[")
"""Brackets that follow an identifier directly."""
_RELAXED_BY = 0.25
"""Reduction of the similarity threshold for names after the user has asked for alternatives."""


class Unit(NamedTuple):
    """Words that are written together."""

    length: int
    """Number of the words."""
    case: WordCase | None
    """Case for the words after them; None for no such request."""
    written: Sequence[FormattedWord]
    """What is written for them; for "snake case" nothing."""
    rule: str
    """Why: the name of a rule, "number", "symbol" or "literal"; "" for ordinary words."""


class Vocabulary:
    """Meanings of the phrases of one language; immutable."""

    def __init__(  # noqa: PLR0913  # everything that a vocabulary file has
        self,
        phrases: Mapping[tuple[str, ...], VocabularyEntry],
        literal_prefixes: frozenset[str] = frozenset(),
        context_words: ContextWords | None = None,
        pause_s: float = 0.25,
        spelling: Mapping[tuple[str, ...], str] | None = None,
        not_symbols: Collection[tuple[str, ...]] = (),
        minor_words: frozenset[str] = frozenset(),
        apostrophe: str = "'",
        rule_words: RuleWords | None = None,
    ) -> None:
        """Make a vocabulary without commands and numbers; see ``with_commands`` and ``with_numbers``.

        phrases: meanings by case-folded words.
        literal_prefixes: words that make the phrase after them literal ("literal comma").
        context_words: words before which a symbol is an ordinary word, or after which it is.
        pause_s: minimum silence that counts as a pause (seconds).
        spelling: characters of the spelling alphabet, by case-folded words.
        not_symbols: expressions that contain no symbol unless a pause interrupts them ("period of time").
        minor_words: words that a title writes in lower case.
        apostrophe: character that is written for the apostrophe of recognised words.
        rule_words: words of the language for rules; see ``rules.standard``.
        """
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
        self._rules: tuple[Rule, ...] = ()
        self.rule_words = rule_words or RuleWords()
        """Words of the language for rules."""
        self._apostrophe = apostrophe
        self._for_command_lines: Vocabulary | None = None
        self._names: SoundsLike | None = None
        self._threshold = 1.0

    def with_numbers(self, numbers: NumberNormaliser | None) -> Vocabulary:
        """Return this vocabulary with another way to write numbers; None keeps them as words."""
        changed = copy.copy(self)
        changed._numbers = numbers
        plain = numbers.for_command_lines() if numbers is not None else None
        changed._update_command_line_vocabulary(lambda vocabulary: vocabulary.with_numbers(plain))
        return changed

    def with_rules(self, rules: Sequence[Rule]) -> Vocabulary:
        """Return this vocabulary with these rules in place of its own; text for a shell is not changed by rules."""
        changed = copy.copy(self)
        changed._rules = tuple(rules)
        return changed

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Rules that write words in another form."""
        return self._rules

    def with_command_lines(self, vocabulary: Vocabulary) -> Vocabulary:
        """Return this vocabulary with another one for text dictated into a shell."""
        changed = copy.copy(self)
        changed._for_command_lines = vocabulary
        return changed

    @property
    def for_command_lines(self) -> Vocabulary:
        """Vocabulary for text dictated into a shell; this one if the language has none."""
        return self._for_command_lines or self

    def _update_command_line_vocabulary(self, change: Callable[[Vocabulary], Vocabulary]) -> None:
        if self._for_command_lines is not None:
            self._for_command_lines = change(self._for_command_lines)

    def with_commands(self, commands: CommandPhrases) -> Vocabulary:
        """Return this vocabulary with these commands."""
        changed = copy.copy(self)
        changed.commands = commands
        changed._update_command_line_vocabulary(lambda vocabulary: vocabulary.with_commands(commands))
        return changed

    def without_cursor_positions(self) -> Vocabulary:
        """Return this vocabulary for windows in which the cursor cannot go back into a snippet.

        The whole snippet is written before the cursor.
        """
        changed = copy.copy(self)
        whole = {phrase: meaning for phrase, meaning in self.phrases.items() if meaning.written.after_cursor}
        for phrase, meaning in whole.items():
            word = meaning.written
            whole[phrase] = replace(meaning, written=replace(word, text=word.text + word.after_cursor, after_cursor=""))
        changed._meanings = self._meanings.with_phrases(whole)
        return changed

    def with_pause(self, seconds: float) -> Vocabulary:
        """Return this vocabulary with another minimum silence that counts as a pause (seconds)."""
        changed = copy.copy(self)
        changed._pause_s = seconds
        return changed

    @property
    def literal_prefixes(self) -> frozenset[str]:
        """Words that make the phrase after them literal."""
        return self._meanings.literal_prefixes

    @property
    def phrases(self) -> PhraseMap[VocabularyEntry]:
        """Phrases and their meanings, without commands."""
        return self._meanings.phrases

    @property
    def minor_words(self) -> frozenset[str]:
        """Case-folded words that a title writes in lower case, except at its ends."""
        return self._minor_words

    def spell_out(self, words: Sequence[RecognizedWord]) -> tuple[FormattedWord, ...]:
        """Return the characters that ``words`` spell, as ``spelling.spell_out`` does."""
        return spell_out(words, self._meanings.character_at, self.format)

    def is_spelled(self, words: Sequence[RecognizedWord]) -> bool:
        """Return True if ``words`` are spelled characters only, with at least one letter or digit."""
        return self._meanings.is_spelled([word.text.casefold() for word in words])

    @property
    def spelling(self) -> PhraseMap[str]:
        """Characters of the spelling alphabet, by case-folded words."""
        return self._meanings.spelling

    def with_symbol_rules(
        self, always: Collection[str] = (), only_at_pause: Collection[str] = (), never: Collection[str] = ()
    ) -> Vocabulary:
        """Return this vocabulary with phrases that are symbols always, only beside a pause, or never.

        Raises VocabularyError for a phrase without a meaning here, or in two of the lists.
        """
        changed = copy.copy(self)
        changed._meanings = self._meanings.with_symbol_rules(always, only_at_pause, never)
        return changed

    def with_user_words(self, words: Mapping[tuple[str, ...], VocabularyEntry], threshold: float = 1.0) -> Vocabulary:
        """Return this vocabulary with the user words, which replace phrases and commands of the same words.

        threshold: 0 to 1, minimum similarity of a name that sounds like recognised words; 1 means equal.
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
        """Writer of numbers, None if they stay words."""
        return self._numbers

    def starts_with_literal_prefix(self, phrase: Sequence[str]) -> bool:
        """Return True if the case-folded words begin with a prefix that makes the next ones literal."""
        return bool(self._literal_length(phrase, 0))

    def format(self, words: Sequence[RecognizedWord]) -> tuple[FormattedWord, ...]:
        """Return the words and symbols to write; unknown words stay as recognised."""
        words = self._with_names(words)
        formatted: list[FormattedWord] = []
        cased: tuple[WordCase, int, int] | None = None  # (case, index of the first word in it, position of its phrase)
        position = 0
        for unit in self._units(words):
            written = unit.written
            if cased and (unit.case or not all(map(is_word, written))):
                self._apply_case(cased, formatted, words)
                if cased[0].is_identifier and written and written[0].text[:1] in _BRACKETS:
                    first = written[0]  # "get user name open paren" is a call
                    written = [replace(first, formatting=first.formatting | Formatting.NO_SPACE_BEFORE), *written[1:]]
                cased = None
            if unit.case:
                cased = unit.case, len(formatted), position
            formatted += written
            position += unit.length
        if cased:
            self._apply_case(cased, formatted, words)
        return tuple(formatted)

    def explain(self, words: Sequence[RecognizedWord]) -> list[tuple[str, Unit]]:
        """Return how ``words`` are written, part by part: the words of each part, and what is done with them."""
        words = self._with_names(words)
        explained: list[tuple[str, Unit]] = []
        position = 0
        for unit in self._units(words):
            part = words[position : position + unit.length]
            explained.append((" ".join(word.text for word in part), unit))
            position += unit.length
        return explained

    def _with_names(self, words: Sequence[RecognizedWord]) -> Sequence[RecognizedWord]:
        if self._names is None:
            return words
        return self._names.replace_names(
            words, self._meanings.out_of_vocabulary([word.text.casefold() for word in words])
        )

    def _units(self, words: Sequence[RecognizedWord]) -> list[Unit]:
        """Divide ``words`` into units."""
        heard = [word.text.casefold() for word in words]
        pauses = self.find_pauses(words)
        has_numbers = self._numbers is not None and not self._numbers.markers.isdisjoint(heard)
        rules = [rule for rule in self._rules if not rule.markers.isdisjoint(heard)]
        tokens = Tokens(heard, pauses or frozenset()) if has_numbers or rules else None
        rule_starts = self.literal_prefixes.union(*(rule.starters for rule in rules)) if rules else frozenset()
        first_words = self._meanings.first_words
        units: list[Unit] = []
        position = 0
        is_cased = is_joined = False  # words after "camel case" or "no space on" are not changed by rules
        while position < len(words):
            if not has_numbers and heard[position] not in first_words:  # most words; kept short for speed
                unit = Unit(1, None, (FormattedWord(self._with_apostrophe(words[position].text)),), "")
            else:
                unit = self._unit(words, heard, tokens if has_numbers else None, pauses, position)
            if tokens is not None and heard[position] in rule_starts and not (is_cased or is_joined):
                unit = self._by_rules(unit, rules, words, tokens, position)
            if rules and unit.rule:
                is_cased = unit.case is not None or (is_cased and all(map(is_word, unit.written)))
                is_joined = joins_words(unit.written, is_joined)
            units.append(unit)
            position += unit.length
        return units

    def _by_rules(
        self, unit: Unit, rules: Sequence[Rule], words: Sequence[RecognizedWord], tokens: Tokens, position: int
    ) -> Unit:
        """Return the longest of ``unit`` and what ``rules`` write at ``position``."""
        if tokens[position] in self.literal_prefixes:
            literal = max((found.length for rule in rules if (found := _match(rule, tokens, position + 1))), default=0)
            if literal >= unit.length:
                kept = [self._plain(word) for word in words[position + 1 : position + 1 + literal]]
                unit = Unit(1 + literal, None, kept, "literal")
        elif not self._meanings.is_excluded(tokens.words, position):
            word = tokens[position]
            for rule in rules:
                found = rule.match(tokens, position) if word in rule.starters else None
                if found is not None and found.length >= unit.length + (unit.rule not in ("", "number")):
                    unit = Unit(found.length, None, found.written, rule.name)
        return unit

    def similar_names(self, words: Sequence[RecognizedWord], limit: int) -> list[tuple[RecognizedWord, ...]]:
        """Return alternatives to ``words``, each with one name of the user's in place of similar words.

        limit: maximum number of alternatives; the most similar comes first.

        Less similarity is needed than in ``format``, because the user has asked for alternatives.
        """
        if self._names is None:
            return []
        threshold = max(0.0, self._threshold - _RELAXED_BY)
        unknown = self._meanings.out_of_vocabulary([word.text.casefold() for word in words])
        found = self._names.closest(words, unknown, threshold, limit)
        return [(*words[: name.begin], *name.words(words), *words[name.end :]) for name in found]

    def _unit(
        self,
        words: Sequence[RecognizedWord],
        tokens: list[str],
        spoken: Tokens | None,
        pause_before: Set[int] | None,
        position: int,
    ) -> Unit:
        """Return the unit at ``position`` without regard to rules. ``spoken``: None if there is no number."""
        number = self._numbers.match(spoken, position) if self._numbers and spoken else None
        if number is None and tokens[position] not in self._meanings.first_words:
            return Unit(1, None, (self._plain(words[position]),), "")
        if literal := self._literal_length(tokens, position, spoken):
            following = words[position + 1 : position + 1 + literal]
            return Unit(1 + literal, None, [self._plain(word) for word in following], "literal")
        length, phrase = self._meanings.match(tokens, position, pause_before)
        number_length = number[0] if number else 0
        literal_words = self._meanings.literal_length(tokens, position, pause_before)
        if literal_words > max(length, number_length):
            end = position + literal_words
            kept = [self._as_word(words[n], tokens[n]) for n in range(position, end)]
            return Unit(literal_words, None, kept, "")
        if number is not None and number_length > (length if phrase else 0):
            digits = [replace(word, text=self._with_apostrophe(word.text)) for word in number[1]]
            return Unit(number_length, None, digits, "number")
        if phrase is None:
            return Unit(length, None, (self._plain(words[position]),), "")
        if phrase.spells:
            spelled = as_a_word(self.spell_out(words[position + length :]))
            return Unit(len(words) - position, None, spelled, "spelling")
        return Unit(
            length, phrase.case, () if phrase.case else (phrase.written,), "symbol" if phrase.is_symbol else "word"
        )

    def _apply_case(
        self, cased: tuple[WordCase, int, int], formatted: list[FormattedWord], words: Sequence[RecognizedWord]
    ) -> None:
        """Write the words since a case was requested in that case; without any such word, the request is plain text."""
        case, begun, asked = cased
        if formatted[begun:]:
            formatted[begun:] = apply_case(case, formatted[begun:], self._minor_words)
        else:
            length = next(
                n for n, phrase in self.phrases.matches([w.text.casefold() for w in words], asked) if phrase.case
            )
            formatted += map(self._plain, words[asked : asked + length])

    def _as_word(self, word: RecognizedWord, transcript: str) -> FormattedWord:
        """Return the word as it is written if it is not a symbol: "i" is "I"."""
        phrase = self.phrases.get((transcript,))
        if phrase and not phrase.after and phrase.written.text.casefold() == self._with_apostrophe(transcript):
            return phrase.written
        return self._plain(word)

    def _plain(self, word: RecognizedWord) -> FormattedWord:
        """Return the word as recognised."""
        return FormattedWord(self._with_apostrophe(word.text))

    def _with_apostrophe(self, text: str) -> str:
        return text.replace("'", self._apostrophe)

    def unstable_word_count(self, tokens: Sequence[str]) -> int:
        """Return the number of words at the end that the next word may change.

        They may become part of a longer phrase, or mean something else before it. ``tokens`` are case-folded.
        """
        settled = len(tokens)
        # The rest is written as if it were complete, so that its end must not depend on the next word either.
        while changing := self._unstable_end(tokens[:settled], settled < len(tokens)):
            settled -= changing
        return len(tokens) - settled

    def _unstable_end(self, tokens: Sequence[str], followed: bool) -> int:
        """Return the number of words at the end that the next word may change.

        followed: True if the next word is known, but unstable, so that it makes no phrase longer.
        """
        unstable = self._numbers.unstable_word_count(tokens) if self._numbers else 0
        for rule in self._rules:
            if rule.markers.isdisjoint(tokens):
                continue
            unstable = max(unstable, rule.unstable_word_count(tokens))
        if unstable:
            return unstable
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
            words = 1 + literal if literal else self._meanings.literal_length(tokens, position)  # that are literal
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
        """Return True if words after a literal prefix may become a phrase that it makes literal."""
        return not tokens or self.phrases.is_prefix(tokens) or self.commands.may_complete(tokens)

    def find_pauses(self, words: Sequence[RecognizedWord]) -> frozenset[int] | None:
        """Return the positions of words after a pause; None if the recognizer gives no times."""
        if not words or words[-1].end <= 0:
            return None
        pause = self._pause_s
        return frozenset(n for n in range(1, len(words)) if words[n].start - words[n - 1].end >= pause)

    def _literal_length(self, tokens: Sequence[str], position: int, spoken: Tokens | None = None) -> int:
        """Return the number of words that a literal prefix at ``position`` makes literal, 0 for an ordinary word."""
        if tokens[position] not in self.literal_prefixes or position + 1 == len(tokens):
            return 0
        lengths = [length for length, _ in self.phrases.matches(tokens, position + 1)]
        if command := self.commands.literal_word_count(tokens, position + 1):
            lengths.append(command)
        if spoken is not None and self._numbers and (number := self._numbers.match(spoken, position + 1)):
            lengths.append(number[0])
        return max(lengths, default=int(tokens[position + 1] in self.literal_prefixes))


def _match(rule: Rule, tokens: Tokens, position: int) -> Match | None:
    return rule.match(tokens, position) if tokens[position] in rule.starters else None
