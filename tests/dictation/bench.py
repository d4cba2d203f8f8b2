"""A dictation into fake windows: what the tests of dictation have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock

from tests.fake_editor import FakeEditor, SelectionExit
from tests.fake_keyboard import WINDOW, FakeKeyboard, keymap
from tests.text.spoken import DEFAULT, heard
from windictator.dictation import events
from windictator.dictation.interfaces import ActionServices, ProfileOf, TypingPort, no_profiles
from windictator.dictation.options import DictationOptions
from windictator.dictation.profile import LiveTyping
from windictator.dictation.queue import Dictation
from windictator.text.commands.actions import Mode
from windictator.text.edit import BackspaceUnit
from windictator.text.ledger import Ledger
from windictator.text.utterance import Final, Partial, Words
from windictator.text.vocabulary import Vocabulary
from windictator.typist.interfaces import ConnectionLostError
from windictator.typist.result import StopReason
from windictator.typist.typist import Typist

US = keymap("us")
OTHER_WINDOW = WINDOW + 0x100000
USER_KEY, USER_CHARACTER = 49, "`"
"""A key that the user presses here, and what it types; nothing dictated contains it."""
SHIFT_KEY, F1_KEY = 50, 67

_E = TypeVar("_E", bound=events.Event)


class Listener(Protocol):
    """Receives the events of a dictation."""

    def on_event(self, event: events.Event) -> None: ...


class RecordingListener:
    """A listener that keeps every event."""

    def __init__(self) -> None:
        self.events: list[events.Event] = []

    def on_event(self, event: events.Event) -> None:
        """Keep an event."""
        self.events.append(event)

    def of_kind(self, kind: type[_E]) -> list[_E]:
        """Return the events of one kind, oldest first."""
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def partials(self) -> list[str]:
        """Texts of partials."""
        return [event.text for event in self.of_kind(events.Partial)]

    @property
    def finals(self) -> list[tuple[str, float]]:
        """Texts of finals, each with its confidence."""
        return [(event.text, event.confidence) for event in self.of_kind(events.Final)]

    @property
    def low_confidence(self) -> list[tuple[int, ...]]:
        """For each final the positions of words with low confidence."""
        return [event.low_confidence for event in self.of_kind(events.Final)]

    @property
    def typed_parts(self) -> list[tuple[str, int, StopReason | None]]:
        """What was typed: text, BackSpaces, why it stopped."""
        return [(event.text, event.erased, event.result.stopped_by) for event in self.of_kind(events.Typed)]

    @property
    def refusals(self) -> list[str]:
        """What was refused, and what to do, as the user reads it."""
        return [event.reason for event in self.of_kind(events.Refused)]

    @property
    def refusal_codes(self) -> list[str]:
        """Codes of refusals."""
        return [event.refusal.code.value for event in self.of_kind(events.Refused)]

    @property
    def refusal_causes(self) -> list[str]:
        """Codes of what had happened before each refusal, or its own where that is all."""
        refusals = [event.refusal for event in self.of_kind(events.Refused)]
        return [refusal.cause or refusal.code.value for refusal in refusals]

    @property
    def notices(self) -> list[str]:
        """Messages of notices."""
        return [event.message for event in self.of_kind(events.Notice)]

    @property
    def suggestions(self) -> list[str]:
        """Messages of suggestions."""
        return [event.message for event in self.of_kind(events.Suggestion)]

    @property
    def alternative_lists(self) -> list[tuple[str, tuple[str, ...]]]:
        """Lists of alternatives: the text in the window, and the alternatives."""
        lists = self.of_kind(events.Alternatives)
        return [(event.text, tuple(item.text for item in event.items)) for event in lists]


class FakeSelectedText:
    """What the windows of a bench tell of their selections, as X applications do by PRIMARY.

    ``user_selection``: what the user has selected elsewhere, None where that cannot be kept.
    """

    def __init__(self, bench: DictationBench) -> None:
        self._bench = bench
        self.tells: Callable[[str], str] = lambda text: text
        """Returns what a window makes of a text that it tells."""
        self.user_selection: str | None = "the user's"
        self.primary: str | None = self.user_selection
        self.is_readable = True
        self.empty: str | None = None
        """What a window tells if nothing is selected: "" in LibreOffice Writer."""
        self.withdrawals = 0
        """How often the windows still withdraw what they have selected."""
        self.was_given_up = False

    def prepare(self, window: int) -> Deferred[bool]:
        """Keep the user's selection, if it can be kept."""
        if self.user_selection is None:
            return succeed(False)
        self.primary = self.user_selection
        return succeed(True)

    def read(self, window: int, is_expected: Callable[[str], bool], is_settled: bool = False) -> Deferred[str | None]:
        """Read what is selected in the window."""
        editor = self._bench.editor(window)
        start, end = editor.selection
        self.was_given_up = self.withdrawals > 0
        if self.was_given_up:
            self.withdrawals -= 1
            return succeed(None)
        if not self.is_readable or start == end:
            return succeed(self.empty if self.is_readable else None)
        self.primary = self.tells(editor.text[start:end])
        return succeed(self.primary)

    def restore(self, window: int) -> Deferred[None]:
        """Give the user's selection back."""
        self.primary = self.user_selection
        return succeed(None)


class DictationBench:
    """A dictation into fake windows; utterances are numbered as a recognizer does.

    typist: types instead of a real typist on the fake keyboard.
    listener: receives the events; None: a listener that keeps them.
    checked: whether text is read in the window before it is erased.
    options: further fields of ``DictationOptions``.
    """

    def __init__(
        self,
        live: LiveTyping = "off",
        agreement: int = 2,
        removal: BackspaceUnit = BackspaceUnit.GRAPHEME,
        typist: TypingPort | None = None,
        listener: Listener | None = None,
        vocabulary: Vocabulary = DEFAULT,
        profile_of: ProfileOf = no_profiles,
        checked: bool = False,
        services: ActionServices | None = None,
        ledger: Ledger | None = None,
        **options: Any,
    ) -> None:
        self.keyboard = FakeKeyboard(US)
        self.clock = Clock()
        real_typist = Typist(*self.keyboard.ports(), self.clock, confirm_timeout_s=2.0, key_release_timeout_s=1.0)
        self.typist: TypingPort = typist or real_typist
        self.ledger = Ledger() if ledger is None else ledger
        self.listener: Any = listener or RecordingListener()
        self.removal = removal
        self.profile_of = profile_of
        """Gives the profile of a window; may be replaced."""
        self.leaving, self.text_before, self.text_after = SelectionExit.EDGE, "", ""
        self.change_typed: Callable[[str, str], str] = lambda before, typed: typed
        self.selected = FakeSelectedText(self) if checked else None
        self.recognizer_alternatives: Callable[[int], Deferred[tuple[str, ...]]] = lambda _utterance: succeed(())
        """Gives what else the recognizer heard; may be replaced."""
        self.modes: list[Mode] = []
        """The modes that were switched to."""
        self.dictation = Dictation(
            self.typist,
            lambda: self.focused(),
            DictationOptions(vocabulary, live_typing=live, stable_after=agreement, backspace_unit=removal, **options),
            self.ledger,
            self.listener.on_event,
            profile_of=lambda window: self.profile_of(window),
            services=services,
            selected_text=self.selected,
            recognizer_alternatives=lambda utterance: self.recognizer_alternatives(utterance),
            clicked=lambda _position, windows: succeed([each for each in windows if each == self.clicked_window]),
            on_mode_changed=self.modes.append,
        )
        self.pointed_window: int | None = None
        """The window that has the pointer; None: the one that has the focus."""
        real_typist.on_user_input = self.dictation.user_input
        self.utterance_number = 0
        self.before_focused: Callable[[], Deferred[int] | None] = lambda: None
        """Called when the focus is asked for; the Deferred that it returns is the answer, None: the usual one."""

    def configure(self, **options: Any) -> None:
        """Change fields of the dictation's options, as a reload does."""
        self.dictation.options = replace(self.dictation.options, **options)

    @property
    def clicked_window(self) -> int:
        """The window that a click would change."""
        return self.keyboard.focus if self.pointed_window is None else self.pointed_window

    def focused(self) -> Deferred[int]:
        """Fire with the window that has the focus."""
        if (instead := self.before_focused()) is not None:
            return instead
        return fail(ConnectionLostError()) if self.keyboard.lost else succeed(self.keyboard.focus)

    def hear(self, *texts: str) -> None:
        """Hear utterances; "~" marks a partial, as for the text recognizer."""
        for text in texts:
            if text.startswith("~"):
                self.dictation.accept_hypothesis(Partial(self.utterance_number, text[1:]))
            else:
                self.hear_words(heard(text))

    def hear_words(self, words: Words) -> None:
        """Hear an utterance, word by word as it was recognised."""
        self.dictation.accept_hypothesis(Final(self.utterance_number, words))
        self.utterance_number += 1

    def user_types(self) -> None:
        """Press and release a key of the user's."""
        self.keyboard.user_presses(USER_KEY)
        self.keyboard.user_presses(USER_KEY, False)

    def before_keystroke(self, number: int, action: Callable[[], object]) -> None:
        """Do something just before the ``number``-th keystroke from now is processed."""
        due = len(self.keyboard.writes) + number

        def before_write(written: int) -> None:
            if written == due:
                action()

        self.keyboard.before_write = before_write

    def window_text(self, window: int = WINDOW) -> str:
        """Return the text in the window, where BackSpaces remove what ``removal`` says, and Left passes by."""
        return self.editor(window).text

    def editor(
        self,
        window: int = WINDOW,
        leaving: SelectionExit | None = None,
        before: str | None = None,
        behind: str | None = None,
        keeps: bool = False,
    ) -> FakeEditor:
        """Return the application: its text, its caret, its selection.

        ``before``, ``behind``: what stood around the caret in the beginning.
        """
        before = self.text_before if before is None else before
        behind = self.text_after if behind is None else behind
        editor = FakeEditor(self.removal, leaving or self.leaving, keeps, self.change_typed)
        editor.text = before + behind
        editor.caret = editor.anchor = len(before)
        for press in self.keyboard.presses.get(window, ()):
            editor.press(press)
        return editor

    def ledger_text(self, window: int = WINDOW) -> str:
        """Return the text of the window by the ledger."""
        return "".join(entry.typed for entry in self.ledger.entries(window))

    @property
    def is_idle(self) -> bool:
        """Whether everything heard has been carried out."""
        results: list[object] = []
        self.dictation.when_idle().addBoth(results.append)
        return results == [None]
