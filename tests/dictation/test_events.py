"""Events and their JSON form, which is derived from their fields."""

import dataclasses
import typing

import pytest

from windictator.dictation import events
from windictator.refusals import Refusal, RefusalCode
from windictator.text.catalogue import CatalogueEntry
from windictator.typist.result import StopReason, TypingResult

STOPPED = TypingResult("Hello", "He", StopReason.FOCUS_CHANGED, 4, window=(7 << 32) | 0x200001)


@pytest.mark.parametrize(
    ("event", "values"),
    [
        (events.Ready("xterm"), {"event": "ready", "window": "xterm"}),
        (events.Partial("hel"), {"event": "partial", "text": "hel"}),
        (
            events.Final("hello", 2 / 3, (0,)),
            {"event": "final", "text": "hello", "confidence": 0.667, "low_confidence": [0]},
        ),
        (
            events.Typed("He", 1, STOPPED),
            {
                "event": "typed",
                "text": "He",
                "erased": 1,
                "confirmed": "He",
                "keys": 4,
                "window": 0x200001,
                "stopped": "FOCUS_CHANGED",
                "reason": StopReason.FOCUS_CHANGED.clause,
                "remedy": StopReason.FOCUS_CHANGED.remedy,
            },
        ),
        (
            events.Alternatives("Hello", (events.ListedAlternative(1, "Hollow"),)),
            {"event": "alternatives", "text": "Hello", "items": [{"number": 1, "text": "Hollow"}]},
        ),
        (
            events.CommandList((CatalogueEntry("Marks", ",", ("comma",)),), omitted=2),
            {
                "event": "command_list",
                "commands": [{"group": "Marks", "help": ",", "spoken": ["comma"]}],
                "omitted": 2,
            },
        ),
        (
            events.Undelivered("lo", 5, StopReason.GRABBED),
            {
                "event": "undelivered",
                "text": "lo",
                "window": 5,
                "code": "grabbed",
                "title": "Kept",
                "reason": StopReason.GRABBED.clause,
                "remedy": 'Close it, or say "press escape". Your words are kept: say "type it here".',
            },
        ),
        (
            events.Refused(Refusal(RefusalCode.NO_LIST, "There is no list.", "Say so.", "a-cause")),
            {
                "event": "refused",
                "code": "no-list",
                "title": "Not changed",
                "reason": "There is no list.",
                "remedy": "Say so.",
                "cause": "a-cause",
            },
        ),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_json_of_an_event_has_its_name_and_fields(event, values):
    """The names are a protocol: other programs read them."""
    assert events.to_json(event) == values


def test_every_event_has_a_name_of_its_own():
    """Followers tell events apart by it."""
    kinds = typing.get_args(events.Event)
    assert len({kind.name for kind in kinds}) == len(kinds)
    assert all(dataclasses.is_dataclass(kind) for kind in kinds)
