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

from windictator.choosing import Choosing
from windictator.deeds import Deeds
from windictator.editing import (
    ON_ONE_LINE,
    Editing,
    Obey,
    adjusted,
    fitted,
    fitted_text,
    loses_line_breaks,
    writes,
)
from windictator.held import MOST_HELD, Held, HeldWords
from windictator.learning import Learning
from windictator.ports import Listener, Outside, Stop
from windictator.pressing import Pressing
from windictator.profile import DEFAULT_PROFILE, Profile
from windictator.text.context_adjust import MIDDLE_OF_TEXT
from windictator.text.edit import edit_between
from windictator.text.formatting import FormattedWord, tail_of
from windictator.text.grammar import Command, Dictated, Grammar
from windictator.text.numbers_only import NotANumber, numbers_only
from windictator.text.repertoire import repertoire
from windictator.text.slots import spoken_elements
from windictator.text.spelling import as_a_word
from windictator.text.utterance import RecognizedWord, Words, spoken
from windictator.text.vocabulary import Vocabulary
from windictator.writing import Passage, Writer

#: How often a phrase is written by one command, at most.
_MOST_REPEATED = 20

#: Commands after which one may still be chosen of the same list.
_KEEPING_THE_LIST = frozenset({"alternatives", "choose", "undo", "undo_correction", "redo"})


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
        writer: Writer,
        listener: Listener,
        vocabulary: Vocabulary,
        outside: Outside | None = None,
    ) -> None:
        self._writer = writer
        self._listener = listener
        self._learning = Learning(listener, vocabulary)
        self._editing = Editing(writer, listener, self._corrected, self._learning)
        self.choosing = Choosing(writer, listener, vocabulary, self._corrected, self._learning)
        self._deeds = Deeds(writer, listener, outside, self._in_middle, lambda mode: self.set_mode(Mode(mode)))
        self.configure(vocabulary)
        self._spells_next = False  # whether the next words are letters, whatever the mode is
        self._last_heard: Words = ()
        self._not_obeyed: Words = ()
        self._held = HeldWords()
        self._mode = Mode.DICTATION
        self._commands: dict[str, Obey] = {
            **self._editing.commands,
            **Pressing(writer).commands,
            **self.choosing.commands,
            "as_text": lambda passage, _: self.as_text(passage),
            "repeat": lambda passage, command: self.repeat(passage, command.number),
            "cancel": self._obey(lambda: None),  # done as soon as it was heard
            "type_held": lambda passage, _: self.type_held(passage),
            "drop_held": self._obey(self.drop_held),
            "sleep": self._obey(lambda: self.set_mode(Mode.ASLEEP)),
            "wake": self._obey(lambda: self.set_mode(Mode.DICTATION)),
            "dictation_mode": self._obey(lambda: self.set_mode(Mode.DICTATION)),
            "command_mode": self._obey(lambda: self.set_mode(Mode.COMMAND)),
            "spelling_mode": self._obey(lambda: self.set_mode(Mode.SPELLING)),
            "numbers_mode": self._obey(lambda: self.set_mode(Mode.NUMBERS)),
            "spell": lambda passage, _: self._spell(passage),
            "help": self._obey(lambda: listener.help(repertoire(self._vocabulary))),
        }
        self.on_mode: Callable[[Mode], None] | None = None
        self.on_held: Callable[[Held], None] | None = None

    def configure(self, vocabulary: Vocabulary, hold: bool = False, types_unmatched: bool = False) -> None:
        """Take others from the next utterance on. ``hold``: whether words that cannot be typed where they were meant to
        go are kept for ``type_held``. ``types_unmatched``: see ``Dictation``."""
        self._vocabulary = self._learning.vocabulary = self.choosing.vocabulary = vocabulary
        self._grammar = Grammar(vocabulary)
        self._hold = hold
        self._types_unmatched = types_unmatched

    @property
    def mode(self) -> Mode:
        """How utterances are taken now."""
        return self._mode

    def set_mode(self, mode: Mode) -> None:
        """Take utterances in another way from now on."""
        if mode is not self._mode:
            self._mode = mode
            if self.on_mode is not None:
                self.on_mode(mode)

    def example(self, command: str) -> str:
        """A phrase for ``command``, quoted, for whoever has to know one."""
        for phrase, meaning in self._vocabulary.commands.items():
            if meaning.name == command:
                return f'"{" ".join(spoken_elements(phrase))}"'
        return f'"{command}"'

    # What words mean

    def hears(self, words: Words) -> bool:
        """Whether the words are taken notice of: all are, but in sleep."""
        return self._mode is not Mode.ASLEEP or self._is_wake(self._meaning(words))

    def cancels(self, words: Words) -> bool:
        """Whether the words are a command that must not wait until what was heard before has been carried out."""
        meaning = self._meaning(words)
        return isinstance(meaning, Command) and meaning.name == "cancel" and self.hears(words)

    @property
    def shows_partials(self) -> bool:
        """Whether what is being said may be shown while it is spoken."""
        return self._mode is Mode.DICTATION and not self._editing.expects_insertion

    def preview(self, words: Sequence[str], passage: Passage) -> str | None:
        """What may be shown of an utterance that has begun with ``words``; None where nothing should be done yet."""
        recognized = tuple(map(RecognizedWord, words))
        settled = recognized[: len(words) - self._grammar.unsettled(words)]
        if not settled or isinstance(self._meaning(recognized), Command) or isinstance(self._meaning(settled), Command):
            return None
        written = fitted(self._written(settled, passage.profile), passage.profile)
        text, _ = adjusted(written, self._writer.before(passage), passage.profile)
        return None if passage.profile.forbids(text) else text

    def _meaning(self, words: Words) -> Dictated | Command:
        meaning = self._grammar.parse(words)
        if self._is_wake(meaning) and self._mode is not Mode.ASLEEP:
            return Dictated(words)  # nobody is asleep who could be woken
        if isinstance(meaning, Command) and meaning.name == "choose" and self.choosing.listed is None:
            return Dictated(words)
        if isinstance(meaning, Command) and meaning.name == "spell" and not self._are_letters(meaning.argument):
            return Dictated(words)  # "spell that word for me"
        return meaning

    @staticmethod
    def _is_wake(meaning: Dictated | Command) -> bool:
        return isinstance(meaning, Command) and meaning.name == "wake"

    # What is done

    @inlineCallbacks
    def carry_out(
        self, passage: Passage, words: Words, heard: str, utterance: int | None = None, force: bool = False
    ) -> Generator[Deferred[Any], Any, None]:
        """Write or obey the words of an utterance in the place of what is shown of it. ``utterance``: its number, None
        where no recognizer has heard it. ``force``: see ``obey``."""
        meaning = self._meaning(words)
        while isinstance(meaning, Command) and not self._is_sentence(meaning, passage):
            if not (yield self.take_back(passage, heard)):
                return
            self.forget_insertion()
            if meaning.name not in _KEEPING_THE_LIST:
                self.choosing.close()
            refusals = self._writer.refusals
            if meaning.own is not None:
                may_go_on = yield self._deeds.obey(meaning.own, meaning, passage, heard)
            else:
                with self._writer.hinting(self._hint(meaning, passage)):
                    may_go_on = yield self.obey(passage, meaning, force)
            if self._writer.refusals > refusals and meaning.name != "as_text" and passage.profile.enabled:
                self._not_obeyed = words
            if not may_go_on or not meaning.argument:
                return
            words = meaning.argument
            meaning = self._meaning(words)
        if reason := passage.profile.forbids():
            self._refuse_for(passage, reason)
        elif self._mode is Mode.COMMAND and not self._spells_next:
            leave = self.example("dictation_mode")
            self._writer.refuse(f"command mode: {heard!r} is no command; {leave} takes words again")
        else:
            self.choosing.close()
            self.choosing.remember(heard, words, utterance)
            yield self._write(passage, words, heard)

    def _is_sentence(self, command: Command, passage: Passage) -> bool:
        """Whether what sounds like a command is to be typed all the same: it names words that were not typed there."""
        wanted = self._types_unmatched and self._mode is Mode.DICTATION and command.own is None
        return wanted and self._editing.is_unmatched(passage.window, command)

    def _hint(self, command: Command, passage: Passage) -> str:
        """What can be done if ``command`` is refused: it may have been a sentence."""
        unmatched = passage.profile.enabled and self._editing.is_unmatched(passage.window, command)
        return f"; {self.example('as_text')} types it as text" if unmatched else ""

    @inlineCallbacks
    def obey(self, passage: Passage, command: Command, force: bool = False) -> Generator[Deferred[Any], Any, bool]:
        """Carry out one command; whether the rest of its utterance may follow. ``force``: also on what was sealed last
        in the window. Nothing that is spoken, and no hotkey, may ask for that: whoever does must see what is there."""
        with self._writer.corrector.trusting(passage.window, command.name) if force else nullcontext():
            may_go_on: bool = yield self._commands[command.name](passage, command)
        return may_go_on

    @inlineCallbacks
    def _write(
        self,
        passage: Passage,
        words: Words,
        heard: str,
        unwanted: Sequence[Stop] = (Stop.CANCELLED, Stop.DISABLED),
        as_text: bool = False,
    ) -> Generator[Deferred[Any], Any, None]:
        """Bring an utterance's words onto the screen and remember them; hold what is missing, but for the stops that
        say that it is ``unwanted``. ``as_text``: whatever the mode is."""
        profile = passage.profile
        try:
            asked = self._vocabulary_of(profile).format(words) if as_text else self._written(words, profile)
        except NotANumber as error:
            self._not_obeyed = words
            self._writer.refuse(str(error))
            yield self.take_back(passage, heard)
            return
        self._spells_next = False
        written = fitted(asked, profile)
        wanted, after = adjusted(written, self._writer.before(passage), profile)
        tail = tail_of(written)
        if reason := profile.forbids(wanted + tail):
            if (yield self.take_back(passage, heard)):
                self._refuse_for(passage, reason)
                if not profile.takes_text:
                    self._keep(Held(heard, words, wanted + tail, False, passage.window, Stop.TAKES_NO_TEXT))
            return
        self._last_heard = words
        if loses_line_breaks(asked, profile):
            self._listener.notice(ON_ONE_LINE.format(profile.name))
        if (inserted := self._editing.insert(passage, written, heard)) is not None:
            yield inserted
            return
        wanted += tail
        complete = yield self._writer.show(passage, wanted)
        if complete and tail:
            yield self._writer.record_snippet(passage, heard, after, tail)
        else:
            self._writer.record(passage, heard, after if complete else None)
        stopped = None if passage.is_private else passage.stopped
        if not complete and stopped is not None and stopped not in unwanted:
            missing = edit_between(passage.shown, wanted, self._writer.screen.removal_in(passage.window)).insert
            self._keep(Held(heard, words, missing, bool(passage.shown), passage.window, stopped))

    @inlineCallbacks
    def take_back(self, passage: Passage, heard: str) -> Generator[Deferred[Any], Any, bool]:
        """Erase what partials have shown; whether nothing of it is left. What is left is remembered."""
        if passage.shown and not (yield self._writer.show(passage, "")):
            self._writer.record(passage, heard, None)
            return False
        return True

    def _vocabulary_of(self, profile: Profile) -> Vocabulary:
        return self._vocabulary.for_command_lines if profile.style == "command_line" else self._vocabulary

    def _written(self, words: Words, profile: Profile) -> Sequence[FormattedWord]:
        """What is written for words in the mode in force, in a window of this profile. Raises ``NotANumber``."""
        if self._spells_next:
            return as_a_word(self._vocabulary.spelled(words))
        if self._mode is Mode.SPELLING:
            return self._vocabulary.spelled(words)
        if self._mode is Mode.NUMBERS:
            return numbers_only(words, self._vocabulary)
        return self._vocabulary_of(profile).format(words)

    def _corrected(self, words: Words, profile: Profile) -> Sequence[FormattedWord]:
        """What is written for words of a correction: what they are corrected to may be something else than numbers."""
        try:
            return self._written(words, profile)
        except NotANumber:
            return self._vocabulary_of(profile).format(words)

    def _refuse_for(self, passage: Passage, reason: str) -> None:
        """The window's profile forbids the utterance: nothing of it is typed, nor held to be typed later."""
        passage.failed = True
        self._writer.refuse(reason)

    def _in_middle(self, words: Words) -> str:
        """The words as they would be written in the middle of a text."""
        return writes(self._corrected(words, DEFAULT_PROFILE), DEFAULT_PROFILE)(MIDDLE_OF_TEXT)

    def cancel(self) -> None:
        """Do nothing more of what is under way; the next words go to the caret."""
        self.forget_insertion()
        self._deeds.cancel()

    # Commands: each fires True if the rest of its utterance may follow

    def _obey(self, act: Callable[[], object]) -> Obey:
        def command(_passage: Passage, _command: Command) -> Deferred[bool]:
            act()
            return succeed(True)

        return command

    def _are_letters(self, words: Words) -> bool:
        return not words or self._vocabulary.is_spelled(words)

    def _spell(self, passage: Passage) -> Deferred[bool]:
        """The letters that come next take the place of the last phrase."""
        self._spells_next = self._editing.expect_replacement(passage)
        return succeed(self._spells_next)

    def forget_insertion(self) -> None:
        """The next words go to the caret, and are what they are."""
        self._spells_next = False
        self._editing.forget_insertion()

    @inlineCallbacks
    def as_text(self, passage: Passage) -> Generator[Deferred[Any], Any, bool]:
        """Write the words that could not be obeyed last, or were no numbers."""
        words, self._not_obeyed = self._not_obeyed, ()
        if words:
            yield self._write(passage, words, spoken(words), as_text=True)
        else:
            self._writer.refuse("there is no command that could not be obeyed and might be text")
        return False

    @inlineCallbacks
    def repeat(self, passage: Passage, times: int = 1) -> Generator[Deferred[Any], Any, bool]:
        """Write the last utterance's words again, ``times`` times."""
        words = self._last_heard
        if not words:
            self._writer.refuse("there is nothing to repeat: nothing has been dictated yet")
            return False
        if times > _MOST_REPEATED:
            self._writer.refuse(f"nothing is repeated more than {_MOST_REPEATED} times at once")
            return False
        for _ in range(times):
            yield self._write(passage, words, spoken(words))
            if passage.failed:
                break
            passage = yield self._writer.begin()
        return False

    # What could not be typed where it was meant to go

    @property
    def held(self) -> tuple[Held, ...]:
        """What waits for ``type_held``, oldest first."""
        return self._held.all

    def forget_windows(self) -> None:
        """Forget where everything began that is held: the display has gone, and its windows with it."""
        self.choosing.close()
        self._held.forget_windows()

    def drop_held(self) -> int:
        """Forget what is held; how many texts that were."""
        return self._held.drop()

    def _keep(self, held: Held) -> None:
        if not self._hold or not held.missing:
            return
        if self._held.keep(held):
            self._listener.notice(f"more than {MOST_HELD} texts are held; the oldest is dropped")
        if self.on_held is not None:
            self.on_held(held)

    @inlineCallbacks
    def type_held(self, passage: Passage, reason: Stop | None = None) -> Generator[Deferred[Any], Any, bool]:
        """Type what is held where the caret is; only what was held for ``reason``, unless None. Fires with whether
        all of it was typed, and was there."""
        wanted = self._held.for_reason(reason)
        if not wanted and reason is None:
            self._writer.refuse("there is no text held that could be typed")
        for held in wanted:
            if forbidden := self._forbids(passage.profile, held):
                self._refuse_for(passage, forbidden)  # and it stays held
                return False
            with self._held.instead_of(held):
                if held.begun and held.window == passage.window:
                    yield self._write_rest(passage, held)
                else:
                    # Elsewhere the end alone of a phrase, or of a word, is of no use to anybody.
                    yield self._write(passage, held.words, held.heard, unwanted=())
            if passage.failed:
                return False
            passage = yield self._writer.begin()
        return bool(wanted)

    def _forbids(self, profile: Profile, held: Held) -> str:
        """Why what is held may not be typed where this profile is; "" where it may."""
        written = fitted(self._corrected(held.words, profile), profile)
        return profile.forbids("".join(word.text + word.tail for word in written))

    @inlineCallbacks
    def _write_rest(self, passage: Passage, held: Held) -> Generator[Deferred[Any], Any, None]:
        """Write what is missing behind an utterance's beginning."""
        before = self._writer.before(passage)
        missing = fitted_text(held.missing, passage.profile)
        complete = yield self._writer.show(passage, missing)
        self._writer.record(passage, held.heard, before.followed_by(missing) if complete else None)
        if not complete and passage.stopped is not None:
            missing = edit_between(passage.shown, missing, self._writer.screen.removal_in(passage.window)).insert
            self._keep(replace(held, missing=missing, reason=passage.stopped))
