"""Typed access to TOML files: what is returned, and one line for everything else."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.settings.places import without_line
from windictator.errors import UsageError
from windictator.settings.toml import TomlFile, TomlTable, suggestion
from windictator.text.quoting import quoted_value

FILE = TomlFile("f.toml", UsageError)


def table(toml: str) -> TomlTable:
    return FILE.parse(toml)


@pytest.mark.parametrize(
    ("toml", "read", "value"),
    [
        ('x = "a\\nb"', lambda t: t.string("x"), "a\nb"),
        ("", lambda t: t.string("x", "d"), "d"),
        ('x = "a b"', lambda t: t.line("x"), "a b"),
        ('x = ""', lambda t: t.line("x", ""), ""),
        ('x = "a\\r\\nb"', lambda t: t.typed_text("x"), "a\nb"),
        ("x = true", lambda t: t.boolean("x"), True),
        ("x = 3", lambda t: t.integer("x", 0, 3), 3),
        ("", lambda t: t.integer("x", 1, 3, 2), 2),
        ("x = 1", lambda t: t.number("x", 0, 1), 1.0),
        ('x = "b"', lambda t: t.choice("x", ["a", "b"]), "b"),
        ('x = ["a"]', lambda t: t.strings("x", minimum=1), ["a"]),
        ("x = []", lambda t: t.strings("x"), []),
        ("[x.y]\nz = 1", lambda t: t.table("x").table("y").integer("z", 0, 1), 1),
        ("", lambda t: list(t.table("x")), []),
        ("[[x]]\na = 1\n[[x]]", lambda t: [each.key for each in t.tables("x")], ["x 1", "x 2"]),
    ],
)
def test_allowed_value_is_returned(toml: str, read: Callable[[TomlTable], Any], value: object) -> None:
    """With the type that was asked for."""
    found = read(table(toml))
    assert found == value and type(found) is type(value)


@pytest.mark.parametrize(
    ("toml", "read", "message"),
    [
        ("", lambda t: t.string("x"), 'x: is missing; it must be text, in quotes: "..."'),
        ("x = 1", lambda t: t.string("x"), 'x: 1 is wrong; it must be text, in quotes: "..."'),
        ('x = " "', lambda t: t.line("x"), 'x: " " is wrong; it must be a text of one line'),
        ('x = "a\\nb"', lambda t: t.line("x", ""), 'x: "a\\nb" is wrong; it must be a text of one line'),
        ('x = ""', lambda t: t.typed_text("x"), 'x: "" is wrong; it must be a text of at least one character'),
        ("x = 1", lambda t: t.boolean("x"), "x: 1 is wrong; it must be true or false"),
        ("x = true", lambda t: t.integer("x", 0, 3), "x: true is wrong; it must be a whole number from 0 to 3"),
        ("x = 4", lambda t: t.integer("x", 0, 3), "x: 4 is wrong; it must be a whole number from 0 to 3"),
        ("x = 1.0", lambda t: t.integer("x", 0, 3), "x: 1.0 is wrong; it must be a whole number from 0 to 3"),
        ("x = nan", lambda t: t.number("x", 0, 0.5), "x: NaN is wrong; it must be a number from 0 to 0.5"),
        ('x = "c"', lambda t: t.choice("x", ["a", "b"]), 'x: "c" is wrong; it must be "a" or "b"'),
        ("x = [1]", lambda t: t.strings("x"), 'x: [1] is wrong; it must be a list of texts: ["...", "..."]'),
        (
            "x = []",
            lambda t: t.strings("x", minimum=1, item="word"),
            'x: [] is wrong; it must be a list of words, at least one: ["...", "..."]',
        ),
        ("x = 1", lambda t: t.table("x"), "x: 1 is wrong; it must be a table: [x]"),
        ("x = 1", lambda t: list(t.tables("x")), "x: 1 is wrong; it must be tables, each written as [[x]]"),
        ("x = [1]", lambda t: list(t.tables("x")), "x 1: 1 is wrong; it must be a table"),
        ("[[x]]\n", lambda t: next(t.tables("x")).boolean("y"), "x 1.y: is missing; it must be true or false"),
        ('[a."b c"]\n', lambda t: t.table("a").table("b c").boolean("d"), 'a."b c".d: is missing; it must be'),
        ("colour = 1", lambda t: t.reject_unknown_keys(["color"]), "colour: unknown key; did you mean color?"),
        ("x = 1", lambda t: t.reject_unknown_keys(["aa", "bb"], "thing"), "x: unknown thing; allowed: aa, bb"),
    ],
)
def test_wrong_value_is_refused_in_one_line(toml: str, read: Callable[[TomlTable], Any], message: str) -> None:
    """File, key, what is wrong and what is allowed."""
    with pytest.raises(UsageError) as refused:
        read(table(toml))
    assert without_line(str(refused.value)).startswith(f"f.toml:{message}")
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("x = 1\ny", "f.toml:end: not valid TOML: "),
        ("x = 1\ny z\n", "f.toml:2: not valid TOML: "),
        ("x = " + "[" * 100_000, "f.toml: not valid TOML: nested too deeply"),
    ],
)
def test_broken_toml_is_refused_with_its_line(toml: str, message: str) -> None:
    """The user's editor goes to that line."""
    with pytest.raises(UsageError) as refused:
        table(toml)
    assert str(refused.value).startswith(message)


def test_current_names_keep_the_order_of_the_file() -> None:
    """The order of phrases in a file may matter, so that an old name keeps its place."""
    notices: list[str] = []
    file = TomlFile("f.toml", UsageError, notices.append)
    current = file.parse('a = 1\nold = 2\nz = "no"\n').with_current_names(
        {"old": "new"}, {"z": {"no": "never"}}, {"old": lambda value: value * 10}
    )
    assert list(current.values.items()) == [("a", 1), ("new", 20), ("z", "never")]
    assert notices == [
        "f.toml:old: old name, still read; write new = 20 instead",
        'f.toml:z: old value "no", still read; write "never" instead',
    ]
    with pytest.raises(UsageError, match=r"^f.toml:2: old: set together with new, its new name; remove old$"):
        file.parse("new = 1\nold = 2").with_current_names({"old": "new"})


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    )
)
def test_quoted_value_is_one_short_line(value: object) -> None:
    """Whatever a file contains stands in a message of one line."""
    assert quoted_value(value).isprintable() and len(quoted_value(value)) <= 42


def test_suggestion_is_the_nearest_name_or_all_names() -> None:
    """A typing error has one cause; a guess has many."""
    assert suggestion("line_brakes", ["line_breaks", "style"]) == "did you mean line_breaks?"
    assert suggestion("x", ["line_breaks", "style"]) == "allowed: line_breaks, style"
