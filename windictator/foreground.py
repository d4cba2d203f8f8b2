"""The composition root of the foreground commands: builds the rooms, starts them in order, stops them in reverse.

Each function here runs the reactor once, from start to end, in the calling process.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred, ensureDeferred

from windictator.errors import WinDictatorError
from windictator.parts import (
    build_audio_source,
    build_dictation,
    build_outside,
    build_recognizer,
    build_typist,
    claimant_here,
    profile_in,
    read_own_profile_rules,
    read_profile_rules,
    read_vocabulary,
    when_open,
)
from windictator.ports import AudioEnd, ConnectionLost, Listener, Stop, Typed, x_id
from windictator.process.reactor_run import ReactorRun
from windictator.settings import Settings
from windictator.text.clean import clean_text
from windictator.x11.connection import in_time
from windictator.x11.keyboard import XKeyboard, open_keyboard

if TYPE_CHECKING:
    from windictator import proving

# Dictation and speech are imported by the functions that need them: "type" is to begin at once.


class TypingRefused(WinDictatorError):
    """Nothing was typed, and why."""


@dataclass(frozen=True, slots=True)
class DictationReport:
    """What a dictation came to.

    ``utterances``: finals that were not empty. ``text``: the text that stands in the window by what was confirmed.
    ``keys``: key events confirmed. ``refused``: number of refusals. ``stopped``: the last typing that ended early,
    None if none did. ``overruns``: audio frames lost. ``interrupted``: ended by a signal.
    ``seconds``: wall time from ready to end.
    """

    utterances: int
    text: str
    keys: int
    refused: int
    stopped: Typed | None
    overruns: int
    interrupted: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class TypeReport:
    """What ``type`` came to; ``interrupted``: ended by SIGINT or SIGTERM. ``seconds``: typing alone."""

    typed: Typed
    interrupted: bool
    seconds: float


#: Reasons for which nothing at all is typed: a refusal, not a text cut short.
_REFUSALS = (
    *(Stop.NO_FOCUS, Stop.KEYS_HELD, Stop.DISABLED, Stop.GRABBED, Stop.HOTKEY, Stop.OWN_HOTKEY, Stop.DEAD_KEY),
    *(Stop.POINTER_HELD, Stop.NOT_EXCLUSIVE),
)


def type_text(text: str, settings: Settings, *, display: str | None = None) -> TypeReport:
    """Type ``text`` into the focused window, every key confirmed, and return when all keys are up.

    ``display``: X display name, ``$DISPLAY`` if None. Raises WinDictatorError (refused before the first key: no
    display, extension missing, no focused window, a character that the layout lacks, control characters).
    """
    text, rules = clean_text(text), read_own_profile_rules(settings)
    run = ReactorRun(settings.shutdown.timeout_ms / 1000)

    async def work() -> TypeReport:
        keyboard = await open_keyboard(run.reactor, display)
        try:
            typist = build_typist(keyboard, settings, rules, run.reactor)
            run.on_interrupt = typist.disable
            began = run.seconds()
            typed = await typist.insert(text)
            if typed.stopped_by in _REFUSALS and not typed.keys and not run.interrupted:
                raise TypingRefused(f"nothing was typed: {typed.stopped_by.value}")
        finally:
            read = await keyboard.close()
        if typed.complete and not read:
            typed = replace(typed, stopped_by=Stop.UNRESPONSIVE)
        return TypeReport(typed, run.interrupted, run.seconds() - began)

    return run.until_done(work())


def dictate(
    settings: Settings,
    listener: Listener,
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
    from windictator.desktop.buses import Buses

    rules = read_profile_rules(settings)
    run = ReactorRun(settings.shutdown.timeout_ms / 1000)
    source = build_audio_source(run.reactor, settings, audio, recognizer, listener.notice)
    ears = build_recognizer(run.reactor, settings, recognizer, model)

    async def work() -> DictationReport:
        # Sound first: the first words may be spoken while the display is opened and the model is loaded.
        ended = source.start(lambda data: ensureDeferred(take(data)))
        try:
            claimant = claimant_here("dictate", display)
            keyboard = await open_keyboard(run.reactor, display, source.stop, claimant)
            try:
                return await listen(keyboard, ended)
            finally:
                if not await keyboard.close():
                    listener.notice(f"{Stop.UNRESPONSIVE.value}: what was typed last may be wrong there")
        finally:
            source.stop()
            await ears.stop()

    room: list[Callable[[], Deferred[None]]] = []

    async def take(data: bytes) -> None:
        await ears.feed(data)
        for when_room in room:
            await when_room()

    async def listen(keyboard: XKeyboard, ended: Deferred[AudioEnd]) -> DictationReport:
        typist = build_typist(keyboard, settings, rules, run.reactor)
        dictating = build_dictation(
            typist,
            keyboard.focused,
            settings,
            listener,
            live=live,
            outside=build_outside(run.reactor, settings, Buses(run.reactor, os.environ).bus),
            profile_of=lambda window: ensureDeferred(profile_in(keyboard, rules, window)),
            selected=keyboard.selected_text,
        )
        typist.on_foreign = dictating.foreign
        keyboard.windows.on_end = dictating.forget_window
        dictating.on_broken = lambda _error: source.stop()  # nothing more is typed; "when_idle" gives the reason
        dictating.interpreter.choosing.readings_of = ears.alternatives
        room.append(dictating.when_room)

        def enough() -> None:
            dictating.end()
            source.stop()

        def interrupt() -> None:
            typist.disable()
            enough()
            ears.stop()

        run.on_interrupt = interrupt
        if once:
            dictating.on_utterance = enough
        focus = await keyboard.focused()
        target = await in_time(keyboard.targets.describe(focus), run.reactor) if focus else None
        loading = ears.start(dictating.hear, listener.notice)
        try:
            # "Ready" means that what is said next is heard. Where there is no microphone the model is not waited for.
            await when_open(source)
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
            raise ConnectionLost
        if end is AudioEnd.LOST:
            listener.notice(end.value)
        return DictationReport(
            utterances=dictating.utterances,
            text=dictating.text,
            keys=dictating.keys,
            refused=dictating.refusals + getattr(ears, "refused", 0),
            stopped=dictating.stopped,
            overruns=source.overruns,
            interrupted=run.interrupted,
            seconds=run.seconds() - began,
        )

    return run.until_done(work())


def prove_typing(
    settings: Settings, listener: proving.Listener, *, alphabet: Sequence[str] | None = None, display: str | None = None
) -> proving.TypingProof:
    """Type an alphabet, row by row, into a window of our own on the display and compare what arrives there.

    ``alphabet``: lines of text, None for the layout's own characters and some of every kind. Raises WinDictatorError
    where it cannot begin, also when the window does not get the keyboard focus.
    """
    from windictator.keyboard.alphabet import default_alphabet, given_alphabet
    from windictator.proving import TypingProof, prove_rows
    from windictator.x11.proving_process import ProvingProcess

    rules = read_own_profile_rules(settings)
    given = None if alphabet is None else given_alphabet(map(clean_text, alphabet))
    run = ReactorRun(settings.shutdown.timeout_ms / 1000)
    environment = os.environ if display is None else {**os.environ, "DISPLAY": display}

    async def work() -> TypingProof:
        keyboard = await open_keyboard(run.reactor, display)
        window = ProvingProcess(run.reactor)
        try:
            await window.start(run.reactor, environment)
            await window.when_focused(listener.click_wanted)
            typist = build_typist(keyboard, settings, rules, run.reactor)
            run.on_interrupt = typist.disable
            began = run.seconds()
            state, keymap = await keyboard.keyer.read_state(), keyboard.keymaps.keymap
            rows = default_alphabet(keymap, state.locked & keymap.num_lock_mask) if given is None else given
            proved = await prove_rows(rows, typist, window, listener.row)
            await keyboard.lender.give_back()
            after = await keyboard.keyer.read_state()
            as_found = keyboard.keymaps.keymap == keymap and (after.locked, after.locked_group) == (
                state.locked,
                state.locked_group,
            )
            return TypingProof(proved, as_found, run.interrupted, run.seconds() - began)
        finally:
            await keyboard.close()
            await window.stop()

    return run.until_done(work())


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
    from windictator.transcription import Transcription

    vocabulary = read_vocabulary(settings)
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
            await ears.start(transcription.hear, lambda _notice: None)
            await ended
            if not run.interrupted:
                await ears.finish()
        finally:
            source.stop()
            await ears.stop()
        transcription.finish()
        return run.interrupted

    return run.until_done(work())
