""" "Stop typing", said while typing goes on: at once, not when all before it has been typed."""

import pytest

from tests.dictation.bench import DictationBench
from windictator.dictation.result import CommandResult
from windictator.typist.result import StopReason


@pytest.mark.parametrize("live", ["off", "eager"])
@pytest.mark.parametrize("said", ["stop typing", "cancel that"])
def test_it_ends_what_is_being_typed_and_what_waits(live, said):
    """Within a key; what was said before it and not typed is dropped, what is said behind it is typed."""
    bench = DictationBench(live=live)

    def speak():
        bench.hear("more of it", *(f"~{said}" for _ in range(2)), said, "again")

    bench.before_keystroke(5, speak)
    bench.hear("hello world")
    text = bench.window_text()
    assert "Hello world".startswith(text.removesuffix(" again")) and 3 < len(text) < len("Hello world again")
    assert text.endswith(" again") and text == bench.ledger_text()
    assert [heard for heard, _ in bench.listener.finals] == ["hello world", said, "again"]
    assert (bench.listener.refusals, bench.is_idle) == ([], True)


def test_it_is_heard_in_its_turn_where_nothing_is_under_way():
    """As any command: told, and nothing typed."""
    bench = DictationBench(live="eager")
    bench.hear("hello", "~stop", "~stop typing", "stop typing", "we stop typing now")
    assert bench.window_text() == bench.ledger_text() == "Hello we stop typing now"
    assert [heard for heard, _ in bench.listener.finals] == ["hello", "stop typing", "we stop typing now"]


def test_asleep_it_is_not_heard():
    """Only the wake phrase is: talking to another person stops no typing."""
    bench = DictationBench()
    bench.hear("go to sleep")
    bench.before_keystroke(3, lambda: bench.hear("stop typing"))
    bench.dictation.type("hello")
    assert bench.window_text() == "hello"


def test_it_may_come_by_request():
    """Over the control socket too; requests that wait are answered."""
    bench = DictationBench(live="eager")
    bench.hear("~hello there")
    waiting = bench.dictation.say("later")
    outcomes = []
    waiting.addCallback(outcomes.append)
    bench.dictation.say("stop typing").addCallback(outcomes.append)
    assert outcomes[0] == CommandResult(stopped=StopReason.CANCELLED) and len(outcomes) == 2
    assert bench.window_text() == bench.ledger_text() == "Hello there"
