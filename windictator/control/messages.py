"""The language of the control socket: one JSON object per line, UTF-8, each with the version ``"v": 1``.

A request names a verb, its arguments, and a number of the client's choice, which comes back in the reply::

    {"v": 1, "id": 7, "verb": "say", "text": "hello comma world"}
    {"v": 1, "id": 7, "ok": true, "text": "Hello, world", ...}
    {"v": 1, "id": 8, "ok": false, "error": "one line", "exit_status": 1}

``id`` is null in a reply to something that could not be understood that far. Replies come in the order in which the
work is done, not in the order of the requests. ``VERBS`` has the verbs and what each takes; what the reply holds:

- status, pause, resume, toggle, push-to-talk, cancel, reload, stop: the state, as in the event below
- say, type, undo, redo, repeat, choose, type-held: ``text`` typed, ``erased`` BackSpaces, ``keys`` key events
  confirmed; ``refused``: why something was not carried out, or null; ``forcible``: whether it would be with
  ``"force": true``; ``stopped`` and ``reason``: why typing ended early, or null
- alternatives: ``items``, each with ``number`` and ``text``: what else may have been said for ``text``, for choose;
  ``refused``: why there are none, or null; ``forcible``
- drop-held: ``dropped``, how many texts
- history: ``utterances``, the oldest first, each with ``time``, ``heard``, ``typed``, ``erased``, ``window`` and
  ``refused``; ``application`` and ``title`` of the window then; ``doubtful`` as in the event "final"; ``undoable``:
  whether undo, asked for again and again in that window, would take it back now; ``became``: "" where its text stands,
  as far as is known, else "corrected", "erased" or "undone"

``force`` of say, undo, redo, alternatives and choose: a command that takes something back, or changes it, trusts what
was typed last in the focused window although something else happened there since: a key, a click, another window. Only
for somebody who sees what stands there: as many BackSpaces are pressed as what was typed asks for, whatever stands
before the caret now.

After "follow" the connection also carries events, until either side closes it; the first is the state as it is::

    {"v": 1, "event": "state", "state": "listening", "mode": "dictation", "held": 0, ...}

- state ``state`` (starting, listening, paused, stopping), ``mode`` (dictation, command, spelling, numbers,
  asleep), ``held`` ...
- level ``rms_dbfs``, ``peak_dbfs``: only where "follow" asked for levels
- partial ``text``; final ``text``, ``confidence`` 0 to 1, ``doubtful``: numbers, from 0, of the words of ``text`` that
  may well be others
- typed ``text``, ``erased``, ``confirmed``, ``keys``, ``window``, ``stopped``, ``reason``
- refused ``reason``; notice ``message``; error ``message``
- offer ``message``: a rule for words that were corrected more than once, and the command that makes it one
- alternatives ``text``, ``items``: as in the reply
- help ``commands``, each with ``group``, ``help`` and ``spoken``, a list of phrases: the user asked what can be said;
  ``left_off`` more are not told
- held ``text``, ``window``, ``reason``: words that could not be typed where they were meant to go
- dropped ``count``: so many events were not sent because you read too slowly; partial and level go first

Pure, and standard library only.
"""

from __future__ import annotations

import json

from windictator.errors import WinDictatorError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, NoReturn

VERSION = 1

MAX_LINE_BYTES = 1 << 20
"""Bytes of a request, without its newline."""

#: Ids are numbers that every JSON implementation keeps exactly.
_MAX_ID = 2**53 - 1


class MessageError(WinDictatorError):
    """A line that is not what it should be. ``id``: of the request, None where it could not be read."""

    exit_status = 2

    def __init__(self, reason: str, id: int | None = None) -> None:
        super().__init__(reason)
        self.id = id


class Boolean:
    """An argument that is true or false. ``default``: None where it must be given."""

    allowed = "true or false"

    def __init__(self, default: bool | None = None) -> None:
        self.default = default

    def is_valid(self, value: object) -> bool:
        """Whether ``value`` is one."""
        return isinstance(value, bool)


class Text:
    """An argument that is text: without surrogates, which are no characters."""

    allowed = "UTF-8 text"
    default = None

    def is_valid(self, value: object) -> bool:
        """Whether ``value`` is one."""
        return isinstance(value, str) and not any("\ud800" <= character <= "\udfff" for character in value)


class Number:
    """An argument that is a whole number from ``least`` to ``most``. ``default``: None where it must be given."""

    def __init__(self, minimum: int, maximum: int, default: int | None = None) -> None:
        self.minimum = minimum
        self.maximum = maximum
        self.default = default
        self.allowed = f"a whole number from {minimum} to {maximum}"

    def is_valid(self, value: object) -> bool:
        """Whether ``value`` is one."""
        return isinstance(value, int) and not isinstance(value, bool) and self.minimum <= value <= self.maximum


VERBS: Mapping[str, Mapping[str, Boolean | Text | Number]] = {
    "status": {},
    "pause": {},
    "resume": {},
    "toggle": {},
    "push-to-talk": {"down": Boolean()},
    "cancel": {},
    "say": {"text": Text(), "force": Boolean(default=False)},
    "type": {"text": Text()},
    "undo": {"force": Boolean(default=False)},
    "redo": {"force": Boolean(default=False)},
    "repeat": {},
    "alternatives": {"force": Boolean(default=False)},
    "choose": {"number": Number(1, 1000), "force": Boolean(default=False)},
    "history": {"count": Number(1, 100_000, default=20)},
    "type-held": {},
    "drop-held": {},
    "reload": {},
    "stop": {},
    "follow": {"levels": Boolean(default=False)},
}
"""Every verb, and its arguments by their names."""

LOW_PRIORITY_EVENTS = frozenset({"partial", "level"})
"""Events that the next of their kind makes old: the first to go where somebody reads slowly."""


class Request:
    """A verb with every one of its arguments, and the number that its reply will carry."""

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
    """The request in ``line``, with the defaults of what it leaves out. Raises MessageError, and nothing else."""
    given = parse_message(line)
    id = given.pop("id", None)
    if not isinstance(id, int) or isinstance(id, bool) or not 0 <= id <= _MAX_ID:
        raise MessageError(f"id must be a whole number from 0 to {_MAX_ID}")
    verb = given.pop("verb", None)
    if not isinstance(verb, str):
        raise MessageError('a request needs a "verb"', id)
    if verb not in VERBS:
        raise MessageError(f"unknown verb {_quoted(verb)}; the verbs are {', '.join(VERBS)}", id)
    return Request(id, verb, _arguments(id, verb, given))


def _arguments(id: int, verb: str, given: dict[str, Any]) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    for name, argument in VERBS[verb].items():
        value = given.pop(name, argument.default)
        if not argument.is_valid(value):
            raise MessageError(f"{verb}: {name} must be {argument.allowed}", id)
        arguments[name] = value
    if given:
        takes = ", ".join(VERBS[verb]) or "nothing"
        raise MessageError(f"{verb} does not take {_quoted(min(given))}; it takes {takes}", id)
    return arguments


def parse_message(line: bytes) -> dict[str, Any]:
    """The object in ``line``, whatever kind of message it is, without its version. Raises MessageError."""
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
    if version != VERSION or isinstance(version, (bool, float)):
        raise MessageError(
            f'a message must have "v": {VERSION}, the version of the control protocol spoken here; '
            "windictator restart helps where the daemon is older than the command"
        )
    return message


def encode(**message: object) -> bytes:
    """The line for a message, with version and newline. Raises ValueError or TypeError for values that JSON lacks."""
    versioned = {"v": VERSION} | message | {"v": VERSION}
    return json.dumps(versioned, allow_nan=False, separators=(",", ":")).encode("ascii") + b"\n"


def error_reply(id: int | None, error: str, exit_status: int = 1) -> bytes:
    """The line that says why a request was not carried out; whatever ``error`` is, one line."""
    return encode(id=id, ok=False, error=" ".join(error.split()), exit_status=exit_status)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _quoted(name: str) -> str:
    """A name of somebody else's, short and in one line."""
    return json.dumps(name if len(name) <= 40 else name[:40] + "...")
