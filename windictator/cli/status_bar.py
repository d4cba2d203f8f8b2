"""The daemon's state as status bars show it. Standard library only.

What each bar reads is described in waybar-custom(5) (return-type "json"), i3blocks(1) (lines of text; JSON from a
command that goes on) and polybar's wiki (custom/script: one line, with tags that begin with "%{").
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
    """What to print for ``state``, None where no daemon runs; without the last newline.

    ``follow``: another will follow, so that each must be told from the next.
    """
    kind, text, explanation = _describe_state(state)
    if format == "waybar":
        # waybar takes both texts for Pango markup.
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
    """Kind, text and explanation, each one line."""
    if state is None:
        return "off", "off", "WinDictator does not run: windictator start"
    kind = " ".join(str(state.get("state", "unknown")).split())
    mode = str(state.get("mode", "dictation"))
    explanation = f"WinDictator is {kind}, {mode} mode"
    if kind == "listening" and mode == "asleep":
        kind, explanation = "asleep", "WinDictator hears nothing but the phrase that wakes it"
    text = mode if kind == "listening" and mode != "dictation" else kind
    if state.get("display_there") is False:
        kind, text, explanation = "error", "no display", "the X server has gone; WinDictator waits for it"
    elif state.get("recognizer") == "failed":
        kind, text, explanation = "error", "error", str(state.get("recognizer_error") or "speech recognizer failed")
    elif state.get("recovering") is True:
        kind, text, explanation = "error", "no microphone", "the microphone has gone; WinDictator waits for it"
    if held := state.get("held"):
        text += f", {held} held"
        explanation += f"; {held} texts held: windictator type-held"
    return kind, " ".join(text.split()), " ".join(explanation.split())


def _escape_markup(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
