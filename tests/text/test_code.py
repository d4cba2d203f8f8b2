"""Options, paths, ports, ratios and identifiers in dictated text."""

import pytest

from tests.text.spoken import compact, live_texts, written

CODE = [
    ("set the flag dash dash verbose and run it", "Set the flag --verbose and run it"),
    ("dash dash dry dash run", "--dry-run"),
    ("use dash dash help or dash dash version", "Use --help or --version"),
    ("slash etc slash hosts", "/etc/hosts"),
    ("open slash home slash anna slash notes dot txt", "Open /home/anna/notes.txt"),
    ("it is in slash var slash log", "It is in /var/log"),
    ("localhost colon three thousand", "localhost:3000"),
    ("localhost colon eighty eighty", "localhost:8080"),
    ("the ratio is three colon one", "The ratio is 3:1"),
    ("we won two colon one", "We won 2:1"),
    ("pages twelve dash fourteen", "Pages 12-14"),
    ("twelve hyphen fourteen", "12-14"),
    ("camel case get user name open paren close paren semicolon", "getUserName();"),
    ("snake case read file open paren close paren", "read_file()"),
    ("pascal case my list open bracket x close bracket", "MyList[x]"),
    ("state hyphen of hyphen the hyphen art", "State-of-the-art"),
]
TEXT = [
    ("yes dash no", "Yes - no"),
    ("either slash or", "Either/or"),
    ("the hyphen is missing", "The hyphen is missing"),
    ("bring the following colon three apples", "Bring the following: three apples"),
    ("a dash of salt", "A dash of salt"),
    ("title case my life open paren a story close paren", "My Life (a story)"),
    ("he said colon hello", "He said: hello"),
    ("three | colon | one", "Three: one"),
    ("and slash or", "And/or"),
    ("wait dash what", "Wait - what"),
    ("dash dash | verbose", "- - verbose"),
    ("localhost is my machine", "Localhost is my machine"),
    ("we slash prices", "We slash prices"),
    ("ten slash twelve slash nineteen ninety nine", "10/12/1999"),
]


@pytest.mark.parametrize(("said", "text"), CODE)
def test_code_is_written_without_spaces(said, text):
    """As a shell or a compiler reads it."""
    assert written(said) == text


@pytest.mark.parametrize(("said", "text"), TEXT)
def test_ordinary_text_keeps_its_spaces(said, text):
    """The same symbols stand in sentences."""
    assert written(said) == text


@pytest.mark.parametrize("said", [said for said, _ in CODE if "case" not in said])
def test_live_text_need_not_be_erased(said):
    """What is shown before the end is the beginning of the final text."""
    final = compact(written(said))
    for settled, shown in live_texts(said):
        assert final.startswith(shown), settled
