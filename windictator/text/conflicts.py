"""What of a user's own words or commands is in the way of the vocabulary, or can never be reached."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from windictator.text.command_phrases import Slot, spoken_elements
from windictator.text.vocabulary import Vocabulary

# What recognizers spell words with: letters, and marks inside of them.
_HEARD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*['’.]?")


@dataclass(frozen=True, slots=True)
class Conflict:
    """``problem``: one line. ``replaces``: the phrase would take the place of another meaning."""

    phrase: tuple[str, ...]
    problem: str
    replaces: bool = False

    def __str__(self) -> str:
        return f"{' '.join(self.phrase)!r} {self.problem}"


def conflicts(vocabulary: Vocabulary, phrases: Iterable[tuple[str, ...]]) -> Iterator[Conflict]:
    """What stands against adding ``phrases`` (case-folded words) to ``vocabulary``, which does not have them yet."""
    for phrase in phrases:
        if command := vocabulary.commands.get(phrase):
            yield Conflict(phrase, f"takes the place of the command {command.name!r}", replaces=True)
        elif known := vocabulary.phrases.get(phrase):
            written = known.written.text
            instead = f"of what is written for it, {written!r}" if written else "of what changes the words behind it"
            yield Conflict(phrase, f"takes the place {instead}", replaces=True)
        elif vocabulary.is_escaped(phrase):
            yield Conflict(phrase, f"is never reached: {phrase[0]!r} takes the words behind it literally")
        elif command := next((c for _, c in vocabulary.commands.at(phrase, 0) if c.takes_rest), None):
            yield Conflict(phrase, f"is not reached where an utterance begins: that is the command {command.name!r}")
        if unheard := next((word for word in phrase if not _HEARD.fullmatch(word)), None):
            yield Conflict(phrase, f"is never heard: speech gives words of letters, not {unheard!r}")


def command_conflicts(vocabulary: Vocabulary) -> Iterator[Conflict]:
    """What of the commands of ``vocabulary`` hides something else, or is hidden."""
    commands = vocabulary.commands
    for phrase, command in commands.plain().items():
        if phrase in vocabulary.phrases:
            problem = f"is the command {command.name!r} where an utterance is nothing else, not what is written for it"
            yield Conflict(phrase, problem)
    for elements, _ in commands.with_slots():
        words = tuple(element for element in elements if not isinstance(element, Slot))
        hidden_by = next((c for n, c in commands.at(words, 0) if c.takes_rest and elements[:n] == words[:n]), None)
        if hidden_by is not None:
            problem = f"is never reached: it begins with a phrase of {hidden_by.name!r}, which takes the rest"
            yield Conflict(spoken_elements(elements), problem)
