"""Functions of a user's own: real modules in a folder, real threads."""

import queue
import sys
import threading

import pytest
from twisted.internet.task import Clock

from windictator.desktop.functions import CALL_TIMEOUT, UserFunctions
from windictator.dictation.interfaces import UtteranceInfo

MODULE = """
import threading
released = threading.Event()

def shout(said):
    return f"{said.slots['words'].upper()} {said.slots['number'] + 1} {said.heard}"

def nothing(said): pass
def number(said): return 5
def fails(said): raise ValueError("this\\nand " + "that " * 100)
def leaves(said): raise SystemExit(3)
def unspeakable(said):
    class Mute(Exception):
        def __str__(self): raise RuntimeError
    raise Mute
def waits(said): released.wait(30)
constant = 1
"""


class Reactor(Clock):
    """A clock, and calls from threads."""

    def __init__(self):
        super().__init__()
        self.queued = queue.Queue()

    def callFromThread(self, work, *arguments):
        self.queued.put((work, arguments))

    def one_call(self):
        work, arguments = self.queued.get(timeout=30)
        work(*arguments)


@pytest.fixture
def folder(tmp_path):
    """A folder with modules; afterwards it is forgotten that it was looked into."""
    (tmp_path / "own_deeds.py").write_text(MODULE)
    (tmp_path / "own_broken.py").write_text("import there_is_no_such_module")
    path = list(sys.path)
    yield tmp_path
    sys.path[:] = path
    for name in ("own_deeds", "own_broken"):
        sys.modules.pop(name, None)


def result_of(call):
    """What a call has come to, in a list; an error as its text."""
    results = []
    call.addCallbacks(results.append, lambda failure: results.append(f"error: {failure.value}"))
    return results


def called(functions, reactor, name, slots=None):
    results = result_of(functions.call(*name.split(":"), UtteranceInfo("as heard", slots or {})))
    reactor.one_call()
    (result,) = results
    return result


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("own_deeds:shout", "HI 4 as heard"),
        ("own_deeds:nothing", None),
        ("own_deeds:number", "error: own_deeds:number returned int, not str or None"),
        ("own_deeds:leaves", "error: own_deeds:leaves failed: SystemExit: 3 (own_deeds.py, line 11)"),
        ("own_deeds:unspeakable", "error: own_deeds:unspeakable failed: Mute (own_deeds.py, line 15)"),
        ("own_missing:shout", "error: there is no module 'own_missing' in "),
        ("own_deeds.inner:shout", "error: there is no module 'own_deeds.inner' in "),
        ("own_deeds:no_such", "error: the module 'own_deeds' ("),
        ("own_deeds:constant", "error: the module 'own_deeds' ("),
        ("own_broken:shout", "error: own_broken:shout failed: ModuleNotFoundError: No module named 'there_is"),
        ("os:getcwd", "error: os:getcwd failed: TypeError: "),
    ],
)
def test_result_of_a_call(folder, name, result):
    """A text, nothing, or one line that says what is wrong and where."""
    reactor = Reactor()
    got = called(UserFunctions(reactor, folder), reactor, name, {"words": "hi", "number": 3})
    assert got == result or (result and result.startswith("error") and got.startswith(result))
    assert reactor.getDelayedCalls() == []


def test_error_is_one_short_line(folder):
    """Whatever an exception says."""
    reactor = Reactor()
    result = called(UserFunctions(reactor, folder), reactor, "own_deeds:fails")
    assert result.startswith("error: own_deeds:fails failed: ValueError: this and that") and len(result) < 300


def test_slow_function_times_out(folder):
    """It is reported; the function is not called again while it runs, others are."""
    reactor = Reactor()
    functions = UserFunctions(reactor, folder)
    late = result_of(functions.call("own_deeds", "waits", UtteranceInfo("", {})))
    reactor.advance(CALL_TIMEOUT)
    assert late == ["error: own_deeds:waits takes longer than 10 seconds; its result is ignored"]
    assert called(functions, reactor, "own_deeds:nothing") is None
    again = result_of(functions.call("own_deeds", "waits", UtteranceInfo("", {})))
    assert again == ["error: own_deeds:waits is still running since its last call"]
    sys.modules["own_deeds"].released.set()
    reactor.one_call()
    assert called(functions, reactor, "own_deeds:waits") is None


def test_threads_do_not_delay_the_end_of_the_program(folder):
    """A function may hang for ever."""
    reactor = Reactor()
    functions = UserFunctions(reactor, folder)
    before = set(threading.enumerate())
    call = functions.call("own_deeds", "waits", UtteranceInfo("", {}))
    (thread,) = set(threading.enumerate()) - before
    assert thread.daemon
    results = result_of(call)
    call.cancel()
    assert results[0].startswith("error")
    assert called(functions, reactor, "own_deeds:nothing") is None
    sys.modules["own_deeds"].released.set()
    thread.join(30)


def test_reloaded_modules_are_imported_again(folder, tmp_path_factory):
    """Changed modules are used then, even in another folder; a user's module hides none of this program."""
    reactor = Reactor()
    functions = UserFunctions(reactor, folder)
    assert called(functions, reactor, "own_deeds:nothing") is None
    (folder / "own_deeds.py").write_text("def nothing(said): return 'changed now'")
    assert called(functions, reactor, "own_deeds:nothing") is None
    functions.reload(folder)
    assert called(functions, reactor, "own_deeds:nothing") == "changed now"
    other = tmp_path_factory.mktemp("other")
    (other / "own_deeds.py").write_text("def nothing(said): return 'other'")
    (other / "windictator.py").write_text("def nothing(said): return 'hidden'")
    functions.reload(other)
    assert called(functions, reactor, "own_deeds:nothing") == "other"
    assert "has no function" in called(functions, reactor, "windictator:nothing")
