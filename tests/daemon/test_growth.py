"""People leave it running all day: nothing grows."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.daemon.daemon_runs import DaemonRun, Talk
from tests.x11.clients.client import RawWindow

pytestmark = pytest.mark.slow

WORDS = ["a", "an", "new line", "comma", "period", "cap", "no space", "quote", "question mark", "seven", "é", "ß"]
ROUNDS = 150
ALLOWED = 1_500
"""Kilobytes. What is remembered of an utterance takes some 1.5 until so many are remembered that the oldest go."""


def test_no_growth_in_mixed_use(
    start_daemon: Callable[..., DaemonRun], raw_window: RawWindow, settings: Callable[[str], None]
) -> None:
    """Utterances, corrections, pauses, other clients that come and go: memory and descriptors stay what they are."""
    settings("[history]\nlength = 50\n")
    daemon = start_daemon()
    chance = random.Random(1)
    with daemon.connect() as follower, daemon.connect() as talk:
        follower.ask("follow")
        _use(daemon, talk, chance)
        memory, descriptors = _memory(daemon), _descriptors(daemon)
        _use(daemon, talk, chance)
        assert _memory(daemon) - memory < ALLOWED
        assert _descriptors(daemon) <= descriptors
        assert talk.call("status")["refused"] < ROUNDS / 2


def _use(daemon: DaemonRun, talk: Talk, chance: random.Random) -> None:
    for number in range(ROUNDS):
        assert talk.call("say", text=" ".join(chance.choices(WORDS, k=chance.randint(1, 8))))["ok"]
        if number % 3 == 0:
            assert talk.call("undo")["ok"]
        if number % 10 == 0:
            assert talk.call("toggle")["ok"]
        if number % 20 == 0:
            assert daemon.call("status")["ok"]


def _memory(daemon: DaemonRun) -> int:
    """Resident memory, kilobytes."""
    lines = Path(f"/proc/{daemon.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def _descriptors(daemon: DaemonRun) -> int:
    return len(list(Path(f"/proc/{daemon.process.pid}/fd").iterdir()))
