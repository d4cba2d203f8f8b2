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
from windictator.errors import UsageError
from windictator.ports import AudioSource, Bus, ConnectionLost, Listener, Outside, Recognizer, SelectedText, Target
from windictator.profile import DEFAULT_PROFILE, Profile
from windictator.settings import (
    Settings,
    commands_path,
    functions_folder,
    own_commands_path,
    profiles_path,
    read_config,
    read_own_commands,
    read_profiles,
    read_words,
    shipped_config,
    vocabulary_path,
    words_path,
)
from windictator.typing_run import Pace
from windictator.typist import Typist
from windictator.x11.connection import in_time
from windictator.x11.display_claim import Claimant
from windictator.x11.keyboard import XKeyboard
from windictator.x11.window_limits import WindowLimits

if TYPE_CHECKING:
    from windictator.caret import TextTypist
    from windictator.desktop.input_method import Engine
    from windictator.dictation import Dictation
    from windictator.profile_rules import ProfileRules
    from windictator.screen import ProfileOf
    from windictator.speech.standby import Standby
    from windictator.text.context_adjust import Context
    from windictator.text.edit import Removal
    from windictator.text.numbers.normaliser import Numbers
    from windictator.text.vocabulary import Vocabulary


def build_typist(keyboard: XKeyboard, settings: Settings, rules: ProfileRules, reactor: Any) -> Typist:
    """A Typist on an open display. ``rules``: those that may say how keys are pressed in a window."""
    typing = settings.typing

    async def pace(window: int) -> Pace:
        profile = (await profile_in(keyboard, rules, window, look=False)) if rules.set_pace else DEFAULT_PROFILE
        hold_ms = typing.hold_ms if profile.hold_ms is None else profile.hold_ms
        return Pace(hold_ms / 1000, profile.repeat_gap_ms / 1000, profile.acts_late, profile.return_completes)

    keyboard.keyer.hold_server = typing.hold_server
    limits = WindowLimits(keyboard.control, keyboard.targets, lambda: read_profile_rules(settings))
    return Typist(
        keyboard.keyer,
        keyboard.observer,
        keyboard.keymaps,
        keyboard.lender,
        keyboard.grabs,
        keyboard.attention,
        reactor,
        confirm_timeout=typing.confirm_timeout_ms / 1000,
        held_keys_wait=typing.held_keys_wait_ms / 1000,
        pace=(lambda window: ensureDeferred(pace(window))) if typing.hold_ms or rules.set_pace else None,
        limits=lambda window, text, lent: ensureDeferred(limits.check(window, text, lent)),
        input_method=build_input_methods(keyboard, settings, reactor),
    )


def build_input_methods(keyboard: XKeyboard, settings: Settings, reactor: Any) -> InputMethods:
    """What puts an input method aside for a display. Where none runs, nothing of it is imported or connected."""

    async def find() -> list[Engine]:
        servers = [server.name for server in await keyboard.input_method_servers.running()]
        found = []
        if address := ibus_address(os.environ, keyboard.control.name):
            found.append(_ibus(reactor, address))
        if fcitx_may_run(servers, os.environ) and unix_sockets(address := session_bus_address(os.environ)):
            found.append(_fcitx(reactor, address))
        return found

    attention = keyboard.attention
    return InputMethods(settings.typing.input_method, find, attention.has_read, attention.caught_up)


# Connected once, however many typists come and go.


@cache
def _ibus(reactor: Any, address: str) -> Engine:
    from windictator.desktop.ibus import IBus

    return IBus(reactor, address)


@cache
def _fcitx(reactor: Any, address: str) -> Engine:
    from windictator.desktop.fcitx import Fcitx
    from windictator.desktop.session_bus import SessionBus

    return Fcitx(SessionBus(reactor, address))


async def profile_in(
    keyboard: XKeyboard,
    rules: ProfileRules,
    window: int,
    on_target: Callable[[Target], None] | None = None,
    *,
    look: bool = True,
) -> Profile:
    """The profile of a window as it is now; of one that is gone, or whose display is, as of any. ``on_target``: gets
    what was read of the window for it. ``look``: whether the program behind it is looked at too. Raises ServerSilent.
    """
    try:
        target = await in_time(keyboard.targets.describe(window), keyboard.clock)
        found = await in_time(keyboard.profiles.found(target), keyboard.clock) if look else DEFAULT_PROFILE
    except ConnectionLost:
        return DEFAULT_PROFILE
    if on_target is not None:
        on_target(target)
    return rules.profile(target.wm_class, target.title, target.instance, found)


def build_dictation(
    typist: TextTypist,
    focused: Callable[[], Deferred[int]],
    settings: Settings,
    listener: Listener,
    *,
    live: str,
    hold: bool = False,
    profile_of: ProfileOf | None = None,
    outside: Outside | None = None,
    selected: SelectedText | None = None,
) -> Dictation:
    """A Dictation with the vocabulary in force and a ledger of its own. ``live``, ``hold``, ``profile_of``,
    ``outside``, ``selected``: see there. Raises SettingsError, VocabularyError, CommandsError."""
    from windictator.deferred_pool import DeferredPool
    from windictator.dictation import Dictation
    from windictator.screen import no_profiles
    from windictator.text.history import Ledger

    return Dictation(
        typist,
        focused,
        read_vocabulary(settings),
        Ledger(unknown=unknown_context(settings)),
        listener,
        DeferredPool(),
        live=live,
        agreement=settings.dictation.agreement,
        doubtful=settings.dictation.doubtful / 100,
        types_unmatched=settings.dictation.unmatched == "type",
        removal=removal(settings),
        hold=hold,
        profile_of=profile_of or no_profiles,
        outside=outside,
        selected=selected,
    )


def build_outside(reactor: Any, settings: Settings, bus: Callable[[bool], Bus]) -> Outside:
    """What commands of the user's own reach beside the window. ``bus``: see ``Outside``."""
    from twisted.internet.task import deferLater

    from windictator.outside.functions import UserFunctions
    from windictator.outside.programs import DetachedPrograms

    functions = UserFunctions(reactor, functions_folder(settings))
    return Outside(DetachedPrograms(reactor), functions, bus, lambda seconds: deferLater(reactor, seconds))


def unknown_context(settings: Settings) -> Context:
    """Return the context assumed in a window of which nothing is known."""
    from windictator.text.context_adjust import MIDDLE_OF_TEXT, START_OF_TEXT

    return START_OF_TEXT if settings.text.capitalise_first else MIDDLE_OF_TEXT


def removal(settings: Settings) -> Removal:
    """What one BackSpace removes."""
    from windictator.text.edit import Removal

    return Removal.CODE_POINT if settings.typing.backspace_removes == "character" else Removal.GRAPHEME


def build_audio_source(
    reactor: Any,
    settings: Settings,
    audio: str,
    recognizer: str,
    notice: Callable[[str], None],
    *,
    required: bool = True,
    standby: Standby | None = None,
    failed: Callable[[str], None] | None = None,
    on_state: Callable[[bool], None] = lambda recovering: None,
    on_level: Callable[[float, float], None] = lambda rms, peak: None,
) -> AudioSource:
    """What gives sound, or lines for the text recognizer. ``audio``: "mic", "-" or the path of a recording.
    ``notice``: told in one line of what the user should know. Of a microphone alone, ``required``: one that is missing
    is an error, not waited for; ``failed`` (its ``on_failure``), ``standby``, ``on_state``, ``on_level`` (RMS and peak,
    dBFS): see LastingMicrophone.
    Raises UsageError, AudioError."""
    from windictator.speech.audio import ByteStream, FileAudio, LastingMicrophone, RawAudio

    if recognizer == "text":
        if audio != "-":
            raise UsageError("the text recognizer reads its lines from standard input: give --audio -")
        return ByteStream(reactor)
    if audio == "mic":
        return LastingMicrophone(
            reactor,
            settings.audio.device or None,
            latency_ms=settings.audio.frame_ms,
            buffer_seconds=settings.audio.buffer_seconds,
            required=required,
            standby=standby,
            on_notice=notice,
            on_failure=failed,
            on_state=on_state,
            on_level=lambda level: on_level(level.rms, level.peak),
        )
    if audio == "-":
        return RawAudio(reactor, frame_ms=settings.audio.frame_ms, on_notice=notice)
    return FileAudio(Path(audio), frame_ms=settings.audio.frame_ms)


def want_levels(source: AudioSource | None, wanted: bool) -> None:
    """Whether a microphone's levels are to be told; they cost something."""
    from windictator.speech.audio import LastingMicrophone

    if isinstance(source, LastingMicrophone):
        source.levels_wanted = wanted


def when_open(source: AudioSource) -> Deferred[None]:
    """Fires when a source that was started takes in what is said from then on, or cannot; recordings do at once."""
    from windictator.speech.audio import LastingMicrophone

    return source.when_open() if isinstance(source, LastingMicrophone) else succeed(None)


def is_recovering(source: AudioSource) -> bool:
    """Whether it is a microphone that gives no sound at the moment, and is waited for."""
    from windictator.speech.audio import LastingMicrophone

    return isinstance(source, LastingMicrophone) and source.recovering


def build_recognizer(reactor: Any, settings: Settings, recognizer: str, model: str | None) -> Recognizer:
    """What turns sound ("vosk") or lines ("text") into words. ``model``: name or folder, None for the usual lookup.
    Raises ModelError."""
    if recognizer == "text":
        from windictator.speech.text_recognizer import TextRecognizer

        return TextRecognizer()
    from windictator.speech.models import find_model
    from windictator.speech.recognizer_process import VoskRecognizer

    folder = find_model(
        model,
        configured=settings.recognizer.model or None,
        language=settings.recognizer.language,
    )
    silence = settings.endpoint.silence_ms / 1000
    vosk = VoskRecognizer(
        reactor,
        folder,
        frames_per_chunk=settings.recognizer.frames_per_chunk,
        least_silence=silence if settings.endpoint.gate else 0.0,
        recycle_bytes=settings.recognizer.recycle_mb << 20,
    )
    if not settings.endpoint.gate:
        return vosk
    from windictator.speech.gated_recognizer import GatedRecognizer
    from windictator.speech.voice_detector import HANGOVER, VoiceDetector
    from windictator.speech.voice_gate import VoiceGate

    gate = VoiceGate(VoiceDetector().is_voice, silence=silence, hangover=HANGOVER)
    return GatedRecognizer(vosk, gate, reactor, unload_after=settings.recognizer.unload_seconds)


def read_vocabulary(settings: Settings) -> Vocabulary:
    """The vocabulary in force with its commands, the user's own words and commands, and numbers as wished. Raises
    SettingsError, VocabularyError, CommandsError."""
    from windictator.text.command_file import parse_commands
    from windictator.text.own_commands import own_phrases, parse_own_commands
    from windictator.text.vocabulary_file import parse_vocabulary, parse_words

    path, commands = vocabulary_path(settings), commands_path(settings)
    marks = settings.marks
    style = None if marks.style == "vocabulary" else marks.style
    vocabulary = parse_vocabulary(read_config(path), str(path), style)
    vocabulary = vocabulary.with_marks(marks.always, marks.paused, marks.never)
    if marks.pause_ms:
        vocabulary = vocabulary.with_pause(marks.pause_ms / 1000)
    vocabulary = vocabulary.with_commands(parse_commands(read_config(commands), str(commands)))
    own = parse_words(read_words(settings), str(words_path(settings)))
    if own:
        vocabulary = vocabulary.with_words(own, settings.text.sounds_like / 100)
    deeds = parse_own_commands(read_own_commands(settings), str(own_commands_path(settings)))
    if deeds:
        vocabulary = vocabulary.with_commands(vocabulary.commands.with_own(own_phrases(deeds)))
    return vocabulary.with_numbers(build_numbers(settings))


def read_profile_rules(settings: Settings) -> ProfileRules:
    """The profiles of applications in force: the shipped ones and the user's own. Raises SettingsError,
    ProfilesError."""
    from windictator.profile_rules import parse_profiles

    shipped = shipped_config("profiles.toml")
    return parse_profiles(read_config(shipped), str(shipped)) + read_own_profile_rules(settings)


def read_own_profile_rules(settings: Settings) -> ProfileRules:
    """The user's own alone: those shipped say nothing of how keys are pressed, and reading them takes a moment.
    Raises SettingsError, ProfilesError."""
    from windictator.profile_rules import ProfileRules, parse_profiles

    text = read_profiles(settings)
    return parse_profiles(text, str(profiles_path(settings))) if text else ProfileRules()


def build_numbers(settings: Settings) -> Numbers | None:
    """What writes numbers; None where that is not wished, or not known for the language."""
    chosen = settings.numbers
    if not chosen.enabled or settings.recognizer.language.casefold().partition("-")[0] != "en":
        return None
    from windictator.text.numbers.english import ENGLISH
    from windictator.text.numbers.normaliser import Numbers
    from windictator.text.numbers.rules import NumberRules

    return Numbers(
        ENGLISH,
        NumberRules(
            digits_from=chosen.digits_from,
            group_digits=chosen.group_digits,
            times=chosen.times,
            dates=chosen.dates,
            money=chosen.money,
            units=chosen.units,
            fractions=chosen.fractions,
            digit_runs=chosen.digit_runs,
            addresses=chosen.addresses,
        ),
    )


def claimant_here(program: Literal["daemon", "dictate"], display: str | None) -> Claimant:
    """Return what this process tells others on ``display`` (``$DISPLAY`` if None) while it dictates there."""
    try:
        socket_path = control_socket(os.environ, display)
    except AddressError:  # ``dictate`` needs no place for a socket
        socket_path = ""
    return Claimant.this_process(program, socket_path, display or os.environ.get("DISPLAY", ""))
