"""From the end of a spoken word to the screen, spoken into a virtual microphone in real time."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import statistics
import subprocess
import sys
import threading
import time
import wave
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from tests.bench.inserting import BenchmarkError
from tests.bench.plan import Plan
from tests.bench.recognition import MODEL, RECORDING, dictation, hear
from tests.bench.rows import Row, median_row
from tests.bench.stage import Stage, difference
from tests.bench.virtual_microphone import VirtualMicrophone
from windictator.settings import Settings
from windictator.text.edit import Edit, apply_edit

LATENCY = "latency"

SILENCE_SECONDS = 1.0
"""Spoken before the first word, between recordings, and after the last word."""
PATIENCE = 30.0
"""Seconds that a dictation may take to begin, and to end."""
_COMMANDS = ("scratch that",)
"""What takes text back because it was said: no flicker."""


@dataclass(slots=True)
class _Utterance:
    """``heard``: the final's text, ``final``: when it came. ``screen``: the text of this utterance after each edit,
    with the moment when all its keys were confirmed. ``erased``: BackSpaces. Moments in seconds of the recording.
    """

    heard: str = ""
    final: float = 0.0
    screen: list[tuple[float, str]] = field(default_factory=list)
    erased: int = 0

    @property
    def text(self) -> str:
        """The text on the screen in the end."""
        return self.screen[-1][1] if self.screen else ""

    @property
    def done(self) -> float:
        """When everything of it was known and confirmed."""
        return max(self.final, self.screen[-1][0] if self.screen else 0.0)


@dataclass(slots=True)
class _Spoken:
    """One dictation. ``ready``: seconds from its start to when it listened. ``cpu``: seconds of processor from then on,
    of all its processes.
    """

    utterances: list[_Utterance] = field(default_factory=list)
    text: str = ""
    ready: float = 0.0
    cpu: float = 0.0
    problem: str = ""


def latency(stage: Stage, plan: Plan) -> list[Row]:
    """What is spoken, with words typed only when they are final, when they are stable, and at once."""
    recording = stage.folder / "spoken.wav"
    _write_speech(stage, plan, recording)
    rows: list[Row] = []
    whole = hear(stage, str(recording))
    alone = _alone(stage, recording, frame_ms=20, frames_per_chunk=0, silence=0.0)
    ends = [end for utterance in alone for _, _, end in utterance["words"]]
    usual = _sight(alone, ends)
    rows += _pair("Vosk alone as it comes, fed 20 ms: a word's end to its first sight", usual, "")
    defaults = Settings()
    floor_utterances = _alone(
        stage,
        recording,
        frame_ms=defaults.audio.frame_ms,
        frames_per_chunk=defaults.recognizer.frames_per_chunk,
        silence=defaults.endpoint.trailing_silence_ms / 1000,
    )
    floor = _sight(floor_utterances, ends)
    rows += _pair("the floor, Vosk as WinDictator feeds it: a word's end to its first sight", floor, "")
    with _microphone() as microphone:
        for live in ("off", "stable", "eager"):
            spoken = [_speak(stage, microphone, recording, live) for _ in range(plan.slow_runs)]
            rows += _rows(live, spoken, alone, floor, usual, recording)
            if live == "stable":
                loading = [run.ready - whole["load"] for run in spoken]
                rows.append(median_row(LATENCY, "start to ready, without the model's load", "s", loading).at_most(1.0))
    return rows


def _rows(
    live: str,
    runs: list[_Spoken],
    alone: list[dict[str, Any]],
    floor: list[float | None],
    usual: list[float | None],
    recording: Path,
) -> list[Row]:
    problem = next((run.problem for run in runs if run.problem), "")
    words = [(word, end) for utterance in alone for word, _, end in utterance["words"]]
    shown, added, finals, flicker, cpu = [], [], [], [], []
    speech = sum(utterance["words"][-1][2] - utterance["words"][0][1] for utterance in alone)
    for run in runs:
        heard = [word for utterance in run.utterances for word in utterance.heard.split()]
        misheard = _misheard(heard, [word for word, _ in words])
        if misheard > 0.1:
            problem = problem or f"HEARD OTHERWISE: {misheard:.0%} of the words"
        moments = [moment for utterance in run.utterances for moment in _moments(utterance)]
        if len(moments) == len(words):
            for moment, (_, end), sight in zip(moments, words, floor, strict=True):
                if moment is not None:
                    shown.append((moment - end) * 1000)
                    if sight is not None:
                        added.append((moment - end - sight) * 1000)
        finals += [(moment - end) * 1000 for moment, end in _finals(run, recording)]
        typed = [utterance for utterance in run.utterances if utterance.heard not in _COMMANDS]
        flicker.append(sum(u.erased for u in typed) / max(1, sum(len(u.text) for u in typed)))
        cpu.append(run.cpu / speech)
    if not shown:
        problem = problem or "other words than without hurry: they cannot be compared"
    what = f"--live {live}, "
    rows = _pair(f"{what}a word's end to its last key", [sample / 1000 for sample in shown], problem)
    if live == "eager":
        rows += [
            median_row(LATENCY, f"{what}what WinDictator adds to the floor, median", "ms", added, problem).at_most(30),
            Row(
                LATENCY, f"{what}what WinDictator adds to the floor, 90 of 100", _ninetieth(added), "ms", added,
                problem=problem,
            ).at_most(80),
        ]  # fmt: skip
        least = statistics.median(sight for sight in usual if sight is not None)
        rows[0].at_most(round(least * 1000))
    return [
        *rows,
        median_row(LATENCY, f"{what}end of sound to final text, median", "ms", finals, problem).at_most(400),
        Row(LATENCY, f"{what}end of sound to final text, 90 of 100", _ninetieth(finals), "ms", finals, problem=problem),
        median_row(LATENCY, f"{what}BackSpaces per final character", "", flicker, problem).at_most(0.06)
        if live == "stable"
        else median_row(LATENCY, f"{what}BackSpaces per final character", "", flicker, problem),
        median_row(LATENCY, f"{what}processor time per second of speech", "s", cpu, problem),
    ]


def _pair(name: str, seconds: list[float | None] | list[float], problem: str) -> list[Row]:
    """Median and 90 of 100, in milliseconds."""
    samples = [second * 1000 for second in seconds if second is not None]
    return [
        median_row(LATENCY, f"{name}, median", "ms", samples, problem),
        Row(LATENCY, f"{name}, 90 of 100", _ninetieth(samples), "ms", samples, problem=problem),
    ]


def _ninetieth(samples: list[float]) -> float | None:
    if len(samples) < 2:
        return samples[0] if samples else None
    return statistics.quantiles(samples, n=10, method="inclusive")[8]


# What was said, and when


def _write_speech(stage: Stage, plan: Plan, path: Path) -> None:
    """What is to be spoken, with silence around it; recordings are 16 kHz mono s16le."""
    recordings = sorted(plan.speech.glob("*.wav")) if plan.speech is not None else [Path(RECORDING)]
    pause = bytes(2 * int(SILENCE_SECONDS * 16000))
    with wave.open(str(path), "wb") as spoken:
        spoken.setnchannels(1)
        spoken.setsampwidth(2)
        spoken.setframerate(16000)
        spoken.writeframes(pause)
        for recording in recordings:
            with wave.open(str(recording)) as whole:
                frames = whole.getnframes()
                if plan.speech is None and plan.utterances is not None:
                    last = hear(stage, RECORDING)["utterances"][plan.utterances - 1]
                    frames = int((last["end"] + 0.3) * whole.getframerate())
                spoken.writeframes(whole.readframes(frames))
            spoken.writeframes(pause)


def _alone(stage: Stage, recording: Path, *, frame_ms: int, frames_per_chunk: int, silence: float) -> list[Any]:
    program = str(Path(__file__).with_name("vosk_alone.py"))
    options = [str(recording), MODEL, str(frame_ms), str(frames_per_chunk), str(silence)]
    finished = stage.run([sys.executable, "-P", program, *options])
    if finished.problem or not finished.output:
        raise BenchmarkError(f"{recording} could not be heard by Vosk alone: {finished.problem or 'no result'}")
    utterances: list[Any] = json.loads(finished.output)["utterances"]
    return utterances


def _sight(utterances: list[dict[str, Any]], ends: list[float]) -> list[float | None]:
    """For each word, seconds from its end to the moment when a partial had it and all before it, to stay; None where
    the words are not those that ``ends`` belong to.
    """
    sights: list[float | None] = []
    for utterance in utterances:
        words = [word for word, _, _ in utterance["words"]]
        for count in range(1, len(words) + 1):
            moment: float | None = None
            for when, text in utterance["partials"]:
                if text.split()[:count] != words[:count]:
                    moment = None
                elif moment is None:
                    moment = when
            sights.append(utterance["final"] if moment is None else moment)
    if len(sights) != len(ends):
        return [None] * len(ends)
    return [sight - end for sight, end in zip(sights, ends, strict=True) if sight is not None]


def _misheard(heard: list[str], said: list[str]) -> float:
    """The share of words that are others."""
    import difflib

    return 1 - difflib.SequenceMatcher(None, heard, said, autojunk=False).ratio()


def _moments(utterance: _Utterance) -> list[float | None]:
    """For each word heard, when it and all before it stood on the screen to stay; None for spoken punctuation."""
    final, moments, position = utterance.text.casefold(), [], 0
    for word in utterance.heard.split():
        at = final.find(word.casefold(), position)
        if at < 0 or any(char.isalnum() for char in final[position:at]):
            moments.append(None)
            continue
        position = at + len(word)
        moment: float | None = None
        for when, text in utterance.screen:
            if text[:position].casefold() != final[:position]:
                moment = None
            elif moment is None:
                moment = when
        moments.append(moment)
    return moments


def _finals(run: _Spoken, recording: Path) -> Iterator[tuple[float, float]]:
    """For each utterance the moment when its text was final and on the screen, and that of the end of its sound."""
    with wave.open(str(recording)) as opened:
        rate = opened.getframerate()
        samples = memoryview(opened.readframes(opened.getnframes())).cast("h")
    for utterance in run.utterances:
        last = min(len(samples), int(utterance.final * rate)) - 1
        while last > 0 and abs(samples[last]) <= 8:
            last -= 1
        yield utterance.done, last / rate


# The dictation


@contextlib.contextmanager
def _microphone() -> Iterator[VirtualMicrophone]:
    microphone = VirtualMicrophone()
    try:
        microphone.start()
        yield microphone
    finally:
        microphone.stop()


def _speak(stage: Stage, microphone: VirtualMicrophone, recording: Path, live: str) -> _Spoken:
    """Dictate the recording as if it were spoken now."""
    spoken = _Spoken()
    stage.window.clear()
    started = time.perf_counter()
    with subprocess.Popen(
        dictation("--audio", "mic", "--live", live),
        env=stage.environment | microphone.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        events: queue.Queue[tuple[float, dict[str, Any]]] = queue.Queue()
        reader = threading.Thread(target=_read, args=(process.stdout, events), daemon=True)
        reader.start()
        try:
            ready, event = events.get(timeout=PATIENCE)
            if event["event"] != "ready":
                raise BenchmarkError(f"windictator dictate did not begin: {event}")
            spoken.ready = ready - started
            before = _cpu(process.pid)
            began = microphone.speak(recording)
            spoken.cpu = _cpu(process.pid) - before
        except queue.Empty:
            raise BenchmarkError("windictator dictate did not begin in time") from None
        finally:
            process.terminate()  # not by SIGINT: what is started in the background of a shell ignores it
        process.wait(PATIENCE)
        reader.join(PATIENCE)
    _follow(events, began, spoken)
    if process.returncode not in (0, 130):
        spoken.problem = f"dictate: status {process.returncode}"
    spoken.problem = spoken.problem or difference(spoken.text, stage.window.text())
    return spoken


def _read(stream: IO[bytes], events: queue.Queue[tuple[float, dict[str, Any]]]) -> None:
    for line in stream:
        events.put((time.perf_counter(), json.loads(line)))


def _follow(events: queue.Queue[tuple[float, dict[str, Any]]], began: float, spoken: _Spoken) -> None:
    """What happened. What is typed between a final and the next partial belongs to that final."""
    after_final = True
    while not events.empty():
        now, event = events.get()
        kind = event["event"]
        if kind == "refused":
            spoken.problem = spoken.problem or f"refused: {event}"
        if kind not in ("partial", "final", "typed"):
            continue
        if after_final and kind != "typed":
            spoken.utterances.append(_Utterance())
            after_final = False
        if not spoken.utterances:
            continue
        utterance = spoken.utterances[-1]
        if kind == "final":
            utterance.heard, utterance.final = event["text"], now - began
            after_final = True
        elif kind == "typed":
            edit = Edit(event["erased"], event["text"])
            utterance.erased += event["erased"]
            beneath = len(utterance.text) < event["erased"]  # "scratch that" takes back another utterance's
            utterance.screen.append((now - began, "" if beneath else apply_edit(edit, utterance.text)))
            spoken.text = apply_edit(edit, spoken.text)
    spoken.utterances = [utterance for utterance in spoken.utterances if utterance.heard]


def _cpu(pid: int) -> float:
    """Seconds of processor that a process and its children have taken (proc(5): fields 14 and 15 of stat)."""
    total = 0.0
    for process in [pid, *_children(pid)]:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += [int(child), *_children(int(child))]
    return found
