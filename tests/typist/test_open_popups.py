"""Keys while a menu or list of the window's own application has the keyboard."""

import pytest

from tests.fake_keyboard import WINDOW
from tests.typist.bench import TypistBench
from windictator.keyboard.chord import parse_combination
from windictator.typist.interfaces import PopupKind
from windictator.typist.result import StopReason

ESCAPE = [parse_combination("Escape")]


def bench_with(popup):
    bench = TypistBench()
    bench.keyboard.grabbed, bench.keyboard.popup = StopReason.GRABBED, popup
    return bench


@pytest.mark.parametrize("popup", list(PopupKind))
def test_keys_are_pressed_in_what_is_open(popup):
    """They go where the user's would."""
    bench = bench_with(popup)
    (pressed,) = bench.start(bench.typist.press(ESCAPE, WINDOW))
    assert pressed.complete


def test_keys_for_another_client_are_refused():
    """A screen locker, or a menu of the desktop."""
    bench = bench_with(None)
    (pressed,) = bench.start(bench.typist.press(ESCAPE, WINDOW))
    assert pressed.stopped_by is StopReason.GRABBED and not bench.keyboard.log


@pytest.mark.parametrize(("popup", "typed"), [(PopupKind.LIST, "abc"), (PopupKind.MENU, ""), (None, "")])
def test_text_goes_on_where_a_list_is_open(popup, typed):
    """A completion takes it; in a menu letters choose entries."""
    bench = bench_with(popup)
    (result,) = bench.start(bench.typist.edit(0, "abc", WINDOW))
    assert result.confirmed == typed


def test_nothing_is_erased_while_a_list_is_open():
    """What BackSpace does there is uncertain."""
    bench = bench_with(PopupKind.LIST)
    (result,) = bench.start(bench.typist.edit(2, "abc", WINDOW))
    assert result.stopped_by is StopReason.GRABBED and not bench.keyboard.log
