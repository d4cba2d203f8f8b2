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
    from windictator.typist.result import TypingResult


class SelectedText(Protocol):
    """Reads the text that is selected in a window."""

    def prepare(self, window: int) -> Deferred[bool]:
        """Keep what the user has selected, in whatever window, before keys select something in ``window``. False if it
        cannot be kept. Nothing is raised."""

    def read(self, window: int, is_expected: Callable[[str], bool], is_settled: bool = False) -> Deferred[str | None]:
        """Fires with what is selected in ``window`` by the keys since ``prepare``, as soon as it is expected, or with
        what it is when it has not changed for some time; None where the application does not tell. ``is_settled``: only
        when it has not changed for some time, also where it is expected. Nothing is raised."""

    def restore(self, window: int) -> Deferred[None]:
        """Let what the user had selected be so again for those who ask for it, once nothing is selected in ``window``
        any more. Nothing is raised."""


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
        """Start ``arguments[0]`` with the others, as they are, as its arguments, and do not wait for its end.

        ``on_failure``: told in one line, which holds nothing of the arguments, if it ends otherwise than with status
        0. Raises ``ProgramError`` where it cannot be started.
        """


@dataclass(frozen=True, slots=True)
class UtteranceInfo:
    """What a function of the user's own is told of the utterance that calls it.

    ``heard``: its words, as they were recognised. ``slots``: what its phrase's slots hold, by their names: "words", as
    they would be dictated; "number"; "key", as "ctrl+l"; the second of a kind is "words 2".
    """

    heard: str
    slots: Mapping[str, str | int]


class Functions(Protocol):
    """Calls functions of the user's own."""

    def call(self, module: str, function: str, said: UtteranceInfo) -> Deferred[str | None]:
        """Call it where it cannot delay anything else; fires with the text that it wants typed, or None. Errback: a
        WinDictatorError that says why that did not work. May be cancelled: what it returns is ignored then."""

    def reload(self, folder: Path) -> None:
        """Look for modules in ``folder``, and import those anew that were imported from where they were before."""


class Bus(Protocol):
    """A bus of D-Bus."""

    def call(
        self, destination: str, path: str, interface: str, member: str, signature: str, arguments: Sequence[Any]
    ) -> Deferred[Any]:
        """Call a method; fires when it has been carried out. Errback: a WinDictatorError."""


@dataclass(frozen=True, slots=True)
class ActionServices:
    """What commands of the user's own can reach. ``bus``: the system's bus if True, else the session's. ``sleep``:
    fires after so many seconds, and may be cancelled."""

    programs: Programs
    functions: Functions
    bus: Callable[[bool], Bus]
    sleep: Callable[[float], Deferred[None]]
