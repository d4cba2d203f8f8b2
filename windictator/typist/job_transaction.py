"""Transactions of a job, for keys that act on the current text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from windictator.typist.typing_job import KeysStoppedError

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

    from windictator.deferreds import Waits
    from windictator.typist.interfaces import Transaction
    from windictator.typist.result import StopReason
    from windictator.typist.server_waits import ServerWaits
    from windictator.typist.typing_job import TypingJob


class JobTransaction:
    """Transaction of one job, which also takes back what the job counted if the transaction is rolled back."""

    def __init__(self, transaction: Transaction, job: TypingJob, waits: ServerWaits) -> None:
        self._transaction = transaction
        self._job = job
        self._waits = waits
        self._counts_before = (0, 0)
        self.is_open = False
        """Keys have been sent in a transaction that has been neither committed nor rolled back."""

    def begin(self, keycodes: Iterable[int], state: int) -> Waits[None]:
        """Begin a transaction, see ``interfaces.Transaction.begin``. Raises KeysStoppedError if that is refused."""
        refusal: StopReason | None = yield self._waits.guarded(self._transaction.begin(keycodes, state))
        if refusal is not None:
            raise KeysStoppedError(refusal)
        self.is_open = True
        self._counts_before = self._job.confirmed_count, self._job.key_event_count
        if self._job.stop_reason is not None:
            raise KeysStoppedError

    def check(self) -> None:
        """Raise KeysStoppedError if the transaction has expired."""
        if not self._transaction.active:
            raise KeysStoppedError

    def commit(self) -> None:
        """Deliver the keys of the transaction, if one is open.

        Raises KeysStoppedError if the user has pressed something before them or between them, or if it has expired.
        """
        if not self.is_open:
            return
        if self._job.stop_reason is not None:
            raise KeysStoppedError
        self.check()
        self._transaction.commit()
        self.is_open = False

    def commit_if(self, is_time: bool) -> None:
        """Deliver the keys if ``is_time``, or if the transaction has lasted long enough."""
        if is_time or self._transaction.should_end:
            self.commit()

    def roll_back(self) -> Deferred[None]:
        """Take back the keys and their counts; fire when the user's keys have been delivered."""
        self.is_open = False
        self._job.has_uncertain_key = not self._transaction.active  # it has expired
        self._job.confirmed_count, self._job.key_event_count = self._counts_before
        return self._transaction.roll_back()
