"""User commands: sequences of actions that type, press keys, start programs and call functions."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from twisted.internet.defer import CancelledError, Deferred, inlineCallbacks, succeed

from windictator.dictation.editor import Editor
from windictator.dictation.interfaces import ActionServices, UtteranceInfo
from windictator.dictation.live_text import LiveText
from windictator.dictation.result import NOTHING_DONE, CommandResult, refused
from windictator.errors import WinDictatorError
from windictator.keyboard.chord import KeyCombination
from windictator.refusals import Refusal, RefusalCode, RefusedError, refusal_of
from windictator.text.commands.actions import (
    MAX_KEY_PRESSES,
    Action,
    CallBus,
    CallFunction,
    PressKeys,
    RunProgram,
    SetMode,
    SlotName,
    Template,
    TypeText,
    UserCommand,
    Wait,
)
from windictator.text.commands.bus_arguments import ArgumentsError, bus_arguments
from windictator.text.commands.slots import Slot
from windictator.text.commands.spoken_keys import Keys
from windictator.text.grammar import Command
from windictator.text.line_breaks import one_line
from windictator.text.normalise import normalise_text
from windictator.text.utterance import Words


class ActionError(WinDictatorError):
    """An action cannot be executed."""


@dataclass(slots=True)
class _Execution:
    """A user command that is being executed."""

    transcript: str
    values: Mapping[SlotName, str]
    """The contents of the slots, as text."""
    numbers: Mapping[SlotName, int]
    """The contents of slots for numbers."""
    chords: Mapping[SlotName, Sequence[KeyCombination]]
    """The contents of slots for keys."""
    live_text: LiveText | None
    """Where text goes; None if that must be found out."""
    window: int | None
    """The window that must have the focus; None after an action that may move the focus."""

    def focus_may_change(self) -> None:
        """Let what comes next go to the window that has the focus then."""
        self.live_text = self.window = None


class UserCommandRunner:
    """Executes user commands.

    editor: types text and presses keys.
    services: what can be reached apart from the window; None: nothing.
    format_words: formats words as in the middle of a text.
    set_mode: changes the mode, by the value of a ``Mode``.
    on_failure: called with the refusal if a program fails after it has been started.
    """

    def __init__(
        self,
        editor: Editor,
        services: ActionServices | None,
        format_words: Callable[[Words], str],
        set_mode: Callable[[str], None],
        on_failure: Callable[[Refusal], None],
    ) -> None:
        self._editor = editor
        self._on_failure = on_failure
        self._services = services
        self._format_words = format_words
        self._set_mode = set_mode
        self._cancelled = False
        self._pending: Deferred[Any] | None = None

    def cancel(self) -> None:
        """Execute no further action of the current command. What was started outside goes on there."""
        self._cancelled = True
        if self._pending is not None:
            self._pending.cancel()

    @inlineCallbacks
    def execute(
        self, user_command: UserCommand, command: Command, live_text: LiveText, transcript: str
    ) -> Generator[Deferred[Any], Any, CommandResult]:
        """Execute the actions of a user command up to the first that fails. The rest of the utterance is ignored."""
        self._cancelled = False
        execution = self._start(command, live_text, transcript)
        result = NOTHING_DONE
        for action in user_command.actions:
            try:
                result += yield self._execute_action(action, execution, user_command.title)
            except WinDictatorError as error:
                refusal = refusal_of(error, RefusalCode.USER_COMMAND_FAILED)
                result += refused(replace(refusal, message=f"{user_command.title!r}: {refusal.message}"))
            except CancelledError:
                break
            if not result.done or self._cancelled:
                break
        return result.ending_utterance()

    def _start(self, command: Command, live_text: LiveText, transcript: str) -> _Execution:
        """Fill the slots. Of several parses the one is taken that gives the first slots the fewest words."""
        values: dict[SlotName, str] = {}
        numbers: dict[SlotName, int] = {}
        chords: dict[SlotName, Sequence[KeyCombination]] = {}
        counts: dict[Slot, int] = {}

        def name(slot: Slot) -> SlotName:
            counts[slot] = counts.get(slot, 0) + 1
            return SlotName(slot, counts[slot])

        for held in command.slot_values[0] if command.slot_values else ():
            if isinstance(held, int):
                slot = name(Slot.NUMBER)
                numbers[slot], values[slot] = held, str(held)
            elif isinstance(held, Keys):
                slot = name(Slot.KEY)
                chords[slot], values[slot] = held, " ".join(map(str, held))
            else:
                values[name(Slot.WORDS)] = self._format_words(held)
        return _Execution(transcript, values, numbers, chords, live_text, live_text.window)

    def _execute_action(self, action: Action, execution: _Execution, name: str) -> Deferred[CommandResult]:
        match action:
            case TypeText():
                return self._type_text(action.text.fill(execution.values), execution)
            case PressKeys():
                return self._press_keys(action, execution)
            case RunProgram():
                return self._run_program(action.arguments, execution, name)
            case CallBus():
                return self._call_bus(action, execution)
            case CallFunction():
                return self._call_function(action, execution)
            case SetMode():
                return self._change_mode(action.mode)
            case Wait():
                return self._sleep(action.seconds)

    @inlineCallbacks
    def _type_text(self, text: str, execution: _Execution) -> Generator[Deferred[Any], Any, CommandResult]:
        text = normalise_text(text)
        live_text: LiveText = yield self._find_target(execution)
        if live_text.profile.line_breaks == "space":
            text = one_line(text)
        before = self._editor.context_before(live_text)
        result: CommandResult = yield self._editor.update(live_text, text)
        result += self._editor.record(
            live_text, execution.transcript, before.followed_by(text) if result.done else None
        )
        execution.live_text = None
        return result

    @inlineCallbacks
    def _press_keys(self, action: PressKeys, execution: _Execution) -> Generator[Deferred[Any], Any, CommandResult]:
        keys = action.combinations
        chords = execution.chords[keys] if isinstance(keys, SlotName) else keys
        times = execution.numbers[action.times] if isinstance(action.times, SlotName) else action.times
        if len(chords) * times > MAX_KEY_PRESSES:
            raise ActionError(f"no more than {MAX_KEY_PRESSES} keys are pressed at once")
        live_text: LiveText = yield self._find_target(execution)
        execution.focus_may_change()
        result: CommandResult = yield self._editor.press(live_text.window, [*chords] * times)
        return result

    @inlineCallbacks
    def _find_target(self, execution: _Execution) -> Generator[Deferred[Any], Any, LiveText]:
        """Fire with where keys go now. Raises ActionError if the focus has moved without an action that may move it."""
        live_text: LiveText = execution.live_text or (yield self._editor.start_utterance())
        if execution.window is not None and live_text.window != execution.window:
            raise RefusedError(
                Refusal(
                    RefusalCode.FOCUS_CHANGED,
                    "the focus moved to another window.",
                    "Click into the window you want to write in, and say it again.",
                )
            )
        execution.window = live_text.window
        return live_text

    def _run_program(self, arguments: Sequence[Template], execution: _Execution, name: str) -> Deferred[CommandResult]:
        execution.focus_may_change()
        self._find_services().programs.start(
            [argument.fill(execution.values) for argument in arguments],
            lambda failure: self._on_failure(Refusal(RefusalCode.USER_COMMAND_FAILED, f"{name!r}: {failure}")),
        )
        return succeed(NOTHING_DONE)

    @inlineCallbacks
    def _call_bus(self, action: CallBus, execution: _Execution) -> Generator[Deferred[Any], Any, CommandResult]:
        execution.focus_may_change()
        try:
            arguments = bus_arguments(
                action.signature, action.arguments, lambda text: Template.from_text(text).fill(execution.values)
            )
        except ArgumentsError as error:
            raise ActionError(str(error)) from None
        bus = self._find_services().bus(action.system)
        yield self._wait(
            bus.call(action.destination, action.path, action.interface, action.member, action.signature, arguments)
        )
        return NOTHING_DONE

    @inlineCallbacks
    def _call_function(
        self, action: CallFunction, execution: _Execution
    ) -> Generator[Deferred[Any], Any, CommandResult]:
        slots = {str(name)[1:-1]: execution.numbers.get(name, value) for name, value in execution.values.items()}
        execution.focus_may_change()
        text: str | None = yield self._wait(
            self._find_services().functions.call(
                action.module, action.function, UtteranceInfo(execution.transcript, slots)
            )
        )
        return (yield self._type_text(text, execution)) if text else NOTHING_DONE

    @inlineCallbacks
    def _sleep(self, seconds: float) -> Generator[Deferred[Any], Any, CommandResult]:
        yield self._wait(self._find_services().sleep(seconds))
        return NOTHING_DONE

    def _change_mode(self, mode: str) -> Deferred[CommandResult]:
        self._set_mode(mode)
        return succeed(NOTHING_DONE)

    @inlineCallbacks
    def _wait(self, pending: Deferred[Any]) -> Generator[Deferred[Any], Any, Any]:
        """Wait for ``pending``, at most until ``cancel``."""
        self._pending = pending
        try:
            return (yield pending)
        finally:
            self._pending = None

    def _find_services(self) -> ActionServices:
        if self._services is None:
            raise ActionError("programs cannot be started here")
        return self._services
