"""Warnings about user commands that are valid but cannot work."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from windictator.settings import Settings
    from windictator.text.commands.actions import UserCommand
    from windictator.text.vocabulary import Vocabulary


def find_warnings(settings: Settings, vocabulary: Vocabulary, commands: Sequence[UserCommand]) -> Iterator[str]:
    """Yield one line for each command that shadows a phrase, can never match, or depends on something missing.

    vocabulary: vocabulary without the user commands.
    """
    from windictator.settings.conflicts import user_command_conflicts

    yield from map(str, user_command_conflicts(vocabulary, commands))
    for phrase, word in _find_unknown_words(settings, commands):
        yield f"{phrase!r} can never be recognised: the speech model does not know {word!r}"
    yield from missing_dependencies(settings, commands)


def _find_unknown_words(settings: Settings, commands: Sequence[UserCommand]) -> Iterator[tuple[str, str]]:
    """Yield phrases, each with a word that the model in use does not know; none if its words are unknown."""
    from windictator.cli.models import model_in_use
    from windictator.errors import WinDictatorError
    from windictator.speech.model_words import model_words
    from windictator.text.commands.slots import Slot, pattern_text

    if not commands or settings.recognizer.engine != "vosk":
        return
    try:
        known = model_words(model_in_use(settings))
    except (WinDictatorError, OSError):  # no model, or an unreadable one: "doctor" reports it
        return
    if known is None:
        return
    for phrase in [phrase for command in commands for phrase in command.phrases]:
        words = [element for element in phrase if not isinstance(element, Slot)]
        if unknown := next((word for word in words if word not in known), None):
            yield " ".join(pattern_text(phrase)), unknown


def missing_dependencies(settings: Settings, commands: Sequence[UserCommand]) -> Iterator[str]:
    """Yield one line for each program and module that this process cannot find."""
    from importlib.machinery import PathFinder
    from shutil import which

    from windictator.settings import user_functions_folder
    from windictator.text.commands.actions import CallFunction, RunProgram

    folder = user_functions_folder(settings)
    for command in commands:
        for action in command.actions:
            if isinstance(action, RunProgram) and not which(program := action.arguments[0].literal_text):
                yield f"{command.title!r}: program {program!r} was not found"
            elif isinstance(action, CallFunction):
                package = action.module.partition(".")[0]
                found = package in sys.builtin_module_names or PathFinder.find_spec(package, [*sys.path, str(folder)])
                if not found:
                    yield f"{command.title!r}: module {package!r} was not found in {folder}"
