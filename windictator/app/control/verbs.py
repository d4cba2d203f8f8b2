"""Table of the requests that the daemon carries out.

The control socket, the hotkeys, the command line and its help all read this table. Standard library only, and little of
it: a hotkey of the desktop waits for ``windictator toggle``.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Boolean:
    """Argument that is true or false.

    default: value if the argument is missing, None if it is required.
    choices: words for true and false on the command line, empty if it has no positional argument there.
    """

    allowed = "true or false"
    takes_words = False

    def __init__(self, default: bool | None = None, choices: Sequence[str] = ()) -> None:
        self.default = default
        self.choices = choices
        self.metavar = "|".join(choices)

    def is_valid(self, value: object) -> bool:
        """Return True if ``value`` is a boolean."""
        return isinstance(value, bool)

    def from_command_line(self, word: str) -> object:
        """Return the value of one of the ``choices``."""
        return word == self.choices[0]


class Text:
    """Argument that is text without surrogates, because these are not characters."""

    allowed = "UTF-8 text"
    default = None
    metavar = "TEXT"
    takes_words = True
    """True: several words on the command line are one text, joined with single spaces."""
    choices: Sequence[str] = ()

    def is_valid(self, value: object) -> bool:
        """Return True if ``value`` is text that UTF-8 can encode."""
        return isinstance(value, str) and not any("\ud800" <= character <= "\udfff" for character in value)

    def from_command_line(self, word: str) -> object:
        """Return ``word`` unchanged."""
        return word


class Number:
    """Argument that is a whole number.

    minimum, maximum: smallest and largest allowed value.
    default: value if the argument is missing, None if it is required.
    """

    metavar = "NUMBER"
    takes_words = False
    choices: Sequence[str] = ()

    def __init__(self, minimum: int, maximum: int, default: int | None = None) -> None:
        self.minimum = minimum
        self.maximum = maximum
        self.default = default
        self.allowed = f"a whole number from {minimum} to {maximum}"

    def is_valid(self, value: object) -> bool:
        """Return True if ``value`` is a whole number in the range."""
        return isinstance(value, int) and not isinstance(value, bool) and self.minimum <= value <= self.maximum

    def from_command_line(self, word: str) -> object:
        """Return the number, or ``word`` itself if it is not one: the daemon refuses it and says what is allowed."""
        return int(word) if word.isascii() and word.isdecimal() and len(word) < 10 else word


class Verb:
    """Request that the daemon carries out, and the command that sends it.

    name: verb in a request.
    function: method of ``app.remote_control.RemoteControl`` that carries it out with the arguments by name.
    short_help: help in the list of commands, an imperative sentence of at most 45 characters.
    help: help of the command, the short one if it is empty.
    command: words that follow ``windictator``, the verb's name if it is empty.
    send: function of ``cli.daemon_requests`` that sends it, empty if the command is declared by hand.
    group: heading in ``windictator --help``.
    arguments: arguments by name.
    """

    __slots__ = ("arguments", "command", "function", "group", "help", "name", "send", "short_help")

    def __init__(
        self,
        name: str,
        function: str,
        short_help: str,
        help: str = "",
        *,
        command: str = "",
        send: str = "",
        group: str = "",
        arguments: Mapping[str, Boolean | Text | Number] | None = None,
    ) -> None:
        self.name = name
        self.function = function
        self.short_help = short_help
        self.help = help or short_help
        self.command = command or name
        self.send = send
        self.group = group
        self.arguments: Mapping[str, Boolean | Text | Number] = arguments or {}

    @property
    def has_force(self) -> bool:
        """True if the request takes ``force``."""
        return "force" in self.arguments

    @property
    def positional(self) -> str:
        """Name of the argument that the command takes by position, empty if it takes none."""
        return next((name for name, argument in self.arguments.items() if argument.default is None), "")


DICTATE = "Dictate"
DAEMON = "Daemon"
UNDELIVERED_AND_HISTORY = "Undelivered and history"
FILES = "Files"
SETUP = "Setup"
GROUPS = (DICTATE, DAEMON, UNDELIVERED_AND_HISTORY, FILES, SETUP)
"""Headings in ``windictator --help``, in their order."""

_FORCE = {"force": Boolean(default=False)}

_TABLE = (
    Verb(
        "say",
        "say",
        "Dictate TEXT as if you had spoken it.",
        "Dictate TEXT as if you had spoken it: spoken punctuation and commands apply. TEXT needs no quotes: "
        "windictator say hello comma world",
        send="run_typing_request",
        group=DICTATE,
        arguments={"text": Text(), **_FORCE},
    ),
    Verb("type", "type", "Type text into the focused window.", group=DICTATE, arguments={"text": Text()}),
    Verb(
        "undo",
        "undo",
        "Undo the last dictation or correction.",
        "Undo the last change in the focused window: erase an utterance, or reverse a correction.",
        send="run_typing_request",
        group=DICTATE,
        arguments=_FORCE,
    ),
    Verb(
        "redo",
        "redo",
        "Redo what was undone last.",
        "Redo what was undone last in the focused window.",
        send="run_typing_request",
        group=DICTATE,
        arguments=_FORCE,
    ),
    Verb(
        "repeat",
        "repeat",
        "Type the last utterance again.",
        send="run_typing_request",
        group=DICTATE,
    ),
    Verb("alternatives", "alternatives", "List alternatives for the last words.", group=DICTATE, arguments=_FORCE),
    Verb(
        "choose",
        "choose",
        "Replace the last words with an alternative.",
        "Replace the last words with alternative NUMBER, as listed by 'windictator alternatives'.",
        send="run_typing_request",
        group=DICTATE,
        arguments={"number": Number(1, 1000), **_FORCE},
    ),
    Verb(
        "stop",
        "stop",
        "Stop the daemon.",
        "Stop the daemon and wait until it has ended. It types the words already spoken first.",
        send="stop",
        group=DAEMON,
    ),
    Verb(
        "pause",
        "pause",
        "Close the microphone.",
        "Close the microphone. Words already spoken are still typed.",
        send="set_listening",
        group=DAEMON,
    ),
    Verb("resume", "resume", "Open the microphone.", send="set_listening", group=DAEMON),
    Verb(
        "toggle",
        "toggle",
        "Pause or resume listening.",
        "Close the microphone, or open it again. Bind it to a hotkey of your desktop.",
        send="set_listening",
        group=DAEMON,
    ),
    Verb(
        "push-to-talk",
        "push_to_talk",
        "Listen from 'down' until 'up'.",
        "Listen from 'down' until 'up'. With 'up' the utterance ends at once.",
        send="run_silently",
        group=DAEMON,
        arguments={"down": Boolean(choices=("down", "up"))},
    ),
    Verb(
        "cancel",
        "cancel",
        "Stop typing and discard unfinished speech.",
        "Stop typing at once, and discard what was spoken but not yet typed.",
        send="run_silently",
        group=DAEMON,
    ),
    Verb("status", "state", "Print the state of the daemon.", group=DAEMON),
    Verb(
        "reload",
        "reload",
        "Reload the daemon's settings.",
        "Reload the daemon's settings and vocabulary. The daemon does so itself when one of your files changes. If a "
        "file has an error, it is reported and the old settings stay active.",
        command="config reload",
        send="reload",
    ),
    Verb(
        "undelivered-type",
        "type_undelivered",
        "Type undelivered text at the cursor.",
        "Type, at the cursor, the text that could not be typed into its own window.",
        command="undelivered type",
        send="run_typing_request",
    ),
    Verb(
        "undelivered-discard",
        "discard_undelivered",
        "Discard undelivered text.",
        "Discard the text that could not be typed into its own window.",
        command="undelivered discard",
        send="discard_undelivered",
    ),
    Verb(
        "history",
        "history",
        "Print recent utterances.",
        group=UNDELIVERED_AND_HISTORY,
        arguments={"count": Number(1, 100_000, default=20)},
    ),
    Verb("follow", "", "Send events until the connection is closed.", arguments={"levels": Boolean(default=False)}),
)

VERBS: Mapping[str, Verb] = {verb.name: verb for verb in _TABLE}
"""Every verb by its name. The server itself carries out "follow"."""

OLD_VERBS: Mapping[str, str] = {"type-held": "undelivered-type", "drop-held": "undelivered-discard"}
"""Names of verbs in version 1 of the protocol, and the names that replace them."""
