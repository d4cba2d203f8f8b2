"""Numbers of windows: the id of a window that is gone is another number when it comes back."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest

from windictator.typist.window import x_id
from windictator.x11 import window_numbers
from windictator.x11.window_numbers import MAX_WATCHED, WindowNumbers

WINDOW, STRUCTURE_NOTIFY, OTHER_MASK = 0x400001, 1 << 17, 1 << 21


class FakeConnection:
    """Keeps what is sent, and tells of events."""

    def __init__(self) -> None:
        self.sent: list[tuple[int, int]] = []
        self._listener: Callable[[bytes], None] = lambda _event: None

    def send(self, request: bytes) -> None:
        window, _, mask = struct.unpack_from("=III", request, 4)
        self.sent.append((window, mask))

    def add_event_listener(self, listener: Callable[[bytes], None]) -> None:
        self._listener = listener

    def destroys(self, window: int) -> None:
        self._listener(struct.pack("=B3xII20x", 17, window, window))


@pytest.fixture
def connection() -> FakeConnection:
    return FakeConnection()


@pytest.fixture
def numbers(connection: FakeConnection) -> WindowNumbers:
    return WindowNumbers(connection)  # type: ignore[arg-type]


def test_number_of_a_window_is_its_id_until_it_ends(connection: FakeConnection, numbers: WindowNumbers) -> None:
    ended: list[int] = []
    numbers.on_end = ended.append
    assert numbers.watch(WINDOW)
    assert numbers.number(WINDOW) == WINDOW
    assert connection.sent == [(WINDOW, STRUCTURE_NOTIFY)]
    lives = [numbers.number(WINDOW)]
    for _ in range(3):
        connection.destroys(WINDOW)
        assert not numbers.is_watched(WINDOW)
        lives.append(numbers.number(WINDOW))
        assert numbers.watch(WINDOW)
    assert ended == lives[:-1]
    assert len(set(lives)) == len(lives)
    assert {x_id(number) for number in lives} == {WINDOW}


def test_window_that_is_watched_is_not_selected_again(connection: FakeConnection, numbers: WindowNumbers) -> None:
    numbers.watch(WINDOW)
    assert not numbers.watch(WINDOW)
    assert len(connection.sent) == 1


def test_end_of_a_window_that_is_not_watched_changes_nothing(
    connection: FakeConnection, numbers: WindowNumbers
) -> None:
    connection.destroys(WINDOW)
    assert numbers.number(WINDOW) == WINDOW


def test_no_window_has_no_number(numbers: WindowNumbers) -> None:
    assert numbers.number(0) == 0


def test_least_recently_used_window_counts_as_ended(connection: FakeConnection, numbers: WindowNumbers) -> None:
    """What is not watched is not remembered."""
    windows = range(WINDOW, WINDOW + MAX_WATCHED)
    for window in windows:
        numbers.watch(window)
    numbers.watch(windows[0])
    numbers.watch(WINDOW - 1)
    assert numbers.is_watched(windows[0])
    assert not numbers.is_watched(windows[1])
    assert numbers.number(windows[1]) != windows[1]
    assert connection.sent[-1] == (windows[1], 0)


def test_other_events_are_selected_beside_the_end(numbers: WindowNumbers) -> None:
    """A connection has one mask for each window."""

    def mask() -> int:
        return int(struct.unpack_from("=I", numbers.select(WINDOW, OTHER_MASK), 12)[0])

    assert mask() == OTHER_MASK
    numbers.watch(WINDOW)
    assert mask() == OTHER_MASK | STRUCTURE_NOTIFY


def test_numbers_of_very_many_windows_are_never_used_twice(
    connection: FakeConnection, numbers: WindowNumbers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though not all of them are remembered."""
    monkeypatch.setattr(window_numbers, "_MAX_RENUMBERED", 5)
    ended: list[int] = []
    numbers.on_end = ended.append
    numbers.watch(1)
    for window in (2, 3, 4, 2, 5, 6, 7, 2, 3):
        numbers.watch(window)
        connection.destroys(window)
    assert len(set(ended)) == len(ended)
    assert 1 in ended, "it has another number as well"
    assert numbers.number(1) not in ended
