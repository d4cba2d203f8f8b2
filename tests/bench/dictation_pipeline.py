"""What a dictation adds between a final result and the first key, and whether that grows with what it knows."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.bench.plan import Plan
from tests.bench.rows import Row, median_row, ratio_row
from tests.bench.stage import Stage

DICTATION_PIPELINE = "dictation pipeline"

MS = 2.0
"""Milliseconds from a final result of 30 words to its first key, and until it is recorded, on a quiet machine."""
GROWTH = 2.0
"""How many times as much ten thousand rules and utterances may cost as a hundred."""

_PROGRAM = Path(__file__).with_name("dictation_in_process.py")
_COUNTS = (100, 1_000, 10_000)
_FIGURES = {
    "first_key": "30 words, final to first key",
    "recorded": "30 words, final until recorded",
    "correction": "a correction, final to first key",
    "correction_recorded": "a correction, final until recorded",
    "users_key": "a key of the user's",
}


def dictation_pipeline(stage: Stage, plan: Plan) -> list[Row]:
    """Processes that have nothing to do with X, each with its number of rules and of utterances in the ledger."""
    times: dict[tuple[str, int], list[float]] = {(figure, count): [] for figure in _FIGURES for count in _COUNTS}
    problem = ""
    for _ in range(plan.runs):
        for count in _COUNTS:
            done = stage.run([sys.executable, "-P", str(_PROGRAM), str(count), str(20 * plan.runs)])
            problem = problem or done.problem
            if done.problem:
                continue
            found = json.loads(done.output)
            problem = problem or found["problem"]
            for figure in _FIGURES:
                times[figure, count].append(found[figure] * 1000)
    few, most = _COUNTS[0], _COUNTS[-1]
    rows = []
    for figure, name in _FIGURES.items():
        for count in _COUNTS:
            shown = f"{name}, {count:,} rules and utterances, processor time"
            rows.append(median_row(DICTATION_PIPELINE, shown, "ms", times[figure, count], problem))
        rows[-1].at_most(MS)
        many, little = times[figure, most], times[figure, few]
        rows.append(ratio_row(DICTATION_PIPELINE, f"{name}, {most:,} / {few}", many, little, problem).at_most(GROWTH))
    return rows
