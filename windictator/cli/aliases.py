"""Old names of commands and options, which still work and print the new name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from windictator.cli.io.exits import PROGRAM

OLD_COMMANDS: Mapping[str, str] = {
    "type-held": "undelivered type",
    "drop-held": "undelivered discard",
}
"""Old command -> the words that replace it."""

OLD_OPTIONS: Mapping[str, Mapping[str, str]] = {
    "doctor": {"--typing": "--test-typing", "--alphabet": "--characters"},
    "commands": {"--example": "--template"},
    "vocabulary add": {"--override": "--replace"},
    "vocabulary import": {"--override": "--replace"},
    "start": {"--patience": "--lock-timeout"},
}
"""Command -> its old options and those that replace them."""


def replace_old_names(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Replace old names in a command line.

    arguments: of the program, without its name.

    Return the new arguments, and one hint for the user for each name that was replaced.
    """
    replaced, hints = list(arguments), []
    start = _command_start(arguments)
    if start < len(replaced) and (new := OLD_COMMANDS.get(replaced[start])):
        hints.append(f"{PROGRAM} {replaced[start]} is now: {PROGRAM} {new}")
        replaced[start : start + 1] = new.split()
    for command, options in OLD_OPTIONS.items():
        words = command.split()
        if replaced[start : start + len(words)] == words:
            hints += _replace_options(replaced, start + len(words), options)
    return replaced, hints


def _command_start(arguments: Sequence[str]) -> int:
    """Return the index of the first word after the options of the program itself."""
    start = 0
    while start < len(arguments) and arguments[start].startswith("-"):
        start += 2 if arguments[start] == "--config" else 1
    return start


def _replace_options(arguments: list[str], start: int, options: Mapping[str, str]) -> list[str]:
    hints = []
    for index in range(start, len(arguments)):
        if arguments[index] == "--":
            break
        option, equals, value = arguments[index].partition("=")
        if option in options:
            arguments[index] = f"{options[option]}{equals}{value}"
            hints.append(f"{option} is now: {options[option]}")
    return hints
