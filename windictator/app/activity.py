"""What the daemon is doing or waiting for, in a few words."""

from __future__ import annotations

from collections.abc import Mapping


def activity(state: Mapping[str, object]) -> str:
    """Return what the daemon with this ``state`` does now, or what it waits for before it can dictate."""
    kind = str(state["state"])
    is_connected = state.get("display_connected", True)
    if kind == "stopping":
        return kind
    if kind == "starting":
        return "loading the speech model" if is_connected else "connecting to the X server"
    if not is_connected:
        return "waiting for the X server"
    if state.get("recognizer") == "failed":
        return "starting the speech recognizer again"
    if state.get("recognizer") == "starting":
        return "loading the speech model"
    if kind == "listening":
        if (microphone := str(state.get("microphone", "open"))) != "open":
            return microphone
        if state.get("mode") == "asleep":
            return "asleep"
    return kind
