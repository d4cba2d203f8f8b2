"""The verbs of the control socket and of the hotkeys, carried out on a session."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from twisted.internet.defer import Deferred

from windictator.app.session import Session
from windictator.dictation.history import History
from windictator.dictation.result import CommandResult
from windictator.errors import WinDictatorError
from windictator.keyboard.hotkey import HotkeyAction
from windictator.text.alternatives import numbered_values
from windictator.text.ledger import UndoHistory
from windictator.text.normalise import normalise_text
from windictator.typist.result import StopReason, stop_reason_values

Reply = Mapping[str, object] | Awaitable[Mapping[str, object]]


class NotReadyError(WinDictatorError):
    """A verb came before the daemon could dictate."""

    def __init__(self) -> None:
        super().__init__("WinDictator is still starting; try again in a moment")


class RemoteControl:
    """``about``: what "status" says besides the session's state. ``reload``: reads the settings anew. ``stop``: begins
    the end of the program. ``on_problem``: told in one line what a hotkey could not do; ``on_refused``: what it was not
    allowed to. ``session``: None until it is ready."""

    def __init__(
        self,
        daemon_status: Callable[[], Mapping[str, object]],
        history: History,
        reload: Callable[[], Awaitable[None]],
        stop: Callable[[], None],
        on_problem: Callable[[str], None],
        on_refused: Callable[[str], None],
    ) -> None:
        self._on_problem = on_problem
        self._on_refused = on_refused
        self._daemon_status = daemon_status
        self._reload = reload
        self._stop = stop
        self.session: Session | None = None
        self._verbs: dict[str, Callable[[Mapping[str, Any]], Reply]] = {
            "status": lambda _: self.state(),
            "pause": lambda _: self._run_and_report_state(self._ready_session.pause),
            "resume": lambda _: self._run_and_report_state(self._ready_session.resume),
            "toggle": lambda _: self._run_and_report_state(self._ready_session.toggle),
            "push-to-talk": lambda given: self._run_and_report_state(
                lambda: self._ready_session.push_to_talk(given["down"])
            ),
            "cancel": lambda _: self._run_and_report_state(self._ready_session.cancel),
            "say": lambda given: _result_values(self._ready_session.say(given["text"], given["force"])),
            "type": lambda given: _result_values(self._ready_session.type(normalise_text(given["text"]))),
            "undo": lambda given: _result_values(self._ready_session.undo(given["force"])),
            "redo": lambda given: _result_values(self._ready_session.redo(given["force"])),
            "repeat": lambda _: _result_values(self._ready_session.repeat()),
            "alternatives": lambda given: self._alternatives(self._ready_session, given["force"]),
            "choose": lambda given: _result_values(self._ready_session.choose(given["number"], given["force"])),
            "type-held": lambda _: _result_values(self._ready_session.type_undelivered()),
            "drop-held": lambda _: {"dropped": self._ready_session.discard_undelivered()},
            "history": lambda given: {"utterances": history.entries(given["count"], self._undo_history)},
            "reload": lambda _: self._reload_and_report_state(),
            "stop": lambda _: self._stop_and_report_state(),
        }

    def execute(self, verb: str, arguments: Mapping[str, Any]) -> Reply:
        """Carry out a verb; plain values for the reply. Raises or fails with WinDictatorError."""
        return self._verbs[verb](arguments)

    def state(self) -> dict[str, object]:
        """What "status" says."""
        state = self.session.state() if self.session is not None else {"state": "starting"}
        return {**state, **self._daemon_status()}

    def handle_hotkey(self, action: HotkeyAction, pressed: bool) -> None:
        """Carry out a hotkey; what cannot be done is told by ``on_problem``, there is nobody to answer."""
        session = self.session
        if session is None:
            return
        acts: dict[HotkeyAction, Callable[[], object]] = {
            HotkeyAction.TOGGLE: session.toggle,
            HotkeyAction.PUSH_TO_TALK: lambda: session.push_to_talk(pressed),
            HotkeyAction.CANCEL: session.cancel,
            HotkeyAction.UNDO: session.undo,
            HotkeyAction.REDO: session.redo,
            HotkeyAction.REPEAT: session.repeat,
        }
        try:
            acts[action]()
        except WinDictatorError as error:
            self._on_problem(str(error))

    def handle_grabbed_hotkey(self, action: HotkeyAction) -> None:
        """A hotkey whose key went to another program, which holds the keyboard: a microphone that is open is closed by
        the keys that pause; else nothing is done, and that is told by ``on_refused``."""
        session = self.session
        if session is None:
            return
        pauses = action in (HotkeyAction.TOGGLE, HotkeyAction.TAP_OR_HOLD)
        if pauses and session.state()["state"] == "listening":
            session.pause()
        else:
            self._on_refused(f"the hotkey {action.value} was not obeyed: {StopReason.GRABBED.value}")

    @property
    def _ready_session(self) -> Session:
        if self.session is None:
            raise NotReadyError
        return self.session

    def _undo_history(self, window: int) -> UndoHistory:
        return self.session.dictation.undo_history(window) if self.session is not None else UndoHistory((), ())

    def _run_and_report_state(self, action: Callable[[], None]) -> Mapping[str, object]:
        action()
        return self.state()

    async def _alternatives(self, session: Session, force: bool) -> Mapping[str, object]:
        outcome = await session.alternatives(force)
        listed = session.current_list
        return {
            "text": listed.text if listed else "",
            "items": numbered_values(listed.texts if listed else ()),
            "refused": outcome.refusal or None,
            "forcible": outcome.can_force,
        }

    async def _reload_and_report_state(self) -> Mapping[str, object]:
        await self._reload()
        return self.state()

    def _stop_and_report_state(self) -> Mapping[str, object]:
        self._stop()
        return {"state": "stopping"}


async def _result_values(pending: Deferred[CommandResult]) -> Mapping[str, object]:
    outcome = await pending
    return {
        "text": outcome.text,
        "erased": outcome.erased,
        "keys": outcome.key_event_count,
        "refused": outcome.refusal or None,
        "forcible": outcome.can_force,
        **stop_reason_values(outcome.stopped),
    }
