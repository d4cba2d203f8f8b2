"""The composition root of the foreground commands: builds the rooms, starts them in order, stops them in reverse.

Each function here runs the reactor once, from start to end, in the calling process.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred, ensureDeferred

from windictator.app.factory import (
    build_action_services,
    build_audio_source,
    build_dictation,
    build_recognizer,
    build_typist,
    claimant_here,
    profile_of_window,
    when_capturing,
)
from windictator.app.process.reactor_run import ReactorRun
from windictator.dictation.events import DictationListener
from windictator.errors import WinDictatorError
from windictator.settings import Settings
from windictator.speech.interfaces import AudioEnd
from windictator.text.normalise import normalise_text
from windictator.typist.interfaces import ConnectionLostError
from windictator.typist.result import StopReason, TypingResult
from windictator.typist.window import x_id
from windictator.x11.typing_backend import X11Backend, open_backend

if TYPE_CHECKING:
    from windictator.typist import self_test

# Dictation and speech are imported by the functions that need them: "type" is to begin at once.


class TypingRefusedError(WinDictatorError):
    """Nothing was typed, and why."""


@dataclass(frozen=True, slots=True)
class DictationReport:
    """What a dictation came to.

    ``utterances``: finals that were not empty. ``text``: the text that stands in the window by what was confirmed.
    ``keys``: key events confirmed. ``refused``: number of refusals. ``stopped``: the last typing that ended early,
    None if none did. ``overruns``: audio frames lost. ``interrupted``: ended by a signal.
    ``seconds``: wall time from ready to end.
    """

    utterance_count: int
    text: str
    key_event_count: int
    refusal_count: int
    stopped: TypingResult | None
    overrun_count: int
    is_interrupted: bool
    duration_s: float


@dataclass(frozen=True, slots=True)
class TypeReport:
    """What ``type`` came to; ``interrupted``: ended by SIGINT or SIGTERM. ``seconds``: typing alone."""

    typed: TypingResult
    is_interrupted: bool
    duration_s: float


#: Reasons for which nothing at all is typed: a refusal, not a text cut short.
_NOTHING_TYPED_REASONS = (
    *(
        StopReason.NO_FOCUS,
        StopReason.KEYS_HELD,
        StopReason.DISABLED,
        StopReason.GRABBED,
        StopReason.HOTKEY,
        StopReason.OWN_HOTKEY,
        StopReason.DEAD_KEY,
    ),
    *(StopReason.POINTER_HELD, StopReason.NOT_EXCLUSIVE),
)


def type_text(text: str, settings: Settings, *, display: str | None = None) -> TypeReport:
    """Type ``text`` into the focused window, every key confirmed, and return when all keys are up.

    ``display``: X display name, ``$DISPLAY`` if None. Raises WinDictatorError (refused before the first key: no
    display, extension missing, no focused window, a character that the layout lacks, control characters).
    """
    from windictator.settings.profiles import load_user_profiles

    text, rules = normalise_text(text), load_user_profiles(settings)
    run = ReactorRun(settings.shutdown.timeout_ms / 1000)

    async def work() -> TypeReport:
        keyboard = await open_backend(run.reactor, display)
        try:
            typist = build_typist(keyboard, settings, rules, run.reactor)
            run.on_interrupt = typist.shut_down
            began = run.seconds()
            typed = await typist.insert(text)
            if typed.stopped_by in _NOTHING_TYPED_REASONS and not typed.key_event_count and not run.interrupted:
                raise TypingRefusedError(f"nothing was typed: {typed.stopped_by.value}")
        finally:
            read = await keyboard.close()
        if typed.complete and not read:
            typed = replace(typed, stopped_by=StopReason.UNRESPONSIVE)
        return TypeReport(typed, run.interrupted, run.seconds() - began)

    return run.run(work())


def dictate(
    settings: Settings,
    listener: DictationListener,
    *,
    audio: str,
    recognizer: str,
    model: str | None,
    live: str,
    once: bool = False,
    display: str | None = None,
) -> DictationReport:
    """Dictate until the audio ends or a signal comes, and return when all is typed and every key is up.

    ``audio``: "mic", "-" or the path of a WAV file. ``recognizer``: "vosk" or "text". ``model``: name or folder,
    None for the usual lookup. ``live``: "off", "stable" or "eager". ``once``: end after the first utterance.
    Raises WinDictatorError where it cannot begin.
    """
    from windictator.desktop.bus_connections import BusConnections
    from windictator.settings.profiles import load_profiles

    rules = load_profiles(settings, listener.notice)
    run = ReactorRun(settings.shutdown.timeout_ms / 1000)
    source = build_audio_source(run.reactor, settings, audio, recognizer, listener.notice)
    ears = build_recognizer(run.reactor, settings, recognizer, model)

    async def work() -> DictationReport:
        # Sound first: the first words may be spoken while the display is opened and the model is loaded.
        ended = source.start(lambda data: ensureDeferred(feed(data)))
        try:
            claimant = claimant_here("dictate", display)
            keyboard = await open_backend(run.reactor, display, source.stop, claimant)
            try:
                return await listen(keyboard, ended)
            finally:
                if not await keyboard.close():
                    listener.notice(f"{StopReason.UNRESPONSIVE.value}: what was typed last may be wrong there")
        finally:
            source.stop()
            await ears.stop()

    room: list[Callable[[], Deferred[None]]] = []

    async def feed(data: bytes) -> None:
        await ears.feed(data)
        for when_room in room:
            await when_room()

    async def listen(keyboard: X11Backend, ended: Deferred[AudioEnd]) -> DictationReport:
        typist = build_typist(keyboard, settings, rules, run.reactor)
        dictating = build_dictation(
            typist,
            lambda: keyboard.keyer.read_state().addCallback(lambda state: state.focus),
            settings,
            listener,
            live=live,
            services=build_action_services(run.reactor, settings, BusConnections(run.reactor, os.environ).bus),
            profile_of=lambda window: ensureDeferred(profile_of_window(keyboard, rules, window)),
            selected_text=keyboard.selected_text,
        )
        typist.on_user_input = dictating.user_input
        keyboard.windows.on_end = dictating.forget_window
        dictating.interpreter.alternative_commands.recognizer_alternatives = ears.alternatives
        room.append(dictating.when_not_full)

        def stop_after_first() -> None:
            dictating.close()
            source.stop()

        def interrupt() -> None:
            typist.shut_down()
            stop_after_first()
            ears.stop()

        run.on_interrupt = interrupt
        if once:
            dictating.on_utterance = stop_after_first
        focus = (await keyboard.keyer.read_state()).focus
        target = await keyboard.window_info_reader.read(focus) if focus else None
        loading = ears.start(dictating.accept_hypothesis, listener.notice)
        try:
            # "Ready" means that what is said next is heard. Where there is no microphone the model is not waited for.
            await when_capturing(source)
            if ended.called:
                await ended
        except BaseException:
            loading.addErrback(lambda _failure: None)  # it is stopped, and says so
            raise
        await loading
        listener.ready((target.title or target.wm_class or f"window {x_id(focus):#x}") if target else "")
        began = run.seconds()
        end = await ended
        if not run.interrupted:
            await ears.finish()
        await dictating.when_idle()
        if keyboard.lost and dictating.stopped is None:
            raise ConnectionLostError
        if end is AudioEnd.LOST:
            listener.notice(end.value)
        return DictationReport(
            utterance_count=dictating.utterance_count,
            text=dictating.text,
            key_event_count=dictating.key_event_count,
            refusal_count=dictating.refusal_count + getattr(ears, "refused", 0),
            stopped=dictating.stopped,
            overrun_count=source.overruns,
            is_interrupted=run.interrupted,
            duration_s=run.seconds() - began,
        )

    return run.run(work())


def run_typing_self_test(
    settings: Settings,
    listener: self_test.SelfTestListener,
    *,
    alphabet: Sequence[str] | None = None,
    display: str | None = None,
) -> self_test.SelfTestResult:
    """Type an alphabet, row by row, into a window of our own on the display and compare what arrives there.

    ``alphabet``: lines of text, None for the layout's own characters and some of every kind. Raises WinDictatorError
    where it cannot begin, also when the window does not get the keyboard focus.
    """
    from windictator.keyboard.self_test_characters import custom_rows, default_rows
    from windictator.settings.profiles import load_user_profiles
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
            await window.when_focused(listener.click_wanted)
            typist = build_typist(keyboard, settings, rules, run.reactor)
            run.on_interrupt = typist.shut_down
            began = run.seconds()
            state, keymap = await keyboard.keyer.read_state(), keyboard.keymaps.keymap
            rows = default_rows(keymap, state.locked & keymap.num_lock_mask) if given is None else given
            proved = await run_self_test(rows, typist, window, listener.row)
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
    """Recognise a recording without typing. ``on_final``, ``on_notice``: see ``Transcription``. Returns whether a
    signal interrupted it. Raises WinDictatorError."""
    from windictator.dictation.transcription import Transcription
    from windictator.settings.vocabulary import load_vocabulary

    vocabulary = load_vocabulary(settings, on_notice)
    run = ReactorRun(settings.shutdown.timeout_ms / 1000)
    source = build_audio_source(run.reactor, settings, audio, "vosk", lambda _notice: None)
    ears = build_recognizer(run.reactor, settings, "vosk", model)
    transcription = Transcription(vocabulary, on_final, on_notice)

    async def work() -> bool:
        def interrupt() -> None:
            source.stop()
            ears.stop()

        run.on_interrupt = interrupt
        ended = source.start(ears.feed)
        try:
            await ears.start(transcription.accept_hypothesis, lambda _notice: None)
            await ended
            if not run.interrupted:
                await ears.finish()
        finally:
            source.stop()
            await ears.stop()
        transcription.finish()
        return run.interrupted

    return run.run(work())
