"""What of a user's own words or commands is in the way of the vocabulary, or can never be reached."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from windictator.settings.user_commands import user_command_phrases
from windictator.text.commands.actions import UserCommand
from windictator.text.commands.phrases import CommandPhrase
from windictator.text.commands.slots import PatternToken, Slot, pattern_text
from windictator.text.grammar import Command, Grammar
from windictator.text.utterance import RecognizedWord
from windictator.text.vocabulary import Vocabulary

# What recognizers spell words with: letters, and marks inside of them.
_RECOGNISABLE_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*['’.]?")


@dataclass(frozen=True, slots=True)
class Conflict:
    """``problem``: one line. ``replaces``: the phrase would take the place of another meaning."""

    phrase: tuple[str, ...]
    problem: str
    replaces_meaning: bool = False

    def __str__(self) -> str:
        return f"{' '.join(self.phrase)!r} {self.problem}"


def conflicts(vocabulary: Vocabulary, phrases: Iterable[tuple[str, ...]]) -> Iterator[Conflict]:
    """What stands against adding ``phrases`` (case-folded words) to ``vocabulary``, which does not have them yet."""
    for phrase in phrases:
        if command := vocabulary.commands.get(phrase):
            yield Conflict(phrase, f"takes the place of the command {command.name!r}", replaces_meaning=True)
        elif known := vocabulary.phrases.get(phrase):
            written = known.written.text
            instead = f"of what is written for it, {written!r}" if written else "of what changes the words behind it"
            yield Conflict(phrase, f"takes the place {instead}", replaces_meaning=True)
        elif vocabulary.starts_with_literal_prefix(phrase):
            yield Conflict(phrase, f"is never reached: {phrase[0]!r} takes the words behind it literally")
        elif command := next((c for _, c in vocabulary.commands.matches(phrase, 0) if c.allows_text_after), None):
            yield Conflict(phrase, f"is not reached where an utterance begins: that is the command {command.name!r}")
        if unheard := next((word for word in phrase if not _RECOGNISABLE_WORD.fullmatch(word)), None):
            yield Conflict(phrase, f"is never heard: speech gives words of letters, not {unheard!r}")


def command_conflicts(vocabulary: Vocabulary) -> Iterator[Conflict]:
    """What of the commands of ``vocabulary`` hides something else, or is hidden."""
    commands = vocabulary.commands
    for phrase, command in commands.without_slots().items():
        if phrase in vocabulary.phrases:
            problem = f"is the command {command.name!r} where an utterance is nothing else, not what is written for it"
            yield Conflict(phrase, problem)
    for elements, _ in commands.with_slots():
        words = tuple(element for element in elements if not isinstance(element, Slot))
        hidden_by = next(
            (c for n, c in commands.matches(words, 0) if c.allows_text_after and elements[:n] == words[:n]), None
        )
        if hidden_by is not None:
            problem = f"is never reached: it begins with a phrase of {hidden_by.name!r}, which takes the rest"
            yield Conflict(pattern_text(elements), problem)


def user_command_conflicts(vocabulary: Vocabulary, commands: Sequence[UserCommand]) -> Iterator[Conflict]:
    """What stands against adding the user's ``commands`` to ``vocabulary``, which does not have them yet."""
    shipped, own = vocabulary.commands, user_command_phrases(commands)
    grammar = Grammar(vocabulary.with_commands(shipped.with_user_commands(own)))

    def meant_by(phrase: Iterable[PatternToken]) -> Command | None:
        meaning = grammar.parse(tuple(map(RecognizedWord, shipped.example(phrase))))
        return meaning if isinstance(meaning, Command) else None

    for phrase, command in own.items():
        found = meant_by(phrase)
        if problem := _unreachable_reason(found, command):
            yield Conflict(pattern_text(phrase), f"is never reached: {problem}")
        elif problem := _replaced_meaning(vocabulary, phrase):
            yield Conflict(pattern_text(phrase), f"takes the place of {problem}", replaces_meaning=True)
        words = [element for element in phrase if not isinstance(element, Slot)]
        if unheard := next((word for word in words if not _RECOGNISABLE_WORD.fullmatch(word)), None):
            problem = f"is never heard: speech gives words of letters, not {unheard!r}"
            yield Conflict(pattern_text(phrase), problem)
    beginnings = {phrase[0] for phrase in own}
    for phrase, command in shipped.items():
        if (
            phrase[0] in beginnings
            and phrase not in own
            and (found := meant_by(phrase))
            and found.user_command is not None
        ):
            problem = f"is not the command {command.name!r} any more: it is taken for {found.title!r}"
            yield Conflict(pattern_text(phrase), problem)


def _unreachable_reason(found: Command | None, wanted: CommandPhrase) -> str:
    """Why the phrase of a user's own command, which is taken for ``found``, cannot be said; "" if it can."""
    if found is None:
        return "nothing can be said for one of its slots"
    if found.user_command is wanted.user_command:
        return ""
    if found.argument:
        return f"it begins with a phrase of {found.title!r}, which takes the rest"
    return f"it is taken for {found.title!r}"


def _replaced_meaning(vocabulary: Vocabulary, phrase: tuple[PatternToken, ...]) -> str:
    """What the phrase of a user's own command means without it, "" if nothing."""
    if command := vocabulary.commands.get_pattern(phrase):
        return f"the command {command.name!r}"
    words = tuple(element for element in phrase if not isinstance(element, Slot))
    if words == phrase and (known := vocabulary.phrases.get(words)):
        written = known.written.text
        return f"what is written for it, {written!r}" if written else "what changes the words behind it"
    if vocabulary.starts_with_literal_prefix(words):
        return f"what {words[0]!r} writes"
    return ""
