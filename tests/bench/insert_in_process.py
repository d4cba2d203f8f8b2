"""Run by the benchmark as a program: a process that goes on running and types what it is given.

Standard input: JSON strings, one a line. For each it prints a JSON object when the text has been confirmed: seconds,
seconds of processor, characters and key events confirmed, and why typing stopped early, if it did.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from twisted.internet import reactor, stdio
from twisted.internet.defer import ensureDeferred
from twisted.protocols.basic import LineOnlyReceiver

from windictator.app.factory import build_typist
from windictator.app.options_from_settings import typist_options
from windictator.app.process.reactor_run import ReactorRun
from windictator.dictation.profile_rules import ProfileRules
from windictator.settings import Settings
from windictator.typist.typist import Typist
from windictator.x11.typing_backend import X11Backend, open_backend


class _Lines(LineOnlyReceiver):
    delimiter = b"\n"
    MAX_LENGTH = 1 << 24

    def __init__(self, keyboard: X11Backend, typist: Typist) -> None:
        self._keyboard = keyboard
        self._typist = typist

    def lineReceived(self, line: bytes) -> None:
        ensureDeferred(self._insert(json.loads(line))).addErrback(_fail)

    async def _insert(self, text: str) -> None:
        cpu, begin = time.process_time(), time.perf_counter()
        typed = await self._typist.insert(text)
        seconds, cpu = time.perf_counter() - begin, time.process_time() - cpu
        reason = typed.stopped_by.clause if typed.stopped_by else ""
        outcome = {"seconds": seconds, "cpu": cpu, "keys": typed.key_event_count, "stopped": reason}
        self.sendLine(json.dumps(outcome).encode())

    def connectionLost(self, reason: Any = None) -> None:
        ensureDeferred(self._keyboard.close()).addBoth(lambda _: reactor.stop())


async def _begin() -> None:
    run = ReactorRun(5)
    keyboard = await open_backend(run.reactor)
    stdio.StandardIO(_Lines(keyboard, build_typist(keyboard, typist_options(Settings()), ProfileRules(), run.reactor)))


def _fail(failure: Any) -> None:
    failure.printTraceback(sys.stderr)
    reactor.stop()


reactor.callWhenRunning(lambda: ensureDeferred(_begin()).addErrback(_fail))
reactor.run()
