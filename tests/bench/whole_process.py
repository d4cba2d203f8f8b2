"""A text typed by a process that is started for it, WinDictator's and xdotool's in turn."""

from __future__ import annotations

from tests.bench.inserting import Inserted, insert_once
from tests.bench.plan import Plan
from tests.bench.rows import Row, median_row, ratio_row
from tests.bench.stage import WINDICTATOR, Finished, Stage
from tests.bench.texts import mixed_case, unmapped

PROCESS = "process"
UNMAPPED = "unmapped"

TIMES_FASTEST = 4.0
"""``xdotool type --delay 0``, which confirms nothing: so many times its time may be taken."""

TIMES_DEFAULT = 20.0
"""xdotool's default, so many times faster is to be reached; see ``TIMES_DEFAULT_UNMAPPED`` for the other text."""

TIMES_DEFAULT_UNMAPPED = 5.0


def process(stage: Stage, plan: Plan) -> list[Row]:
    """The whole process for a text of the layout."""
    text = mixed_case(plan.text)
    ours: list[Finished] = []
    fastest: list[Finished] = []
    default: list[Finished] = []
    running: list[Inserted] = []
    for turn in range(plan.runs):
        ours.append(stage.type_by([*WINDICTATOR, "type", text], text))
        fastest.append(stage.type_by(["xdotool", "type", "--delay", "0", text], text))
        running.append(insert_once(stage, text))
        if turn < plan.slow_runs:
            default.append(stage.type_by(["xdotool", "type", text], text))
    what = f"{len(text):,} characters"
    wrong = _problem(ours)
    warm = [run.seconds for run in running]
    warm_wrong = next((run.problem for run in running if run.problem), "")
    return [
        median_row(PROCESS, f"{what}, windictator type", "s", _seconds(ours), wrong),
        median_row(PROCESS, f"{what}, xdotool type --delay 0", "s", _seconds(fastest), _problem(fastest)),
        median_row(PROCESS, f"{what}, xdotool type", "s", _seconds(default), _problem(default)),
        median_row(PROCESS, f"{what}, Typist.insert in a running process", "s", warm, warm_wrong),
        ratio_row(
            PROCESS, "windictator type / xdotool --delay 0, time", _seconds(ours), _seconds(fastest), wrong
        ).at_most(TIMES_FASTEST),
        ratio_row(
            PROCESS, "xdotool's default / windictator type, time", _seconds(default), _seconds(ours), wrong
        ).at_least(TIMES_DEFAULT),
        ratio_row(PROCESS, "Typist.insert / xdotool --delay 0, time", warm, _seconds(fastest), warm_wrong),
        median_row(PROCESS, "windictator type, processor time", "s", _cpu(ours), wrong),
        median_row(PROCESS, "xdotool type --delay 0, processor time", "s", _cpu(fastest), _problem(fastest)),
    ]


def unmapped_characters(stage: Stage, plan: Plan) -> list[Row]:
    """The whole process for a text with many characters that the layout lacks.

    An application that answers ``_NET_WM_PING``, as those of GTK, Qt, Tk and Chromium do, tells when it has read a new
    keymap; of one that does not, such as xterm, WinDictator has to wait until it has been at rest for some time, twice.
    xdotool asks neither.
    """
    text = unmapped(plan.unmapped)
    ours: list[Finished] = []
    unasked: list[Finished] = []
    default: list[Finished] = []
    try:
        for _ in range(plan.runs):
            stage.window.offer_pings(True)
            ours.append(stage.type_by([*WINDICTATOR, "type", text], text))
            default.append(stage.type_by(["xdotool", "type", text], text))
            stage.window.offer_pings(False)
            unasked.append(stage.type_by([*WINDICTATOR, "type", text], text))
    finally:
        stage.window.offer_pings(False)
    what = f"{plan.unmapped} unmapped among {len(text)} characters"
    wrong, unasked_wrong = _problem(ours), _problem(unasked)
    ratio, silent = "xdotool's default / windictator type, time", "into a window that answers no pings"
    return [
        median_row(UNMAPPED, f"{what}, windictator type", "s", _seconds(ours), wrong),
        median_row(UNMAPPED, f"{what}, {silent}", "s", _seconds(unasked), unasked_wrong),
        median_row(UNMAPPED, f"{what}, xdotool type", "s", _seconds(default), _problem(default)),
        ratio_row(UNMAPPED, ratio, _seconds(default), _seconds(ours), wrong).at_least(TIMES_DEFAULT_UNMAPPED),
        ratio_row(UNMAPPED, f"the same, {silent}", _seconds(default), _seconds(unasked), unasked_wrong),
    ]


def _seconds(runs: list[Finished]) -> list[float]:
    return [run.seconds for run in runs]


def _cpu(runs: list[Finished]) -> list[float]:
    return [run.cpu for run in runs]


def _problem(runs: list[Finished]) -> str:
    return next((run.problem for run in runs if run.problem), "")
