"""Messages of the control socket: valid ones are parsed, others are refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from windictator.app.control.messages import (
    MessageError,
    Request,
    encode,
    encode_request,
    error_reply,
    parse_message,
    parse_request,
)
from windictator.app.control.verbs import OLD_VERBS, VERBS

PLAIN = [name for name, verb in VERBS.items() if not verb.arguments]


def line(**message: object) -> bytes:
    return json.dumps({"v": 2, "id": 5, **message}).encode()


@pytest.mark.parametrize("verb", PLAIN)
def test_verb_without_arguments_is_understood(verb: str) -> None:
    """A request needs only its name."""
    assert parse_request(line(verb=verb)) == Request(5, verb, {})


@pytest.mark.parametrize(
    ("given", "arguments"),
    [
        ({"verb": "push-to-talk", "down": False}, {"down": False}),
        ({"verb": "say", "text": "grüße, 你 🙂"}, {"text": "grüße, 你 🙂", "force": False}),
        ({"verb": "undo", "force": True}, {"force": True}),
        ({"verb": "type", "text": ""}, {"text": ""}),
        ({"verb": "history"}, {"count": 20}),
        ({"verb": "history", "count": 3}, {"count": 3}),
        ({"verb": "choose", "number": 2}, {"number": 2, "force": False}),
        ({"verb": "follow"}, {"levels": False}),
        ({"verb": "follow", "levels": True}, {"levels": True}),
    ],
)
def test_missing_arguments_have_defaults(given: dict[str, object], arguments: dict[str, object]) -> None:
    """The function gets every argument."""
    assert parse_request(line(**given)).arguments == arguments


@pytest.mark.parametrize(
    ("wrong", "id", "words"),
    [
        (b"", None, ["not JSON"]),
        (b"hello", None, ["not JSON", "character 0"]),
        (b'{"v":1,"id":5,"verb":"say","text":"\xff"}', None, ["not UTF-8", "byte 35"]),
        (b"[1]", None, ["object"]),
        (b'"status"', None, ["object"]),
        (b'{"v":1,"id":NaN,"verb":"status"}', None, ["NaN"]),
        (b'{"v":1,"id":-Infinity,"verb":"status"}', None, ["Infinity"]),
        (b'{"v":1,"id":' + b"9" * 5000 + b"}", None, ["not JSON"]),
        (b'{"v":' + b"[" * 200_000, None, ["nested"]),
        (b'{"id":5,"verb":"status"}', None, ['"v": 2', "restart"]),
        (line(v=0, verb="status"), None, ['"v": 2', "restart"]),
        (line(v=3, verb="status"), None, ['"v": 2', "restart"]),
        (line(v=True, verb="status"), None, ['"v": 2']),
        (line(v=2.0, verb="status"), None, ['"v": 2']),
        (line(v="2", verb="status"), None, ['"v": 2']),
        (line(id=None, verb="status"), None, ["id must be"]),
        (line(id=-1, verb="status"), None, ["id must be"]),
        (line(id=2**53, verb="status"), None, ["id must be"]),
        (line(id=True, verb="status"), None, ["id must be"]),
        (line(), 5, ["verb"]),
        (line(verb=["status"]), 5, ["verb"]),
        (line(verb="waltz"), 5, ['"waltz"', "status", "push-to-talk", "follow"]),
        (line(verb="x" * 1000), 5, ["x..."]),
        (line(verb="togle"), 5, ['"togle"', "did you mean toggle?"]),
        (line(verb="choose"), 5, ["choose", "number", "1 to 1000"]),
        (line(verb="choose", number=0), 5, ["1 to 1000"]),
        (line(verb="say"), 5, ["say", "text", "UTF-8"]),
        (line(verb="say", text=7), 5, ["say", "text", "UTF-8"]),
        (line(verb="say", text="\ud83d"), 5, ["say", "text", "UTF-8"]),
        (line(verb="push-to-talk"), 5, ["down", "true or false"]),
        (line(verb="push-to-talk", down=1), 5, ["down", "true or false"]),
        (line(verb="history", count=0), 5, ["count", "1 to 100000"]),
        (line(verb="history", count=True), 5, ["count", "1 to 100000"]),
        (line(verb="history", count=2.0), 5, ["count", "1 to 100000"]),
        (line(verb="pause", down=True), 5, ["pause", '"down"', "no arguments"]),
        (line(verb="say", text="x", loud=True), 5, ["say", '"loud"', "text"]),
    ],
)
def test_invalid_request_is_refused_in_one_line(wrong: bytes, id: int | None, words: list[str]) -> None:
    """The error has the id, if it could be read, and the status of wrong usage."""
    with pytest.raises(MessageError) as caught:
        parse_request(wrong)
    assert (caught.value.id, caught.value.exit_status) == (id, 2)
    assert len(str(caught.value).splitlines()) == 1
    assert len(str(caught.value)) < 300
    for word in words:
        assert word in str(caught.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(list(VERBS)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=4,
)
REQUEST = st.fixed_dictionaries(
    {"v": st.just(1) | JSON, "id": st.integers(0, 9) | JSON, "verb": st.sampled_from(list(VERBS)) | JSON},
    optional={"text": JSON, "down": JSON, "count": JSON, "levels": JSON, "extra": JSON},
)


@settings(deadline=None)
@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()) | REQUEST.map(lambda r: json.dumps(r).encode()))
def test_any_bytes_give_a_request_or_message_error(data: bytes) -> None:
    """The parser raises no other error, and accepts only valid arguments."""
    try:
        request = parse_request(data)
    except MessageError as error:
        assert str(error)
        return
    arguments = VERBS[request.verb].arguments
    assert set(request.arguments) == set(arguments)
    assert all(argument.is_valid(request.arguments[name]) for name, argument in arguments.items())


@settings(deadline=None)
@given(st.integers(0, 2**53 - 1), st.text())
def test_encoded_request_is_parsed_unchanged(id: int, text: str) -> None:
    """Any text fits into one line."""
    sent = encode(id=id, verb="say", text=text)
    assert sent.count(b"\n") == 1
    assert parse_request(sent[:-1]) == Request(id, "say", {"text": text, "force": False})


def test_error_reply_is_one_line() -> None:
    """The message may come from anywhere."""
    reply = parse_message(error_reply(3, "one\ntwo\r three", 2))
    assert reply == {"id": 3, "ok": False, "error": "one two three", "exit_status": 2}


def test_infinite_number_is_not_encoded() -> None:
    """JSON has no infinity, so a reader would fail."""
    with pytest.raises(ValueError):
        encode(event="level", rms_dbfs=float("-inf"))


@pytest.mark.parametrize(("old", "new"), OLD_VERBS.items())
def test_request_of_version_1_is_understood(old: str, new: str) -> None:
    """A script written for an older daemon goes on working."""
    assert parse_request(line(v=1, verb=old)) == Request(5, new, {})
    assert parse_request(line(v=1, verb="undo")) == Request(5, "undo", {"force": False})
    assert not set(OLD_VERBS) & set(VERBS)


def test_stop_request_is_understood_by_old_daemons() -> None:
    """A new command must be able to restart a daemon of version 1."""
    assert json.loads(encode_request(1, "stop", {})) == {"v": 1, "id": 1, "verb": "stop"}
    assert json.loads(encode_request(1, "pause", {})) == {"v": 2, "id": 1, "verb": "pause"}
