"""Dictation on one display: what the daemon and ``windictator dictate`` have in common."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

from twisted.internet.defer import Deferred, ensureDeferred, succeed

from windictator.app.audio_input import OpenAudio
from windictator.app.factory import (
    build_action_services,
    build_audio_source,
    build_recognizer,
    build_typist,
    claimant_here,
    profile_of_window,
)
from windictator.app.options import ProgramOptions, RecognizerOptions, ServiceOptions, SpeechOptions
from windictator.app.recognizer_supervisor import RecognizerSupervisor
from windictator.app.session import Session, SessionEvents
from windictator.desktop.bus_connections import BusConnections
from windictator.dictation.events import Notice
from windictator.dictation.interfaces import UserWords
from windictator.dictation.profile import DEFAULT_PROFILE, Profile
from windictator.dictation.queue import Dictation
from windictator.speech.capture_pool import CaptureProcessPool
from windictator.speech.interfaces import AudioSource, Recognizer
from windictator.text.ledger import Ledger
from windictator.typist.typist import Typist
from windictator.typist.window import WindowInfo, x_id
from windictator.x11.connection import run_with_timeout
from windictator.x11.reconnecting_typist import ReconnectingTypist
from windictator.x11.typing_backend import X11Backend, open_backend


class DictationService:
    """The display, the dictation and the session of one process, started in order and stopped in reverse.

    reactor: Twisted's reactor.
    options: how to recognise and type; ``apply`` changes them.
    program: whether this is the daemon or ``dictate``.
    events: receives what happens.
    on_display_changed: called with True when the display is back, with False when it is lost.
    capture_pool: keeps a process ready for the microphone; None: a new one.
    user_words: the file of the user's words; None: it cannot be changed by voice.
    """

    def __init__(
        self,
        reactor: Any,
        options: ServiceOptions,
        program: ProgramOptions,
        events: SessionEvents,
        *,
        on_display_changed: Callable[[bool], None] = lambda is_connected: None,
        capture_pool: CaptureProcessPool | None = None,
        user_words: UserWords | None = None,
    ) -> None:
        self._reactor = reactor
        self._options = options
        self._events = events
        self._program = program.name
        self._on_display_changed = on_display_changed
        self.ends_with_display = program.ends_with_display
        self.refused_line_count = 0
        """Number of lines that the recognizer of text refused."""
        self.last_window: WindowInfo | None = None
        """The window that was typed into last."""
        self.is_display_lost = False
        """Whether the display was lost although that is the end."""
        self._interrupted: Deferred[None] | None = None
        self.buses = BusConnections(reactor, os.environ)
        self.capture_pool = capture_pool or CaptureProcessPool(reactor)
        self.display = ReconnectingTypist(
            reactor,
            lambda on_lost: open_backend(
                reactor, program.display, on_lost, claimant_here(program.name, program.display)
            ),
            self._build_typist,
            self._display_changed,
            events.failed,
        )
        supervisor = RecognizerSupervisor(reactor, self._recognizer_opener(options.speech.recognizer), self._notify)
        self._action_services = build_action_services(reactor, options.functions_folder, self.buses.bus, user_words)
        self.dictation = Dictation(
            self.display,
            self.display.focused,
            options.dictation,
            Ledger(),
            events.on_event,
            profile_of=self._profile_of,
            services=self._action_services,
            selected_text=self.display,
            recognizer_alternatives=supervisor.alternatives,
            clicked=self._clicked,
            on_mode_changed=lambda _mode: events.changed(),
        )
        self.session = Session(
            reactor,
            self._audio_opener(options.speech),
            supervisor,
            self.dictation,
            events,
            pause_after_s=program.pause_after_s,
            retries_recognizer=program.is_live,
        )

    # Start and end

    async def start(self, listening: bool) -> None:
        """Open the display and start the session. Raises WinDictatorError."""
        await self.display.open()
        if not listening and self._options.speech.audio.source == "mic":
            self.capture_pool.prepare()
        await self.session.start(listening)

    async def start_with_sound(self, on_display_open: Callable[[], None]) -> None:
        """Open the microphone first: the user may speak while the display and the model are opened.

        ``on_display_open``: called when the display is open; from then on ``interrupt`` ends the start too.
        """

        async def open_display() -> None:
            await self.display.open()
            on_display_open()

        await self.session.start_with_sound(open_display)

    async def finish(self) -> None:
        """Accept nothing more and return when all that was said is typed. The caller bounds the time."""
        self.capture_pool.close()
        await self.session.finish()

    async def stop(self) -> bool:
        """End at once; return False if an application did not answer in time. May follow ``finish``."""
        self.capture_pool.close()
        try:
            if self._interrupted is not None:
                await self._interrupted
            await self.session.stop()
        finally:
            is_answered = await self.display.close()
        return is_answered

    def interrupt(self) -> None:
        """Stop typing within one key and begin the end."""
        self.display.shut_down()
        self._interrupted = ensureDeferred(self.session.stop())

    def end_after_utterance(self) -> None:
        """Type nothing more and close the microphone."""
        self.dictation.close()
        self.session.end_sound()

    async def focused_window_name(self) -> str:
        """Return a name of the window that has the focus; "" without one. Raises ConnectionLostError."""
        backend = self.display.backend
        focus = await backend.focused() if backend is not None else 0
        if backend is None or not focus:
            return ""
        window = await run_with_timeout(backend.window_info_reader.read(focus), self._reactor)
        return window.title or window.wm_class or f"window {x_id(focus):#x}"

    # Changed settings

    async def apply(self, options: ServiceOptions) -> None:
        """Use other options from the next utterance on. Raises WinDictatorError; the old ones are kept then."""
        before = self._options
        if options.speech != before.speech:
            is_same = options.speech.recognizer == before.speech.recognizer
            await self.session.replace_audio_and_recognizer(
                self._audio_opener(options.speech),
                None if is_same else self._recognizer_opener(options.speech.recognizer),
            )
        self._options = options
        self.dictation.options = options.dictation
        self._action_services.functions.reload(options.functions_folder)
        if (options.typist, options.profile_rules) != (before.typist, before.profile_rules):
            await self.dictation.when_idle()
            self.display.replace_typist(self._build_typist)

    # Parts

    def _build_typist(self, backend: X11Backend) -> Typist:
        options = self._options
        typist = build_typist(backend, options.typist, options.profile_rules, self._reactor)
        typist.on_user_input = self.dictation.user_input
        backend.windows.on_end = self.dictation.forget_window
        return typist

    def _profile_of(self, window: int) -> Deferred[Profile]:
        backend = self.display.backend
        if backend is None:
            return succeed(DEFAULT_PROFILE)
        return ensureDeferred(profile_of_window(backend, self._options.profile_rules, window, self._remember_window))

    def _clicked(self, position: tuple[int, int] | None, windows: Sequence[int]) -> Deferred[list[int]]:
        backend = self.display.backend
        if backend is None:
            return succeed(list(windows))
        return run_with_timeout(backend.clicked_windows.find(position, windows), self._reactor)

    def _remember_window(self, window: WindowInfo) -> None:
        self.last_window = window

    def _audio_opener(self, options: SpeechOptions) -> OpenAudio | None:
        """Return what opens the audio source; None for a daemon that gets its text by requests."""
        if self._program == "daemon" and options.recognizer.engine == "text":
            return None

        def open_audio(is_start: bool) -> AudioSource:
            return build_audio_source(
                self._reactor,
                options.audio,
                options.recognizer.engine,
                self._events,
                fail_if_missing=is_start,
                capture_pool=self.capture_pool,
            )

        return open_audio

    def _recognizer_opener(self, options: RecognizerOptions) -> Callable[[], Recognizer]:
        return lambda: build_recognizer(self._reactor, options, self._count_refused_line)

    def _count_refused_line(self) -> None:
        self.refused_line_count += 1

    # The display

    def _display_changed(self, is_connected: bool) -> None:
        if is_connected:
            self._notify("the X server is back")
        elif self.ends_with_display:
            self.is_display_lost = True
            ensureDeferred(self.display.close())  # it is not opened again
            self.session.end_sound()
        else:
            self.dictation.forget_windows()
            self._events.failed("the X server has gone; WinDictator waits for it to come back", "display")
        self._on_display_changed(is_connected)
        self._events.changed()

    def _notify(self, message: str) -> None:
        self._events.on_event(Notice(message))
