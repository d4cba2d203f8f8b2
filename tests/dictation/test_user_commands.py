"""Commands of a user's own, carried out with a real typist on a fake keyboard; programs, buses and functions are fakes
that remember.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import deferLater

from tests.dictation.bench import OTHER_WINDOW, USER_CHARACTER, DictationBench
from tests.fake_keyboard import WINDOW
from tests.text.spoken import COMMANDS, DEFAULT
from windictator.dictation.events import CommandList
from windictator.dictation.interfaces import ActionServices, ProgramError, UtteranceInfo
from windictator.errors import WinDictatorError
from windictator.settings.user_commands import parse_user_commands, user_command_phrases
from windictator.text.commands.actions import MODES, Mode

OWN = """
[[command]]
spoken = ["search for <words>"]
do = [{ keys = "ctrl+l" }, { text = "<words>" }, { keys = "Return" }]

[[command]]
spoken = ["sign it"]
do = [{ text = "Kind regards,\\n" }, { text = "Jane" }]

[[command]]
spoken = ["put <words> before <words>", "have <words> behind <words>"]
do = [{ text = "<words 2> <words 1>" }]

[[command]]
spoken = ["volume <number>"]
do = [{ run = ["pactl", "set", "<number>%; <number>"] }]

[[command]]
spoken = ["note <words>"]
do = [{ run = ["note", "<words>"] }, { text = "noted" }]

[[command]]
spoken = ["lower <number>"]
do = [{ keys = "Down Down", times = "<number>" }]

[[command]]
spoken = ["tell <words> at <number>"]
[[command.do]]
[command.do.dbus]
destination = "org.a.B"
path = "/a"
interface = "org.a.B"
member = "Tell"
signature = "su"
arguments = ["<words>", "<number>"]

[[command]]
spoken = ["strike <key> <number> times"]
do = [{ keys = "<key>", times = "<number>" }, { run = ["told", "<key>"] }]

[[command]]
spoken = ["launch <words>"]
do = [{ keys = "alt+F2" }, { wait = 0.5 }, { text = "<words>" }]

[[command]]
spoken = ["be quiet"]
do = [{ mode = "asleep" }]

[[command]]
spoken = ["compute <number>"]
do = [{ text = "=" }, { python = "sums:square" }, { text = "!" }]

[[command]]
spoken = ["wake"]
do = [{ text = "woken" }]
"""


class Programs:
    """Remembers what was started."""

    def __init__(self):
        self.started = []
        self.on_failure = None
        self.problem = ""

    def start(self, arguments, on_failure):
        if self.problem:
            raise ProgramError(self.problem)
        self.started.append(list(arguments))
        self.on_failure = on_failure


class Functions:
    """Gives the answers that it has been given."""

    def __init__(self):
        self.called = []
        self.answer = lambda: succeed(None)

    def call(self, module, function, said):
        self.called.append((module, function, said))
        return self.answer()


class Bus:
    """A bus that records its calls."""

    def __init__(self):
        self.called = []
        self.answer = lambda: succeed(())

    def call(self, *call):
        self.called.append(call)
        return self.answer()


class OwnBench(DictationBench):
    """A dictation with commands of its user's own."""

    def __init__(self, outside=True):
        self.programs, self.functions, self.bus = Programs(), Functions(), Bus()
        user_commands = user_command_phrases(parse_user_commands(OWN, "own"))
        services = ActionServices(self.programs, self.functions, lambda system: self.bus, self.sleep)
        super().__init__(
            vocabulary=DEFAULT.with_commands(COMMANDS.with_user_commands(user_commands)),
            services=services if outside else None,
        )

    def sleep(self, seconds):
        return deferLater(self.clock, seconds, lambda: None)


@pytest.fixture
def bench():
    """An empty window that has the focus."""
    return OwnBench()


def test_keys_and_text(bench):
    """The words of the slot are written as in the middle of a text; text typed before keys may not be erased."""
    bench.hear("hello", "search for twenty three red apples")
    assert bench.window_text() == "Hello23 red apples\n"
    bench.hear("scratch that")
    assert "pressed" in bench.listener.refusals[-1]


def test_text_is_remembered_like_a_phrase(bench):
    """It is typed as it is, taken back like a phrase, and words behind it have their space."""
    bench.hear("hello", "sign it", "dear")
    assert bench.window_text() == bench.ledger_text() == "HelloKind regards,\nJane dear"
    bench.hear("scratch that", "scratch that")
    assert bench.window_text() == bench.ledger_text() == "HelloKind regards,\n"


def test_slots_are_told_apart_by_their_order(bench):
    """The second of a kind is the second that was said, whatever the phrase."""
    bench.hear("put apples before pears in spring", "have milk behind tea")
    assert bench.window_text() == "pears in spring applestea milk"


def test_live_text_shows_nothing_of_a_command(bench):
    """As with the shipped ones: the words may become one."""
    bench.configure(live_typing="eager", stable_after=1)
    bench.hear("~volume", "~volume twenty", "volume twenty")
    assert bench.window_text() == "" and not bench.keyboard.writes
    assert bench.programs.started == [["pactl", "set", "20%; 20"]]


def test_programs_get_their_arguments_whole(bench):
    """What was said is one argument, however many words; a program that fails later is reported like
    a refusal.
    """
    bench.hear("note buy milk semicolon open quote now")
    assert bench.programs.started == [["note", 'buy milk; "now']]
    assert bench.window_text() == "noted"
    bench.programs.on_failure("'note' ended with status 3")
    assert bench.listener.refusals == ["'note <words>': 'note' ended with status 3"]


def test_what_fails_ends_the_command(bench):
    """It is refused in one line, nothing more of it is done, and it may be written as text instead."""
    bench.programs.problem = "'note' cannot be started: No such file or directory"
    bench.hear("note buy milk")
    assert bench.listener.refusals == ["'note <words>': 'note' cannot be started: No such file or directory"]
    assert bench.window_text() == ""
    bench.hear("as text")
    assert bench.window_text() == "Note buy milk"


def test_text_goes_where_it_was_meant_to_go(bench):
    """If the user moves the focus between two texts, the second is refused; after a program the new window is meant,
    which may be its own.
    """
    bench.before_keystroke(3, lambda: setattr(bench.keyboard, "focus", OTHER_WINDOW))
    bench.hear("sign it")
    assert "Jane" not in bench.window_text() + bench.window_text(OTHER_WINDOW)
    bench.keyboard.focus = WINDOW
    bench.programs.start = lambda arguments, on_failure: setattr(bench.keyboard, "focus", OTHER_WINDOW)
    before = bench.window_text(OTHER_WINDOW)
    bench.hear("note it")
    assert bench.window_text(OTHER_WINDOW) == before + "noted"


def test_keys_are_pressed_so_many_times(bench):
    """Not without end."""
    bench.hear("lower three")
    assert [event.keycode for event in bench.keyboard.log if event.pressed] == [116] * 6
    bench.hear("strike page up down two times")
    pressed = [event.keycode for event in bench.keyboard.log if event.pressed]
    assert pressed[6:] == [112, 116] * 2 and bench.programs.started == [["told", "Prior Down"]]
    bench.hear("lower 51")
    assert bench.listener.refusals == ["'lower <number>': no more than 100 keys are pressed at once"]


def test_calls_over_the_bus(bench):
    """With the slots as what the signature says; an error is a refusal."""
    bench.hear("tell my house at 7")
    assert bench.bus.called == [("org.a.B", "/a", "org.a.B", "Tell", "su", ("my house", 7))]
    bench.bus.answer = lambda: fail(WinDictatorError("org.a.B is not there"))
    bench.hear("tell my house at 7")
    assert bench.listener.refusals == ["'tell <words> at <number>': org.a.B is not there"]


def test_modes(bench):
    """Every mode that a file may ask for exists."""
    assert {mode.value for mode in Mode} >= set(MODES)
    bench.hear("be quiet", "hello")
    assert bench.dictation.interpreter.mode is Mode.ASLEEP and bench.window_text() == ""


def test_a_function_is_told_what_was_said_and_may_answer(bench):
    """What it returns is typed; the rest waits for it."""
    answer = Deferred()
    bench.functions.answer = lambda: answer
    bench.hear("compute 12")
    assert bench.functions.called == [("sums", "square", UtteranceInfo("compute 12", {"number": 12}))]
    assert bench.window_text() == "="
    answer.callback("144")
    assert bench.window_text() == bench.ledger_text() == "=144!"


def test_what_opens_a_window_is_waited_for(bench):
    """As long as the file says; the text goes where the focus is then."""
    bench.hear("launch editor")
    bench.keyboard.focus = OTHER_WINDOW
    bench.clock.advance(0.25)
    assert bench.window_text(OTHER_WINDOW) == "" and not bench.is_idle
    bench.clock.advance(0.25)
    assert bench.window_text(OTHER_WINDOW) == "editor" and bench.is_idle
    bench.hear("launch it")
    bench.dictation.cancel()
    assert bench.is_idle and bench.clock.getDelayedCalls() == []


def test_cancelling_does_not_wait_for_a_function(bench):
    """Nothing more of the command is done, and the next utterance is carried out."""
    bench.functions.answer = Deferred
    bench.hear("compute 12")
    bench.dictation.cancel()
    assert bench.is_idle and bench.window_text() == "="
    bench.hear("hello")
    assert bench.window_text() == "= hello" and bench.listener.refusals == []


def test_an_own_phrase_is_no_command_of_the_program(bench):
    """Whatever it is called."""
    bench.dictation.interpreter.set_mode(Mode.ASLEEP)
    bench.hear("wake")
    assert bench.window_text() == ""
    bench.dictation.interpreter.set_mode(Mode.DICTATION)
    bench.hear("wake")
    assert bench.window_text() == "woken"


def test_where_nothing_can_be_reached_that_is_told():
    """Instead of doing half."""
    bench = OwnBench(outside=False)
    bench.hear("volume five")
    assert bench.listener.refusals == ["'volume <number>': programs cannot be started here"]


def test_help_lists_what_can_be_said(bench):
    """User commands first; nothing is typed."""
    bench.hear("what can i say", "help")
    assert bench.window_text() == "" and bench.listener.refusals == []
    told, again = (event.commands for event in bench.listener.of_kind(CommandList))
    assert told == again
    assert told[0] == ("Your commands", "search for <words>", ("search for <words>",))
    assert ("Take back", "Undo the last change", ("undo that", "undo last")) in told


UTTERANCES = [
    "hello", "search for twenty apples", "sign it", "put a before b", "volume nine hundred", "note x", "lower two",
    "strike page up two times", "launch x", "tell me at 9", "tell me at nine hundred thousand", "compute 0",
    "scratch that", "undo that", "as text", "delete last word", "replace jane with john", "repeat that",
    "what can i say",
]  # fmt: skip


def _failing():
    return fail(WinDictatorError("gone"))


HAPPENINGS = st.sampled_from(UTTERANCES) | st.sampled_from(["@type", "@click", "@other", "@back", "@cancel", "@fails"])


@pytest.mark.slow
@given(st.lists(HAPPENINGS, max_size=12))
def test_whatever_is_said_the_users_text_stays(happenings):
    """No mix of commands, failures and what others do breaks the work, or removes what the user typed."""
    bench = OwnBench()
    users = {WINDOW: 0, OTHER_WINDOW: 0}
    for happening in happenings:
        match happening:
            case "@type":
                users[bench.keyboard.focus] += 1
                bench.user_types()
            case "@click":
                bench.keyboard.user_clicks()
            case "@other" | "@back":
                bench.keyboard.focus = OTHER_WINDOW if happening == "@other" else WINDOW
            case "@cancel":
                bench.dictation.cancel()
            case "@fails":
                bench.programs.problem = "gone" if not bench.programs.problem else ""
                bench.functions.answer = _failing if bench.programs.problem else lambda: succeed("1\n2")
            case _:
                bench.hear(happening)
        bench.clock.advance(1)
        assert bench.is_idle and bench.dictation.failure is None
        for window, typed in users.items():
            assert bench.window_text(window).count(USER_CHARACTER) == typed
