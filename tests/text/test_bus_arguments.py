"""D-Bus calls as users write them: accepted calls can be sent, all others are refused in one line."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jeepney import DBusAddress, Message, new_method_call

from windictator.text.commands.bus_arguments import ArgumentsError, bus_arguments, check_method, parse_signature

GOOD = ("org.example.App", "/org/example", "org.example.Interface", "Method")

SIMPLE: dict[str, st.SearchStrategy[Any]] = {
    "y": st.integers(0, 255),
    "b": st.booleans(),
    "n": st.integers(-(2**15), 2**15 - 1),
    "q": st.integers(0, 2**16 - 1),
    "i": st.integers(-(2**31), 2**31 - 1),
    "u": st.integers(0, 2**32 - 1),
    "x": st.integers(-(2**63), 2**63 - 1),
    "t": st.integers(0, 2**64 - 1),
    "d": st.floats(allow_nan=False),
    "s": st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0")),
    "o": st.sampled_from(("/", "/a", "/a/b_1")),
    "g": st.sampled_from(("", "a{sv}", "(ii)s")),
}


@st.composite
def signatures_and_values(draw: st.DrawFn, depth: int = 3) -> tuple[str, Any]:
    """A type and a value of it, as a settings file can hold it."""
    kind = draw(st.sampled_from((*SIMPLE, *("a(v{" if depth else ""))))
    if kind in SIMPLE:
        return kind, draw(SIMPLE[kind])
    if kind == "(":
        fields = draw(st.lists(signatures_and_values(depth - 1), min_size=1, max_size=3))
        return f"({''.join(each for each, _ in fields)})", [value for _, value in fields]
    inner, value = draw(signatures_and_values(depth - 1))
    if kind == "v":
        return "v", (inner, value)
    if kind == "{":
        key = draw(st.sampled_from("sui"))
        return f"a{{{key}{inner}}}", dict.fromkeys(draw(st.lists(SIMPLE[key], max_size=2)), value)
    return f"a{inner}", [value] * draw(st.integers(0, 3))


@pytest.mark.slow
@given(st.lists(signatures_and_values(), max_size=4))
def test_accepted_arguments_can_be_sent(pairs: list[tuple[str, Any]]) -> None:
    """The receiver reads every accepted value back unchanged."""
    signature = "".join(each for each, _ in pairs)
    values = bus_arguments(signature, [value for _, value in pairs])
    message = new_method_call(DBusAddress("/", "a.b", "a.b"), "M", signature or None, values)
    assert _plain(Message.from_buffer(message.serialise(1)).body) == _plain(values)


@given(st.text(st.sampled_from("ybnqiuxtdsogvha(){}z "), max_size=12), st.lists(st.none() | st.text(), max_size=3))
def test_any_arguments_are_accepted_or_refused_in_one_line(signature: str, values: list[Any]) -> None:
    """An accepted signature is equal to the signature of its types."""
    try:
        assert "".join(each.text for each in parse_signature(signature)) == signature
        bus_arguments(signature, values)
    except ArgumentsError as error:
        assert "\n" not in str(error)


@pytest.mark.parametrize(
    "signature",
    ["a", "(", "()", "(i", "i)", "a{", "a{vs}", "a{s}", "a{sss}", "{ss}", "h", "z", "é", "a" * 33 + "i", "aii" * 99],
)
def test_invalid_signatures_are_refused(signature: str) -> None:
    """The bus would close the connection for any of them."""
    with pytest.raises(ArgumentsError):
        parse_signature(signature)


@pytest.mark.parametrize(
    ("signature", "value", "sent"),
    [
        ("i", "42", 42),  # as a slot of a command gives it
        ("x", "-7", -7),
        ("d", "2.5", 2.5),
        ("d", 3, 3.0),
        ("v", 5, ("i", 5)),
        ("v", 2**40, ("x", 2**40)),
        ("v", "text", ("s", "text")),
        ("v", True, ("b", True)),
        ("v", [1, 2], ("ai", [1, 2])),
        ("v", [1, "a"], ("av", [("i", 1), ("s", "a")])),
        ("v", {"a": 1}, ("a{sv}", {"a": ("i", 1)})),
        ("a(ss)", [["a", "b"]], [("a", "b")]),
        ("a{sv}", {}, {}),
        ("ay", b"\x00\xff", b"\x00\xff"),
    ],
)
def test_values_are_converted_to_their_type(signature: str, value: Any, sent: Any) -> None:
    """Values are as TOML or a spoken slot gives them."""
    assert bus_arguments(signature, [value]) == (sent,)


@pytest.mark.parametrize(
    ("signature", "value"),
    [
        ("y", 256), ("u", -1), ("i", 2**31), ("i", True), ("i", 1.0), ("i", "1.0"), ("i", "four"), ("i", "٤"), ("b", 1),
        ("s", 1), ("s", "a\0b"), ("s", "\ud800"), ("o", "relative"), ("o", "/a/"), ("g", "a"), ("d", "many"),
        ("as", "text"), ("(ss)", ["a"]), ("a{sv}", []), ("v", None), ("v", 2**63), ("v", ("ii", 1)), ("d", True),
        ("d", 10**400),
    ],
)  # fmt: skip
def test_values_of_another_type_are_refused(signature: str, value: Any) -> None:
    """They are refused in one line before anything is sent."""
    with pytest.raises(ArgumentsError) as raised:
        bus_arguments(signature, [value])
    assert len(str(raised.value).splitlines()) == 1


def test_wrong_number_of_arguments_is_refused() -> None:
    """Each type needs one argument, and the message says how many there are."""
    with pytest.raises(ArgumentsError, match="2 arguments, not 1"):
        bus_arguments("si", ["a"])


def test_invalid_names_are_refused() -> None:
    """Valid names pass; each invalid name is refused and named."""
    check_method(*GOOD)
    check_method(":1.42", "/", "a.b", "m_1")
    check_method("org.kde-look.a-b", "/_", "a._1", "_")
    bad = {
        0: ["", "single", "1.a", "a..b", "a.1b", "a.b\n", "a.ü", ":", "a." + "b" * 255],
        1: ["", "a", "/a/", "//", "/a-b", "/ä", "/a\n"],
        2: ["", "a", "a.b-c", ".a.b", "a.b\n"],
        3: ["", "a.b", "1a", "a-b", "a\n"],
    }
    for place, names in bad.items():
        for name in names:
            parts = [*GOOD]
            parts[place] = name
            with pytest.raises(ArgumentsError) as raised:
                check_method(*parts)
            assert "\n" not in str(raised.value)


def _plain(value: Any) -> Any:
    """Arrays of bytes come as bytes."""
    if isinstance(value, (list, bytes)) or (isinstance(value, tuple) and not isinstance(value, str)):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return value
