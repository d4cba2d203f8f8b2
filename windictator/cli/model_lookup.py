"""Where the commands look for speech models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from windictator.settings import Settings
from windictator.speech.model_lookup import find_model, list_models

if TYPE_CHECKING:
    from windictator.speech.model_lookup import InstalledModel


def installed_models() -> list[InstalledModel]:
    """Every model on this machine, broken ones too."""
    return list_models()


def model_in_use(settings: Settings, name_or_dir: str | None = None) -> Path:
    """The folder of the model that dictation would use. Raises ModelError."""
    return find_model(
        name_or_dir,
        configured=settings.recognizer.model or None,
        language=settings.recognizer.language,
    )
