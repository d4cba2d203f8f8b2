"""Reads what a TOML file must hold, and says in one line what is wrong with it: ``file:key: what, what is allowed``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from windictator.errors import UsageError
from windictator.text.quoting import printable


def read_toml(toml_text: str, source: str, error: type[UsageError]) -> dict[str, Any]:
    """The document; ``source`` names it in errors. Raises ``error`` where it is no TOML."""
    import tomllib  # here, because it takes 15 ms

    try:
        return tomllib.loads(toml_text)
    except (ValueError, RecursionError) as wrong:
        raise error(f"{source}: not valid TOML: {printable(str(wrong))}") from None


class TomlReader:
    """A file being read. Every method that asks for something raises ``error`` where it is something else.

    ``key``: the path to a table, as errors name it, "" for the document itself.
    """

    def __init__(self, source: str, error: type[UsageError]) -> None:
        self._source = source
        self._error = error

    def error(self, key: str, problem: str) -> UsageError:
        """The error that says what is wrong with what stands at ``key``."""
        return self._error(f"{self._source}:{key}: {problem}")

    def table(self, value: object, key: str) -> dict[str, Any]:
        """``value``, which must be a table."""
        if not isinstance(value, dict):
            raise self.error(key, "must be a table")
        return value

    def tables(self, document: dict[str, Any], name: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Each table of a list, none where there is no list, and the path to it."""
        values = document.get(name, [])
        if not isinstance(values, list):
            raise self.error(name, "must be a list of tables")
        for position, value in enumerate(values, start=1):
            key = f"{name}[{position}]"
            yield key, self.table(value, key)

    def strings(self, table: dict[str, Any], name: str, key: str) -> list[str]:
        """A list of texts."""
        strings = table.get(name)
        if not isinstance(strings, list) or not all(isinstance(item, str) for item in strings):
            raise self.error(key_path(key, name), "must be a list of texts")
        return strings

    def choice(self, table: dict[str, Any], name: str, key: str, allowed: tuple[str, ...], default: str) -> str:
        """One of the texts that are ``allowed``."""
        value = table.get(name, default)
        if not isinstance(value, str) or value not in allowed:
            raise self.error(key_path(key, name), f"unknown, allowed: {', '.join(allowed)}")
        return value

    def reject_unknown_keys(self, table: dict[str, Any], key: str, allowed: tuple[str, ...]) -> None:
        """That there is nothing in the table but what is ``allowed``."""
        for name in table:
            if name not in allowed:
                raise self.error(key_path(key, quoted(name)), f"unknown, allowed: {', '.join(allowed)}")


def key_path(key: str, name: str) -> str:
    """The path to what is called ``name`` in the table at ``key``."""
    return f"{key}.{name}" if key else name


def quoted(name: str) -> str:
    """The name as it can stand in a line: quoted unless it is a single plain word."""
    bare = name.replace("_", "").replace("-", "")
    return name if bare.isalnum() else repr(name)
