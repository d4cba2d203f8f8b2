"""What the foreground commands and the daemon are built of, made from the settings.

Dictation and speech are imported by the functions that need them: "type" is to begin at once.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from twisted.internet.defer import Deferred, ensureDeferred, succeed

from windictator.control.address import AddressError, control_socket
from windictator.desktop.bus_address import session_bus_address, unix_sockets
from windictator.desktop.input_method import InputMethods, fcitx_may_run, ibus_address
from windictator.dictation.events import DictationListener
from windictator.dictation.interfaces import ActionServices, Bus, SelectedText
from windictator.dictation.profile import DEFAULT_PROFILE, Profile
from windictator.errors import UsageError
from windictator.settings import Settings, user_functions_folder
from windictator.speech.interfaces import AudioSource, Recognizer
from windictator.typist.interfaces import ConnectionLostError
from windictator.typist.typing_job import Pace
from windictator.typist.typist import Typist
from windictator.typist.window import WindowInfo
from windictator.x11.display_claim import Claimant
from windictator.x11.typing_backend import X11Backend
from windictator.x11.window_limits import WindowLimits

if TYPE_CHECKING:
    from windictator.desktop.input_method import Engine
    from windictator.dictation.caret import TypingPort
    from windictator.dictation.profile_rules import ProfileRules
    from windictator.dictation.queue import Dictation
    from windictator.dictation.screen import ProfileOf
    from windictator.speech.capture_pool import CaptureProcessPool
    from windictator.text.context_adjust import Context
    from windictator.text.edit import BackspaceUnit


def build_typist(keyboard: X11Backend, settings: Settings, rules: ProfileRules, reactor: Any) -> Typist:
    """A Typist on an open display. ``rules``: those that may say how keys are pressed in a window."""
    typing = settings.typing

    async def pace(window: int) -> Pace:
        profile = (
            (await profile_of_window(keyboard, rules, window, inspect_program=False))
            if rules.has_pace
            else DEFAULT_PROFILE
        )
        key_press_ms = typing.key_press_ms if profile.key_press_ms is None else profile.key_press_ms
        return Pace(key_press_ms / 1000, profile.repeat_gap_ms / 1000, profile.acts_late, profile.return_completes)

    keyboard.keyer.grab_server = typing.grab_server
    limits = WindowLimits(keyboard.control, keyboard.window_info_reader, lambda: _load_profiles(settings))
    return Typist(
        keyboard.keyer,
        keyboard.observer,
        keyboard.keymaps,
        keyboard.character_mapper,
        keyboard.grab_detector,
        keyboard.client_sync,
        reactor,
        confirm_timeout_s=typing.confirm_timeout_ms / 1000,
        key_release_timeout_s=typing.key_release_timeout_ms / 1000,
        pace=(lambda window: ensureDeferred(pace(window))) if typing.key_press_ms or rules.has_pace else None,
        limits=lambda window, text, lent: ensureDeferred(limits.check(window, text, lent)),
        input_method=build_input_methods(keyboard, settings, reactor),
    )


def build_input_methods(keyboard: X11Backend, settings: Settings, reactor: Any) -> InputMethods:
    """What puts an input method aside for a display. Where none runs, nothing of it is imported or connected."""

    async def find() -> list[Engine]:
        servers = [server.name for server in await keyboard.input_method_servers.running()]
        found = []
        if address := ibus_address(os.environ, keyboard.control.name):
            found.append(_ibus(reactor, address))
        if fcitx_may_run(servers, os.environ) and unix_sockets(address := session_bus_address(os.environ)):
            found.append(_fcitx(reactor, address))
        return found

    attention = keyboard.client_sync
    return InputMethods(settings.typing.input_method, find, attention.acknowledged, attention.wait_until_processed)


# Connected once, however many typists come and go.


@cache
def _ibus(reactor: Any, address: str) -> Engine:
    from windictator.desktop.ibus import IBus

    return IBus(reactor, address)


@cache
def _fcitx(reactor: Any, address: str) -> Engine:
    from windictator.desktop.bus_client import BusClient
    from windictator.desktop.fcitx import Fcitx

    return Fcitx(BusClient(reactor, address))


async def profile_of_window(
    keyboard: X11Backend,
    rules: ProfileRules,
    window: int,
    on_window_info: Callable[[WindowInfo], None] | None = None,
    *,
    inspect_program: bool = True,
) -> Profile:
    """The profile of a window as it is now; of one that is gone, or whose display is, as of any. ``on_target``: gets
    what was read of the window for it. ``look``: whether the program behind it is looked at too."""
    try:
        target = await keyboard.window_info_reader.read(window)
        found = await keyboard.profiles.find_profile(target) if inspect_program else DEFAULT_PROFILE
    except ConnectionLostError:
        return DEFAULT_PROFILE
    if on_window_info is not None:
        on_window_info(target)
    return rules.profile(target.wm_class, target.title, target.instance, found)


def build_dictation(
    typist: TypingPort,
    focused: Callable[[], Deferred[int]],
    settings: Settings,
    listener: DictationListener,
    *,
    live: str,
    keep_undelivered: bool = False,
    profile_of: ProfileOf | None = None,
    services: ActionServices | None = None,
    selected_text: SelectedText | None = None,
) -> Dictation:
    """A Dictation with the vocabulary in force and a ledger of its own. ``live``, ``hold``, ``profile_of``,
    ``outside``, ``selected``: see there. Raises SettingsError, VocabularyError, CommandsError."""
    from windictator.deferreds import DeferredPool
    from windictator.dictation.queue import Dictation
    from windictator.dictation.screen import no_profiles
    from windictator.settings.vocabulary import load_vocabulary
    from windictator.text.ledger import Ledger

    return Dictation(
        typist,
        focused,
        load_vocabulary(settings, listener.notice),
        Ledger(default_context=unknown_context(settings)),
        listener,
        DeferredPool(),
        live=live,
        agreement=settings.dictation.stable_after,
        low_confidence=settings.dictation.low_confidence / 100,
        type_unmatched=settings.dictation.unmatched_correction == "type",
        backspace_unit=backspace_unit(settings),
        keep_undelivered=keep_undelivered,
        profile_of=profile_of or no_profiles,
        services=services,
        selected_text=selected_text,
    )


def build_action_services(reactor: Any, settings: Settings, bus: Callable[[bool], Bus]) -> ActionServices:
    """What commands of the user's own reach beside the window. ``bus``: see ``Outside``."""
    from twisted.internet.task import deferLater

    from windictator.desktop.functions import UserFunctions
    from windictator.desktop.programs import DetachedPrograms

    functions = UserFunctions(reactor, user_functions_folder(settings))
    return ActionServices(DetachedPrograms(reactor), functions, bus, lambda seconds: deferLater(reactor, seconds))


def unknown_context(settings: Settings) -> Context:
    """Return the context assumed in a window of which nothing is known."""
    from windictator.text.context_adjust import MIDDLE_OF_TEXT, START_OF_TEXT

    return START_OF_TEXT if settings.text.capitalise_first else MIDDLE_OF_TEXT


def backspace_unit(settings: Settings) -> BackspaceUnit:
    """What one BackSpace removes."""
    from windictator.text.edit import BackspaceUnit

    return BackspaceUnit.CODE_POINT if settings.typing.backspace_unit == "code_point" else BackspaceUnit.GRAPHEME


def build_audio_source(
    reactor: Any,
    settings: Settings,
    audio: str,
    recognizer: str,
    on_notice: Callable[[str], None],
    *,
    fail_if_missing: bool = True,
    capture_pool: CaptureProcessPool | None = None,
    on_failure: Callable[[str], None] | None = None,
    on_state: Callable[[bool], None] = lambda recovering: None,
    on_level: Callable[[float, float], None] = lambda rms, peak: None,
) -> AudioSource:
    """What gives sound, or lines for the text recognizer. ``audio``: "mic", "-" or the path of a recording.
    ``notice``: told in one line of what the user should know. Of a microphone alone, ``required``: one that is missing
    is an error, not waited for; ``failed`` (its ``on_failure``), ``standby``, ``on_state``, ``on_level`` (RMS and peak,
    dBFS): see LastingMicrophone.
    Raises UsageError, AudioError."""
    from windictator.speech.audio import FileAudio, ResilientMicrophone, StdinAudio, StdinBytes

    if recognizer == "text":
        if audio != "-":
            raise UsageError("the text recognizer reads its lines from standard input: give --audio -")
        return StdinBytes(reactor)
    if audio == "mic":
        return ResilientMicrophone(
            reactor,
            settings.audio.device or None,
            latency_ms=settings.audio.frame_ms,
            buffer_s=settings.audio.buffer_s,
            fail_if_missing=fail_if_missing,
            pool=capture_pool,
            on_notice=on_notice,
            on_failure=on_failure,
            on_state=on_state,
            on_level=lambda level: on_level(level.rms, level.peak),
        )
    if audio == "-":
        return StdinAudio(reactor, frame_ms=settings.audio.frame_ms, on_notice=on_notice)
    return FileAudio(Path(audio), frame_ms=settings.audio.frame_ms)


def enable_levels(source: AudioSource | None, is_enabled: bool) -> None:
    """Whether a microphone's levels are to be told; they cost something."""
    from windictator.speech.audio import ResilientMicrophone

    if isinstance(source, ResilientMicrophone):
        source.report_levels = is_enabled


def when_capturing(source: AudioSource) -> Deferred[None]:
    """Fires when a source that was started takes in what is said from then on, or cannot; recordings do at once."""
    from windictator.speech.audio import ResilientMicrophone

    return source.when_capturing() if isinstance(source, ResilientMicrophone) else succeed(None)


def is_recovering(source: AudioSource) -> bool:
    """Whether it is a microphone that gives no sound at the moment, and is waited for."""
    from windictator.speech.audio import ResilientMicrophone

    return isinstance(source, ResilientMicrophone) and source.is_recovering


def build_recognizer(reactor: Any, settings: Settings, recognizer: str, model: str | None) -> Recognizer:
    """What turns sound ("vosk") or lines ("text") into words. ``model``: name or folder, None for the usual lookup.
    Raises ModelError."""
    if recognizer == "text":
        from windictator.speech.text_recognizer import TextRecognizer

        return TextRecognizer()
    from windictator.speech.models import find_model
    from windictator.speech.vosk_recognizer import VoskRecognizer

    folder = find_model(
        model,
        configured=settings.recognizer.model or None,
        language=settings.recognizer.language,
    )
    silence = settings.endpoint.trailing_silence_ms / 1000
    vosk = VoskRecognizer(
        reactor,
        folder,
        frames_per_chunk=settings.recognizer.frames_per_chunk,
        min_trailing_silence_s=silence if settings.endpoint.vad else 0.0,
        max_growth_bytes=settings.recognizer.max_growth_mb << 20,
    )
    if not settings.endpoint.vad:
        return vosk
    from windictator.speech.activity_gate import VoiceActivityGate
    from windictator.speech.vad_recognizer import VadRecognizer
    from windictator.speech.voice_detector import HANGOVER_S, VoiceDetector

    gate = VoiceActivityGate(VoiceDetector().is_voice, trailing_silence_s=silence, hangover=HANGOVER_S)
    return VadRecognizer(vosk, gate, reactor, unload_after_s=settings.recognizer.unload_after_s)


def _load_profiles(settings: Settings) -> ProfileRules:
    from windictator.settings.profiles import load_profiles  # here, because it takes a moment

    return load_profiles(settings)


def claimant_here(program: Literal["daemon", "dictate"], display: str | None) -> Claimant:
    """Return what this process tells others on ``display`` (``$DISPLAY`` if None) while it dictates there."""
    try:
        socket_path = control_socket(os.environ, display)
    except AddressError:  # ``dictate`` needs no place for a socket
        socket_path = ""
    return Claimant.this_process(program, socket_path, display or os.environ.get("DISPLAY", ""))
