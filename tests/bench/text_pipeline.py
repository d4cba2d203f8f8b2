"""What it costs to make text of words, and whether it costs more with many rules."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.bench.plan import Plan
from tests.bench.rows import Row, median_row, ratio_row
from tests.bench.stage import Stage

TEXT_PIPELINE = "text pipeline"

MS = 1.0
"""Milliseconds for an utterance of 30 words with ten thousand rules, on a quiet machine."""
GROWTH = 2.0
"""How many times as much ten thousand rules may cost as a hundred."""
MEMORY_MB = 15.0
"""Megabytes for ten thousand rules: half of them names."""

_PROGRAM = Path(__file__).with_name("text_in_process.py")
_COUNTS = (100, 1_000, 10_000)


def text_pipeline(stage: Stage, plan: Plan) -> list[Row]:
    """Processes that have nothing to do with X, each with its number of rules."""
    times: dict[int, list[float]] = {count: [] for count in _COUNTS}
    reading: list[float] = []
    memory: list[float] = []
    problem = ""
    for _ in range(plan.runs):
        for count in _COUNTS:
            done = stage.run([sys.executable, "-P", str(_PROGRAM), str(count), str(20 * plan.runs)])
            problem = problem or done.problem
            if done.problem:
                continue
            found = json.loads(done.output)
            problem = problem or found["problem"]
            times[count].append(found["seconds"] * 1000)
            if count == _COUNTS[-1]:
                reading.append(found["reading"] * 1000)
                memory.append(found["memory"] / 1000)
    few, most = _COUNTS[0], _COUNTS[-1]
    rows = [
        median_row(TEXT_PIPELINE, f"30 words, {count:,} rules, processor time", "ms", times[count], problem)
        for count in _COUNTS
    ]
    rows[-1].at_most(MS)
    return [
        *rows,
        ratio_row(TEXT_PIPELINE, f"{most:,} rules / {few}", times[most], times[few], problem).at_most(GROWTH),
        median_row(TEXT_PIPELINE, f"reading {most:,} rules, processor time", "ms", reading, problem),
        median_row(TEXT_PIPELINE, f"memory of {most:,} rules", "MB", memory, problem).at_most(MEMORY_MB),
    ]
