"""``python -m tests.bench``: run the benchmark, print the table, write the JSON. ``scripts/bench`` starts it."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import windictator
from tests.bench.daemon import DAEMON, daemon
from tests.bench.dictation_pipeline import DICTATION_PIPELINE, dictation_pipeline
from tests.bench.inserting import BenchmarkError
from tests.bench.latency import LATENCY, latency
from tests.bench.plan import Plan, full, quick
from tests.bench.recognition import RECOGNITION, recognition
from tests.bench.rows import Row, as_json, table
from tests.bench.stage import Stage, open_stage, x_server_version
from tests.bench.start import START, start
from tests.bench.text_pipeline import TEXT_PIPELINE, text_pipeline
from tests.bench.typing_speed import INSERT, LENGTHS, insert, lengths
from tests.bench.whole_process import PROCESS, UNMAPPED, process, unmapped_characters

SECTIONS: dict[str, tuple[Callable[[Stage, Plan], list[Row]], str]] = {
    INSERT: (insert, "confirmed keystrokes per second in a running process, beside a C floor"),
    LENGTHS: (lengths, "whether a keystroke costs more in a long text"),
    PROCESS: (process, "2,000 characters by a process of their own, beside xdotool"),
    UNMAPPED: (unmapped_characters, "60 characters that the layout lacks, beside xdotool"),
    DAEMON: (daemon, "asking a running daemon: its answers, its typing beside xdotool"),
    START: (start, "how soon --help and --version answer"),
    TEXT_PIPELINE: (text_pipeline, "from words to text, with many rules"),
    DICTATION_PIPELINE: (dictation_pipeline, "from a final result to the first key, with many rules and utterances"),
    RECOGNITION: (recognition, "speech recognition: real-time factor, its share of a dictation"),
    LATENCY: (latency, "spoken into a microphone: from a word's end to the screen, and what it costs"),
}


def main() -> int:
    """0 when everything was measured and every text of WinDictator's arrived as it was meant, else 1."""
    options = _parser().parse_args()
    plan = quick(options.runs or 1) if options.quick else full(options.runs or 7)
    plan = replace(plan, speech=options.speech)
    rows: list[Row] = []
    load = os.getloadavg()[0]
    try:
        with open_stage() as stage:
            facts = _facts(stage, load)
            for name in options.sections or SECTIONS:
                began = time.monotonic()
                print(f"{name}: {SECTIONS[name][1]} ...", file=sys.stderr, end=" ", flush=True)
                rows += SECTIONS[name][0](stage, plan)
                print(f"{time.monotonic() - began:.0f} s", file=sys.stderr)
    except BenchmarkError as error:
        print(f"\nbench: {error}", file=sys.stderr)
        return 1
    if plan.figures_count:
        print(table(rows))
    else:
        print(table([row.without_verdict() for row in rows]))
    content = {"facts": facts, "quick": options.quick, "runs": plan.runs, "rows": [as_json(row) for row in rows]}
    options.json.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    print(f"\nWritten to {options.json}", file=sys.stderr)
    return 1 if any(row.problem and "xdotool type" not in row.name for row in rows) else 0


def _parser() -> argparse.ArgumentParser:
    sections = "\n".join(f"  {name:12} {what}" for name, (_, what) in SECTIONS.items())
    parser = argparse.ArgumentParser(
        prog="scripts/bench",
        description="Measure WinDictator on a virtual X server of its own, beside other programs in the same run.",
        epilog=f"sections (all of them unless some are named):\n{sections}\n\n"
        "The same figures vary from machine to machine and with its load; the ratios count.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("sections", nargs="*", type=_section, metavar="SECTION", help="what to measure")
    parser.add_argument("--quick", action="store_true", help="everything once and small: does the benchmark work?")
    parser.add_argument("--runs", type=_positive, metavar="N", help="how often to measure each thing (7)")
    parser.add_argument(
        "--speech", type=Path, metavar="FOLDER", help="16 kHz recordings to speak in place of the demonstration's"
    )
    parser.add_argument(
        "--json",
        type=Path,
        default=Path("bench-results.json"),
        metavar="FILE",
        help="where to write everything as JSON (bench-results.json)",
    )
    return parser


def _section(name: str) -> str:
    if name not in SECTIONS:
        raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(SECTIONS)}")
    return name


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def _facts(stage: Stage, load: float) -> dict[str, Any]:
    """What the figures depend on, and nothing that tells whose machine it is."""
    xdotool = subprocess.run(["xdotool", "--version"], capture_output=True, text=True, check=True)
    return {
        "windictator": windictator.__version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cpus": os.cpu_count(),
        "load_before": round(load, 2),
        "x_server": x_server_version(stage.server),
        "xdotool": xdotool.stdout.strip().removeprefix("xdotool version "),
    }


if __name__ == "__main__":
    sys.exit(main())
