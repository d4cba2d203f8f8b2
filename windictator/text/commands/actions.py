"""Actions of user commands, as values; ``settings.user_commands`` reads them from the file."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from windictator.keyboard.chord import KeyCombination
from windictator.text.commands.slots import PatternToken, Slot, pattern_text


class Mode(enum.Enum):
    """Mode that decides how utterances are understood.

    The value is the mode's name in the TOML file and in the control protocol.
    """

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


MODES = tuple(mode.value for mode in Mode)
"""Values of all modes, for the file of user commands."""


MAX_KEY_PRESSES = 100
"""Maximum number of keys that one command or action presses."""

MAX_WAIT_S = 10
"""Maximum duration of one ``Wait`` (seconds)."""


class SlotName(NamedTuple):
    """The ``nth`` slot of its kind in a phrase, from 1."""

    slot: Slot
    nth: int = 1

    def __str__(self) -> str:
        """Return the name as in the file: ``<words>``, ``<words 2>``."""
        return self.slot.value if self.nth == 1 else f"{self.slot.value[:-1]} {self.nth}>"


def slot_names(slots: Iterable[Slot]) -> tuple[SlotName, ...]:
    """Return the names of a phrase's slots, in order."""
    names: list[SlotName] = []
    for slot in slots:
        names.append(SlotName(slot, 1 + sum(name.slot is slot for name in names)))
    return tuple(names)


_SLOT = re.compile(f"({'|'.join(slot.value[:-1] for slot in Slot)})(?: ([1-9]))?>")


@dataclass(frozen=True, slots=True)
class Template:
    """Text with slots, which are filled when the command is executed."""

    parts: tuple[str | SlotName, ...]

    @classmethod
    def from_text(cls, text: str) -> Template:
        """Return the template for ``text``: ``<words>`` is the first slot of its kind, ``<words 2>`` the second one.

        Everything else in ``text`` is literal.
        """
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
        """Slots in the text."""
        return frozenset(part for part in self.parts if isinstance(part, SlotName))

    @property
    def literal_text(self) -> str:
        """The text without its slots."""
        return "".join(part for part in self.parts if isinstance(part, str))

    def fill(self, values: Mapping[SlotName, str]) -> str:
        """Return the text with values in place of its slots. Raises KeyError if a slot has no value."""
        return "".join(values[part] if isinstance(part, SlotName) else part for part in self.parts)


@dataclass(frozen=True, slots=True)
class PressKeys:
    """Action that presses keys.

    combinations: key combinations, pressed one after the other, or the slot that holds them.
    times: number of repetitions.
    """

    combinations: tuple[KeyCombination, ...] | SlotName
    times: int | SlotName = 1

    @property
    def slots(self) -> frozenset[SlotName]:
        """Slots that the action needs."""
        return frozenset(value for value in (self.combinations, self.times) if isinstance(value, SlotName))


@dataclass(frozen=True, slots=True)
class TypeText:
    """Action that types a text without any change."""

    text: Template

    @property
    def slots(self) -> frozenset[SlotName]:
        """Slots that the action needs."""
        return self.text.slots


@dataclass(frozen=True, slots=True)
class RunProgram:
    """Action that runs a program.

    arguments: the program, whose name has no slots, and its arguments. A filled slot stays within its argument.
    """

    arguments: tuple[Template, ...]

    @property
    def slots(self) -> frozenset[SlotName]:
        """Slots that the action needs."""
        return frozenset().union(*(argument.slots for argument in self.arguments))


@dataclass(frozen=True, slots=True)
class CallBus:
    """Action that calls a D-Bus method.

    system: True for the system bus, False for the session bus.
    arguments: values of TOML; ``bus_arguments`` converts them.
    """

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
    """Action that changes the mode.

    mode: value of a ``Mode``.
    """

    mode: str
    slots: frozenset[SlotName] = frozenset()


@dataclass(frozen=True, slots=True)
class CallFunction:
    """Action that calls a Python function, which receives the values of all slots.

    module: dotted name of its module.
    """

    module: str
    function: str
    slots: frozenset[SlotName] = frozenset()


@dataclass(frozen=True, slots=True)
class Wait:
    """Action that waits before the next one.

    seconds: duration, at most MAX_WAIT_S.
    """

    seconds: float
    slots: frozenset[SlotName] = frozenset()


Action = PressKeys | TypeText | RunProgram | CallBus | SetMode | CallFunction | Wait
"""Any action of a user command."""


@dataclass(frozen=True, slots=True)
class UserCommand:
    """Command that the user has defined.

    phrases: phrases that start it; all have the same slots.
    actions: actions, executed in this order.
    help: its effect in a few words, "" if not given.
    location: place in its file, for messages.
    """

    phrases: tuple[tuple[PatternToken, ...], ...]
    actions: tuple[Action, ...]
    help: str = ""
    location: str = field(default="", compare=False)

    @property
    def title(self) -> str:
        """First phrase of the command."""
        return " ".join(pattern_text(self.phrases[0]))
