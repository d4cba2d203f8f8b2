"""The commands that press keys: for what the keys do in the application, which nobody here can follow."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Literal

from twisted.internet.defer import Deferred, inlineCallbacks, succeed

from windictator.dictation.commands.edit import CommandHandler, caret_move_refusal
from windictator.dictation.writing import Editor, LiveText
from windictator.keyboard.chord import KeyCombination, KeyCombinationError, parse_combination
from windictator.text import corrections
from windictator.text.commands.actions import MAX_KEY_PRESSES
from windictator.text.context_adjust import MIDDLE_OF_TEXT, Context
from windictator.text.corrections import CorrectionError, EditableText
from windictator.text.grammar import Command

_AFTER_A_WORD = Context.after("a")


class KeyCommands:
    """Presses keys in the window that has the focus."""

    def __init__(self, editor: Editor) -> None:
        self._editor = editor
        self._corrector = editor.corrector
        self.commands: Mapping[str, CommandHandler] = {
            "press": lambda passage, command: self._press(passage, command.keys, command.number),
            "go_to_end": self._move("ctrl+End", keeps_context=True),
            "go_to_top": self._move("ctrl+Home"),
            "go_to_line_end": self._move("End", keeps_context=True),
            "go_to_line_start": self._move("Home"),
            "move_left": self._move_back("Left", corrections.last_characters_start),
            "move_right": self._move("Right", MIDDLE_OF_TEXT),
            "move_left_words": self._move_back("ctrl+Left", corrections.last_words_start),
            "move_right_words": self._move("ctrl+Right", _AFTER_A_WORD),
            "move_up": self._move("Up"),
            "move_down": self._move("Down"),
            "page_up": self._move("Page_Up"),
            "page_down": self._move("Page_Down"),
            "select_all": lambda passage, _: self._select_all(passage),
            "copy": lambda passage, _: self._copy(passage),
            "cut": lambda passage, _: self._cut(passage),
            "paste": lambda passage, _: self._press_profile_key(passage, "paste", context=_AFTER_A_WORD),
        }

    def _move(self, chord: str, context: Context | None = None, keeps_context: bool = False) -> CommandHandler:
        """``context``: what the caret stands behind then, as a rule; ``stays``: as before, where something of ours is
        the last that was typed."""

        def move(live_text: LiveText, command: Command) -> Deferred[bool]:
            ledger = self._editor.screen.ledger
            kept = (
                ledger.context(live_text.window)
                if keeps_context and ledger.last_editable(live_text.window)
                else context
            )
            return self._press_if_caret_may_move(live_text, chord, command.number, kept)

        return move

    def _move_back(self, chord: str, position_of: Callable[[int], Callable[[EditableText], int]]) -> CommandHandler:
        """To a place in the text that was dictated last, as far as that reaches."""

        def move(live_text: LiveText, command: Command) -> Deferred[bool]:
            open_text = self._corrector.open_text(live_text.window)
            if not caret_move_refusal(live_text.profile) and self._corrector.left_key_is_reliable(
                live_text.window, len(open_text.text)
            ):
                with suppress(CorrectionError):
                    return self._corrector.move_back(live_text.window, position_of(command.number)(open_text))
            return self._press_if_caret_may_move(live_text, chord, command.number, MIDDLE_OF_TEXT)

        return move

    def _press_if_caret_may_move(
        self, live_text: LiveText, chord: str, times: int = 1, context: Context | None = None
    ) -> Deferred[bool]:
        if problem := caret_move_refusal(live_text.profile):
            self._editor.refuse(problem)
            return succeed(False)
        return self._press_named(live_text, chord, times, context=context)

    def _select_all(self, live_text: LiveText) -> Deferred[bool]:
        if problem := caret_move_refusal(live_text.profile):
            self._editor.refuse(problem)
            return succeed(False)
        return self._press_profile_key(live_text, "select_all")

    def _copy(self, live_text: LiveText) -> Deferred[bool]:
        """What is selected by us stays so; else it is a key like any other."""
        selected = self._corrector.has_selection(live_text.window)
        return self._press_profile_key(live_text, "copy", keeps_text=selected)

    @inlineCallbacks
    def _cut(self, live_text: LiveText) -> Generator[Deferred[Any], Any, bool]:
        """What is selected by us is copied and then erased as any text of ours is: that can be undone."""
        if not self._corrector.has_selection(live_text.window):
            cut: bool = yield self._press_profile_key(live_text, "cut")
            return cut
        if not (yield self._copy(live_text)):
            return False
        erased: bool = yield self._corrector.correct(live_text.window, corrections.erase_last_utterance, "cut")
        return erased

    def _press_profile_key(
        self,
        live_text: LiveText,
        key: Literal["copy", "cut", "paste", "select_all"],
        keeps_text: bool = False,
        context: Context | None = None,
    ) -> Deferred[bool]:
        """The keys that the window's profile has for it."""
        profile = live_text.profile
        chord: str = getattr(profile, key)
        if not chord:
            problem = f"there are no keys to {key.replace('_', ' ')} in this window ({profile.name})"
            self._editor.refuse(f'{problem}: its profile has {key} = ""')
            return succeed(False)
        return self._press_named(live_text, chord, keeps_text=keeps_text, context=context)

    def _press_named(
        self,
        live_text: LiveText,
        chord: str,
        times: int = 1,
        keeps_text: bool = False,
        context: Context | None = None,
    ) -> Deferred[bool]:
        try:
            return self._press(live_text, (parse_combination(chord),), times, keeps_text, context)
        except KeyCombinationError as error:
            self._editor.refuse(str(error))
            return succeed(False)

    def _press(
        self,
        live_text: LiveText,
        chords: Sequence[KeyCombination],
        times: int,
        keeps_text: bool = False,
        context: Context | None = None,
    ) -> Deferred[bool]:
        if len(chords) * times > MAX_KEY_PRESSES:
            self._editor.refuse(f"no more than {MAX_KEY_PRESSES} keys are pressed by one command")
            return succeed(False)
        return self._editor.press(live_text.window, tuple(chords) * times, keeps_text, context)
