"""Models that can be installed, and models and vocabularies of other languages."""

from pathlib import Path

import pytest

from windictator.speech.model_catalogue import (
    language_mismatch,
    model_language,
    read_catalogue,
    recommended_model,
    vocabulary_mismatch,
)
from windictator.speech.model_lookup import LANGUAGE_NAMES, SMALL_MODELS

CATALOGUE = read_catalogue(Path(__file__).parents[2] / "config" / "models.toml")


def test_catalogue_has_every_small_model():
    """What "models install LANGUAGE" installs is listed, under the same language."""
    assert {model.name: model.language for model in CATALOGUE}.items() >= {
        v: k for k, v in SMALL_MODELS.items()
    }.items()
    assert all(model.language in LANGUAGE_NAMES and model.size_mb > 0 for model in CATALOGUE)


@pytest.mark.parametrize(
    ("language", "memory_mb", "name"),
    [
        ("en_GB.UTF-8", 8_000, "vosk-model-en-us-0.22-lgraph"),
        ("en-us", 1_000, "vosk-model-small-en-us-0.15"),
        ("de", 64_000, "vosk-model-small-de-0.15"),
        ("ko", 1_000, "vosk-model-small-ko-0.22"),
    ],
)
def test_model_is_recommended_for_language_and_memory(language, memory_mb, name):
    """A model that leaves no memory for anything else is not."""
    assert recommended_model(CATALOGUE, language, memory_mb).name == name


def test_no_model_is_recommended_for_an_unknown_language():
    """Vosk has none."""
    assert recommended_model(CATALOGUE, "tlh", 8_000) is None


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("vosk-model-small-de-0.15", "de"),
        ("vosk-model-en-us-0.22", "en-us"),
        ("vosk-model-small-en-in-0.4", "en-in"),
        ("vosk-model-fr-0.22", "fr"),
        ("vosk-model-small-cs-0.4-rhasspy", "cs"),
        ("my-model", ""),
    ],
)
def test_language_is_in_the_name_of_a_model(name, language):
    """Vosk's makers name them so."""
    assert model_language(name) == language


def test_model_of_another_language_is_named():
    """Its words would be nonsense, with no other sign."""
    assert "is for German, but recognizer.language says English" in language_mismatch("vosk-model-de-0.21", "en-us")
    assert not language_mismatch("vosk-model-en-us-0.22", "en-in")
    assert not language_mismatch("my-model", "de")


def test_language_without_vocabulary_is_named():
    """Symbols and commands would be English without a word."""
    assert "no vocabulary for German" in vocabulary_mismatch("de", has_vocabulary=False)
    assert not vocabulary_mismatch("de", has_vocabulary=True)
    assert not vocabulary_mismatch("en_GB", has_vocabulary=False)
