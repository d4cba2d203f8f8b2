"""Names of models and languages that do not exist: what may have been meant."""

import pytest

from windictator.speech.errors import ModelError
from windictator.speech.model_lookup import LANGUAGE_NAMES, SMALL_MODELS, find_model, unknown_language


def refusal(name, tmp_path):
    with pytest.raises(ModelError) as caught:
        find_model(name, configured=None, environ={}, data_dir=tmp_path, cache_dirs=[])
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "meant"), [("german", "de (German)"), ("frensh", "fr (French)"), ("Klingon", None), ("enus", "en-us")]
)
def test_unknown_language_names_the_nearest_or_all(name, meant):
    """Codes alone mean nothing to many users."""
    message = unknown_language(name)
    assert f"did you mean {meant}" in message if meant else "de German" in message


def test_unknown_model_is_not_to_be_installed(tmp_path):
    """Only a name that a list has can be installed."""
    assert "models install" not in refusal("nosuch", tmp_path)
    assert refusal("vosk-model-small-de-0.15", tmp_path).endswith(
        "run: windictator models install vosk-model-small-de-0.15"
    )
    assert refusal("de", tmp_path).endswith("run: windictator models install de")


def test_each_language_has_a_name():
    """It is shown beside the code."""
    assert set(LANGUAGE_NAMES) == set(SMALL_MODELS)
