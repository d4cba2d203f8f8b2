"""From the end of a spoken word to its last confirmed key, with the recording spoken in real time."""

from __future__ import annotations

import contextlib
import json
import statistics
import subprocess
import threading
import time
import wave
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from tests.bench.plan import Plan
from tests.bench.recognition import RECORDING, dictation, hear
from tests.bench.rows import Row, median_row
from tests.bench.stage import Stage, difference
from windictator.text.edit import Edit, apply_edit

LATENCY = "latency"

FRAME_SECONDS = 0.03
SILENCE_SECONDS = 2.0
"""Spoken after the last word, so that the last utterance ends as the others do: by the recognizer's judgement."""


@dataclass(slots=True)
class _Utterance:
    """What was heard, and when (``time.perf_counter``): the recognizer's final, the first text of which all keys were
    confirmed and the last, 0 if none."""

    heard: str = ""
    final: float = 0.0
    first_typed: float = 0.0
    typed: float = 0.0


@dataclass(slots=True)
class _Spoken:
    """One dictation in real time. ``began``: when the first sample was spoken. ``text``: what was confirmed."""

    began: float = 0.0
    text: str = ""
    utterances: list[_Utterance] = field(default_factory=list)
    problem: str = ""


def latency(stage: Stage, plan: Plan) -> list[Row]:
    """Each utterance of the demonstration's recording, with words typed only when they are final and before that."""
    recording = stage.folder / "spoken.wav"
    _cut(hear(stage, RECORDING)["utterances"], plan.utterances, recording)
    # The moments of the words: from the same recording, heard without hurry.
    ends = hear(stage, str(recording))["utterances"]
    rows = []
    for live in ("off", "stable"):
        spoken = [_speak(stage, recording, live) for _ in range(plan.slow_runs)]
        rows += _rows(live, spoken, ends)
    return rows


def _rows(live: str, runs: list[_Spoken], ends: list[dict[str, Any]]) -> list[Row]:
    problem = next((run.problem for run in runs if run.problem), "")
    keys, finals, first_keys = [], [], []
    for run in runs:
        if [utterance.heard for utterance in run.utterances] != [end["text"] for end in ends]:
            problem = problem or "HEARD OTHERWISE than without hurry"
            continue
        for utterance, end in zip(run.utterances, ends, strict=True):
            last_word = run.began + end["end"]
            finals.append((utterance.final - last_word) * 1000)
            if utterance.typed:
                keys.append((utterance.typed - last_word) * 1000)
                first_keys.append((utterance.first_typed - run.began - end["first_word_end"]) * 1000)
    what = f"--live {live}, last word's end to last key"
    return [
        median_row(LATENCY, f"{what}, median", "ms", keys, problem),
        Row(LATENCY, f"{what}, 90 of 100", _ninetieth(keys), "ms", keys, problem=problem),
        Row(LATENCY, f"{what}, longest", max(keys, default=None), "ms", keys, problem=problem),
        median_row(LATENCY, f"--live {live}, last word's end to the recognizer's final", "ms", finals, problem),
        median_row(LATENCY, f"--live {live}, first word's end to first text", "ms", first_keys, problem),
    ]


def _ninetieth(samples: list[float]) -> float | None:
    if len(samples) < 2:
        return samples[0] if samples else None
    return statistics.quantiles(samples, n=10, method="inclusive")[8]


def _cut(utterances: list[dict[str, Any]], count: int | None, path: Path) -> None:
    """Write the first ``count`` utterances of the demonstration's recording, then silence. It is 16 kHz mono s16le,
    and after every utterance there is a pause of more than half a second."""
    with wave.open(RECORDING) as whole, wave.open(str(path), "wb") as part:
        frames = whole.getnframes()
        if count is not None and count < len(utterances):
            frames = int((utterances[count - 1]["end"] + 0.3) * whole.getframerate())
        part.setparams(whole.getparams())
        part.writeframes(whole.readframes(frames))
        part.writeframes(bytes(2 * int(SILENCE_SECONDS * whole.getframerate())))


def _speak(stage: Stage, recording: Path, live: str) -> _Spoken:
    """Dictate the recording as if it were spoken now."""
    with wave.open(str(recording)) as opened:
        samples = opened.readframes(opened.getnframes())
        frame_bytes = 2 * int(FRAME_SECONDS * opened.getframerate())
    spoken = _Spoken()
    stage.window.clear()
    with subprocess.Popen(
        dictation("--audio", "-", "--live", live),
        env=stage.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        speaker = threading.Thread(target=_feed, args=(process.stdin, samples, frame_bytes, spoken))
        after_final = False
        for line in process.stdout:
            now = time.perf_counter()
            event = json.loads(line)
            if event["event"] == "ready":
                spoken.began = time.perf_counter()
                speaker.start()
            after_final = _follow(event, now, spoken, after_final)
        if speaker.ident is None:
            process.stdin.close()
        else:
            speaker.join()
    spoken.utterances = [utterance for utterance in spoken.utterances if utterance.heard]
    if process.returncode:
        spoken.problem = f"dictate: status {process.returncode}"
    spoken.problem = spoken.problem or difference(spoken.text, stage.window.text())
    return spoken


def _follow(event: dict[str, Any], now: float, spoken: _Spoken, after_final: bool) -> bool:
    """Take in one line of ``dictate --json``; whether the utterance's final has come.

    What is typed between a final and the next partial belongs to that final.
    """
    kind = event["event"]
    if kind not in ("partial", "final", "typed"):
        return after_final
    if not spoken.utterances or (after_final and kind != "typed"):
        spoken.utterances.append(_Utterance())
        after_final = False
    utterance = spoken.utterances[-1]
    if kind == "final":
        utterance.heard, utterance.final = event["text"], now
        return True
    if kind == "typed":
        utterance.typed = now
        utterance.first_typed = utterance.first_typed or now
        spoken.text = apply_edit(Edit(event["erased"], event["text"]), spoken.text)
    return after_final


def _feed(stream: IO[bytes], samples: bytes, frame_bytes: int, spoken: _Spoken) -> None:
    """Write each frame when its last sample has been spoken, and close the stream."""
    # A dictation that has ended is noticed by its status.
    with contextlib.suppress(BrokenPipeError), stream:
        for number, start in enumerate(range(0, len(samples), frame_bytes), 1):
            time.sleep(max(0.0, spoken.began + number * FRAME_SECONDS - time.perf_counter()))
            stream.write(samples[start : start + frame_bytes])
            stream.flush()
