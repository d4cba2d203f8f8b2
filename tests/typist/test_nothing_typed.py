"""Reasons to stop that forbid typing at all."""

from __future__ import annotations

import pytest

from windictator.typist.result import StopReason, TypingResult

BEFORE_FIRST_KEY = {
    *(StopReason.KEYS_HELD, StopReason.DEAD_KEY, StopReason.GRABBED, StopReason.HOTKEY, StopReason.OWN_HOTKEY),
    *(StopReason.DISABLED, StopReason.POINTER_HELD, StopReason.NOT_EXCLUSIVE),
}


@pytest.mark.parametrize("reason", StopReason)
def test_nothing_typed_depends_on_reason_and_keys(reason: StopReason) -> None:
    """Commands exit with status 1 if typing was refused and 3 if it stopped early."""
    assert reason.before_first_key == (reason in BEFORE_FIRST_KEY)
    refused = reason in BEFORE_FIRST_KEY | {StopReason.NO_FOCUS}
    assert TypingResult("hello", "", reason).nothing_typed == refused
    assert not TypingResult("hello", "h", reason, key_event_count=2).nothing_typed


def test_complete_typing_is_not_refused() -> None:
    """Empty text needs no key."""
    assert not TypingResult("", "").nothing_typed
