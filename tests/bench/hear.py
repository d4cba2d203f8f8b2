"""Run by the benchmark as a program: the real recognizer hears a recording as fast as it can, and nothing is typed.

Arguments: the recording and the model's folder. Prints one JSON object: the recording's seconds; seconds until the
recognizer's process listens, and from there until it has heard everything; the processor time of that process in both;
and the utterances, each with its text and the end of its last word in seconds of the recording.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import ensureDeferred

from windictator.settings import Settings
from windictator.speech.vosk_recognizer import VoskRecognizer
from windictator.speech.wav_file import FileAudio
from windictator.text.utterance import Final, Hypothesis


async def _hear(recording: str, model: str) -> dict[str, Any]:
    utterances: list[dict[str, Any]] = []

    def on_hypothesis(hypothesis: Hypothesis) -> None:
        if isinstance(hypothesis, Final) and hypothesis.words:
            utterances.append({"text": hypothesis.text, "end": hypothesis.words[-1].end})

    source = FileAudio(Path(recording), frame_ms=Settings().audio.frame_ms)
    recognizer = VoskRecognizer(reactor, Path(model))
    begin = time.perf_counter()
    await recognizer.start(on_hypothesis, lambda notice: print(notice, file=sys.stderr))
    ready, load_cpu = time.perf_counter(), _cpu(recognizer.pid)
    await source.start(recognizer.feed)
    await recognizer.finish()
    end, cpu = time.perf_counter(), _cpu(recognizer.pid)
    await recognizer.stop()
    return {
        "seconds": source.duration_s,
        "load": ready - begin,
        "load_cpu": load_cpu,
        "decode": end - ready,
        "decode_cpu": cpu - load_cpu,
        "utterances": utterances,
    }


def _cpu(pid: int | None) -> float:
    """Seconds of processor that a process has taken so far (proc(5): fields 14 and 15 of stat, in clock ticks)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _begin() -> None:
    heard = ensureDeferred(_hear(sys.argv[1], sys.argv[2]))
    heard.addCallback(lambda found: print(json.dumps(found)))
    heard.addErrback(lambda failure: failure.printTraceback(sys.stderr))
    heard.addBoth(lambda _: reactor.stop())


reactor.callWhenRunning(_begin)
reactor.run()
