"""Repeated corrections, which can become rules: what was recognised, and what should be written for it."""

from __future__ import annotations

import shlex
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from windictator.text.sounds_like import sound_alike

MAX_RULE_WORDS = 4
"""Maximum number of words of a rule. A longer change is a new text, not a correction."""


@dataclass(frozen=True, slots=True)
class CorrectionRule:
    """A rule that can be suggested."""

    heard: str
    """The recognised phrase, in lower case."""
    written: str
    """The text to write for it."""

    @property
    def command(self) -> str:
        """The shell command that adds the rule to the user words."""
        ends_options = ("--",) if self.heard.startswith("-") or self.written.startswith("-") else ()
        return shlex.join(("windictator", "vocabulary", "add", *ends_options, self.heard, self.written))

    @property
    def suggestion(self) -> str:
        """One line that suggests the rule."""
        answers = 'say "make it a rule" or "no", or run:'
        return f"{self.heard!r} was corrected to {self.written!r} again; {answers} {self.command}"


class LearnedCorrections:
    """Counts corrections, in memory alone, and returns rules for repeated ones.

    has_meaning: returns whether a phrase, given as case-folded words, has a meaning already.
    repeat_count: number of equal corrections after which a rule is returned.
    max_corrections: maximum number of corrections that are kept; the oldest are forgotten first.

    Each rule is returned once, but never if the same words were also corrected to something else or back, nor if the
    two do not sound alike: then something else was meant.
    """

    def __init__(
        self, has_meaning: Callable[[tuple[str, ...]], bool], repeat_count: int = 2, max_corrections: int = 500
    ) -> None:
        self._has_meaning = has_meaning
        self._repeat_count = repeat_count
        self._max_corrections = max_corrections
        self._counts: OrderedDict[tuple[str, str], int] = OrderedDict()

    def record(
        self, transcript: str, wanted: str, render: Callable[[str], str] = lambda words: words
    ) -> list[CorrectionRule]:
        """Record that the user changed the phrase ``transcript`` to ``wanted``; return new rules, usually none.

        Only the words that differ count. ``render`` returns the text to write for words.
        """
        rules = []
        for pair in differences(transcript.split(), wanted.split()):
            count = self._counts[pair] = self._counts.pop(pair, 0) + 1
            if len(self._counts) > self._max_corrections:
                self._counts.popitem(last=False)
            if (
                count == self._repeat_count
                and not self._has_meaning(tuple(pair[0].split()))
                and not self._is_ambiguous(*pair)
                and sound_alike(*pair)
            ):
                rules.append(CorrectionRule(pair[0], render(pair[1])))
        return rules

    def _is_ambiguous(self, transcript: str, wanted: str) -> bool:
        return any(
            (other == transcript and instead != wanted)
            or (other == wanted.casefold() and instead.casefold() == transcript)
            for other, instead in self._counts
            if (other, instead) != (transcript, wanted)
        )


def differences(tokens: Sequence[str], wanted: Sequence[str]) -> list[tuple[str, str]]:
    """Return the differences between two sequences of words: the recognised phrase, case-folded, and the wanted one.

    Words that were only added or only removed are left out, as are phrases of more than ``MAX_RULE_WORDS`` words.
    """
    found = []
    for kind, begin, end, start, stop in SequenceMatcher(None, tokens, wanted, autojunk=False).get_opcodes():
        if kind == "replace" and max(end - begin, stop - start) <= MAX_RULE_WORDS:
            found.append((" ".join(tokens[begin:end]).casefold(), " ".join(wanted[start:stop])))
    return found
