"""Carries out the commands of a user's own: presses keys, types, starts programs, calls others, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from twisted.internet.defer import CancelledError, Deferred, inlineCallbacks, succeed

from windictator.dictation.events import Listener
from windictator.dictation.interfaces import Outside, Said
from windictator.dictation.writing import Passage, Writer
from windictator.errors import WinDictatorError
from windictator.keyboard.chord import Chord
from windictator.text.commands.actions import (
    MOST_PRESSED,
    CallBus,
    CallFunction,
    Deed,
    OwnCommand,
    PressKeys,
    RunProgram,
    SetMode,
    SlotName,
    Template,
    TypeText,
    Wait,
)
from windictator.text.commands.bus_arguments import ArgumentsError, bus_arguments
from windictator.text.commands.slots import Slot
from windictator.text.commands.spoken_keys import Keys
from windictator.text.grammar import Command
from windictator.text.line_breaks import one_line
from windictator.text.normalise import clean_text
from windictator.text.utterance import Words
from windictator.typist.result import Stop


class DeedFailed(WinDictatorError):
    """A deed cannot be done, and why."""


@dataclass(slots=True)
class _Doing:
    """A command that is being carried out. ``values``: what its slots hold, as text; ``chords`` likewise, of keys.

    ``passage``: where text goes now, None where that has to be found out. ``window``: where that must be, None after
    what may move the focus by itself.
    """

    heard: str
    values: Mapping[SlotName, str]
    numbers: Mapping[SlotName, int]
    chords: Mapping[SlotName, Sequence[Chord]]
    passage: Passage | None
    window: int | None

    def may_move_focus(self) -> None:
        """What comes next goes to the window that has the focus then."""
        self.passage = self.window = None


class Deeds:
    """``outside``: what can be reached beside the window; None: nothing. ``written``: writes words as they would be
    dictated in the middle of a text. ``set_mode``: changes how utterances are taken, by the value of a ``Mode``."""

    def __init__(
        self,
        writer: Writer,
        listener: Listener,
        outside: Outside | None,
        written: Callable[[Words], str],
        set_mode: Callable[[str], None],
    ) -> None:
        self._writer = writer
        self._listener = listener
        self._outside = outside
        self._written = written
        self._set_mode = set_mode
        self._cancelled = False
        self._awaited: Deferred[Any] | None = None

    def cancel(self) -> None:
        """Do nothing more of the command under way; what was begun outside goes on there."""
        self._cancelled = True
        if self._awaited is not None:
            self._awaited.cancel()

    @inlineCallbacks
    def obey(
        self, own: OwnCommand, command: Command, passage: Passage, heard: str
    ) -> Generator[Deferred[Any], Any, bool]:
        """Do what the command says, up to the first deed that fails; that is told. Fires False: nothing more is to be
        done with the utterance."""
        self._cancelled = False
        doing = self._begun(command, passage, heard)
        for deed in own.deeds:
            try:
                done = yield self._do(deed, doing, own.title)
            except WinDictatorError as error:
                self._writer.refuse(f"{own.title!r}: {error}")
                break
            except CancelledError:
                break
            if not done or self._cancelled:
                break
        return False

    def _begun(self, command: Command, passage: Passage, heard: str) -> _Doing:
        """What is said more than one way is meant as that which gives the first slots the fewest words."""
        values: dict[SlotName, str] = {}
        numbers: dict[SlotName, int] = {}
        chords: dict[SlotName, Sequence[Chord]] = {}
        counts: dict[Slot, int] = {}

        def name(slot: Slot) -> SlotName:
            counts[slot] = counts.get(slot, 0) + 1
            return SlotName(slot, counts[slot])

        for held in command.readings[0] if command.readings else ():
            if isinstance(held, int):
                slot = name(Slot.NUMBER)
                numbers[slot], values[slot] = held, str(held)
            elif isinstance(held, Keys):
                slot = name(Slot.KEY)
                chords[slot], values[slot] = held, " ".join(map(str, held))
            else:
                values[name(Slot.WORDS)] = self._written(held)
        return _Doing(heard, values, numbers, chords, passage, passage.window)

    def _do(self, deed: Deed, doing: _Doing, name: str) -> Deferred[bool]:
        match deed:
            case TypeText():
                return self._type(deed.text.filled(doing.values), doing)
            case PressKeys():
                return self._press(deed, doing)
            case RunProgram():
                return self._run(deed.arguments, doing, name)
            case CallBus():
                return self._call_bus(deed, doing)
            case CallFunction():
                return self._call_function(deed, doing)
            case SetMode():
                return self._take_mode(deed.mode)
            case Wait():
                return self._sleep(deed.seconds)

    @inlineCallbacks
    def _type(self, text: str, doing: _Doing) -> Generator[Deferred[Any], Any, bool]:
        text = clean_text(text)
        passage = yield self._place(doing)
        if passage.profile.line_breaks == "space":
            text = one_line(text)
        before = self._writer.before(passage)
        complete: bool = yield self._writer.show(passage, text)
        self._writer.record(passage, doing.heard, before.followed_by(text) if complete else None)
        doing.passage = None
        return complete

    @inlineCallbacks
    def _press(self, deed: PressKeys, doing: _Doing) -> Generator[Deferred[Any], Any, bool]:
        keys = deed.chords
        chords = doing.chords[keys] if isinstance(keys, SlotName) else keys
        times = doing.numbers[deed.times] if isinstance(deed.times, SlotName) else deed.times
        if len(chords) * times > MOST_PRESSED:
            raise DeedFailed(f"no more than {MOST_PRESSED} keys are pressed at once")
        passage = yield self._place(doing)
        doing.may_move_focus()
        complete: bool = yield self._writer.press(passage.window, [*chords] * times)
        return complete

    @inlineCallbacks
    def _place(self, doing: _Doing) -> Generator[Deferred[Any], Any, Passage]:
        """Where keys go now: the window that was spoken to, unless the command itself may have moved the focus."""
        passage: Passage = doing.passage or (yield self._writer.begin())
        if doing.window is not None and passage.window != doing.window:
            raise DeedFailed(Stop.FOCUS_CHANGED.value)
        doing.window = passage.window
        return passage

    def _run(self, arguments: Sequence[Template], doing: _Doing, name: str) -> Deferred[bool]:
        doing.may_move_focus()
        self._reach().programs.start(
            [argument.filled(doing.values) for argument in arguments],
            lambda failure: self._listener.refused(f"{name!r}: {failure}"),
        )
        return succeed(True)

    @inlineCallbacks
    def _call_bus(self, deed: CallBus, doing: _Doing) -> Generator[Deferred[Any], Any, bool]:
        doing.may_move_focus()
        try:
            arguments = bus_arguments(
                deed.signature, deed.arguments, lambda text: Template.of(text).filled(doing.values)
            )
        except ArgumentsError as error:
            raise DeedFailed(str(error)) from None
        bus = self._reach().bus(deed.system)
        yield self._wait(
            bus.call(deed.destination, deed.path, deed.interface, deed.member, deed.signature, arguments)
        )
        return True

    @inlineCallbacks
    def _call_function(self, deed: CallFunction, doing: _Doing) -> Generator[Deferred[Any], Any, bool]:
        slots = {str(name)[1:-1]: doing.numbers.get(name, value) for name, value in doing.values.items()}
        doing.may_move_focus()
        text: str | None = yield self._wait(
            self._reach().functions.call(deed.module, deed.function, Said(doing.heard, slots))
        )
        return not text or bool((yield self._type(text, doing)))

    @inlineCallbacks
    def _sleep(self, seconds: float) -> Generator[Deferred[Any], Any, bool]:
        yield self._wait(self._reach().sleep(seconds))
        return True

    def _take_mode(self, mode: str) -> Deferred[bool]:
        self._set_mode(mode)
        return succeed(True)

    @inlineCallbacks
    def _wait(self, awaited: Deferred[Any]) -> Generator[Deferred[Any], Any, Any]:
        """Wait, but no longer than until ``cancel``."""
        self._awaited = awaited
        try:
            return (yield awaited)
        finally:
            self._awaited = None

    def _reach(self) -> Outside:
        if self._outside is None:
            raise DeedFailed("programs cannot be reached from here")
        return self._outside
