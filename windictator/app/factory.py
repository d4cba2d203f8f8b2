"""Functions that create the program's objects from their options.

Dictation and speech are imported by the functions that need them, so that "type" starts quickly.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from twisted.internet.defer import ensureDeferred

from windictator.app.control.address import AddressError, control_socket
from windictator.desktop.bus_address import session_bus_address, unix_sockets
from windictator.desktop.input_method import InputMethods, fcitx_may_run, ibus_address
from windictator.dictation.interfaces import ActionServices, Bus, UserWords
from windictator.dictation.profile import DEFAULT_PROFILE, Profile
from windictator.errors import UsageError
from windictator.speech.interfaces import AudioSource, Recognizer
from windictator.typist.interfaces import ConnectionLostError
from windictator.typist.typing_job import Pace
from windictator.typist.typist import Typist
from windictator.typist.window import WindowInfo
from windictator.x11.connection import run_with_timeout
from windictator.x11.display_claim import Claimant
from windictator.x11.typing_backend import X11Backend
from windictator.x11.window_limits import WindowLimits

if TYPE_CHECKING:
    from windictator.app.options import AudioOptions, RecognizerOptions, TypistOptions
    from windictator.app.session import SessionEvents
    from windictator.desktop.input_method import Engine, InputMethodPolicy
    from windictator.dictation.profile_rules import ProfileRules
    from windictator.speech.capture_pool import CaptureProcessPool


def build_typist(
    keyboard: X11Backend,
    options: TypistOptions,
    rules: ProfileRules,
    reactor: Any,
    limit_rules: Callable[[], ProfileRules] | None = None,
) -> Typist:
    """Return a Typist on an open display.

    rules: profiles that may say how keys are pressed in a window.
    limit_rules: returns the profiles that say which characters a window takes, when they are needed; None: ``rules``.
    """

    async def pace(window: int) -> Pace:
        profile = (
            (await profile_of_window(keyboard, rules, window, inspect_program=False))
            if rules.has_pace
            else DEFAULT_PROFILE
        )
        key_press_ms = options.key_press_ms if profile.key_press_ms is None else profile.key_press_ms
        return Pace(key_press_ms / 1000, profile.repeat_gap_ms / 1000, profile.acts_late, profile.return_completes)

    keyboard.keyer.grab_server = options.grab_server
    limits = WindowLimits(keyboard.control, keyboard.window_info_reader, limit_rules or (lambda: rules))
    return Typist(
        keyboard.key_events,
        keyboard.keyboard_map,
        reactor,
        confirm_timeout_s=options.confirm_timeout_s,
        key_release_timeout_s=options.key_release_timeout_s,
        pace=(lambda window: ensureDeferred(pace(window))) if options.key_press_ms or rules.has_pace else None,
        limits=lambda window, text, mapped: ensureDeferred(limits.check(window, text, mapped)),
        input_method=build_input_methods(keyboard, options.input_method, reactor),
    )


def build_input_methods(keyboard: X11Backend, policy: InputMethodPolicy, reactor: Any) -> InputMethods:
    """Return what switches the input method off while typing. Where none runs, nothing is imported or connected."""

    async def find() -> list[Engine]:
        servers = [server.name for server in await keyboard.input_method_servers.running()]
        found = []
        if address := ibus_address(os.environ, keyboard.control.name):
            found.append(_ibus(reactor, address))
        if fcitx_may_run(servers, os.environ) and unix_sockets(address := session_bus_address(os.environ)):
            found.append(_fcitx(reactor, address))
        return found

    attention = keyboard.client_sync
    return InputMethods(policy, find, attention.acknowledged, attention.wait_until_processed)


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
    """Return the current profile of a window; the default profile if the window or the display is gone.

    on_window_info: called with what was read about the window.
    inspect_program: whether the program of the window is inspected too.

    Raises NoReplyError.
    """
    try:
        target = await run_with_timeout(keyboard.window_info_reader.read(window), keyboard.clock)
        found = (
            await run_with_timeout(keyboard.profiles.find_profile(target), keyboard.clock)
            if inspect_program
            else DEFAULT_PROFILE
        )
    except ConnectionLostError:
        return DEFAULT_PROFILE
    if on_window_info is not None:
        on_window_info(target)
    return rules.profile(target.wm_class, target.title, target.instance, found)


def build_action_services(
    reactor: Any, functions_folder: Path, bus: Callable[[bool], Bus], user_words: UserWords | None
) -> ActionServices:
    """Return what commands can reach apart from the window; see ``ActionServices``."""
    from twisted.internet.task import deferLater

    from windictator.desktop.functions import UserFunctions
    from windictator.desktop.programs import DetachedPrograms

    functions = UserFunctions(reactor, functions_folder)
    return ActionServices(
        DetachedPrograms(reactor), functions, bus, lambda seconds: deferLater(reactor, seconds), user_words
    )


def build_audio_source(
    reactor: Any,
    options: AudioOptions,
    engine: str,
    events: SessionEvents,
    *,
    fail_if_missing: bool = True,
    capture_pool: CaptureProcessPool | None = None,
) -> AudioSource:
    """Return the source of sound, or of lines for the recognizer of text.

    engine: "vosk" or "text".
    events: receives notices, failures and levels of a microphone.
    fail_if_missing: whether a missing microphone is an error; otherwise the source waits for it.
    capture_pool: keeps a process ready for the microphone.

    Raises UsageError, AudioError.
    """
    from windictator.dictation.events import Notice
    from windictator.speech.microphone_options import MicrophoneEvents, MicrophoneOptions
    from windictator.speech.resilient_microphone import ResilientMicrophone
    from windictator.speech.stdin_source import StdinAudio, StdinBytes
    from windictator.speech.wav_file import FileAudio

    def notify(message: str) -> None:
        events.on_event(Notice(message))

    if engine == "text":
        if options.source != "-":
            raise UsageError("the text recognizer reads its lines from standard input: give --audio -")
        return StdinBytes(reactor)
    if options.source == "mic":
        return ResilientMicrophone(
            reactor,
            MicrophoneOptions(
                options.device,
                latency_ms=options.frame_ms,
                buffer_s=options.buffer_s,
                fail_if_missing=fail_if_missing,
            ),
            MicrophoneEvents(
                notify,
                lambda message: events.failed(message, "microphone"),
                on_level=lambda level: events.level(level.rms, level.peak),
                on_problem=events.changed,
            ),
            pool=capture_pool,
        )
    if options.source == "-":
        return StdinAudio(reactor, frame_ms=options.frame_ms, on_notice=notify)
    return FileAudio(Path(options.source), frame_ms=options.frame_ms)


def build_recognizer(
    reactor: Any, options: RecognizerOptions, on_line_refused: Callable[[], None] = lambda: None
) -> Recognizer:
    """Return the recognizer of sound or of lines of text.

    ``on_line_refused``: called for each line of text that is refused. Raises ModelError.
    """
    if options.engine == "text":
        from windictator.speech.text_recognizer import TextRecognizer

        return TextRecognizer(on_line_refused)
    from windictator.speech.model_lookup import find_model
    from windictator.speech.vosk_options import VoskOptions
    from windictator.speech.vosk_recognizer import VoskRecognizer

    vosk = VoskRecognizer(
        reactor,
        find_model(options.model, configured=options.configured_model, language=options.language),
        VoskOptions(
            frames_per_chunk=options.frames_per_chunk,
            min_trailing_silence_s=options.silence_s if options.has_gate else 0.0,
            max_growth_bytes=options.max_growth_bytes,
        ),
    )
    if not options.has_gate:
        return vosk
    from windictator.speech.activity_gate import VoiceActivityGate
    from windictator.speech.vad_recognizer import VadRecognizer
    from windictator.speech.voice_detector import HANGOVER_S, VoiceDetector

    gate = VoiceActivityGate(VoiceDetector().is_voice, trailing_silence_s=options.silence_s, hangover=HANGOVER_S)
    return VadRecognizer(vosk, gate, reactor, unload_after_s=options.unload_after_s)


def claimant_here(program: Literal["daemon", "dictate"], display: str | None) -> Claimant:
    """Return what this process tells others on ``display`` (``$DISPLAY`` if None) while it dictates there."""
    try:
        socket_path = control_socket(os.environ, display)
    except AddressError:  # ``dictate`` needs no place for a socket
        socket_path = ""
    return Claimant.this_process(program, socket_path, display or os.environ.get("DISPLAY", ""))
