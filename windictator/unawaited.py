"""Answers that nobody waits for any more, since what ended the waiting is told already."""

from __future__ import annotations

from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

from windictator.errors import WinDictatorError


def let_go(answer: int | Deferred[int]) -> None:
    """Wait for the answer to ``Keyer.send`` no longer."""
    if not isinstance(answer, int):
        answer.addErrback(already_told)


def already_told(failure: Failure) -> None:
    """The text's own result says that the server is gone or silent."""
    if not isinstance(failure.value, (WinDictatorError, CancelledError)):
        failure.raiseException()
