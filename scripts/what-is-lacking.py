"""Print what ``windictator dictate`` with these arguments lacks on this machine, one thing per line.

Lines are "display: why", "microphone: why" or "model: why", the last one only where the others are there; nothing
where it can begin.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from typing import Any


def main() -> None:
    """Print one line for each thing that is missing for the given command line."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    for option in ("--audio", "--recognizer", "--model", "--display"):
        parser.add_argument(option)
    asked, _ = parser.parse_known_args()
    settings = _json("config", "show", "--json")
    if settings is None:
        return  # dictation itself says best what is wrong
    needed = ["display"]
    recognizer = asked.recognizer or settings["recognizer"]["engine"]
    if (asked.audio or settings["audio"]["source"]) == "mic":
        needed.append("microphone")
    if recognizer == "vosk" and not asked.model:
        needed.append("model")
    report = _json("doctor", "--json", *(["--display", asked.display] if asked.display else []))
    checks = {check["name"]: check for check in (report or {"checks": []})["checks"]}
    for name in needed:
        check = checks.get(name, {})
        if check.get("status") == "fail":
            print(f"{name}: {check['detail']}")
            return


def _json(*arguments: str) -> dict[str, Any] | None:
    done = subprocess.run([sys.executable, "-m", "windictator", *arguments], stdout=subprocess.PIPE, text=True)
    try:
        value: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        return None
    return value


if __name__ == "__main__":
    main()
