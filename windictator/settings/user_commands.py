"""Reads a user's own commands: phrases, and what is to be done for them. ``config/own-commands.toml`` explains them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from windictator.keyboard.chord import ChordError, parse_chord
from windictator.settings.commands import CommandsError, shape_problem
from windictator.settings.toml import read_toml
from windictator.text.commands.actions import (
    MODES,
    MOST_PRESSED,
    MOST_SECONDS,
    CallBus,
    CallFunction,
    Deed,
    OwnCommand,
    PressKeys,
    RunProgram,
    SetMode,
    SlotName,
    Template,
    TypeText,
    Wait,
    slot_names,
)
from windictator.text.commands.bus_arguments import (
    BUS_NAME,
    INTERFACE,
    LONGEST_NAME,
    MEMBER,
    OBJECT_PATH,
    ArgumentsError,
    bus_arguments,
)
from windictator.text.commands.phrases import CommandPhrase, element_of
from windictator.text.commands.slots import Element, Slot, spoken_elements
from windictator.text.normalise import UnprintableText, clean_text
from windictator.text.quoting import printable, shown

_KEYS = ("spoken", "do", "help")
_FUNCTION = re.compile(r"(?!\d)\w+(?:\.(?!\d)\w+)*:(?!\d)\w+")
#: In a phrase; every way to fill them is tried.
_MOST_SLOTS = 4


def parse_own_commands(toml_text: str, source: str) -> tuple[OwnCommand, ...]:
    """Read a file of own commands; ``source`` names it in errors. Raises ``CommandsError``: ``file:command 2.key: what
    is wrong, what is allowed``."""
    document = read_toml(toml_text, source, CommandsError)
    for key in document:
        if key != "command":
            raise CommandsError(f"{source}:{shown(key)}: unknown, allowed: [[command]]")
    tables = document.get("command", [])
    if not isinstance(tables, list):
        raise CommandsError(f"{source}:command: must be a list of tables, each written as [[command]]")
    return _Reading(source).commands(tables)


def own_phrases(commands: Sequence[OwnCommand]) -> dict[tuple[Element, ...], CommandPhrase]:
    """What each phrase of the commands means."""
    return {phrase: CommandPhrase("", own=command) for command in commands for phrase in command.phrases}


class _Problem(Exception):
    """``key``: below the one that is being read; ``problem``: one line."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(problem)
        self.key = key


class _Reading:
    """One file being read."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._places: dict[tuple[Element, ...], str] = {}

    def commands(self, tables: list[Any]) -> tuple[OwnCommand, ...]:
        commands = []
        for number, table in enumerate(tables, start=1):
            place = f"command {number}"
            try:
                commands.append(self._command(table, place))
            except _Problem as problem:
                where = f"{self._source}:{place}{problem.key}"
                raise CommandsError(f"{where}: {printable(str(problem))}") from None
        return tuple(commands)

    def _command(self, table: Any, place: str) -> OwnCommand:
        _check_keys(table, "", _KEYS)
        phrases = tuple(self._phrases(table, place))
        deeds = tuple(self._deeds(table))
        help = table.get("help", "")
        if not isinstance(help, str) or not help.isprintable():
            raise _Problem(".help", "must be a text of one line")
        _check_slots(phrases, deeds)
        return OwnCommand(phrases, deeds, help.strip(), place)

    def _phrases(self, table: dict[str, Any], place: str) -> Iterator[tuple[Element, ...]]:
        for spoken in _texts(table, "spoken", ""):
            phrase = tuple(map(element_of, spoken.split()))
            if problem := _what_is_wrong(phrase) or self._already(phrase, place):
                raise _Problem(".spoken", f"{shown(spoken)}: {problem}")
            yield phrase

    def _already(self, phrase: tuple[Element, ...], place: str) -> str:
        first = self._places.setdefault(phrase, place)
        return f"is already a phrase of {first}, a phrase has one meaning" if first != place else ""

    def _deeds(self, table: dict[str, Any]) -> Iterator[Deed]:
        deeds = table.get("do")
        if not isinstance(deeds, list) or not deeds:
            raise _Problem(".do", 'must be a list of deeds: [{ keys = "ctrl+l" }, { text = "..." }]')
        for number, deed in enumerate(deeds, start=1):
            key = ".do" if len(deeds) == 1 else f".do {number}"
            if not isinstance(deed, dict):
                raise _Problem(key, f"must be a table, with one of {', '.join(_DEEDS)}")
            kinds = [kind for kind in _DEEDS if kind in deed]
            if len(kinds) != 1:
                found = " and ".join(kinds) or "none of them"
                raise _Problem(key, f"a deed is one of {', '.join(_DEEDS)}, not {found}")
            (kind,) = kinds
            _check_keys(deed, key, ("keys", "times") if kind == "keys" else (kind,))
            yield _DEEDS[kind](self, deed, f"{key}.{kind}")

    def _press(self, deed: dict[str, Any], key: str) -> Deed:
        keys, times = deed["keys"], deed.get("times", 1)
        if not isinstance(keys, str) or not keys.strip():
            raise _Problem(key, 'must be keys: "ctrl+l", "ctrl+k ctrl+c", or a slot "<key>"')
        count = _only_slot(times, Slot.NUMBER) if isinstance(times, str) else times
        if not isinstance(count, SlotName) and (type(count) is not int or not 1 <= count <= MOST_PRESSED):
            raise _Problem(key.replace("keys", "times"), f"must be a number from 1 to {MOST_PRESSED} or <number>")
        template = Template.of(keys.strip())
        if template.slots:
            slot = template.parts[0]
            if len(template.parts) != 1 or not isinstance(slot, SlotName) or slot.slot is not Slot.KEY:
                raise _Problem(key, "may be keys, or the slot <key> and nothing else")
            return PressKeys(slot, count)
        try:
            return PressKeys(tuple(map(parse_chord, keys.split())), count)
        except ChordError as error:
            raise _Problem(key, str(error)) from None

    def _type(self, deed: dict[str, Any], key: str) -> Deed:
        return TypeText(_template(deed["text"], key))

    def _run(self, deed: dict[str, Any], key: str) -> Deed:
        arguments = deed["run"]
        if not isinstance(arguments, list) or not arguments or not all(isinstance(each, str) for each in arguments):
            raise _Problem(key, 'must be a list of a program and its arguments: ["program", "<words>"]')
        if any("\0" in argument for argument in arguments):
            raise _Problem(key, "an argument cannot hold the character NUL")
        templates = tuple(map(Template.of, arguments))
        if templates[0].slots or not arguments[0].strip():
            raise _Problem(key, "the program, which comes first, is named in the file, not by what is said")
        return RunProgram(templates)

    def _call(self, deed: dict[str, Any], key: str) -> Deed:
        call = deed["dbus"]
        _check_keys(call, key, ("bus", "destination", "path", "interface", "member", "signature", "arguments"))
        bus = call.get("bus", "session")
        if bus not in ("session", "system"):
            raise _Problem(f"{key}.bus", "must be session or system")
        names = {}
        for name, allowed, example in _BUS_NAMES:
            value = call.get(name)
            if not isinstance(value, str) or not allowed.fullmatch(value) or len(value) > LONGEST_NAME:
                raise _Problem(f"{key}.{name}", f"must be written like {example}")
            names[name] = value
        signature, arguments = call.get("signature", ""), call.get("arguments", [])
        if not isinstance(signature, str) or len(signature) > LONGEST_NAME:
            raise _Problem(f"{key}.signature", 'must be a signature of D-Bus, "su" for a text and a number')
        if not isinstance(arguments, list):
            raise _Problem(f"{key}.arguments", "must be a list")
        slots: set[SlotName] = set()

        def some_value(text: str) -> str:
            template = Template.of(text)
            slots.update(template.slots)
            return template.filled({name: "1" if name.slot is Slot.NUMBER else "word" for name in template.slots})

        try:
            bus_arguments(signature, arguments, some_value)
        except ArgumentsError as error:
            raise _Problem(f"{key}.arguments", str(error)) from None
        except RecursionError:
            raise _Problem(f"{key}.arguments", "nested too deeply") from None
        return CallBus(
            system=bus == "system", signature=signature, arguments=tuple(arguments), slots=frozenset(slots), **names
        )

    def _set_mode(self, deed: dict[str, Any], key: str) -> Deed:
        if deed["mode"] not in MODES:
            raise _Problem(key, f"must be one of {', '.join(MODES)}")
        return SetMode(deed["mode"])

    def _wait(self, deed: dict[str, Any], key: str) -> Deed:
        seconds = deed["wait"]
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds <= MOST_SECONDS:
            raise _Problem(key, f"must be a number of seconds, at most {MOST_SECONDS}")
        return Wait(float(seconds))

    def _call_function(self, deed: dict[str, Any], key: str) -> Deed:
        name = deed["python"]
        if not isinstance(name, str) or not _FUNCTION.fullmatch(name):
            raise _Problem(key, 'must be a function as "module:function"')
        module, _, function = name.partition(":")
        return CallFunction(module, function)


_DEEDS: Mapping[str, Callable[[_Reading, dict[str, Any], str], Deed]] = {
    "keys": _Reading._press,
    "text": _Reading._type,
    "run": _Reading._run,
    "dbus": _Reading._call,
    "mode": _Reading._set_mode,
    "python": _Reading._call_function,
    "wait": _Reading._wait,
}
_BUS_NAMES = (
    ("destination", BUS_NAME, "org.freedesktop.Notifications"),
    ("path", OBJECT_PATH, "/org/freedesktop/Notifications"),
    ("interface", INTERFACE, "org.freedesktop.Notifications"),
    ("member", MEMBER, "Notify"),
)


def _what_is_wrong(phrase: tuple[Element, ...]) -> str:
    if len([element for element in phrase if isinstance(element, Slot)]) > _MOST_SLOTS:
        return f"has more than {_MOST_SLOTS} slots"
    if problem := shape_problem(phrase):
        return problem
    if unknown := next((word for word in phrase if isinstance(word, str) and ("<" in word or ">" in word)), None):
        return f"{shown(unknown)} is no slot, those are {', '.join(slot.value for slot in Slot)}"
    return ""


def _check_slots(phrases: Sequence[tuple[Element, ...]], deeds: Sequence[Deed]) -> None:
    """That every phrase gives what the deeds need, and nothing that is lost."""
    used: set[SlotName] = set().union(*(deed.slots for deed in deeds))
    told_all = any(isinstance(deed, CallFunction) for deed in deeds)
    for phrase in phrases:
        given = set(slot_names(element for element in phrase if isinstance(element, Slot)))
        if missing := used - given:
            problem = f"has no {_names(missing)}, which is needed for what is done"
        elif (unused := given - used) and not told_all:
            problem = f"nothing that is done uses its {_names(unused)}"
        else:
            continue
        raise _Problem(".spoken", f"{shown(' '.join(spoken_elements(phrase)))}: {problem}")


def _names(slots: Collection[SlotName]) -> str:
    return " and ".join(sorted(map(str, slots)))


def _template(text: Any, key: str) -> Template:
    """A text to be typed."""
    if not isinstance(text, str) or not text:
        raise _Problem(key, "must be a text of at least one character")
    template = Template.of(text)
    try:
        clean_text(template.literal)
    except UnprintableText as error:
        raise _Problem(key, str(error)) from None
    if any(name.slot is Slot.KEY for name in template.slots):
        raise _Problem(key, "a key is no text: <key> is for keys and for python")
    return template


def _only_slot(text: str, slot: Slot) -> SlotName | None:
    """The slot of this kind that the text is."""
    parts = Template.of(text.strip()).parts
    return parts[0] if len(parts) == 1 and isinstance(parts[0], SlotName) and parts[0].slot is slot else None


def _texts(table: dict[str, Any], name: str, key: str) -> list[str]:
    texts = table.get(name)
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
        raise _Problem(f"{key}.{name}", "must be a list of one text or more")
    return texts


def _check_keys(table: Any, key: str, allowed: Sequence[str]) -> None:
    if not isinstance(table, dict):
        raise _Problem(key, "must be a table")
    for name in table:
        if name not in allowed:
            raise _Problem(f"{key}.{shown(name)}", f"unknown, allowed: {', '.join(allowed)}")
