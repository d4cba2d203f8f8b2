"""The typing half of the program as a process that stays connected, as a daemon does. Run with ``python -m``.

Standard input and output are JSON lines, answered in order but for the second, which is answered at once:

``{"text": TEXT, "announce": N}`` types into the focused window; ``{"reached": N}`` is written when N characters have
    been sent (only where N is given), ``{"confirmed", "stopped", "keys"}`` at the end;
``{"text": TEXT, "hold_back": N}`` types too; ``{"about": KEYCODES}`` is written just before the Nth character is sent,
    which waits for the next line of input;
``{"hold": SECONDS}`` holds each key down for this time from now on, and is echoed;
``{"grab_server": BOOLEAN}`` turns that setting on or off, and is echoed;
``{"ask": "alive"}`` is answered by ``{"alive": true}``, also in the middle of a text;
``{"give_back": true}`` restores the keymap, answered by ``{"read": whether every application has read its text}``.
"""

from __future__ import annotations

import json
import select
import sys
from collections.abc import Callable, Sequence
from typing import Any

from twisted.internet import reactor as the_reactor
from twisted.internet import stdio
from twisted.internet.defer import Deferred, ensureDeferred, succeed
from twisted.protocols.basic import LineOnlyReceiver

from windictator.keyboard.key_events import KeyEvent
from windictator.typist.typing_job import Pace
from windictator.typist.typist import Typist
from windictator.x11.open_popup import OpenPopups
from windictator.x11.typing_backend import X11Backend, open_backend
from windictator.x11.typing_ports import XKeyEvents

reactor: Any = the_reactor


class CountingKeyer:
    """The keyboard's keyer; calls ``on_count`` when this many keystrokes have been sent."""

    def __init__(self, keyboard: X11Backend) -> None:
        self._keyer = keyboard.keyer
        self._left = 0
        self._on_count: Any = None
        self._before_last: Any = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._keyer, name)

    def announce(self, count: int, on_count: Any) -> None:
        self._left, self._on_count = count, on_count

    def hold_back(self, count: int, before_last: Any) -> None:
        self._left, self._before_last = count, before_last

    def send(self, events: Sequence[KeyEvent]) -> int | Deferred[int]:
        if events and self._left == 1 and self._before_last is not None:
            self._left = 0
            self._before_last([event.keycode for event in events if event.pressed])
        sent = self._keyer.send(events)
        if events and self._left:
            self._left -= 1
            if not self._left:
                self._on_count()
        return sent


def typist_on(keyer: Any, keyboard: X11Backend, **options: Any) -> Typist:
    """A Typist on ``keyboard`` with another keyer. ``options``: its own, by name."""
    return Typist(
        XKeyEvents(
            keyer,
            keyboard.observer,
            keyboard.grab_detector,
            keyboard.client_sync,
            OpenPopups(keyboard.control),
        ),
        keyboard.keyboard_map,
        reactor,
        **options,
    )


class Conversation(LineOnlyReceiver):
    """Standard input and output."""

    delimiter = b"\n"
    MAX_LENGTH = 1 << 24

    def __init__(self, keyboard: X11Backend) -> None:
        self._keyboard = keyboard
        self._keyer: Any = CountingKeyer(keyboard)
        self._typist = typist_on(self._keyer, keyboard)

    def connectionMade(self) -> None:
        self._say(ready=True)

    def lineReceived(self, line: bytes) -> None:
        message = json.loads(line)
        if "ask" in message:
            self._say(alive=True)
        else:
            ensureDeferred(self._obey(message)).addErrback(self._fail)

    def connectionLost(self, reason: object = None) -> None:
        ensureDeferred(self._keyboard.close()).addBoth(lambda _: reactor.stop())

    async def _obey(self, message: dict[str, Any]) -> None:
        if "give_back" in message:
            self._say(read=await self._keyboard.character_mapper.restore())
            return
        if "hold" in message:
            self._typist = typist_on(self._keyer, self._keyboard, pace=lambda _window: succeed(Pace(message["hold"])))
            self._say(**message)
            return
        self._typist.allow_keys(frozenset(message.get("tolerate", ())))
        if "grab_server" in message:
            self._keyboard.keyer.grab_server = message["grab_server"]
            self._say(**message)
            return
        announced = message.get("announce")
        if announced:
            self._keyer.announce(announced, lambda: self._say(reached=announced))
        if "hold_back" in message:
            self._keyer.hold_back(message["hold_back"], wait_to_be_told)
        typed = await self._typist.insert(message["text"])
        stopped = typed.stopped_by.name if typed.stopped_by else None
        self._say(confirmed=len(typed.confirmed), stopped=stopped, keys=typed.key_event_count)

    def _fail(self, failure: Any) -> None:
        self._say(error=failure.getErrorMessage(), traceback=failure.getTraceback())

    def _say(self, **what: object) -> None:
        self.sendLine(json.dumps(what).encode())


def wait_to_be_told(keycodes: list[int]) -> None:
    """Let the reactor do nothing meanwhile; what is said is read afterwards."""
    sys.stdout.write(json.dumps({"about": keycodes}) + "\n")
    sys.stdout.flush()
    select.select([sys.stdin], [], [])


def serve(conversation: Callable[[X11Backend], LineOnlyReceiver]) -> None:
    """Hold a conversation over standard input and output, with the display open, until it stops the reactor."""

    def opened(keyboard: X11Backend) -> None:
        stdio.StandardIO(conversation(keyboard))

    def fail(failure: Any) -> None:
        failure.printTraceback(file=sys.stderr)
        reactor.stop()

    reactor.callWhenRunning(lambda: ensureDeferred(open_backend(reactor)).addCallbacks(opened, fail))
    reactor.run()


if __name__ == "__main__":
    serve(Conversation)
