"""Phrases of voice commands; ``settings.commands`` reads them from files.

A phrase may have slots: ``<number>`` holds a number, ``<key>`` keys, ``<words>`` one word or more. Phrases with slots
are matched by trying all divisions. This is fast, because phrases have at most a dozen words, and only those whose
words before the first slot match are tried.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import takewhile

from windictator.text.commands.actions import UserCommand
from windictator.text.commands.everyday import EVERYDAY_COMMANDS
from windictator.text.commands.slots import PatternToken, Slot
from windictator.text.commands.spoken_keys import Keys, SpokenKeys
from windictator.text.commands.spoken_numbers import SpokenNumbers
from windictator.text.phrases import PhraseMap

COMMANDS: Mapping[str, tuple[Slot, ...]] = {
    "scratch": (),
    "undo": (),
    "undo_correction": (),
    "redo": (),
    "repeat": (Slot.NUMBER,),
    "type_literally": (),
    "cancel": (),
    "type_undelivered": (),
    "discard_undelivered": (),
    "accept_rule": (),
    "decline_rule": (),
    "sleep": (),
    "wake": (),
    "dictation_mode": (),
    "command_mode": (),
    "spelling_mode": (),
    "numbers_mode": (),
    "help": (),
    "delete_characters": (Slot.NUMBER,),
    "delete_words": (Slot.NUMBER,),
    "delete_sentence": (),
    "delete_line": (),
    "replace": (Slot.WORDS, Slot.WORDS),
    "capitalise": (),
    "upper_case": (),
    "lower_case": (),
    "title_case": (),
    "remove_spaces": (),
    "spell": (),
    "alternatives": (),
    "choose": (Slot.NUMBER,),
    "insert_before": (Slot.WORDS,),
    "insert_after": (Slot.WORDS,),
    "resume_with": (Slot.WORDS,),
    "press": (Slot.KEY, Slot.NUMBER),
    "go_to_end": (),
    "go_to_top": (),
    "go_to_line_end": (),
    "go_to_line_start": (),
    "move_left": (Slot.NUMBER,),
    "move_right": (Slot.NUMBER,),
    "move_left_words": (Slot.NUMBER,),
    "move_right_words": (Slot.NUMBER,),
    "move_up": (Slot.NUMBER,),
    "move_down": (Slot.NUMBER,),
    "page_up": (Slot.NUMBER,),
    "page_down": (Slot.NUMBER,),
    "select_phrase": (),
    "select_words": (Slot.NUMBER,),
    "select_text": (Slot.WORDS,),
    "unselect": (),
    "select_all": (),
    "copy": (),
    "cut": (),
    "paste": (),
    **dict.fromkeys(EVERYDAY_COMMANDS, ()),
    "find": (Slot.WORDS,),
}
"""Built-in commands and the slots of their phrases, in this order. A number may be omitted."""

MAX_SLOT_WORDS = 10
"""Maximum number of words in a slot that other words follow; live text waits for them until then."""
MAX_NUMBER = 1000
"""Maximum number in a phrase of a built-in command."""
MAX_USER_NUMBER = 999_999
"""Maximum number in a phrase of a user command."""
_NUMBERS, _USER_NUMBERS = range(1, MAX_NUMBER + 1), range(MAX_USER_NUMBER + 1)
AFTER_PAUSE = "pause"
"""Value of ``allow_text_after`` in the file for commands that text may follow only after a pause."""
PLACEHOLDER = "\N{HORIZONTAL ELLIPSIS}"
"""Word without any meaning."""

Span = tuple[int, int]
"""Positions of the first word and after the last word."""
SlotValues = tuple[int | Span | Keys, ...]
"""Contents of the slots of a phrase, in order: a number, the span of its words, or keys."""


@dataclass(frozen=True, slots=True)
class CommandPhrase:
    """Command that a phrase starts.

    name: key of COMMANDS; empty for a user command.
    allows_text_after: True if more words may follow in the utterance.
    needs_pause: True if a pause must come before those words.
    user_command: the user command, None for a built-in one.
    """

    name: str
    allows_text_after: bool = False
    needs_pause: bool = False
    user_command: UserCommand | None = None

    @property
    def title(self) -> str:
        """Name or phrase of the command for messages."""
        return self.user_command.title if self.user_command is not None else self.name


class CommandPhrases:
    """Phrases that are commands; immutable. Words are case-folded."""

    def __init__(
        self,
        phrases: Mapping[tuple[PatternToken, ...], CommandPhrase],
        numbers: SpokenNumbers | None = None,
        keys: SpokenKeys | None = None,
        groups: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        """Index ``phrases`` by the words before their first slot.

        numbers: words for numbers in slots.
        keys: words for keys in slots.
        groups: help texts of commands by name, in named groups.
        """
        self._all = dict(phrases)
        self.without_slots: PhraseMap[CommandPhrase] = PhraseMap(
            {tuple(map(str, phrase)): command for phrase, command in phrases.items() if not _has_slots(phrase)}
        )
        """Phrases without slots."""
        self._numbers = numbers or SpokenNumbers({})
        self._keys = keys or SpokenKeys({})
        self.groups: Mapping[str, Mapping[str, str]] = groups or {}
        """Help texts of commands by name, in named groups."""
        patterns: dict[tuple[str, ...], list[tuple[tuple[PatternToken, ...], CommandPhrase]]] = {}
        for phrase, command in phrases.items():
            if _has_slots(phrase):
                beginning = tuple(takewhile(lambda element: isinstance(element, str), phrase))
                patterns.setdefault(tuple(map(str, beginning)), []).append((phrase, command))
        #: Phrases with slots, by the words before their first slot.
        self._patterns = PhraseMap(patterns)
        self.first_words: frozenset[str] = frozenset(self.without_slots.first_words | self._patterns.first_words)
        """First words of all phrases: no command begins with any other word."""

    def with_slots(self) -> Iterator[tuple[tuple[PatternToken, ...], CommandPhrase]]:
        """Yield the phrases with slots."""
        for _, patterns in self._patterns.items():
            yield from patterns

    def items(self) -> Iterable[tuple[tuple[PatternToken, ...], CommandPhrase]]:
        """Return every phrase and its command."""
        return self._all.items()

    def get_pattern(self, phrase: tuple[PatternToken, ...]) -> CommandPhrase | None:
        """Return the command of exactly this phrase with its slots, else None."""
        return self._all.get(phrase)

    def example(self, phrase: Iterable[PatternToken]) -> tuple[str, ...]:
        """Return words for a phrase, with meaningless words in its slots."""
        filling = {Slot.NUMBER: ("7",), Slot.WORDS: (PLACEHOLDER,), Slot.KEY: self._keys.example()}
        return tuple(
            word for element in phrase for word in (filling[element] if isinstance(element, Slot) else (element,))
        )

    def without(self, phrases: Collection[tuple[str, ...]]) -> CommandPhrases:
        """Return all phrases except these."""
        others = {phrase: command for phrase, command in self._all.items() if phrase not in phrases}
        return CommandPhrases(others, self._numbers, self._keys, self.groups)

    def restricted_to(self, names: Collection[str]) -> CommandPhrases:
        """Return the phrases of the named built-in commands."""
        kept = {
            p: command for p, command in self._all.items() if command.name in names and command.user_command is None
        }
        return CommandPhrases(kept, self._numbers)

    def with_user_commands(self, user_phrases: Mapping[tuple[PatternToken, ...], CommandPhrase]) -> CommandPhrases:
        """Return all phrases and those of user commands, which come first and replace equal phrases."""
        others = {phrase: command for phrase, command in self._all.items() if phrase not in user_phrases}
        return CommandPhrases({**user_phrases, **others}, self._numbers, self._keys, self.groups)

    def parses(
        self, tokens: Sequence[str], start: int = 0, pause_before: Set[int] = frozenset()
    ) -> tuple[CommandPhrase, tuple[SlotValues, ...]] | None:
        """Return the command that the words from ``start`` to the end form, with all possible contents of its slots.

        pause_before: positions of words after a pause.

        Pauses may come before and inside slots, because the user may think there, but not between words of the phrase.
        """
        for _, patterns in self._patterns.matches(tokens, start):
            for elements, command in patterns:
                if found := tuple(self._match(elements, tokens, start, pause_before, self._allowed_numbers(command))):
                    return command, found
        return None

    def literal_word_count(self, tokens: Sequence[str], start: int) -> int:
        """Return the number of words from ``start`` on that must be literal to avoid a command; 0 without a command."""
        lengths = [length for length, _ in self.without_slots.matches(tokens, start)]
        if start < len(tokens) and self.parses(tokens, start):
            lengths.append(1)
        return max(lengths, default=0)

    def may_complete(self, tokens: Sequence[str]) -> bool:
        """Return True if more words may turn ``tokens``, which are not a command yet, into one."""
        if not tokens:
            return False
        if self.without_slots.is_prefix(tokens) or self._patterns.is_prefix(tokens):
            return True
        return any(
            self._may_continue(elements, tokens, 0, self._allowed_numbers(command))
            for _, patterns in self._patterns.matches(tokens, 0)
            for elements, command in patterns
        )

    def may_precede_text(self, tokens: Sequence[str]) -> bool:
        """Return True if ``tokens`` begin with a command that is valid if a pause follows it."""
        if any(command.needs_pause for _, command in self.without_slots.matches(tokens, 0)):
            return True
        found = (
            self._match(elements, tokens[:end], 0, frozenset(), self._allowed_numbers(command))
            for _, patterns in self._patterns.matches(tokens, 0)
            for elements, command in patterns
            if command.needs_pause
            for end in range(1, len(tokens))
        )
        return any(True for readings in found for _ in readings)

    def _allowed_numbers(self, command: CommandPhrase) -> range:
        """Return the numbers allowed in phrases of this command."""
        return _USER_NUMBERS if command.user_command is not None else _NUMBERS

    def _match(
        self,
        pattern: tuple[PatternToken, ...],
        tokens: Sequence[str],
        start: int,
        pause_before: Set[int],
        allowed: range,
        follows_word: bool = False,
    ) -> Iterator[SlotValues]:
        """Yield the contents of the slots of ``pattern`` for all words from ``start`` on.

        allowed: numbers that a slot may hold.
        follows_word: True if a word of the phrase comes before.
        """
        if not pattern:
            if start == len(tokens):
                yield ()
            return
        element, rest = pattern[0], pattern[1:]
        if element is Slot.NUMBER:
            for length, value in self._numbers.matches(tokens, start, allowed):
                for others in self._match(rest, tokens, start + length, pause_before, allowed):
                    yield (value, *others)
        elif element is Slot.KEY:
            for length, keys in self._keys.matches(tokens, start):
                for others in self._match(rest, tokens, start + length, pause_before, allowed):
                    yield (keys, *others)
        elif element is Slot.WORDS:
            for end in self._possible_ends(rest, tokens, start):
                for others in self._match(rest, tokens, end, pause_before, allowed):
                    yield ((start, end), *others)
        elif start < len(tokens) and tokens[start] == element and not (follows_word and start in pause_before):
            yield from self._match(rest, tokens, start + 1, pause_before, allowed, follows_word=True)

    def _may_continue(
        self, pattern: tuple[PatternToken, ...], tokens: Sequence[str], start: int, allowed: range
    ) -> bool:
        """Return True if the words from ``start`` on begin a longer match of ``pattern``."""
        if start == len(tokens) or not pattern:
            return bool(pattern)
        element, rest = pattern[0], pattern[1:]
        if element is Slot.NUMBER:
            if self._numbers.may_continue(tokens, start):
                return True
            found = self._numbers.matches(tokens, start, allowed)
            return any(self._may_continue(rest, tokens, start + length, allowed) for length, _ in found)
        if element is Slot.KEY:
            if self._keys.may_continue(tokens, start):
                return True
            chords = self._keys.matches(tokens, start)
            return any(self._may_continue(rest, tokens, start + length, allowed) for length, _ in chords)
        if element is Slot.WORDS:
            if not rest:
                return False
            if len(tokens) - start <= MAX_SLOT_WORDS:
                return True
            return any(
                self._may_continue(rest, tokens, end, allowed) for end in self._possible_ends(rest, tokens, start)
            )
        return tokens[start] == element and self._may_continue(rest, tokens, start + 1, allowed)

    @staticmethod
    def _possible_ends(rest: tuple[PatternToken, ...], tokens: Sequence[str], start: int) -> range:
        """Return the possible ends of a slot for words that begins at ``start``."""
        if not rest:
            return range(max(len(tokens), start + 1), len(tokens) + 1)
        return range(start + 1, min(len(tokens), start + MAX_SLOT_WORDS) + 1)


def _has_slots(phrase: Sequence[PatternToken]) -> bool:
    return any(isinstance(element, Slot) for element in phrase)


_SLOTS = {slot.value: slot for slot in Slot}


def pattern_token(word: str) -> PatternToken:
    """Return the slot, or the case-folded word, for a word of a phrase in a file."""
    word = word.casefold()
    return _SLOTS.get(word, word)
