"""The commands that press keys. What the keys do in the application is unknown."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Literal

from twisted.internet.defer import Deferred, inlineCallbacks, succeed

from windictator.dictation.caret_moves import move_back
from windictator.dictation.commands import CommandHandler
from windictator.dictation.commands.everyday import EverydayCommands
from windictator.dictation.editor import Editor
from windictator.dictation.live_text import LiveText
from windictator.dictation.rendering import caret_move_refusal
from windictator.dictation.result import CommandResult, refused
from windictator.keyboard.chord import KeyCombination, KeyCombinationError, parse_combination
from windictator.refusals import Refusal, RefusalCode, refusal_of
from windictator.text import corrections
from windictator.text.commands.actions import MAX_KEY_PRESSES
from windictator.text.context_adjust import MIDDLE_OF_TEXT, Context
from windictator.text.corrections import CorrectionError, EditableText
from windictator.text.grammar import Command

_AFTER_A_WORD = Context.after("a")


class KeyCommands:
    """Presses keys in the window that has the focus."""

    def __init__(self, editor: Editor, everyday: EverydayCommands) -> None:
        self._editor, self._everyday = editor, everyday
        self.commands: Mapping[str, CommandHandler] = {
            "press": lambda live_text, command: self._press(live_text, command.keys, command.number),
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
            "page_up": self._page("Page_Up", "scroll_up"),
            "page_down": self._page("Page_Down", "scroll_down"),
            "select_all": lambda live_text, _: self._select_all(live_text),
            "copy": lambda live_text, _: self._copy(live_text),
            "cut": lambda live_text, _: self._cut(live_text),
            "paste": lambda live_text, _: self._press_profile_key(live_text, "paste", context=_AFTER_A_WORD),
        }

    def _move(self, chord: str, context: Context | None = None, keeps_context: bool = False) -> CommandHandler:
        """Return a handler that moves the caret by a key.

        context: the context that is usually before the caret then.
        keeps_context: the context stays if the last text in the window may still be changed.
        """

        def move(live_text: LiveText, command: Command) -> Deferred[CommandResult]:
            ledger = self._editor.windows.ledger
            kept = (
                ledger.context(live_text.window)
                if keeps_context and ledger.last_editable(live_text.window)
                else context
            )
            return self._press_if_caret_may_move(live_text, chord, command.number, kept)

        return move

    def _page(self, chord: str, scroll: str) -> CommandHandler:
        """Return a handler that moves by a page; it only scrolls where the caret may not be moved.

        scroll: the everyday command whose keys are pressed then.
        """
        move = self._move(chord)

        def page(live_text: LiveText, command: Command) -> Deferred[CommandResult]:
            if live_text.profile.keys.get(scroll) and caret_move_refusal(live_text.profile):
                return self._everyday.scroll(live_text, scroll, command.number)
            return move(live_text, command)

        return page

    def _move_back(self, chord: str, position_of: Callable[[int], Callable[[EditableText], int]]) -> CommandHandler:
        """Return a handler that moves the caret back in the editable text, as far as that reaches."""

        def move(live_text: LiveText, command: Command) -> Deferred[CommandResult]:
            window = live_text.window
            editable = self._editor.editable_text(window)
            if not caret_move_refusal(live_text.profile) and self._editor.windows.left_key_is_reliable(
                window, len(editable.text)
            ):
                with suppress(CorrectionError):
                    return move_back(self._editor, window, position_of(command.number)(editable))
            return self._press_if_caret_may_move(live_text, chord, command.number, MIDDLE_OF_TEXT)

        return move

    def _press_if_caret_may_move(
        self, live_text: LiveText, chord: str, times: int = 1, context: Context | None = None
    ) -> Deferred[CommandResult]:
        if problem := caret_move_refusal(live_text.profile):
            return succeed(refused(problem))
        return self._press_named(live_text, chord, times, context=context)

    def _select_all(self, live_text: LiveText) -> Deferred[CommandResult]:
        if problem := caret_move_refusal(live_text.profile):
            return succeed(refused(problem))
        return self._press_profile_key(live_text, "select_all")

    def _copy(self, live_text: LiveText) -> Deferred[CommandResult]:
        """Press the key for copying. A selection made by WinDictator remains."""
        selected = self._editor.has_selection(live_text.window)
        return self._press_profile_key(live_text, "copy", keeps_text=selected)

    @inlineCallbacks
    def _cut(self, live_text: LiveText) -> Generator[Deferred[Any], Any, CommandResult]:
        """Cut. A selection made by WinDictator is copied, then erased as any dictated text, so it can be undone."""
        if not self._editor.has_selection(live_text.window):
            cut: CommandResult = yield self._press_profile_key(live_text, "cut")
            return cut
        result: CommandResult = yield self._copy(live_text)
        if result.done:
            result += yield self._editor.correct(live_text.window, corrections.erase_last_utterance, "cut")
        return result

    def _press_profile_key(
        self,
        live_text: LiveText,
        key: Literal["copy", "cut", "paste", "select_all"],
        keeps_text: bool = False,
        context: Context | None = None,
    ) -> Deferred[CommandResult]:
        """Press the keys that the window's profile has for an action."""
        profile = live_text.profile
        chord: str = getattr(profile, key)
        if not chord:
            action = key.replace("_", " ")
            return succeed(
                refused(
                    Refusal(
                        RefusalCode.NO_SUCH_KEYS_HERE,
                        f'No keys are known to {action} in this window (profile "{profile.name}").',
                        'Say "press" and the keys, or use the mouse.',
                    )
                )
            )
        return self._press_named(live_text, chord, keeps_text=keeps_text, context=context)

    def _press_named(
        self,
        live_text: LiveText,
        chord: str,
        times: int = 1,
        keeps_text: bool = False,
        context: Context | None = None,
    ) -> Deferred[CommandResult]:
        try:
            return self._press(live_text, (parse_combination(chord),), times, keeps_text, context)
        except KeyCombinationError as error:
            return succeed(refused(refusal_of(error, RefusalCode.BAD_KEYS)))

    def _press(
        self,
        live_text: LiveText,
        chords: Sequence[KeyCombination],
        times: int,
        keeps_text: bool = False,
        context: Context | None = None,
    ) -> Deferred[CommandResult]:
        if len(chords) * times > MAX_KEY_PRESSES:
            return succeed(
                refused(
                    Refusal(
                        RefusalCode.TOO_MANY_KEYS,
                        f"One command presses at most {MAX_KEY_PRESSES} keys.",
                        "Say a smaller number.",
                    )
                )
            )
        return self._editor.press(live_text.window, tuple(chords) * times, keeps_text, context)
