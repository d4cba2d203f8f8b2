"""The commands that press keys: for what the keys do in the application, which nobody here can follow."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any

from twisted.internet.defer import Deferred, inlineCallbacks, succeed

from windictator.editing import Obey, caret_stays
from windictator.keyboard.chord import Chord, ChordError, parse_chord
from windictator.text import corrections
from windictator.text.grammar import Command
from windictator.writing import Passage, Writer

MOST_PRESSED = 100
"""Keys that one command presses at most."""


class Pressing:
    """Presses keys in the window that has the focus."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self.commands: Mapping[str, Obey] = {
            "press": lambda passage, command: self._press(passage, command.keys, command.number),
            "go_to_end": self._move("ctrl+End"),
            "go_to_top": self._move("ctrl+Home"),
            "go_to_line_end": self._move("End"),
            "go_to_line_start": self._move("Home"),
            "move_left": self._move("Left"),
            "move_right": self._move("Right"),
            "move_left_words": self._move("ctrl+Left"),
            "move_right_words": self._move("ctrl+Right"),
            "move_up": self._move("Up"),
            "move_down": self._move("Down"),
            "page_up": self._move("Page_Up"),
            "page_down": self._move("Page_Down"),
            "select_all": lambda passage, _: self._unless_caret_stays(passage, passage.profile.select_all),
            "copy": lambda passage, _: self._copy(passage),
            "cut": lambda passage, _: self._cut(passage),
            "paste": lambda passage, _: self._press_named(passage, passage.profile.paste),
        }

    def _move(self, chord: str) -> Obey:
        return lambda passage, command: self._unless_caret_stays(passage, chord, command)

    def _unless_caret_stays(
        self, passage: Passage, chord: str, command: Command | None = None
    ) -> Deferred[bool]:
        if problem := caret_stays(passage.profile):
            self._writer.refuse(problem)
            return succeed(False)
        return self._press_named(passage, chord, command.number if command else 1)

    def _copy(self, passage: Passage) -> Deferred[bool]:
        """What is selected by us stays so; else it is a key like any other."""
        selected = self._writer.has_selection(passage.window)
        return self._press_named(passage, passage.profile.copy, harmless=selected)

    @inlineCallbacks
    def _cut(self, passage: Passage) -> Generator[Deferred[Any], Any, bool]:
        """What is selected by us is copied and then erased as any text of ours is: that can be undone."""
        if not self._writer.has_selection(passage.window):
            cut: bool = yield self._press_named(passage, passage.profile.cut)
            return cut
        if not (yield self._copy(passage)):
            return False
        erased: bool = yield self._writer.correct(passage.window, corrections.scratch, "cut")
        return erased

    def _press_named(
        self, passage: Passage, chord: str, times: int = 1, harmless: bool = False
    ) -> Deferred[bool]:
        if not chord:
            self._writer.refuse(f'there are no keys for that in this window (profile "{passage.profile.name}")')
            return succeed(False)
        try:
            return self._press(passage, (parse_chord(chord),), times, harmless)
        except ChordError as error:
            self._writer.refuse(str(error))
            return succeed(False)

    def _press(
        self, passage: Passage, chords: Sequence[Chord], times: int, harmless: bool = False
    ) -> Deferred[bool]:
        if len(chords) * times > MOST_PRESSED:
            self._writer.refuse(f"no more than {MOST_PRESSED} keys are pressed by one command")
            return succeed(False)
        return self._writer.press(passage.window, tuple(chords) * times, harmless)
