"""Distinction between commands and dictated text.

A command is executed only if it is the whole utterance or opens it. In the middle of a sentence it is text, and so is a
phrase with a pause between its words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from windictator.keyboard.chord import KeyCombination
from windictator.text.commands.actions import UserCommand
from windictator.text.commands.phrases import CommandPhrase
from windictator.text.commands.spoken_keys import Keys
from windictator.text.utterance import RecognizedWord, Words
from windictator.text.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class PlainText:
    """Words to be written."""

    words: Words


@dataclass(frozen=True, slots=True)
class Command:
    """A recognised command.

    name: key of ``commands.phrases.COMMANDS``; empty for a user command.
    argument: words after the command in the same utterance.
    slot_values: possible contents of its slots, in order; several if the words can be divided in several ways.
    user_command: the user command that it is, None for a built-in one.

    The argument of "scratch" is an utterance of its own, which is parsed again: "scratch that scratch that hello".
    """

    name: str
    argument: Words = ()
    slot_values: tuple[tuple[int | Keys | Words, ...], ...] = ()
    user_command: UserCommand | None = None

    @property
    def title(self) -> str:
        """Name or phrase of the command for messages."""
        return self.user_command.title if self.user_command is not None else self.name

    @property
    def number(self) -> int:
        """Number in its slot, 1 without one."""
        return next((slot for reading in self.slot_values for slot in reading if isinstance(slot, int)), 1)

    @property
    def words(self) -> tuple[tuple[Words, ...], ...]:
        """Words in its slots, for each of ``slot_values``."""
        return tuple(
            tuple(slot for slot in reading if not isinstance(slot, int | Keys)) for reading in self.slot_values
        )

    @property
    def keys(self) -> tuple[KeyCombination, ...]:
        """Keys in its slot, empty without one."""
        return next((slot for reading in self.slot_values for slot in reading if isinstance(slot, Keys)), ())


class Grammar:
    """Commands of a vocabulary. Parsing never raises."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def parse(self, words: Sequence[RecognizedWord]) -> PlainText | Command:
        """Return the meaning of one utterance; without words it is empty text."""
        commands = self._vocabulary.commands
        if not words or words[0].text.casefold() not in commands.first_words:
            return PlainText(tuple(words))
        tokens = [word.text.casefold() for word in words]
        pauses = self._vocabulary.find_pauses(words) or frozenset()
        for length, command in commands.without_slots.matches(tokens, 0):
            if (length == len(words) or command.allows_text_after) and pauses.isdisjoint(range(1, length)):
                return Command(command.name, tuple(words[length:]), user_command=command.user_command)
        for end in (len(words), *sorted(pauses, reverse=True)):
            plain: CommandPhrase | None = None
            if end in pauses and pauses.isdisjoint(range(1, end)):
                plain = commands.without_slots.get(tuple(tokens[:end]))
            found = (plain, ()) if plain else commands.parses(tokens[:end], pause_before=pauses)
            if found is not None and (end == len(words) or found[0].needs_pause):
                command, readings = found
                return Command(
                    command.name,
                    tuple(words[end:]),
                    tuple(
                        tuple(
                            slot if isinstance(slot, int | Keys) else tuple(words[slot[0] : slot[1]])
                            for slot in reading
                        )
                        for reading in readings
                    ),
                    command.user_command,
                )
        return PlainText(tuple(words))

    def unstable_word_count(self, words: Sequence[str]) -> int:
        """Return the number of words at the end of an unfinished utterance that must not be shown yet.

        The next word may turn them into a symbol or a command: 1 for "dear new", 0 for "dear new line". All words count
        if a pause may make a command of the first ones, because pauses are unknown before the end.
        """
        tokens = [word.casefold() for word in words]
        commands = self._vocabulary.commands
        if commands.may_complete(tokens) or commands.may_precede_text(tokens):
            return len(tokens)
        return self._vocabulary.unstable_word_count(tokens)
