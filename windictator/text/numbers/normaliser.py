"""Finds the numbers in an utterance and says how they are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from windictator.text.formatting import FormattedWord, Formatting
from windictator.text.numbers.addresses import address
from windictator.text.numbers.agreement import Agreement, Kind, Reading
from windictator.text.numbers.amounts import amount, row_of_digits
from windictator.text.numbers.cardinals import grouped, ordinal
from windictator.text.numbers.dates import date, year
from windictator.text.numbers.digits import digit_run, dotted
from windictator.text.numbers.language import NumberWords, Spoken
from windictator.text.numbers.rules import NumberRules
from windictator.text.numbers.times import time_of_day

_AS_IT_IS = FormattedWord("", Formatting.LOWER_NEXT)
"""Before an address: no capital at a sentence's start."""


class Numbers:
    """The numbers of one language, written by one set of rules; immutable."""

    def __init__(self, language: NumberWords, rules: NumberRules | None = None) -> None:
        self._language = language
        self._rules = NumberRules() if rules is None else rules
        self._agreement = Agreement(language, self._read)

    def alone(self) -> Numbers:
        """The same for utterances that are nothing but numbers."""
        return Numbers(self._language, replace(self._rules, alone=True, digits_from=0, digit_runs=True))

    def for_command_lines(self) -> Numbers:
        """Return the same for a shell: cardinals in digits, and nothing else that is written for reading."""
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
        return Numbers(self._language, plain)

    def with_homophones(self, heard: Sequence[str]) -> list[str]:
        """Case-folded words with digits for words that sound like them; beside larger numbers they are words."""
        language = self._language
        said = [language.homophones.get(word, word) for word in heard]
        larger = (language.counting | language.multipliers) - language.digits.keys()
        return [
            word if larger.intersection(said[max(position - 1, 0) : position + 2]) else said[position]
            for position, word in enumerate(heard)
        ]

    def at(self, spoken: Spoken, start: int) -> tuple[int, tuple[FormattedWord, ...]] | None:
        """The number or address that begins at ``start``: how many words it takes, and what is written for it.

        None where the words there are to stay words. An address is written without a capital.
        """
        language, rules = self._language, self._rules
        word = spoken[start]
        if rules.addresses and self._may_begin_address(spoken, start) and (found := address(spoken, start, language)):
            return found[0] - start, (_AS_IT_IS, FormattedWord(found[1]))
        if word not in language.starters:
            return None
        found = self._number(spoken, start)
        return (found[0] - start, (FormattedWord(found[1]),)) if found else None

    def spoken(self, heard: list[str], apart: frozenset[int]) -> Spoken:
        """An utterance for ``at``. ``heard``: its case-folded words; ``apart``: before which of them is a pause."""
        return Spoken(heard, apart)

    def unsettled(self, heard: Sequence[str]) -> int:
        """How many of the last (case-folded) words may be written in another way once the next word is known."""
        language = self._language
        start = len(heard)
        while start and heard[start - 1] in language.linking:
            start -= 1
        while start < len(heard) and not self._may_begin(heard, start):
            start += 1
        if start == len(heard) - 1 and heard[start] == language.indefinite:
            return 0  # the word is too frequent to wait for the rare "a hundred"
        return len(heard) - start

    def _may_begin(self, heard: Sequence[str], start: int) -> bool:
        """Whether a number may begin there; "a" begins few."""
        language = self._language
        if heard[start] == language.indefinite and start + 1 < len(heard):
            return heard[start + 1] in language.multipliers or heard[start + 1] == language.quarter
        return heard[start] in language.starters

    def _may_begin_address(self, spoken: Spoken, start: int) -> bool:
        # The usual word is told by its follower; letters and numbers go on for a while.
        language, follower = self._language, spoken[start + 1]
        if follower in language.dots or follower == language.address_at or follower in language.dashes:
            return True
        if follower in language.colons:
            return spoken[start] in language.schemes
        return follower in language.counting or (len(follower) == 1 and len(spoken[start]) == 1)

    def _number(self, spoken: Spoken, start: int) -> tuple[int, str] | None:
        reading = self._read(spoken, start)
        if reading is not None and (aged := self._age(spoken, reading)):
            return aged
        if reading is None or (reading.stays and not self._agreement.wants_digits(spoken, reading)):
            return None
        if self._rules.times == "24h" and (hour := self._agreement.hour_of_24(spoken, reading)) is not None:
            return reading.end, f"{hour}:00"
        factor, before, behind = self._agreement.shared(spoken, reading)
        text = grouped((reading.value or 0) * factor, self._rules.group_digits) if factor > 1 else reading.text
        return reading.end, before + text + behind

    def _age(self, spoken: Spoken, reading: Reading) -> tuple[int, str] | None:
        """ "A ten year old", but "she is one year old"."""
        language = self._language
        if reading.value is None or self._rules.alone or not (found := spoken.find(language.ages, reading.end)):
            return None
        if reading.value == 1 and spoken[reading.start - 1] not in (language.indefinite, language.article):
            return None
        stays = reading.stays and not self._agreement.wants_digits(spoken, reading)
        text = "-".join(spoken.heard[reading.start : reading.end]) if stays else reading.text
        return found[0], text + found[1]

    def _read(self, spoken: Spoken, start: int) -> Reading | None:
        """The number at ``start`` by itself."""
        language, rules = self._language, self._rules
        if (cue := language.digit_cues.get(spoken[start])) is not None:
            cued = self._cued(spoken, start, cue)
            return Reading(start, *cued) if cued else None
        if found := self._idiom(spoken, start) or date(spoken, start, language, rules):
            return Reading(start, *found)
        if found := time_of_day(spoken, start, language, rules):
            return Reading(start, *found, Kind.TIME)
        if found := self._digits(spoken, start):
            return Reading(start, *found)
        return self._counted(spoken, start)

    def _idiom(self, spoken: Spoken, start: int) -> tuple[int, str] | None:
        """What is written in a way of its own."""
        language, rules = self._language, self._rules
        if rules.alone:
            return None
        if rules.dates != "off" and spoken[start - 1] in language.decade_cues:
            return spoken.find(language.round_years, start) or spoken.find(language.fixed, start)
        return spoken.find(language.fixed, start)

    def _digits(self, spoken: Spoken, start: int) -> tuple[int, str] | None:
        """What is said digit by digit."""
        language, rules = self._language, self._rules
        if rules.digit_runs and (found := dotted(spoken, start, language)):
            return found
        if rules.digit_runs and not rules.alone and (found := digit_run(spoken, start, language)):
            return found
        if rules.alone and (row := row_of_digits(spoken, start, language, rules)):
            return row.end, row.text
        return None

    def _counted(self, spoken: Spoken, start: int) -> Reading | None:
        """A cardinal or ordinal with all that belongs to it, or a year."""
        language, rules = self._language, self._rules
        measured = amount(spoken, start, language, rules)
        counted = measured is None or measured.value is not None
        if counted and rules.dates != "off" and (found := year(spoken, start, language)):
            return Reading(start, *found)
        numbered = ordinal(spoken, start, language, rules.group_digits) if rules.ordinals else None
        if numbered is not None and (measured is None or numbered.end > measured.end):
            noun = self._is_noun(spoken, start, numbered.end)
            stays = not rules.alone and (noun or numbered.value < rules.digits_from)
            return Reading(start, numbered.end, numbered.text, Kind.OTHER if noun else Kind.ORDINAL, stays)
        if measured is None:
            return None
        pronoun = measured.value is not None and self._is_pronoun(spoken, start, measured.end)
        stays = not rules.alone and measured.value is not None and (pronoun or measured.value < rules.digits_from)
        stays = stays and not self._is_beside_symbol(spoken, start, measured.end)
        pronoun = pronoun and spoken[start - 1] in language.one_after
        kind = Kind.OTHER if pronoun else Kind.CARDINAL
        return Reading(start, measured.end, measured.text, kind, stays, None if pronoun else measured.value)

    def _cued(self, spoken: Spoken, start: int, cue: str) -> tuple[int, str] | None:
        """A number behind a word that asks for digits."""
        language, rules = self._language, self._rules
        found = (
            dotted(spoken, start + 1, language)
            or digit_run(spoken, start + 1, language)
            or year(spoken, start + 1, language)
        )
        if found is None:
            number = amount(spoken, start + 1, language, rules)
            if number is None:
                numbered = ordinal(spoken, start + 1, language)
                found = (numbered.end, numbered.text) if numbered and not cue else None
            else:
                found = number.end, number.text
        return (found[0], f"{cue} {found[1]}".lstrip()) if found else None

    def _is_beside_symbol(self, spoken: Spoken, start: int, end: int) -> bool:
        language = self._language
        if spoken[start - 1] in language.symbols:
            return True
        if spoken[start - 1] == language.symbol_noun and spoken[start - 2] in language.signs:
            return True  # "dollar sign five", but not "the sign one saw"
        if spoken[end] in language.signs and spoken[end + 1] == language.symbol_noun:
            return True
        return spoken[end] in language.symbols and spoken[end + 1] in language.counting

    def _is_pronoun(self, spoken: Spoken, start: int, end: int) -> bool:
        language = self._language
        if end != start + 1 or spoken[start] != language.one:
            return False
        return spoken[start - 1] in language.one_after or spoken[end] in language.one_before

    def _is_noun(self, spoken: Spoken, start: int, end: int) -> bool:
        """Whether the ordinal's last word is a measure of time: "second" alone, "a twenty second break"."""
        language = self._language
        if spoken[end - 1] != language.second:
            return False
        return end == start + 1 or spoken[start - 1] == language.indefinite
