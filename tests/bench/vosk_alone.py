"""Run by the benchmark as a program: when Vosk alone would have said what, had the recording been spoken to it.

Arguments: the recording, the model's folder, the milliseconds of sound that Vosk is fed at a time, its frames per chunk
(0 for the model's own), and the seconds of silence after which WinDictator's gate ends an utterance (0 for no gate).
Prints one JSON object: the utterances, each with its words as [text, start, end], with what the partials said as
[moment, text], and with the moment of the final. All in seconds of the recording: a moment is the end of the sound that
Vosk needed, and the time it took to think.
"""

from __future__ import annotations

import json
import sys
import time
import wave
from pathlib import Path
from typing import Any

import vosk
from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock

from windictator.speech.activity_gate import VoiceActivityGate
from windictator.speech.vad_recognizer import VadRecognizer
from windictator.speech.voice_detector import HANGOVER_S, VoiceDetector
from windictator.speech.vosk_configuration import linked_copy
from windictator.text.utterance import Final, Hypothesis, Partial, RecognizedWord


class VoskAlone:
    """A ``Recognizer`` in this process: Vosk, without anything that could take time."""

    def __init__(self, recognizer: Any) -> None:
        self._vosk = recognizer
        self._vosk.SetWords(True)
        self._partial = ""

    def start(self, on_hypothesis: Any, on_notice: Any) -> Deferred[None]:
        self._deliver = on_hypothesis
        return succeed(None)

    def feed(self, data: bytes) -> Deferred[None]:
        if self._vosk.AcceptWaveform(data):
            self._final(self._vosk.Result())
            return succeed(None)
        partial = json.loads(self._vosk.PartialResult())["partial"]
        if partial != self._partial:
            self._partial = partial
            self._deliver(Partial(0, partial))
        return succeed(None)

    def finish(self, silence_s: float = 0.0) -> Deferred[None]:
        self._final(self._vosk.FinalResult())
        return succeed(None)

    def stop(self) -> Deferred[None]:
        return succeed(None)

    unload = stop

    def load(self) -> None: ...

    def recycle(self) -> None: ...

    def refresh(self) -> None: ...

    def _final(self, result: str) -> None:
        words = json.loads(result).get("result", ())
        self._partial = ""
        if words:
            self._deliver(Final(0, tuple(RecognizedWord(w["word"], w["start"], w["end"], w["conf"]) for w in words)))


def _load(model: Path, frames_per_chunk: str) -> Any:
    """The model, with a configuration of its own where one is asked for."""
    if frames_per_chunk == "0":
        return vosk.Model(str(model))
    with linked_copy(model.absolute(), {"frames-per-chunk": frames_per_chunk}) as folder:
        return vosk.Model(str(folder))


def _listen(recording: str, model: str, frame_ms: str, frames_per_chunk: str, silence: str) -> list[dict[str, Any]]:
    vosk.SetLogLevel(-1)
    with wave.open(recording) as opened:
        rate, samples = opened.getframerate(), opened.readframes(opened.getnframes())
    ears: Any = VoskAlone(vosk.KaldiRecognizer(_load(Path(model), frames_per_chunk), rate))
    if float(silence):
        gate = VoiceActivityGate(VoiceDetector().is_voice, trailing_silence_s=float(silence), hangover=HANGOVER_S)
        ears = VadRecognizer(ears, gate, Clock())
    utterances: list[dict[str, Any]] = []
    partials: list[tuple[float, str]] = []
    spoken = began = 0.0

    def hear(hypothesis: Hypothesis) -> None:
        moment = spoken + time.perf_counter() - began
        if isinstance(hypothesis, Partial):
            partials.append((moment, hypothesis.text))
        else:
            words = [(word.text, word.start, word.end) for word in hypothesis.words]
            utterances.append({"words": words, "partials": list(partials), "final": moment})
            partials.clear()

    ears.start(hear, print)
    size = 2 * rate * int(frame_ms) // 1000
    for start in range(0, len(samples), size):
        spoken, began = min(start + size, len(samples)) / 2 / rate, time.perf_counter()
        ears.feed(samples[start : start + size])
    ears.finish()
    return utterances


print(json.dumps({"utterances": _listen(*sys.argv[1:])}))
