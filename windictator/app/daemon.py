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
from windictator.app.event_publisher import EventPublisher, log
from windictator.app.factory import (
    backspace_unit,
    build_action_services,
    build_audio_source,
    build_dictation,
    build_recognizer,
    build_typist,
    claimant_here,
    enable_levels,
    is_recovering,
    profile_of_window,
    unknown_context,
    when_capturing,
)
from windictator.app.process.instance_lock import InstanceLock
from windictator.app.process.reactor_run import ReactorRun
from windictator.app.process.systemd import ServiceNotifier
from windictator.app.remote_control import NotReadyError, RemoteControl
from windictator.app.session import Session
from windictator.control.address import control_socket_path, make_control_folder
from windictator.control.server import ControlServer
from windictator.desktop.bus_connections import BusConnections
from windictator.desktop.notifications import Notifications
from windictator.dictation.history import History
from windictator.dictation.profile import DEFAULT_PROFILE, Profile
from windictator.dictation.queue import Dictation
from windictator.errors import InternalError, UsageError, WinDictatorError
from windictator.settings import Settings, state_folder, user_functions_folder
from windictator.settings.profiles import load_profiles
from windictator.settings.toml import OnNotice
from windictator.settings.vocabulary import load_vocabulary
from windictator.speech.capture_pool import CaptureProcessPool
from windictator.speech.interfaces import AudioSource, Recognizer
from windictator.typist.interfaces import ConnectionLostError, UserInput
from windictator.typist.result import StopReason
from windictator.typist.typist import Typist
from windictator.typist.window import WindowInfo
from windictator.x11.reconnecting_typist import ReconnectingTypist
from windictator.x11.typing_backend import X11Backend, open_backend

if TYPE_CHECKING:
    from windictator.keyboard.hotkey import HotkeyAction, HotkeyCombination
    from windictator.x11.hotkeys import Hotkeys


class DisplayLostError(WinDictatorError):
    """The X server went away, and the settings say that this is the end."""

    def __init__(self) -> None:
        super().__init__("the connection to the X server was lost")


class DictationStoppedError(WinDictatorError):
    """Dictation cannot go on in this process. ``error``: the last reason."""

    def __init__(self, error: BaseException) -> None:
        reason = error if isinstance(error, WinDictatorError) else InternalError(error)
        super().__init__(f"dictation cannot go on: {reason}; start WinDictator again")


class StartCancelledError(WinDictatorError):
    """Somebody asked it to end before it was ready."""

    def __init__(self) -> None:
        super().__init__("WinDictator was stopped before it was ready")


@dataclass(frozen=True, slots=True)
class Overrides:
    """What the command line says in place of the settings; None: as they say. ``paused``: the microphone closed."""

    audio: str | None = None
    recognizer: Literal["vosk", "text"] | None = None
    model: str | None = None
    live: Literal["off", "stable", "eager"] | None = None
    display: str | None = None
    paused: bool | None = None
    lock_timeout_s: float = 0.0
    """Seconds to wait for another daemon to end."""

    def apply_to(self, settings: Settings) -> Settings:
        """The settings with these choices in their place. ``model`` and ``display`` are none of the settings."""
        audio, recognizer, dictation, daemon = settings.audio, settings.recognizer, settings.dictation, settings.daemon
        return replace(
            settings,
            audio=replace(audio, source=self.audio or audio.source),
            recognizer=replace(recognizer, engine=self.recognizer or recognizer.engine),
            dictation=replace(dictation, live_typing=self.live or dictation.live_typing),
            daemon=replace(daemon, start_paused=daemon.start_paused if self.paused is None else self.paused),
        )


def run_daemon(
    read_settings: Callable[[OnNotice | None], Settings],
    overrides: Overrides,
    on_ready: Callable[[Mapping[str, object]], None],
) -> None:
    """Serve the display until asked to stop.

    ``read_settings``: now and at every reload. ``on_ready``: called with its state when it can dictate. Raises
    WinDictatorError where it cannot begin, or has lost its display for good.
    """

    def current_settings(on_notice: OnNotice | None = None) -> Settings:
        return overrides.apply_to(read_settings(on_notice))

    settings = current_settings()
    run = ReactorRun(settings.shutdown.timeout_ms / 1000 + _CLEANUP_TIMEOUT_S)
    run.run(_Daemon(run, settings, current_settings, overrides).run(on_ready))


#: Seconds granted, beyond those for the last words, to give back what was borrowed and to end the children.
_CLEANUP_TIMEOUT_S = 10.0


class _Daemon:
    """The rooms of one daemon."""

    def __init__(
        self,
        run: ReactorRun,
        settings: Settings,
        read_settings: Callable[[OnNotice | None], Settings],
        overrides: Overrides,
    ) -> None:
        self._run = run
        self._reactor = run.reactor
        self._settings = settings
        self._read_settings = read_settings
        self._overrides = overrides
        self._audio: AudioSource | None = None
        self._last_window: WindowInfo | None = None
        """The window that something was said to last."""
        self._report_levels = False
        self._capture_pool = CaptureProcessPool(self._run.reactor)
        self._buses = BusConnections(self._reactor, os.environ)
        self._services = build_action_services(self._reactor, settings, self._buses.bus)
        self._notifier = ServiceNotifier(os.environ)
        self._starting: Deferred[None] | None = None
        self._stop_requested: Deferred[None] = Deferred()
        self._failure: WinDictatorError | None = None
        self._started_at = run.seconds()
        self._is_reloading = False
        self._hotkeys: Hotkeys | None = None
        self._hotkey_combinations = self._parse_hotkeys(settings)

        self._display_name = overrides.display or os.environ.get("DISPLAY", "")
        self._history = History(settings.history.max_utterances, _history_file(settings), time, self._report_error)
        self._remote_control = RemoteControl(
            self._daemon_status, self._history, self._reload, self.stop, self._report_error, self._report_refusal
        )
        self._server: ControlServer | None = None
        self._notifications = Notifications(
            self._reactor, lambda *call: self._buses.bus(False).call(*call), **asdict(settings.notifications)
        )
        self._events = EventPublisher(self._publish, self._remote_control.state, settings.daemon.log_dictated_text)
        self._profile_rules = load_profiles(settings, self._events.notice)
        self._display = ReconnectingTypist(
            self._reactor,
            lambda on_lost: open_backend(
                self._reactor, overrides.display, on_lost, claimant_here("daemon", overrides.display)
            ),
            self._build_typist,
            self._display_changed,
            self._report_error,
        )

    def _report_error(self, problem: str) -> None:
        self._events.failed(problem)

    def _report_refusal(self, reason: str) -> None:
        self._events.refused(reason)

    # The life of the daemon

    async def run(self, on_ready: Callable[[Mapping[str, object]], None]) -> None:
        """From the lock to the lock's release. Raises WinDictatorError."""
        self._run.on_interrupt = self.stop
        path = control_socket_path(os.environ, self._display_name)
        make_control_folder(path.parent)
        lock = InstanceLock(path.with_suffix(".lock"), self._reactor)
        await lock.acquire(self._overrides.lock_timeout_s)
        try:
            server = ControlServer(
                self._reactor, path, self._remote_control.execute, on_subscribers_changed=self._subscribers_changed
            )
            await server.listen()
            self._server = server
            try:
                await self._run_until_stopped(on_ready)
            finally:
                self._server = None
                await server.close()
        finally:
            self._notifications.close()
            await self._buses.close()
            lock.release()
        if self._failure is not None:
            raise self._failure

    async def _run_until_stopped(self, on_ready: Callable[[Mapping[str, object]], None]) -> None:
        self._starting = ensureDeferred(self._start())
        try:
            await self._starting
        except CancelledError:
            if self._run.interrupted:
                raise
            raise StartCancelledError from None
        finally:
            self._starting = None
        try:
            signal.signal(signal.SIGHUP, lambda *_: self._reactor.callFromThread(self._reload_requested))
            log.info("ready in %.2f s", self._run.seconds() - self._started_at)
            self._notifier.ready()
            self._events.changed()
            on_ready(self._remote_control.state())
            await self._stop_requested
        finally:
            await self._shut_down()

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
                pause_after_s=settings.daemon.pause_after_s,
                when_capturing=when_capturing,
            )
            paused = settings.daemon.start_paused
            try:
                if paused and open_audio is not None and settings.audio.source == "mic":
                    self._capture_pool.prepare()
                await session.start(listening=not paused)
            except BaseException:
                await session.stop()
                raise
        except BaseException:
            await self._display.close()
            raise
        self._remote_control.session = session
        await self._open_hotkeys()

    def stop(self) -> None:
        """Begin the end."""
        if self._starting is not None:
            self._starting.cancel()
        elif not self._stop_requested.called:
            self._stop_requested.callback(None)

    async def _shut_down(self) -> None:
        """The end, in the reverse order of the start; each step whatever became of the one before."""
        self._notifier.stopping()
        self._capture_pool.close()
        self._close_hotkeys()
        session = self._remote_control.session
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
                    self._events.failed(f"{StopReason.UNRESPONSIVE.value}: what was typed last may be wrong there")

    # The settings, now and anew

    def _build_dictation(self, settings: Settings) -> Dictation:
        dictation = build_dictation(
            self._display,
            self._display.focused,
            settings,
            self._events,
            live=settings.dictation.live_typing,
            keep_undelivered=settings.dictation.undelivered == "keep",
            services=self._services,
            profile_of=self._profile_of,
            selected_text=self._display,
        )
        dictation.on_result = lambda heard, outcome: self._history.add(heard, outcome, self._last_window)
        dictation.on_defect = lambda defect: self._events.failed(str(defect))
        dictation.on_work_failed = self._dictation_failed
        return dictation

    def _dictation_failed(self, error: BaseException) -> None:
        """End with status 1, so that a supervisor starts the daemon again: it would never type anything more."""
        self._failure = DictationStoppedError(error)
        self.stop()

    def _profile_of(self, window: int) -> Deferred[Profile]:
        keyboard = self._display.backend
        if keyboard is None:
            return succeed(DEFAULT_PROFILE)
        return ensureDeferred(profile_of_window(keyboard, self._profile_rules, window, self._remember_window))

    def _remember_window(self, target: WindowInfo) -> None:
        self._last_window = target

    def _build_typist(self, keyboard: X11Backend) -> Typist:
        typist = build_typist(keyboard, self._settings, self._profile_rules, self._reactor)
        typist.on_user_input = self._user_input
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
                fail_if_missing=self._remote_control.session is None,
                capture_pool=self._capture_pool,
                on_failure=self._events.failed,
                on_state=lambda _recovering: self._events.changed(),
                on_level=self._events.level,
            )
            enable_levels(source, self._report_levels)
            return source

        return open_audio

    def _recognizer_opener(self, settings: Settings) -> Callable[[], Recognizer]:
        return lambda: build_recognizer(self._reactor, settings, settings.recognizer.engine, self._overrides.model)

    def _reload_requested(self) -> None:
        ensureDeferred(self._reload()).addErrback(
            lambda failure: self._events.failed(
                str(failure.value) if isinstance(failure.value, WinDictatorError) else repr(failure.type)
            )
        )

    async def _reload(self) -> None:
        """Read the settings and the vocabulary anew; where anything is wrong with them, the old ones stay."""
        session = self._remote_control.session
        if session is None or self._is_reloading:
            raise NotReadyError
        self._is_reloading = True
        self._notifier.reloading()
        try:
            await self._apply_settings(session, self._read_settings(self._events.notice))
        finally:
            self._is_reloading = False
            self._notifier.ready()
        self._events.notice("the settings have been read anew")
        self._events.changed()

    async def _apply_settings(self, session: Session, settings: Settings) -> None:
        before, dictation = self._settings, session.dictation
        vocabulary, rules = load_vocabulary(settings, self._events.notice), load_profiles(settings, self._events.notice)
        combinations = self._parse_hotkeys(settings)
        hears_anew = (settings.recognizer, settings.endpoint) != (before.recognizer, before.endpoint)
        if hears_anew or settings.audio != before.audio:
            await session.replace_audio_and_recognizer(
                self._audio_opener(settings), self._recognizer_opener(settings) if hears_anew else None
            )
        session.pause_after_s = settings.daemon.pause_after_s
        dictation.configure(
            vocabulary,
            live=settings.dictation.live_typing,
            agreement=settings.dictation.stable_after,
            low_confidence=settings.dictation.low_confidence / 100,
            backspace_unit=backspace_unit(settings),
            keep_undelivered=settings.dictation.undelivered == "keep",
            type_unmatched=settings.dictation.unmatched_correction == "type",
            unknown=unknown_context(settings),
        )
        self._services.functions.reload(user_functions_folder(settings))
        self._history.configure(settings.history.max_utterances, _history_file(settings))
        self._events.log_dictated_text = settings.daemon.log_dictated_text
        self._notifications.configure(**asdict(settings.notifications))
        self._settings = settings
        holds_anew = rules.has_pace or self._profile_rules.has_pace
        self._profile_rules = rules
        if settings.hotkeys != before.hotkeys:
            self._hotkey_combinations = combinations
            self._close_hotkeys()
            await self._open_hotkeys()
        if settings.typing != before.typing or holds_anew:
            await dictation.when_idle()
            self._display.replace_typist(self._build_typist)

    # Hotkeys

    def _parse_hotkeys(self, settings: Settings) -> Mapping[HotkeyAction, HotkeyCombination]:
        """Raises SettingsError. pynput is imported only where there are any."""
        bindings = {name: keys for name, keys in settings.hotkeys.bindings.items() if keys}
        if not bindings:
            return {}
        from windictator.x11.hotkey_syntax import parse_hotkeys

        return parse_hotkeys(bindings)

    async def _open_hotkeys(self) -> None:
        """Have the keys on the display that there is now."""
        keyboard = self._display.backend
        if not self._hotkey_combinations or keyboard is None:
            return
        from windictator.x11.hotkeys import Hotkeys

        self._hotkeys = hotkeys = Hotkeys(
            self._reactor,
            keyboard,
            self._hotkey_combinations,
            self._remote_control.handle_hotkey,
            on_notice=self._events.failed,
            on_grabbed_elsewhere=self._remote_control.handle_grabbed_hotkey,
            on_allowed_keys=self._display.allow_keys,
            tap_max_s=self._settings.hotkeys.tap_max_ms / 1000,
        )
        try:
            await hotkeys.start()
        except WinDictatorError as error:
            self._close_hotkeys()
            if not isinstance(error, ConnectionLostError):  # the display has gone again; they come back with it
                self._events.failed(str(error))

    def _close_hotkeys(self) -> None:
        hotkeys, self._hotkeys = self._hotkeys, None
        if hotkeys is not None:
            hotkeys.stop()

    # What happens

    def _user_input(self, user_input: UserInput) -> None:
        if self._remote_control.session is not None:
            self._remote_control.session.dictation.user_input(user_input)

    def _window_ended(self, window: int) -> None:
        if self._remote_control.session is not None:
            self._remote_control.session.dictation.forget_window(window)

    def _display_changed(self, is_connected: bool) -> None:
        session = self._remote_control.session
        if is_connected:
            self._events.notice("the X server is back")
            ensureDeferred(self._open_hotkeys())
        else:
            self._close_hotkeys()
            if session is not None:
                session.dictation.forget_windows()
            if self._settings.daemon.on_display_lost == "exit":
                self._failure = DisplayLostError()
                self.stop()
            else:
                self._events.failed("the X server has gone; WinDictator waits for it to come back")
        self._events.changed()

    def _daemon_status(self) -> Mapping[str, object]:
        return {
            "display": self._display_name,
            "display_there": self._display.backend is not None,
            "recovering": self._audio is not None and is_recovering(self._audio),
            "pid": os.getpid(),
            "version": __version__,
        }

    def _subscribers_changed(self, _count: int, report_levels: bool) -> None:
        """Levels are not worth their computing where nobody wants them."""
        self._report_levels = report_levels
        enable_levels(self._audio, report_levels)

    def _publish(self, event: Mapping[str, object]) -> None:
        if self._server is not None:
            self._server.publish(event)
        self._notifications.handle_event(event)


def _history_file(settings: Settings) -> Path | None:
    return state_folder() / "history.jsonl" if settings.history.save_to_disk else None
