"""Confirmed keystrokes in a process that is already running; server and process share one processor."""

from __future__ import annotations

from tests.bench.inserting import Floor, Inserted, insert_once, running_typist
from tests.bench.plan import Plan
from tests.bench.rows import Row, median_row, ratio_row
from tests.bench.stage import Stage
from tests.bench.texts import mixed_case

INSERT = "insert"
LENGTHS = "lengths"

SHARE_OF_FLOOR = 0.5
"""Of the C floor's keystrokes per second, to be reached at least."""

GROWTH = 1.5
"""What a keystroke of the longest text may cost, in keystrokes of a text of 1,000 characters."""


def insert(stage: Stage, plan: Plan) -> list[Row]:
    """``Typist.insert`` beside the C floor."""
    floor = Floor(stage)
    rows = []
    with stage.side_by_side():
        for length in (plan.text, plan.long_text):
            rows += _beside_floor(stage, floor, mixed_case(length), plan)
    return rows


def _beside_floor(stage: Stage, floor: Floor, text: str, plan: Plan) -> list[Row]:
    ours: list[Inserted] = []
    floors: list[Inserted] = []
    for _ in range(plan.runs):
        ours.append(insert_once(stage, text))
        floors.append(floor.insert(text))
    our_rates, floor_rates = _rates(ours, text), _rates(floors, text)
    what = f"{len(text):,} characters"
    wrong, floor_wrong = _problem(ours), _problem(floors)
    either = wrong or floor_wrong
    best = [max(our_rates) / max(floor_rates)] if our_rates and floor_rates else []
    return [
        median_row(INSERT, f"{what}, Typist.insert", "keystrokes/s", our_rates, wrong),
        median_row(INSERT, f"{what}, C floor", "keystrokes/s", floor_rates, floor_wrong),
        ratio_row(INSERT, f"{what}, Typist.insert / C floor", our_rates, floor_rates, either).at_least(SHARE_OF_FLOOR),
        median_row(INSERT, f"{what}, the same, fastest of each", "x", best, either),
        median_row(
            INSERT,
            f"{what}, processor time of Typist.insert",
            "us/keystroke",
            [run.cpu / len(text) * 1e6 for run in ours if not run.problem],
            wrong,
        ),
    ]


def lengths(stage: Stage, plan: Plan) -> list[Row]:
    """Whether a keystroke costs more in a long text."""
    rows = []
    costs: dict[int, float] = {}
    with stage.side_by_side(), running_typist(stage) as typist:
        for length in plan.lengths:
            text = mixed_case(length)
            runs = [typist.insert(text) for _ in range(plan.runs if length <= plan.long_text else 1)]
            wrong = _problem(runs)
            good = [run for run in runs if not run.problem]
            rows.append(median_row(LENGTHS, f"{length:,} characters", "keystrokes/s", _rates(runs, text), wrong))
            cpu = median_row(
                LENGTHS,
                f"{length:,} characters, processor time",
                "us/keystroke",
                [run.cpu / length * 1e6 for run in good],
                wrong,
            )
            rows.append(cpu)
            if cpu.value is not None:
                costs[length] = cpu.value
    *_, before, longest = plan.lengths
    reference = 1_000 if 1_000 in costs else before
    growth = [costs[longest] / costs[reference]] if {reference, longest} <= costs.keys() else []
    name = f"processor time, a keystroke of {longest:,} / of {reference:,}"
    rows.append(median_row(LENGTHS, name, "x", growth, "" if growth else "not measured").at_most(GROWTH))
    return rows


def _rates(runs: list[Inserted], text: str) -> list[float]:
    return [len(text) / run.seconds for run in runs if not run.problem]


def _problem(runs: list[Inserted]) -> str:
    return next((run.problem for run in runs if run.problem), "")
