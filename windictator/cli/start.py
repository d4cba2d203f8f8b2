"""Commands ``windictator start`` and ``windictator restart``."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from windictator.app.control.address import control_socket
from windictator.app.control.client import NoDaemonError
from windictator.cli import daemon_requests
from windictator.cli.context import Invocation, display_option, pass_invocation
from windictator.cli.io.exits import print_stderr, raise_on_signal

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from windictator.settings import Settings

_LOG_LEVELS = ("error", "warning", "info", "debug")
_RESTART_LOCK_TIMEOUT_S = 5.0
"""Maximum time for the lock of the daemon that has just ended, in seconds."""


def start_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that ``start`` and ``restart`` share to a command."""
    for option in (
        display_option,
        click.option(
            "--log-level",
            type=click.Choice(_LOG_LEVELS),
            default="info",
            show_default=True,
            help="Amount of logging; dictated text is logged only if the settings allow it.",
        ),
        click.option("--paused/--listening", default=None, help="Start with the microphone closed or open."),
        click.option(
            "--live",
            type=click.Choice(["off", "stable", "eager"]),
            help="Type each utterance at its end (off), words that no longer change (stable), or every word (eager).",
        ),
        click.option("--model", metavar="NAME|DIR", help="Speech model, instead of the one in the settings."),
        click.option(
            "--recognizer",
            type=click.Choice(["vosk", "text"]),
            help="Recognise speech (vosk), or only accept 'windictator say' (text).",
        ),
        click.option("--audio", metavar="mic|FILE.wav", type=click.Path(), help="Microphone, or a recording."),
        click.option("--foreground", is_flag=True, help="Stay in the foreground, for systemd; log to stderr."),
    ):
        command = option(command)
    return command


@click.command("start", short_help="Start the daemon: background dictation.")
@start_options
@click.option("--lock-timeout", type=float, default=0.0, hidden=True)
@pass_invocation
def start_command(
    invocation: Invocation, /, foreground: bool, log_level: str, lock_timeout: float, **overrides: Any
) -> int:
    """Start the daemon for your display, and return when it is ready to dictate.

    Control it with "windictator toggle", "pause", "resume", "push-to-talk", "cancel",
    "say" and "undo". "windictator status" prints its state; "windictator stop" ends it.

    Its log is in ~/.local/state/windictator and does not contain what you dictate.
    It uses changes of your settings, words, commands and profiles at once.
    """
    return _start(invocation, foreground, log_level, overrides, lock_timeout)


@click.command("restart", short_help="Restart the daemon, or start it.")
@start_options
@pass_invocation
def restart_command(invocation: Invocation, /, foreground: bool, log_level: str, **overrides: Any) -> int:
    """Stop the daemon of your display, if one runs, and start it with these options.

    Words already spoken are typed first. New settings need no restart.
    """
    invocation.settings()  # an error in them must not stop the old daemon
    with raise_on_signal(), suppress(NoDaemonError):
        daemon_requests.stop(control_socket(os.environ, overrides["display"]))
    return _start(invocation, foreground, log_level, overrides, _RESTART_LOCK_TIMEOUT_S)


def _start(
    invocation: Invocation, foreground: bool, log_level: str, overrides: dict[str, Any], lock_timeout: float = 0.0
) -> int:
    """Start the daemon, and wait at most ``lock_timeout`` seconds for the lock of another one."""
    overrides = {**overrides, "audio": _absolute_path(overrides["audio"]), "model": _absolute_path(overrides["model"])}
    if not foreground:
        with raise_on_signal():
            return _start_in_background(invocation, log_level, overrides, lock_timeout)

    from windictator.app.daemon import run_daemon
    from windictator.app.overrides import Overrides
    from windictator.app.process.background import ReadyReport
    from windictator.app.process.logs import set_up_logging
    from windictator.errors import WinDictatorError
    from windictator.settings import state_folder

    report = ReadyReport()
    try:
        set_up_logging(log_level, state_folder() / "daemon.log" if report.is_background else None)
        with raise_on_signal():
            run_daemon(
                invocation.settings,
                Overrides(**overrides, lock_timeout_s=lock_timeout),
                lambda state: report.ready(**state),
                invocation.settings_path().absolute(),
            )
    except WinDictatorError as error:
        report.failed(str(error), error.exit_status)
        raise
    except Exception as error:
        report.failed(f"internal error: {type(error).__name__}: {error}", 1)
        raise
    return 0


def _report_hotkeys(invocation: Invocation, settings: Settings) -> None:
    """Print a line for each hotkey in the old notation, and for each that makes typing harder. Raises HotkeyError."""
    if not any(settings.hotkeys.bindings.values()):
        return
    from windictator.x11.hotkey_syntax import hotkey_warnings, parse_hotkeys

    for warning in hotkey_warnings(parse_hotkeys(settings.hotkeys.bindings, "", invocation.notice)):
        print_stderr(f"warning: {warning}")


def _start_in_background(invocation: Invocation, log_level: str, overrides: dict[str, Any], lock_timeout: float) -> int:
    from windictator.app.process.background import start_in_background

    settings = invocation.settings()  # reports errors here, with the file name that the user gave
    _report_hotkeys(invocation, settings)
    arguments = [] if invocation.config is None else ["--config", str(Path(invocation.config).absolute())]
    arguments += ["start", "--foreground", "--log-level", log_level, "--lock-timeout", str(lock_timeout)]
    for name, value in overrides.items():
        if name == "paused":
            arguments += [] if value is None else ["--paused" if value else "--listening"]
        elif value is not None:
            arguments += [f"--{name}", str(value)]
    report = start_in_background(arguments)
    print_stderr(f"WinDictator is running (process {report['pid']}); it is {report['state']}.")
    return 0


def _absolute_path(name: str | None) -> str | None:
    """Return an absolute path, because the daemon has another current folder; a name without a slash is not a path."""
    return str(Path(name).absolute()) if name and "/" in name else name
