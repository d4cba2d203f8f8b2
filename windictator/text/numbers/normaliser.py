"""Search for numbers in an utterance, and their writing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from windictator.text.formatting import FormattedWord, Formatting
from windictator.text.numbers.addresses import address
from windictator.text.numbers.agreement import Agreement, NumberKind, NumberReading
from windictator.text.numbers.amounts import amount, digit_row
from windictator.text.numbers.cardinals import group_digits, ordinal
from windictator.text.numbers.dates import date, year
from windictator.text.numbers.digits import digit_run, dotted
from windictator.text.numbers.language import NumberWords
from windictator.text.numbers.rules import NumberRules
from windictator.text.numbers.times import time_of_day
from windictator.text.tokens import Tokens

_UNCHANGED = FormattedWord("", Formatting.LOWER_NEXT)
"""Written before an address, so that the start of a sentence gives it no capital."""


class NumberNormaliser:
    """Writer of the numbers of one language by one set of rules; immutable."""

    def __init__(self, language: NumberWords, rules: NumberRules | None = None) -> None:
        self.language = language
        """Words of its language."""
        self._rules = NumberRules() if rules is None else rules
        self._agreement = Agreement(language, self._read)
        self.markers = language.markers
        """Words of which every number and every address contains one."""

    def for_numbers_only(self) -> NumberNormaliser:
        """Return this normaliser for utterances that are numbers only."""
        return NumberNormaliser(self.language, replace(self._rules, alone=True, digits_from=0, digit_runs=True))

    def for_command_lines(self) -> NumberNormaliser:
        """Return this normaliser for a shell: cardinals in digits, and nothing that is formatted for readers."""
        plain = NumberRules(
            alone=True,
            digits_from=0,
            group_digits=False,
            times="off",
            dates="off",
            money=False,
            units=False,
            fractions=False,
            addresses=False,
            ordinals=False,
        )
        return NumberNormaliser(self.language, plain)

    def with_homophones(self, tokens: Sequence[str]) -> list[str]:
        """Return the case-folded words with digits for words that sound like digits, except beside larger numbers."""
        language = self.language
        replaced = [language.homophones.get(word, word) for word in tokens]
        larger = (language.counting | language.multipliers) - language.digits.keys()
        return [
            word if larger.intersection(replaced[max(position - 1, 0) : position + 2]) else replaced[position]
            for position, word in enumerate(tokens)
        ]

    def match(self, tokens: Tokens, start: int) -> tuple[int, tuple[FormattedWord, ...]] | None:
        """Return the number or address at ``start``, as (number of words, formatted words).

        Returns None if the words there stay words. An address is written without a capital.
        """
        language, rules = self.language, self._rules
        word = tokens[start]
        if rules.addresses and self._may_begin_address(tokens, start) and (found := address(tokens, start, language)):
            return found[0] - start, (_UNCHANGED, FormattedWord(found[1]))
        if word not in language.starters:
            return None
        found = self._number(tokens, start)
        return (found[0] - start, (FormattedWord(found[1]),)) if found else None

    def tokenise(self, tokens: list[str], pause_before: frozenset[int]) -> Tokens:
        """Return the case-folded words of an utterance for ``match``.

        pause_before: positions of words after a pause.
        """
        return Tokens(tokens, pause_before)

    def unstable_word_count(self, tokens: Sequence[str]) -> int:
        """Return the number of case-folded words at the end that the next word may change."""
        language = self.language
        start = len(tokens)
        while start and tokens[start - 1] in language.linking:
            start -= 1
        while start < len(tokens) and not self._may_begin(tokens, start):
            start += 1
        if start == len(tokens) - 1 and tokens[start] == language.indefinite:
            return 0  # "a" is too frequent to wait for the rare "a hundred"
        return len(tokens) - start

    def _may_begin(self, tokens: Sequence[str], start: int) -> bool:
        """Return True if a number may begin at ``start``; "a" begins few of them."""
        language = self.language
        if tokens[start] == language.indefinite and start + 1 < len(tokens):
            return tokens[start + 1] in language.multipliers or tokens[start + 1] == language.quarter
        return tokens[start] in language.starters

    def _may_begin_address(self, tokens: Tokens, start: int) -> bool:
        # The next word excludes ordinary words; letters and numbers may continue for longer.
        language, follower = self.language, tokens[start + 1]
        if follower in language.dots or follower == language.address_at or follower in language.dashes:
            return True
        if follower in language.colons:
            return tokens[start] in language.schemes
        return follower in language.counting or (len(follower) == 1 and len(tokens[start]) == 1)

    def _number(self, tokens: Tokens, start: int) -> tuple[int, str] | None:
        reading = self._read(tokens, start)
        if reading is not None and (aged := self._age(tokens, reading)):
            return aged
        if reading is None or (reading.stays_in_words and not self._agreement.wants_digits(tokens, reading)):
            return None
        if self._rules.times == "24h" and (hour := self._agreement.hour_of_24(tokens, reading)) is not None:
            return reading.end, f"{hour}:00"
        factor, before, after = self._agreement.shared_unit(tokens, reading)
        text = group_digits((reading.value or 0) * factor, self._rules.group_digits) if factor > 1 else reading.text
        return reading.end, before + text + after

    def _age(self, tokens: Tokens, reading: NumberReading) -> tuple[int, str] | None:
        """Write an age as in "a 10-year-old", but not "she is one year old"."""
        language = self.language
        if reading.value is None or self._rules.alone or not (found := tokens.find(language.ages, reading.end)):
            return None
        if reading.value == 1 and tokens[reading.start - 1] not in (language.indefinite, language.article):
            return None
        stays = reading.stays_in_words and not self._agreement.wants_digits(tokens, reading)
        text = "-".join(tokens.words[reading.start : reading.end]) if stays else reading.text
        return found[0], text + found[1]

    def _read(self, tokens: Tokens, start: int) -> NumberReading | None:
        """Return the number at ``start`` without regard to other numbers."""
        language, rules = self.language, self._rules
        if (trigger := language.digit_triggers.get(tokens[start])) is not None:
            triggered = self._after_trigger(tokens, start, trigger)
            return NumberReading(start, *triggered) if triggered else None
        if found := self._idiom(tokens, start) or date(tokens, start, language, rules):
            return NumberReading(start, *found)
        if found := time_of_day(tokens, start, language, rules):
            return NumberReading(start, *found, NumberKind.TIME)
        if found := self._digits(tokens, start):
            return NumberReading(start, *found)
        return self._counted(tokens, start)

    def _idiom(self, tokens: Tokens, start: int) -> tuple[int, str] | None:
        """Return a phrase with a text of its own, as (end, text)."""
        language, rules = self.language, self._rules
        if rules.alone:
            return None
        if rules.dates != "off" and tokens[start - 1] in language.decade_triggers:
            return tokens.find(language.round_years, start) or tokens.find(language.idioms, start)
        return tokens.find(language.idioms, start)

    def _digits(self, tokens: Tokens, start: int) -> tuple[int, str] | None:
        """Return a row of digits, as (end, text)."""
        language, rules = self.language, self._rules
        if rules.digit_runs and (found := dotted(tokens, start, language)):
            return found
        if rules.digit_runs and not rules.alone and (found := digit_run(tokens, start, language)):
            return found
        if rules.alone and (row := digit_row(tokens, start, language, rules)):
            return row.end, row.text
        return None

    def _counted(self, tokens: Tokens, start: int) -> NumberReading | None:
        """Return a cardinal or ordinal with its unit and the like, or a year."""
        language, rules = self.language, self._rules
        measured = amount(tokens, start, language, rules)
        counted = measured is None or measured.value is not None
        if counted and rules.dates != "off" and (found := year(tokens, start, language)):
            return NumberReading(start, *found)
        numbered = ordinal(tokens, start, language, rules.group_digits) if rules.ordinals else None
        if numbered is not None and (measured is None or numbered.end > measured.end):
            if tokens[start - 1] == language.indefinite and tokens[numbered.end] == language.of:
                return None  # "a tenth of a second"
            noun = self._is_noun(tokens, start, numbered.end)
            stays = not rules.alone and (noun or numbered.value < rules.digits_from)
            return NumberReading(
                start, numbered.end, numbered.text, NumberKind.OTHER if noun else NumberKind.ORDINAL, stays
            )
        if measured is None:
            return None
        pronoun = measured.value is not None and self._is_pronoun(tokens, start, measured.end)
        stays = not rules.alone and measured.value is not None and (pronoun or measured.value < rules.digits_from)
        stays = stays and not self._is_beside_symbol(tokens, start, measured.end)
        pronoun = pronoun and tokens[start - 1] in language.pronoun_one_after
        kind = NumberKind.OTHER if pronoun else NumberKind.CARDINAL
        return NumberReading(start, measured.end, measured.text, kind, stays, None if pronoun else measured.value)

    def _after_trigger(self, tokens: Tokens, start: int, trigger: str) -> tuple[int, str] | None:
        """Return a number after a word that requests digits, as (end, text)."""
        language, rules = self.language, self._rules
        found = (
            dotted(tokens, start + 1, language)
            or digit_run(tokens, start + 1, language)
            or year(tokens, start + 1, language)
        )
        if found is None:
            number = amount(tokens, start + 1, language, rules)
            if number is None:
                numbered = ordinal(tokens, start + 1, language)
                found = (numbered.end, numbered.text) if numbered and not trigger else None
            else:
                found = number.end, number.text
        return (found[0], f"{trigger} {found[1]}".lstrip()) if found else None

    def _is_beside_symbol(self, tokens: Tokens, start: int, end: int) -> bool:
        language = self.language
        if tokens[start - 1] in language.symbols:
            return True
        if tokens[start - 1] in language.symbol_nouns and tokens[start - 2] in language.signs:
            return True  # "dollar sign five", but not "the sign one saw"
        if tokens[end] in language.signs and tokens[end + 1] in language.symbol_nouns:
            return True
        return tokens[end] in language.symbols and tokens[end + 1] in language.counting

    def _is_pronoun(self, tokens: Tokens, start: int, end: int) -> bool:
        language = self.language
        if end != start + 1 or tokens[start] != language.one:
            return False
        return tokens[start - 1] in language.pronoun_one_after or tokens[end] in language.pronoun_one_before

    def _is_noun(self, tokens: Tokens, start: int, end: int) -> bool:
        """Return True if the last word of the ordinal is a unit of time: "second" alone, "a twenty second break"."""
        language = self.language
        if tokens[end - 1] != language.second:
            return False
        return end == start + 1 or tokens[start - 1] == language.indefinite
