"""Catalogue of everything that can be said."""

import pytest

from tests.settings.places import without_line
from tests.text.spoken import COMMANDS, DEFAULT, DEFAULT_FILE
from windictator.settings.commands import CommandsError, parse_commands
from windictator.settings.user_commands import parse_user_commands, user_command_phrases
from windictator.settings.vocabulary import parse_vocabulary
from windictator.text.catalogue import command_catalogue, help_line, plain_values
from windictator.text.commands.phrases import COMMANDS as NAMES

OWN = """
[[command]]
help = "Sign a letter"
spoken = ["sign it", "sign with <words>"]
do = [{ python = "a:b" }]
[[command]]
spoken = ["scratch that"]
do = [{ mode = "asleep" }]
"""


def test_catalogue_explains_every_shipped_command():
    """Each command is in one group with a few words of help, and every phrase is listed once."""
    explained = [name for commands in COMMANDS.groups.values() for name in commands]
    assert sorted(explained) == sorted(NAMES)
    listed = [phrase for said in command_catalogue(DEFAULT) if said.group in COMMANDS.groups for phrase in said.spoken]
    assert sorted(listed) == sorted(" ".join(getattr(e, "value", e) for e in phrase) for phrase, _ in COMMANDS.items())
    assert all(len(said.help) < 80 for said in command_catalogue(DEFAULT))


def test_catalogue_lists_user_commands_first():
    """Their help is shown, or else their first phrase. Phrases that they replace are listed only there."""
    commands = COMMANDS.with_user_commands(user_command_phrases(parse_user_commands(OWN, "own.toml")))
    said = command_catalogue(DEFAULT.with_commands(commands))
    assert said[:2] == (
        ("Your commands", "Sign a letter", ("sign it", "sign with <words>")),
        ("Your commands", "scratch that", ("scratch that",)),
    )
    assert [each.group for each in said if "scratch that" in each.spoken] == ["Your commands"]
    assert help_line(said).startswith("you can say 'sign it', 'delete that', ")
    assert plain_values(said)[0] == {
        "group": "Your commands",
        "help": "Sign a letter",
        "spoken": ["sign it", "sign with <words>"],
    }


@pytest.mark.parametrize(
    ("group", "help", "phrase"),
    [
        ("Symbols", ",", "comma"),
        ("Symbols", "an empty line", "new paragraph"),
        ("Symbols", '"', "quote"),
        ("Symbols", "`", "backtick"),
        ("Case and spaces of the next words", "upper case on", "all caps on"),
        ("Case and spaces of the next words", "snake case", "snake case"),
        ("Case and spaces of the next words", "the words themselves", "literal <words>"),
    ],
)
def test_catalogue_lists_symbols_and_effects(group, help, phrase):
    """These are everything in a vocabulary besides words."""
    assert [(said.group, said.help) for said in command_catalogue(DEFAULT) if phrase in said.spoken] == [(group, help)]


def test_catalogue_shows_both_halves_of_a_pair():
    """The text decides which half is written."""
    typographic = parse_vocabulary(DEFAULT_FILE.read_text(encoding="utf-8"), DEFAULT_FILE.name, "typographic")
    assert [said.help for said in command_catalogue(typographic) if "quote" in said.spoken] == ["“ or ”"]


def test_commands_without_help_are_listed_by_name():
    """A file of another language may leave out the help."""
    commands = parse_commands('[delete_words]\nspoken = ["weg damit"]', "own.toml")
    assert command_catalogue(DEFAULT.with_commands(commands))[0] == ("Others", "Delete words", ("weg damit",))


@pytest.mark.parametrize(
    ("toml", "reason"),
    [
        ("groups = 1", "groups: 1 is wrong; it must be a table"),
        ('[groups]\na = "b"', 'groups.a: "b" is wrong; it must be a table'),
        ('[groups."a\\nb"]', 'groups."a\\nb": a group has a name of one line'),
        ('[groups.a]\nfly = "b"', "groups.a.fly: unknown command"),
        ("[groups.a]\nscratch = 1", "groups.a.scratch: 1 is wrong; it must be a text of one line"),
    ],
)
def test_invalid_groups_are_refused(toml, reason):
    """They are refused like every other mistake in the file."""
    with pytest.raises(CommandsError) as caught:
        parse_commands(toml, "own.toml")
    assert without_line(str(caught.value)).startswith(f"own.toml:{reason}") and "\n" not in str(caught.value)
