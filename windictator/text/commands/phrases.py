"""The phrases that are commands. ``command_file`` reads them.

A phrase may have slots: ``<number>`` takes a number,
``<words>`` one word or more. Slots are found by trying: no phrase is longer than a dozen words, and all that have other
words before their first slot are never looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import takewhile

from windictator.text.commands.actions import UserCommand
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
}
"""The commands that phrases can be given to, and the slots of such a phrase, in this order. A number may be missing."""

MAX_SLOT_WORDS = 10
"""Words in a slot that others follow. Live text waits for them: what runs on for longer is no command."""
MAX_NUMBER = 1000
MAX_USER_NUMBER = 999_999
_NUMBERS, _USER_NUMBERS = range(1, MAX_NUMBER + 1), range(MAX_USER_NUMBER + 1)
AFTER_PAUSE = "pause"
PLACEHOLDER = "\N{HORIZONTAL ELLIPSIS}"
"""Stands for a word that means nothing."""

Span = tuple[int, int]
SlotValues = tuple[int | Span | Keys, ...]
"""What the slots of a phrase hold, in order: a number, from where to where the words stand, or keys."""


@dataclass(frozen=True, slots=True)
class CommandPhrase:
    """``name``: one of ``COMMANDS``. ``takes_rest``: also obeyed when more words follow in the utterance;
    ``after_pause``: if a pause comes before them. ``own``: the user's own command that it is for; ``name`` is empty
    then."""

    name: str
    allows_text_after: bool = False
    needs_pause: bool = False
    user_command: UserCommand | None = None

    @property
    def title(self) -> str:
        """How it is called."""
        return self.user_command.title if self.user_command is not None else self.name


class CommandPhrases:
    """What utterances are commands; immutable. Words are case-folded."""

    def __init__(
        self,
        phrases: Mapping[tuple[PatternToken, ...], CommandPhrase],
        numbers: SpokenNumbers | None = None,
        keys: SpokenKeys | None = None,
        groups: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        """``numbers``: the words for numbers in slots. ``keys``: those for keys. ``groups``: what commands do, by their
        names, in groups."""
        self._all = dict(phrases)
        self._without_slots: PhraseMap[CommandPhrase] = PhraseMap(
            {tuple(map(str, phrase)): command for phrase, command in phrases.items() if not _has_slots(phrase)}
        )
        self._numbers = numbers or SpokenNumbers({})
        self._keys = keys or SpokenKeys({})
        self.groups: Mapping[str, Mapping[str, str]] = groups or {}
        """What commands do, by their names, in groups."""
        patterns: dict[tuple[str, ...], list[tuple[tuple[PatternToken, ...], CommandPhrase]]] = {}
        for phrase, command in phrases.items():
            if _has_slots(phrase):
                beginning = tuple(takewhile(lambda element: isinstance(element, str), phrase))
                patterns.setdefault(tuple(map(str, beginning)), []).append((phrase, command))
        #: By the words before their first slot.
        self._patterns = PhraseMap(patterns)

    def __contains__(self, phrase: tuple[str, ...]) -> bool:
        return phrase in self._without_slots

    def without_slots(self) -> Mapping[tuple[str, ...], CommandPhrase]:
        """The phrases without slots."""
        return dict(self._without_slots.items())

    def with_slots(self) -> Iterator[tuple[tuple[PatternToken, ...], CommandPhrase]]:
        """The phrases with slots."""
        for _, patterns in self._patterns.items():
            yield from patterns

    def items(self) -> Iterable[tuple[tuple[PatternToken, ...], CommandPhrase]]:
        """Every phrase and what it commands."""
        return self._all.items()

    def get_pattern(self, phrase: tuple[PatternToken, ...]) -> CommandPhrase | None:
        """What this phrase commands, slots and all."""
        return self._all.get(phrase)

    def example(self, phrase: Iterable[PatternToken]) -> tuple[str, ...]:
        """Words that can be said for a phrase, with something in its slots that stands for nothing else."""
        filling = {Slot.NUMBER: ("7",), Slot.WORDS: (PLACEHOLDER,), Slot.KEY: self._keys.example()}
        return tuple(
            word for element in phrase for word in (filling[element] if isinstance(element, Slot) else (element,))
        )

    def get(self, phrase: tuple[str, ...]) -> CommandPhrase | None:
        """What exactly these words command; phrases with slots apart."""
        return self._without_slots.get(phrase)

    def matches(self, tokens: Sequence[str], start: int) -> Iterator[tuple[int, CommandPhrase]]:
        """The phrases without slots that stand at ``start``, longest first, and their length in words."""
        return self._without_slots.matches(tokens, start)

    def without(self, phrases: Collection[tuple[str, ...]]) -> CommandPhrases:
        """All but these."""
        others = {phrase: command for phrase, command in self._all.items() if phrase not in phrases}
        return CommandPhrases(others, self._numbers, self._keys, self.groups)

    def restricted_to(self, names: Collection[str]) -> CommandPhrases:
        """The phrases of these commands, none of the user's own."""
        kept = {
            p: command for p, command in self._all.items() if command.name in names and command.user_command is None
        }
        return CommandPhrases(kept, self._numbers)

    def with_user_commands(self, user_phrases: Mapping[tuple[PatternToken, ...], CommandPhrase]) -> CommandPhrases:
        """These phrases too, before all others and in the place of the same ones."""
        others = {phrase: command for phrase, command in self._all.items() if phrase not in user_phrases}
        return CommandPhrases({**user_phrases, **others}, self._numbers, self._keys, self.groups)

    def parses(
        self, tokens: Sequence[str], start: int = 0, pause_before: Set[int] = frozenset()
    ) -> tuple[CommandPhrase, tuple[SlotValues, ...]] | None:
        """The command that the words from ``start`` to the end are, and all that its slots may hold.

        ``apart``: before which words there is a pause. Whoever says what goes into a slot may think about it; between
        the words of the phrase itself there is none.
        """
        for _, patterns in self._patterns.matches(tokens, start):
            for elements, command in patterns:
                if found := tuple(self._match(elements, tokens, start, pause_before, self._allowed_numbers(command))):
                    return command, found
        return None

    def literal_word_count(self, tokens: Sequence[str], start: int) -> int:
        """How many words from ``start`` on must be taken literally so that there is no command; 0 where is none."""
        lengths = [length for length, _ in self._without_slots.matches(tokens, start)]
        if start < len(tokens) and self.parses(tokens, start):
            lengths.append(1)
        return max(lengths, default=0)

    def may_complete(self, tokens: Sequence[str]) -> bool:
        """Whether more words may make a command of an utterance that begins with ``heard``, which is none yet."""
        if not tokens:
            return False
        if self._without_slots.is_prefix(tokens) or self._patterns.is_prefix(tokens):
            return True
        return any(
            self._may_continue(elements, tokens, 0, self._allowed_numbers(command))
            for _, patterns in self._patterns.matches(tokens, 0)
            for elements, command in patterns
        )

    def may_precede_text(self, tokens: Sequence[str]) -> bool:
        """Whether a command opens ``heard`` that is one if a pause comes before the words behind it."""
        if any(command.needs_pause for _, command in self._without_slots.matches(tokens, 0)):
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
        """What a number in a phrase of this command may be."""
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
        """``allowed``: numbers. ``bound``: a word of the phrase comes before."""
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
        """Whether the words from ``start`` on are a beginning of ``elements``, which go on."""
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
        """Where words that begin at ``start`` may end."""
        if not rest:
            return range(max(len(tokens), start + 1), len(tokens) + 1)
        return range(start + 1, min(len(tokens), start + MAX_SLOT_WORDS) + 1)


def _has_slots(phrase: Sequence[PatternToken]) -> bool:
    return any(isinstance(element, Slot) for element in phrase)


_SLOTS = {slot.value: slot for slot in Slot}


def pattern_token(word: str) -> PatternToken:
    """What a word of a phrase in a file is."""
    word = word.casefold()
    return _SLOTS.get(word, word)
