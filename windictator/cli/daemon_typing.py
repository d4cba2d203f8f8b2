"""Typing by the daemon, for ``windictator type``: two programs must not type on one keyboard at a time."""

from __future__ import annotations

import os
import time

from windictator.app.control.address import AddressError, control_socket
from windictator.app.control.client import NoDaemonError
from windictator.app.control.messages import MAX_LINE_BYTES, encode
from windictator.cli.daemon_requests import run_request
from windictator.cli.io.exits import EXIT_INTERRUPTED
from windictator.errors import WinDictatorError
from windictator.text.normalise import normalise_text
from windictator.typist.result import StopReason, TypingResult


class TypingError(WinDictatorError):
    """Nothing was typed."""


class ResultUnknownError(WinDictatorError):
    """Interrupted, and the daemon did not report how much it had typed."""

    exit_status = EXIT_INTERRUPTED


def type_via_daemon(text: str, display: str | None) -> tuple[TypingResult, float, bool] | None:
    """Let the daemon of ``display`` type ``text``.

    Return the result, the time it took in seconds, and True if a signal interrupted it. Return None if no daemon runs.
    Raises WinDictatorError.
    """
    try:
        path = control_socket(os.environ, display)
    except AddressError:
        return None
    cleaned = normalise_text(text)
    began = time.monotonic()
    too_long = len(encode(text=cleaned)) > MAX_LINE_BYTES - 100
    try:
        # "status" types nothing: it only shows that a daemon runs.
        done, interrupted = run_request(path, "status") if too_long else run_request(path, "type", text=cleaned)
    except NoDaemonError:
        return None
    if too_long:
        raise TypingError(
            f"the text is too long for the running daemon (about {MAX_LINE_BYTES} bytes); type it in parts"
        )
    if not done:
        raise ResultUnknownError("interrupted; the daemon did not report how much was typed")
    if done.get("nothing_typed") and not interrupted:
        raise TypingError(f"nothing was typed: {done.get('reason')}")
    if refused := done.get("refused"):
        raise TypingError(str(refused))
    stopped = StopReason[done["stopped"]] if done.get("stopped") else None
    typed = TypingResult(cleaned, str(done.get("text", "")), stopped, key_event_count=int(done.get("keys", 0)))
    return typed, time.monotonic() - began, interrupted
