"""The one mapping from the settings to the options that the parts of the program take.

The same functions are used at the start and by a reload, so a reload cannot miss a setting.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from windictator.app.options import (
    AudioOptions,
    HistoryOptions,
    HotkeyOptions,
    LifeOptions,
    NotificationOptions,
    Options,
    RecognizerOptions,
    ServiceOptions,
    SpeechOptions,
    TypistOptions,
)
from windictator.settings import Settings, state_folder, user_functions_folder
from windictator.settings.toml import OnNotice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from windictator.dictation.options import DictationOptions
    from windictator.keyboard.hotkey import HotkeyAction, HotkeyCombination

# Dictation, profiles and hotkeys are imported by the functions that need them: "type" must start quickly.

START_ONLY = frozenset({"daemon.start_paused"})
"""Settings that are used at the start alone; a reload names them if they have changed."""


def read_options(settings: Settings, model: str | None = None, on_notice: OnNotice | None = None) -> Options:
    """Return all options; read the vocabulary, the profiles and the user's files that ``settings`` name.

    model: name or folder of the speech model from the command line.
    on_notice: called with one line for each old name in the user's files.

    Raises SettingsError, VocabularyError,
    CommandsError, ProfilesError.
    """
    return Options(
        service=read_service_options(settings, model, on_notice),
        history=HistoryOptions(
            settings.history.max_utterances, state_folder() / "history.jsonl" if settings.history.save_to_disk else None
        ),
        notifications=NotificationOptions(**asdict(settings.notifications)),
        hotkeys=HotkeyOptions(_hotkey_combinations(settings, on_notice), settings.hotkeys.tap_max_ms / 1000),
        life=LifeOptions(
            pause_after_s=settings.daemon.pause_after_s,
            ends_with_display=settings.daemon.on_display_lost == "exit",
            log_dictated_text=settings.daemon.log_dictated_text,
            shutdown_timeout_s=settings.shutdown.timeout_ms / 1000,
        ),
    )


def read_service_options(
    settings: Settings, model: str | None = None, on_notice: OnNotice | None = None
) -> ServiceOptions:
    """Return the options that the daemon and ``dictate`` share; see ``read_options``."""
    from windictator.settings.profiles import load_profiles
    from windictator.speech.model_catalogue import language_mismatch

    recognizer = settings.recognizer
    name = Path(model or recognizer.model).name
    problem = language_mismatch(name, recognizer.language) if recognizer.engine == "vosk" else ""
    if problem and on_notice is not None:
        on_notice(problem)
    return ServiceOptions(
        speech=speech_options(settings, model),
        dictation=read_dictation_options(settings, on_notice),
        typist=typist_options(settings),
        profile_rules=load_profiles(settings, on_notice),
        functions_folder=user_functions_folder(settings),
    )


def read_dictation_options(settings: Settings, on_notice: OnNotice | None = None) -> DictationOptions:
    """Return the options of dictation, with the vocabulary.

    ``on_notice``: see ``read_options``. Raises SettingsError, VocabularyError, CommandsError.
    """
    from windictator.dictation.options import DictationOptions
    from windictator.settings.vocabulary import load_vocabulary
    from windictator.text.context_adjust import END_OF_WORD, MIDDLE_OF_TEXT, START_OF_TEXT
    from windictator.text.edit import BackspaceUnit

    dictation, is_code_point = settings.dictation, settings.typing.backspace_unit == "code_point"
    return DictationOptions(
        vocabulary=load_vocabulary(settings, on_notice),
        live_typing=dictation.live_typing,
        stable_after=dictation.stable_after,
        backspace_unit=BackspaceUnit.CODE_POINT if is_code_point else BackspaceUnit.GRAPHEME,
        keep_undelivered=dictation.undelivered == "keep",
        low_confidence=dictation.low_confidence / 100,
        type_unmatched=dictation.unmatched_correction == "type",
        default_context=START_OF_TEXT if settings.text.capitalise_first else MIDDLE_OF_TEXT,
        unknown_context={"nothing": MIDDLE_OF_TEXT, "space": END_OF_WORD, "sentence": START_OF_TEXT}[
            settings.text.after_click
        ],
    )


def typist_options(settings: Settings) -> TypistOptions:
    """Return how keys are sent."""
    typing = settings.typing
    return TypistOptions(
        confirm_timeout_s=typing.confirm_timeout_ms / 1000,
        key_release_timeout_s=typing.key_release_timeout_ms / 1000,
        key_press_ms=typing.key_press_ms,
        grab_server=typing.grab_server,
        input_method=typing.input_method,
    )


def speech_options(settings: Settings, model: str | None = None) -> SpeechOptions:
    """Return the options of the audio source and of the recognizer. ``model``: see ``read_options``."""
    audio, recognizer, endpoint = settings.audio, settings.recognizer, settings.endpoint
    return SpeechOptions(
        AudioOptions(audio.source, audio.device or None, audio.frame_ms, audio.buffer_s),
        RecognizerOptions(
            engine=recognizer.engine,
            model=model,
            configured_model=recognizer.model or None,
            language=recognizer.language,
            frames_per_chunk=recognizer.frames_per_chunk,
            max_growth_bytes=recognizer.max_growth_mb << 20,
            unload_after_s=recognizer.unload_after_s,
            has_gate=endpoint.vad,
            silence_s=endpoint.trailing_silence_ms / 1000,
        ),
    )


def changed_start_only(before: Settings, after: Settings) -> list[str]:
    """Return the names of the settings that have changed but are used at the start alone."""
    old = {f"{table}.{key}": value for table, key, value in before.items()}
    new = {f"{table}.{key}": value for table, key, value in after.items()}
    return [name for name in old if name in START_ONLY and old[name] != new[name]]


def _hotkey_combinations(settings: Settings, on_notice: OnNotice | None) -> Mapping[HotkeyAction, HotkeyCombination]:
    """Return the parsed hotkeys. pynput is imported only if there are any.

    ``on_notice``: also called with one line for each key that cannot be typed because of a hotkey. Raises
    SettingsError.
    """
    bindings = {name: keys for name, keys in settings.hotkeys.bindings.items() if keys}
    if not bindings:
        return {}
    from windictator.x11.hotkey_syntax import hotkey_warnings, parse_hotkeys

    hotkeys = parse_hotkeys(bindings, on_notice=on_notice)
    if on_notice is not None:
        for warning in hotkey_warnings(hotkeys):
            on_notice(warning)
    return hotkeys
