"""Interfaces that the desktop and X back ends implement for dictation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from twisted.internet.defer import Deferred, succeed

from windictator.dictation.profile import DEFAULT_PROFILE, Profile
from windictator.errors import WinDictatorError
from windictator.typist.result import StopReason

if TYPE_CHECKING:
    from windictator.keyboard.chord import KeyCombination
    from windictator.text.vocabulary import Vocabulary
    from windictator.typist.result import TypingResult


class SelectedText(Protocol):
    """Reads the text that is selected in a window."""

    def prepare(self, window: int) -> Deferred[bool]:
        """Keep what the user has selected, in any window, before keys select something in ``window``.

        Fires with False if it cannot be kept. Raises nothing.
        """

    def read(self, window: int, is_expected: Callable[[str], bool], is_settled: bool = False) -> Deferred[str | None]:
        """Read what the keys since ``prepare`` have selected in ``window``.

        Fires with the text as soon as it is expected, or when it has not changed for some time; with None if the
        application does not provide it. Raises nothing.

        is_expected: returns whether a text is the expected one.
        is_settled: wait until the text has not changed for some time, even if it is expected.
        """

    def restore(self, window: int) -> Deferred[None]:
        """Provide the user's selection to other applications again, when nothing is selected in ``window`` any more.

        Raises nothing.
        """


class TypingPort(Protocol):
    """Types text and presses keys."""

    def edit(
        self, erase: int, insert: str, window: int | None = None, keys: Mapping[str, KeyCombination] | None = None
    ) -> Deferred[TypingResult]:
        """Send BackSpaces, then type text.

        erase: number of BackSpaces.
        insert: the text. U+0002 is the key Left, U+0006 the key Right.
        window: the window that must have the focus; None: any.
        keys: characters that are typed with keys of their own in that window.
        """

    def press(
        self, chords: Sequence[KeyCombination], window: int | None = None, *, strict: bool = False
    ) -> Deferred[TypingResult]:
        """Press and release each key combination in ``window``, or in any window if None.

        ``COMBINATION_PLACEHOLDER`` stands for each in the result. ``strict``: a combination that may have gone to
        another window does not count as confirmed.
        """

    def stop(self, reason: StopReason = StopReason.CANCELLED) -> None:
        """Stop the current typing after the keystroke that is being confirmed."""


ProfileOf = Callable[[int], Deferred[Profile]]
"""Fires with the profile of a window as it is now."""


def no_profiles(_window: int) -> Deferred[Profile]:
    """Return the default profile for every window."""
    return succeed(DEFAULT_PROFILE)


class ProgramError(WinDictatorError):
    """A program cannot be started."""


class Programs(Protocol):
    """Starts other programs."""

    def start(self, arguments: Sequence[str], on_failure: Callable[[str], None]) -> None:
        """Start the program ``arguments[0]`` with the other arguments unchanged, and do not wait for its end.

        ``on_failure`` is called if the program ends with another status than 0. It receives one line that contains no
        argument. Raises ProgramError if the program cannot be started.
        """


@dataclass(frozen=True, slots=True)
class UtteranceInfo:
    """The utterance that calls a user function."""

    heard: str
    """The recognised words."""
    slots: Mapping[str, str | int]
    """The contents of the phrase's slots, by name.

    "words" holds text as it is dictated, "number" a number, "key" a key such as "ctrl+l". The second slot of a kind is
    named "words 2".
    """


class Functions(Protocol):
    """Calls user functions."""

    def call(self, module: str, function: str, said: UtteranceInfo) -> Deferred[str | None]:
        """Call a function where it cannot delay anything else.

        Fires with the text to type, or None. Errback: a WinDictatorError with the reason of the failure. The Deferred
        may be cancelled; the return value is ignored then.
        """

    def reload(self, folder: Path) -> None:
        """Search modules in ``folder`` from now on, and import modules again that came from the old folder."""


class Bus(Protocol):
    """A D-Bus message bus."""

    def call(
        self, destination: str, path: str, interface: str, member: str, signature: str, arguments: Sequence[Any]
    ) -> Deferred[Any]:
        """Call a method. Fires with its result. Errback: a WinDictatorError."""


class UserWords(Protocol):
    """The file of the user's words."""

    def change(self, phrase: str, text: str | None) -> Vocabulary:
        """Write ``text`` for ``phrase`` from now on; None: remove that word. Return the vocabulary with the change.

        Raises WinDictatorError; the file is unchanged then.
        """


@dataclass(frozen=True, slots=True)
class ActionServices:
    """What commands can reach apart from the window."""

    programs: Programs
    """Starts programs."""
    functions: Functions
    """Calls user functions."""
    bus: Callable[[bool], Bus]
    """Returns the system bus if called with True, the session bus otherwise."""
    sleep: Callable[[float], Deferred[None]]
    """Fires after a number of seconds; the Deferred may be cancelled."""
    user_words: UserWords | None = None
    """The file of the user's words; None: it cannot be changed by voice."""


WindowsClicked = Callable[[tuple[int, int] | None, Sequence[int]], Deferred[list[int]]]
"""Finds the windows that a click may have changed.

It gets the position of the pointer on the root window, in pixels (None if it is unknown), and the windows of which it
matters. Fires with those that may have changed. Errback: WinDictatorError; then all may have changed.
"""


def all_windows_clicked(_position: tuple[int, int] | None, windows: Sequence[int]) -> Deferred[list[int]]:
    """Suppose that a click may have changed any window."""
    return succeed(list(windows))
