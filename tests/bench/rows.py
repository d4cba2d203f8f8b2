"""What a benchmark finds: rows, shown as a table and kept as JSON."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(slots=True)
class Row:
    """One figure.

    ``value``: in ``unit``; None if it could not be measured, ``problem`` then says why. ``samples``: what it was made
    from. ``target``: the figure to reach, in words, ``met``: whether it is. ``problem``: why the figure does not count,
    such as a text that arrived otherwise than it was meant.
    """

    section: str
    name: str
    value: float | None
    unit: str
    samples: list[float] = field(default_factory=list)
    target: str = ""
    met: bool | None = None
    problem: str = ""

    def at_most(self, limit: float) -> Row:
        """This row with an upper bound to reach."""
        self.target = f"<= {limit:g}"
        self.met = not self.problem and self.value is not None and self.value <= limit
        return self

    def at_least(self, limit: float) -> Row:
        """This row with a lower bound to reach."""
        self.target = f">= {limit:g}"
        self.met = not self.problem and self.value is not None and self.value >= limit
        return self

    def without_verdict(self) -> Row:
        """This row, its target forgotten."""
        self.target, self.met = "", None
        return self


def median_row(section: str, name: str, unit: str, samples: Sequence[float], problem: str = "") -> Row:
    """The median of ``samples``."""
    value = statistics.median(samples) if samples else None
    return Row(section, name, value, unit, list(samples), problem=problem)


def ratio_row(section: str, name: str, above: Sequence[float], below: Sequence[float], problem: str = "") -> Row:
    """The median of the ratios of samples that were taken one after the other, pair by pair, so that both of a pair
    met the machine in much the same state.
    """
    return median_row(section, name, "x", [a / b for a, b in zip(above, below, strict=False)], problem)


def as_json(row: Row) -> dict[str, Any]:
    """The row as JSON can hold it, figures to six digits."""
    values = asdict(row)
    values["value"] = None if row.value is None else _rounded(row.value)
    values["samples"] = [_rounded(sample) for sample in row.samples]
    return values


def table(rows: Iterable[Row]) -> str:
    """The rows in aligned columns, a heading over each section."""
    lines = [("", "value", "unit", "lowest .. highest", "n", "target", "")]
    section = ""
    for row in rows:
        if row.section != section:
            section = row.section
            lines += [("",) * 7, (section, *("",) * 6)]
        lines.append(
            (
                f"  {row.name}",
                "-" if row.value is None else _shown(row.value),
                row.unit,
                f"{_shown(min(row.samples))} .. {_shown(max(row.samples))}" if len(row.samples) > 1 else "",
                str(len(row.samples) or ""),
                row.target,
                row.problem or {True: "met", False: "NOT MET", None: ""}[row.met],
            )
        )
    widths = [max(len(line[column]) for line in lines) for column in range(7)]
    right = (1, 3, 4)  # figures end at the same column
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def _rounded(value: float) -> float:
    return float(f"{value:.6g}")


def _shown(value: float) -> str:
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 1 else f"{value:.2f}"
