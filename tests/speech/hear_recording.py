"""Run by the tests as a program: hear a recording with the real recognizer under the real reactor.

Takes one JSON object as its argument, prints one JSON object with what was delivered.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path

from twisted.internet import reactor
from twisted.internet.defer import inlineCallbacks

from windictator.errors import WinDictatorError
from windictator.speech.activity_gate import VoiceActivityGate
from windictator.speech.vad_recognizer import VadRecognizer
from windictator.speech.voice_detector import HANGOVER_S, VoiceDetector
from windictator.speech.vosk_options import VoskOptions
from windictator.speech.vosk_recognizer import VoskRecognizer
from windictator.speech.wav_file import FileAudio
from windictator.text.utterance import Final


def hear(  # noqa: C901  # one scenario with many switches, told by the caller as JSON
    audio,
    model,
    signals=(),
    signal_name="SIGKILL",
    signal_before_ready=False,
    feed_before_ready=False,
    signal_before_finish=False,
    signal_at_finals=False,
    frame_ms=50,
    gate_silence=None,
    ask_at_finals=False,
    signal_over_question=False,
    **options,
):
    """``signals``: seconds of audio after which the process gets the signal, while it works on that frame.
    ``gate_silence``: seconds of silence that end an utterance, None to have everything recognised without a gate.
    ``ask_at_finals``: asks of each utterance what else may have been said; ``signal_over_question``: when everything
    has been heard the process gets the signal while it looks for that.
    """
    heard = {"hypotheses": [], "notices": [], "failure": None, "pids": [], "first_sight": {}}
    heard |= {"alternatives": {}, "asked_seconds": []}
    recognizer = ears = VoskRecognizer(reactor, Path(model), VoskOptions(**options))
    if gate_silence is not None:
        gate = VoiceActivityGate(VoiceDetector().is_voice, trailing_silence_s=gate_silence, hangover=HANGOVER_S)
        ears = VadRecognizer(recognizer, gate, reactor)
    due = sorted(signals)
    fed = 0

    def on_hypothesis(hypothesis):
        # The seconds of audio after which each utterance was first heard of.
        heard["first_sight"].setdefault(hypothesis.utterance, fed)
        if isinstance(hypothesis, Final):
            words = [[word.text, word.start, word.end, word.confidence] for word in hypothesis.words]
            heard["hypotheses"].append(["final", hypothesis.utterance, hypothesis.text, words])
            if ask_at_finals:
                ask(hypothesis.utterance)
            if signal_at_finals and "end" not in heard:
                send_signal()
        else:
            heard["hypotheses"].append(["partial", hypothesis.utterance, hypothesis.text])

    def ask(utterance):
        def answered(readings):
            heard["alternatives"][utterance] = readings
            heard["asked_seconds"].append(time.monotonic() - begin)

        begin = time.monotonic()
        return ears.alternatives(utterance).addCallback(answered)

    def send_signal():
        heard["pids"].append(recognizer.pid)
        os.kill(recognizer.pid, signal.Signals[signal_name])

    def hypothesis_count():
        return len(heard["first_sight"])

    def sink(frame):
        nonlocal fed
        taken = ears.feed(frame)
        fed += len(frame) / 32000
        if due and fed >= due[0]:
            due.pop(0)
            send_signal()
        return taken

    @inlineCallbacks
    def run():
        begin = time.monotonic()
        try:
            ready = ears.start(on_hypothesis, heard["notices"].append)
            if signal_before_ready:
                send_signal()
            source = FileAudio(Path(audio), frame_ms)
            if not feed_before_ready:
                yield ready
                heard["ready_seconds"] = time.monotonic() - begin
            heard["end"] = (yield source.start(sink)).name
            heard["pids"].append(recognizer.pid)
            with Path(f"/proc/{recognizer.pid}/status").open() as status:
                heard["memory_kb"] = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
            if signal_before_finish:
                send_signal()
            yield ears.finish()
            heard["seconds"] = time.monotonic() - begin
            if signal_over_question:
                readings = ask(hypothesis_count() - 1)
                send_signal()
                yield readings
                heard["again"] = yield ears.alternatives(hypothesis_count() - 1)
                heard["pids"].append(recognizer.pid)
        except WinDictatorError as error:
            heard["failure"] = str(error)
        yield ears.stop()
        heard["pid_after_stop"] = recognizer.pid
        reactor.stop()

    reactor.callWhenRunning(run)
    reactor.run()
    return heard


if __name__ == "__main__":
    print(json.dumps(hear(**json.loads(sys.argv[1]))))
