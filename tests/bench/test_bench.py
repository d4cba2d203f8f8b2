"""The benchmark measures what it says, and says when something went wrong."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.bench.__main__ import SECTIONS
from tests.bench.rows import Row, median_row, ratio_row, table
from tests.bench.stage import WINDICTATOR, open_stage
from tests.bench.texts import UNMAPPED, mixed_case, unmapped

PROGRAM = Path(__file__).resolve().parents[2] / "scripts" / "bench"

FIGURES = (
    "Typist.insert / C floor",
    "processor time of Typist.insert",
    "windictator type / xdotool --delay 0, time",
    "xdotool's default / windictator type, time",
    "answers no pings",
    "the same / xdotool --delay 0, time",
    "windictator toggle",
    "status while another program holds the X server",
    "windictator --help",
    "windictator --version",
    "30 words, 10,000 rules, processor time",
    "memory of 10,000 rules",
    "30 words, final to first key, 10,000 rules and utterances",
    "a correction, final to first key, 10,000 / 100",
    "real-time factor",
    "the recognizer alone / windictator dictate, time",
    "recognizer's process, processor time, speech",
    "--live off, end of sound to final text, median",
    "--live stable, a word's end to its last key, median",
    "--live stable, a word's end to its last key, 90 of 100",
    "--live stable, BackSpaces per final character",
    "--live eager, what WinDictator adds to the floor, median",
    "--live eager, what WinDictator adds to the floor, 90 of 100",
    "--live eager, processor time per second of speech",
    "start to ready",
)
"""Parts of the names of rows that must be there."""


@pytest.mark.slow
def test_the_benchmark_runs_and_has_every_row(tmp_path: Path) -> None:
    """Scripts/bench cannot rot unnoticed; its figures are not judged here, the texts typed are."""
    results = tmp_path / "results.json"
    done = subprocess.run([PROGRAM, "--quick", "--json", results], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    content = json.loads(results.read_text())
    assert content["facts"].keys() >= {"python", "cpus", "x_server"}
    names = [row["name"] for row in content["rows"]]
    assert list(dict.fromkeys(row["section"] for row in content["rows"])) == list(SECTIONS)
    assert [part for part in FIGURES if not any(part in name for name in names)] == []
    assert [row["name"] for row in content["rows"] if row["value"] is None] == []
    lines = done.stdout.splitlines()
    assert [name for name in names if not any(line.startswith(f"  {name} ") for line in lines)] == []


@pytest.mark.slow
def test_a_text_that_arrives_otherwise_is_told() -> None:
    """No program gets a good figure for a wrong text."""
    with open_stage() as stage:
        assert stage.type_by([*WINDICTATOR, "type", "right"], "right").problem == ""
        wrong = stage.type_by([*WINDICTATOR, "type", "wrong"], "wrung")
        assert wrong.problem == "WRONG TEXT: 5 of 5 characters, other than meant from character 3 on"
        failed = stage.type_by(["sh", "-c", "echo reason >&2; exit 4"], "")
        assert failed.problem == "status 4: reason"


def test_the_wrong_text_of_a_row_never_meets_its_target() -> None:
    """Nothing is "met" that was not measured well."""
    assert median_row("s", "n", "x", [1.0]).at_most(2).met is True
    assert median_row("s", "n", "x", [1.0], "WRONG TEXT").at_most(2).met is False
    assert median_row("s", "n", "x", []).at_least(0).met is False
    assert "WRONG TEXT" in table([median_row("s", "n", "x", [1.0], "WRONG TEXT").at_most(2)])


def test_a_ratio_is_taken_pair_by_pair() -> None:
    """A machine that is slow for a while is slow for both of a pair."""
    assert ratio_row("s", "n", [2.0, 200.0, 4.0], [1.0, 100.0, 2.0]).samples == [2.0, 2.0, 2.0]


def test_the_table_is_aligned() -> None:
    """Figures can be compared at a glance."""
    rows = [Row("one", "a", 1234.5, "ms"), Row("one", "longer name", 0.25, "x", [0.2, 0.3], "<= 1", True)]
    header, _, section, first, second = table(rows).splitlines()
    assert section == "one"
    assert first.index("1,234") + 5 == second.index("0.25") + 4 == header.index("value") + 5
    assert second.endswith("0.2 .. 0.3  2  <= 1    met")


def test_the_texts_are_always_the_same_and_as_long_as_asked() -> None:
    """Two runs can be compared."""
    for length in (0, 1, 2, 1000):
        assert len(mixed_case(length)) == length
        assert mixed_case(length) == mixed_case(length)
    assert mixed_case(1000).isascii()
    assert len(set(UNMAPPED)) == 60
    assert {character for character in unmapped(9) if not character.isascii()} == set(UNMAPPED[:9])
