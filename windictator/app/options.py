"""The options of the program's parts, as ``options_from_settings`` makes them from the settings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from windictator.desktop.input_method import InputMethodPolicy
    from windictator.dictation.options import DictationOptions
    from windictator.dictation.profile_rules import ProfileRules
    from windictator.keyboard.hotkey import HotkeyAction, HotkeyCombination


@dataclass(frozen=True, slots=True)
class TypistOptions:
    """How keys are sent to the X server."""

    confirm_timeout_s: float
    """Seconds to wait for the X server to confirm a key."""
    key_release_timeout_s: float
    """Seconds to wait for the user's own keys to come up before typing is refused."""
    hold_ms: int
    """Milliseconds to hold each key down, unless the window's profile says otherwise."""
    hold_server: bool
    """Whether the X server is grabbed while each key is sent."""
    input_method: InputMethodPolicy
    """Treatment of an active input method."""


@dataclass(frozen=True, slots=True)
class AudioOptions:
    """Where sound, or lines of text, come from."""

    source: str
    """"mic", "-" for standard input, or the path of a recording."""
    device: str | None
    """Name of the microphone or a part of it; None for the default one."""
    frame_ms: int
    """Length of one frame, in milliseconds."""
    buffer_s: int
    """Seconds of sound kept while the recognizer is busy."""


@dataclass(frozen=True, slots=True)
class RecognizerOptions:
    """The recognizer of speech, or of lines of text."""

    engine: Literal["vosk", "text"]
    model: str | None
    """Name or folder of the model from the command line; None: the one in the settings."""
    configured_model: str | None
    """Name or folder of the model in the settings; None: the installed one of ``language``."""
    language: str
    frames_per_chunk: int
    """Frames of 10 ms decoded at a time; 0: as the model says."""
    max_growth_bytes: int
    """Growth of memory after which the recognizer restarts at a pause; 0: no limit."""
    unload_after_s: int
    """Seconds of silence after which the model is unloaded; 0: never."""
    has_gate: bool
    """Whether silence is kept from the recognizer and ends utterances."""
    silence_s: float
    """Seconds of silence that end an utterance."""


@dataclass(frozen=True, slots=True)
class SpeechOptions:
    """Everything between the microphone and the words."""

    audio: AudioOptions
    recognizer: RecognizerOptions


@dataclass(frozen=True, slots=True)
class ServiceOptions:
    """Everything between the microphone and the window: the part that the daemon and ``dictate`` share."""

    speech: SpeechOptions
    dictation: DictationOptions
    typist: TypistOptions
    profile_rules: ProfileRules
    """The profiles of applications."""
    functions_folder: Path
    """Folder of the user's Python functions."""


@dataclass(frozen=True, slots=True)
class ProgramOptions:
    """The differences between the daemon and ``dictate``."""

    name: Literal["daemon", "dictate"]
    """The name under which other programs see this one on the display."""
    display: str | None
    """Name of the X display; None: ``$DISPLAY``."""
    ends_with_display: bool
    """Whether a lost display is the end; otherwise the program waits for it."""
    is_live: bool = True
    """Whether sound or requests continue after a failure of the recognizer; False for a recording."""
    pause_after_s: float = 0.0
    """Seconds without a word after which the microphone is closed; 0: never."""


@dataclass(frozen=True, slots=True)
class HistoryOptions:
    """The history of utterances."""

    length: int
    """Maximum number of utterances."""
    path: Path | None
    """File to which they are appended; None: they are kept in memory only."""


@dataclass(frozen=True, slots=True)
class NotificationOptions:
    """The desktop notifications; see ``desktop.notifications.Notifications``."""

    refusals: bool
    errors: bool
    alternatives: bool
    offers: bool
    timeout_ms: int


@dataclass(frozen=True, slots=True)
class HotkeyOptions:
    """The hotkeys."""

    combinations: Mapping[HotkeyAction, HotkeyCombination]
    tap_max_s: float
    """Seconds after which a press of a tap-or-hold key is a hold."""


@dataclass(frozen=True, slots=True)
class LifeOptions:
    """Starting, pausing and stopping."""

    idle_pause_s: int
    """Seconds without a word after which the microphone is closed; 0: never."""
    ends_with_display: bool
    """Whether the daemon ends when the X server goes away; otherwise it waits for the server."""
    log_dictated_text: bool
    """Whether the log may contain dictated text."""
    shutdown_timeout_s: float
    """Seconds in which the last words may still be recognised and typed."""


@dataclass(frozen=True, slots=True)
class Options:
    """All options of the daemon: one field for each part of it that a reload changes."""

    service: ServiceOptions
    history: HistoryOptions
    notifications: NotificationOptions
    hotkeys: HotkeyOptions
    life: LifeOptions
