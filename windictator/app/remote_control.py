"""The requests of the control socket and of the hotkeys, carried out on the session."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from windictator.app.service import DictationService
from windictator.app.session import Session
from windictator.dictation.caret import CommandResult
from windictator.dictation.history import History
from windictator.dictation.queue import Dictation
from windictator.errors import WinDictatorError
from windictator.keyboard.hotkey import HotkeyAction
from windictator.text.alternatives import numbered_values
from windictator.text.ledger import UndoHistory
from windictator.text.normalise import normalise_text
from windictator.typist.result import StopReason, stop_reason_values

Reply = Mapping[str, object] | Awaitable[Mapping[str, object]]


class NotReadyError(WinDictatorError):
    """A request came before the daemon could dictate."""

    def __init__(self) -> None:
        super().__init__("not done: WinDictator is still starting; try again in a moment")


class RemoteControl:
    """Carries out requests.

    daemon_status: returns what "status" reports in addition to the state of the session.
    history: the history of utterances.
    reload: reloads the settings.
    stop: begins the end of the program.
    on_problem: called with one line about a hotkey that failed.
    on_refused: called with one line about a hotkey that was refused.
    """

    def __init__(
        self,
        daemon_status: Callable[[], Mapping[str, object]],
        history: History,
        reload: Callable[[], Awaitable[None]],
        stop: Callable[[], None],
        on_problem: Callable[[str], None],
        on_refused: Callable[[str], None],
    ) -> None:
        self._daemon_status = daemon_status
        self._reload = reload
        self._stop = stop
        self._on_problem = on_problem
        self._on_refused = on_refused
        self.service: DictationService | None = None
        """The dictation service; None until it is ready."""
        self._verbs: dict[str, Callable[[Mapping[str, Any]], Reply]] = {
            "status": lambda _: self.state(),
            "pause": lambda _: self._run_and_report_state(self._ready_session.pause),
            "resume": lambda _: self._run_and_report_state(self._ready_session.resume),
            "toggle": lambda _: self._run_and_report_state(self._ready_session.toggle),
            "push-to-talk": lambda given: self._run_and_report_state(
                lambda: self._ready_session.push_to_talk(given["down"])
            ),
            "cancel": lambda _: self._run_and_report_state(self._ready_session.cancel),
            "say": lambda given: _result_values(self._dictation.say(given["text"], given["force"])),
            "type": lambda given: _result_values(self._dictation.type(normalise_text(given["text"]))),
            "undo": lambda given: _result_values(self._dictation.undo(given["force"])),
            "redo": lambda given: _result_values(self._dictation.redo(given["force"])),
            "repeat": lambda _: _result_values(self._dictation.repeat()),
            "alternatives": lambda given: self._alternatives(self._dictation, given["force"]),
            "choose": lambda given: _result_values(self._dictation.choose(given["number"], given["force"])),
            "type-held": lambda _: _result_values(self._ready_session.type_undelivered()),
            "drop-held": lambda _: {"dropped": self._ready_session.discard_undelivered()},
            "history": lambda given: {"utterances": history.entries(given["count"], self._undo_history)},
            "reload": lambda _: self._reload_and_report_state(),
            "stop": lambda _: self._stop_and_report_state(),
        }

    def execute(self, verb: str, arguments: Mapping[str, Any]) -> Reply:
        """Carry out a request; return plain values for the reply. Raises or fails with WinDictatorError."""
        return self._verbs[verb](arguments)

    def state(self) -> dict[str, object]:
        """Return what "status" reports."""
        state = self.service.session.state() if self.service is not None else {"state": "starting"}
        return {**state, **self._daemon_status()}

    def handle_hotkey(self, action: HotkeyAction, pressed: bool) -> None:
        """Carry out a hotkey; ``pressed`` is False for the release of push-to-talk."""
        if self.service is None:
            return
        session = self.service.session
        actions: dict[HotkeyAction, Callable[[], object]] = {
            HotkeyAction.TOGGLE: session.toggle,
            HotkeyAction.PUSH_TO_TALK: lambda: session.push_to_talk(pressed),
            HotkeyAction.CANCEL: session.cancel,
            HotkeyAction.UNDO: lambda: session.dictation.undo().addErrback(self._hotkey_failed),
            HotkeyAction.REDO: lambda: session.dictation.redo().addErrback(self._hotkey_failed),
            HotkeyAction.REPEAT: lambda: session.dictation.repeat().addErrback(self._hotkey_failed),
        }
        try:
            actions[action]()
        except WinDictatorError as error:
            self._on_problem(str(error))

    def handle_grabbed_hotkey(self, action: HotkeyAction) -> None:
        """Handle a hotkey whose key went to another program, because that program has grabbed the keyboard.

        The hotkeys that pause then close an open microphone. Anything else is refused.
        """
        if self.service is None:
            return
        session = self.service.session
        pauses = action in (HotkeyAction.TOGGLE, HotkeyAction.TAP_OR_HOLD)
        if pauses and session.is_listening:
            session.pause()
        else:
            self._on_refused(f"the hotkey {action.value} was refused: {StopReason.GRABBED.value}")

    def _hotkey_failed(self, failure: Failure) -> Failure | None:
        if not isinstance(failure.value, WinDictatorError):
            return failure
        self._on_problem(str(failure.value))
        return None

    @property
    def _ready_session(self) -> Session:
        if self.service is None:
            raise NotReadyError
        return self.service.session

    @property
    def _dictation(self) -> Dictation:
        """The dictation, for new work. Raises NotReadyError, StoppingError."""
        return self._ready_session.dictation

    def _undo_history(self, window: int) -> UndoHistory:
        return self.service.dictation.undo_history(window) if self.service is not None else UndoHistory((), ())

    def _run_and_report_state(self, action: Callable[[], None]) -> Mapping[str, object]:
        action()
        return self.state()

    async def _alternatives(self, dictation: Dictation, force: bool) -> Mapping[str, object]:
        outcome = await dictation.alternatives(force)
        listed = dictation.current_alternatives
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
