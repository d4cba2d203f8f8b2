"""Text for ``windictator type`` where a daemon runs: two programs must not type on one keyboard at a time."""

from __future__ import annotations

import os
import time

from windictator.cli.daemon_requests import refused_outright, work
from windictator.cli.interrupts import INTERRUPTED
from windictator.control.address import AddressError, control_socket
from windictator.control.client import NoDaemon
from windictator.control.messages import LARGEST_LINE, encode
from windictator.errors import WinDictatorError
from windictator.text.normalise import clean_text
from windictator.typist.result import Stop, Typed


class NotTyped(WinDictatorError):
    """Nothing was typed, and why."""


class OutcomeUnknown(WinDictatorError):
    """Interrupted, and the daemon did not say how far it had come."""

    exit_status = INTERRUPTED


def type_by_daemon(text: str, display: str | None) -> tuple[Typed, float, bool] | None:
    """Have the daemon of ``display`` type; what was typed, the seconds it took and whether a signal interrupted it.

    None where no daemon runs. Raises WinDictatorError.
    """
    try:
        path = control_socket(os.environ, display)
    except AddressError:
        return None
    cleaned = clean_text(text)
    began = time.monotonic()
    too_long = len(encode(text=cleaned)) > LARGEST_LINE - 100
    try:
        # Asked something that types nothing, for whether one is there.
        done, interrupted = work(path, "status") if too_long else work(path, "type", text=cleaned)
    except NoDaemon:
        return None
    if too_long:
        raise NotTyped(f"the text is too long for the running daemon (about {LARGEST_LINE} bytes); type it in parts")
    if not done:
        raise OutcomeUnknown("interrupted; the daemon has not said how much was typed")
    if refused := done.get("refused"):
        # A reason why typing stopped is half a sentence; the others are whole ones.
        raise NotTyped(f"nothing was typed: {refused}" if refused in {stop.value for stop in Stop} else str(refused))
    if refused_outright(done) and not interrupted:
        raise NotTyped(f"nothing was typed: {done['reason']}")
    stopped = Stop[done["stopped"]] if done.get("stopped") else None
    typed = Typed(cleaned, str(done.get("text", "")), stopped, keys=int(done.get("keys", 0)))
    return typed, time.monotonic() - began, interrupted
