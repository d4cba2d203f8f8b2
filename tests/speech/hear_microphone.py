"""Run by the tests as a program: hear a microphone under the real reactor.

Takes one JSON object as its argument. Prints "capturing" when it does, then one JSON object with what came of it.
"""

import json
import sys
from pathlib import Path

from twisted.internet import reactor
from twisted.internet.defer import Deferred, inlineCallbacks, succeed
from twisted.internet.task import deferLater

from windictator.errors import WinDictatorError
from windictator.speech.audio import Microphone
from windictator.speech.recognizer_process import VoskRecognizer
from windictator.text.utterance import Final

options = json.loads(sys.argv[1])
came = {"finals": [], "notices": [], "end": None, "failure": None, "bytes": 0}
enough = Deferred()


def on_hypothesis(hypothesis):
    if isinstance(hypothesis, Final):
        came["finals"].append(hypothesis.text)
        if len(came["finals"]) == options.get("finals"):
            enough.callback(None)


@inlineCallbacks
def run():
    microphone = Microphone(reactor, options.get("device"))
    recognizer = VoskRecognizer(reactor, Path(options["model"])) if "model" in options else None

    def sink(frame):
        came["bytes"] += len(frame)
        if came["bytes"] >= options.get("enough_bytes", float("inf")) and not enough.called:
            enough.callback(None)
        return recognizer.feed(frame) if recognizer is not None else succeed(None)

    try:
        ended = microphone.start(sink)
        print("capturing", flush=True)
        if recognizer is not None:
            # The model takes its time, and the user does not wait for it.
            yield deferLater(reactor, options.get("recognizer_late_by", 0.0))
            yield recognizer.start(on_hypothesis, came["notices"].append)
        if options.get("until_lost"):
            came["end"] = (yield ended).name
        else:
            yield enough
            microphone.stop()
            came["end"] = (yield ended).name
        came["overruns"] = microphone.overruns
        if recognizer is not None:
            yield recognizer.finish()
            yield recognizer.stop()
    except WinDictatorError as error:
        came["failure"] = str(error)
    reactor.stop()


reactor.callWhenRunning(run)
reactor.run()
print(json.dumps(came), flush=True)
