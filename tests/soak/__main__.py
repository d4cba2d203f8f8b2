"""Soak test of typing, started as ``python -m tests.soak`` by ``scripts/soak``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.soak import day_walk, editing
from tests.soak.marathon import CLIENTS, Marathon, progress
from tests.soak.tally import Tally


def main() -> int:
    """Return 0 if all typed text was right, 1 if not, 130 when interrupted."""
    if sys.argv[1:2] == ["editing"]:
        return editing.main(sys.argv[2:])
    if sys.argv[1:2] == ["day"]:
        return day_walk.main(sys.argv[2:])
    options = _parser().parse_args()
    tally = _resumed(options) or Tally(options.seed, _length(options.characters, len(options.clients)))

    def save() -> None:
        tally.save(options.state)

    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    try:
        Marathon(tally, options.clients, say).run(options.characters, options.minutes * 60, save)
    except KeyboardInterrupt:
        return 130
    finally:
        save()
    _print_table(tally)
    print(progress(tally, options.characters))
    if tally.total.typed < options.characters:
        print("Time limit reached; run the same command to continue.")
    return 0 if tally.total.clean else 1


def _length(characters: int, clients: int) -> int:
    """Return the mean length of a text, short enough for a dozen layouts on every client."""
    return max(30, min(400, characters // (12 * clients)))


def _resumed(options: argparse.Namespace) -> Tally | None:
    if options.fresh or not options.state.exists():
        return None
    tally = Tally.load(options.state)
    if tally.seed != options.seed:
        sys.exit(f"scripts/soak: {options.state} has seed {tally.seed}; add --fresh to start again")
    print(f"Continuing {options.state}: {tally.total.typed:,} characters typed.", file=sys.stderr)
    return tally


def _print_table(tally: Tally) -> None:
    for title, counts in (("client", tally.by_client), ("layout", tally.by_layout)):
        print(f"{title:<12} {'texts':>7} {'characters':>11} {'wrong':>6} {'lost':>6} {'doubled':>8}")
        for name, count in sorted(counts.items()):
            figures = f"{count.texts:>7,} {count.typed:>11,} {count.wrong:>6} {count.lost:>6} {count.doubled:>8}"
            print(f"{name:<12} {figures}")
        print()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/soak",
        description="Type random text into real applications on virtual X servers, and compare the received text. "
        "All layouts are used, with characters that they lack, and with locks on and off. The same seed gives the "
        "same text. Interrupt it at any time; the same command continues.",
    )
    parser.add_argument(
        "--characters", type=_positive, default=1_000_000, metavar="N", help="total number of characters (1,000,000)"
    )
    parser.add_argument("--minutes", type=float, default=float("inf"), metavar="M", help="maximum duration")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="seed of the random texts (1)")
    parser.add_argument(
        "--clients",
        type=_clients,
        default=list(CLIENTS),
        metavar="NAME,...",
        help=f"applications to type into ({','.join(CLIENTS)})",
    )
    parser.add_argument(
        "--state",
        type=Path,
        default=Path("soak-state.json"),
        metavar="FILE",
        help="file with the progress (soak-state.json)",
    )
    parser.add_argument("--fresh", action="store_true", help="ignore the progress in the state file")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def _clients(text: str) -> list[str]:
    names = text.split(",")
    for name in names:
        if name not in CLIENTS:
            raise argparse.ArgumentTypeError(f"{name!r} is not one of {', '.join(CLIENTS)}")
    return names


if __name__ == "__main__":
    sys.exit(main())
