"""Corrections made again and again become a rule, if the user wants it: what was heard, what it should have been."""

from __future__ import annotations

import shlex
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

MAX_RULE_WORDS = 4
"""Heard words of a rule; who changes more is writing anew, not correcting."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A rule to be offered. ``heard``: its phrase, in lower case. ``written``: what is to be written for it."""

    heard: str
    written: str

    @property
    def command(self) -> str:
        """The line for a shell that makes it a rule."""
        ends_options = ("--",) if self.heard.startswith("-") or self.written.startswith("-") else ()
        return shlex.join(("windictator", "vocabulary", "add", *ends_options, self.heard, self.written))

    @property
    def notice(self) -> str:
        """One line that offers it."""
        return f"{self.heard!r} was corrected to {self.written!r} again; to have it so always: {self.command}"


class LearnedCorrections:
    """Remembers corrections, in memory alone, and offers a rule at the ``times``-th that is the same.

    ``known``: whether a phrase (its case-folded words) has a meaning already. ``most``: corrections remembered, the
    last ones. Each rule is offered once, and never where the user cannot mean one: the same words were corrected to
    something else too, or back.
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
    ) -> list[Suggestion]:
        """The user has made ``wanted`` of ``heard``: whole phrases, of which only what differs counts.

        ``write``: how the words that should have been heard are written. Usually nothing is to be offered.
        """
        offered = []
        for pair in differences(transcript.split(), wanted.split()):
            count = self._counts[pair] = self._counts.pop(pair, 0) + 1
            if len(self._counts) > self._max_corrections:
                self._counts.popitem(last=False)
            if (
                count == self._repeat_count
                and not self._has_meaning(tuple(pair[0].split()))
                and not self._is_ambiguous(*pair)
            ):
                offered.append(Suggestion(pair[0], render(pair[1])))
        return offered

    def _is_ambiguous(self, transcript: str, wanted: str) -> bool:
        return any(
            (other == transcript and instead != wanted)
            or (other == wanted.casefold() and instead.casefold() == transcript)
            for other, instead in self._counts
            if (other, instead) != (transcript, wanted)
        )


def differences(tokens: Sequence[str], wanted: Sequence[str]) -> list[tuple[str, str]]:
    """What differs between two sequences of words, place by place: the phrase heard, case-folded, and what should be
    there.

    Words that were only added or only taken away are none, nor is what is longer than ``MOST_WORDS``.
    """
    found = []
    for kind, begin, end, start, stop in SequenceMatcher(None, tokens, wanted, autojunk=False).get_opcodes():
        if kind == "replace" and max(end - begin, stop - start) <= MAX_RULE_WORDS:
            found.append((" ".join(tokens[begin:end]).casefold(), " ".join(wanted[start:stop])))
    return found
