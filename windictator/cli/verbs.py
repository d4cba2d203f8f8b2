"""The verbs that a running daemon obeys: one table for the quick way to them, past click, and for click.

Standard library only, and little of it: a desktop's own hotkeys call "windictator toggle".
"""

from __future__ import annotations

import os

from windictator.control.address import control_socket

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class DaemonCommand:
    """``name``: as the user gives it. ``act``: the name of the function in ``asking`` that does it; it gets the
    socket's path and the argument, if there is one. ``argument``: its name in the help, "" for none; ``choices``: what
    it may be, all if empty; ``words``: whether it may be given as several, which are one text with a space between each
    two. ``force``: whether it has the option ``--force``."""

    def __init__(
        self,
        name: str,
        function_name: str,
        short_help: str,
        help: str,
        argument: str = "",
        choices: Sequence[str] = (),
        has_force: bool = False,
        is_multi_word: bool = False,
    ) -> None:
        self.name = name
        self.is_multi_word = is_multi_word
        self.has_force = has_force
        self.short_help = short_help
        self.help = help
        self.argument = argument
        self.choices = choices
        self._function_name = function_name

    def run(self, path: str, *arguments: str, **options: bool) -> int:
        """Ask the daemon whose socket is at ``path``; the exit status. Raises WinDictatorError."""
        from windictator.cli import daemon_requests

        work: Callable[..., int] = getattr(daemon_requests, self._function_name)
        return work(path, self.name, *arguments, **options)


DAEMON_COMMANDS = (
    DaemonCommand(
        "stop", "stop", "End the daemon.", "End the daemon, and wait for its end. Words under way are finished."
    ),
    DaemonCommand(
        "pause", "set_listening", "Close the microphone.", "Close the microphone. What was said before is still typed."
    ),
    DaemonCommand("resume", "set_listening", "Open the microphone again.", "Open the microphone again."),
    DaemonCommand(
        "toggle", "set_listening", "Pause or resume.", "Close the microphone, or open it again. Made for a hotkey."
    ),
    DaemonCommand(
        "push-to-talk",
        "push_to_talk",
        "Listen from down to up.",
        "Listen from down to up. The utterance ends with up, at once.",
        "down|up",
        ("down", "up"),
    ),
    DaemonCommand(
        "cancel", "cancel", "Stop typing at once.", "Stop typing at once, and forget what was said until now."
    ),
    DaemonCommand(
        "say",
        "run_typing_request",
        "Treat TEXT as recognised speech.",
        "Treat TEXT as something you said: its spoken punctuation and commands count. Its words need no quotes, as in "
        "windictator say hello comma world",
        "TEXT",
        has_force=True,
        is_multi_word=True,
    ),
    DaemonCommand(
        "undo",
        "run_typing_request",
        "Take back what was done last.",
        "Take back what was done last in the focused window: erase an utterance, or reverse a correction.",
        has_force=True,
    ),
    DaemonCommand(
        "redo",
        "run_typing_request",
        "Do again what was taken back.",
        "Do again what undo took back in the focused window.",
        has_force=True,
    ),
    DaemonCommand(
        "repeat", "run_typing_request", "Type the last words again.", "Type the words of the last utterance once more."
    ),
    DaemonCommand(
        "choose",
        "choose",
        "Put one of the alternatives in its place.",
        "Put alternative NUMBER in the place of the last words, as 'windictator alternatives' lists it.",
        "NUMBER",
        has_force=True,
    ),
    DaemonCommand(
        "type-held",
        "run_typing_request",
        "Type what is held, here.",
        "Type, where the caret is now, the words that could not be typed where they were meant to go.",
    ),
    DaemonCommand(
        "drop-held", "discard_undelivered", "Forget what is held.", "Forget the words that could not be typed."
    ),
    DaemonCommand(
        "config reload",
        "reload",
        "Have the daemon read the settings anew.",
        "Have the daemon read its settings and vocabulary anew. If something is wrong in them it says so, and the old "
        "ones stay.",
    ),
)


def fast_path(arguments: Sequence[str]) -> Callable[[], int] | None:
    """What a plain call of a verb does; None for everything that has to be looked at more closely, by click."""
    if not arguments:
        return None
    words = 2 if arguments[0] == "config" else 1
    name, rest = " ".join(arguments[:words]), arguments[words:]
    if name in ("status", "history", "alternatives") and list(rest) in ([], ["--json"]):
        return lambda: _show(name, bool(rest))
    for verb in DAEMON_COMMANDS:
        if verb.name == name:
            if any(word.startswith("-") for word in rest):
                return None
            given = [" ".join(rest)] if verb.is_multi_word and rest else rest
            if len(given) != bool(verb.argument) or (verb.choices and not set(given) <= set(verb.choices)):
                return None
            return lambda: verb.run(control_socket(os.environ), *given)
    return None


def _show(name: str, as_json: bool) -> int:
    from windictator.cli import daemon_requests

    path = control_socket(os.environ)
    show: Callable[[str, bool], int] = getattr(daemon_requests, name)
    return show(path, as_json)
