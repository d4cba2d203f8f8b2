"""Arguments of D-Bus calls: values of a TOML file made what a signature says (D-Bus specification, "Type System")."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

_INTEGERS = {
    **{code: (-(1 << bits), (1 << bits) - 1) for code, bits in (("n", 15), ("i", 31), ("x", 63))},
    **{code: (0, (1 << bits) - 1) for code, bits in (("y", 8), ("q", 16), ("u", 32), ("t", 64))},
}
_TEXTS = "sog"
_BASIC = "bd" + _TEXTS + "".join(_INTEGERS)
_DEEPEST = 32
"""Containers in containers; D-Bus itself allows as many arrays."""


class ArgumentsError(ValueError):
    """A signature that is none, or arguments that are not what it says; one line."""


def bus_arguments(signature: str, values: Sequence[Any], fill: Callable[[str], str]) -> tuple[Any, ...]:
    """``values`` as D-Bus libraries want them: arrays as lists, structures as tuples, variants as (signature, value).

    ``fill``: makes of a text what is sent; a text in the place of a number is read as one. Raises ``ArgumentsError``.
    """
    types = _types(signature)
    if len(types) != len(values):
        raise ArgumentsError(f"the signature {signature!r} has {len(types)} arguments, not {len(values)}")
    return tuple(_value(type_, value, fill) for type_, value in zip(types, values, strict=True))


def _types(signature: str) -> list[str]:
    """The complete types that a signature is made of."""
    types: list[str] = []
    position = 0
    while position < len(signature):
        end = _end(signature, position, 0)
        types.append(signature[position:end])
        position = end
    return types


def _end(signature: str, start: int, depth: int) -> int:
    """Behind the complete type that begins at ``start``."""
    code = signature[start : start + 1]
    if depth > _DEEPEST:
        raise ArgumentsError(f"the signature {signature[:40]!r}... is nested too deeply")
    if code and code in _BASIC + "v":
        return start + 1
    if code == "a" and signature[start + 1 : start + 2] == "{":
        if signature[start + 2 : start + 3] in _BASIC:
            end = _end(signature, start + 3, depth + 1)
            if signature[end : end + 1] == "}" and end > start + 3:
                return end + 1
    elif code == "a":
        return _end(signature, start + 1, depth + 1)
    elif code == "(":
        end = start + 1
        while signature[end : end + 1] not in (")", ""):
            end = _end(signature, end, depth + 1)
        if signature[end : end + 1] and end > start + 1:
            return end + 1
    raise ArgumentsError(f"{signature!r} is no signature of D-Bus: character {start + 1} begins no complete type")


def _value(type_: str, value: Any, fill: Callable[[str], str]) -> Any:
    code = type_[0]
    if code == "v":
        return _variant(value, fill)
    if code in _TEXTS and isinstance(value, str):
        return fill(value)
    if code in _INTEGERS:
        return _number(code, value, fill)
    if code == "d" and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if code == "d" and isinstance(value, str):
        return float(_number("x", value, fill))
    if code == "b" and isinstance(value, bool):
        return value
    if type_.startswith("a{") and isinstance(value, dict):
        return {_value(type_[2], key, fill): _value(type_[3:-1], item, fill) for key, item in value.items()}
    if code == "a" and isinstance(value, list):
        return [_value(type_[1:], item, fill) for item in value]
    if code == "(" and isinstance(value, list):
        return bus_arguments(type_[1:-1], value, fill)
    raise ArgumentsError(f"an argument of the type {type_!r} cannot be {_shown(value)}")


def _variant(value: Any, fill: Callable[[str], str]) -> tuple[str, Any]:
    """By what TOML says it is."""
    if isinstance(value, bool):
        return "b", value
    if isinstance(value, int):
        return ("i", value) if abs(value) < 1 << 31 else ("x", _number("x", value, fill))
    if isinstance(value, float):
        return "d", value
    if isinstance(value, str):
        return "s", fill(value)
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return "as", [fill(item) for item in value]
    if isinstance(value, dict):
        return "a{sv}", {key: _variant(item, fill) for key, item in value.items()}
    raise ArgumentsError(f"an argument of the type 'v' cannot be {_shown(value)}")


def _number(code: str, value: Any, fill: Callable[[str], str]) -> int:
    least, most = _INTEGERS[code]
    if isinstance(value, str):
        text = fill(value)
        if not (text.isascii() and text.removeprefix("-").isdecimal() and len(text) < 25):
            raise ArgumentsError(f"an argument of the type {code!r} cannot be {_shown(text)}")
        value = int(text)
    if not isinstance(value, int) or isinstance(value, bool):
        raise ArgumentsError(f"an argument of the type {code!r} cannot be {_shown(value)}")
    if not least <= value <= most:
        raise ArgumentsError(f"an argument of the type {code!r} is a whole number from {least} to {most}")
    return value


def _shown(value: Any) -> str:
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    text = str(value)
    return repr(value) if len(text) <= 30 else repr(text[:30] + "...")
