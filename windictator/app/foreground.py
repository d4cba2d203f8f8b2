"""The foreground commands: each function here runs the reactor once, from start to end, in the calling process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from windictator.app.factory import (
    build_audio_source,
    build_recognizer,
    build_typist,
)
from windictator.app.options_from_settings import read_service_options, speech_options, typist_options
from windictator.app.process.reactor_run import ReactorRun
from windictator.errors import WinDictatorError
from windictator.settings import Settings
from windictator.text.normalise import normalise_text
from windictator.typist.interfaces import ConnectionLostError
from windictator.typist.result import StopReason, TypingResult
from windictator.x11.typing_backend import open_backend

if TYPE_CHECKING:
    from windictator.app.service import DictationService
    from windictator.dictation.events import OnEvent
    from windictator.typist import self_test

# Dictation and speech are imported by the functions that need them, so that "type" starts quickly.


class TypingRefusedError(WinDictatorError):
    """Typing was refused before the first key."""


@dataclass(frozen=True, slots=True)
class DictationReport:
    """The result of a dictation in the foreground."""

    utterance_count: int
    """Number of finals that were not empty."""
    text: str
    """The text in the window used last, as far as its keys were confirmed."""
    key_event_count: int
    """Number of confirmed key events, presses and releases."""
    refusal_count: int
    """Number of utterances, commands and lines that were refused."""
    stopped: TypingResult | None
    """The last typing that ended early; None if all were complete."""
    overrun_count: int
    """Number of audio frames lost."""
    is_interrupted: bool
    """Whether a signal ended the dictation."""
    duration_s: float
    """Wall time from ready to the end, in seconds."""


@dataclass(frozen=True, slots=True)
class TypeReport:
    """The result of ``type``."""

    typed: TypingResult
    is_interrupted: bool
    """Whether SIGINT or SIGTERM ended the typing."""
    duration_s: float
    """Duration of the typing alone, in seconds."""


def type_text(text: str, settings: Settings, *, display: str | None = None) -> TypeReport:
    """Type ``text`` into the focused window, every key confirmed, and return when all keys are up.

    ``display``: name of the X display; None: ``$DISPLAY``. Raises WinDictatorError if typing is refused before the
    first key: no display, a missing extension, no focused window, a character that cannot be typed, control characters.
    """
    from windictator.settings.profiles import load_profiles, load_user_profiles

    text, rules = normalise_text(text), load_user_profiles(settings)
    run = ReactorRun(settings.shutdown.timeout_ms / 1000)

    async def work() -> TypeReport:
        keyboard = await open_backend(run.reactor, display)
        try:
            typist = build_typist(
                keyboard, typist_options(settings), rules, run.reactor, lambda: load_profiles(settings)
            )
            run.on_interrupt = typist.shut_down
            began = run.seconds()
            typed = await typist.insert(text)
            if typed.stopped_by is not None and typed.nothing_typed and not run.interrupted:
                raise TypingRefusedError(f"nothing was typed: {typed.stopped_by.clause}")
        finally:
            read = await keyboard.close()
        if typed.complete and not read:
            typed = replace(typed, stopped_by=StopReason.UNRESPONSIVE)
        return TypeReport(typed, run.interrupted, run.seconds() - began)

    return run.run(work())


def dictate(
    settings: Settings,
    on_event: OnEvent,
    *,
    audio: str,
    recognizer: Literal["vosk", "text"],
    model: str | None,
    live: Literal["off", "stable", "eager"],
    once: bool = False,
    display: str | None = None,
) -> DictationReport:
    """Dictate until the audio ends or a signal comes, and return when all is typed and every key is up.

    audio: "mic", "-" or the path of a recording.
    recognizer: "vosk" or "text".
    model: name or folder of the speech model; None: as the settings say.
    live: what is typed while the user speaks: "off", "stable" or "eager".
    once: whether to end after the first utterance.
    display: name of the X display; None: ``$DISPLAY``.

    Raises WinDictatorError if it cannot start.
    """
    from windictator.app.overrides import Overrides

    run = ReactorRun(settings.shutdown.timeout_ms / 1000)
    settings = Overrides(audio=audio, recognizer=recognizer, live=live).apply_to(settings)
    return run.run(_dictate(run, settings, on_event, model, once, display))


async def _dictate(
    run: ReactorRun, settings: Settings, on_event: OnEvent, model: str | None, once: bool, display: str | None
) -> DictationReport:
    from windictator.dictation.events import Notice, Ready

    service = _build_service(run, settings, on_event, model, display)
    dictation, session = service.dictation, service.session
    dictation.on_work_failed = lambda _error: session.end_sound()  # "finish" raises the error

    def display_open() -> None:
        run.on_interrupt = service.interrupt

    if once:
        dictation.on_utterance = service.end_after_utterance
    try:
        await service.start_with_sound(display_open)
        on_event(Ready(await service.focused_window_name()))
        began = run.seconds()
        await session.until_sound_ends()
        await service.finish()
        if service.is_display_lost and dictation.stopped is None:
            raise ConnectionLostError
        return DictationReport(
            utterance_count=dictation.utterance_count,
            text=dictation.text,
            key_event_count=dictation.key_event_count,
            refusal_count=dictation.refusal_count + service.refused_line_count,
            stopped=dictation.stopped,
            overrun_count=session.overruns,
            is_interrupted=run.interrupted,
            duration_s=run.seconds() - began,
        )
    finally:
        if not await service.stop():
            on_event(Notice(f"{StopReason.UNRESPONSIVE.clause}: what was typed last may be wrong there"))
        await service.buses.close()


def _build_service(
    run: ReactorRun, settings: Settings, on_event: OnEvent, model: str | None, display: str | None
) -> DictationService:
    from windictator.app.foreground_events import ForegroundEvents
    from windictator.app.options import ProgramOptions
    from windictator.app.service import DictationService
    from windictator.app.user_words import UserWordsFile
    from windictator.dictation.events import Notice
    from windictator.speech.capture_pool import CaptureProcessPool

    is_live = settings.audio.source == "mic"
    capture_pool = CaptureProcessPool(run.reactor)
    if is_live and settings.recognizer.engine == "vosk":
        capture_pool.prepare()  # it gets ready while the vocabulary is read
    try:
        options = read_service_options(settings, model, lambda line: on_event(Notice(line)))
    except BaseException:
        capture_pool.close()
        raise
    program = ProgramOptions("dictate", display, ends_with_display=True, is_live=is_live)
    return DictationService(
        run.reactor,
        options,
        program,
        ForegroundEvents(on_event),
        capture_pool=capture_pool,
        user_words=UserWordsFile(lambda: settings),
    )


def run_typing_self_test(
    settings: Settings,
    on_row: Callable[[self_test.RowResult], None],
    on_click_wanted: Callable[[], None],
    *,
    alphabet: Sequence[str] | None = None,
    display: str | None = None,
) -> self_test.SelfTestResult:
    """Type an alphabet, row by row, into a test window on the display and compare what arrives there.

    alphabet: lines of text; None: the characters of the layout and some of every kind.
    display: name of the X display; None: ``$DISPLAY``.

    Raises WinDictatorError if it cannot start, for example because the window does not get the keyboard focus.
    """
    from windictator.keyboard.self_test_characters import custom_rows, default_rows
    from windictator.settings.profiles import load_profiles, load_user_profiles
    from windictator.typist.self_test import SelfTestResult, run_self_test
    from windictator.x11.self_test_client import SelfTestClient

    rules = load_user_profiles(settings)
    given = None if alphabet is None else custom_rows(map(normalise_text, alphabet))
    run = ReactorRun(settings.shutdown.timeout_ms / 1000)
    environment = os.environ if display is None else {**os.environ, "DISPLAY": display}

    async def work() -> SelfTestResult:
        keyboard = await open_backend(run.reactor, display)
        window = SelfTestClient(run.reactor)
        try:
            await window.start(run.reactor, environment)
            await window.when_focused(on_click_wanted)
            typist = build_typist(
                keyboard, typist_options(settings), rules, run.reactor, lambda: load_profiles(settings)
            )
            run.on_interrupt = typist.shut_down
            began = run.seconds()
            state, keymap = await keyboard.keyer.read_state(), keyboard.keymaps.keymap
            rows = default_rows(keymap, state.locked & keymap.num_lock_mask) if given is None else given
            proved = await run_self_test(rows, typist, window.window, window.take_received, on_row)
            await keyboard.character_mapper.restore()
            after = await keyboard.keyer.read_state()
            as_found = keyboard.keymaps.keymap == keymap and (after.locked, after.locked_group) == (
                state.locked,
                state.locked_group,
            )
            return SelfTestResult(proved, as_found, run.interrupted, run.seconds() - began)
        finally:
            await keyboard.close()
            await window.stop()

    return run.run(work())


def transcribe(
    settings: Settings,
    *,
    audio: str,
    model: str | None,
    on_final: Callable[[str, float, float, float], None],
    on_notice: Callable[[str], None],
) -> bool:
    """Recognise a recording without typing; return True if a signal interrupted it.

    ``on_final``, ``on_notice``: see ``dictation.transcription.Transcription``. Raises WinDictatorError.
    """
    from windictator.app.foreground_events import ForegroundEvents
    from windictator.app.overrides import Overrides
    from windictator.dictation.transcription import Transcription
    from windictator.settings.vocabulary import load_vocabulary

    vocabulary = load_vocabulary(settings, on_notice)
    run = ReactorRun(settings.shutdown.timeout_ms / 1000)
    options = speech_options(Overrides(audio=audio, recognizer="vosk").apply_to(settings), model)
    source = build_audio_source(run.reactor, options.audio, "vosk", ForegroundEvents(lambda _event: None))
    recognizer = build_recognizer(run.reactor, options.recognizer)
    transcription = Transcription(vocabulary, on_final, on_notice)

    async def work() -> bool:
        def interrupt() -> None:
            source.stop()
            recognizer.stop()

        run.on_interrupt = interrupt
        ended = source.start(recognizer.feed)
        try:
            await recognizer.start(transcription.accept_hypothesis, lambda _notice: None)
            await ended
            if not run.interrupted:
                await recognizer.finish()
        finally:
            source.stop()
            await recognizer.stop()
        transcription.finish()
        return run.interrupted

    return run.run(work())


def transcribe_lines(
    settings: Settings,
    lines: Iterable[bytes],
    *,
    on_final: Callable[[str, float, float, float], None],
    on_notice: Callable[[str], None],
) -> None:
    """Transcribe utterances that are given as lines of text, without sound, a display or the reactor.

    lines: lines in UTF-8, each with its line end; "|" is a pause, and a blank line begins a new text.
    on_final, on_notice: see ``dictation.transcription.Transcription``. Raises WinDictatorError.
    """
    from windictator.dictation.transcription import Transcription
    from windictator.settings.vocabulary import load_vocabulary
    from windictator.speech.text_recognizer import TextRecognizer

    transcription = Transcription(load_vocabulary(settings, on_notice), on_final, on_notice)
    recognizer = TextRecognizer(has_times=True)
    recognizer.start(transcription.accept_hypothesis, on_notice)
    for line in lines:
        recognizer.feed(line)
        if not line.strip():
            transcription.start_new_text()
    recognizer.finish()
    transcription.finish()
