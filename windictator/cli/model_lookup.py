"""Where the commands look for speech models."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from windictator.settings import Settings, data_folder, vosk_folders
from windictator.speech.models import find_model, list_models

if TYPE_CHECKING:
    from windictator.speech.models import InstalledModel


def installed_models() -> list[InstalledModel]:
    """Every model on this machine, broken ones too."""
    return list_models(environ=os.environ, data_dir=data_folder(), cache_dirs=vosk_folders())


def model_in_use(settings: Settings, name_or_dir: str | None = None) -> Path:
    """The folder of the model that dictation would use. Raises ModelError."""
    return find_model(
        name_or_dir,
        configured=settings.recognizer.model or None,
        environ=os.environ,
        data_dir=data_folder(),
        cache_dirs=vosk_folders(),
        language=settings.recognizer.language,
    )
