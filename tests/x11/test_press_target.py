"""Whether a press came before the loss of the focus, by the numbers of requests."""

from __future__ import annotations

import struct

import pytest

from windictator.x11.events import FOCUS_IN, FOCUS_OUT, FocusEvent, parse_focus_event
from windictator.x11.press_target import PressTarget

NORMAL, GRAB, UNGRAB, WHILE_GRABBED = range(4)
ANCESTOR, VIRTUAL, INFERIOR, NONLINEAR, _, POINTER = range(6)


def change(kind: int, mode: int = GRAB, detail: int = ANCESTOR) -> FocusEvent:
    return parse_focus_event(struct.pack("=BBHIB23x", kind, detail, 0, 0x200001, mode))


def target(press: int = 100, *, is_released_next: bool = True) -> PressTarget:
    made = PressTarget()
    made.pressed(press, is_released_next=is_released_next)
    return made


@pytest.mark.parametrize("mode", [NORMAL, GRAB, WHILE_GRABBED])
@pytest.mark.parametrize(("press", "sequence", "reached"), [(100, 99, False), (100, 101, True), (3, 65534, False)])
def test_press_before_the_loss_reached_the_window(mode: int, press: int, sequence: int, reached: bool) -> None:
    made = target(press)
    made.lost(sequence, change(FOCUS_OUT, mode))
    assert made.had_focus(by_own_hotkey=False) is reached


def test_numbers_begin_again() -> None:
    made = target(65535 + 3)
    made.lost(65535, change(FOCUS_OUT))
    assert not made.had_focus(by_own_hotkey=False)
    made.pressed(65535, is_released_next=True)
    made.forget()
    made.lost(2, change(FOCUS_OUT))
    assert made.had_focus(by_own_hotkey=False)


def test_focus_that_moved_right_after_the_press_is_no_loss_before_it() -> None:
    made = target()
    made.lost(100, change(FOCUS_OUT, NORMAL))
    assert made.had_focus(by_own_hotkey=False)


@pytest.mark.parametrize(("ends_at", "reached"), [(101, False), (102, True), (None, True)])
def test_grab_that_ends_with_the_release_was_begun_by_the_press(ends_at: int | None, reached: bool) -> None:
    """Another one began right after the press; a hotkey of this program is never a key of a text."""
    made = target()
    made.lost(100, change(FOCUS_OUT))
    if ends_at is not None:
        made.returned(ends_at, change(FOCUS_IN, UNGRAB))
    assert made.had_focus(by_own_hotkey=False) is reached
    assert made.had_focus(by_own_hotkey=True)


def test_grab_with_a_key_that_is_still_down_may_have_been_begun_by_it() -> None:
    made = target(is_released_next=False)
    made.lost(100, change(FOCUS_OUT))
    assert not made.had_focus(by_own_hotkey=False)


@pytest.mark.parametrize(
    ("out", "back", "reached"),
    [
        ((GRAB, ANCESTOR), (UNGRAB, ANCESTOR), True),
        ((GRAB, POINTER), (UNGRAB, POINTER), True),
        ((NORMAL, NONLINEAR), (NORMAL, NONLINEAR), True),
        ((NORMAL, ANCESTOR), (NORMAL, POINTER), False),
        ((NORMAL, NONLINEAR), (NORMAL, VIRTUAL), False),
        ((GRAB, ANCESTOR), (WHILE_GRABBED, NONLINEAR), False),
    ],
)
def test_press_after_the_return_of_the_focus_reached_the_window(
    out: tuple[int, int], back: tuple[int, int], reached: bool
) -> None:
    """Not if only the pointer is in the window, if a child of it has the focus, or if the grab goes on."""
    made = target()
    made.lost(98, change(FOCUS_OUT, *out))
    made.returned(99, change(FOCUS_IN, *back))
    assert made.had_focus(by_own_hotkey=False) is reached
    made.pressed(99, is_released_next=True)
    assert not made.had_focus(by_own_hotkey=False)
