"""How soon the command line answers."""

from __future__ import annotations

import sys

from tests.bench.plan import Plan
from tests.bench.rows import Row, median_row
from tests.bench.stage import WINDICTATOR, Stage

START = "start"

HELP_MS = 150.0
"""Milliseconds for ``--help`` on a quiet machine."""

COMMANDS = {
    "windictator --help": [*WINDICTATOR, "--help"],
    "windictator --version": [*WINDICTATOR, "--version"],
    "python -c pass, for comparison": [sys.executable, "-c", "pass"],
}


def start(stage: Stage, plan: Plan) -> list[Row]:
    """Whole processes that have nothing to do with X."""
    samples: dict[str, list[float]] = {name: [] for name in COMMANDS}
    problems = dict.fromkeys(COMMANDS, "")
    for _ in range(plan.runs):
        for name, command in COMMANDS.items():
            finished = stage.run(command)
            samples[name].append(finished.seconds * 1000)
            problems[name] = problems[name] or finished.problem
    rows = [median_row(START, name, "ms", samples[name], problems[name]) for name in COMMANDS]
    rows[0].at_most(HELP_MS)
    return rows
