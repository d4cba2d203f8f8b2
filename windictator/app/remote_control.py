"""The verbs of the control socket and of the hotkeys, carried out on a session."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from twisted.internet.defer import Deferred

from windictator.app.session import Session
from windictator.dictation.caret import Outcome
from windictator.dictation.history import UtteranceLog
from windictator.errors import WinDictatorError
from windictator.keyboard.hotkey import HotkeyAction
from windictator.text.alternatives import numbered
from windictator.text.ledger import Reach
from windictator.text.normalise import clean_text
from windictator.typist.result import Stop, stop_values

Answer = Mapping[str, object] | Awaitable[Mapping[str, object]]


class NotReady(WinDictatorError):
    """A verb came before the daemon could dictate."""

    def __init__(self) -> None:
        super().__init__("WinDictator is still starting; try again in a moment")


class Steering:
    """``about``: what "status" says besides the session's state. ``reload``: reads the settings anew. ``stop``: begins
    the end of the program. ``on_problem``: told in one line what a hotkey could not do; ``on_refused``: what it was not
    allowed to. ``session``: None until it is ready."""

    def __init__(
        self,
        about: Callable[[], Mapping[str, object]],
        history: UtteranceLog,
        reload: Callable[[], Awaitable[None]],
        stop: Callable[[], None],
        on_problem: Callable[[str], None],
        on_refused: Callable[[str], None],
    ) -> None:
        self._on_problem = on_problem
        self._on_refused = on_refused
        self._about = about
        self._reload = reload
        self._stop = stop
        self.session: Session | None = None
        self._verbs: dict[str, Callable[[Mapping[str, Any]], Answer]] = {
            "status": lambda _: self.state(),
            "pause": lambda _: self._changed(self._ready.pause),
            "resume": lambda _: self._changed(self._ready.resume),
            "toggle": lambda _: self._changed(self._ready.toggle),
            "push-to-talk": lambda given: self._changed(lambda: self._ready.push_to_talk(given["down"])),
            "cancel": lambda _: self._changed(self._ready.cancel),
            "say": lambda given: _values(self._ready.say(given["text"], given["force"])),
            "type": lambda given: _values(self._ready.type(clean_text(given["text"]))),
            "undo": lambda given: _values(self._ready.undo(given["force"])),
            "redo": lambda given: _values(self._ready.redo(given["force"])),
            "repeat": lambda _: _values(self._ready.repeat()),
            "alternatives": lambda given: self._alternatives(self._ready, given["force"]),
            "choose": lambda given: _values(self._ready.choose(given["number"], given["force"])),
            "type-held": lambda _: _values(self._ready.type_held()),
            "drop-held": lambda _: {"dropped": self._ready.drop_held()},
            "history": lambda given: {"utterances": history.told(given["count"], self._reach)},
            "reload": lambda _: self._reloaded(),
            "stop": lambda _: self._stopping(),
        }

    def answer(self, verb: str, arguments: Mapping[str, Any]) -> Answer:
        """Carry out a verb; plain values for the reply. Raises or fails with WinDictatorError."""
        return self._verbs[verb](arguments)

    def state(self) -> dict[str, object]:
        """What "status" says."""
        state = self.session.state() if self.session is not None else {"state": "starting"}
        return {**state, **self._about()}

    def hotkey(self, action: HotkeyAction, begins: bool) -> None:
        """Carry out a hotkey; what cannot be done is told by ``on_problem``, there is nobody to answer."""
        session = self.session
        if session is None:
            return
        acts: dict[HotkeyAction, Callable[[], object]] = {
            HotkeyAction.TOGGLE: session.toggle,
            HotkeyAction.PUSH_TO_TALK: lambda: session.push_to_talk(begins),
            HotkeyAction.CANCEL: session.cancel,
            HotkeyAction.UNDO: session.undo,
            HotkeyAction.REDO: session.redo,
            HotkeyAction.REPEAT: session.repeat,
        }
        try:
            acts[action]()
        except WinDictatorError as error:
            self._on_problem(str(error))

    def taken_hotkey(self, action: HotkeyAction) -> None:
        """A hotkey whose key went to another program, which holds the keyboard: a microphone that is open is closed by
        the keys that pause; else nothing is done, and that is told by ``on_refused``."""
        session = self.session
        if session is None:
            return
        pauses = action in (HotkeyAction.TOGGLE, HotkeyAction.TAP_OR_HOLD)
        if pauses and session.state()["state"] == "listening":
            session.pause()
        else:
            self._on_refused(f"the hotkey {action.value} was not obeyed: {Stop.GRABBED.value}")

    @property
    def _ready(self) -> Session:
        if self.session is None:
            raise NotReady
        return self.session

    def _reach(self, window: int) -> Reach:
        return self.session.dictation.reach(window) if self.session is not None else Reach((), ())

    def _changed(self, act: Callable[[], None]) -> Mapping[str, object]:
        act()
        return self.state()

    async def _alternatives(self, session: Session, force: bool) -> Mapping[str, object]:
        outcome = await session.alternatives(force)
        listed = session.listed
        return {
            "text": listed.text if listed else "",
            "items": numbered(listed.texts if listed else ()),
            "refused": outcome.refusal or None,
            "forcible": outcome.forcible,
        }

    async def _reloaded(self) -> Mapping[str, object]:
        await self._reload()
        return self.state()

    def _stopping(self) -> Mapping[str, object]:
        self._stop()
        return {"state": "stopping"}


async def _values(asked: Deferred[Outcome]) -> Mapping[str, object]:
    outcome = await asked
    return {
        "text": outcome.text,
        "erased": outcome.erased,
        "keys": outcome.keys,
        "refused": outcome.refusal or None,
        "forcible": outcome.forcible,
        **stop_values(outcome.stopped),
    }
