"""Replies of the daemon in plain words. Standard library only."""

from __future__ import annotations

from windictator.cli.io.output import show_whitespace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

_STATUS_LABELS = {
    "state": "state",
    "mode": "mode",
    "push_to_talk": "push-to-talk key",
    "recognizer": "speech recognizer",
    "recognizer_error": "recognizer error",
    "microphone": "microphone",
    "microphone_recovering": "microphone",
    "undelivered": "undelivered texts",
    "utterances": "utterances",
    "keys": "keys confirmed",
    "refusal_count": "refusals",
    "overruns": "audio frames lost",
    "settings_error": "settings not read",
    "display": "display",
    "display_connected": "X server",
    "pid": "process",
    "version": "version",
}
"""Fields of a status in the order in which they are shown, with the words for them."""

_STATUS_VALUES = {
    "push_to_talk": ("pressed", "not pressed"),
    "microphone_recovering": ("gone, waiting for it", "ok"),
    "display_connected": ("connected", "gone, waiting for it"),
}
"""Words for true and false."""


def format_status(state: Mapping[str, Any]) -> Iterator[str]:
    """Yield one line for each field of the daemon's state. Fields that this version does not know come last."""
    if activity := state.get("activity"):
        # The state as it is meant: "listening" is of no use to a user whose microphone is unplugged.
        state = {**state, "state": activity}
        state = {name: state[name] for name in state if name not in ("activity", "microphone_recovering")}
    known = [name for name in _STATUS_LABELS if name in state]
    for name in [*known, *(name for name in state if name not in _STATUS_LABELS)]:
        value = state[name]
        if isinstance(value, bool):
            yes, no = _STATUS_VALUES.get(name, ("yes", "no"))
            value = yes if value else no
        if value != "":
            yield f"{_STATUS_LABELS.get(name, name.replace('_', ' ')):<19}{value}"


def format_utterance(utterance: Mapping[str, Any]) -> str:
    """Return one line for an utterance of the history: its text and its fate."""
    heard = str(utterance.get("heard", ""))
    line = typed = show_whitespace(str(utterance.get("typed", "")).strip(" ")) or heard
    if erased := utterance.get("erased"):
        line = f"{typed}  (erased {erased})".lstrip()
    elif heard and not utterance.get("typed") and not utterance.get("refused"):
        line += "  (command)"  # otherwise it would look as if these words had been typed
    if positions := utterance.get("low_confidence"):
        words = heard.split()
        line += f"  (low confidence: {', '.join(words[number] for number in positions if number < len(words))})"
    return line + "".join(f"  ({utterance[note]})" for note in ("status", "refused") if utterance.get(note))


def format_details(utterance: Mapping[str, Any]) -> str:
    """Return one line with the time, the recognised words and the window of an utterance."""
    from datetime import datetime  # here, because other commands need no dates

    time = datetime.fromisoformat(str(utterance.get("time"))).astimezone().strftime("%H:%M:%S")
    heard = utterance.get("heard")
    title = "".join(character if character.isprintable() else " " for character in str(utterance.get("title", "")))
    names = filter(None, (utterance.get("application"), f'"{title}"' if title else ""))
    window = utterance.get("window")
    where = " ".join(names) or (f"window {window}" if window else "")  # commands that type nothing have none
    what = f"heard {heard!r}" if heard else "not spoken"
    return f"{time}  {what}{f', in {where}' if where else ''}"
