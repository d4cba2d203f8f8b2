"""Carries out the commands of a user's own: presses keys, types, starts programs, calls others, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from twisted.internet.defer import CancelledError, Deferred, inlineCallbacks, succeed

from windictator.dictation.events import DictationListener
from windictator.dictation.interfaces import ActionServices, UtteranceInfo
from windictator.dictation.writing import Editor, LiveText
from windictator.errors import WinDictatorError
from windictator.keyboard.chord import KeyCombination
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
from windictator.typist.result import StopReason


class ActionError(WinDictatorError):
    """A deed cannot be done, and why."""


@dataclass(slots=True)
class _Execution:
    """A command that is being carried out. ``values``: what its slots hold, as text; ``chords`` likewise, of keys.

    ``passage``: where text goes now, None where that has to be found out. ``window``: where that must be, None after
    what may move the focus by itself.
    """

    transcript: str
    values: Mapping[SlotName, str]
    numbers: Mapping[SlotName, int]
    chords: Mapping[SlotName, Sequence[KeyCombination]]
    live_text: LiveText | None
    window: int | None

    def focus_may_change(self) -> None:
        """What comes next goes to the window that has the focus then."""
        self.live_text = self.window = None


class UserCommandRunner:
    """``outside``: what can be reached beside the window; None: nothing. ``written``: writes words as they would be
    dictated in the middle of a text. ``set_mode``: changes how utterances are taken, by the value of a ``Mode``."""

    def __init__(
        self,
        editor: Editor,
        listener: DictationListener,
        services: ActionServices | None,
        format_words: Callable[[Words], str],
        set_mode: Callable[[str], None],
    ) -> None:
        self._editor = editor
        self._listener = listener
        self._services = services
        self._format_words = format_words
        self._set_mode = set_mode
        self._cancelled = False
        self._pending: Deferred[Any] | None = None

    def cancel(self) -> None:
        """Do nothing more of the command under way; what was begun outside goes on there."""
        self._cancelled = True
        if self._pending is not None:
            self._pending.cancel()

    @inlineCallbacks
    def execute(
        self, user_command: UserCommand, command: Command, live_text: LiveText, transcript: str
    ) -> Generator[Deferred[Any], Any, bool]:
        """Do what the command says, up to the first deed that fails; that is told. Fires False: nothing more is to be
        done with the utterance."""
        self._cancelled = False
        doing = self._start(command, live_text, transcript)
        for deed in user_command.actions:
            try:
                done = yield self._execute_action(deed, doing, user_command.title)
            except WinDictatorError as error:
                self._editor.refuse(f"{user_command.title!r}: {error}")
                break
            except CancelledError:
                break
            if not done or self._cancelled:
                break
        return False

    def _start(self, command: Command, live_text: LiveText, transcript: str) -> _Execution:
        """What is said more than one way is meant as that which gives the first slots the fewest words."""
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

    def _execute_action(self, action: Action, execution: _Execution, name: str) -> Deferred[bool]:
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
    def _type_text(self, text: str, execution: _Execution) -> Generator[Deferred[Any], Any, bool]:
        text = normalise_text(text)
        passage = yield self._find_target(execution)
        if passage.profile.line_breaks == "space":
            text = one_line(text)
        before = self._editor.context_before(passage)
        complete: bool = yield self._editor.update(passage, text)
        self._editor.record(passage, execution.transcript, before.followed_by(text) if complete else None)
        execution.live_text = None
        return complete

    @inlineCallbacks
    def _press_keys(self, action: PressKeys, execution: _Execution) -> Generator[Deferred[Any], Any, bool]:
        keys = action.combinations
        chords = execution.chords[keys] if isinstance(keys, SlotName) else keys
        times = execution.numbers[action.times] if isinstance(action.times, SlotName) else action.times
        if len(chords) * times > MAX_KEY_PRESSES:
            raise ActionError(f"no more than {MAX_KEY_PRESSES} keys are pressed at once")
        passage = yield self._find_target(execution)
        execution.focus_may_change()
        complete: bool = yield self._editor.press(passage.window, [*chords] * times)
        return complete

    @inlineCallbacks
    def _find_target(self, execution: _Execution) -> Generator[Deferred[Any], Any, LiveText]:
        """Where keys go now: the window that was spoken to, unless the command itself may have moved the focus."""
        passage: LiveText = execution.live_text or (yield self._editor.start_utterance())
        if execution.window is not None and passage.window != execution.window:
            raise ActionError(StopReason.FOCUS_CHANGED.value)
        execution.window = passage.window
        return passage

    def _run_program(self, arguments: Sequence[Template], execution: _Execution, name: str) -> Deferred[bool]:
        execution.focus_may_change()
        self._find_services().programs.start(
            [argument.fill(execution.values) for argument in arguments],
            lambda failure: self._listener.refused(f"{name!r}: {failure}"),
        )
        return succeed(True)

    @inlineCallbacks
    def _call_bus(self, action: CallBus, execution: _Execution) -> Generator[Deferred[Any], Any, bool]:
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
        return True

    @inlineCallbacks
    def _call_function(self, action: CallFunction, execution: _Execution) -> Generator[Deferred[Any], Any, bool]:
        slots = {str(name)[1:-1]: execution.numbers.get(name, value) for name, value in execution.values.items()}
        execution.focus_may_change()
        text: str | None = yield self._wait(
            self._find_services().functions.call(
                action.module, action.function, UtteranceInfo(execution.transcript, slots)
            )
        )
        return not text or bool((yield self._type_text(text, execution)))

    @inlineCallbacks
    def _sleep(self, seconds: float) -> Generator[Deferred[Any], Any, bool]:
        yield self._wait(self._find_services().sleep(seconds))
        return True

    def _change_mode(self, mode: str) -> Deferred[bool]:
        self._set_mode(mode)
        return succeed(True)

    @inlineCallbacks
    def _wait(self, pending: Deferred[Any]) -> Generator[Deferred[Any], Any, Any]:
        """Wait, but no longer than until ``cancel``."""
        self._pending = pending
        try:
            return (yield pending)
        finally:
            self._pending = None

    def _find_services(self) -> ActionServices:
        if self._services is None:
            raise ActionError("programs cannot be reached from here")
        return self._services
