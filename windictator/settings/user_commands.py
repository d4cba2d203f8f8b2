"""The user's commands: phrases and actions. ``config/user-commands.toml`` explains every key."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from windictator.keyboard.chord import KeyCombinationError, parse_combination
from windictator.settings.commands import CommandsError, shape_problem
from windictator.settings.files import read_user_commands, user_commands_path
from windictator.settings.tables import Settings
from windictator.settings.toml import OnNotice, TomlFile, TomlTable
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
from windictator.text.quoting import printable, quoted_value

_FUNCTION = re.compile(r"(?!\d)\w+(?:\.(?!\d)\w+)*:(?!\d)\w+")
_MAX_SLOTS = 4
"""Maximum number of slots in a phrase, because every way to fill them is tried."""


def load_user_commands(settings: Settings, on_notice: OnNotice | None = None) -> tuple[UserCommand, ...]:
    """Return the user's commands, none if there is no file.

    ``on_notice``: called with one line for each old name in the file. Raises SettingsError, CommandsError.
    """
    return parse_user_commands(read_user_commands(settings, on_notice=on_notice), str(user_commands_path(settings)))


def parse_user_commands(toml_text: str, source: str) -> tuple[UserCommand, ...]:
    """Return the commands in the text of a file; ``source``: the file's name, for messages.

    Raises CommandsError: ``file:command 2.key: what is wrong; what is allowed``.
    """
    document = TomlFile(source, CommandsError).parse(toml_text)
    document.reject_unknown_keys(["command"])
    locations: dict[tuple[PatternToken, ...], str] = {}
    return tuple(_read_command(table, locations) for table in document.tables("command"))


def user_command_phrases(commands: Sequence[UserCommand]) -> dict[tuple[PatternToken, ...], CommandPhrase]:
    """Return the phrases of the commands and what each of them means."""
    return {phrase: CommandPhrase("", user_command=command) for command in commands for phrase in command.phrases}


def _read_command(table: TomlTable, locations: dict[tuple[PatternToken, ...], str]) -> UserCommand:
    """Return one command; ``locations``: where the phrases read so far are, which is updated."""
    table.reject_unknown_keys(["spoken", "do", "help"])
    phrases = []
    for spoken in table.strings("spoken", minimum=1):
        phrase = tuple(map(pattern_token, spoken.split()))
        problem = _phrase_problem(phrase)
        if not problem and (first := locations.setdefault(phrase, table.key)) != table.key:
            problem = f"is already a phrase of {first}; a phrase has one meaning"
        if problem:
            raise table.error("spoken", f"{quoted_value(spoken)}: {problem}")
        phrases.append(phrase)
    table.value(
        "do", 'a list of actions: [{ keys = "ctrl+l" }, { text = "..." }]', lambda do: isinstance(do, list) and bool(do)
    )
    actions = tuple(map(_read_action, table.tables("do")))
    help_text = table.line("help", "")
    _check_slots(table, phrases, actions)
    return UserCommand(tuple(phrases), actions, help_text.strip(), table.key)


def _read_action(table: TomlTable) -> Action:
    kinds = [kind for kind in _ACTION_READERS if kind in table]
    if len(kinds) != 1:
        from difflib import get_close_matches  # here, because only an error needs it

        for name in () if kinds else table:
            if near := get_close_matches(name, _ACTION_READERS, n=1):
                raise table.error(name, f"unknown key; did you mean {near[0]}?")
        found = " and ".join(kinds) or "none of them"
        raise table.error("", f"has {found}; an action has one of {', '.join(_ACTION_READERS)}")
    (kind,) = kinds
    table.reject_unknown_keys(["keys", "times"] if kind == "keys" else [kind])
    return _ACTION_READERS[kind](table)


def _read_keys(table: TomlTable) -> Action:
    times = table.values.get("times", 1)
    count = _only_slot(times, Slot.NUMBER) if isinstance(times, str) else times
    if not isinstance(count, SlotName) and (type(count) is not int or not 1 <= count <= MAX_KEY_PRESSES):
        raise table.wrong("times", f"a number from 1 to {MAX_KEY_PRESSES} or <number>")
    keys = table.string("keys").strip()
    slot = _only_slot(keys, Slot.KEY)
    if not keys or (slot is None and Template.from_text(keys).slots):
        raise table.wrong("keys", 'keys, such as "ctrl+l" or "ctrl+k ctrl+c", or the slot "<key>" alone')
    if slot is not None:
        return PressKeys(slot, count)
    try:
        return PressKeys(tuple(map(parse_combination, keys.split())), count)
    except KeyCombinationError as error:
        raise table.error("keys", printable(str(error))) from None


def _read_text(table: TomlTable) -> Action:
    table.typed_text("text")
    template = Template.from_text(table.string("text"))
    if any(name.slot is Slot.KEY for name in template.slots):
        raise table.error("text", "a key is not text; <key> is for keys and for python")
    return TypeText(template)


def _read_run(table: TomlTable) -> Action:
    def is_allowed(value: Any) -> bool:
        return isinstance(value, list) and bool(value) and all(isinstance(each, str) for each in value)

    arguments = table.value("run", 'a list of a program and its arguments: ["program", "<words>"]', is_allowed)
    if any("\0" in argument for argument in arguments):
        raise table.error("run", "an argument cannot contain the character NUL")
    templates = tuple(map(Template.from_text, arguments))
    if templates[0].slots or not arguments[0].strip():
        raise table.error("run", "the first item is the program; it must have a name without slots")
    return RunProgram(templates)


def _read_bus_call(table: TomlTable) -> Action:
    call = table.table("dbus")
    call.reject_unknown_keys(["bus", "destination", "path", "interface", "member", "signature", "arguments"])
    bus = call.choice("bus", ["session", "system"], "session")
    names = {name: _bus_name(call, name, pattern, example) for name, pattern, example in _BUS_NAMES}
    signature = call.value(
        "signature",
        'a signature of D-Bus, such as "su" for a text and a number',
        lambda value: isinstance(value, str) and len(value) <= MAX_NAME_LENGTH,
        "",
    )
    arguments = call.value("arguments", "a list", lambda value: isinstance(value, list), [])
    slots: set[SlotName] = set()

    def example_value(text: str) -> str:
        template = Template.from_text(text)
        slots.update(template.slots)
        return template.fill({name: "1" if name.slot is Slot.NUMBER else "word" for name in template.slots})

    try:
        bus_arguments(signature, arguments, example_value)
    except ArgumentsError as error:
        raise call.error("arguments", printable(str(error))) from None
    except RecursionError:
        raise call.error("arguments", "nested too deeply") from None
    return CallBus(
        system=bus == "system", signature=signature, arguments=tuple(arguments), slots=frozenset(slots), **names
    )


def _bus_name(call: TomlTable, name: str, pattern: re.Pattern[str], example: str) -> str:
    def is_allowed(value: Any) -> bool:
        return isinstance(value, str) and bool(pattern.fullmatch(value)) and len(value) <= MAX_NAME_LENGTH

    bus_name: str = call.value(name, f"written like {example}", is_allowed)
    return bus_name


def _read_mode(table: TomlTable) -> Action:
    return SetMode(table.choice("mode", MODES))


def _read_wait(table: TomlTable) -> Action:
    def is_allowed(value: Any) -> bool:
        return type(value) in (int, float) and 0 < value <= MAX_WAIT_S

    return Wait(float(table.value("wait", f"a number of seconds above 0, at most {MAX_WAIT_S}", is_allowed)))


def _read_function(table: TomlTable) -> Action:
    def is_allowed(value: Any) -> bool:
        return isinstance(value, str) and bool(_FUNCTION.fullmatch(value))

    module, _, function = table.value("python", 'a function: "module:function"', is_allowed).partition(":")
    return CallFunction(module, function)


_ACTION_READERS: Mapping[str, Callable[[TomlTable], Action]] = {
    "keys": _read_keys,
    "text": _read_text,
    "run": _read_run,
    "dbus": _read_bus_call,
    "mode": _read_mode,
    "python": _read_function,
    "wait": _read_wait,
}
_BUS_NAMES = (
    ("destination", BUS_NAME, "org.freedesktop.Notifications"),
    ("path", OBJECT_PATH, "/org/freedesktop/Notifications"),
    ("interface", INTERFACE, "org.freedesktop.Notifications"),
    ("member", MEMBER, "Notify"),
)


def _phrase_problem(phrase: tuple[PatternToken, ...]) -> str:
    """Return what is wrong with a phrase, "" if nothing is."""
    if len([token for token in phrase if isinstance(token, Slot)]) > _MAX_SLOTS:
        return f"has more than {_MAX_SLOTS} slots"
    if problem := shape_problem(phrase):
        return problem
    if unknown := next((word for word in phrase if isinstance(word, str) and ("<" in word or ">" in word)), None):
        return f"{quoted_value(unknown)} is not a slot; the slots are {', '.join(slot.value for slot in Slot)}"
    return ""


def _check_slots(table: TomlTable, phrases: Sequence[tuple[PatternToken, ...]], actions: Sequence[Action]) -> None:
    """Raise CommandsError if a phrase lacks a slot that the actions need, or has one that no action uses."""
    used: set[SlotName] = set().union(*(action.slots for action in actions))
    gets_all_slots = any(isinstance(action, CallFunction) for action in actions)
    for phrase in phrases:
        given = set(slot_names(token for token in phrase if isinstance(token, Slot)))
        if missing := used - given:
            problem = f"has no {_slot_list(missing)}, which an action needs"
        elif (unused := given - used) and not gets_all_slots:
            problem = f"no action uses its {_slot_list(unused)}"
        else:
            continue
        raise table.error("spoken", f"{quoted_value(' '.join(pattern_text(phrase)))}: {problem}")


def _slot_list(slots: Collection[SlotName]) -> str:
    return " and ".join(sorted(map(str, slots)))


def _only_slot(text: str, slot: Slot) -> SlotName | None:
    """Return the slot if the text is one slot of this kind and nothing else."""
    parts = Template.from_text(text.strip()).parts
    return parts[0] if len(parts) == 1 and isinstance(parts[0], SlotName) and parts[0].slot is slot else None
