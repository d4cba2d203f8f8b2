"""Typed access to TOML files; every error is one line: ``file:line: key: what is wrong; what is allowed``.

A key is a path through the tables, such as ``typing.key_press_ms``. Tables of a list are counted from 1, such as
``profile 2.name``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from windictator.errors import UsageError
from windictator.settings.toml_lines import KeyPath, line_of
from windictator.text.quoting import printable, quoted_value

OnNotice = Callable[[str], None]
"""Called with one line for the user."""

_T = TypeVar("_T")
_REQUIRED: Any = object()
"""Default of a key that must be there."""
_BARE_KEY = re.compile(r"[\w-]+")
_LINE_IN_ERROR = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)")


@dataclass(frozen=True, slots=True)
class TomlFile:
    """The file that is being read, for messages.

    name: the file's name.
    error: the exception that is raised for a mistake in the file.
    on_notice: called with one line for each old name in the file; None: old names are read without a notice.
    reported: what was reported so far, so that each old name is reported once.
    text: the content of the file.
    """

    name: str
    error: type[UsageError]
    on_notice: OnNotice | None = None
    reported: set[str] = field(default_factory=set)
    text: str = ""

    def place(self, shown: str, path: KeyPath | None) -> str:
        """Return where a key is: the file, its line if that is known, and the key.

        shown: the key, for the user.
        path: the names that lead to it; None: it is not in the file. A key that is missing has the line of its table.
        Text without a file has no lines.
        """
        while path and self.name:
            if (line := line_of(self.text, path)) is not None:
                return f"{self.name}:{line}: {shown}"
            path = path[:-1]
        return f"{self.name}:{shown}"

    def parse(self, toml_text: str) -> TomlTable:
        """Return the top table of the file. Raises ``error`` if the text is not TOML."""
        import tomllib  # here, because it takes 15 ms

        try:
            return TomlTable(replace(self, text=toml_text), "", tomllib.loads(toml_text), ())
        except RecursionError:
            raise self.error(f"{self.name}: not valid TOML: nested too deeply") from None
        except ValueError as error:  # TOMLDecodeError, or a number with thousands of digits
            place = _LINE_IN_ERROR.search(str(error))
            line = f":{place[1]}" if place and place[1] else ":end" if place else ""
            reason = str(error).replace(place[0], "") if place else str(error)
            raise self.error(f"{self.name}{line}: not valid TOML: {printable(reason)}") from None


class TomlTable:
    """One table of a TOML file.

    Every method that returns a value raises the file's error if the value is not allowed, or if it is missing and has
    no default.
    """

    __slots__ = ("file", "key", "keys", "values")

    def __init__(self, file: TomlFile, key: str, values: dict[str, Any], keys: KeyPath | None = None) -> None:
        """``key``: path to the table, "" for the top table; ``values``: its content; ``keys``: the same path as names.

        ``keys`` may be None: the table is not in the file.
        """
        self.file = file
        self.key = key
        self.values = values
        self.keys = keys

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def __iter__(self) -> Iterator[str]:
        return iter(self.values)

    def path(self, name: str) -> str:
        """Return the path to ``name`` in this table; "" is the table itself."""
        if not name:
            return self.key
        shown = name if _BARE_KEY.fullmatch(name) else quoted_value(name)
        return f"{self.key}.{shown}" if self.key else shown

    def place(self, name: str) -> str:
        """Return where ``name`` is, for messages; "" is the table itself."""
        return self.file.place(self.path(name), self._names(name) if name else self.keys)

    def _names(self, *names: str | int) -> KeyPath | None:
        return None if self.keys is None else (*self.keys, *names)

    def error(self, name: str, problem: str) -> UsageError:
        """Return the exception that reports ``problem`` at ``name``; "" is the table itself."""
        return self.file.error(f"{self.place(name)}: {problem}")

    def notice(self, name: str, text: str) -> None:
        """Report ``text`` about ``name`` to the user, if the same text was not reported of another key."""
        if self.file.on_notice is not None and text not in self.file.reported:
            self.file.reported.add(text)
            self.file.on_notice(f"{self.file.name}:{self.path(name)}: {text}")

    def value(self, name: str, allowed: str, is_allowed: Callable[[Any], bool], default: Any = _REQUIRED) -> Any:
        """Return the value of ``name``.

        allowed: describes the allowed values; follows "it must be".
        is_allowed: returns True for an allowed value.
        default: returned if ``name`` is missing; without it ``name`` is required.
        """
        if name not in self.values:
            if default is _REQUIRED:
                raise self.error(name, f"is missing; it must be {allowed}")
            return default
        value = self.values[name]
        if not is_allowed(value):
            raise self.wrong(name, allowed)
        return value

    def wrong(self, name: str, allowed: str) -> UsageError:
        """Return the exception that reports the value of ``name``; ``allowed`` follows "it must be"."""
        return self.error(name, f"{quoted_value(self.values[name])} is wrong; it must be {allowed}")

    def string(self, name: str, default: str = _REQUIRED) -> str:
        """Return a text, which may be empty and may have several lines."""
        text: str = self.value(name, 'text, in quotes: "..."', lambda value: isinstance(value, str), default)
        return text

    def line(self, name: str, default: str = _REQUIRED) -> str:
        """Return a text of one line without control characters; it is not empty unless the default is."""

        def is_allowed(value: Any) -> bool:
            return isinstance(value, str) and value.isprintable() and (bool(value.strip()) or default == "")

        text: str = self.value(name, "a text of one line", is_allowed, default)
        return text

    def typed_text(self, name: str) -> str:
        """Return a text to type, in its normal form: at least one character, and no character that has no key."""
        from windictator.text.normalise import UnprintableTextError, normalise_text  # the settings have no such text

        allowed = "a text of at least one character"
        text: str = self.value(name, allowed, lambda value: isinstance(value, str) and bool(value))
        try:
            return normalise_text(text)
        except UnprintableTextError as error:
            raise self.error(name, printable(str(error))) from None

    def boolean(self, name: str, default: bool = _REQUIRED) -> bool:
        """Return a truth value."""
        truth: bool = self.value(name, "true or false", lambda value: isinstance(value, bool), default)
        return truth

    def integer(self, name: str, minimum: int, maximum: int, default: int = _REQUIRED) -> int:
        """Return a whole number from ``minimum`` to ``maximum``."""
        allowed = f"a whole number from {minimum} to {maximum}"
        number: int = self.value(
            name, allowed, lambda value: type(value) is int and minimum <= value <= maximum, default
        )
        return number

    def number(self, name: str, minimum: float, maximum: float, default: float = _REQUIRED) -> float:
        """Return a number from ``minimum`` to ``maximum``."""
        allowed = f"a number from {minimum:g} to {maximum:g}"
        number = self.value(
            name, allowed, lambda value: type(value) in (int, float) and minimum <= value <= maximum, default
        )
        return float(number)

    def choice(self, name: str, allowed: Iterable[str], default: str = _REQUIRED) -> str:
        """Return one of the texts in ``allowed``."""
        choices = tuple(allowed)
        value = self.values.get(name, default)
        if isinstance(value, str) and value in choices:
            return value
        *others, last = map(quoted_value, choices)
        described = f"{', '.join(others)} or {last}" if others else last
        choice: str = self.value(name, described, lambda value: isinstance(value, str) and value in choices, default)
        return choice

    def strings(self, name: str, default: list[str] = _REQUIRED, *, minimum: int = 0, item: str = "text") -> list[str]:
        """Return a list of at least ``minimum`` texts; ``item``: what a text is, for messages."""
        allowed = f'a list of {item}s{", at least one" if minimum else ""}: ["...", "..."]'

        def is_allowed(value: Any) -> bool:
            return isinstance(value, list) and len(value) >= minimum and all(isinstance(each, str) for each in value)

        strings: list[str] = self.value(name, allowed, is_allowed, default)
        return strings

    def table(self, name: str) -> TomlTable:
        """Return the table ``name``, an empty one if it is missing."""
        path = self.path(name)
        return TomlTable(
            self.file,
            path,
            self.value(name, f"a table: [{path}]", lambda value: isinstance(value, dict), {}),
            self._names(name),
        )

    def tables(self, name: str) -> Iterator[TomlTable]:
        """Yield the tables of the list ``name``, none if it is missing."""
        allowed = f"tables, each written as [[{self.path(name)}]]"
        for number, content in enumerate(self.value(name, allowed, lambda value: isinstance(value, list), []), start=1):
            key, keys = f"{self.path(name)} {number}", self._names(name, number - 1)
            if not isinstance(content, dict):
                place = self.file.place(key, keys)
                raise self.file.error(f"{place}: {quoted_value(content)} is wrong; it must be a table")
            yield TomlTable(self.file, key, content, keys)

    def reject_unknown_keys(self, allowed: Iterable[str], kind: str = "key") -> None:
        """Raise the file's error if the table has a key that is not ``allowed``; ``kind``: what a key is called."""
        known = tuple(allowed)
        for name in self.values:
            if name not in known:
                raise self.error(name, f"unknown {kind}; {suggestion(name, known)}")

    def with_current_names(
        self,
        names: Mapping[str, str],
        values: Mapping[str, Mapping[str, Any]] | None = None,
        convert: Mapping[str, Callable[[Any], Any]] | None = None,
    ) -> TomlTable:
        """Return this table with today's names in place of old ones, and report each old name.

        names: old name -> today's name.
        values: today's name -> old value -> today's value.
        convert: old name -> function that returns today's value, where the unit has changed too.
        Raises the file's error if the table has a name both ways.
        """
        content: dict[str, Any] = {}
        for name, value in self.values.items():
            new = names.get(name)
            if new is None:
                content[name] = value
                continue
            if new in self.values:
                raise self.error(name, f"set together with {new}, its new name; remove {name}")
            changes = convert is not None and name in convert
            content[new] = convert[name](value) if convert is not None and changes else value
            self.notice(
                name,
                f"old name, still read; write {new}{f' = {quoted_value(content[new])}' if changes else ''} instead",
            )
        for name, current in (values or {}).items():
            value = content.get(name)
            if isinstance(value, str) and value in current:
                content[name] = current[value]
                self.notice(
                    name, f"old value {quoted_value(value)}, still read; write {quoted_value(content[name])} instead"
                )
        return TomlTable(self.file, self.key, content, self.keys)


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return what may have been meant by ``name``, or else all names in ``known``."""
    from difflib import get_close_matches  # only an error needs it

    names = tuple(known)
    near = get_close_matches(name, names, n=1)
    return f"did you mean {near[0]}?" if near else f"allowed: {', '.join(names)}"
