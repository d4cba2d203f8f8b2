"""How much is measured."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Plan:
    """``runs``: how often each thing is measured, in turn with what it is compared with. ``slow_runs``: the same for
    what takes ten seconds and more. ``text``, ``long_text``, ``lengths``: characters. ``unmapped``: how many different
    characters that the layout lacks. ``utterances``: how many of the recording are spoken in real time, None for all.
    ``figures_count``: whether they may be held against targets. ``speech``: a folder of recordings to speak in place of
    the demonstration's, None for that.
    """

    runs: int
    slow_runs: int
    text: int
    long_text: int
    lengths: tuple[int, ...]
    unmapped: int
    utterances: int | None
    figures_count: bool
    speech: Path | None = None


def full(runs: int) -> Plan:
    """What the figures are taken from."""
    return Plan(
        runs=runs,
        slow_runs=min(runs, 2),
        text=2_000,
        long_text=20_000,
        lengths=(100, 1_000, 10_000, 100_000),
        unmapped=60,
        utterances=None,
        figures_count=True,
    )


def quick(runs: int) -> Plan:
    """Everything once and small: shows that the benchmark works, its figures are worth nothing."""
    return Plan(
        runs=runs,
        slow_runs=1,
        text=100,
        long_text=200,
        lengths=(10, 100),
        unmapped=5,
        utterances=1,
        figures_count=False,
    )
