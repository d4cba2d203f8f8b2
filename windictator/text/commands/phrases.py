"""The phrases that are commands. ``command_file`` reads them.

A phrase may have slots: ``<number>`` takes a number,
``<words>`` one word or more. Slots are found by trying: no phrase is longer than a dozen words, and all that have other
words before their first slot are never looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import takewhile

from windictator.text.commands.actions import OwnCommand
from windictator.text.commands.slots import Element, Slot
from windictator.text.commands.spoken_keys import Keys, SpokenKeys
from windictator.text.commands.spoken_numbers import SpokenNumbers
from windictator.text.phrases import PhraseTable

COMMANDS: Mapping[str, tuple[Slot, ...]] = {
    "scratch": (),
    "undo": (),
    "undo_correction": (),
    "redo": (),
    "repeat": (Slot.NUMBER,),
    "as_text": (),
    "cancel": (),
    "type_held": (),
    "drop_held": (),
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
    "close_up": (),
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

MOST_SLOT_WORDS = 10
"""Words in a slot that others follow. Live text waits for them: what runs on for longer is no command."""
MOST_NUMBER = 1000
MOST_OWN_NUMBER = 999_999
_NUMBERS, _OWN_NUMBERS = range(1, MOST_NUMBER + 1), range(MOST_OWN_NUMBER + 1)
AFTER_PAUSE = "after_pause"
NO_WORD = "\N{HORIZONTAL ELLIPSIS}"
"""Stands for a word that means nothing."""

Span = tuple[int, int]
Reading = tuple[int | Span | Keys, ...]
"""What the slots of a phrase hold, in order: a number, from where to where the words stand, or keys."""


@dataclass(frozen=True, slots=True)
class CommandPhrase:
    """``name``: one of ``COMMANDS``. ``takes_rest``: also obeyed when more words follow in the utterance;
    ``after_pause``: if a pause comes before them. ``own``: the user's own command that it is for; ``name`` is empty
    then."""

    name: str
    takes_rest: bool = False
    after_pause: bool = False
    own: OwnCommand | None = None

    @property
    def title(self) -> str:
        """How it is called."""
        return self.own.title if self.own is not None else self.name


class CommandPhrases:
    """What utterances are commands; immutable. Words are case-folded."""

    def __init__(
        self,
        phrases: Mapping[tuple[Element, ...], CommandPhrase],
        numbers: SpokenNumbers | None = None,
        keys: SpokenKeys | None = None,
        groups: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        """``numbers``: the words for numbers in slots. ``keys``: those for keys. ``groups``: what commands do, by their
        names, in groups."""
        self._all = dict(phrases)
        self._plain: PhraseTable[CommandPhrase] = PhraseTable(
            {tuple(map(str, phrase)): command for phrase, command in phrases.items() if not _has_slots(phrase)}
        )
        self._numbers = numbers or SpokenNumbers({})
        self._keys = keys or SpokenKeys({})
        self.groups: Mapping[str, Mapping[str, str]] = groups or {}
        """What commands do, by their names, in groups."""
        patterns: dict[tuple[str, ...], list[tuple[tuple[Element, ...], CommandPhrase]]] = {}
        for phrase, command in phrases.items():
            if _has_slots(phrase):
                beginning = tuple(takewhile(lambda element: isinstance(element, str), phrase))
                patterns.setdefault(tuple(map(str, beginning)), []).append((phrase, command))
        #: By the words before their first slot.
        self._patterns = PhraseTable(patterns)

    def __contains__(self, phrase: tuple[str, ...]) -> bool:
        return phrase in self._plain

    def plain(self) -> Mapping[tuple[str, ...], CommandPhrase]:
        """The phrases without slots."""
        return dict(self._plain.items())

    def with_slots(self) -> Iterator[tuple[tuple[Element, ...], CommandPhrase]]:
        """The phrases with slots."""
        for _, patterns in self._patterns.items():
            yield from patterns

    def items(self) -> Iterable[tuple[tuple[Element, ...], CommandPhrase]]:
        """Every phrase and what it commands."""
        return self._all.items()

    def exactly(self, phrase: tuple[Element, ...]) -> CommandPhrase | None:
        """What this phrase commands, slots and all."""
        return self._all.get(phrase)

    def example(self, phrase: Iterable[Element]) -> tuple[str, ...]:
        """Words that can be said for a phrase, with something in its slots that stands for nothing else."""
        filling = {Slot.NUMBER: ("7",), Slot.WORDS: (NO_WORD,), Slot.KEY: self._keys.example()}
        return tuple(
            word for element in phrase for word in (filling[element] if isinstance(element, Slot) else (element,))
        )

    def get(self, phrase: tuple[str, ...]) -> CommandPhrase | None:
        """What exactly these words command; phrases with slots apart."""
        return self._plain.get(phrase)

    def at(self, heard: Sequence[str], start: int) -> Iterator[tuple[int, CommandPhrase]]:
        """The phrases without slots that stand at ``start``, longest first, and their length in words."""
        return self._plain.at(heard, start)

    def without(self, phrases: Collection[tuple[str, ...]]) -> CommandPhrases:
        """All but these."""
        others = {phrase: command for phrase, command in self._all.items() if phrase not in phrases}
        return CommandPhrases(others, self._numbers, self._keys, self.groups)

    def only(self, names: Collection[str]) -> CommandPhrases:
        """The phrases of these commands, none of the user's own."""
        kept = {p: command for p, command in self._all.items() if command.name in names and command.own is None}
        return CommandPhrases(kept, self._numbers)

    def with_own(self, own: Mapping[tuple[Element, ...], CommandPhrase]) -> CommandPhrases:
        """These phrases too, before all others and in the place of the same ones."""
        others = {phrase: command for phrase, command in self._all.items() if phrase not in own}
        return CommandPhrases({**own, **others}, self._numbers, self._keys, self.groups)

    def readings(
        self, heard: Sequence[str], start: int = 0, apart: Set[int] = frozenset()
    ) -> tuple[CommandPhrase, tuple[Reading, ...]] | None:
        """The command that the words from ``start`` to the end are, and all that its slots may hold.

        ``apart``: before which words there is a pause. Whoever says what goes into a slot may think about it; between
        the words of the phrase itself there is none.
        """
        for _, patterns in self._patterns.at(heard, start):
            for elements, command in patterns:
                if found := tuple(self._match(elements, heard, start, apart, self._numbers_of(command))):
                    return command, found
        return None

    def literal_length(self, heard: Sequence[str], start: int) -> int:
        """How many words from ``start`` on must be taken literally so that there is no command; 0 where is none."""
        lengths = [length for length, _ in self._plain.at(heard, start)]
        if start < len(heard) and self.readings(heard, start):
            lengths.append(1)
        return max(lengths, default=0)

    def may_become(self, heard: Sequence[str]) -> bool:
        """Whether more words may make a command of an utterance that begins with ``heard``, which is none yet."""
        if not heard:
            return False
        if self._plain.begins(heard) or self._patterns.begins(heard):
            return True
        return any(
            self._is_open(elements, heard, 0, self._numbers_of(command))
            for _, patterns in self._patterns.at(heard, 0)
            for elements, command in patterns
        )

    def may_take_rest(self, heard: Sequence[str]) -> bool:
        """Whether a command opens ``heard`` that is one if a pause comes before the words behind it."""
        if any(command.after_pause for _, command in self._plain.at(heard, 0)):
            return True
        found = (
            self._match(elements, heard[:end], 0, frozenset(), self._numbers_of(command))
            for _, patterns in self._patterns.at(heard, 0)
            for elements, command in patterns
            if command.after_pause
            for end in range(1, len(heard))
        )
        return any(True for readings in found for _ in readings)

    def _numbers_of(self, command: CommandPhrase) -> range:
        """What a number in a phrase of this command may be."""
        return _OWN_NUMBERS if command.own is not None else _NUMBERS

    def _match(
        self,
        elements: tuple[Element, ...],
        heard: Sequence[str],
        start: int,
        apart: Set[int],
        allowed: range,
        bound: bool = False,
    ) -> Iterator[Reading]:
        """``allowed``: numbers. ``bound``: a word of the phrase comes before."""
        if not elements:
            if start == len(heard):
                yield ()
            return
        element, rest = elements[0], elements[1:]
        if element is Slot.NUMBER:
            for length, value in self._numbers.at(heard, start, allowed):
                for others in self._match(rest, heard, start + length, apart, allowed):
                    yield (value, *others)
        elif element is Slot.KEY:
            for length, keys in self._keys.at(heard, start):
                for others in self._match(rest, heard, start + length, apart, allowed):
                    yield (keys, *others)
        elif element is Slot.WORDS:
            for end in self._ends(rest, heard, start):
                for others in self._match(rest, heard, end, apart, allowed):
                    yield ((start, end), *others)
        elif start < len(heard) and heard[start] == element and not (bound and start in apart):
            yield from self._match(rest, heard, start + 1, apart, allowed, bound=True)

    def _is_open(self, elements: tuple[Element, ...], heard: Sequence[str], start: int, allowed: range) -> bool:
        """Whether the words from ``start`` on are a beginning of ``elements``, which go on."""
        if start == len(heard) or not elements:
            return bool(elements)
        element, rest = elements[0], elements[1:]
        if element is Slot.NUMBER:
            if self._numbers.may_go_on(heard, start):
                return True
            found = self._numbers.at(heard, start, allowed)
            return any(self._is_open(rest, heard, start + length, allowed) for length, _ in found)
        if element is Slot.KEY:
            if self._keys.may_go_on(heard, start):
                return True
            chords = self._keys.at(heard, start)
            return any(self._is_open(rest, heard, start + length, allowed) for length, _ in chords)
        if element is Slot.WORDS:
            if not rest:
                return False
            if len(heard) - start <= MOST_SLOT_WORDS:
                return True
            return any(self._is_open(rest, heard, end, allowed) for end in self._ends(rest, heard, start))
        return heard[start] == element and self._is_open(rest, heard, start + 1, allowed)

    @staticmethod
    def _ends(rest: tuple[Element, ...], heard: Sequence[str], start: int) -> range:
        """Where words that begin at ``start`` may end."""
        if not rest:
            return range(max(len(heard), start + 1), len(heard) + 1)
        return range(start + 1, min(len(heard), start + MOST_SLOT_WORDS) + 1)


def _has_slots(phrase: Sequence[Element]) -> bool:
    return any(isinstance(element, Slot) for element in phrase)


_SLOTS = {slot.value: slot for slot in Slot}


def element_of(word: str) -> Element:
    """What a word of a phrase in a file is."""
    word = word.casefold()
    return _SLOTS.get(word, word)
