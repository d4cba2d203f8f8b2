"""Measure the text path on a folder of suites, and print a table.

Usage: python -m tests.text.suites FOLDER [NAME...]

FOLDER contains files NAME.tsv with a line for each utterance: what is said, a tab, and what its authors expect to be
written; alternatives are separated by "||". A file of sentences without tabs is said aloud with its marks and must come
back. With NAMEs, the utterances of these suites that are not right are printed too.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from tests.text.spoken import written
from tests.text.suites.comparison import Verdict, verdict
from tests.text.suites.said_aloud import said_aloud

MARKS_ARE_SAID = ("dragon", "plover", "serenade", "talktype", "talon", "vocalinux", "voxtype", "faults", "prose")
"""Beginnings of the names of suites whose utterances contain the words of all marks."""


def main(folder: Path, shown: list[str]) -> None:
    """Print a line for each suite, and what is not right in those to be shown."""
    print(f"{'suite':28} {'right':>6} {'style':>6} {'wrong':>6} {'fair':>7}")
    for suite in sorted(folder.glob("*.tsv")):
        verdicts: Counter[Verdict] = Counter()
        for line in suite.read_text(encoding="utf-8").splitlines():
            if not line or line.startswith("#"):
                continue
            said, tab, wanted = line.partition("\t")
            if not tab:
                said, wanted = said_aloud(line), line
            text = _written(said)
            found = verdict(text, wanted, suite.name.startswith(MARKS_ARE_SAID))
            verdicts[found] += 1
            if suite.stem in shown and found is not Verdict.RIGHT:
                print(f"  {found.value}: {said}\n         {text!r}\n         {wanted!r}")
        right, style, wrong = (verdicts[each] for each in Verdict)
        print(f"{suite.stem:28} {right:6} {style:6} {wrong:6} {(right + style) / verdicts.total():7.1%}")


def _written(said: str) -> str:
    utterances = [part.strip() for part in said.split("||")]
    return written(*utterances)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
