"""``windictator restart``."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any

import click

from windictator.cli import daemon_requests
from windictator.cli.context import Invocation, pass_invocation
from windictator.cli.interrupts import raise_on_signal
from windictator.cli.start import start, start_options
from windictator.control.address import control_socket
from windictator.control.client import NoDaemonError

_LOCK_TIMEOUT = 5.0
"""Seconds for the lock of the daemon that has just ended."""


@click.command("restart", short_help="End the daemon, if one runs, and start it.")
@start_options
@pass_invocation
def restart_command(invocation: Invocation, /, foreground: bool, log_level: str, **choices: Any) -> int:
    """End the daemon of your display, if one runs, and start it with these options.

    Words under way are finished before. For new settings "windictator config reload"
    is enough.
    """
    invocation.settings()  # with broken ones the old daemon is better than none
    with raise_on_signal(), suppress(NoDaemonError):
        daemon_requests.stop(control_socket(os.environ, choices["display"]))
    return start(invocation, foreground, log_level, choices, _LOCK_TIMEOUT)
