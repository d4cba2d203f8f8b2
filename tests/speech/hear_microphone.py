"""Program for the tests: capture from a resilient microphone under the real reactor.

Takes one JSON object: ``sound`` (file that the sound goes to), ``device``, ``required``, ``levels``, ``model`` (the
sound goes to a recognizer, which begins to load when standard input gives a line). Prints one JSON object per line for
each event: {"open"}, {"notice"}, {"recovering"}, {"level"}, {"failure"}, {"final"}, {"end"}, and {"bytes"}
for every tenth of a second of sound; stops when standard input ends.
"""

import json
import sys
import time
from pathlib import Path

from twisted.internet import reactor, stdio
from twisted.internet.defer import succeed
from twisted.internet.protocol import Protocol

from windictator.speech.microphone_options import MicrophoneEvents, MicrophoneOptions
from windictator.speech.resilient_microphone import ResilientMicrophone
from windictator.speech.vosk_recognizer import VoskRecognizer
from windictator.text.utterance import Final

options = json.loads(sys.argv[1])
sound = Path(options["sound"]).open("wb", buffering=0)  # noqa: SIM115
came = {"bytes": 0, "told": 0}


def say(**what):
    print(json.dumps(what | {"at": time.monotonic()}), flush=True)


def sink(block):
    sound.write(block)
    came["bytes"] += len(block)
    if came["bytes"] - came["told"] >= 3200:
        came["told"] = came["bytes"]
        say(bytes=came["bytes"])
    return succeed(None) if recognizer is None else recognizer.feed(block)


def hypothesis(heard):
    if isinstance(heard, Final):
        say(final=heard.text)


recognizer = VoskRecognizer(reactor, Path(options["model"])) if "model" in options else None
microphone = ResilientMicrophone(
    reactor,
    MicrophoneOptions(options.get("device"), fail_if_missing=options.get("required", False)),
    MicrophoneEvents(
        on_notice=lambda notice: say(notice=notice),
        on_state=lambda recovering: say(recovering=recovering),
        on_level=lambda level: say(level=level),
    ),
)
microphone.report_levels = options.get("levels", False)


class Input(Protocol):
    def dataReceived(self, data):
        recognizer.start(hypothesis, lambda notice: say(notice=notice))

    def connectionLost(self, reason):
        microphone.stop()


def begin():
    stdio.StandardIO(Input())
    ended = microphone.start(sink)
    microphone.when_capturing().addCallback(lambda _: say(open=microphone.source, pid=microphone.pid))
    ended.addCallbacks(lambda end: say(end=end.name), lambda failure: say(failure=failure.getErrorMessage()))
    if recognizer is not None:
        ended.addBoth(lambda _: recognizer.stop())
    ended.addBoth(lambda _: reactor.stop())


reactor.callWhenRunning(begin)
reactor.run()
