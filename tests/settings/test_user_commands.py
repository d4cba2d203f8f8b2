"""The user's commands: what their file means, what is refused, which command overrides which."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.settings.places import without_line
from tests.text.spoken import COMMANDS, DEFAULT, DEFAULT_FILE, heard
from windictator.errors import WinDictatorError
from windictator.keyboard.chord import KeyCombination, parse_combination
from windictator.settings.commands import CommandsError
from windictator.settings.conflicts import user_command_conflicts
from windictator.settings.user_commands import parse_user_commands, user_command_phrases
from windictator.settings.vocabulary import parse_words
from windictator.text.commands.actions import (
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
)
from windictator.text.commands.bus_arguments import ArgumentsError, bus_arguments
from windictator.text.commands.slots import Slot
from windictator.text.grammar import Command, Grammar, PlainText

EXAMPLES = DEFAULT_FILE.with_name("user-commands.toml")
WORDS, NUMBER = SlotName(Slot.WORDS), SlotName(Slot.NUMBER)


def command(spoken: list[str], do: str, more: str = "") -> str:
    return f"[[command]]\nspoken = {spoken!r}\ndo = [{do}]\n{more}\n"


def parse(toml: str) -> tuple[UserCommand, ...]:
    return parse_user_commands(toml, "own.toml")


def keys(text: str) -> tuple[KeyCombination, ...]:
    return tuple(map(parse_combination, text.split()))


def grammar(toml: str) -> Grammar:
    return Grammar(DEFAULT.with_commands(COMMANDS.with_user_commands(user_command_phrases(parse(toml)))))


@pytest.mark.parametrize(
    ("spoken", "do", "deed"),
    [
        ("new tab", '{ keys = "ctrl+t" }', PressKeys(keys("ctrl+t"))),
        ("wipe", '{ keys = "ctrl+a  BackSpace", times = 2 }', PressKeys(keys("ctrl+a BackSpace"), 2)),
        ("down <number>", '{ keys = "Down", times = "<number>" }', PressKeys(keys("Down"), NUMBER)),
        ("hold <key>", '{ keys = "<key>" }', PressKeys(SlotName(Slot.KEY))),
        ("say <words>", '{ text = "a <words>\\n<b>" }', TypeText(Template(("a ", WORDS, "\n<b>")))),
        (
            "put <words> into <words>",
            '{ text = "<words 2>: <words>" }',
            TypeText(Template((SlotName(Slot.WORDS, 2), ": ", WORDS))),
        ),
        (
            "volume <number>",
            '{ run = ["pactl", "$(x); <number>%", ""] }',
            RunProgram((Template(("pactl",)), Template(("$(x); ", NUMBER, "%")), Template(()))),
        ),
        ("hold on", "{ wait = 1 }", Wait(1.0)),
        ("quiet", '{ mode = "asleep" }', SetMode("asleep")),
        ("roll <number>", '{ python = "games.dice:roll" }', CallFunction("games.dice", "roll")),
        (
            "tell <words>",
            '{ dbus = { destination = "org.a.B", path = "/a", interface = "org.a.B", member = "Tell", '
            'signature = "sas", arguments = ["<words>", ["x"]] } }',
            CallBus(False, "org.a.B", "/a", "org.a.B", "Tell", "sas", ("<words>", ["x"]), frozenset({WORDS})),
        ),
    ],
)
def test_actions_are_read(spoken: str, do: str, deed: object) -> None:
    """Every kind, with its slots in their places; all other text stays as it is."""
    (own,) = parse(command([spoken], do, 'help = "Do it"'))
    assert own.actions == (deed,)
    assert (own.help, own.location) == ("Do it", "command 1")


@pytest.mark.parametrize(
    ("toml", "reason"),
    [
        ("[", "end: not valid TOML: Invalid initial character for a key part"),
        ("a = 1", "a: unknown key; allowed: command"),
        ("command = 1", "command: 1 is wrong; it must be tables, each written as [[command]]"),
        ("command = [1]", "command 1: 1 is wrong; it must be a table"),
        ("[[command]]", 'command 1.spoken: is missing; it must be a list of texts, at least one: ["...", "..."]'),
        (
            command(["a"], '{ mode = "asleep" }') + command(["A"], '{ mode = "asleep" }'),
            'command 2.spoken: "A": is already a phrase of command 1; a phrase has one meaning',
        ),
        (command([""], '{ mode = "asleep" }'), 'command 1.spoken: "": a phrase has at least one word'),
        (
            command(["<words> a"], '{ text = "<words>" }'),
            'command 1.spoken: "<words> a": a phrase begins with a word, not with a slot',
        ),
        (
            command(["a <word>"], '{ text = "x" }'),
            'command 1.spoken: "a <word>": "<word>" is not a slot; the slots are <number>,',
        ),
        (
            command(["a <number> <words>"], '{ text = "x" }'),
            'command 1.spoken: "a <number> <words>": two slots need a word between them',
        ),
        (
            command(["a <words> b <words> c <words> d <words> e <words>"], '{ python = "a:b" }'),
            'command 1.spoken: "a <words> b <words> c <words> d <word...": has more than 4 slots',
        ),
        (
            command(["a <words>", "b"], '{ text = "<words>" }'),
            'command 1.spoken: "b": has no <words>, which an action needs',
        ),
        (command(["a <words>"], '{ text = "x" }'), 'command 1.spoken: "a <words>": no action uses its <words>'),
        (
            command(["a <words>"], '{ text = "<words 2>" }'),
            'command 1.spoken: "a <words>": has no <words 2>, which an action needs',
        ),
        (command(["a"], ""), 'command 1.do: [] is wrong; it must be a list of actions: [{ keys = "ctrl+l" }, { text'),
        (command(["a"], "1"), "command 1.do 1: 1 is wrong; it must be a table"),
        (command(["a"], "{}"), "command 1.do 1: has none of them; an action has one of keys, text, run, dbus, mode,"),
        (
            command(["a"], '{ text = "a" }, { text = "a", mode = "asleep" }'),
            "command 1.do 2: has text and mode; an action has one of keys, text, run, dbus, mode,",
        ),
        (command(["a"], '{ text = "a", times = 2 }'), "command 1.do 1.times: unknown key; allowed: text"),
        (
            command(["a"], '{ text = "" }'),
            'command 1.do 1.text: "" is wrong; it must be a text of at least one character',
        ),
        (
            command(["a"], '{ text = "\\u0007" }'),
            "command 1.do 1.text: U+0007 at character 1 of the text cannot be typed: it is a control",
        ),
        (
            command(["a"], '{ keys = " " }'),
            'command 1.do 1.keys: " " is wrong; it must be keys, such as "ctrl+l" or "ctrl+k',
        ),
        (
            command(["a"], '{ keys = "ctrl+a hyper+b" }'),
            "command 1.do 1.keys: 'hyper+b': 'hyper' is not a key; keys are written as in",
        ),
        (
            command(["a <number>"], '{ keys = "<number>" }'),
            'command 1.do 1.keys: "<number>" is wrong; it must be keys, such as "ctrl+l" or',
        ),
        (
            command(["a"], '{ keys = "a", times = 0 }'),
            "command 1.do 1.times: 0 is wrong; it must be a number from 1 to 100 or <number>",
        ),
        (
            command(["a"], '{ keys = "a", times = "2" }'),
            'command 1.do 1.times: "2" is wrong; it must be a number from 1 to 100 or <number>',
        ),
        (
            command(["a"], '{ run = "rm -rf /" }'),
            'command 1.do 1.run: "rm -rf /" is wrong; it must be a list of a program and its',
        ),
        (
            command(["a <words>"], '{ run = ["<words>"] }'),
            "command 1.do 1.run: the first item is the program; it must have a name without slots",
        ),
        (command(["a"], '{ run = ["a\\u0000"] }'), "command 1.do 1.run: an argument cannot contain the character NUL"),
        (
            command(["a"], "{ wait = 11 }"),
            "command 1.do 1.wait: 11 is wrong; it must be a number of seconds above 0, at most 10",
        ),
        (
            command(["a"], "{ wait = nan }"),
            "command 1.do 1.wait: NaN is wrong; it must be a number of seconds above 0, at most 10",
        ),
        (
            command(["a"], '{ mode = "party" }'),
            'command 1.do 1.mode: "party" is wrong; it must be "dictation", "command", "spelling",',
        ),
        (
            command(["a"], '{ python = "os.system" }'),
            'command 1.do 1.python: "os.system" is wrong; it must be a function: "module:function"',
        ),
        (command(["a"], "{ dbus = {} }"), "command 1.do 1.dbus.destination: is missing; it must be written like"),
        (
            command(["a"], '{ dbus = { bus = "greyhound" } }'),
            'command 1.do 1.dbus.bus: "greyhound" is wrong; it must be "session" or "system"',
        ),
        (
            command(
                ["a"],
                '{ dbus = { destination = "a.b", path = "/", interface = "a.b", member = "C", '
                'signature = "u", arguments = ["x"] } }',
            ),
            "command 1.do 1.dbus.arguments: an argument of the type 'u' cannot be \"x\"; it must be a",
        ),
        (command(["a"], '{ mode = "asleep" }', "sound = 1"), "command 1.sound: unknown key; allowed: spoken, do, help"),
        (
            command(["a"], '{ mode = "asleep" }', 'help = "a\\nb"'),
            'command 1.help: "a\\nb" is wrong; it must be a text of one line',
        ),
    ],
)
def test_mistake_is_one_line(toml: str, reason: str) -> None:
    """The error names the file, the command, the key, what is wrong and what is allowed, in one line."""
    with pytest.raises(CommandsError) as caught:
        parse(toml)
    message = without_line(str(caught.value))
    assert message.startswith(f"own.toml:{reason}")
    assert "\n" not in message
    assert isinstance(caught.value, WinDictatorError) and caught.value.exit_status == 2


LINES = [
    "[[command]]", 'spoken = ["a <words>", "b <number> c"]', 'help = "x"', 'do = [{ keys = "ctrl+l" }]',
    'do = [{ run = ["a", "<words>"] }, { mode = "asleep" }, { python = "a:b" }]', 'spoken = ["a"]',
    'do = [{ dbus = { destination = "a.b", path = "/", interface = "a.b", member = "C", signature = "a{sv}(i)", '
    'arguments = [{ a = 1 }, [2]] } }]',
]  # fmt: skip

DEEP = [
    "[[command]]", 'spoken = ["a"]', "[[command.do]]", "[command.do.dbus]", 'destination = "a.b"', 'path = "/"',
    'interface = "a.b"', 'member = "C"', 'signature = "v"', f"arguments = [{{ {'.'.join('a' * 3000)} = 1 }}]",
]  # fmt: skip


@given(st.lists(st.sampled_from(LINES) | st.text("[]{}<words>=\"'.#\n 01", max_size=20) | st.text(max_size=10)))
@example(["[[command]]", "do." + ".".join("a" * 3000) + " = 1"])
@example(DEEP)
def test_any_text_gives_commands_or_one_error(lines: list[str]) -> None:
    """Nothing in a file raises anything but its own error, in one line."""
    try:
        parse("\n".join(lines))
    except CommandsError as error:
        assert "\n" not in str(error)


OPEN = (
    command(["open <words> in <words>"], '{ text = "<words> <words 2>" }')
    + command(["open <words>"], '{ text = "<words>" }')
    + command(["open all of it"], '{ text = "all" }')
    + command(["open tab <number>"], '{ text = "<number>" }')
)


@pytest.mark.parametrize(
    ("spoken", "place", "slots"),
    [
        ("open all of it", "command 3", []),
        ("Open tab twenty three", "command 4", [23]),
        ("open tab", "command 2", ["tab"]),
        ("open the door", "command 2", ["the door"]),
        ("open a tin in the shed in winter", "command 1", ["a tin", "the shed in winter"]),
    ],
)
def test_phrase_matches_its_command(spoken: str, place: str, slots: list[object]) -> None:
    """The phrase without slots first, then the one with most words before its first slot, then by the file's order;
    a slot holds as little as it can.
    """
    meaning = grammar(OPEN).parse(heard(spoken))
    assert isinstance(meaning, Command) and meaning.user_command is not None
    assert meaning.user_command.location == place
    values = meaning.slot_values[0] if meaning.slot_values else ()
    assert [value if isinstance(value, int) else " ".join(word.text for word in value) for value in values] == slots


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("zero", 0),
        ("0", 0),
        ("one hundred", 100),
        ("two thousand and seven", 2007),
        ("999999", 999_999),
        ("nine hundred ninety nine thousand nine hundred and ninety nine", 999_999),
        ("forty two", 42),
        ("thousand", 1000),
        ("twelve hundred", 1200),
        ("1000000", None),
        ("two hundred and", None),
        ("one two", None),
        ("and two", None),
        ("hundred two", None),
        ("two hundred and zero", None),
        ("two thousand two thousand", None),
        ("", None),
    ],
)
def test_number_slot_takes_numbers(said: str, number: int | None) -> None:
    """As they are spoken; user commands take zero, and larger numbers than the shipped ones."""
    meaning = grammar(command(["set <number>"], '{ text = "<number>" }')).parse(heard(f"set {said}"))
    assert (meaning.number if isinstance(meaning, Command) else None) == number


@given(st.lists(st.sampled_from(["one", "twenty", "hundred", "thousand", "and", "zero", "7"]), max_size=300))
def test_number_slot_takes_long_numbers(words: list[str]) -> None:
    """Whatever is said, and none of it is typed before it is a command."""
    own = grammar(command(["set <number>"], '{ text = "<number>" }'))
    said = ["set", *words]
    if isinstance(own.parse(heard(" ".join(said))), Command):
        for end in range(1, len(said)):
            assert (
                isinstance(own.parse(heard(" ".join(said[:end]))), Command)
                or own.unstable_word_count(said[:end]) == end
            )


def test_user_commands_override_shipped_ones() -> None:
    """Of a phrase that is the same, and of one that begins the same and has slots."""
    own = command(["scratch that", "replace <words> with nothing"], '{ python = "a:b" }')
    words = grammar(own)
    for spoken in ("scratch that", "replace tea with nothing"):
        meaning = words.parse(heard(spoken))
        assert isinstance(meaning, Command) and meaning.user_command is not None
    meaning = words.parse(heard("replace tea with milk"))
    assert isinstance(meaning, Command) and (meaning.name, meaning.user_command) == ("replace", None)
    assert words.parse(heard("please open it")) == PlainText(heard("please open it"))


WORDS_SAID = st.sampled_from(
    ["open", "all", "of", "it", "tab", "one", "twenty", "three", "in", "the", "literal", "scratch", "that", "5", "x"]
)


@given(st.lists(WORDS_SAID, max_size=9))
def test_slots_contain_the_recognised_words(said: list[str]) -> None:
    """Whatever is said: what its command's phrase has beside the slots, and what is in the slots, are the words."""
    words = heard(" ".join(said))
    meaning = grammar(OPEN).parse(words)
    if isinstance(meaning, PlainText):
        assert meaning.words == words
    elif meaning.user_command is not None and meaning.slot_values:
        for reading in meaning.slot_values:
            rest = iter(words)
            assert all(word in rest for value in reading if not isinstance(value, int) for word in value)
    assert 0 <= grammar(OPEN).unstable_word_count(said) <= len(said)


TYPES = st.recursive(
    st.sampled_from("ybnqiuxtdsogv"),
    lambda inner: (
        inner.map(lambda t: "a" + t)
        | st.lists(inner, min_size=1, max_size=3).map(lambda ts: f"({''.join(ts)})")
        | inner.map(lambda t: "a{s" + t + "}")
    ),
    max_leaves=5,
)
VALUES = st.recursive(
    st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5) | st.just("<number>"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(TYPES).map("".join) | st.text("yasv(){}i", max_size=8), st.lists(VALUES, max_size=4))
def test_arguments_match_their_signature_or_fail(signature: str, values: list[object]) -> None:
    """Nothing else is raised, and there is one for each type."""
    try:
        made = bus_arguments(signature, values, lambda text: text.replace("<number>", "7"))
    except ArgumentsError as error:
        assert "\n" not in str(error)
    else:
        assert len(made) == len(values)


def test_arguments_have_their_signature() -> None:
    """As D-Bus libraries want them; a number that was said is one where the signature says so."""
    values = ["<number>", "<number>", ["<number>"], {"a": 1, "b": "<number>"}, [True, 2], 3.5]
    made = bus_arguments("sya" + "ia{sv}(bd)v", values, lambda text: text.replace("<number>", "7"))
    assert made == ("7", 7, [7], {"a": ("i", 1), "b": ("s", "7")}, (True, 2.0), ("d", 3.5))


@pytest.mark.parametrize(
    ("signature", "values"),
    [
        ("y", [256]),
        ("y", [-1]),
        ("i", [True]),
        ("s", [1]),
        ("b", [1]),
        ("", [1]),
        ("s", []),
        ("(s", [["a"]]),
        ("a", [[]]),
        ("()", [[]]),
        ("a{vs}", [{}]),
        ("a{s}", [{}]),
        ("z", [1]),
        ("a" * 40 + "s", [[]]),
        ("u", ["²"]),
    ],
)
def test_wrong_arguments_are_refused(signature: str, values: list[object]) -> None:
    """Before anything is sent: the types, their ranges, the signature itself."""
    with pytest.raises(ArgumentsError):
        bus_arguments(signature, values, lambda text: text)


@pytest.mark.parametrize(
    ("spoken", "problem"),
    [
        ("scratch that", "replaces the command 'scratch'"),
        ("replace <words> with <words>", "replaces the command 'replace'"),
        ("comma", "replaces its text ','"),
        ("all caps", "replaces an effect on the words after it"),
        ("literal comma", "replaces what 'literal' writes"),
        ("scratch that <words>", "never matches: it begins with a phrase of 'scratch', which takes the rest as text"),
        ("call <number>", "never matches: 'call <words>' matches instead"),
        ("go to c++", "can never be recognised: contains 'c++', which is not a spoken word"),
    ],
)
def test_conflict_is_found(spoken: str, problem: str) -> None:
    """What "config check" warns of: over the shipped commands, the vocabulary and the file itself."""
    toml = command(["call <words>"], '{ python = "a:b" }') + command([spoken], '{ python = "a:b" }')
    (conflict,) = user_command_conflicts(DEFAULT, parse(toml))
    assert str(conflict) == f"{spoken!r} {problem}"
    assert conflict.replaces_meaning is problem.startswith("replaces")


def test_commands_hidden_by_others_are_found() -> None:
    """An own phrase that takes all that a shipped one was for; and the user's words."""
    found = user_command_conflicts(DEFAULT, parse(command(["replace <words>"], '{ python = "a:b" }')))
    expected = "'replace <words> with <words>' is no longer the command 'replace': 'replace <words>' matches instead"
    assert expected in set(map(str, found))
    words = DEFAULT.with_user_words(parse_words('[words]\n"my address" = "1 Main Street"', "words.toml"))
    (conflict,) = user_command_conflicts(words, parse(command(["my address"], '{ text = "x" }')))
    assert str(conflict) == "'my address' replaces its text '1 Main Street'"


def test_shipped_examples_are_valid() -> None:
    """What the shipped file explains can be used as it is, all of it together."""
    shipped = EXAMPLES.read_text(encoding="utf-8")
    commands = parse(re.sub(r"(?m)^#(?=\S)", "", shipped))
    assert len(commands) == shipped.count("#[[command]]\n") > 5
    assert [str(conflict) for conflict in user_command_conflicts(DEFAULT, commands)] == []
    assert all(own.help for own in commands)
    assert parse(shipped) == ()
