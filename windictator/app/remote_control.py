"""The requests of the control socket and of the hotkeys, carried out on the session."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

from twisted.internet.defer import Deferred, ensureDeferred
from twisted.python.failure import Failure

from windictator.app.activity import activity
from windictator.app.control.verbs import VERBS
from windictator.app.service import DictationService
from windictator.app.session import Session
from windictator.dictation.history import History
from windictator.dictation.queue import Dictation
from windictator.dictation.result import CommandResult
from windictator.errors import WinDictatorError
from windictator.keyboard.hotkey import HotkeyAction
from windictator.refusals import Refusal, RefusalCode
from windictator.text.alternatives import numbered_values
from windictator.text.ledger import UndoHistory
from windictator.text.normalise import normalise_text
from windictator.typist.result import StopReason, TypingResult, stop_reason_values

Reply = Mapping[str, object] | Coroutine[Deferred[Any], Any, Mapping[str, object]]


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
    on_refused: called with the refusal of a hotkey.
    """

    def __init__(
        self,
        daemon_status: Callable[[], Mapping[str, object]],
        history: History,
        reload: Callable[[], Awaitable[None]],
        stop: Callable[[], None],
        on_problem: Callable[[str], None],
        on_refused: Callable[[Refusal], None],
    ) -> None:
        self._daemon_status = daemon_status
        self._history = history
        self._reload = reload
        self._stop = stop
        self._on_problem = on_problem
        self._on_refused = on_refused
        self.service: DictationService | None = None
        """The dictation service; None until it is ready."""

    def execute(self, verb: str, arguments: Mapping[str, Any]) -> Reply:
        """Carry out a verb of ``app.control.verbs.VERBS`` and return what its reply holds.

        Raises WinDictatorError, or fails with it later.
        """
        function: Callable[..., Reply] = getattr(self, VERBS[verb].function)
        return function(**arguments)

    def handle_hotkey(self, action: HotkeyAction, pressed: bool) -> None:
        """Carry out a hotkey; ``pressed`` is False for the release of push-to-talk."""
        if self.service is None:
            return
        verb = action.value.replace("_", "-")
        arguments = {"down": pressed} if action is HotkeyAction.PUSH_TO_TALK else {}
        defaults = {name: argument.default for name, argument in VERBS[verb].arguments.items()}
        try:
            reply = self.execute(verb, defaults | arguments)
        except WinDictatorError as error:
            self._on_problem(str(error))
            return
        if not isinstance(reply, Mapping):
            ensureDeferred(reply).addErrback(self._hotkey_failed)

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
            self._on_refused(
                Refusal(
                    RefusalCode.HOTKEY_GRABBED,
                    f"The hotkey {action.value} did nothing: {StopReason.GRABBED.clause}.",
                    "Close it, and press the hotkey again.",
                )
            )

    def _hotkey_failed(self, failure: Failure) -> Failure | None:
        if not isinstance(failure.value, WinDictatorError):
            return failure
        self._on_problem(str(failure.value))
        return None

    # Functions of ``app.control.verbs.VERBS``

    def state(self) -> dict[str, object]:
        """Return the state of the session and of the daemon."""
        state = self.service.session.state() if self.service is not None else {"state": "starting"}
        known = {**state, **self._daemon_status()}
        return {**known, "activity": activity(known)}

    def pause(self) -> Reply:
        """Close the microphone."""
        self._ready_session.pause()
        return self.state()

    def resume(self) -> Reply:
        """Open the microphone."""
        self._ready_session.resume()
        return self.state()

    def toggle(self) -> Reply:
        """Pause or resume listening."""
        self._ready_session.toggle()
        return self.state()

    def push_to_talk(self, down: bool) -> Reply:
        """Listen while the key is down."""
        self._ready_session.push_to_talk(down)
        return self.state()

    def cancel(self) -> Reply:
        """Stop typing, and discard what was spoken but not yet typed."""
        self._ready_session.cancel()
        return self.state()

    def say(self, text: str, force: bool) -> Reply:
        """Handle ``text`` as recognised speech."""
        return _result_values(self._dictation.say(text, force))

    def type(self, text: str) -> Reply:
        """Type ``text`` literally."""
        return _result_values(self._dictation.type(normalise_text(text)))

    def undo(self, force: bool) -> Reply:
        """Undo the last change in the focused window."""
        return _result_values(self._dictation.undo(force))

    def redo(self, force: bool) -> Reply:
        """Redo what was undone last."""
        return _result_values(self._dictation.redo(force))

    def repeat(self) -> Reply:
        """Type the last utterance again."""
        return _result_values(self._dictation.repeat())

    def choose(self, number: int, force: bool) -> Reply:
        """Replace the last words with an alternative."""
        return _result_values(self._dictation.choose(number, force))

    def type_undelivered(self) -> Reply:
        """Type undelivered text at the cursor."""
        return _result_values(self._ready_session.type_undelivered())

    def discard_undelivered(self) -> Reply:
        """Discard undelivered text."""
        return {"discarded": self._ready_session.discard_undelivered()}

    def alternatives(self, force: bool) -> Reply:
        """List alternatives for the last words."""
        return self._alternatives(self._dictation, force)

    def history(self, count: int) -> Reply:
        """Return the last ``count`` utterances."""
        kept = self.service.dictation.undelivered_transcripts if self.service is not None else frozenset()
        return {"utterances": self._history.entries(count, self._undo_history, kept)}

    async def reload(self) -> Mapping[str, object]:
        """Reload the settings."""
        await self._reload()
        return self.state()

    def stop(self) -> Reply:
        """Begin the end of the daemon."""
        self._stop()
        return {"state": "stopping"}

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

    async def _alternatives(self, dictation: Dictation, force: bool) -> Mapping[str, object]:
        outcome = await dictation.alternatives(force)
        listed = dictation.current_alternatives
        return {
            "text": listed.text if listed else "",
            "items": numbered_values(listed.texts if listed else ()),
            **_refusal_values(outcome),
        }


def _refusal_values(outcome: CommandResult) -> dict[str, object]:
    refusal = outcome.refusal
    values: dict[str, object] = {"refused": refusal and refusal.message, "can_force": outcome.can_force}
    if refusal is not None:
        values |= {"code": refusal.code.value, "remedy": refusal.remedy, "cause": refusal.cause}
    return values


async def _result_values(pending: Deferred[CommandResult]) -> Mapping[str, object]:
    outcome = await pending
    return {
        "text": outcome.text,
        "erased": outcome.erased,
        "keys": outcome.key_event_count,
        **stop_reason_values(outcome.stopped),
        **_refusal_values(outcome),
        "nothing_typed": TypingResult("", outcome.text, outcome.stopped, outcome.key_event_count).nothing_typed,
    }
