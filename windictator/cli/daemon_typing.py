"""Text for ``windictator type`` where a daemon runs: two programs must not type on one keyboard at a time."""

from __future__ import annotations

import os
import time

from windictator.cli.daemon_requests import nothing_typed, run_request
from windictator.cli.interrupts import EXIT_INTERRUPTED
from windictator.control.address import AddressError, control_socket
from windictator.control.client import NoDaemonError
from windictator.control.messages import MAX_LINE_BYTES, encode
from windictator.errors import WinDictatorError
from windictator.text.normalise import normalise_text
from windictator.typist.result import StopReason, TypingResult


class TypingError(WinDictatorError):
    """Nothing was typed, and why."""


class ResultUnknownError(WinDictatorError):
    """Interrupted, and the daemon did not say how far it had come."""

    exit_status = EXIT_INTERRUPTED


def type_via_daemon(text: str, display: str | None) -> tuple[TypingResult, float, bool] | None:
    """Have the daemon of ``display`` type; what was typed, the seconds it took and whether a signal interrupted it.

    None where no daemon runs. Raises WinDictatorError.
    """
    try:
        path = control_socket(os.environ, display)
    except AddressError:
        return None
    cleaned = normalise_text(text)
    began = time.monotonic()
    too_long = len(encode(text=cleaned)) > MAX_LINE_BYTES - 100
    try:
        # Asked something that types nothing, for whether one is there.
        done, interrupted = run_request(path, "status") if too_long else run_request(path, "type", text=cleaned)
    except NoDaemonError:
        return None
    if too_long:
        raise TypingError(
            f"the text is too long for the running daemon (about {MAX_LINE_BYTES} bytes); type it in parts"
        )
    if not done:
        raise ResultUnknownError("interrupted; the daemon has not said how much was typed")
    if refused := done.get("refused"):
        # A reason why typing stopped is half a sentence; the others are whole ones.
        raise TypingError(
            f"nothing was typed: {refused}" if refused in {stop.value for stop in StopReason} else str(refused)
        )
    if nothing_typed(done) and not interrupted:
        raise TypingError(f"nothing was typed: {done['reason']}")
    stopped = StopReason[done["stopped"]] if done.get("stopped") else None
    typed = TypingResult(cleaned, str(done.get("text", "")), stopped, key_event_count=int(done.get("keys", 0)))
    return typed, time.monotonic() - began, interrupted
