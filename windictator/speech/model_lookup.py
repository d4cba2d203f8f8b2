"""Speech models on this machine: find the model to use, list all, remove one."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from windictator.speech.errors import ModelError
from windictator.speech.model_folder import is_model_folder, verify_model

SMALL_MODELS = {
    "ca": "vosk-model-small-ca-0.4",
    "cn": "vosk-model-small-cn-0.22",
    "cs": "vosk-model-small-cs-0.4-rhasspy",
    "de": "vosk-model-small-de-0.15",
    "en-in": "vosk-model-small-en-in-0.4",
    "en-us": "vosk-model-small-en-us-0.15",
    "eo": "vosk-model-small-eo-0.42",
    "es": "vosk-model-small-es-0.42",
    "fa": "vosk-model-small-fa-0.42",
    "fr": "vosk-model-small-fr-0.22",
    "gu": "vosk-model-small-gu-0.42",
    "hi": "vosk-model-small-hi-0.22",
    "it": "vosk-model-small-it-0.22",
    "ja": "vosk-model-small-ja-0.22",
    "ko": "vosk-model-small-ko-0.22",
    "kz": "vosk-model-small-kz-0.42",
    "nl": "vosk-model-small-nl-0.22",
    "pl": "vosk-model-small-pl-0.22",
    "pt": "vosk-model-small-pt-0.3",
    "ru": "vosk-model-small-ru-0.22",
    "sv": "vosk-model-small-sv-rhasspy-0.15",
    "te": "vosk-model-small-te-0.42",
    "tg": "vosk-model-small-tg-0.22",
    "tr": "vosk-model-small-tr-0.3",
    "uk": "vosk-model-small-uk-v3-small",
    "uz": "vosk-model-small-uz-0.22",
    "vn": "vosk-model-small-vn-0.4",
}
"""Small model of each language at https://alphacephei.com/vosk/models, by the language names used there."""

LANGUAGE_NAMES = {
    "ca": "Catalan",
    "cn": "Chinese",
    "cs": "Czech",
    "de": "German",
    "en-in": "Indian English",
    "en-us": "English",
    "eo": "Esperanto",
    "es": "Spanish",
    "fa": "Persian",
    "fr": "French",
    "gu": "Gujarati",
    "hi": "Hindi",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "kz": "Kazakh",
    "nl": "Dutch",
    "pl": "Polish",
    "pt": "Portuguese",
    "ru": "Russian",
    "sv": "Swedish",
    "te": "Telugu",
    "tg": "Tajik",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "uz": "Uzbek",
    "vn": "Vietnamese",
}
"""English name of each language of ``SMALL_MODELS``."""

_LANGUAGES_HINT = f"languages: {', '.join(f'{code} {name}' for code, name in LANGUAGE_NAMES.items())}"

LANGUAGE_ALIASES = {"en": "en-us", "zh": "cn", "kk": "kz", "vi": "vn"}
"""ISO 639 codes of languages to which Vosk's list gives another name."""

MODEL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""Pattern of the name of a model, which is also the name of its folder."""


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """Model on this machine. ``problems``: the result of ``verify_model``, empty for a usable model."""

    name: str
    path: Path
    problems: tuple[str, ...]


def language_code(language: str) -> str:
    """Return the name of a language in Vosk's list: "en-us" for ``en_GB.UTF-8`` or ``EN``."""
    code = language.partition(".")[0].replace("_", "-").lower()
    if code in SMALL_MODELS:
        return code
    base = code.partition("-")[0]
    return LANGUAGE_ALIASES.get(base, base if base in SMALL_MODELS else code)


def user_data_dir() -> Path:
    """Return the user's data folder of this program; models are in its subfolder ``models``."""
    import platformdirs

    return Path(platformdirs.user_data_dir("windictator"))


def vosk_cache_dirs() -> list[Path]:
    """Return the folders in which the vosk package keeps models (``MODEL_DIRS`` in its source)."""
    return [Path.home() / ".cache/vosk", Path("/usr/share/vosk")]


def _model_folders(environ: Mapping[str, str], data_dir: Path | None, cache_dirs: Sequence[Path] | None) -> list[Path]:
    """Return the folders that contain models, in the order of search."""
    data_dir = user_data_dir() if data_dir is None else data_dir
    folders = [data_dir / "models", *(vosk_cache_dirs() if cache_dirs is None else cache_dirs)]
    if named := environ.get("VOSK_MODEL_PATH"):
        folders.insert(0, Path(named))
    return folders


def find_model(
    name_or_dir: str | None,
    *,
    configured: str | None,
    language: str = "en-us",
    environ: Mapping[str, str] | None = None,
    data_dir: Path | None = None,
    cache_dirs: Sequence[Path] | None = None,
) -> Path:
    """Return the folder of the model to use.

    ``name_or_dir``: model requested on the command line.
    ``configured``: model requested in the settings.
    ``language``: language of the model if neither is given.
    ``environ``: environment; None for that of this process.
    ``data_dir``: data folder; None for ``user_data_dir()``.
    ``cache_dirs``: folders of other models; None for ``vosk_cache_dirs()``.

    A requested model is a folder, the name of an installed model, or a language. It is never replaced by another one.
    Without a request, the search covers ``$VOSK_MODEL_PATH`` (a model, or a folder of models), the data folder and the
    other folders, in this order. In each, a model of ``language`` is preferred, a small one first; a single model is
    used in any language. Raises ModelError, one line that says what to do.
    """
    environ = os.environ if environ is None else environ
    folders = _model_folders(environ, data_dir, cache_dirs)
    if name_or_dir:
        return _find_named(name_or_dir, folders)
    if configured:
        return _find_named(configured, folders)
    if (named := environ.get("VOSK_MODEL_PATH")) and is_model_folder(Path(named)):
        return Path(named)
    others: list[str] = []
    for folder in folders:
        models = _models_in(folder)
        if fitting := _filter_by_language(models, language) or (models if len(models) == 1 else []):
            return fitting[0]
        others += [model.name for model in models]
    if others:
        names = ", ".join(others)
        raise ModelError(
            f"no speech model for {language} is installed; choose one of {names} with --model,"
            f" or run: windictator models install {language}"
        )
    raise ModelError(f"no speech model is installed; run: windictator models install {language}")


def list_models(
    *,
    environ: Mapping[str, str] | None = None,
    data_dir: Path | None = None,
    cache_dirs: Sequence[Path] | None = None,
) -> list[InstalledModel]:
    """Return every model that ``find_model`` can find by name, in the order of search, including broken ones.

    ``find_model`` describes the arguments.
    """
    environ = os.environ if environ is None else environ
    named = environ.get("VOSK_MODEL_PATH")
    candidates = [Path(named)] if named and is_model_folder(Path(named)) else []
    for folder in _model_folders(environ, data_dir, cache_dirs):
        candidates += [path for path in _list_folders(folder) if is_model_folder(path) or _claims_to_be_model(path)]
    seen: set[Path] = set()
    models = []
    for path in candidates:
        if path.resolve() not in seen:
            seen.add(path.resolve())
            models.append(InstalledModel(path.name, path, tuple(verify_model(path))))
    return models


def remove_model(name: str, data_dir: Path | None = None) -> Path:
    """Remove an installed model from the user's data folder, and return its former folder.

    Models in other folders, which may belong to other programs, are not removed. Raises ModelError.
    """
    folder = (user_data_dir() if data_dir is None else data_dir) / "models"
    path = folder / name
    if not MODEL_NAME.fullmatch(name) or not (path.is_dir() or path.is_symlink()):
        installed = ", ".join(child.name for child in _list_folders(folder)) or "none"
        raise ModelError(f"no speech model named {name!r} is installed in {folder}; installed: {installed}")
    try:
        if path.is_symlink():
            path.unlink()
        else:
            doomed = folder / f".remove-{name}-{os.getpid()}"
            path.rename(doomed)  # not found any more, even if the removal is slow or interrupted
            shutil.rmtree(doomed)
    except OSError as error:
        raise ModelError(f"the speech model {path} cannot be removed: {error.strerror}") from None
    return path


def _find_named(wanted: str, folders: Sequence[Path]) -> Path:
    path = Path(wanted).expanduser()
    if "/" not in wanted and wanted not in (".", ".."):
        for folder in folders:
            if is_model_folder(folder / wanted):
                return folder / wanted
        if not is_model_folder(path):
            installed = [model for folder in folders for model in _models_in(folder)]
            if fitting := _filter_by_language(installed, wanted):
                return fitting[0]
            names = ", ".join(model.name for model in installed) or "none"
            if language_code(wanted) in SMALL_MODELS or wanted in SMALL_MODELS.values():
                raise ModelError(
                    f"no speech model named {wanted!r} is installed; run: windictator models install {wanted}"
                )
            raise ModelError(f"no speech model named {wanted!r}; installed: {names}; {_near_names(wanted, installed)}")
    if not is_model_folder(path):
        raise ModelError(f"{path} cannot be used as a speech model: {verify_model(path)[0]}")
    return path


def unknown_language(name: str) -> str:
    """Return the message about a language for which no model is known: the nearest one, and the others."""
    near = _near_languages(name)
    guess = f"did you mean {near[0]} ({LANGUAGE_NAMES[near[0]]})?" if near else _LANGUAGES_HINT
    return f"no speech model is known for {name!r}; {guess}"


def _near_languages(name: str) -> list[str]:
    from difflib import get_close_matches  # here, because only an error needs it

    wanted = name.casefold()
    by_name = {language.casefold(): code for code, language in LANGUAGE_NAMES.items()}
    near = get_close_matches(wanted, [*by_name, *SMALL_MODELS], n=1, cutoff=0.7)
    return [by_name.get(each, each) for each in near]


def _near_names(wanted: str, installed: Sequence[Path]) -> str:
    """Return what may have been meant by a name that no list has."""
    from difflib import get_close_matches  # here, because only an error needs it

    if near := get_close_matches(wanted, [path.name for path in installed], n=1):
        return f"did you mean {near[0]}?"
    if languages := _near_languages(wanted):
        return f"did you mean {languages[0]} ({LANGUAGE_NAMES[languages[0]]})?"
    return _LANGUAGES_HINT


def _list_folders(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith(".") and path.is_dir())
    except OSError:
        return []  # missing, not a folder, or not readable


def _models_in(folder: Path) -> list[Path]:
    return [path for path in _list_folders(folder) if is_model_folder(path)]


def _claims_to_be_model(path: Path) -> bool:
    """Return True if the name is that of a model; the folder may be unzipped incompletely.

    Vosk's models of speakers and voices have similar names but recognise nothing.
    """
    return re.match(r"vosk-model-(?!spk-|tts-)", path.name) is not None


def _filter_by_language(models: Sequence[Path], language: str) -> list[Path]:
    code = re.escape(language_code(language))
    fitting = [path for path in models if re.match(rf"vosk-model(-small)?-{code}(-|$)", path.name)]
    return sorted(
        fitting, key=lambda path: (not path.name.startswith("vosk-model-small"), _newest_first_key(path.name))
    )


def _newest_first_key(name: str) -> list[int]:
    """Return a sort key by which the newest model comes first."""
    return [-int(number) for number in re.findall(r"\d+", name)]
