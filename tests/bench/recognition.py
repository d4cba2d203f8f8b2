"""What recognition costs, alone and of a whole dictation."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.bench.inserting import BenchmarkError
from tests.bench.plan import Plan
from tests.bench.rows import Row, median_row, ratio_row
from tests.bench.stage import WINDICTATOR, Finished, Stage, difference
from windictator.speech.demonstration import UTTERANCES, demonstration_model, demonstration_recording
from windictator.text.edit import Edit, apply_edit

RECOGNITION = "recognition"

MODEL = str(demonstration_model())
RECORDING = str(demonstration_recording())


def recognition(stage: Stage, plan: Plan) -> list[Row]:
    """The demonstration's recording, as fast as it can be heard: by the recognizer alone, and dictated."""
    alone: list[dict[str, Any]] = []
    dictated: list[Finished] = []
    problem = ""
    for _ in range(plan.runs):
        alone.append(hear(stage, RECORDING))
        finished, wrong = _dictate(stage)
        dictated.append(finished)
        problem = problem or wrong
    heard = [utterance["text"] for utterance in alone[0]["utterances"]]
    misheard = "" if tuple(heard) == UTTERANCES else "HEARD OTHERWISE than what was said"
    whole = [finished.seconds for finished in dictated]
    factors = [run["decode"] / run["seconds"] for run in alone]
    cpu = [finished.cpu for finished in dictated]
    figures = [
        (f"real-time factor, {alone[0]['seconds']:.1f} s of speech, model loaded", "x", factors),
        ("loading the model, process start included", "s", _of(alone, "load")),
        ("recognizer's process, processor time, model", "s", _of(alone, "load_cpu")),
        ("recognizer's process, processor time, speech", "s", _of(alone, "decode_cpu")),
    ]
    share = "the recognizer alone / windictator dictate"
    return [
        *(median_row(RECOGNITION, name, unit, samples, misheard) for name, unit, samples in figures),
        median_row(RECOGNITION, "windictator dictate, whole process", "s", whole, problem),
        ratio_row(RECOGNITION, f"{share}, time", _total(alone, ""), whole, problem),
        ratio_row(RECOGNITION, f"{share}, processor time", _total(alone, "_cpu"), cpu, problem),
    ]


def hear(stage: Stage, recording: str) -> dict[str, Any]:
    """What ``hear.py`` finds in a recording. Raises BenchmarkError."""
    finished = stage.run([sys.executable, "-P", str(Path(__file__).with_name("hear.py")), recording, MODEL])
    if finished.problem or not finished.output:
        raise BenchmarkError(f"the recording {recording} could not be heard: {finished.problem or 'no result'}")
    found: dict[str, Any] = json.loads(finished.output)
    return found


def dictation(*arguments: str) -> list[str]:
    """``windictator dictate`` with the demonstration's model, telling everything as JSON."""
    return [*WINDICTATOR, "dictate", "--json", "--recognizer", "vosk", "--model", MODEL, *arguments]


def _dictate(stage: Stage) -> tuple[Finished, str]:
    """Dictate the recording; and what is wrong with the text in the window."""
    stage.window.clear()
    finished = stage.run(dictation("--audio", RECORDING))
    meant = ""
    for line in finished.output.splitlines():
        event = json.loads(line)
        if event["event"] == "typed":
            meant = apply_edit(Edit(event["erased"], event["text"]), meant)
    return finished, finished.problem or difference(meant, stage.window.text())


def _of(runs: list[dict[str, Any]], name: str) -> list[float]:
    return [run[name] for run in runs]


def _total(runs: list[dict[str, Any]], kind: str) -> list[float]:
    return [run["load" + kind] + run["decode" + kind] for run in runs]
