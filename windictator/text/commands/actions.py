"""What a command of the user's own is to do; ``settings.user_commands`` reads it."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from windictator.keyboard.chord import KeyCombination
from windictator.text.commands.slots import PatternToken, Slot, pattern_text


class Mode(enum.Enum):
    """How utterances are understood. The value is the mode's name in the TOML file and in the control protocol."""

    DICTATION = "dictation"
    """Words are text, unless they are a command."""
    COMMAND = "command"
    """Words are commands; other words are refused."""
    SPELLING = "spelling"
    """Words are characters of the spelling alphabet."""
    NUMBERS = "numbers"
    """Words are numbers; other words are refused."""
    ASLEEP = "asleep"
    """Everything but the wake phrase is ignored."""


MAX_KEY_PRESSES = 100
"""Keys that one deed presses at most."""

MAX_WAIT_S = 10
"""That one deed waits at most."""


class SlotName(NamedTuple):
    """The ``nth`` slot of its kind in a phrase, from 1 on."""

    slot: Slot
    nth: int = 1

    def __str__(self) -> str:
        """As it is written in the file: ``<words>``, ``<words 2>``."""
        return self.slot.value if self.nth == 1 else f"{self.slot.value[:-1]} {self.nth}>"


def slot_names(slots: Iterable[Slot]) -> tuple[SlotName, ...]:
    """The names of a phrase's slots, in their order."""
    names: list[SlotName] = []
    for slot in slots:
        names.append(SlotName(slot, 1 + sum(name.slot is slot for name in names)))
    return tuple(names)


_SLOT = re.compile(f"({'|'.join(slot.value[:-1] for slot in Slot)})(?: ([1-9]))?>")


@dataclass(frozen=True, slots=True)
class Template:
    """A text with slots to be filled."""

    parts: tuple[str | SlotName, ...]

    @classmethod
    def from_text(cls, text: str) -> Template:
        """What ``text`` means: ``<words>`` is the first slot of its kind, ``<words 2>`` the second; all else is
        itself."""
        if "<" not in text:
            return cls((text,) if text else ())
        parts: list[str | SlotName] = []
        end = 0
        for found in _SLOT.finditer(text):
            parts += [text[end : found.start()], SlotName(Slot(found[1] + ">"), int(found[2] or 1))]
            end = found.end()
        return cls(tuple(part for part in (*parts, text[end:]) if part))

    @property
    def slots(self) -> frozenset[SlotName]:
        """The slots in it."""
        return frozenset(part for part in self.parts if isinstance(part, SlotName))

    @property
    def literal_text(self) -> str:
        """What is written in it, slots apart."""
        return "".join(part for part in self.parts if isinstance(part, str))

    def fill(self, values: Mapping[SlotName, str]) -> str:
        """The text. Raises KeyError where a slot has no value."""
        return "".join(values[part] if isinstance(part, SlotName) else part for part in self.parts)


@dataclass(frozen=True, slots=True)
class PressKeys:
    """``chords``: pressed one after the other; or the slot that holds them. ``times``: how often."""

    combinations: tuple[KeyCombination, ...] | SlotName
    times: int | SlotName = 1

    @property
    def slots(self) -> frozenset[SlotName]:
        """The slots that it needs; so for the others."""
        return frozenset(value for value in (self.combinations, self.times) if isinstance(value, SlotName))


@dataclass(frozen=True, slots=True)
class TypeText:
    """The text is typed as it is."""

    text: Template

    @property
    def slots(self) -> frozenset[SlotName]:
        return self.text.slots


@dataclass(frozen=True, slots=True)
class RunProgram:
    """A program, which has no slots in its name, and its arguments, each of which stays one."""

    arguments: tuple[Template, ...]

    @property
    def slots(self) -> frozenset[SlotName]:
        return frozenset().union(*(argument.slots for argument in self.arguments))


@dataclass(frozen=True, slots=True)
class CallBus:
    """A call over D-Bus; ``system``: over the system's bus, not the session's. ``arguments``: values of TOML, see
    ``bus_arguments``."""

    system: bool
    destination: str
    path: str
    interface: str
    member: str
    signature: str
    arguments: tuple[Any, ...] = ()
    slots: frozenset[SlotName] = frozenset()


@dataclass(frozen=True, slots=True)
class SetMode:
    """Change of the mode."""

    mode: Mode
    slots: frozenset[SlotName] = frozenset()


@dataclass(frozen=True, slots=True)
class CallFunction:
    """A function of Python, which is told all slots. ``module``: its dotted name."""

    module: str
    function: str
    slots: frozenset[SlotName] = frozenset()


@dataclass(frozen=True, slots=True)
class Wait:
    """For what others need time for. ``seconds``: at most ``MOST_SECONDS``."""

    seconds: float
    slots: frozenset[SlotName] = frozenset()


Action = PressKeys | TypeText | RunProgram | CallBus | SetMode | CallFunction | Wait


@dataclass(frozen=True, slots=True)
class UserCommand:
    """``phrases``: what it is obeyed for; their slots have the same names. ``deeds``: done in this order. ``help``:
    what it does in a few words, "" where nobody says. ``place``: where it stands in its file."""

    phrases: tuple[tuple[PatternToken, ...], ...]
    actions: tuple[Action, ...]
    help: str = ""
    location: str = field(default="", compare=False)

    @property
    def title(self) -> str:
        """How it is called: its first phrase."""
        return " ".join(pattern_text(self.phrases[0]))
