"""The helper that all tests wait with."""

from __future__ import annotations

import pytest

from tests.waiting import wait_until


def test_waiting_returns_the_true_value() -> None:
    """The caller often needs what it has waited for."""
    values = iter([0, "", 7])
    assert wait_until(lambda: next(values), poll_s=0) == 7


def test_waiting_fails_after_its_time() -> None:
    """The message says what did not happen."""
    with pytest.raises(AssertionError, match=r"timed out after 0.01 seconds: the key is up"):
        wait_until(lambda: False, 0.01, "the key is up", poll_s=0.001)
