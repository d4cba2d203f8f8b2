"""Find user words and user commands that shadow built-in phrases or can never match."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from windictator.settings.user_commands import user_command_phrases
from windictator.text.commands.actions import UserCommand
from windictator.text.commands.phrases import CommandPhrase
from windictator.text.commands.slots import PatternToken, Slot, pattern_text
from windictator.text.grammar import Command, Grammar
from windictator.text.phrase_index import VocabularyEntry
from windictator.text.utterance import RecognizedWord
from windictator.text.vocabulary import Vocabulary

_RECOGNISABLE_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*['’.]?")
"""Spelling of a word that recognizers can return: letters, with apostrophes, full stops and hyphens between them."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Conflict of a phrase with the vocabulary.

    phrase: its words and slots.
    problem: one line that continues the phrase.
    replaces_meaning: the phrase would replace another meaning.
    """

    phrase: tuple[str, ...]
    problem: str
    replaces_meaning: bool = False

    def __str__(self) -> str:
        return f"{' '.join(self.phrase)!r} {self.problem}"


def conflicts(vocabulary: Vocabulary, phrases: Iterable[tuple[str, ...]]) -> Iterator[Conflict]:
    """Yield the conflicts of ``phrases`` (case-folded words) with ``vocabulary``, which does not contain them yet."""
    for phrase in phrases:
        if command := vocabulary.commands.without_slots.get(phrase):
            yield Conflict(phrase, f"replaces the command {command.name!r}", replaces_meaning=True)
        elif known := vocabulary.phrases.get(phrase):
            yield Conflict(phrase, f"replaces {_description(known)}", replaces_meaning=True)
        elif vocabulary.starts_with_literal_prefix(phrase):
            yield Conflict(phrase, f"never matches: {phrase[0]!r} writes the words after it as text")
        elif command := next(
            (c for _, c in vocabulary.commands.without_slots.matches(phrase, 0) if c.allows_text_after), None
        ):
            problem = f"does not match where an utterance begins: that is the command {command.name!r}"
            yield Conflict(phrase, problem)
        yield from _unrecognisable(phrase, phrase)


def command_conflicts(vocabulary: Vocabulary) -> Iterator[Conflict]:
    """Yield the conflicts of the commands of ``vocabulary`` with its other phrases and with each other."""
    commands = vocabulary.commands
    for phrase, command in commands.without_slots.items():
        if phrase in vocabulary.phrases:
            yield Conflict(phrase, f"is the command {command.name!r} as a whole utterance, not its text")
    for pattern, _ in commands.with_slots():
        words = tuple(token for token in pattern if not isinstance(token, Slot))
        hidden_by = next(
            (
                c
                for n, c in commands.without_slots.matches(words, 0)
                if c.allows_text_after and pattern[:n] == words[:n]
            ),
            None,
        )
        if hidden_by is not None:
            problem = f"never matches: it begins with a phrase of {hidden_by.name!r}, which takes the rest as text"
            yield Conflict(pattern_text(pattern), problem)


def user_command_conflicts(vocabulary: Vocabulary, commands: Sequence[UserCommand]) -> Iterator[Conflict]:
    """Yield the conflicts of the user's ``commands`` with ``vocabulary``, which does not contain them yet."""
    shipped, added = vocabulary.commands, user_command_phrases(commands)
    grammar = Grammar(vocabulary.with_commands(shipped.with_user_commands(added)))

    def matching_command(phrase: Iterable[PatternToken]) -> Command | None:
        meaning = grammar.parse(tuple(map(RecognizedWord, shipped.example(phrase))))
        return meaning if isinstance(meaning, Command) else None

    for phrase, command in added.items():
        found = matching_command(phrase)
        if problem := _unreachable_reason(found, command):
            yield Conflict(pattern_text(phrase), f"never matches: {problem}")
        elif problem := _replaced_meaning(vocabulary, phrase):
            yield Conflict(pattern_text(phrase), f"replaces {problem}", replaces_meaning=True)
        words = [token for token in phrase if not isinstance(token, Slot)]
        yield from _unrecognisable(pattern_text(phrase), words)
    beginnings = {phrase[0] for phrase in added}
    for phrase, command in shipped.items():
        if (
            phrase[0] in beginnings
            and phrase not in added
            and (found := matching_command(phrase))
            and found.user_command is not None
        ):
            problem = f"is no longer the command {command.name!r}: {found.title!r} matches instead"
            yield Conflict(pattern_text(phrase), problem)


def _unrecognisable(phrase: tuple[str, ...], words: Iterable[str]) -> Iterator[Conflict]:
    """Yield the conflict of a phrase that has a word which no recognizer returns."""
    if word := next((word for word in words if not _RECOGNISABLE_WORD.fullmatch(word)), None):
        yield Conflict(phrase, f"can never be recognised: contains {word!r}, which is not a spoken word")


def _description(entry: VocabularyEntry) -> str:
    text = entry.written.text
    return f"its text {text!r}" if text else "an effect on the words after it"


def _unreachable_reason(found: Command | None, wanted: CommandPhrase) -> str:
    """Return why the phrase of a user command, which matches ``found``, can never match; "" if it can."""
    if found is None:
        return "no words fit one of its slots"
    if found.user_command is wanted.user_command:
        return ""
    if found.argument:
        return f"it begins with a phrase of {found.title!r}, which takes the rest as text"
    return f"{found.title!r} matches instead"


def _replaced_meaning(vocabulary: Vocabulary, phrase: tuple[PatternToken, ...]) -> str:
    """Return what the phrase of a user command means without the command, "" if nothing."""
    if command := vocabulary.commands.get_pattern(phrase):
        return f"the command {command.name!r}"
    words = tuple(token for token in phrase if not isinstance(token, Slot))
    if words == phrase and (known := vocabulary.phrases.get(words)):
        return _description(known)
    if vocabulary.starts_with_literal_prefix(words):
        return f"what {words[0]!r} writes"
    return ""
