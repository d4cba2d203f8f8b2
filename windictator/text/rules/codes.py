"""Letters and digits that belong together: "gate c twelve" is "gate C12", "five g" is "5G"."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from windictator.text.formatting import FormattedWord, Formatting
from windictator.text.numbers.digits import spoken_digits
from windictator.text.numbers.language import NumberWords
from windictator.text.rules.acronyms import LETTERS, is_letter, letters_end, unstable_row
from windictator.text.rules.rule import Match
from windictator.text.tokens import Tokens

MAX_GROUPS = 6
"""Maximum number of groups of letters and digits in one code."""
_WORDS = ("a", "i")
"""Letters that are words too; they begin a code only after a label."""
_MAX_LETTERS = 3
_POSTCODE = re.compile(r"\A([A-Z]{1,2}\d[A-Z\d]?)(\d[A-Z]{2})\Z")
"""British postcode without its space, as in the guide to the Postcode Address File."""


class Codes:
    """``Rule`` for codes of letters and digits.

    language: words of numbers.
    known: writings by what is said without spaces, digits as digits: "x86" is "x86", "mp3" is "MP3".
    labels: words before a code: "gate", "seat", "flight".
    """

    name = "codes"

    def __init__(self, language: NumberWords, known: Mapping[str, str] = {}, labels: Collection[str] = ()) -> None:
        self._language = language
        self._known = known
        self._labels = frozenset(labels)
        self.markers = LETTERS | self._labels
        """Letters that cannot be words, and labels."""
        self.starters = LETTERS.union(_WORDS, language.digits, language.counting)
        """Letters and digits."""

    def match(self, tokens: Tokens, position: int) -> Match | None:
        """Return the code at ``position``."""
        first = tokens[position]
        if is_letter(first):
            before = tokens[position - 1]
            if is_letter(before) and before not in _WORDS and not tokens.has_pause_before(position):
                return None
        if first in self._language.zeros and tokens[position + 1] in self._language.digits:
            return None  # "o one two three"
        groups = self._groups(tokens, position)
        for count in range(len(groups), 1, -1):
            end = groups[count - 1][0]
            said = "".join(text for _, text in groups[:count])
            if said in self._known:
                return self._as_match(tokens, position, end, self._known[said])
            if self._is_code(tokens, position, groups[:count]):
                return self._as_match(tokens, position, end, _POSTCODE.sub(r"\1 \2", said.upper()))
        return None

    def _as_match(self, tokens: Tokens, position: int, end: int, text: str) -> Match:
        formatting = Formatting.AS_WRITTEN if text[0].islower() else Formatting.NONE
        return Match(end - position, (FormattedWord(text, formatting),))

    def _groups(self, tokens: Tokens, start: int) -> list[tuple[int, str]]:
        """Return the groups of letters and of digits from ``start`` on without a pause, each as (end, text)."""
        groups: list[tuple[int, str]] = []
        position = start
        while len(groups) < MAX_GROUPS and not (groups and tokens.has_pause_before(position)):
            if is_letter(tokens[position]) and not self._is_zero(tokens, position, groups):
                end = letters_end(tokens, position)
                groups.append((end, "".join(tokens.words[position:end])))
            elif found := spoken_digits(tokens, position, self._language):
                groups.append(found)
            else:
                break
            position = groups[-1][0]
        return groups

    def _is_zero(self, tokens: Tokens, position: int, groups: list[tuple[int, str]]) -> bool:
        """Return True if the letter at ``position`` is the digit between two others: "o" in "one o one"."""
        language = self._language
        return tokens[position] in language.zeros and bool(groups) and tokens[position + 1] in language.digits

    def _is_code(self, tokens: Tokens, start: int, groups: list[tuple[int, str]]) -> bool:
        first, last = groups[0][1], groups[-1][1]
        labelled = tokens[start - 1] in self._labels and not tokens.has_pause_before(start)
        if first in _WORDS and not labelled:
            return False
        end = groups[-1][0]
        if last in _WORDS and (not labelled or (end < len(tokens) and not tokens.has_pause_before(end))):
            return False  # "take two a day"
        letters = [text for _, text in groups if not text[0].isdecimal()]
        if any(len(each) > _MAX_LETTERS for each in letters):
            return False
        if first[0].isdecimal():
            # After digits one letter is a part of them ("5b"), and several are a word of their own ("5 usb sticks").
            return len(letters[0]) == 1
        return True

    def unstable_word_count(self, tokens: Sequence[str]) -> int:
        """Return the number of letters and words of digits at the end."""
        return unstable_row(tokens, self._may_belong)

    def _may_belong(self, word: str) -> bool:
        language = self._language
        return (
            is_letter(word)
            or word in language.counting
            or word in language.digits
            or word in language.multipliers
            or word in language.repeats
        )
