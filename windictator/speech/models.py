"""Everything about speech models."""

from windictator.speech.model_download import install_model
from windictator.speech.model_folder import verify_model
from windictator.speech.model_lookup import (
    SMALL_MODELS,
    InstalledModel,
    find_model,
    list_models,
    remove_model,
    user_data_dir,
)

__all__ = [
    "SMALL_MODELS",
    "InstalledModel",
    "find_model",
    "install_model",
    "list_models",
    "remove_model",
    "user_data_dir",
    "verify_model",
]
