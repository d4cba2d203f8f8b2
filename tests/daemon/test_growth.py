"""People leave it running all day: nothing grows."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.daemon.daemon_runs import ControlConnection, DaemonRun
from tests.x11.clients.client import RawWindow

pytestmark = pytest.mark.slow

WORDS = ["a", "an", "new line", "comma", "period", "cap", "no space", "quote", "question mark", "seven", "é", "ß"]
ROUNDS = 150
MAX_GROWTH_KB = 1_500
"""Kilobytes. What is remembered of an utterance takes some 1.5 until so many are remembered that the oldest go."""


def test_no_growth_in_mixed_use(
    start_daemon: Callable[..., DaemonRun], raw_window: RawWindow, settings: Callable[[str], None]
) -> None:
    """Utterances, corrections, pauses, other clients that come and go: memory and descriptors stay what they are."""
    settings("[history]\nmax_utterances = 50\n")
    daemon = start_daemon()
    chance = random.Random(1)
    with daemon.connect() as follower, daemon.connect() as talk:
        follower.send_request("follow")
        _exercise(daemon, talk, chance)
        memory, descriptors = _memory_kb(daemon), _descriptor_count(daemon)
        _exercise(daemon, talk, chance)
        assert _memory_kb(daemon) - memory < MAX_GROWTH_KB
        assert _descriptor_count(daemon) <= descriptors
        assert talk.request("status")["refusal_count"] < ROUNDS / 2


def _exercise(daemon: DaemonRun, talk: ControlConnection, rng: random.Random) -> None:
    for number in range(ROUNDS):
        assert talk.request("say", text=" ".join(rng.choices(WORDS, k=rng.randint(1, 8))))["ok"]
        if number % 3 == 0:
            assert talk.request("undo")["ok"]
        if number % 10 == 0:
            assert talk.request("toggle")["ok"]
        if number % 20 == 0:
            assert daemon.request("status")["ok"]


def _memory_kb(daemon: DaemonRun) -> int:
    """Resident memory, kilobytes."""
    lines = Path(f"/proc/{daemon.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def _descriptor_count(daemon: DaemonRun) -> int:
    return len(list(Path(f"/proc/{daemon.process.pid}/fd").iterdir()))
