"""Diagnosis of the X display for ``windictator doctor``: blocking, without a reactor."""

from __future__ import annotations

import contextlib
import io
import os
import threading
from typing import TYPE_CHECKING

from windictator.errors import WinDictatorError
from windictator.x11.server_address import open_socket

if TYPE_CHECKING:
    from windictator.x11.display_checks import CheckRow

ANSWER_TIMEOUT_S = 5.0
"""Time for all checks, in seconds; a server that another program has grabbed does not answer."""


def diagnose(display_name: str | None) -> list[CheckRow]:
    """Check the display ``display_name`` (``$DISPLAY`` if None) without changing anything. Raises nothing."""
    rows: list[CheckRow] = []
    worker = threading.Thread(target=_run_checks, args=(display_name, rows), daemon=True)
    # python-xlib prints warnings about the authority file on standard output, which may be for JSON.
    with contextlib.redirect_stdout(io.StringIO()):
        worker.start()
        worker.join(ANSWER_TIMEOUT_S)
    found = list(rows)
    if worker.is_alive():
        display = f"display {(os.environ.get('DISPLAY', '') if display_name is None else display_name)!r}"
        remedy = "A program may have grabbed the server (a menu, a screen locker): close it and try again."
        found.append(("display", "fail", f"{display} has not answered for {ANSWER_TIMEOUT_S:g} seconds", remedy))
    return found


def _run_checks(name: str | None, rows: list[CheckRow]) -> None:
    remedy = "Run this inside a graphical session, or give --display; see also xhost and XAUTHORITY."
    try:
        open_socket(name)[1].close()
        # Imported here because the checks need Twisted: where that is broken, an unreachable display is still reported.
        from windictator.x11.display_checks import run_checks

        run_checks(name, ANSWER_TIMEOUT_S, rows)
    except WinDictatorError as error:
        rows.append(("display", "fail", str(error), "" if rows else remedy))
    except ImportError as error:
        rows.append(("display", "warn", f"cannot be checked: {error}", ""))
