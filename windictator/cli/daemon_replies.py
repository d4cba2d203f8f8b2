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
    "hotkey_errors": "hotkeys that fail",
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


_OUTCOME_WIDTH = 13
_NUMBER_WIDTH = 6
_INCOMPLETE = ("stopped", "kept", "dropped")
"""Outcomes whose typed text may end within a word."""
_MIN_WIDTH = 20
HISTORY_INDENT = _NUMBER_WIDTH + _OUTCOME_WIDTH
"""Column of the text in a list of utterances."""


def format_status(state: Mapping[str, Any]) -> Iterator[str]:
    """Yield one line for each field of the daemon's state. Fields that this version does not know come last."""
    if activity := state.get("activity"):
        # The state as it is meant: "listening" is of no use to a user whose microphone is unplugged.
        state = {**state, "state": activity}
        state = {name: state[name] for name in state if name not in ("activity", "microphone_recovering")}
    known = [name for name in _STATUS_LABELS if name in state]
    for name in [*known, *(name for name in state if name not in _STATUS_LABELS)]:
        value = state[name]
        if isinstance(value, list):
            value = "; ".join(map(str, value))
        if isinstance(value, bool):
            yes, no = _STATUS_VALUES.get(name, ("yes", "no"))
            value = yes if value else no
        if value != "":
            yield f"{_STATUS_LABELS.get(name, name.replace('_', ' ')):<19}{value}"


def format_utterance(utterance: Mapping[str, Any]) -> str:
    """Return one line for an utterance of the history: what became of it, and its text."""
    heard = str(utterance.get("heard", ""))
    outcome = _outcome(utterance)
    whole = "" if outcome in _INCOMPLETE else str(utterance.get("text") or utterance.get("typed") or "")
    line = show_whitespace(whole.strip(" ")) or heard
    if utterance.get("erased") and utterance.get("text") and heard:
        line += f"  (by '{heard}')"  # a correction: its words are not in the text
    elif erased := utterance.get("erased"):
        line += f"  (erased {erased})"
    if positions := utterance.get("low_confidence"):
        words = heard.split()
        line += f"  (low confidence: {', '.join(words[number] for number in positions if number < len(words))})"
    if utterance.get("refused"):
        line += f"  ({utterance['refused']})"
    return f"{outcome:<{_OUTCOME_WIDTH}}{line.lstrip()}"


def wrapped(line: str, indent: int, width: int | None) -> str:
    """Return ``line`` on several lines of at most ``width`` characters, without cutting a word.

    indent: indentation of every line but the first, less on a narrow screen.
    width: None for any width.
    """
    if width is None or len(line) <= width:
        return line
    import textwrap  # here, because other commands do not need it

    return "\n".join(
        textwrap.wrap(
            line,
            max(width, _MIN_WIDTH),
            subsequent_indent=" " * (indent if width >= 2 * indent else _NUMBER_WIDTH),
            break_long_words=False,
            break_on_hyphens=False,
            drop_whitespace=True,
        )
    )


def _outcome(utterance: Mapping[str, Any]) -> str:
    """Return what became of an utterance; daemons of earlier versions do not say it."""
    if outcome := utterance.get("outcome") or utterance.get("status"):
        return str(outcome)
    if utterance.get("refused"):
        return "refused"
    return "typed" if utterance.get("typed") else "command"


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
