"""Reads a user's own commands: phrases, and what is to be done for them. ``config/own-commands.toml`` explains them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from windictator.keyboard.chord import KeyCombinationError, parse_combination
from windictator.settings.commands import CommandsError, shape_problem
from windictator.settings.toml import read_toml
from windictator.text.commands.actions import (
    MAX_KEY_PRESSES,
    MAX_WAIT_S,
    MODES,
    Action,
    CallBus,
    CallFunction,
    PressKeys,
    RunProgram,
    SetMode,
    SlotName,
    Template,
    TypeText,
    UserCommand,
    Wait,
    slot_names,
)
from windictator.text.commands.bus_arguments import (
    BUS_NAME,
    INTERFACE,
    MAX_NAME_LENGTH,
    MEMBER,
    OBJECT_PATH,
    ArgumentsError,
    bus_arguments,
)
from windictator.text.commands.phrases import CommandPhrase, pattern_token
from windictator.text.commands.slots import PatternToken, Slot, pattern_text
from windictator.text.normalise import UnprintableTextError, normalise_text
from windictator.text.quoting import printable, quoted

_KEYS = ("spoken", "do", "help")
_FUNCTION = re.compile(r"(?!\d)\w+(?:\.(?!\d)\w+)*:(?!\d)\w+")
#: In a phrase; every way to fill them is tried.
_MAX_SLOTS = 4


def parse_user_commands(toml_text: str, source: str) -> tuple[UserCommand, ...]:
    """Read a file of own commands; ``source`` names it in errors. Raises ``CommandsError``: ``file:command 2.key: what
    is wrong, what is allowed``."""
    document = read_toml(toml_text, source, CommandsError)
    for key in document:
        if key != "command":
            raise CommandsError(f"{source}:{quoted(key)}: unknown, allowed: [[command]]")
    tables = document.get("command", [])
    if not isinstance(tables, list):
        raise CommandsError(f"{source}:command: must be a list of tables, each written as [[command]]")
    return _Reader(source).commands(tables)


def user_command_phrases(commands: Sequence[UserCommand]) -> dict[tuple[PatternToken, ...], CommandPhrase]:
    """What each phrase of the commands means."""
    return {phrase: CommandPhrase("", user_command=command) for command in commands for phrase in command.phrases}


class _CommandTableError(Exception):
    """``key``: below the one that is being read; ``problem``: one line."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(problem)
        self.key = key


class _Reader:
    """One file being read."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._locations: dict[tuple[PatternToken, ...], str] = {}

    def commands(self, tables: list[Any]) -> tuple[UserCommand, ...]:
        commands = []
        for number, table in enumerate(tables, start=1):
            place = f"command {number}"
            try:
                commands.append(self._command(table, place))
            except _CommandTableError as problem:
                where = f"{self._source}:{place}{problem.key}"
                raise CommandsError(f"{where}: {printable(str(problem))}") from None
        return tuple(commands)

    def _command(self, table: Any, location: str) -> UserCommand:
        _reject_unknown_keys(table, "", _KEYS)
        phrases = tuple(self._phrases(table, location))
        deeds = tuple(self._actions(table))
        help = table.get("help", "")
        if not isinstance(help, str) or not help.isprintable():
            raise _CommandTableError(".help", "must be a text of one line")
        _check_slots(phrases, deeds)
        return UserCommand(phrases, deeds, help.strip(), location)

    def _phrases(self, table: dict[str, Any], location: str) -> Iterator[tuple[PatternToken, ...]]:
        for spoken in _strings(table, "spoken", ""):
            phrase = tuple(map(pattern_token, spoken.split()))
            if problem := _phrase_problem(phrase) or self._duplicate_problem(phrase, location):
                raise _CommandTableError(".spoken", f"{quoted(spoken)}: {problem}")
            yield phrase

    def _duplicate_problem(self, phrase: tuple[PatternToken, ...], location: str) -> str:
        first = self._locations.setdefault(phrase, location)
        return f"is already a phrase of {first}, a phrase has one meaning" if first != location else ""

    def _actions(self, table: dict[str, Any]) -> Iterator[Action]:
        deeds = table.get("do")
        if not isinstance(deeds, list) or not deeds:
            raise _CommandTableError(".do", 'must be a list of deeds: [{ keys = "ctrl+l" }, { text = "..." }]')
        for number, deed in enumerate(deeds, start=1):
            key = ".do" if len(deeds) == 1 else f".do {number}"
            if not isinstance(deed, dict):
                raise _CommandTableError(key, f"must be a table, with one of {', '.join(_ACTION_READERS)}")
            kinds = [kind for kind in _ACTION_READERS if kind in deed]
            if len(kinds) != 1:
                found = " and ".join(kinds) or "none of them"
                raise _CommandTableError(key, f"a deed is one of {', '.join(_ACTION_READERS)}, not {found}")
            (kind,) = kinds
            _reject_unknown_keys(deed, key, ("keys", "times") if kind == "keys" else (kind,))
            yield _ACTION_READERS[kind](self, deed, f"{key}.{kind}")

    def _press(self, action: dict[str, Any], key: str) -> Action:
        keys, times = action["keys"], action.get("times", 1)
        if not isinstance(keys, str) or not keys.strip():
            raise _CommandTableError(key, 'must be keys: "ctrl+l", "ctrl+k ctrl+c", or a slot "<key>"')
        count = _only_slot(times, Slot.NUMBER) if isinstance(times, str) else times
        if not isinstance(count, SlotName) and (type(count) is not int or not 1 <= count <= MAX_KEY_PRESSES):
            raise _CommandTableError(
                key.replace("keys", "times"), f"must be a number from 1 to {MAX_KEY_PRESSES} or <number>"
            )
        template = Template.from_text(keys.strip())
        if template.slots:
            slot = template.parts[0]
            if len(template.parts) != 1 or not isinstance(slot, SlotName) or slot.slot is not Slot.KEY:
                raise _CommandTableError(key, "may be keys, or the slot <key> and nothing else")
            return PressKeys(slot, count)
        try:
            return PressKeys(tuple(map(parse_combination, keys.split())), count)
        except KeyCombinationError as error:
            raise _CommandTableError(key, str(error)) from None

    def _type(self, action: dict[str, Any], key: str) -> Action:
        return TypeText(_template(action["text"], key))

    def _run(self, action: dict[str, Any], key: str) -> Action:
        arguments = action["run"]
        if not isinstance(arguments, list) or not arguments or not all(isinstance(each, str) for each in arguments):
            raise _CommandTableError(key, 'must be a list of a program and its arguments: ["program", "<words>"]')
        if any("\0" in argument for argument in arguments):
            raise _CommandTableError(key, "an argument cannot hold the character NUL")
        templates = tuple(map(Template.from_text, arguments))
        if templates[0].slots or not arguments[0].strip():
            raise _CommandTableError(key, "the program, which comes first, is named in the file, not by what is said")
        return RunProgram(templates)

    def _call(self, action: dict[str, Any], key: str) -> Action:
        call = action["dbus"]
        _reject_unknown_keys(call, key, ("bus", "destination", "path", "interface", "member", "signature", "arguments"))
        bus = call.get("bus", "session")
        if bus not in ("session", "system"):
            raise _CommandTableError(f"{key}.bus", "must be session or system")
        names = {}
        for name, allowed, example in _BUS_NAMES:
            value = call.get(name)
            if not isinstance(value, str) or not allowed.fullmatch(value) or len(value) > MAX_NAME_LENGTH:
                raise _CommandTableError(f"{key}.{name}", f"must be written like {example}")
            names[name] = value
        signature, arguments = call.get("signature", ""), call.get("arguments", [])
        if not isinstance(signature, str) or len(signature) > MAX_NAME_LENGTH:
            raise _CommandTableError(f"{key}.signature", 'must be a signature of D-Bus, "su" for a text and a number')
        if not isinstance(arguments, list):
            raise _CommandTableError(f"{key}.arguments", "must be a list")
        slots: set[SlotName] = set()

        def some_value(text: str) -> str:
            template = Template.from_text(text)
            slots.update(template.slots)
            return template.fill({name: "1" if name.slot is Slot.NUMBER else "word" for name in template.slots})

        try:
            bus_arguments(signature, arguments, some_value)
        except ArgumentsError as error:
            raise _CommandTableError(f"{key}.arguments", str(error)) from None
        except RecursionError:
            raise _CommandTableError(f"{key}.arguments", "nested too deeply") from None
        return CallBus(
            system=bus == "system", signature=signature, arguments=tuple(arguments), slots=frozenset(slots), **names
        )

    def _set_mode(self, action: dict[str, Any], key: str) -> Action:
        if action["mode"] not in MODES:
            raise _CommandTableError(key, f"must be one of {', '.join(MODES)}")
        return SetMode(action["mode"])

    def _wait(self, action: dict[str, Any], key: str) -> Action:
        seconds = action["wait"]
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds <= MAX_WAIT_S:
            raise _CommandTableError(key, f"must be a number of seconds, at most {MAX_WAIT_S}")
        return Wait(float(seconds))

    def _call_function(self, action: dict[str, Any], key: str) -> Action:
        name = action["python"]
        if not isinstance(name, str) or not _FUNCTION.fullmatch(name):
            raise _CommandTableError(key, 'must be a function as "module:function"')
        module, _, function = name.partition(":")
        return CallFunction(module, function)


_ACTION_READERS: Mapping[str, Callable[[_Reader, dict[str, Any], str], Action]] = {
    "keys": _Reader._press,
    "text": _Reader._type,
    "run": _Reader._run,
    "dbus": _Reader._call,
    "mode": _Reader._set_mode,
    "python": _Reader._call_function,
    "wait": _Reader._wait,
}
_BUS_NAMES = (
    ("destination", BUS_NAME, "org.freedesktop.Notifications"),
    ("path", OBJECT_PATH, "/org/freedesktop/Notifications"),
    ("interface", INTERFACE, "org.freedesktop.Notifications"),
    ("member", MEMBER, "Notify"),
)


def _phrase_problem(phrase: tuple[PatternToken, ...]) -> str:
    if len([element for element in phrase if isinstance(element, Slot)]) > _MAX_SLOTS:
        return f"has more than {_MAX_SLOTS} slots"
    if problem := shape_problem(phrase):
        return problem
    if unknown := next((word for word in phrase if isinstance(word, str) and ("<" in word or ">" in word)), None):
        return f"{quoted(unknown)} is no slot, those are {', '.join(slot.value for slot in Slot)}"
    return ""


def _check_slots(phrases: Sequence[tuple[PatternToken, ...]], actions: Sequence[Action]) -> None:
    """That every phrase gives what the deeds need, and nothing that is lost."""
    used: set[SlotName] = set().union(*(deed.slots for deed in actions))
    told_all = any(isinstance(deed, CallFunction) for deed in actions)
    for phrase in phrases:
        given = set(slot_names(element for element in phrase if isinstance(element, Slot)))
        if missing := used - given:
            problem = f"has no {_slot_list(missing)}, which is needed for what is done"
        elif (unused := given - used) and not told_all:
            problem = f"nothing that is done uses its {_slot_list(unused)}"
        else:
            continue
        raise _CommandTableError(".spoken", f"{quoted(' '.join(pattern_text(phrase)))}: {problem}")


def _slot_list(slots: Collection[SlotName]) -> str:
    return " and ".join(sorted(map(str, slots)))


def _template(text: Any, key: str) -> Template:
    """A text to be typed."""
    if not isinstance(text, str) or not text:
        raise _CommandTableError(key, "must be a text of at least one character")
    template = Template.from_text(text)
    try:
        normalise_text(template.literal_text)
    except UnprintableTextError as error:
        raise _CommandTableError(key, str(error)) from None
    if any(name.slot is Slot.KEY for name in template.slots):
        raise _CommandTableError(key, "a key is no text: <key> is for keys and for python")
    return template


def _only_slot(text: str, slot: Slot) -> SlotName | None:
    """The slot of this kind that the text is."""
    parts = Template.from_text(text.strip()).parts
    return parts[0] if len(parts) == 1 and isinstance(parts[0], SlotName) and parts[0].slot is slot else None


def _strings(table: dict[str, Any], name: str, key: str) -> list[str]:
    texts = table.get(name)
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
        raise _CommandTableError(f"{key}.{name}", "must be a list of one text or more")
    return texts


def _reject_unknown_keys(table: Any, key: str, allowed: Sequence[str]) -> None:
    if not isinstance(table, dict):
        raise _CommandTableError(key, "must be a table")
    for name in table:
        if name not in allowed:
            raise _CommandTableError(f"{key}.{quoted(name)}", f"unknown, allowed: {', '.join(allowed)}")
