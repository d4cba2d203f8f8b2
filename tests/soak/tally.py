"""Progress of a soak test, with its counts and problems, kept in a file."""

from __future__ import annotations

import difflib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

_KEPT_PROBLEMS = 50


@dataclass
class Count:
    """Numbers of texts and characters.

    typed: characters confirmed and compared.
    wrong: characters that arrived changed or unintended.
    lost: characters that did not arrive.
    doubled: characters that arrived twice.
    stopped: texts that ended early.
    changed: texts after which locks, pressed keys or the keymap differed.
    """

    texts: int = 0
    typed: int = 0
    wrong: int = 0
    lost: int = 0
    doubled: int = 0
    stopped: int = 0
    changed: int = 0

    def add(self, other: Count) -> None:
        for name, value in asdict(other).items():
            setattr(self, name, getattr(self, name) + value)

    @property
    def clean(self) -> bool:
        """True without any mistake."""
        return not (self.wrong or self.lost or self.doubled or self.stopped or self.changed)


@dataclass
class Tally:
    """Progress and results.

    seed, length: parameters of the texts.
    next: number of the next text.
    seconds: time spent so far.
    by_client, by_layout: counts by name.
    problems: descriptions of the first problems.
    """

    seed: int
    length: int
    next: int = 0
    seconds: float = 0.0
    by_client: dict[str, Count] = field(default_factory=dict)
    by_layout: dict[str, Count] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def total(self) -> Count:
        total = Count()
        for count in self.by_client.values():
            total.add(count)
        return total

    def add(self, client: str, layout: str, count: Count, problem: str) -> None:
        self.by_client.setdefault(client, Count()).add(count)
        self.by_layout.setdefault(layout, Count()).add(count)
        if problem and len(self.problems) < _KEPT_PROBLEMS:
            self.problems.append(problem)

    def save(self, file: Path) -> None:
        """Replace the file as a whole."""
        beside = file.with_name(f"{file.name}.new")
        beside.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n")
        beside.replace(file)

    @classmethod
    def load(cls, file: Path) -> Tally:
        kept = json.loads(file.read_text())
        for name in ("by_client", "by_layout"):
            kept[name] = {key: Count(**value) for key, value in kept[name].items()}
        return cls(**kept)


def compare(wanted: str, got: str) -> Count:
    """Count characters of ``wanted`` that arrived changed, not at all, or twice."""
    count = Count(typed=len(wanted))
    if wanted == got:
        return count
    for what, start, end, begin, finish in difflib.SequenceMatcher(None, wanted, got, autojunk=False).get_opcodes():
        came = got[begin:finish]
        if what == "replace":
            count.wrong += min(end - start, len(came))
            count.lost += max(0, end - start - len(came))
            count.wrong += max(0, len(came) - (end - start))
        elif what == "delete":
            count.lost += end - start
        elif what == "insert":
            if came in (wanted[max(0, start - len(came)) : start], wanted[start : start + len(came)]):
                count.doubled += len(came)
            else:
                count.wrong += len(came)
    return count
