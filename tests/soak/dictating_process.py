"""Dictation in a process that stays connected, for the soak test of editing. Run with ``python -m``.

Standard input and output are JSON lines, answered in order:

``{"configure": {"live", "removal", "grab_server", "cursor_keys": {WINDOW: VALUE}}}`` starts again with an empty ledger;
VALUE is "" for a terminal.
``{"hear": LINE}`` is recognised as the text recognizer does it.
``{"ask": "undo" | "redo" | "repeat" | "type_undelivered", "force": BOOLEAN}`` is a request.
``{"say": TEXT, "force": BOOLEAN}`` is a request.
``{"give_back": true}`` restores the temporary mappings.

Each line is answered after all of it is done, with the result of ``_state``. With ``"announce": N``, ``{"reached": N}``
is written before, after N keystrokes have been sent. With ``"cancel_at": N`` the line is cancelled then.
"""

from __future__ import annotations

import json
from typing import Any

from twisted.internet.defer import Deferred, ensureDeferred, succeed
from twisted.protocols.basic import LineOnlyReceiver

from tests.text.spoken import DEFAULT
from tests.x11.typing_process import CountingKeyer, reactor, serve, typist_on
from windictator.dictation.events import Event, Refused, Typed
from windictator.dictation.options import DictationOptions
from windictator.dictation.profile import LiveTyping, Profile
from windictator.dictation.queue import Dictation
from windictator.speech.text_recognizer import TextRecognizer
from windictator.text.edit import BackspaceUnit
from windictator.text.ledger import Ledger
from windictator.typist.interfaces import UserInput
from windictator.x11.typing_backend import X11Backend

#: F12, which the tests press to ask an application for its text; the user never presses it.
ASKING_KEY = 96
_TERMINAL = Profile("terminals", cursor_keys="never", copy="", cut="", paste="", select_all="")


class Told:
    """Listener that keeps refusals."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Forget everything."""
        self.refusals: list[str] = []
        self.erased = 0
        self.stopped: str | None = None

    def on_event(self, event: Event) -> None:
        if isinstance(event, Refused):
            self.refusals.append(event.refusal.message)
        elif isinstance(event, Typed):
            self.erased += event.erased
            stop = event.result.stopped_by
            self.stopped = stop.name if stop else None


class Conversation(LineOnlyReceiver):
    """Protocol on standard input and output."""

    delimiter = b"\n"
    MAX_LENGTH = 1 << 24

    def __init__(self, keyboard: X11Backend) -> None:
        self._keyboard = keyboard
        self._keyer: Any = CountingKeyer(keyboard)
        self._typist = typist_on(self._keyer, keyboard)
        self._typist.on_user_input = self._foreign
        self._configure("off", "grapheme", False, {})

    def connectionMade(self) -> None:
        self._say(ready=True)

    def lineReceived(self, line: bytes) -> None:
        ensureDeferred(self._obey(json.loads(line))).addErrback(self._fail)

    def connectionLost(self, reason: object = None) -> None:
        ensureDeferred(self._keyboard.close()).addBoth(lambda _: reactor.stop())

    def _configure(self, live: LiveTyping, removal: str, grab_server: bool, cursor_keys: dict[str, Any]) -> None:
        self._told = Told()
        self._ledger = Ledger()
        self._keyboard.keyer.grab_server = grab_server
        profiles = {
            int(window): Profile("soak", cursor_keys=value) if value else _TERMINAL
            for window, value in cursor_keys.items()
        }

        def focused() -> Deferred[int]:
            return self._keyboard.keyer.read_state().addCallback(lambda state: state.focus)

        self._dictation = Dictation(
            self._typist,
            focused,
            DictationOptions(DEFAULT, live_typing=live, backspace_unit=BackspaceUnit(removal), keep_undelivered=True),
            self._ledger,
            self._told.on_event,
            profile_of=lambda window: succeed(profiles.get(window, Profile())),
        )
        self._ears = TextRecognizer()
        self._ears.start(self._dictation.accept_hypothesis, lambda notice: None)

    def _foreign(self, foreign: UserInput) -> None:
        if foreign.kind != "key" or foreign.code != ASKING_KEY:
            self._dictation.user_input(foreign)

    async def _obey(self, message: dict[str, Any]) -> None:
        if "give_back" in message:
            self._say(read=await self._keyboard.character_mapper.restore())
            return
        if "configure" in message:
            self._configure(**message["configure"])
        if announced := message.get("announce"):
            self._keyer.announce(announced, lambda: self._say(reached=announced))
        if cancel_at := message.get("cancel_at"):
            self._keyer.announce(cancel_at, self._dictation.cancel)
        force = message.get("force", False)
        if "hear" in message:
            await self._ears.feed(message["hear"].encode() + b"\n")
        elif "say" in message:
            await self._dictation.say(message["say"], force)
        elif "ask" in message:
            asked = getattr(self._dictation, message["ask"])
            await (asked(force) if message["ask"] in ("undo", "redo") else asked())
        await self._dictation.when_idle()
        self._keyer.announce(0, None)
        self._say(**self._state())
        self._told.forget()

    def _state(self) -> dict[str, Any]:
        """Return the state of the dictation.

        texts: for each window, the texts of the ledger's entries.
        shown: window and text of the current utterance.
        selections: windows in which the caret was moved by WinDictator.
        refusals, erased: since the last answer.
        stopped: reason that ended the last typing since then.
        """
        current = self._dictation.live_text
        told = self._told
        texts = {window: [entry.typed for entry in self._ledger.entries(window)] for window in self._ledger._windows}
        return {
            "texts": texts,
            "shown": [current.window, current.text] if current else None,
            "selections": self._dictation.moved_carets,
            "refusals": told.refusals,
            "erased": told.erased,
            "stopped": told.stopped,
        }

    def _fail(self, failure: Any) -> None:
        self._say(error=failure.getErrorMessage(), traceback=failure.getTraceback())

    def _say(self, **what: object) -> None:
        self.sendLine(json.dumps(what).encode())


if __name__ == "__main__":
    serve(Conversation)
