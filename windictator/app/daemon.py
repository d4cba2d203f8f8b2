"""The daemon: its parts, started in order and stopped in exact reverse.

There is one process for each user and display. Each way to end it (``stop``, SIGTERM, SIGINT, a display that does not
come back) runs the same steps: accept no new work, finish and type the last words, release all keys and restore the
keyboard, end the child processes, remove socket and lock.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from time import time

from twisted.internet.defer import CancelledError, Deferred, TimeoutError, ensureDeferred

from windictator import __version__
from windictator.app.automatic_reload import AutomaticReload
from windictator.app.control.address import control_socket_path, make_control_folder
from windictator.app.control.server import ControlServer
from windictator.app.event_publisher import EventPublisher, log
from windictator.app.file_watch import WatchedFiles
from windictator.app.hotkeys import HotkeyService
from windictator.app.options import HistoryOptions, LifeOptions, NotificationOptions, ProgramOptions
from windictator.app.options_from_settings import read_options
from windictator.app.overrides import Overrides
from windictator.app.process.instance_lock import InstanceLock
from windictator.app.process.reactor_run import ReactorRun
from windictator.app.process.systemd import ServiceNotifier
from windictator.app.reload import Appliers, Reloader, ReloadingError
from windictator.app.remote_control import NotReadyError, RemoteControl
from windictator.app.service import DictationService
from windictator.app.user_words import UserWordsFile
from windictator.desktop.notifications import Notifications
from windictator.dictation.events import Notice, Refused
from windictator.dictation.history import History
from windictator.errors import InternalError, UsageError, WinDictatorError
from windictator.refusals import Refusal
from windictator.settings import Settings, user_functions_folder, watched_files
from windictator.settings.toml import OnNotice
from windictator.typist.result import StopReason


class DisplayLostError(WinDictatorError):
    """The X server went away, and the settings say that the daemon ends then."""

    def __init__(self) -> None:
        super().__init__("the connection to the X server was lost")


class DictationStoppedError(WinDictatorError):
    """Dictation cannot go on in this process.

    ``error``: the last reason.
    """

    def __init__(self, error: BaseException) -> None:
        reason = error if isinstance(error, WinDictatorError) else InternalError(error)
        super().__init__(f"dictation cannot go on: {reason}; start WinDictator again")


class StartCancelledError(WinDictatorError):
    """A request to stop came before the daemon was ready."""

    def __init__(self) -> None:
        super().__init__("WinDictator was stopped before it was ready")


def run_daemon(
    read_settings: Callable[[OnNotice | None], Settings],
    overrides: Overrides,
    on_ready: Callable[[Mapping[str, object]], None],
    settings_file: Path,
) -> None:
    """Serve the display until asked to stop.

    read_settings: returns the settings, at the start and at every reload.
    overrides: choices of the command line.
    on_ready: called with the state as soon as the daemon can dictate.
    settings_file: the file of the settings, which may be missing.

    Raises WinDictatorError if it cannot start, or has lost its display and does not wait for it.
    """

    def current_settings(on_notice: OnNotice | None = None) -> Settings:
        settings = overrides.apply_to(read_settings(on_notice))
        if settings.audio.source == "-" and settings.recognizer.engine != "text":
            raise UsageError("the daemon has no standard input: give a microphone or a recording as --audio")
        return settings

    settings = current_settings()
    run = ReactorRun(settings.shutdown.timeout_ms / 1000 + _CLEANUP_TIMEOUT_S)
    run.run(_Daemon(run, settings, current_settings, overrides, settings_file).run(on_ready))


_CLEANUP_TIMEOUT_S = 10.0
"""Seconds granted, in addition to those for the last words, to restore the keyboard and to end child processes."""


class _Daemon:
    """The parts of one daemon."""

    def __init__(
        self,
        run: ReactorRun,
        settings: Settings,
        read_settings: Callable[[OnNotice | None], Settings],
        overrides: Overrides,
        settings_file: Path,
    ) -> None:
        self._run = run
        self._read_settings = read_settings
        self._settings_file = settings_file
        self._settings_read = settings
        self._reactor = run.reactor
        self._overrides = overrides
        self._start_paused = settings.daemon.start_paused
        self._started_at = run.seconds()
        self._starting: Deferred[None] | None = None
        self._stop_requested: Deferred[None] = Deferred()
        self._failure: WinDictatorError | None = None
        self._server: ControlServer | None = None
        self._notifier = ServiceNotifier(os.environ)
        self._display_name = overrides.display or os.environ.get("DISPLAY", "")

        self._automatic_reload = AutomaticReload(
            self._reactor, self._watched_files, self._reload, self._is_hearing, self._settings_failed
        )
        self._automatic_reload.watch.files_read()
        notices: list[str] = []  # until they can be published
        options = read_options(settings, overrides.model, notices.append)
        self._life = options.life
        self._history = History(options.history.max_utterances, options.history.path, time, self._report_failure)
        self._remote_control = RemoteControl(
            self._daemon_status, self._history, self._reload, self.stop, self._report_failure, self._report_refusal
        )
        self._events = EventPublisher(self._publish, self._remote_control.state, options.life.log_dictated_text)
        self._service = DictationService(
            self._reactor,
            options.service,
            ProgramOptions(
                "daemon",
                overrides.display,
                ends_with_display=options.life.ends_with_display,
                pause_after_s=options.life.pause_after_s,
            ),
            self._events,
            on_display_changed=self._display_changed,
            user_words=UserWordsFile(lambda: read_settings(None)),
        )
        dictation = self._service.dictation
        dictation.on_result = lambda heard, result: self._history.add(heard, result, self._service.last_window)
        dictation.on_defect = lambda defect: self._events.failed(str(defect))
        dictation.on_work_failed = self._dictation_failed
        self._notifications = Notifications(
            self._reactor,
            lambda: self._service.buses.bus(False),
            **asdict(options.notifications),
        )
        self._hotkeys = HotkeyService(
            self._reactor,
            self._service.display,
            self._remote_control,
            options.hotkeys,
            lambda message: self._events.failed(message, "hotkeys"),
            self._events.changed,
        )
        self._reloader = Reloader(
            self._settings_again,
            lambda settings: read_options(settings, overrides.model, self._notify),
            settings,
            Appliers(
                self._service.apply,
                self._apply_history,
                self._apply_notifications,
                self._apply_life,
                self._hotkeys.apply,
            ),
            self._notifier,
        )
        for notice in notices:
            self._notify(notice)

    # Start and end

    async def run(self, on_ready: Callable[[Mapping[str, object]], None]) -> None:
        """Run from taking the lock to its release. Raises WinDictatorError."""
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
            await self._service.buses.close()
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
            self._automatic_reload.watch.start()
            self._events.changed()
            on_ready(self._remote_control.state())
            await self._stop_requested
        finally:
            await self._shut_down()

    async def _start(self) -> None:
        try:
            await self._service.start(listening=not self._start_paused)
        except BaseException:
            await self._service.stop()
            raise
        self._remote_control.service = self._service
        await self._hotkeys.open()

    def stop(self) -> None:
        """Begin the end."""
        if self._starting is not None:
            self._starting.cancel()
        elif not self._stop_requested.called:
            self._stop_requested.callback(None)

    async def _shut_down(self) -> None:
        """End in the reverse order of the start; each step is done whatever happened in the one before."""
        self._notifier.stopping()
        self._automatic_reload.close()
        self._hotkeys.close()
        timeout_s = self._life.shutdown_timeout_s
        try:
            await ensureDeferred(self._service.finish()).addTimeout(timeout_s, self._reactor)
        except TimeoutError:
            self._events.failed(f"the last words were not finished within {timeout_s:g} seconds")
        except WinDictatorError as error:
            self._events.failed(str(error))
        finally:
            is_answered = await self._service.stop()
            log.info("stopped")
            if not is_answered:
                self._events.failed(f"{StopReason.UNRESPONSIVE.clause}: what was typed last may be wrong there")

    # Reload

    def _notify(self, message: str) -> None:
        self._events.on_event(Notice(message))

    def _reload_requested(self) -> None:
        ensureDeferred(self._reload_and_report_failure())

    async def _reload_and_report_failure(self) -> None:
        try:
            await self._reload()
        except WinDictatorError as error:
            self._events.failed(str(error))
        except Exception as error:
            self._events.failed(str(InternalError(error)))

    async def _reload(self) -> None:
        """Reload the settings; if anything is wrong with them, the old ones are kept. Raises WinDictatorError."""
        if self._remote_control.service is None:
            raise NotReadyError
        try:
            done = await self._reloader.reload()
        except ReloadingError:
            raise
        except WinDictatorError as error:
            self._automatic_reload.error = str(error)
            self._events.changed()
            raise
        self._automatic_reload.error = ""
        self._events.on_event(Notice(done))
        self._events.changed()

    def _settings_again(self) -> Settings:
        self._automatic_reload.watch.files_read()
        self._settings_read = self._read_settings(self._notify)
        return self._settings_read

    def _watched_files(self) -> WatchedFiles:
        with suppress(WinDictatorError):  # two files of commands: both are watched, and the reload reports them
            folders = (user_functions_folder(self._settings_read),)
            return WatchedFiles(watched_files(self._settings_read, self._settings_file), folders)
        return WatchedFiles(watched_files(self._settings_read, self._settings_file))

    def _is_hearing(self) -> bool:
        return self._service.dictation.utterance_in_progress

    def _settings_failed(self, reason: str) -> None:
        self._events.failed(f"{reason}; what was read before stays in use", "settings")

    def _apply_history(self, options: HistoryOptions) -> None:
        self._history.configure(options.max_utterances, options.path)

    def _apply_notifications(self, options: NotificationOptions) -> None:
        self._notifications.configure(**asdict(options))

    def _apply_life(self, options: LifeOptions) -> None:
        self._life = options
        self._run.timeout_s = options.shutdown_timeout_s + _CLEANUP_TIMEOUT_S
        self._events.log_dictated_text = options.log_dictated_text
        self._service.ends_with_display = options.ends_with_display
        self._service.session.set_pause_after(options.pause_after_s)

    # Events

    def _report_failure(self, problem: str) -> None:
        self._events.failed(problem)

    def _report_refusal(self, refusal: Refusal) -> None:
        self._events.on_event(Refused(refusal))

    def _dictation_failed(self, error: BaseException) -> None:
        """End with status 1, so that a supervisor starts the daemon again: this one cannot type any more."""
        self._failure = DictationStoppedError(error)
        self.stop()

    def _display_changed(self, is_connected: bool) -> None:
        if is_connected:
            ensureDeferred(self._hotkeys.open())
            return
        self._hotkeys.close()
        if self._life.ends_with_display:
            self._failure = DisplayLostError()
            self.stop()

    def _daemon_status(self) -> Mapping[str, object]:
        return {
            "hotkey_errors": self._hotkeys.problems,
            "settings_error": self._automatic_reload.error,
            "display": self._display_name,
            "display_connected": self._service.display.backend is not None,
            "microphone": self._service.session.microphone,
            "microphone_recovering": self._service.session.is_recovering,
            "pid": os.getpid(),
            "version": __version__,
        }

    def _subscribers_changed(self, _count: int, report_levels: bool) -> None:
        self._service.session.set_reports_levels(report_levels)

    def _publish(self, event: Mapping[str, object]) -> None:
        if self._server is not None:
            self._server.publish(event)
        self._notifications.handle_event(event)
