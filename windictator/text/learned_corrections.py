"""Corrections made again and again become a rule, if the user wants it: what was heard, what it should have been."""

from __future__ import annotations

import shlex
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

MOST_WORDS = 4
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

    def __init__(self, known: Callable[[tuple[str, ...]], bool], times: int = 2, most: int = 500) -> None:
        self._known = known
        self._times = times
        self._most = most
        self._counts: OrderedDict[tuple[str, str], int] = OrderedDict()

    def corrected(self, heard: str, wanted: str) -> Suggestion | None:
        """The user has made ``wanted`` of ``heard``: whole phrases, of which only what differs counts."""
        pair = difference(heard.split(), wanted.split())
        if pair is None:
            return None
        count = self._counts[pair] = self._counts.pop(pair, 0) + 1
        if len(self._counts) > self._most:
            self._counts.popitem(last=False)
        if count != self._times or self._known(tuple(pair[0].split())) or self._ambiguous(*pair):
            return None
        return Suggestion(*pair)

    def _ambiguous(self, heard: str, wanted: str) -> bool:
        return any(
            (other == heard and instead != wanted) or (other == wanted.casefold() and instead.casefold() == heard)
            for other, instead in self._counts
            if (other, instead) != (heard, wanted)
        )


def difference(heard: Sequence[str], wanted: Sequence[str]) -> tuple[str, str] | None:
    """What differs between two sequences of words: the phrase heard, case-folded, and what should be there.

    None where nothing was replaced: no difference, words only added or only taken away, or more than ``MOST_WORDS``.
    """
    begin = 0
    shorter = min(len(heard), len(wanted))
    while begin < shorter and heard[begin] == wanted[begin]:
        begin += 1
    end = 0
    while end < shorter - begin and heard[-1 - end] == wanted[-1 - end]:
        end += 1
    phrase, instead = heard[begin : len(heard) - end], wanted[begin : len(wanted) - end]
    if not phrase or not instead or max(len(phrase), len(instead)) > MOST_WORDS:
        return None
    return " ".join(phrase).casefold(), " ".join(instead)
