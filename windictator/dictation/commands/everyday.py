"""The everyday commands: they press what the kind of application has for an action.

``text.commands.everyday`` lists them; ``config/applications.toml`` has the keys.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from twisted.internet.defer import Deferred, inlineCallbacks, succeed

from windictator.dictation.commands import CommandHandler
from windictator.dictation.editor import Editor
from windictator.dictation.events import Notice
from windictator.dictation.live_text import LiveText
from windictator.dictation.rendering import caret_move_refusal
from windictator.dictation.result import CommandResult, refused, reported
from windictator.dictation.selecting import select_text
from windictator.keyboard.chord import KeyCombinationError, parse_combination
from windictator.refusals import Refusal, RefusalCode
from windictator.text import corrections
from windictator.text.commands.actions import MAX_KEY_PRESSES
from windictator.text.commands.everyday import EVERYDAY_COMMANDS, FORMATS, KEEPS_TEXT, missing_keys_reason
from windictator.text.context_adjust import Context
from windictator.text.grammar import Command
from windictator.text.utterance import join_words
from windictator.text.word_case import capitalise_first

_LINE_START = Context.after("\n")
_SCROLLS = frozenset({"scroll_up", "scroll_down"})
_KINDS_OF_TEXTS = frozenset({"editor", "office", "terminal"})
"""Kinds of applications whose windows are a text, not also lists of mails and the like."""


class EverydayCommands:
    """Presses the keys of everyday commands in the window that has the focus."""

    def __init__(self, editor: Editor) -> None:
        self._editor = editor
        self.commands: Mapping[str, CommandHandler] = {
            **{name: self._handler(name) for name in EVERYDAY_COMMANDS},
            **{name: self._format_handler(name) for name in FORMATS},
            "delete_current_line": self._delete_current_line,
            "undo_here": self._undo_here,
            "redo_here": self._redo_here,
            "find": self._find,
        }

    def _handler(self, name: str) -> CommandHandler:
        return lambda live_text, _: self._press(live_text, name, name in KEEPS_TEXT)

    def _format_handler(self, name: str) -> CommandHandler:
        return lambda live_text, _: self._format(live_text, name)

    def _press(
        self, live_text: LiveText, name: str, keeps_text: bool = False, times: int = 1
    ) -> Deferred[CommandResult]:
        """Press the keys of the command ``name``. ``keeps_text``: they change no text and do not move the caret."""
        profile = live_text.profile
        keys = profile.keys.get(name, "")
        if not keys:
            message = f"{capitalise_first(missing_keys_reason(profile.kind, name))}."
            return succeed(refused(Refusal(RefusalCode.NO_SUCH_KEYS_HERE, message)))
        try:
            combinations = tuple(map(parse_combination, keys.split()))
        except KeyCombinationError as error:
            return succeed(refused(Refusal(RefusalCode.BAD_KEYS, str(error))))
        # A deleted line leaves the caret at the start of a line.
        context = _LINE_START if name == "delete_current_line" else None
        if name in _SCROLLS and caret_move_refusal(profile):
            # The caret stays: the next words follow the last ones. Whether the text was changed is not certain.
            context = self._editor.windows.context(live_text.window)
        return self._editor.press(live_text.window, combinations * times, keeps_text, context)

    def scroll(self, live_text: LiveText, name: str, times: int) -> Deferred[CommandResult]:
        """Scroll a number of times where the caret may not be moved. ``name``: of the command that scrolls."""
        if times > MAX_KEY_PRESSES:
            message = f"No more than {MAX_KEY_PRESSES} keys are pressed by one command."
            return succeed(refused(Refusal(RefusalCode.TOO_MANY_KEYS, message, "Say a smaller number.")))
        return self._press(live_text, name, times=times)

    def _delete_current_line(self, live_text: LiveText, _command: Command) -> Deferred[CommandResult]:
        """Delete the line with the caret. In a list of mails the same keys would delete mails."""
        profile, window = live_text.profile, live_text.window
        is_uncertain = profile.kind not in _KINDS_OF_TEXTS and not self._editor.editable_text(window).entries
        if is_uncertain and profile.keys.get("delete_current_line"):
            message = "No line was deleted: the cursor may not be in a text here."
            remedy = 'Select the line, then say "press delete".'
            return succeed(refused(Refusal(RefusalCode.NO_LINE_TO_DELETE, message, remedy)))
        return self._press(live_text, "delete_current_line")

    def _undo_here(self, live_text: LiveText, _command: Command) -> Deferred[CommandResult]:
        """Undo what WinDictator did last there, else what the application did."""
        if self._editor.windows.ledger.next_undo(live_text.window) is not None:
            return self._editor.undo(live_text.window)
        return self._press_and_tell(live_text, "undo_here", "the application's own undo was pressed")

    def _redo_here(self, live_text: LiveText, _command: Command) -> Deferred[CommandResult]:
        """Redo what WinDictator undid last there, else what the application undid."""
        if self._editor.windows.ledger.next_redo(live_text.window) is not None:
            return self._editor.redo(live_text.window)
        return self._press_and_tell(live_text, "redo_here", "the application's own redo was pressed")

    @inlineCallbacks
    def _press_and_tell(
        self, live_text: LiveText, name: str, told: str
    ) -> Generator[Deferred[Any], Any, CommandResult]:
        result: CommandResult = yield self._press(live_text, name)
        return result + reported(Notice(told)) if result.done else result

    @inlineCallbacks
    def _format(self, live_text: LiveText, name: str) -> Generator[Deferred[Any], Any, CommandResult]:
        """Format what is selected, or else the last phrase, and go back to its end."""
        window, editor = live_text.window, self._editor
        if not live_text.profile.keys.get(name, "") or editor.has_selection(window):
            result: CommandResult = yield self._press(live_text, name, keeps_text=True)
            return result
        if not editor.editable_text(window).entries:
            result = yield self._press_and_tell(
                live_text, name, "nothing that was dictated last is known here: the keys act on what you have selected"
            )
            return result
        if problem := caret_move_refusal(live_text.profile):
            return refused(problem)
        result = yield select_text(editor, window, corrections.last_utterance)
        if not result.done:
            return result
        pressed: CommandResult = yield self._press(live_text, name, keeps_text=True)
        back: CommandResult = yield editor.caret.return_to_end(window, strict=True)
        return result + pressed + back

    @inlineCallbacks
    def _find(self, live_text: LiveText, command: Command) -> Generator[Deferred[Any], Any, CommandResult]:
        """Open the search. The words are typed where a field for them is certain to have the caret.

        Elsewhere they might land in the text: a page can take the keys for itself, a window may open late.
        """
        result: CommandResult = yield self._press(live_text, "find")
        if not result.done:
            return result
        ((words,),) = command.words
        if not live_text.profile.finds_in_place:
            return result + reported(Notice("say the words again when the cursor is in the search field"))
        typed: CommandResult = yield self._editor.type_keys(join_words(words), live_text.window)
        return result + typed
