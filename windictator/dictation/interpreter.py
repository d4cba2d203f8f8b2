"""The interpreter: finds out what the words of an utterance mean, then types the text or executes the command.

The order of work is the responsibility of ``queue``; changes of text in windows are that of ``editor``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from typing import Any

from twisted.internet.defer import Deferred, inlineCallbacks, succeed

from windictator.dictation.available import excluded_commands
from windictator.dictation.caret_moves import record_snippet
from windictator.dictation.commands import CommandHandler
from windictator.dictation.commands.alternatives import (
    AlternativeCommands,
    HeardUtterance,
    RecognizerAlternatives,
    no_recognizer_alternatives,
)
from windictator.dictation.commands.edit import EditCommands
from windictator.dictation.commands.everyday import EverydayCommands
from windictator.dictation.commands.keys import KeyCommands
from windictator.dictation.commands.rules import RuleCommands
from windictator.dictation.commands.undelivered import UndeliveredCommands
from windictator.dictation.commands.user import UserCommandRunner
from windictator.dictation.correction_rules import CorrectionRules
from windictator.dictation.editor import Editor
from windictator.dictation.events import CommandList, Notice
from windictator.dictation.interfaces import ActionServices
from windictator.dictation.live_text import LiveText
from windictator.dictation.options import DictationOptions
from windictator.dictation.profile import DEFAULT_PROFILE, Profile
from windictator.dictation.rendering import (
    LINE_BREAKS_AS_SPACES,
    adapt_to_profile,
    loses_line_breaks,
    render,
    render_in_context,
)
from windictator.dictation.result import NOTHING_DONE, CommandResult, refused, reported
from windictator.dictation.undelivered import UndeliveredText
from windictator.refusals import Refusal, RefusalCode
from windictator.text.catalogue import command_catalogue
from windictator.text.commands.actions import Mode
from windictator.text.commands.slots import pattern_text
from windictator.text.context_adjust import MIDDLE_OF_TEXT, text_after_cursor
from windictator.text.formatting import FormattedWord, Formatting, case_formatting
from windictator.text.grammar import Command, Grammar, PlainText
from windictator.text.numbers_mode import NumberError, numbers_only
from windictator.text.spelling import as_a_word
from windictator.text.utterance import RecognizedWord, Words, join_words
from windictator.text.vocabulary import Vocabulary
from windictator.typist.result import StopReason

#: Maximum number of times that one command types a phrase.
_MAX_REPEATS = 20
#: Number of utterances whose recognised words are kept for alternatives.
_MAX_HEARD = 50
#: Commands after which an alternative may still be chosen from the same list.
_KEEPS_ALTERNATIVES = frozenset({"alternatives", "choose", "scratch", "undo", "undo_correction", "redo"})
#: Commands that say how a text begins.
_CASE_COMMANDS = frozenset({"capitalise", "upper_case", "lower_case", "title_case"})
#: Reasons for which words are discarded: the user has stopped typing.
_DISCARD_ON = (StopReason.CANCELLED, StopReason.DISABLED)


class Interpreter:
    """Executes utterances, one at a time.

    editor: types and changes text in windows.
    options: the current options.
    on_failure: called with the refusal if a program of a user command fails later.
    services: what user commands can reach apart from the window; None: nothing.
    recognizer_alternatives: fires with what else the recognizer heard in an utterance, given its number.
    on_mode_changed: called with the new mode.
    """

    def __init__(
        self,
        editor: Editor,
        options: DictationOptions,
        on_failure: Callable[[Refusal], None],
        services: ActionServices | None = None,
        recognizer_alternatives: RecognizerAlternatives = no_recognizer_alternatives,
        on_mode_changed: Callable[[Mode], None] = lambda mode: None,
    ) -> None:
        self._editor = editor
        self._correction_rules = CorrectionRules(options.vocabulary)
        self._edit_commands = EditCommands(editor, self._format_correction, self._correction_rules)
        self._heard: deque[HeardUtterance] = deque(maxlen=_MAX_HEARD)
        self.alternative_commands = AlternativeCommands(
            editor,
            options.vocabulary,
            self._format_correction,
            self._heard,
            self._correction_rules,
            recognizer_alternatives,
        )
        """Lists of alternatives."""
        self.undelivered = UndeliveredCommands(editor, self._format_correction, self._write_undelivered)
        """Words that could not be typed in the intended window."""
        self._rule_commands = RuleCommands(
            self._correction_rules, services.user_words if services is not None else None, self._use_vocabulary
        )
        self._user_commands = UserCommandRunner(
            editor, services, self._format_in_middle, lambda mode: self.set_mode(Mode(mode)), on_failure
        )
        self.options = options
        self._spell_next_utterance = False  # whether the next words are letters in any mode
        self._last_words: Words = ()
        self._last_refused: Words = ()
        self._parsed: tuple[Words, PlainText | Command] = (), PlainText(())
        self._mode = Mode.DICTATION
        everyday = EverydayCommands(editor)
        self._commands: dict[str, CommandHandler] = {
            **self._edit_commands.commands,
            **KeyCommands(editor, everyday).commands,
            **everyday.commands,
            **self.alternative_commands.commands,
            **self.undelivered.commands,
            **self._rule_commands.commands,
            "type_literally": lambda live_text, _: self.type_literally(live_text),
            "repeat": lambda live_text, command: self.repeat(live_text, command.number),
            "cancel": lambda _live_text, _command: succeed(NOTHING_DONE),  # done as soon as it was heard
            "sleep": self._mode_handler(Mode.ASLEEP),
            "wake": self._mode_handler(Mode.DICTATION),
            "dictation_mode": self._mode_handler(Mode.DICTATION),
            "command_mode": self._mode_handler(Mode.COMMAND),
            "spelling_mode": self._mode_handler(Mode.SPELLING),
            "numbers_mode": self._mode_handler(Mode.NUMBERS),
            "spell": lambda live_text, _: succeed(self._spell(live_text)),
            "help": lambda live_text, _: succeed(self._list_commands(live_text)),
        }
        self._on_mode_changed = on_mode_changed

    @property
    def options(self) -> DictationOptions:
        """The current options; new ones apply from the next utterance on."""
        return self._options

    @options.setter
    def options(self, options: DictationOptions) -> None:
        self._options = options
        self._vocabulary = options.vocabulary
        self._correction_rules.vocabulary = self.alternative_commands.vocabulary = options.vocabulary
        self.undelivered.is_keeping = options.keep_undelivered
        self._grammar = Grammar(options.vocabulary)
        self._parsed = (), PlainText(())

    def _use_vocabulary(self, vocabulary: Vocabulary) -> None:
        self.options = replace(self.options, vocabulary=vocabulary)

    @property
    def mode(self) -> Mode:
        """How utterances are interpreted now."""
        return self._mode

    def set_mode(self, mode: Mode) -> None:
        """Interpret utterances in another mode from now on."""
        if mode is not self._mode:
            self._mode = mode
            self._on_mode_changed(mode)

    def example(self, command: str) -> str:
        """Return a phrase for ``command``, quoted, for messages."""
        for phrase, meaning in self._vocabulary.commands.items():
            if meaning.name == command:
                return f'"{" ".join(pattern_text(phrase))}"'
        return f'"{command}"'

    # What words mean

    def accepts(self, words: Words) -> bool:
        """Return whether ``words`` are executed at all: in sleep only the wake phrase is."""
        return self._mode is not Mode.ASLEEP or _is_wake(self._parse(words))

    def is_cancel(self, words: Words) -> bool:
        """Return whether ``words`` are a command that does not wait until earlier utterances have been executed."""
        meaning = self._parse(words)
        return isinstance(meaning, Command) and meaning.name == "cancel" and self.accepts(words)

    @property
    def shows_partials(self) -> bool:
        """Whether an utterance may be typed while it is spoken."""
        return self._mode is Mode.DICTATION and not self._edit_commands.has_pending_insertion

    def preview(self, words: Sequence[str], live_text: LiveText) -> str | None:
        """Return what may be typed of an utterance that begins with ``words``; None: do nothing yet."""
        recognized = tuple(map(RecognizedWord, words))
        settled = recognized[: len(words) - self._grammar.unstable_word_count(words)]
        if not settled or isinstance(self._parse(recognized), Command) or isinstance(self._parse(settled), Command):
            return None
        formatted = adapt_to_profile(self._format(settled, live_text.profile), live_text.profile)
        text, _ = render_in_context(formatted, self._editor.context_before(live_text), live_text.profile)
        return None if live_text.profile.refusal_for(text) else text

    @property
    def _is_choice(self) -> bool:
        """Whether "choose two" chooses now, or is refused: a list was asked for, and nothing else was said since."""
        return self.alternative_commands.current_list is not None or bool(self.alternative_commands.failed_reason)

    def _parse(self, words: Words) -> PlainText | Command:
        if words != self._parsed[0]:
            self._parsed = words, self._grammar.parse(words)
        meaning = self._parsed[1]
        if isinstance(meaning, PlainText):
            return meaning
        if meaning.name == "wake" and self._mode is not Mode.ASLEEP:
            return PlainText(words)
        if meaning.name == "choose" and not self._is_choice:
            return PlainText(words)
        if meaning.name in self._rule_commands.commands and not self._rule_commands.is_answer(len(words)):
            return PlainText(words)
        if meaning.name == "spell" and not self._are_letters(meaning.argument):
            return PlainText(words)  # "spell that word for me"
        return meaning

    # Executing

    @inlineCallbacks
    def execute_utterance(
        self, live_text: LiveText, words: Words, transcript: str, utterance: int | None = None, force: bool = False
    ) -> Generator[Deferred[Any], Any, CommandResult]:
        """Type the words of an utterance or execute its commands, in place of what partials have typed.

        utterance: its number; None if it does not come from a recognizer.
        force: see ``execute_command``.
        """
        result: CommandResult = yield self._execute_utterance(live_text, words, transcript, utterance, force)
        rules = self._rule_commands
        if self._correction_rules.offers or rules.made or rules.can_take_back:
            rules.utterance_ended()
        return result

    @inlineCallbacks
    def _execute_utterance(
        self, live_text: LiveText, words: Words, transcript: str, utterance: int | None, force: bool
    ) -> Generator[Deferred[Any], Any, CommandResult]:
        result = NOTHING_DONE
        meaning = self._parse(words)
        while isinstance(meaning, Command) and not self._treat_as_text(meaning, live_text):
            if live_text.text:
                result += yield self.erase_partial(live_text, transcript)
                if not result.done:
                    return result
            taken_back = self._edit_commands.take_back_insertion(live_text) if meaning.name == "scratch" else None
            self.forget_insertion()
            if meaning.name not in _KEEPS_ALTERNATIVES and self._is_choice:
                result += self.alternative_commands.dismiss()
            part: CommandResult
            if meaning.user_command is not None:
                part = yield self._user_commands.execute(meaning.user_command, meaning, live_text, transcript)
            elif taken_back is not None:
                part = taken_back
            else:
                part = yield self.execute_command(live_text, meaning, force)
                if part.refusal:
                    part = part.with_remedy(self._remedy(meaning, live_text))
                if meaning.name == "scratch":
                    self.alternative_commands.drop_if_erased()
            is_literal = part.refusal or meaning.name == "decline_rule"  # it may have been text: "no"
            if is_literal and meaning.name != "type_literally" and live_text.profile.enabled:
                self._last_refused = words
            result += part
            if not part.may_continue or not meaning.argument:
                return result
            words = meaning.argument
            meaning = self._parse(words)
        if not live_text.profile.enabled:
            live_text.has_failed, reason = True, live_text.profile.refusal_for()
            return result + (refused(reason) if reason else NOTHING_DONE)
        if self._mode is Mode.COMMAND and not self._spell_next_utterance:
            leave = self.example("dictation_mode")
            return result + refused(
                Refusal(
                    RefusalCode.NOT_A_COMMAND,
                    f"{transcript!r} is not a command, and this is command mode.",
                    f"Say {leave} to type words.",
                )
            )
        if self._is_choice:
            result += self.alternative_commands.dismiss()
        self._heard.append(HeardUtterance(transcript, words, utterance))
        result += yield self._write(live_text, words, transcript)
        return result

    def _treat_as_text(self, command: Command, live_text: LiveText) -> bool:
        """Return whether a command is typed as text, because it names words that were not typed in the window."""
        wanted = self._options.type_unmatched and self._mode is Mode.DICTATION and command.user_command is None
        return wanted and self._names_unknown_text(live_text, command)

    def _remedy(self, command: Command, live_text: LiveText) -> str:
        """Return what can be done if ``command`` is refused: it may have been a sentence."""
        unmatched = live_text.profile.enabled and self._names_unknown_text(live_text, command)
        return f"To write these words as they are, say {self.example('type_literally')}." if unmatched else ""

    def execute_command(self, live_text: LiveText, command: Command, force: bool = False) -> Deferred[CommandResult]:
        """Execute one command.

        ``force``: also on the text that was sealed last in the window. No spoken command and no hotkey may ask for
        that: the user must see what is there.
        """
        if force:
            return self._execute_forced(live_text, command)
        if self._rule_commands.can_take_back and command.name in ("undo", "scratch"):
            return succeed(self._rule_commands.take_back())
        if (kept := self._execute_on_undelivered(live_text, command)) is not None:
            return kept
        return self._commands[command.name](live_text, command)

    def _execute_on_undelivered(self, live_text: LiveText, command: Command) -> Deferred[CommandResult] | None:
        """Execute a command on the undelivered text that was said last; None if it does not mean that text."""
        if not self.undelivered.queue.texts and self.undelivered.dropped is None:
            return None
        if command.name == "undo":
            return self.undelivered.restore(live_text.window)
        text = self.undelivered.said_last(live_text.window)
        if text is None:
            return None
        if command.name == "scratch":
            return self.undelivered.take_back(live_text, text)
        correction = self._edit_commands.correction_of(live_text.profile, command)
        if correction is None or (command.name == "replace" and not self.undelivered.can_correct(text, correction)):
            return None
        return succeed(self.undelivered.correct(text, correction, command.name in _CASE_COMMANDS))

    def _names_unknown_text(self, live_text: LiveText, command: Command) -> bool:
        """Return whether ``command`` names words that were neither typed in the window nor kept undelivered last."""
        if not self._edit_commands.names_unknown_text(live_text.window, command):
            return False
        text = self.undelivered.said_last(live_text.window)
        correction = self._edit_commands.correction_of(live_text.profile, command)
        return text is None or correction is None or not self.undelivered.can_correct(text, correction)

    @inlineCallbacks
    def _execute_forced(self, live_text: LiveText, command: Command) -> Generator[Deferred[Any], Any, CommandResult]:
        with self._editor.allowing_sealed(live_text.window, command.name):
            result: CommandResult = yield self._commands[command.name](live_text, command)
            return result

    @inlineCallbacks
    def _write(
        self,
        live_text: LiveText,
        words: Words,
        transcript: str,
        discard_on: Sequence[StopReason] = _DISCARD_ON,
        literally: bool = False,
    ) -> Generator[Deferred[Any], Any, CommandResult]:
        """Type the words of an utterance and record them.

        discard_on: stop reasons after which missing words are discarded; after others they are kept.
        literally: ignore the mode.
        """
        profile = live_text.profile
        try:
            formatted = self._vocabulary_of(profile).format(words) if literally else self._format(words, profile)
        except NumberError as error:
            self._last_refused = words
            result = refused(error.refusal)
            result += yield self.erase_partial(live_text, transcript)
            return result
        self._spell_next_utterance = False
        adapted = adapt_to_profile(formatted, profile)
        wanted, after = render_in_context(adapted, self._editor.context_before(live_text), profile)
        tail = text_after_cursor(adapted)
        text = UndeliveredText(transcript, words, wanted + tail, live_text.window, StopReason.TAKES_NO_TEXT)
        if reason := profile.refusal_for(wanted + tail):
            result = NOTHING_DONE
            result += yield self.erase_partial(live_text, transcript)
            if not result.done:
                return result
            live_text.has_failed = True
            result += refused(reason)
            return result if profile.takes_text else result + self.undelivered.add(text)
        self._last_words = words
        result = NOTHING_DONE
        if loses_line_breaks(formatted, profile):
            result = reported(Notice(LINE_BREAKS_AS_SPACES.format(profile.name)))
        if self._edit_commands.insertion is not None or self._editor.has_selection(live_text.window):
            insertion, self._edit_commands.insertion = self._edit_commands.insertion, None
            if not live_text.text:
                lost = self._edit_commands.insertion_refusal(live_text, insertion)
                if lost is None:
                    result += yield self._edit_commands.insert(live_text, adapted, transcript, insertion)
                    return result
                result += refused(lost)
        typed: CommandResult = yield self._editor.update(live_text, wanted + tail)
        result += typed
        if typed.done and tail:
            result += yield record_snippet(self._editor, live_text, transcript, after, tail)
            return result
        recorded = self._editor.record(live_text, transcript, after if typed.done else None)
        result += recorded
        stopped = None if live_text.is_private else live_text.stopped
        if not typed.done and stopped is not None and stopped not in discard_on:
            result += self.undelivered.add_missing(live_text, text, wanted + tail, recorded)
        return result

    def _write_undelivered(self, live_text: LiveText, text: UndeliveredText) -> Deferred[CommandResult]:
        if text.changed is not None:
            return self._write_changed(live_text, text, text.changed)
        return self._write(live_text, text.words, text.transcript, discard_on=())

    @inlineCallbacks
    def _write_changed(
        self, live_text: LiveText, text: UndeliveredText, changed: str
    ) -> Generator[Deferred[Any], Any, CommandResult]:
        """Type an undelivered text as commands have changed it, with the space that belongs before it."""
        case = Formatting.AS_WRITTEN if text.is_case_set else case_formatting(changed)
        formatted = adapt_to_profile([FormattedWord(changed, case)], live_text.profile)
        wanted, after = render_in_context(formatted, self._editor.context_before(live_text), live_text.profile)
        result: CommandResult = yield self._editor.update(live_text, wanted)
        recorded = self._editor.record(live_text, text.transcript, after if result.done else None)
        result += recorded
        if not result.done and live_text.stopped is not None:
            result += self.undelivered.add_missing(live_text, text, wanted, recorded)
        return result

    @inlineCallbacks
    def erase_partial(self, live_text: LiveText, transcript: str) -> Generator[Deferred[Any], Any, CommandResult]:
        """Erase what partials have typed. What cannot be erased is recorded."""
        if not live_text.text:
            return NOTHING_DONE
        result: CommandResult = yield self._editor.update(live_text, "")
        return result if result.done else result + self._editor.record(live_text, transcript, None)

    def _vocabulary_of(self, profile: Profile) -> Vocabulary:
        return self._vocabulary.for_command_lines if profile.style == "command_line" else self._vocabulary

    def _format(self, words: Words, profile: Profile) -> Sequence[FormattedWord]:
        """Format words in the current mode, for a window with this profile. Raises NumberError."""
        if self._spell_next_utterance:
            return as_a_word(self._vocabulary.spell_out(words))
        if self._mode is Mode.SPELLING:
            return self._vocabulary.spell_out(words)
        if self._mode is Mode.NUMBERS:
            return numbers_only(words, self._vocabulary)
        return self._vocabulary_of(profile).format(words)

    def _format_correction(self, words: Words, profile: Profile) -> Sequence[FormattedWord]:
        """Format the words of a correction. In numbers mode they may be something else than numbers."""
        try:
            return self._format(words, profile)
        except NumberError:
            return self._vocabulary_of(profile).format(words)

    def _format_in_middle(self, words: Words) -> str:
        """Return the words as they are written in the middle of a text."""
        return render(self._format_correction(words, DEFAULT_PROFILE), DEFAULT_PROFILE)(MIDDLE_OF_TEXT)

    def cancel(self) -> None:
        """Do nothing more of the current work; the next words go to the caret."""
        self.forget_insertion()
        self._user_commands.cancel()

    def forget_windows(self) -> CommandResult:
        """Forget the windows of a display that is gone."""
        self.undelivered.forget_windows()
        return self.alternative_commands.dismiss()

    # Commands

    def _mode_handler(self, mode: Mode) -> CommandHandler:
        def change_mode(_live_text: LiveText, _command: Command) -> Deferred[CommandResult]:
            self.set_mode(mode)
            return succeed(NOTHING_DONE)

        return change_mode

    def _list_commands(self, live_text: LiveText) -> CommandResult:
        """List what works in the window and in the current mode."""
        excluded = excluded_commands(live_text.profile)
        if self._mode is not Mode.ASLEEP:
            excluded |= {"wake"}
        if self.alternative_commands.current_list is None:
            excluded |= {"choose"}
        writes = not live_text.profile.refusal_for("a") and self._mode is not Mode.COMMAND
        return reported(CommandList(command_catalogue(self._vocabulary, excluded, writes)))

    def _are_letters(self, words: Words) -> bool:
        return not words or self._vocabulary.is_spelled(words)

    def _spell(self, live_text: LiveText) -> CommandResult:
        """Let the letters that come next replace the last phrase."""
        result = self._edit_commands.expect_replacement(live_text)
        self._spell_next_utterance = result.done
        return result

    def forget_insertion(self) -> None:
        """Let the next words go to the caret, and interpret them as usual."""
        self._spell_next_utterance = False
        self._edit_commands.insertion = None

    @inlineCallbacks
    def type_literally(self, live_text: LiveText) -> Generator[Deferred[Any], Any, CommandResult]:
        """Type the words that were refused last, as a command or as numbers."""
        words, self._last_refused = self._last_refused, ()
        if not words:
            return refused(
                Refusal(RefusalCode.NOTHING_TO_TYPE_AS_TEXT, "No words were refused that could be typed as text.")
            )
        result: CommandResult = yield self._write(live_text, words, join_words(words), literally=True)
        return result.ending_utterance()

    @inlineCallbacks
    def repeat(self, live_text: LiveText, times: int = 1) -> Generator[Deferred[Any], Any, CommandResult]:
        """Type the words of the last utterance again, ``times`` times."""
        words = self._last_words
        if not words:
            return refused(Refusal(RefusalCode.NOTHING_TO_REPEAT, "Nothing to repeat: you have dictated nothing yet."))
        if times > _MAX_REPEATS:
            return refused(
                Refusal(
                    RefusalCode.TOO_MANY_REPEATS,
                    f"I repeat words at most {_MAX_REPEATS} times at once.",
                    f'Say "repeat that {_MAX_REPEATS} times".',
                )
            )
        result = NOTHING_DONE
        for _ in range(times):
            result += yield self._write(live_text, words, join_words(words))
            if live_text.has_failed:
                break
            live_text = yield self._editor.start_utterance()
        return result.ending_utterance()


def _is_wake(meaning: PlainText | Command) -> bool:
    return isinstance(meaning, Command) and meaning.name == "wake"
