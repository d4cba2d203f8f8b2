"""The daemon's log. It contains nothing dictated; see ``app.event_publisher``."""

from __future__ import annotations

import logging
import os
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

MAX_LOG_BYTES = 1_000_000
"""Size after which a new log is begun, in bytes; one old log is kept."""


def set_up_logging(level: str, path: Path | None) -> None:
    """Log messages of at least ``level`` to ``path``, readable by the user alone; None: to standard error."""
    handler: logging.Handler
    if path is None:
        handler = logging.StreamHandler(sys.stderr)
        layout = "windictator: %(message)s"
    else:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handler = _PrivateFile(path, maxBytes=MAX_LOG_BYTES, backupCount=1, encoding="utf-8", delay=True)
        layout = "%(asctime)s %(levelname)s %(message)s"
    handler.setFormatter(logging.Formatter(layout))
    log = logging.getLogger("windictator")
    log.handlers[:] = [handler]
    log.setLevel(level.upper())
    log.propagate = False
    logging.raiseExceptions = False  # a full disk must not end up as a traceback
    _log_defects()


class _PrivateFile(RotatingFileHandler):
    def _open(self) -> Any:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        return os.fdopen(os.open(self.baseFilename, flags, 0o600), "a", encoding="utf-8")


def _log_defects() -> None:
    """Log errors that no code handles, which are defects: their kind and place, but not their text.

    The text may contain what was dictated.
    """
    from twisted.logger import ILogObserver, globalLogBeginner
    from zope.interface import implementer

    @implementer(ILogObserver)  # type: ignore[untyped-decorator]
    def observe(event: dict[str, Any]) -> None:
        failure = event.get("log_failure")
        if failure is not None:
            frames = failure.frames[-3:]
            place = " < ".join(f"{Path(frame[1]).name}:{frame[2]} {frame[0]}" for frame in reversed(frames))
            logging.getLogger("windictator").error("internal error: %s at %s", failure.type.__name__, place or "?")

    globalLogBeginner.beginLoggingTo([observe], redirectStandardIO=False, discardBuffer=True)
