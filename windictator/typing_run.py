"""What is known of one text, or of some chords, while it is being typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from windictator.ports import Stop

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

    from windictator.borrowed_keyboard import BorrowedKeyboard
    from windictator.keyboard.chord import Chord
    from windictator.keyboard.keymap import Keymap


class Pace(NamedTuple):
    """How keys have to be pressed in one window.

    hold: seconds to hold each key down, 0: as short as can be.
    repeat_gap: seconds between the release of a key and its next press.
    acts_late: keys that write no character (BackSpace, Return, arrows) act later than those that do.
    return_completes: Return may accept an offer to complete the word before it.
    """

    hold: float = 0.0
    repeat_gap: float = 0.0
    acts_late: bool = False
    return_completes: bool = False


AS_FAST_AS_CAN_BE = Pace()
"""For most windows."""


@dataclass(slots=True)
class Run:
    """One text on its way.

    ``window``: where it must go. ``keymap``: what it is coded by. ``locked``: real modifiers that stay locked.
    ``confirmed``: characters, ``events``: key events confirmed so far. ``borrowed``: locks and group.
    ``hold``: seconds to hold each key down, each event in a write of its own; 0: a keystroke's events in one write.
    ``pace``: what else its window needs.
    """

    window: int
    keymap: Keymap
    locked: int
    confirmed: int = 0
    events: int = 0
    borrowed: BorrowedKeyboard | None = None
    hold: float = 0.0
    pace: Pace = AS_FAST_AS_CAN_BE
    waits: set[int] = field(default_factory=set)
    """Numbers of confirmed characters at which the application must have caught up before the next key is sent."""
    is_silent: bool = False
    """The server did not reply in time when the text had ended."""
    begun: bool = False
    """The user's keys are up: from now on each further one stops typing. Before that a held one may repeat."""
    stop: Stop | None = None
    elsewhere: bool = False
    """The keystroke under way may have gone elsewhere, whatever stopped it first."""
    unread: int = 0
    """Keystrokes sent since the application was last asked whether it has read all."""
    reading: Deferred[bool] | None = None
    """Its answer."""
    in_step: bool = False
    """The application must have read each keystroke before the next is sent."""
    retake: bool = False
    """A key of the user's that is tolerated may come up and bring the user's keyboard into force."""
    keycodes: frozenset[int] = frozenset()
    """The keys that the piece under way is typed with."""
    leads_anywhere: bool = False
    """The keys are pressed for what they do, wherever that moves the focus: that ends the run, but a key that has been
    confirmed counts."""
    chords: Mapping[str, Chord] = field(default_factory=dict)
    """Characters that are typed with keys of their own in the window, as a line break in a chat."""
    relies: bool = False
    """The keys act on what stands there (BackSpaces, moves of the caret): after a key of the user's they would act on
    something else."""
    relying: frozenset[int] = frozenset()
    """Keys of the piece under way that act on what is before the caret: they are sent in transactions."""
    mark: tuple[int, int] | None = None
    """``confirmed`` and ``events`` when the transaction under way began; None: there is none."""
