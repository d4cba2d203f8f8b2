"""Models that can be installed, with what is published of them."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from windictator.speech.model_lookup import LANGUAGE_NAMES, SMALL_MODELS, language_code

_MODEL_LANGUAGE = re.compile(r"vosk-model-(?:small-)?([a-z]{2}(?:-[a-z]{2}(?=-))?)-")
LARGE_MODEL_FACTOR = 2
"""Minimum ratio of the machine's memory to that of a model."""


@dataclass(frozen=True, slots=True)
class AvailableModel:
    """Model of the published list.

    size_mb: size of the download, in megabytes.
    error_percent: wrong words of 100 on a test of its makers, 0 if unknown.
    memory_mb: memory that it needs at most, in megabytes, 0 if unknown.
    """

    name: str
    language: str
    size_mb: int
    error_percent: float
    memory_mb: int


def read_catalogue(path: Path) -> list[AvailableModel]:
    """Return the models of the file at ``path``, in its order."""
    return [AvailableModel(**entry) for entry in tomllib.loads(path.read_text(encoding="utf-8"))["models"]]


def recommended_model(models: list[AvailableModel], language: str, memory_mb: int) -> AvailableModel | None:
    """Return the model with the fewest errors that suits a machine; None if there is no model of the language.

    language: language of the user, such as "de" or "en_GB.UTF-8".
    memory_mb: memory of the machine, in megabytes.

    A large model takes seconds to load and answers later. So it is recommended only if it needs a small part of the
    memory; a model of which that is unknown only if it is small on the disk.
    """
    code = language_code(language)
    own = [model for model in models if model.language == code]
    fitting = [
        model
        for model in own
        if (model.memory_mb or 8 * model.size_mb) * LARGE_MODEL_FACTOR <= memory_mb and model.size_mb < 1000
    ]
    if known := [model for model in fitting if model.error_percent]:
        return min(known, key=lambda model: model.error_percent)
    return next(iter(fitting or own), None)


def model_language(name: str) -> str:
    """Return the language in the name of a model, as Vosk's list names it; "" if the name has none."""
    for language, small in SMALL_MODELS.items():
        if name == small:
            return language
    found = _MODEL_LANGUAGE.match(name)
    return language_code(found[1]) if found else ""


def language_mismatch(model: str, language: str) -> str:
    """Return why a model does not suit the language of the settings, one line; "" if it does or that is unknown.

    model: its name, which is the name of its folder.
    """
    spoken, wanted = model_language(model), language_code(language)
    if not spoken or spoken.partition("-")[0] == wanted.partition("-")[0]:
        return ""
    is_for, chosen = (LANGUAGE_NAMES.get(each, each) for each in (spoken, wanted))
    return (
        f"the speech model {model} is for {is_for}, but recognizer.language says {chosen}; run:"
        f" windictator config set recognizer.language {spoken}"
    )


def vocabulary_mismatch(language: str, has_vocabulary: bool) -> str:
    """Return that symbols and commands are English in another language, one line; "" if they are not.

    has_vocabulary: whether the settings name a vocabulary.
    """
    wanted = language_code(language)
    if has_vocabulary or wanted.partition("-")[0] == "en":
        return ""
    name = LANGUAGE_NAMES.get(wanted, wanted)
    return (
        f"there is no vocabulary for {name}: symbols and commands are English; write one like the shipped one"
        " (README) and run: windictator config set text.vocabulary FILE"
    )
