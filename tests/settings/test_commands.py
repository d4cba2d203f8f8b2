"""Files of commands: what is read and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.settings.places import without_line
from tests.text.spoken import COMMANDS_FILE
from windictator.errors import WinDictatorError
from windictator.settings.commands import CommandsError, parse_commands


@pytest.mark.parametrize(
    ("toml", "reason"),
    [
        ("[", "end: not valid TOML: Invalid initial character for a key part"),
        ("[fly]", "fly: unknown command; allowed: groups, keys, numbers, scratch, undo, undo_correction,"),
        ("scratch = 1", "scratch: 1 is wrong; it must be a table: [scratch]"),
        ("[scratch]", 'scratch.spoken: is missing; it must be a list of texts: ["...", "..."]'),
        (
            "[scratch]\nspoken = []\nallow_text_after = 1",
            'scratch.allow_text_after: 1 is wrong; it must be true, false or "pause"',
        ),
        (
            '[scratch]\nspoken = []\nallow_text_after = "always"',
            'scratch.allow_text_after: "always" is wrong; it must be true, false or "pause"',
        ),
        ("[scratch]\nspoken = []\nsound = 1", "scratch.sound: unknown key; allowed: spoken, allow_text_after"),
        ('[scratch]\nspoken = [" "]', 'scratch.spoken: " ": a phrase has at least one word'),
        (
            '[scratch]\nspoken = ["oops"]\n[undo]\nspoken = ["Oops"]',
            'undo.spoken: "oops" appears twice; a phrase has one meaning',
        ),
        ('[scratch]\nspoken = ["scratch <words>"]', 'scratch.spoken: "scratch <words>": this command has no slots'),
        (
            '[replace]\nspoken = ["put <words>"]',
            'replace.spoken: "put <words>": this command has the slots <words> <words>',
        ),
        (
            '[replace]\nspoken = ["<words> for <words>"]',
            'replace.spoken: "<words> for <words>": a phrase begins with a word, not with a slot',
        ),
        (
            '[replace]\nspoken = ["put <words> <words>"]',
            'replace.spoken: "put <words> <words>": two slots need a word between them',
        ),
        ('[insert_after]\nspoken = ["after"]', 'insert_after.spoken: "after": this command has the slots <words>'),
        (
            '[delete_words]\nspoken = ["kill <number>"]\nallow_text_after = true',
            'delete_words.spoken: "kill <number>": a phrase with slots needs allow_text_after =',
        ),
        (
            '[insert_after]\nspoken = ["after <words>"]\nallow_text_after = "pause"',
            'insert_after.spoken: "after <words>": a phrase that ends with <words> needs',
        ),
        ("numbers = 1", "numbers: must be a table"),
        ("[numbers]\none = -1", "numbers.one: must be a whole number from 0 to 1000"),
        ("[numbers]\nbetween = 1", "numbers.between: must be a list of words"),
        ("[numbers]\none = true", "numbers.one: must be a whole number"),
        ('[numbers]\n"twenty one" = 21', "numbers: 'twenty one' is not a single word"),
    ],
)
def test_mistake_is_one_line(toml, reason):
    """The error names the file, the key, what is wrong and what is allowed, in one line."""
    with pytest.raises(CommandsError) as caught:
        parse_commands(toml, "own.toml")
    message = without_line(str(caught.value))
    assert message.startswith(f"own.toml:{reason}")
    assert "\n" not in message
    assert isinstance(caught.value, WinDictatorError)
    assert caught.value.exit_status == 2


@given(
    st.lists(
        st.sampled_from(COMMANDS_FILE.read_text(encoding="utf-8").splitlines())
        | st.text("[]<words>=\"'.#\n 01", max_size=20)
        | st.text(max_size=10)
    )
)
def test_any_text_gives_commands_or_one_error(lines):
    """Nothing in a file raises anything but its own error, in one line."""
    try:
        parse_commands("\n".join(lines), "own.toml")
    except CommandsError as error:
        assert "\n" not in str(error)
