"""The commands that press keys: for what the keys do in the application, which nobody here can follow."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Literal

from twisted.internet.defer import Deferred, inlineCallbacks, succeed

from windictator.dictation.commands.edit import Obey, caret_stays
from windictator.dictation.writing import Passage, Writer
from windictator.keyboard.chord import Chord, ChordError, parse_chord
from windictator.text import corrections
from windictator.text.context_adjust import MIDDLE_OF_TEXT, Context
from windictator.text.corrections import NotPossible, OpenText
from windictator.text.grammar import Command

MOST_PRESSED = 100
"""Keys that one command presses at most."""
_BEHIND_A_WORD = Context.after("a")


class Pressing:
    """Presses keys in the window that has the focus."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._corrector = writer.corrector
        self.commands: Mapping[str, Obey] = {
            "press": lambda passage, command: self._press(passage, command.keys, command.number),
            "go_to_end": self._move("ctrl+End", stays=True),
            "go_to_top": self._move("ctrl+Home"),
            "go_to_line_end": self._move("End", stays=True),
            "go_to_line_start": self._move("Home"),
            "move_left": self._move_back("Left", corrections.characters_back),
            "move_right": self._move("Right", MIDDLE_OF_TEXT),
            "move_left_words": self._move_back("ctrl+Left", corrections.words_back),
            "move_right_words": self._move("ctrl+Right", _BEHIND_A_WORD),
            "move_up": self._move("Up"),
            "move_down": self._move("Down"),
            "page_up": self._move("Page_Up"),
            "page_down": self._move("Page_Down"),
            "select_all": lambda passage, _: self._select_all(passage),
            "copy": lambda passage, _: self._copy(passage),
            "cut": lambda passage, _: self._cut(passage),
            "paste": lambda passage, _: self._press_of_profile(passage, "paste", context=_BEHIND_A_WORD),
        }

    def _move(self, chord: str, context: Context | None = None, stays: bool = False) -> Obey:
        """``context``: what the caret stands behind then, as a rule; ``stays``: as before, where something of ours is
        the last that was typed."""

        def move(passage: Passage, command: Command) -> Deferred[bool]:
            ledger = self._writer.screen.ledger
            kept = ledger.context(passage.window) if stays and ledger.last_open(passage.window) else context
            return self._unless_caret_stays(passage, chord, command.number, kept)

        return move

    def _move_back(self, chord: str, place: Callable[[int], Callable[[OpenText], int]]) -> Obey:
        """To a place in the text that was dictated last, as far as that reaches."""

        def move(passage: Passage, command: Command) -> Deferred[bool]:
            open_text = self._corrector.open_text(passage.window)
            if not caret_stays(passage.profile) and self._corrector.goes_left(passage.window, len(open_text.text)):
                with suppress(NotPossible):
                    return self._corrector.move_back(passage.window, place(command.number)(open_text))
            return self._unless_caret_stays(passage, chord, command.number, MIDDLE_OF_TEXT)

        return move

    def _unless_caret_stays(
        self, passage: Passage, chord: str, times: int = 1, context: Context | None = None
    ) -> Deferred[bool]:
        if problem := caret_stays(passage.profile):
            self._writer.refuse(problem)
            return succeed(False)
        return self._press_named(passage, chord, times, context=context)

    def _select_all(self, passage: Passage) -> Deferred[bool]:
        if problem := caret_stays(passage.profile):
            self._writer.refuse(problem)
            return succeed(False)
        return self._press_of_profile(passage, "select_all")

    def _copy(self, passage: Passage) -> Deferred[bool]:
        """What is selected by us stays so; else it is a key like any other."""
        selected = self._corrector.has_selection(passage.window)
        return self._press_of_profile(passage, "copy", harmless=selected)

    @inlineCallbacks
    def _cut(self, passage: Passage) -> Generator[Deferred[Any], Any, bool]:
        """What is selected by us is copied and then erased as any text of ours is: that can be undone."""
        if not self._corrector.has_selection(passage.window):
            cut: bool = yield self._press_of_profile(passage, "cut")
            return cut
        if not (yield self._copy(passage)):
            return False
        erased: bool = yield self._corrector.correct(passage.window, corrections.scratch, "cut")
        return erased

    def _press_of_profile(
        self,
        passage: Passage,
        key: Literal["copy", "cut", "paste", "select_all"],
        harmless: bool = False,
        context: Context | None = None,
    ) -> Deferred[bool]:
        """The keys that the window's profile has for it."""
        profile = passage.profile
        chord: str = getattr(profile, key)
        if not chord:
            problem = f"there are no keys to {key.replace('_', ' ')} in this window ({profile.name})"
            self._writer.refuse(f'{problem}: its profile has {key} = ""')
            return succeed(False)
        return self._press_named(passage, chord, harmless=harmless, context=context)

    def _press_named(
        self,
        passage: Passage,
        chord: str,
        times: int = 1,
        harmless: bool = False,
        context: Context | None = None,
    ) -> Deferred[bool]:
        try:
            return self._press(passage, (parse_chord(chord),), times, harmless, context)
        except ChordError as error:
            self._writer.refuse(str(error))
            return succeed(False)

    def _press(
        self,
        passage: Passage,
        chords: Sequence[Chord],
        times: int,
        harmless: bool = False,
        context: Context | None = None,
    ) -> Deferred[bool]:
        if len(chords) * times > MOST_PRESSED:
            self._writer.refuse(f"no more than {MOST_PRESSED} keys are pressed by one command")
            return succeed(False)
        return self._writer.press(passage.window, tuple(chords) * times, harmless, context)
