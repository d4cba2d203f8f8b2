"""Run by the tests as a program: read standard input as a source of audio under the real reactor.

Takes one JSON object as its argument, prints one JSON object with what came.
"""

import json
import sys

options = json.loads(sys.argv[1])
if options.get("reactor") == "select":
    from twisted.internet import selectreactor

    selectreactor.install()

from twisted.internet import reactor  # noqa: E402
from twisted.internet.task import deferLater  # noqa: E402

from windictator.speech.stdin_source import StdinAudio, StdinBytes  # noqa: E402

came = {"lengths": [], "bytes": "", "notices": [], "end": None, "failure": None, "at_once": 0}
busy = 0


def sink(data):
    """Takes a moment for each piece, as a recognizer does."""
    global busy
    busy += 1
    came["at_once"] = max(came["at_once"], busy)
    came["lengths"].append(len(data))
    came["bytes"] += data.hex()
    if len(came["lengths"]) == options.get("stop_after"):
        source.stop()
    return deferLater(reactor, 0.001, taken)


def taken():
    global busy
    busy -= 1


def ended(end):
    came["end"] = end.name


def failed(failure):
    came["failure"] = failure.getErrorMessage()


source = StdinAudio(reactor, on_notice=came["notices"].append) if options["source"] == "raw" else StdinBytes(reactor)


def run():
    source.start(sink).addCallbacks(ended, failed).addCallback(lambda _: reactor.stop())
    print("started", file=sys.stderr, flush=True)


reactor.callWhenRunning(run)
reactor.run()
print(json.dumps(came))
