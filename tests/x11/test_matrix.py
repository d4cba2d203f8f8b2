"""Exact typing on every kind of client: each row of ``tests/x11/scenarios.py`` arrives as meant, or typing stops and
says so; the table at the end of the run shows all that were played.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.x11.clients.client import ChromiumPage, Client, GtkText, QtText, RawWindow, TkText, Xterm
from tests.x11.scenarios import BY_COMMAND, IN_A_ROW, SCENARIOS, Scenario
from tests.x11.stage import Stage

CLIENTS: tuple[type[Client], ...] = (RawWindow, Xterm, TkText, GtkText, QtText, ChromiumPage)
#: Those that are played under a window manager in every run; the toolkits take long to start, and as long again there.
_ALWAYS_MANAGED = (RawWindow, Xterm)
_STAGES = [
    pytest.param(
        (kind, managed),
        id=f"{kind.__name__}{'-openbox' if managed else ''}",
        marks=[pytest.mark.whole_matrix] if managed and kind not in _ALWAYS_MANAGED else [],
    )
    for managed in (False, True)
    for kind in CLIENTS
]


@pytest.fixture(scope="module", params=_STAGES)
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """One client without a window manager or under openbox, kept for all rows."""
    stage = Stage(*request.param)
    yield stage
    stage.close()


@pytest.mark.parametrize(
    "scenario",
    [
        pytest.param(row, id=row.name, marks=[pytest.mark.slow, *([] if row.fast else [pytest.mark.whole_matrix])])
        for row in SCENARIOS
    ],
)
def test_the_text_arrives_as_meant_or_typing_stops_and_says_so(
    stage: Stage, scenario: Scenario, request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> None:
    """What lands is what was meant, or what was reported, whatever the keyboard, the text.

    The client and the people do; and the keyboard is afterwards as it was.
    """
    stage_name = request.node.callspec.id.removesuffix(f"-{scenario.name}")
    outcome = stage.play(scenario)
    record_property("matrix", (scenario.name, stage_name, str(outcome), outcome.problems))
    assert not outcome.problems


@pytest.mark.slow
def test_mapped_characters_are_kept_and_replaced(stage: Stage) -> None:
    """A daemon keeps its mappings; no text is read with the mapping of another."""
    outcome = stage.play_in_a_row(IN_A_ROW)
    assert str(outcome) == "ok", outcome.problems


@pytest.mark.slow
@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.whole_matrix) for name in BY_COMMAND])
def test_the_command_line_types_as_the_typing_process_does(stage: Stage, name: str) -> None:
    """What the table says holds for the program that people run."""
    (scenario,) = [row for row in SCENARIOS if row.name == name]
    outcome = stage.play_by_command(scenario)
    assert str(outcome) == "ok", outcome.problems
