"""Where the daemon's log goes and what it looks like. Nothing dictated is in it, see ``events``."""

from __future__ import annotations

import logging
import os
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

LEVELS = ("error", "warning", "info", "debug")
MAX_LOG_BYTES = 1_000_000
"""Bytes after which the log is begun anew; one old one is kept."""


def set_up_logging(level: str, path: Path | None) -> None:
    """Log from ``level`` on to ``path`` (readable by the user alone), or to standard error if None."""
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
    """Errors that no code here takes (a defect) go to the log: their kind and place, not their words, which may hold
    what was dictated."""
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
