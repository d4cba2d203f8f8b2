"""The table at the end of a run: scenarios by clients."""

from __future__ import annotations

from collections.abc import Iterable

from tests.x11.scenarios import SCENARIOS

Cell = tuple[str, str, str, tuple[str, ...]]
"""Scenario, client, how it ended, what was wrong."""

_SHORT = {"FOREIGN_INPUT": "INPUT", "FOCUS_CHANGED": "FOCUS", "KEYMAP_CHANGED": "KEYMAP"}


def table_lines(cells: Iterable[Cell]) -> list[str]:
    """The lines of the table, with a column for each client, and below them what was wrong."""
    order = {scenario.name: place for place, scenario in enumerate(SCENARIOS)}
    cells = sorted(cells, key=lambda cell: order[cell[0]])
    rows = list(dict.fromkeys(scenario for scenario, *_ in cells))
    columns = list(dict.fromkeys(client for _, client, *_ in cells))
    shown = {(scenario, client): _shortened(how) for scenario, client, how, _ in cells}
    first = max(map(len, ["", *rows]))
    widths = {column: max(len(column), *(len(shown.get((row, column), "")) for row in rows)) for column in columns}
    lines = [" " * first + "".join(f"  {column:{widths[column]}}" for column in columns)]
    for row in rows:
        lines.append(
            f"{row:{first}}" + "".join(f"  {shown.get((row, column), '-'):{widths[column]}}" for column in columns)
        )
    hows = [how for _, _, how, _ in cells]
    wrong = hows.count("WRONG")
    stopped = len(hows) - wrong - hows.count("ok")
    lines.append(f"{len(hows)} played: {hows.count('ok')} exact, {stopped} stopped as they should, {wrong} wrong")
    for scenario, client, _, problems in cells:
        lines += [f"WRONG: {scenario}, {client}: {problem}" for problem in problems]
    return lines


def _shortened(how: str) -> str:
    for long, short in _SHORT.items():
        how = how.replace(long, short)
    return how
