"""What an utterance's words mean, and its carrying out: a text is written, a command obeyed.

What comes when, and what has to wait, is ``dictation``'s; how a text comes onto the screen ``writing``'s.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Generator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

from twisted.internet.defer import Deferred, inlineCallbacks, succeed

from windictator.dictation.commands.alternatives import AlternativeCommands
from windictator.dictation.commands.edit import (
    LINE_BREAKS_AS_SPACES,
    CommandHandler,
    EditCommands,
    adapt_text_to_profile,
    adapt_to_profile,
    loses_line_breaks,
    render,
    render_in_context,
)
from windictator.dictation.commands.keys import KeyCommands
from windictator.dictation.commands.user import UserCommandRunner
from windictator.dictation.correction_rules import CorrectionRules
from windictator.dictation.events import DictationListener
from windictator.dictation.interfaces import ActionServices
from windictator.dictation.profile import DEFAULT_PROFILE, Profile
from windictator.dictation.undelivered import MAX_UNDELIVERED, UndeliveredQueue, UndeliveredText
from windictator.dictation.writing import Editor, LiveText
from windictator.text.catalogue import command_catalogue
from windictator.text.commands.slots import pattern_text
from windictator.text.context_adjust import MIDDLE_OF_TEXT
from windictator.text.edit import edit_between
from windictator.text.formatting import FormattedWord, text_after_cursor
from windictator.text.grammar import Command, Grammar, PlainText
from windictator.text.numbers_mode import NumberError, numbers_only
from windictator.text.spelling import as_a_word
from windictator.text.utterance import RecognizedWord, Words, join_words
from windictator.text.vocabulary import Vocabulary
from windictator.typist.result import StopReason

#: How often a phrase is written by one command, at most.
_MAX_REPEATS = 20

#: Commands after which one may still be chosen of the same list.
_KEEPS_ALTERNATIVES = frozenset({"alternatives", "choose", "undo", "undo_correction", "redo"})


class Mode(enum.Enum):
    """How utterances are taken."""

    DICTATION = "dictation"
    COMMAND = "command"
    """Commands only: other words are refused."""
    SPELLING = "spelling"
    """Words are letters of the spelling alphabet."""
    NUMBERS = "numbers"
    """Words are numbers: others are refused."""
    ASLEEP = "asleep"
    """Nothing but the wake phrase is heard."""


class Interpreter:
    """Carries utterances out, one at a time.

    ``writer``: brings texts onto the screen. ``listener``: is told what the user should know. ``outside``: what
    commands of the user's own can reach beside the window; None: nothing.
    """

    def __init__(
        self,
        editor: Editor,
        listener: DictationListener,
        vocabulary: Vocabulary,
        services: ActionServices | None = None,
    ) -> None:
        self._editor = editor
        self._listener = listener
        self._correction_rules = CorrectionRules(listener, vocabulary)
        self._edit_commands = EditCommands(editor, listener, self._format_correction, self._correction_rules)
        self.alternative_commands = AlternativeCommands(
            editor, listener, vocabulary, self._format_correction, self._correction_rules
        )
        self._user_commands = UserCommandRunner(
            editor, listener, services, self._format_in_middle, lambda mode: self.set_mode(Mode(mode))
        )
        self.configure(vocabulary)
        self._spell_next_utterance = False  # whether the next words are letters, whatever the mode is
        self._last_words: Words = ()
        self._last_refused: Words = ()
        self._undelivered = UndeliveredQueue()
        self._mode = Mode.DICTATION
        self._commands: dict[str, CommandHandler] = {
            **self._edit_commands.commands,
            **KeyCommands(editor).commands,
            **self.alternative_commands.commands,
            "type_literally": lambda passage, _: self.type_literally(passage),
            "repeat": lambda passage, command: self.repeat(passage, command.number),
            "cancel": self._immediate_handler(lambda: None),  # done as soon as it was heard
            "type_undelivered": lambda passage, _: self.type_undelivered(passage),
            "discard_undelivered": self._immediate_handler(self.discard_undelivered),
            "sleep": self._immediate_handler(lambda: self.set_mode(Mode.ASLEEP)),
            "wake": self._immediate_handler(lambda: self.set_mode(Mode.DICTATION)),
            "dictation_mode": self._immediate_handler(lambda: self.set_mode(Mode.DICTATION)),
            "command_mode": self._immediate_handler(lambda: self.set_mode(Mode.COMMAND)),
            "spelling_mode": self._immediate_handler(lambda: self.set_mode(Mode.SPELLING)),
            "numbers_mode": self._immediate_handler(lambda: self.set_mode(Mode.NUMBERS)),
            "spell": lambda passage, _: self._spell(passage),
            "help": self._immediate_handler(lambda: listener.help(command_catalogue(self._vocabulary))),
        }
        self.on_mode_changed: Callable[[Mode], None] | None = None
        self.on_undelivered: Callable[[UndeliveredText], None] | None = None

    def configure(self, vocabulary: Vocabulary, keep_undelivered: bool = False, type_unmatched: bool = False) -> None:
        """Take others from the next utterance on. ``hold``: whether words that cannot be typed where they were meant to
        go are kept for ``type_undelivered``. ``types_unmatched``: see ``Dictation``."""
        self._vocabulary = self._correction_rules.vocabulary = self.alternative_commands.vocabulary = vocabulary
        self._grammar = Grammar(vocabulary)
        self._keep_undelivered = keep_undelivered
        self._type_unmatched = type_unmatched

    @property
    def mode(self) -> Mode:
        """How utterances are taken now."""
        return self._mode

    def set_mode(self, mode: Mode) -> None:
        """Take utterances in another way from now on."""
        if mode is not self._mode:
            self._mode = mode
            if self.on_mode_changed is not None:
                self.on_mode_changed(mode)

    def example(self, command: str) -> str:
        """A phrase for ``command``, quoted, for whoever has to know one."""
        for phrase, meaning in self._vocabulary.commands.items():
            if meaning.name == command:
                return f'"{" ".join(pattern_text(phrase))}"'
        return f'"{command}"'

    # What words mean

    def accepts(self, words: Words) -> bool:
        """Whether the words are taken notice of: all are, but in sleep."""
        return self._mode is not Mode.ASLEEP or self._is_wake(self._parse(words))

    def is_cancel(self, words: Words) -> bool:
        """Whether the words are a command that must not wait until what was heard before has been carried out."""
        meaning = self._parse(words)
        return isinstance(meaning, Command) and meaning.name == "cancel" and self.accepts(words)

    @property
    def shows_partials(self) -> bool:
        """Whether what is being said may be shown while it is spoken."""
        return self._mode is Mode.DICTATION and not self._edit_commands.has_pending_insertion

    def preview(self, words: Sequence[str], live_text: LiveText) -> str | None:
        """What may be shown of an utterance that has begun with ``words``; None where nothing should be done yet."""
        recognized = tuple(map(RecognizedWord, words))
        settled = recognized[: len(words) - self._grammar.unstable_word_count(words)]
        if not settled or isinstance(self._parse(recognized), Command) or isinstance(self._parse(settled), Command):
            return None
        written = adapt_to_profile(self._format(settled, live_text.profile), live_text.profile)
        text, _ = render_in_context(written, self._editor.context_before(live_text), live_text.profile)
        return None if live_text.profile.refusal_for(text) else text

    def _parse(self, words: Words) -> PlainText | Command:
        meaning = self._grammar.parse(words)
        if self._is_wake(meaning) and self._mode is not Mode.ASLEEP:
            return PlainText(words)  # nobody is asleep who could be woken
        if isinstance(meaning, Command) and meaning.name == "choose" and self.alternative_commands.current_list is None:
            return PlainText(words)
        if isinstance(meaning, Command) and meaning.name == "spell" and not self._are_letters(meaning.argument):
            return PlainText(words)  # "spell that word for me"
        return meaning

    @staticmethod
    def _is_wake(meaning: PlainText | Command) -> bool:
        return isinstance(meaning, Command) and meaning.name == "wake"

    # What is done

    @inlineCallbacks
    def execute_utterance(
        self, live_text: LiveText, words: Words, transcript: str, utterance: int | None = None, force: bool = False
    ) -> Generator[Deferred[Any], Any, None]:
        """Write or obey the words of an utterance in the place of what is shown of it. ``utterance``: its number, None
        where no recognizer has heard it. ``force``: see ``obey``."""
        meaning = self._parse(words)
        while isinstance(meaning, Command) and not self._treat_as_text(meaning, live_text):
            if not (yield self.erase_partial(live_text, transcript)):
                return
            self.forget_insertion()
            if meaning.name not in _KEEPS_ALTERNATIVES:
                self.alternative_commands.dismiss()
            refusals = self._editor.refusal_count
            if meaning.user_command is not None:
                may_go_on = yield self._user_commands.execute(meaning.user_command, meaning, live_text, transcript)
            else:
                with self._editor.with_remedy(self._remedy(meaning, live_text)):
                    may_go_on = yield self.execute_command(live_text, meaning, force)
            if self._editor.refusal_count > refusals and meaning.name != "type_literally" and live_text.profile.enabled:
                self._last_refused = words
            if not may_go_on or not meaning.argument:
                return
            words = meaning.argument
            meaning = self._parse(words)
        if reason := live_text.profile.refusal_for():
            self._refuse_by_profile(live_text, reason)
        elif self._mode is Mode.COMMAND and not self._spell_next_utterance:
            leave = self.example("dictation_mode")
            self._editor.refuse(f"command mode: {transcript!r} is no command; {leave} takes words again")
        else:
            self.alternative_commands.dismiss()
            self.alternative_commands.record_utterance(transcript, words, utterance)
            yield self._write(live_text, words, transcript)

    def _treat_as_text(self, command: Command, live_text: LiveText) -> bool:
        """Whether what sounds like a command is to be typed all the same: it names words that were not typed there."""
        wanted = self._type_unmatched and self._mode is Mode.DICTATION and command.user_command is None
        return wanted and self._edit_commands.names_unknown_text(live_text.window, command)

    def _remedy(self, command: Command, live_text: LiveText) -> str:
        """What can be done if ``command`` is refused: it may have been a sentence."""
        unmatched = live_text.profile.enabled and self._edit_commands.names_unknown_text(live_text.window, command)
        return f"; {self.example('type_literally')} types it as text" if unmatched else ""

    @inlineCallbacks
    def execute_command(
        self, live_text: LiveText, command: Command, force: bool = False
    ) -> Generator[Deferred[Any], Any, bool]:
        """Carry out one command; whether the rest of its utterance may follow. ``force``: also on what was sealed last
        in the window. Nothing that is spoken, and no hotkey, may ask for that: whoever does must see what is there."""
        with self._editor.corrector.allowing_frozen(live_text.window, command.name) if force else nullcontext():
            may_go_on: bool = yield self._commands[command.name](live_text, command)
        return may_go_on

    @inlineCallbacks
    def _write(
        self,
        live_text: LiveText,
        words: Words,
        transcript: str,
        discard_on: Sequence[StopReason] = (StopReason.CANCELLED, StopReason.DISABLED),
        literally: bool = False,
    ) -> Generator[Deferred[Any], Any, None]:
        """Bring an utterance's words onto the screen and remember them; hold what is missing, but for the stops that
        say that it is ``unwanted``. ``as_text``: whatever the mode is."""
        profile = live_text.profile
        try:
            asked = self._vocabulary_of(profile).format(words) if literally else self._format(words, profile)
        except NumberError as error:
            self._last_refused = words
            self._editor.refuse(str(error))
            yield self.erase_partial(live_text, transcript)
            return
        self._spell_next_utterance = False
        written = adapt_to_profile(asked, profile)
        wanted, after = render_in_context(written, self._editor.context_before(live_text), profile)
        tail = text_after_cursor(written)
        if reason := profile.refusal_for(wanted + tail):
            if (yield self.erase_partial(live_text, transcript)):
                self._refuse_by_profile(live_text, reason)
                if not profile.takes_text:
                    self._add_undelivered(
                        UndeliveredText(
                            transcript, words, wanted + tail, False, live_text.window, StopReason.TAKES_NO_TEXT
                        )
                    )
            return
        self._last_words = words
        if loses_line_breaks(asked, profile):
            self._listener.notice(LINE_BREAKS_AS_SPACES.format(profile.name))
        if (inserted := self._edit_commands.insert(live_text, written, transcript)) is not None:
            yield inserted
            return
        wanted += tail
        complete = yield self._editor.update(live_text, wanted)
        if complete and tail:
            yield self._editor.record_snippet(live_text, transcript, after, tail)
        else:
            self._editor.record(live_text, transcript, after if complete else None)
        if not complete and live_text.stopped is not None and live_text.stopped not in discard_on:
            missing = edit_between(
                live_text.text, wanted, self._editor.screen.backspace_unit_in(live_text.window)
            ).insert
            self._add_undelivered(
                UndeliveredText(transcript, words, missing, bool(live_text.text), live_text.window, live_text.stopped)
            )

    @inlineCallbacks
    def erase_partial(self, live_text: LiveText, transcript: str) -> Generator[Deferred[Any], Any, bool]:
        """Erase what partials have shown; whether nothing of it is left. What is left is remembered."""
        if live_text.text and not (yield self._editor.update(live_text, "")):
            self._editor.record(live_text, transcript, None)
            return False
        return True

    def _vocabulary_of(self, profile: Profile) -> Vocabulary:
        return self._vocabulary.for_command_lines if profile.style == "command_line" else self._vocabulary

    def _format(self, words: Words, profile: Profile) -> Sequence[FormattedWord]:
        """What is written for words in the mode in force, in a window of this profile. Raises ``NotANumber``."""
        if self._spell_next_utterance:
            return as_a_word(self._vocabulary.spell_out(words))
        if self._mode is Mode.SPELLING:
            return self._vocabulary.spell_out(words)
        if self._mode is Mode.NUMBERS:
            return numbers_only(words, self._vocabulary)
        return self._vocabulary_of(profile).format(words)

    def _format_correction(self, words: Words, profile: Profile) -> Sequence[FormattedWord]:
        """What is written for words of a correction: what they are corrected to may be something else than numbers."""
        try:
            return self._format(words, profile)
        except NumberError:
            return self._vocabulary_of(profile).format(words)

    def _refuse_by_profile(self, live_text: LiveText, reason: str) -> None:
        """The window's profile forbids the utterance: nothing of it is typed, nor held to be typed later."""
        live_text.has_failed = True
        self._editor.refuse(reason)

    def _format_in_middle(self, words: Words) -> str:
        """The words as they would be written in the middle of a text."""
        return render(self._format_correction(words, DEFAULT_PROFILE), DEFAULT_PROFILE)(MIDDLE_OF_TEXT)

    def cancel(self) -> None:
        """Do nothing more of what is under way; the next words go to the caret."""
        self.forget_insertion()
        self._user_commands.cancel()

    # Commands: each fires True if the rest of its utterance may follow

    def _immediate_handler(self, action: Callable[[], object]) -> CommandHandler:
        def command(_passage: LiveText, _command: Command) -> Deferred[bool]:
            action()
            return succeed(True)

        return command

    def _are_letters(self, words: Words) -> bool:
        return not words or self._vocabulary.is_spelled(words)

    def _spell(self, live_text: LiveText) -> Deferred[bool]:
        """The letters that come next take the place of the last phrase."""
        self._spell_next_utterance = self._edit_commands.expect_replacement(live_text)
        return succeed(self._spell_next_utterance)

    def forget_insertion(self) -> None:
        """The next words go to the caret, and are what they are."""
        self._spell_next_utterance = False
        self._edit_commands.forget_insertion()

    @inlineCallbacks
    def type_literally(self, live_text: LiveText) -> Generator[Deferred[Any], Any, bool]:
        """Write the words that could not be obeyed last, or were no numbers."""
        words, self._last_refused = self._last_refused, ()
        if words:
            yield self._write(live_text, words, join_words(words), literally=True)
        else:
            self._editor.refuse("there is no command that could not be obeyed and might be text")
        return False

    @inlineCallbacks
    def repeat(self, live_text: LiveText, times: int = 1) -> Generator[Deferred[Any], Any, bool]:
        """Write the last utterance's words again, ``times`` times."""
        words = self._last_words
        if not words:
            self._editor.refuse("there is nothing to repeat: nothing has been dictated yet")
            return False
        if times > _MAX_REPEATS:
            self._editor.refuse(f"nothing is repeated more than {_MAX_REPEATS} times at once")
            return False
        for _ in range(times):
            yield self._write(live_text, words, join_words(words))
            if live_text.has_failed:
                break
            live_text = yield self._editor.start_utterance()
        return False

    # What could not be typed where it was meant to go

    @property
    def undelivered(self) -> tuple[UndeliveredText, ...]:
        """What waits for ``type_undelivered``, oldest first."""
        return self._undelivered.all

    def forget_windows(self) -> None:
        """Forget where everything began that is held: the display has gone, and its windows with it."""
        self.alternative_commands.dismiss()
        self._undelivered.forget_windows()

    def discard_undelivered(self) -> int:
        """Forget what is held; how many texts that were."""
        return self._undelivered.clear()

    def _add_undelivered(self, text: UndeliveredText) -> None:
        if not self._keep_undelivered or not text.missing:
            return
        if self._undelivered.add(text):
            self._listener.notice(f"more than {MAX_UNDELIVERED} texts are held; the oldest is dropped")
        if self.on_undelivered is not None:
            self.on_undelivered(text)

    @inlineCallbacks
    def type_undelivered(
        self, live_text: LiveText, reason: StopReason | None = None
    ) -> Generator[Deferred[Any], Any, bool]:
        """Type what is held where the caret is; only what was held for ``reason``, unless None. Fires with whether
        all of it was typed, and was there."""
        wanted = self._undelivered.for_reason(reason)
        if not wanted and reason is None:
            self._editor.refuse("there is no text held that could be typed")
        for held in wanted:
            if forbidden := self._profile_refusal(live_text.profile, held):
                self._refuse_by_profile(live_text, forbidden)  # and it stays held
                return False
            with self._undelivered.replacing(held):
                if held.is_partly_typed and held.window == live_text.window:
                    yield self._write_missing(live_text, held)
                else:
                    # Elsewhere the end alone of a phrase, or of a word, is of no use to anybody.
                    yield self._write(live_text, held.words, held.transcript, discard_on=())
            if live_text.has_failed:
                return False
            live_text = yield self._editor.start_utterance()
        return bool(wanted)

    def _profile_refusal(self, profile: Profile, text: UndeliveredText) -> str:
        """Why what is held may not be typed where this profile is; "" where it may."""
        written = adapt_to_profile(self._format_correction(text.words, profile), profile)
        return profile.refusal_for("".join(word.text + word.after_cursor for word in written))

    @inlineCallbacks
    def _write_missing(self, live_text: LiveText, held: UndeliveredText) -> Generator[Deferred[Any], Any, None]:
        """Write what is missing behind an utterance's beginning."""
        before = self._editor.context_before(live_text)
        missing = adapt_text_to_profile(held.missing, live_text.profile)
        complete = yield self._editor.update(live_text, missing)
        self._editor.record(live_text, held.transcript, before.followed_by(missing) if complete else None)
        if not complete and live_text.stopped is not None:
            missing = edit_between(
                live_text.text, missing, self._editor.screen.backspace_unit_in(live_text.window)
            ).insert
            self._add_undelivered(replace(held, missing=missing, reason=live_text.stopped))
