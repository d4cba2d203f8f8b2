"""What is wrong with a user's own commands that reading them does not show."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from windictator.settings import Settings
    from windictator.text.commands.actions import UserCommand
    from windictator.text.vocabulary import Vocabulary


def find_warnings(settings: Settings, vocabulary: Vocabulary, commands: Sequence[UserCommand]) -> Iterator[str]:
    """What of them takes the place of something, can never be reached or heard, or lacks something; a line each.

    ``vocabulary``: without them.
    """
    from windictator.settings.conflicts import user_command_conflicts

    yield from map(str, user_command_conflicts(vocabulary, commands))
    for phrase, word in _find_unknown_words(settings, commands):
        yield f"{phrase!r} is never heard: the speech model does not know {word!r}"
    yield from missing_dependencies(settings, commands)


def _find_unknown_words(settings: Settings, commands: Sequence[UserCommand]) -> Iterator[tuple[str, str]]:
    """Phrases, each with a word that the model in use can never give; none where it is not known what that can."""
    from windictator.cli.model_lookup import model_in_use
    from windictator.errors import WinDictatorError
    from windictator.speech.model_words import model_words
    from windictator.text.commands.slots import Slot, pattern_text

    if not commands or settings.recognizer.engine != "vosk":
        return
    try:
        known = model_words(model_in_use(settings))
    except (WinDictatorError, OSError):  # no model is there, or none that can be read: "doctor" tells
        return
    if known is None:
        return
    for phrase in [phrase for command in commands for phrase in command.phrases]:
        words = [element for element in phrase if not isinstance(element, Slot)]
        if unknown := next((word for word in words if word not in known), None):
            yield " ".join(pattern_text(phrase)), unknown


def missing_dependencies(settings: Settings, commands: Sequence[UserCommand]) -> Iterator[str]:
    """The programs and modules that are not there, as far as this process can see; a line each."""
    from importlib.machinery import PathFinder
    from shutil import which

    from windictator.settings import user_functions_folder
    from windictator.text.commands.actions import CallFunction, RunProgram

    folder = user_functions_folder(settings)
    for command in commands:
        for deed in command.actions:
            if isinstance(deed, RunProgram) and not which(program := deed.arguments[0].literal_text):
                yield f"{command.title!r}: there is no program {program!r}"
            elif isinstance(deed, CallFunction):
                package = deed.module.partition(".")[0]
                found = package in sys.builtin_module_names or PathFinder.find_spec(package, [*sys.path, str(folder)])
                if not found:
                    yield f"{command.title!r}: there is no module {package!r} in {folder}"
