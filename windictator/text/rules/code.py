"""Options, paths, ports and ranges: "dash dash verbose" is "--verbose", "three colon one" is "3:1"."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from windictator.text.formatting import FormattedWord, Formatting
from windictator.text.numbers.digits import spoken_digits
from windictator.text.numbers.language import NumberWords
from windictator.text.rules.rule import Match
from windictator.text.tokens import Tokens

_MIN_PATH_SLASHES = 2
"""Minimum number of slashes in a path: "either slash or" has one."""


class CodeWords:
    """``Rule`` for options, paths, ports and numbers with a colon or a dash between them.

    language: words of numbers and of the symbols in addresses.
    hosts: words before a port: "localhost".
    """

    name = "code"

    def __init__(self, language: NumberWords, hosts: Collection[str]) -> None:
        self._language = language
        self._hosts = frozenset(hosts)
        self._dashes = frozenset(word for word, text in language.dashes.items() if text == "-")
        self.markers = self._dashes | language.slashes | language.colons
        """Words for symbols in options, paths and ratios."""
        self.starters = self._dashes.union(language.slashes, self._hosts, language.counting, language.digits)
        """Words for the symbols that begin options and paths, hosts, and numbers."""

    def match(self, tokens: Tokens, position: int) -> Match | None:
        """Return the option, path, port, ratio or range at ``position``."""
        first = tokens[position]
        if first in self._dashes:
            found = self._option(tokens, position)
        elif first in self._language.slashes:
            found = self._path(tokens, position)
        elif first in self._hosts:
            found = self._port(tokens, position)
        else:
            found = self._joined_numbers(tokens, position)
        if found is None:
            return None
        end, text = found
        return Match(end - position, (FormattedWord(text, Formatting.AS_WRITTEN),))

    def _option(self, tokens: Tokens, position: int) -> tuple[int, str] | None:
        """Read "dash dash verbose" and "dash dash dry dash run"."""
        if tokens[position + 1] not in self._dashes or not self._is_name(tokens, position + 2):
            return None
        text, end = f"--{tokens[position + 2]}", position + 3
        while tokens[end] in self._dashes and self._is_name(tokens, end + 1):
            text, end = f"{text}-{tokens[end + 1]}", end + 2
        return end, text

    def _path(self, tokens: Tokens, position: int) -> tuple[int, str] | None:
        """Read "slash etc slash hosts", with dots inside names."""
        language, text, end, slashes = self._language, "", position, 0
        while tokens[end] in language.slashes and self._is_name(tokens, end + 1):
            text, end, slashes = f"{text}/{tokens[end + 1]}", end + 2, slashes + 1
            while tokens[end] in language.dots and self._is_name(tokens, end + 1):
                text, end = f"{text}.{tokens[end + 1]}", end + 2
        return (end, text) if slashes >= _MIN_PATH_SLASHES else None

    def _port(self, tokens: Tokens, position: int) -> tuple[int, str] | None:
        """Read "localhost colon three thousand"."""
        if tokens[position + 1] not in self._language.colons:
            return None
        port = spoken_digits(tokens, position + 2, self._language)
        return (port[0], f"{tokens[position]}:{port[1]}") if port else None

    def _joined_numbers(self, tokens: Tokens, position: int) -> tuple[int, str] | None:
        """Read "three colon one" and "twelve dash fourteen"; a pause separates the numbers."""
        first = spoken_digits(tokens, position, self._language)
        if first is None or tokens.has_pause_before(first[0]) or tokens.has_pause_before(first[0] + 1):
            return None
        word = tokens[first[0]]
        separator = "-" if word in self._dashes else ":" if word in self._language.colons else ""
        second = spoken_digits(tokens, first[0] + 1, self._language) if separator else None
        if second is None or tokens[second[0]] in self._dashes:
            return None  # telephone numbers have rules of their own
        return second[0], f"{first[1]}{separator}{second[1]}"

    def _is_name(self, tokens: Tokens, position: int) -> bool:
        word = tokens[position]
        if word in self._language.counting or word in self.markers or tokens.has_pause_before(position):
            return False
        return word.isalnum()

    def unstable_word_count(self, tokens: Sequence[str]) -> int:
        """Return the number of words at the end that may become an option, a path or a ratio."""
        language = self._language
        count = 0
        while count < len(tokens):
            word = tokens[-1 - count]
            belongs = word in self.markers or word in self._hosts or word in language.dots
            if not belongs and not (count < len(tokens) - 1 and tokens[-2 - count] in self.markers):
                break
            count += 1
        return count
