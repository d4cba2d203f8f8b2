"""Lines of keys in TOML files: an editor goes to the mistake."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windictator.settings import parse_settings
from windictator.settings.commands import CommandsError
from windictator.settings.files import SettingsError
from windictator.settings.toml_lines import line_of
from windictator.settings.user_commands import parse_user_commands

FILE = """# comment
top = 1

[table]
a = [
  1,
]
"b c" = { d = 1, e = 2 }

# another
[[list]]
do = [
  { keys = "a" },
  { keyz = "b" },
]
[[list]]
text = '''
a = 1
do = 2
'''
do = []
[table.sub]
x.y = 1
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("top",), 2),
        (("table",), 4),
        (("table", "a"), 5),
        (("table", "b c", "e"), 8),
        (("list",), 11),
        (("list", 0, "do"), 12),
        (("list", 0, "do", 1, "keyz"), 14),
        (("list", 1), 16),
        (("list", 1, "text"), 17),
        (("list", 1, "do"), 21),
        (("table", "sub", "x", "y"), 23),
        (("nothing",), None),
        (("list", 2), None),
        (("top", "deeper"), None),
        ((), None),
    ],
)
def test_line_of_a_key_is_that_of_its_statement(path, line):
    """A key in a list of several lines has the line on which it is, if only one can be meant."""
    assert line_of(FILE, path) == line


@given(st.lists(st.integers(0, 3), min_size=1, max_size=12))
def test_line_of_any_key_is_found(blanks):
    """However many blank lines are before it."""
    lines: list[str] = []
    expected = []
    for number, blank in enumerate(blanks):
        lines += ["", "# x"] * blank + [f"key{number} = {number}"]
        expected.append(len(lines))
    assert [line_of("\n".join(lines), (f"key{number}",)) for number in range(len(blanks))] == expected


def test_wrong_setting_names_its_line(tmp_path):
    """A table that is misspelt, a value that is wrong."""
    with pytest.raises(SettingsError, match=r"^f.toml:2: typing\.key_press_ms: "):
        parse_settings('[typing]\nkey_press_ms = "long"', "f.toml")
    with pytest.raises(SettingsError, match=r"^f.toml:3: typng: unknown table; did you mean typing\?"):
        parse_settings("\n\n[typng]\n", "f.toml")


def test_misspelt_action_of_a_command_names_its_line_and_what_was_meant():
    """Instead of the list of all actions."""
    toml = '[[command]]\nspoken = ["one"]\ndo = [\n  { keyz = "ctrl+l" },\n]\n'
    with pytest.raises(CommandsError) as caught:
        parse_user_commands(toml, "own-commands.toml")
    assert str(caught.value) == "own-commands.toml:4: command 1.do 1.keyz: unknown key; did you mean keys?"
