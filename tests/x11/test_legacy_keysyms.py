"""The keysyms from before Unicode mean to every application what the program takes them for."""

from __future__ import annotations

import pytest

from tests.x11.clients.client import Client
from tests.x11.test_matrix import CLIENTS
from windictator.keyboard.keysyms import character_of
from windictator.keyboard.legacy_keysyms import LEGACY_RUNS

_PER_BATCH = 18
"""A pc105 layout leaves a few more keycodes than this free."""


_TRUSTED = [
    keysym
    for first, run in LEGACY_RUNS
    for keysym in range(first, first + len(run))
    if character_of(keysym) is not None
]
#: One of each alphabet or set of signs: each has a hundred or so of its own.
_ONE_OF_EACH = list({keysym >> 8: keysym for keysym in _TRUSTED}.values())


@pytest.mark.slow
@pytest.mark.parametrize(
    "keysyms",
    [
        pytest.param(_ONE_OF_EACH, id="one of each alphabet"),
        pytest.param(_TRUSTED, id="all", marks=pytest.mark.whole_matrix),
    ],
)
@pytest.mark.parametrize("kind", CLIENTS, ids=lambda kind: kind.__name__)
def test_a_legacy_keysym_types_its_character(start_client, kind: type[Client], keysyms: list[int]) -> None:
    """A layout's key is used for a character only where no application makes something else of it."""
    client = start_client(kind)
    display = client.server.display
    free = [code for code in range(9, 256) if not any(display.get_keyboard_mapping(code, 1)[0])][:_PER_BATCH]
    got: list[str] = []
    for begin in range(0, len(keysyms), len(free)):
        batch = keysyms[begin : begin + len(free)]
        for code, keysym in zip(free, batch, strict=False):
            display.change_keyboard_mapping(code, [[keysym, keysym]])
        display.sync()
        client.clear()
        for code, _ in zip(free, batch, strict=False):
            client.server.tap(code)
        got.append(client.text())
    client.server.set_layout("de")  # so that the next test's layout is set again
    assert "".join(got) == "".join(character_of(keysym) or "" for keysym in keysyms)
