"""State of the daemon in the formats of status bars. Standard library only.

The formats are described in waybar-custom(5) (return-type "json"), i3blocks(1) (lines of text; JSON from a persistent
command) and polybar's wiki (custom/script: one line, with tags that begin with "%{").
"""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

FORMATS = ("waybar", "polybar", "i3blocks")

_COLOURS = {"listening": "#50c050", "error": "#e05050"}
_OTHER_COLOUR = "#909090"


def format_bar(format: str, state: Mapping[str, Any] | None, *, follow: bool = False) -> str:
    """Return the output for a status bar, without the last newline.

    state: state of the daemon, None if none runs.
    follow: True if more states follow, so that the format must separate them.
    """
    kind, text, explanation = _describe_state(state)
    if format == "waybar":
        # waybar reads both texts as Pango markup.
        return json.dumps(
            {"text": _escape_markup(text), "tooltip": _escape_markup(explanation), "alt": kind, "class": kind}
        )
    if format == "polybar":
        return text.replace("%{", "% {")
    colour = _COLOURS.get(kind, _OTHER_COLOUR)
    if follow:
        return json.dumps({"full_text": text, "short_text": kind, "color": colour})
    return f"{text}\n{kind}\n{colour}"


def _describe_state(state: Mapping[str, Any] | None) -> tuple[str, str, str]:
    """Return kind, text and explanation, each in one line."""
    if state is None:
        return "off", "off", "WinDictator is not running; start it: windictator start"
    kind = " ".join(str(state.get("state", "unknown")).split())
    mode = str(state.get("mode", "dictation"))
    explanation = f"WinDictator is {kind}, {mode} mode"
    if kind == "listening" and mode == "asleep":
        kind, explanation = "asleep", 'WinDictator is asleep; say "wake up" first'
    text = mode if kind == "listening" and mode != "dictation" else kind
    if kind == "starting":
        explanation = f"WinDictator is starting: {state.get('activity') or 'please wait'}"
    elif state.get("display_connected") is False:
        kind, text, explanation = "error", "no display", "the X server has gone; waiting for it"
    elif state.get("recognizer") == "failed":
        kind, text, explanation = "error", "error", str(state.get("recognizer_error") or "speech recognizer failed")
    elif state.get("microphone_recovering") is True:
        explanation = str(state.get("activity") or "the microphone has gone; waiting for it")
        kind, text = "error", "no microphone"
    if count := state.get("undelivered"):
        text += f", {count} undelivered"
        explanation += f"; {count} undelivered; type it: windictator undelivered type"
    return kind, " ".join(text.split()), " ".join(explanation.split())


def _escape_markup(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
