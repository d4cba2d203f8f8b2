"""Tells commands from dictation.

A command is obeyed only when it is the whole utterance or opens it; said in the middle of a sentence it is text, and
so is what the speaker breaks by a pause.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from windictator.keyboard.chord import KeyCombination
from windictator.text.commands.actions import UserCommand
from windictator.text.commands.spoken_keys import Keys
from windictator.text.utterance import RecognizedWord, Words
from windictator.text.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class PlainText:
    """Words to be written."""

    words: Words


@dataclass(frozen=True, slots=True)
class Command:
    """``name``: one of ``command_phrases.COMMANDS``. ``argument``: what was said after it in the same utterance.
    ``readings``: what its slots may hold, in order; more than one where that can be taken in several ways. ``own``: the
    command of the user's own that it is; ``name`` is empty then.

    For "scratch" the argument is an utterance of its own, to be parsed again: "scratch that scratch that hello".
    """

    name: str
    argument: Words = ()
    slot_values: tuple[tuple[int | Keys | Words, ...], ...] = ()
    user_command: UserCommand | None = None

    @property
    def title(self) -> str:
        """How it is called."""
        return self.user_command.title if self.user_command is not None else self.name

    @property
    def number(self) -> int:
        """The number in its slot, 1 where none was said."""
        return next((slot for reading in self.slot_values for slot in reading if isinstance(slot, int)), 1)

    @property
    def words(self) -> tuple[tuple[Words, ...], ...]:
        """For each reading, the words in its slots."""
        return tuple(
            tuple(slot for slot in reading if not isinstance(slot, int | Keys)) for reading in self.slot_values
        )

    @property
    def keys(self) -> tuple[KeyCombination, ...]:
        """The keys in its slot, none where it has no such slot."""
        return next((slot for reading in self.slot_values for slot in reading if isinstance(slot, Keys)), ())


class Grammar:
    """The commands of a vocabulary. No text makes it raise."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def parse(self, words: Sequence[RecognizedWord]) -> PlainText | Command:
        """What the words of one utterance mean; no words at all are dictation of nothing."""
        heard = [word.text.casefold() for word in words]
        commands, apart = self._vocabulary.commands, self._vocabulary.find_pauses(words) or frozenset()
        for length, command in commands.matches(heard, 0):
            if (length == len(words) or command.allows_text_after) and apart.isdisjoint(range(1, length)):
                return Command(command.name, tuple(words[length:]), user_command=command.user_command)
        for end in (len(words), *sorted(apart, reverse=True)):
            plain = commands.get(tuple(heard[:end])) if end in apart and apart.isdisjoint(range(1, end)) else None
            found = (plain, ()) if plain else commands.parses(heard[:end], pause_before=apart)
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
        """How many words at the end of an unfinished utterance should not be shown yet, because the next word
        may turn them into a mark or a command: 1 for "dear new", 0 for "dear new line". All of them where a pause,
        of which nothing is known before its end, may make a command of what opens it."""
        heard = [word.casefold() for word in words]
        commands = self._vocabulary.commands
        if commands.may_complete(heard) or commands.may_precede_text(heard):
            return len(heard)
        return self._vocabulary.unstable_word_count(heard)
