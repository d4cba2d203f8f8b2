"""Validation and conversion of D-Bus method calls before they are sent: names, signature and arguments.

A bus closes the connection of a client that sends a malformed message, without any error. Therefore everything that
users write into a file is checked here, and refused with one line. The rules are from the D-Bus Specification ("Valid
Names", "Type System").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from windictator.errors import UsageError
from windictator.text.quoting import quoted_value

MAX_NAME_LENGTH = 255
"""Maximum length of a bus, interface or method name, in characters."""
_MAX_SIGNATURE_LENGTH = 255
_MAX_DEPTH = 32

BUS_NAME = re.compile(r"[A-Za-z_-][\w-]*(\.[A-Za-z_-][\w-]*)+|:[\w-]+(\.[\w-]+)+", re.ASCII)
"""Valid name of a bus: unique or well known."""
OBJECT_PATH = re.compile(r"/|(/\w+)+", re.ASCII)
"""Valid object path."""
INTERFACE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+", re.ASCII)
"""Valid name of an interface."""
MEMBER = re.compile(r"[A-Za-z_]\w*", re.ASCII)
"""Valid name of a method; all names have at most MAX_NAME_LENGTH characters."""
_WHOLE_NUMBER = re.compile(r"[+-]?\d{1,20}", re.ASCII)

#: Minimum and maximum of each integer type.
_RANGES = {
    "y": (0, 2**8 - 1),
    "n": (-(2**15), 2**15 - 1),
    "q": (0, 2**16 - 1),
    "i": (-(2**31), 2**31 - 1),
    "u": (0, 2**32 - 1),
    "x": (-(2**63), 2**63 - 1),
    "t": (0, 2**64 - 1),
}
_BASIC = frozenset("bdsog") | _RANGES.keys()


FillTemplate = Callable[[str], str]
"""Function that fills the slots of a text."""


class ArgumentsError(UsageError):
    """Error in a D-Bus call as written by the user; one line."""


@dataclass(frozen=True, slots=True)
class BusType:
    """One complete type of a signature.

    code: its first character.
    inner: the element type of an array, the fields of a structure, or key and value of a dictionary entry ("{").
    """

    code: str
    inner: tuple[BusType, ...] = ()

    @property
    def text(self) -> str:
        """The type as a signature."""
        inner = "".join(each.text for each in self.inner)
        return self.code + inner + {"(": ")", "{": "}"}.get(self.code, "")


def check_method(destination: str, path: str, interface: str, member: str) -> None:
    """Raise ArgumentsError for an invalid name of a bus, object, interface or method."""
    _check(destination, BUS_NAME, "the bus name of a program", "org.mpris.MediaPlayer2.vlc")
    _check(interface, INTERFACE, "an interface", "org.mpris.MediaPlayer2.Player")
    _check(member, MEMBER, "a method", "PlayPause")
    if not OBJECT_PATH.fullmatch(path):
        raise ArgumentsError(f"D-Bus: {path!r} is not the path of an object, such as /org/mpris/MediaPlayer2")


def parse_signature(signature: str) -> tuple[BusType, ...]:
    """Return the complete types of a signature, one for each argument. Raises ArgumentsError.

    File descriptors ("h") are not supported.
    """
    if len(signature) > _MAX_SIGNATURE_LENGTH:
        raise ArgumentsError(f"a D-Bus signature has at most {_MAX_SIGNATURE_LENGTH} characters")
    types, place = [], 0
    while place < len(signature):
        each, place = _parse_type(signature, place, 0, 0)
        types.append(each)
    return tuple(types)


def bus_arguments(signature: str, values: Sequence[Any], fill: FillTemplate = lambda text: text) -> tuple[Any, ...]:
    """Return plain values of a file as values of the signature, in the form that D-Bus libraries expect.

    Arrays become lists, structures become tuples, and variants become tuples of signature and value. A number may be
    given as text ("42"), a structure as a list, and the content of a variant without its signature.

    fill: function that is applied to every text.

    Raises ArgumentsError if number or types do not match.
    """
    types = parse_signature(signature)
    if len(types) != len(values):
        raise ArgumentsError(
            f"the signature {signature!r} is for {_with_unit(len(types), 'argument')}, not {len(values)}"
        )
    return tuple(_convert(each, value, fill) for each, value in zip(types, values, strict=True))


def _check(name: str, pattern: re.Pattern[str], what: str, example: str) -> None:
    if len(name) > MAX_NAME_LENGTH or not pattern.fullmatch(name):
        raise ArgumentsError(f"D-Bus: {quoted_value(name)} is not {what}, such as {example}")


def _parse_type(signature: str, position: int, array_depth: int, structure_depth: int) -> tuple[BusType, int]:
    """Return the type at ``position`` and the position after it.

    array_depth, structure_depth: number of arrays and structures around it.
    """
    code = signature[position : position + 1]
    position += 1
    if code == "a":
        array_depth += 1
        if signature[position : position + 1] == "{":
            entry, position = _parse_fields(signature, position + 1, "}", array_depth, structure_depth + 1)
            if len(entry) != 2 or entry[0].code not in _BASIC:
                raise _signature_error(signature, "a dictionary needs a key of a basic type and a value")
            inner = BusType("{", entry)
        else:
            inner, position = _parse_type(signature, position, array_depth, structure_depth)
        found = BusType("a", (inner,))
    elif code == "(":
        fields, position = _parse_fields(signature, position, ")", array_depth, structure_depth + 1)
        if not fields:
            raise _signature_error(signature, "a structure cannot be empty")
        structure_depth += 1
        found = BusType("(", fields)
    elif code in _BASIC or code == "v":
        found = BusType(code)
    elif code == "h":
        raise _signature_error(signature, "file descriptors cannot be sent")
    else:
        raise _signature_error(signature, f"{code!r} is not a type" if code else "it ends too early")
    if max(array_depth, structure_depth) > _MAX_DEPTH:
        raise _signature_error(signature, "it is nested too deeply")
    return found, position


def _parse_fields(
    signature: str, position: int, end: str, array_depth: int, structure_depth: int
) -> tuple[tuple[BusType, ...], int]:
    fields = []
    while signature[position : position + 1] != end:
        each, position = _parse_type(signature, position, array_depth, structure_depth)
        fields.append(each)
    return tuple(fields), position + 1


def _signature_error(signature: str, why: str) -> ArgumentsError:
    return ArgumentsError(f"{signature!r} is not a D-Bus signature: {why}")


def _convert(expected: BusType, value: Any, fill: FillTemplate) -> Any:
    code = expected.code
    if code == "v":
        return _variant(value, fill)
    if isinstance(value, str):
        value = fill(value)
    if code in _RANGES:
        return _whole_number(code, value)
    if code == "a" and expected.inner[0].code == "y" and isinstance(value, bytes):
        return value
    if code == "a" and expected.inner[0].code == "{" and isinstance(value, Mapping):
        key, of = expected.inner[0].inner
        return {_convert(key, name, fill): _convert(of, each, fill) for name, each in value.items()}
    if code == "a" and expected.inner[0].code != "{" and isinstance(value, (list, tuple)):
        return [_convert(expected.inner[0], each, fill) for each in value]
    if code == "(" and isinstance(value, (list, tuple)) and len(value) == len(expected.inner):
        return tuple(_convert(each, item, fill) for each, item in zip(expected.inner, value, strict=True))
    if code == "b" and isinstance(value, bool):
        return value
    if code == "d":
        return _number(value)
    if code in "sog" and isinstance(value, str):
        return _text(code, value)
    raise _mismatch_error(expected.text, value)


def _whole_number(code: str, value: Any) -> int:
    if isinstance(value, str) and _WHOLE_NUMBER.fullmatch(value):
        value = int(value)
    least, most = _RANGES[code]
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise _mismatch_error(code, value)
    return value


def _number(value: Any) -> float:
    try:
        if isinstance(value, (int, float, str)) and not isinstance(value, bool):
            return float(value)
    except (ValueError, OverflowError):
        pass
    raise _mismatch_error("d", value)


def _text(code: str, value: str) -> str:
    if code == "o" and not OBJECT_PATH.fullmatch(value):
        raise _mismatch_error(code, value)
    if code == "g":
        parse_signature(value)
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise ArgumentsError("D-Bus cannot send text that contains NUL or is not Unicode")
    return value


def _variant(value: Any, fill: FillTemplate) -> tuple[str, Any]:
    """Return a variant of ``value``, which is its content, or a tuple of its signature and content."""
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], str):
        signature, value = value
    else:
        signature = _signature_of(value)
    types = parse_signature(signature)
    if len(types) != 1:
        raise _signature_error(signature, "a variant holds one value")
    return signature, _convert(types[0], value, fill)


def _signature_of(value: Any) -> str:
    """Return the most likely signature for a plain value."""
    match value:
        case bool():
            return "b"
        case int():
            least, most = _RANGES["i"]
            return "i" if least <= value <= most else "x"
        case float():
            return "d"
        case str():
            return "s"
        case bytes():
            return "ay"
        case list():
            kinds = {_signature_of(each) for each in value}
            return f"a{kinds.pop()}" if len(kinds) == 1 else "av"
        case Mapping():
            return "a{sv}"
    raise _mismatch_error("v", value)


_KINDS = {
    "b": "true or false",
    "d": "a number",
    "s": "text",
    "o": "the path of an object",
    "g": "a signature",
    "v": "text, a number, true, false, a list or a table",
    "a": "a list",
    "(": "a list of its fields",
}


def _mismatch_error(signature: str, value: Any) -> ArgumentsError:
    code = signature[0]
    if code in _RANGES:
        wanted = "a whole number from {} to {}".format(*_RANGES[code])
    else:
        wanted = "a table" if signature.startswith("a{") else _KINDS[code]
    return ArgumentsError(f"an argument of the type {signature!r} cannot be {quoted_value(value)}; it must be {wanted}")


def _with_unit(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
