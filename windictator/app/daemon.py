"""The daemon: the rooms together, started in order, stopped in exact reverse.

One process for each user and display. Whatever ends it (``stop``, SIGTERM, SIGINT, a display that is lost for good)
takes the same road: no new work, the last words finished and typed, keys released and everything returned, children
ended, socket and lock removed.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Literal

from twisted.internet.defer import CancelledError, Deferred, TimeoutError, ensureDeferred, succeed

from windictator import __version__
from windictator.app.event_publisher import Events, log
from windictator.app.factory import (
    build_audio_source,
    build_dictation,
    build_outside,
    build_recognizer,
    build_typist,
    claimant_here,
    is_recovering,
    profile_in,
    read_profile_rules,
    read_vocabulary,
    removal,
    unknown_context,
    want_levels,
    when_open,
)
from windictator.app.process.instance_lock import InstanceLock
from windictator.app.process.reactor_run import ReactorRun
from windictator.app.process.systemd import ServiceNotifier
from windictator.app.remote_control import NotReady, Steering
from windictator.app.session import Session
from windictator.control.address import control_socket_path, make_control_folder
from windictator.control.server import ControlServer
from windictator.desktop.bus_connections import Buses
from windictator.desktop.notifications import Notifications
from windictator.dictation.history import UtteranceLog
from windictator.dictation.profile import DEFAULT_PROFILE, Profile
from windictator.dictation.queue import Dictation
from windictator.errors import InternalError, UsageError, WinDictatorError
from windictator.settings import Settings, functions_folder, state_folder
from windictator.speech.capture_pool import Standby
from windictator.speech.interfaces import AudioSource, Recognizer
from windictator.typist.interfaces import ConnectionLost, ForeignInput
from windictator.typist.result import Stop
from windictator.typist.typist import Typist
from windictator.typist.window import Target
from windictator.x11.reconnecting_typist import Display
from windictator.x11.typing_backend import XKeyboard, open_keyboard

if TYPE_CHECKING:
    from windictator.keyboard.hotkey import Combination, HotkeyAction
    from windictator.x11.hotkeys import Hotkeys


class DisplayGone(WinDictatorError):
    """The X server went away, and the settings say that this is the end."""

    def __init__(self) -> None:
        super().__init__("the connection to the X server was lost")


class DictationStoppedError(WinDictatorError):
    """Dictation cannot go on in this process. ``error``: the last reason."""

    def __init__(self, error: BaseException) -> None:
        reason = error if isinstance(error, WinDictatorError) else InternalError(error)
        super().__init__(f"dictation cannot go on: {reason}; start WinDictator again")


class StoppedWhileStarting(WinDictatorError):
    """Somebody asked it to end before it was ready."""

    def __init__(self) -> None:
        super().__init__("WinDictator was stopped before it was ready")


@dataclass(frozen=True, slots=True)
class Choices:
    """What the command line says in place of the settings; None: as they say. ``paused``: the microphone closed."""

    audio: str | None = None
    recognizer: Literal["vosk", "text"] | None = None
    model: str | None = None
    live: Literal["off", "stable", "eager"] | None = None
    display: str | None = None
    paused: bool | None = None
    patience: float = 0.0
    """Seconds to wait for another daemon to end."""

    def over(self, settings: Settings) -> Settings:
        """The settings with these choices in their place. ``model`` and ``display`` are none of the settings."""
        audio, recognizer, dictation, daemon = settings.audio, settings.recognizer, settings.dictation, settings.daemon
        return replace(
            settings,
            audio=replace(audio, source=self.audio or audio.source),
            recognizer=replace(recognizer, engine=self.recognizer or recognizer.engine),
            dictation=replace(dictation, live=self.live or dictation.live),
            daemon=replace(daemon, start_paused=daemon.start_paused if self.paused is None else self.paused),
        )


def run_daemon(
    read_settings: Callable[[], Settings], choices: Choices, on_ready: Callable[[Mapping[str, object]], None]
) -> None:
    """Serve the display until asked to stop.

    ``read_settings``: now and at every reload. ``on_ready``: called with its state when it can dictate. Raises
    WinDictatorError where it cannot begin, or has lost its display for good.
    """
    def in_force() -> Settings:
        return choices.over(read_settings())

    settings = in_force()
    run = ReactorRun(settings.shutdown.timeout_ms / 1000 + _LAST_STEPS)
    run.until_done(_Daemon(run, settings, in_force, choices).serve(on_ready))


#: Seconds granted, beyond those for the last words, to give back what was borrowed and to end the children.
_LAST_STEPS = 10.0


class _Daemon:
    """The rooms of one daemon."""

    def __init__(
        self, run: ReactorRun, settings: Settings, read_settings: Callable[[], Settings], choices: Choices
    ) -> None:
        self._run = run
        self._reactor = run.reactor
        self._settings = settings
        self._profile_rules = read_profile_rules(settings)
        self._read_settings = read_settings
        self._choices = choices
        self._audio: AudioSource | None = None
        self._place: Target | None = None
        """The window that something was said to last."""
        self._levels_wanted = False
        self._standby = Standby(self._run.reactor)
        self._buses = Buses(self._reactor, os.environ)
        self._outside = build_outside(self._reactor, settings, self._buses.bus)
        self._notifier = ServiceNotifier(os.environ)
        self._starting: Deferred[None] | None = None
        self._end: Deferred[None] = Deferred()
        self._failure: WinDictatorError | None = None
        self._began = run.seconds()
        self._reloading = False
        self._hotkeys: Hotkeys | None = None
        self._hotkey_combinations = self._combinations(settings)

        self._display_name = choices.display or os.environ.get("DISPLAY", "")
        self._history = UtteranceLog(settings.history.length, _history_file(settings), time, self._problem)
        self._steering = Steering(self._about, self._history, self._reload, self.stop, self._problem, self._refused)
        self._server: ControlServer | None = None
        self._notifications = Notifications(
            self._reactor, lambda *call: self._buses.bus(False).call(*call), **asdict(settings.notifications)
        )
        self._events = Events(self._publish, self._steering.state, settings.daemon.log_words)
        self._display = Display(
            self._reactor,
            lambda on_lost: open_keyboard(
                self._reactor, choices.display, on_lost, claimant_here("daemon", choices.display)
            ),
            self._build_typist,
            self._display_changed,
            self._problem,
        )

    def _problem(self, problem: str) -> None:
        self._events.failed(problem)

    def _refused(self, reason: str) -> None:
        self._events.refused(reason)

    # The life of the daemon

    async def serve(self, on_ready: Callable[[Mapping[str, object]], None]) -> None:
        """From the lock to the lock's release. Raises WinDictatorError."""
        self._run.on_interrupt = self.stop
        path = control_socket_path(os.environ, self._display_name)
        make_control_folder(path.parent)
        lock = InstanceLock(path.with_suffix(".lock"), self._reactor)
        await lock.acquire(self._choices.patience)
        try:
            server = ControlServer(self._reactor, path, self._steering.answer, on_followers=self._followers_changed)
            await server.listen()
            self._server = server
            try:
                await self._serve(on_ready)
            finally:
                self._server = None
                await server.close()
        finally:
            self._notifications.close()
            await self._buses.close()
            lock.release()
        if self._failure is not None:
            raise self._failure

    async def _serve(self, on_ready: Callable[[Mapping[str, object]], None]) -> None:
        self._starting = ensureDeferred(self._start())
        try:
            await self._starting
        except CancelledError:
            if self._run.interrupted:
                raise
            raise StoppedWhileStarting from None
        finally:
            self._starting = None
        try:
            signal.signal(signal.SIGHUP, lambda *_: self._reactor.callFromThread(self._reload_asked))
            log.info("ready in %.2f s", self._run.seconds() - self._began)
            self._notifier.ready()
            self._events.changed()
            on_ready(self._steering.state())
            await self._end
        finally:
            await self._finish()

    async def _start(self) -> None:
        settings = self._settings
        await self._display.open()
        try:
            open_audio = self._audio_opener(settings)
            session = Session(
                self._reactor,
                open_audio,
                self._recognizer_opener(settings),
                self._build_dictation(settings),
                self._events,
                idle_pause=settings.daemon.idle_pause_s,
                when_open=when_open,
            )
            paused = settings.daemon.start_paused
            try:
                if paused and open_audio is not None and settings.audio.source == "mic":
                    self._standby.prepare()
                await session.start(listening=not paused)
            except BaseException:
                await session.stop()
                raise
        except BaseException:
            await self._display.close()
            raise
        self._steering.session = session
        await self._open_hotkeys()

    def stop(self) -> None:
        """Begin the end."""
        if self._starting is not None:
            self._starting.cancel()
        elif not self._end.called:
            self._end.callback(None)

    async def _finish(self) -> None:
        """The end, in the reverse order of the start; each step whatever became of the one before."""
        self._notifier.stopping()
        self._standby.close()
        self._close_hotkeys()
        session = self._steering.session
        assert session is not None
        patience = self._settings.shutdown.timeout_ms / 1000
        try:
            await ensureDeferred(session.finish()).addTimeout(patience, self._reactor)
        except TimeoutError:
            self._events.failed(f"the last words were not finished within {patience:g} seconds")
        except WinDictatorError as error:
            self._events.failed(str(error))
        finally:
            try:
                await session.stop()
            finally:
                read = await self._display.close()
                log.info("stopped")
                if not read:
                    self._events.failed(f"{Stop.UNRESPONSIVE.value}: what was typed last may be wrong there")

    # The settings, now and anew

    def _build_dictation(self, settings: Settings) -> Dictation:
        dictation = build_dictation(
            self._display,
            self._display.focused,
            settings,
            self._events,
            live=settings.dictation.live,
            hold=settings.dictation.undelivered == "hold",
            outside=self._outside,
            profile_of=self._profile_of,
            selected=self._display,
        )
        dictation.on_outcome = lambda heard, outcome: self._history.add(heard, outcome, self._place)
        dictation.on_defect = lambda defect: self._events.failed(str(defect))
        dictation.on_broken = self._dictation_broken
        return dictation

    def _dictation_broken(self, error: BaseException) -> None:
        """End with status 1, so that a supervisor starts the daemon again: it would never type anything more."""
        self._failure = DictationStoppedError(error)
        self.stop()

    def _profile_of(self, window: int) -> Deferred[Profile]:
        keyboard = self._display.keyboard
        if keyboard is None:
            return succeed(DEFAULT_PROFILE)
        return ensureDeferred(profile_in(keyboard, self._profile_rules, window, self._looked_at))

    def _looked_at(self, target: Target) -> None:
        self._place = target

    def _build_typist(self, keyboard: XKeyboard) -> Typist:
        typist = build_typist(keyboard, self._settings, self._profile_rules, self._reactor)
        typist.on_foreign = self._foreign
        keyboard.windows.on_end = self._window_ended
        return typist

    def _audio_opener(self, settings: Settings) -> Callable[[], AudioSource] | None:
        recognizer, audio = settings.recognizer.engine, settings.audio.source
        if recognizer == "text":
            return None
        if audio == "-":
            raise UsageError("the daemon has no standard input: give a microphone or a recording as --audio")

        def open_audio() -> AudioSource:
            self._audio = source = build_audio_source(
                self._reactor,
                settings,
                audio,
                recognizer,
                self._events.notice,
                # Missing at the start it is an error; later it is waited for.
                required=self._steering.session is None,
                standby=self._standby,
                failed=self._events.failed,
                on_state=lambda _recovering: self._events.changed(),
                on_level=self._events.level,
            )
            want_levels(source, self._levels_wanted)
            return source

        return open_audio

    def _recognizer_opener(self, settings: Settings) -> Callable[[], Recognizer]:
        return lambda: build_recognizer(self._reactor, settings, settings.recognizer.engine, self._choices.model)

    def _reload_asked(self) -> None:
        ensureDeferred(self._reload()).addErrback(
            lambda failure: self._events.failed(
                str(failure.value) if isinstance(failure.value, WinDictatorError) else repr(failure.type)
            )
        )

    async def _reload(self) -> None:
        """Read the settings and the vocabulary anew; where anything is wrong with them, the old ones stay."""
        session = self._steering.session
        if session is None or self._reloading:
            raise NotReady
        self._reloading = True
        self._notifier.reloading()
        try:
            await self._adopt(session, self._read_settings())
        finally:
            self._reloading = False
            self._notifier.ready()
        self._events.notice("the settings have been read anew")
        self._events.changed()

    async def _adopt(self, session: Session, settings: Settings) -> None:
        before, dictation = self._settings, session.dictation
        vocabulary, rules = read_vocabulary(settings), read_profile_rules(settings)
        combinations = self._combinations(settings)
        hears_anew = (settings.recognizer, settings.endpoint) != (before.recognizer, before.endpoint)
        if hears_anew or settings.audio != before.audio:
            await session.exchange(
                self._audio_opener(settings), self._recognizer_opener(settings) if hears_anew else None
            )
        session.idle_pause = settings.daemon.idle_pause_s
        dictation.configure(
            vocabulary,
            live=settings.dictation.live,
            agreement=settings.dictation.agreement,
            doubtful=settings.dictation.doubtful / 100,
            removal=removal(settings),
            hold=settings.dictation.undelivered == "hold",
            types_unmatched=settings.dictation.unmatched == "type",
            unknown=unknown_context(settings),
        )
        self._outside.functions.renew(functions_folder(settings))
        self._history.configure(settings.history.length, _history_file(settings))
        self._events.words_in_log = settings.daemon.log_words
        self._notifications.configure(**asdict(settings.notifications))
        self._settings = settings
        holds_anew = rules.set_pace or self._profile_rules.set_pace
        self._profile_rules = rules
        if settings.hotkeys != before.hotkeys:
            self._hotkey_combinations = combinations
            self._close_hotkeys()
            await self._open_hotkeys()
        if settings.typing != before.typing or holds_anew:
            await dictation.when_idle()
            self._display.rebuild(self._build_typist)

    # Hotkeys

    def _combinations(self, settings: Settings) -> Mapping[HotkeyAction, Combination]:
        """Raises SettingsError. pynput is imported only where there are any."""
        bindings = {name: keys for name, keys in settings.hotkeys.bindings.items() if keys}
        if not bindings:
            return {}
        from windictator.x11.hotkey_syntax import parse_hotkeys

        return parse_hotkeys(bindings)

    async def _open_hotkeys(self) -> None:
        """Have the keys on the display that there is now."""
        keyboard = self._display.keyboard
        if not self._hotkey_combinations or keyboard is None:
            return
        from windictator.x11.hotkeys import Hotkeys

        self._hotkeys = hotkeys = Hotkeys(
            self._reactor,
            keyboard,
            self._hotkey_combinations,
            self._steering.hotkey,
            on_notice=self._events.failed,
            on_taken=self._steering.taken_hotkey,
            on_live=self._display.tolerate,
            tap=self._settings.hotkeys.tap_ms / 1000,
        )
        try:
            await hotkeys.start()
        except WinDictatorError as error:
            self._close_hotkeys()
            if not isinstance(error, ConnectionLost):  # the display has gone again; they come back with it
                self._events.failed(str(error))

    def _close_hotkeys(self) -> None:
        hotkeys, self._hotkeys = self._hotkeys, None
        if hotkeys is not None:
            hotkeys.stop()

    # What happens

    def _foreign(self, foreign: ForeignInput) -> None:
        if self._steering.session is not None:
            self._steering.session.dictation.foreign(foreign)

    def _window_ended(self, window: int) -> None:
        if self._steering.session is not None:
            self._steering.session.dictation.forget_window(window)

    def _display_changed(self, there: bool) -> None:
        session = self._steering.session
        if there:
            self._events.notice("the X server is back")
            ensureDeferred(self._open_hotkeys())
        else:
            self._close_hotkeys()
            if session is not None:
                session.dictation.forget_windows()
            if self._settings.daemon.display_lost == "exit":
                self._failure = DisplayGone()
                self.stop()
            else:
                self._events.failed("the X server has gone; WinDictator waits for it to come back")
        self._events.changed()

    def _about(self) -> Mapping[str, object]:
        return {
            "display": self._display_name,
            "display_there": self._display.keyboard is not None,
            "recovering": self._audio is not None and is_recovering(self._audio),
            "pid": os.getpid(),
            "version": __version__,
        }

    def _followers_changed(self, _count: int, levels_wanted: bool) -> None:
        """Levels are not worth their computing where nobody wants them."""
        self._levels_wanted = levels_wanted
        want_levels(self._audio, levels_wanted)

    def _publish(self, event: Mapping[str, object]) -> None:
        if self._server is not None:
            self._server.publish(event)
        self._notifications.take(event)


def _history_file(settings: Settings) -> Path | None:
    return state_folder() / "history.jsonl" if settings.history.keep_on_disk else None
