"""Global hotkeys and a typist in one process, as the daemon has them. Run with ``python -m``.

Standard input and output are JSON lines:

``{"hotkeys": {ACTION: COMBINATION}, "tap": SECONDS}`` sets other hotkeys than before, and is answered by ``{"notice"}``
    lines and ``{"ready": true}``, or by ``{"error"}``;
``{"text": TEXT, "announce": N, "hold": SECONDS}`` types into the focused window, each key held down for so long;
    ``{"reached": N}`` is written when N writes have been sent (if N is not 0), ``{"confirmed", "stopped"}`` at the end;
    With ``hold_back``, ``{"about": KEYCODES}`` is written just before the Nth write, which waits for the next line;
``{"stop": true}`` ends the hotkeys and restores the keymap, and is answered by ``{"ended": true}``;
``{"ask": "alive"}`` is answered by ``{"alive": true}``.

At any time come ``{"action", "pressed", "at"}``, ``at`` being seconds of the system's monotonic clock, ``{"live":
[KEYCODE]}``, ``{"notice"}``, ``{"taken": ACTION}``, and ``{"told": KEYCODE}`` for each press of another key.
``cancel`` stops the typing.
"""

from __future__ import annotations

import json
import time
from typing import Any

from twisted.internet import reactor as the_reactor
from twisted.internet.defer import ensureDeferred, succeed
from twisted.protocols.basic import LineOnlyReceiver

from tests.x11.typing_process import CountingKeyer, serve, typist_on, wait_to_be_told
from windictator.errors import WinDictatorError
from windictator.keyboard.hotkey import HotkeyAction
from windictator.typist.interfaces import UserInput
from windictator.typist.result import StopReason
from windictator.typist.typing_job import Pace
from windictator.x11.hotkey_syntax import parse_hotkeys
from windictator.x11.hotkeys import Hotkeys
from windictator.x11.typing_backend import X11Backend

reactor: Any = the_reactor


class Conversation(LineOnlyReceiver):
    """Standard input and output."""

    delimiter = b"\n"
    MAX_LENGTH = 1 << 24

    def __init__(self, keyboard: X11Backend) -> None:
        self._keyboard = keyboard
        self._keyer: Any = CountingKeyer(keyboard)
        self._typist = typist_on(self._keyer, keyboard, pace=lambda window: succeed(Pace(self._hold)))
        self._hold = 0.0
        self._hotkeys: Hotkeys | None = None

    def lineReceived(self, line: bytes) -> None:
        ensureDeferred(self._obey(json.loads(line))).addErrback(self._fail)

    def connectionLost(self, reason: object = None) -> None:
        if self._hotkeys is not None:
            self._hotkeys.stop()
        ensureDeferred(self._keyboard.close()).addBoth(lambda _: reactor.stop())

    async def _obey(self, message: dict[str, Any]) -> None:
        if "hotkeys" in message:
            if self._hotkeys is not None:
                self._hotkeys.stop()
            self._hotkeys = Hotkeys(
                reactor,
                self._keyboard,
                parse_hotkeys(message["hotkeys"]),
                self._act,
                on_notice=lambda notice: self._say(notice=notice),
                on_grabbed_elsewhere=lambda action: self._say(taken=action.value),
                on_allowed_keys=self._live,
                tap_max_s=message["tap"],
            )
            self._typist.on_user_input = self._foreign
            await self._hotkeys.start()
            self._say(ready=True)
        elif "stop" in message:
            assert self._hotkeys is not None
            self._hotkeys.stop()
            await self._keyboard.character_mapper.restore()
            self._say(ended=True)
        elif "ask" in message:
            # What a key does is done after a few questions to the server at most.
            for _ in range(3):
                for connection in (self._hotkeys and self._hotkeys._connection, self._keyboard.control):
                    if connection is not None:
                        await connection.sync()
            self._say(alive=True)
        else:
            self._hold = message["hold"]
            if announced := message.get("announce"):
                self._keyer.announce(announced, lambda: self._say(reached=announced))
            if "hold_back" in message:
                self._keyer.hold_back(message["hold_back"], wait_to_be_told)
            typed = await self._typist.insert(message["text"])
            self._say(confirmed=len(typed.confirmed), stopped=typed.stopped_by and typed.stopped_by.name)

    def _foreign(self, foreign: UserInput) -> None:
        if foreign.pressed:
            self._say(told=foreign.code)

    def _act(self, action: HotkeyAction, pressed: bool) -> None:
        self._say(action=action.value, pressed=pressed, at=time.monotonic())
        if action is HotkeyAction.CANCEL:
            self._typist.stop(StopReason.CANCELLED)

    def _live(self, keycodes: frozenset[int]) -> None:
        self._say(live=sorted(keycodes))
        self._typist.allow_keys(keycodes)

    def _fail(self, failure: Any) -> None:
        wrong = isinstance(failure.value, WinDictatorError)
        self._say(error=failure.getErrorMessage() if wrong else failure.getTraceback())

    def _say(self, **what: object) -> None:
        self.sendLine(json.dumps(what).encode())


if __name__ == "__main__":
    serve(Conversation)
