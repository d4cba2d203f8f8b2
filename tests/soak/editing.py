"""Soak test of editing: random rounds, and the shortest steps to a failure."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from tests.soak.editing_round import LAYOUTS, PAIRS, UNEVEN, Desk, Round, World, WrongTextError
from tests.soak.utterances import Step, Utterances

_HANGS = "an application does not answer"


class Failure(NamedTuple):
    """Round that failed.

    seed, world: where it failed.
    reason: difference that was found.
    steps: steps that lead to it.
    """

    seed: str
    world: World
    reason: str
    steps: tuple[Step, ...]

    def __str__(self) -> str:
        steps = "\n".join(f"    {step!r}," for step in self.steps)
        return f"seed {self.seed}: {self.world}\n  {self.reason}\n{steps}"


def play(desk: Desk, world: World, steps: Sequence[Step], kind: type[Round] = Round) -> str:
    """Play known steps; return the reason of a failure, "" without one."""
    try:
        played = kind(desk, world)
        for step in steps:
            played.play(step)
        played.end()
    except WrongTextError as wrong:
        return str(wrong)
    except TimeoutError:
        return _HANGS
    return ""


def shorten(desk: Desk, failure: Failure, seconds: float, kind: type[Round] = Round) -> Failure:
    """Return the failure with the fewest of its last steps that fail too, found within ``seconds``."""
    until = time.monotonic() + seconds
    steps, reason = failure.steps, failure.reason
    for size in (1, 2, 3, 5, 8, 12, 20, 30):
        if size >= len(steps) or time.monotonic() > until:
            break
        if found := play(desk, failure.world, steps[-size:], kind):
            steps, reason = steps[-size:], found
            break
    number = 0
    while number < len(steps) and time.monotonic() < until:
        fewer = steps[:number] + steps[number + 1 :]
        if found := play(desk, failure.world, fewer, kind):
            steps, reason = fewer, found
        else:
            number += 1
    return failure._replace(steps=steps, reason=reason)


class EditingSoak:
    """Soak test of editing.

    seed: seed of all random numbers.
    say: function that is called with the progress now and then.
    length: number of steps in a round.
    """

    def __init__(
        self,
        seed: int,
        say: Callable[[str], None],
        *,
        length: int = 60,
        pairs: Sequence[tuple[str, str]] = PAIRS,
        layouts: Sequence[str] = tuple(LAYOUTS),
    ) -> None:
        self._seed = seed
        self._say = say
        self._length = length
        self._pairs = pairs
        self._layouts = layouts
        self.counts: Counter[str] = Counter()
        self.failures: list[Failure] = []

    def run(self, utterances: int, seconds: float, first: int = 0) -> None:
        """Play rounds until the number of utterances or seconds is reached.

        first: number of the first round.
        """
        desk = Desk()
        until = time.monotonic() + seconds
        number = first
        try:
            while self.counts["utterances"] < utterances and time.monotonic() < until:
                failure = self._round(desk, f"{self._seed}:{number}", until)
                number += 1
                if failure is not None:
                    self._say(str(shorten(desk, failure, 20)))
                    self.failures.append(failure)
                    desk.close()  # the text of its windows is unknown
                    desk = Desk()
                elif number % 5 == 0:
                    self._say(f"{number} rounds: {dict(self.counts)}")
        finally:
            desk.close()

    def _round(self, desk: Desk, seed: str, until: float) -> Failure | None:
        rng = random.Random(seed)
        world = World.random(rng, self._pairs, self._layouts)
        said = Utterances(rng, rng.choice((0.0, 0.3, 1.0)), joined=world.pair[0] not in UNEVEN)
        steps: list[Step] = []
        self.counts[f"{world.layout} in {'+'.join(world.pair)}"] += 1
        played = Round(desk, world)
        try:
            for _ in range(self._length):
                if time.monotonic() > until:
                    break
                steps.append(played.choose(said))
                played.play(steps[-1])
            played.end()
        except WrongTextError as wrong:
            return Failure(seed, world, str(wrong), tuple(steps))
        except TimeoutError:
            return Failure(seed, world, _HANGS, tuple(steps))
        finally:
            self.counts += played.counts
        return None


def main(arguments: Sequence[str]) -> int:
    """Run ``python -m tests.soak editing``; return 1 after any failure."""
    import argparse
    import sys

    parser = argparse.ArgumentParser(
        prog="scripts/soak editing",
        description="Dictate and correct random text in pairs of real windows, while a user types, clicks and changes "
        "windows, and compare the text of the windows with the ledger. The same seed gives the same steps. "
        "A failure is printed with the steps that lead to it.",
    )
    parser.add_argument(
        "--utterances", type=int, default=10_000, metavar="N", help="total number of utterances (10,000)"
    )
    parser.add_argument("--minutes", type=float, default=float("inf"), metavar="M", help="maximum duration")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="seed of all random numbers (1)")
    parser.add_argument("--round", type=int, default=0, metavar="N", help="number of the first round (0)")
    parser.add_argument("--pairs", default="", metavar="NAME+NAME,...", help="pairs of applications (all)")
    parser.add_argument("--layouts", default="", metavar="NAME/...", help="layouts (us/de/fr/ru,us)")
    options = parser.parse_args(arguments)
    pairs = [(one, other) for one, _, other in (pair.partition("+") for pair in options.pairs.split(",") if pair)]
    soak = EditingSoak(
        options.seed,
        lambda line: print(line, file=sys.stderr, flush=True),
        pairs=pairs or PAIRS,
        layouts=options.layouts.split("/") if options.layouts else tuple(LAYOUTS),
    )
    try:
        soak.run(options.utterances, options.minutes * 60, options.round)
    except KeyboardInterrupt:
        return 130
    finally:
        for name, count in sorted(soak.counts.items()):
            print(f"{name:<34} {count:>7,}")
        print(f"{'wrong':<34} {len(soak.failures):>7,}")
    return 1 if soak.failures else 0
