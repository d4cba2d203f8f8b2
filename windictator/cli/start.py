"""``windictator start``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from windictator.cli.context import Invocation, display_option, pass_invocation
from windictator.cli.interrupts import raise_on_signal
from windictator.cli.output import print_stderr

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_LOG_LEVELS = ("error", "warning", "info", "debug")


def start_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that ``start`` and ``restart`` share."""
    for option in (
        display_option,
        click.option(
            "--log-level",
            type=click.Choice(_LOG_LEVELS),
            default="info",
            show_default=True,
            help="How much is logged; never what you dictate, unless the settings say so.",
        ),
        click.option("--paused/--listening", default=None, help="Begin with the microphone closed, or open."),
        click.option(
            "--live",
            type=click.Choice(["off", "stable", "eager"]),
            help="While you speak, type nothing, the words that no longer change, or every word at once.",
        ),
        click.option("--model", metavar="NAME|DIR", help="Speech model, instead of the one in the settings."),
        click.option("--recognizer", type=click.Choice(["vosk", "text"]), help="Hear speech, or only obey 'say'."),
        click.option(
            "--audio", metavar="mic|FILE.wav", type=click.Path(), help="The microphone, or a recording instead."
        ),
        click.option("--foreground", is_flag=True, help="Stay in the foreground, as systemd wants it; log to stderr."),
    ):
        command = option(command)
    return command


@click.command("start", short_help="Start the daemon: dictate in the background, all day.")
@start_options
@click.option("--patience", type=float, default=0.0, hidden=True)
@pass_invocation
def start_command(invocation: Invocation, /, foreground: bool, log_level: str, patience: float, **choices: Any) -> int:
    """Start the daemon for your display, and return when it can dictate.

    Steer it with "windictator toggle", "pause", "resume", "push-to-talk", "cancel",
    "say", "undo"; ask it with "windictator status"; end it with "windictator stop".

    Its log, which never holds what you dictate, is in ~/.local/state/windictator.
    Settings are read anew by "windictator config reload".
    """
    return start(invocation, foreground, log_level, choices, patience)


def start(
    invocation: Invocation, foreground: bool, log_level: str, overrides: dict[str, Any], lock_timeout: float = 0.0
) -> int:
    """Start the daemon here, or in the background. ``patience``: seconds to wait for another one to end."""
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
            )
    except WinDictatorError as error:
        report.failed(str(error), error.exit_status)
        raise
    except Exception as error:
        report.failed(f"internal error: {type(error).__name__}: {error}", 1)
        raise
    return 0


def _start_in_background(invocation: Invocation, log_level: str, overrides: dict[str, Any], lock_timeout: float) -> int:
    from windictator.app.process.background import start_in_background

    invocation.settings()  # what is wrong with them is said here, with the names the user gave
    arguments = [] if invocation.config is None else ["--config", str(Path(invocation.config).absolute())]
    arguments += ["start", "--foreground", "--log-level", log_level, "--patience", str(lock_timeout)]
    for name, value in overrides.items():
        if name == "paused":
            arguments += [] if value is None else ["--paused" if value else "--listening"]
        elif value is not None:
            arguments += [f"--{name}", str(value)]
    report = start_in_background(arguments)
    print_stderr(f"WinDictator is running (process {report['pid']}); it is {report['state']}.")
    return 0


def _absolute_path(name: str | None) -> str | None:
    """The daemon works in another folder; names without a slash are no paths."""
    return str(Path(name).absolute()) if name and "/" in name else name
