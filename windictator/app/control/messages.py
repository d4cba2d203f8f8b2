"""Messages of the control socket: one JSON object per line, UTF-8, each with the version ``"v": 2``.

A request names a verb, its arguments, and an id that the client chooses. The reply carries the same id::

    {"v": 2, "id": 7, "verb": "say", "text": "hello comma world"}
    {"v": 2, "id": 7, "ok": true, "text": "Hello, world", ...}
    {"v": 2, "id": 8, "ok": false, "error": "one line", "exit_status": 1}

``id`` is null in a reply to a line whose id could not be read. Replies come in the order in which the work is done, not
in the order of the requests. ``verbs.VERBS`` lists the verbs and their arguments. A reply holds:

- status, pause, resume, toggle, push-to-talk, cancel, reload, stop: the state, with the fields of the event "state"
- say, type, undo, redo, repeat, choose, undelivered-type:
  ``text``: text typed.
  ``erased``: number of BackSpaces.
  ``keys``: number of key events confirmed.
  ``refused``: why something was not carried out, or null; then also ``code`` and ``remedy``.
  ``can_force``: true if it would be carried out with ``"force": true``.
  ``stopped``, ``reason``: name of a ``typist.result.StopReason`` and what happened if typing stopped early, or null.
  ``nothing_typed``: true if it stopped before the first key, for a reason that forbids typing.
- alternatives: ``text``: the last words; ``items``: their alternatives, each with ``number`` (for "choose") and
  ``text``; ``refused``: reason if the list is empty, or null; ``can_force``
- undelivered-discard: ``discarded``: number of texts
- history: ``utterances``, the oldest first, each with:
  ``time``, ``heard`` (the words recognised), ``typed``, ``erased``, ``window``, ``refused`` and its ``code``.
  ``application``, ``title``: of the window at that time.
  ``low_confidence``: as in the event "final".
  ``text``: the whole words that it left, of which a correction may have typed only some letters.
  ``outcome``: what became of it, one of ``dictation.history.Outcome``.
  ``undoable``: true if "undo", repeated in that window, would take it back now.
  ``status``: "" if its text is still there, otherwise "corrected", "erased" or "undone".

``force`` of say, undo, redo, alternatives and choose: change the text typed last in the focused window, although a key,
a click or another window came after it. Use it only if the user sees the text. The daemon presses as many BackSpaces as
that text needs, even if other text is before the cursor now.

After "follow" the connection also carries events, until either side closes it. The first event is the current state::

    {"v": 2, "event": "state", "state": "listening", "mode": "dictation", "undelivered": 0, ...}

- state:
  ``state``: starting, listening, paused or stopping.
  ``mode``: dictation, command, spelling, numbers or asleep.
  ``push_to_talk``: true while the key is pressed.
  ``recognizer``: starting, ready or failed; ``recognizer_error``: why it failed, or "".
  ``utterances``, ``keys``, ``refusal_count``: utterances dictated, key events confirmed and refusals since the start.
  ``undelivered``: number of texts that could not be typed into their windows.
  ``overruns``: audio frames lost.
  ``display``, ``display_connected``: name of the X display; false while its server is gone.
  ``activity``: what the daemon does or waits for, in a few words, such as "waiting for the microphone USB headset".
  ``microphone``: open, closed, or why there is no sound.
  ``microphone_recovering``: true while the microphone is gone.
  ``hotkey_errors``: a line about each hotkey that does nothing, such as one that another program has.
  ``settings_error``: why changed settings, words, commands or profiles are not in use, or "".
  ``pid``, ``version``: of the daemon.
- level: ``rms_dbfs``, ``peak_dbfs``; sent only if "follow" asked for levels
- partial: ``text``
- final: ``text``; ``confidence``: 0 to 1; ``low_confidence``: positions, from 0, of the words with low confidence
- typed: ``text``, ``erased``, ``confirmed``, ``keys``, ``window``, ``stopped``, ``reason``, ``remedy``
- refused: ``code``, ``title`` (what became of the words), ``reason`` (what happened), ``remedy`` (what to do now),
  ``cause`` (code of what had happened before, or ""). ``docs/messages.md`` explains the codes
- notice: ``message``
- error: ``message``; ``topic``: microphone, recognizer, display, settings, hotkeys, or "" for anything else
- suggestion: ``message``: a rule for words that the user corrected more than once, and the command that adds it
- alternatives: ``text``, ``items``: as in the reply
- command_list: the user asked for the commands; ``commands``, each with ``group``, ``help`` and ``spoken`` (a list of
  phrases); ``omitted``: number of commands left out
- undelivered: ``text``, ``window``, ``code``, ``title``, ``reason``, ``remedy``: text that could not be typed into its
  window
- dropped: ``count``: number of events not sent because the client reads too slowly; partial and level are dropped first

Version 1 had other names. Its requests are still understood, with ``"v": 1`` and the verbs of ``verbs.OLD_VERBS``; the
replies are those of version 2.

Pure, and standard library only.
"""

from __future__ import annotations

import json

from windictator.app.control.verbs import OLD_VERBS, VERBS
from windictator.errors import WinDictatorError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, NoReturn

VERSION = 2
"""Version of the protocol in every message sent."""
OLDEST_VERSION = 1
"""Oldest version of a message that is understood."""

MAX_LINE_BYTES = 1 << 20
"""Maximum size of a request without its newline, in bytes."""

#: Largest integer that every JSON implementation keeps exactly.
_MAX_ID = 2**53 - 1
#: Maximum length of a client's name for something in an error message, in characters.
_MAX_NAME_LENGTH = 40


class MessageError(WinDictatorError):
    """Invalid line; ``id``: id of the request, None if it could not be read."""

    exit_status = 2

    def __init__(self, reason: str, id: int | None = None) -> None:
        super().__init__(reason)
        self.id = id


LOW_PRIORITY_EVENTS = frozenset({"partial", "level"})
"""Events that the next event of their kind replaces: dropped first for a slow client."""


class Request:
    """Verb with all its arguments, and the id of its reply."""

    __slots__ = ("arguments", "id", "verb")

    def __init__(self, id: int, verb: str, arguments: Mapping[str, Any]) -> None:
        self.id = id
        self.verb = verb
        self.arguments = arguments

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Request):
            return NotImplemented
        return (self.id, self.verb, self.arguments) == (other.id, other.verb, other.arguments)

    def __hash__(self) -> int:
        return hash((self.id, self.verb))


def parse_request(line: bytes) -> Request:
    """Return the request in ``line``, with defaults for missing arguments. Raises MessageError, and nothing else."""
    given = parse_message(line)
    id = given.pop("id", None)
    if not isinstance(id, int) or isinstance(id, bool) or not 0 <= id <= _MAX_ID:
        raise MessageError(f"id must be a whole number from 0 to {_MAX_ID}")
    verb = given.pop("verb", None)
    if not isinstance(verb, str):
        raise MessageError('a request needs a "verb"', id)
    verb = OLD_VERBS.get(verb, verb)
    if verb not in VERBS:
        from difflib import get_close_matches  # only an error needs it

        near = get_close_matches(verb[:_MAX_NAME_LENGTH], VERBS, n=1)
        hint = f"did you mean {near[0]}?" if near else f"the verbs are {', '.join(VERBS)}"
        raise MessageError(f"unknown verb {_quoted(verb)}; {hint}", id)
    return Request(id, verb, _arguments(id, verb, given))


def _arguments(id: int, verb: str, given: dict[str, Any]) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    known = VERBS[verb].arguments
    for name, argument in known.items():
        value = given.pop(name, argument.default)
        if not argument.is_valid(value):
            raise MessageError(f"{verb}: {name} must be {argument.allowed}", id)
        arguments[name] = value
    if given:
        takes = ", ".join(known) or "no arguments"
        raise MessageError(f"{verb} does not take {_quoted(min(given))}; it takes {takes}", id)
    return arguments


def parse_message(line: bytes) -> dict[str, Any]:
    """Return the message in ``line``, of any kind, without its version. Raises MessageError."""
    try:
        message = json.loads(line.decode("utf-8"), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise MessageError(f"not UTF-8 at byte {error.start}") from None
    except RecursionError:
        raise MessageError("nested too deeply") from None
    except json.JSONDecodeError as error:
        raise MessageError(f"not JSON at character {error.pos}: {error.msg}") from None
    except ValueError as error:  # NaN and the like; a number with thousands of digits
        raise MessageError(f"not JSON: {str(error).partition(';')[0]}") from None
    if not isinstance(message, dict):
        raise MessageError("a message must be a JSON object")
    version = message.pop("v", None)
    # In Python 1.0 == True == 1.
    if type(version) is not int or not OLDEST_VERSION <= version <= VERSION:
        raise MessageError(
            f'a message must have "v": {VERSION}, the version of this control protocol; '
            "if the daemon is older than the command, run: windictator restart"
        )
    return message


def encode(**message: object) -> bytes:
    """Return the line for a message, with newline. Raises ValueError or TypeError for values that JSON lacks."""
    return _encode({"v": VERSION} | message | {"v": VERSION})


def encode_request(id: int, verb: str, arguments: Mapping[str, object]) -> bytes:
    """Return the line for a request."""
    # "stop" has not changed since version 1: a new command can stop, and so restart, an old daemon.
    version = OLDEST_VERSION if verb == "stop" else VERSION
    return _encode({**arguments, "v": version, "id": id, "verb": verb})


def error_reply(id: int | None, error: str, exit_status: int = 1) -> bytes:
    """Return the line that reports a failed request; line breaks in ``error`` become spaces."""
    return encode(id=id, ok=False, error=" ".join(error.split()), exit_status=exit_status)


def _encode(message: Mapping[str, object]) -> bytes:
    return json.dumps(message, allow_nan=False, separators=(",", ":")).encode("ascii") + b"\n"


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _quoted(name: str) -> str:
    """Return a name from a client, shortened and in one line."""
    return json.dumps(name if len(name) <= _MAX_NAME_LENGTH else name[:_MAX_NAME_LENGTH] + "...")
