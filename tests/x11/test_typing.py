"""``windictator type`` into real applications: exactly what was meant arrives, and the keyboard is left as it was."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import pytest
from _pytest.mark.structures import ParameterSet
from Xlib import X

from tests.program import run_windictator
from tests.x11.blocking import keymap_of
from tests.x11.clients.client import Client, RawWindow, TkText, Xterm
from tests.x11.server import LOCK, NUM_LOCK, LockState, XServer
from tests.x11.type_runs import LONG, Outcome, TypeRun, assert_one_line, type_text
from windictator.keyboard.key_coder import KeyCoder

pytestmark = pytest.mark.slow

KINDS = (RawWindow, Xterm, TkText)
ASCII = "".join(map(chr, range(32, 127)))
PROSE = 'The quick brown fox (he\'s 7!) jumps over the lazy dog: "Zounds", it said. '


class Row(NamedTuple):
    """A keyboard to type on."""

    layout: str
    variant: str = ""
    group: int = 0
    locked: int = 0


ROWS = [
    Row("us"),
    Row("de"),
    Row("fr"),
    Row("ru"),
    Row("us,ru", ",", 0),
    Row("us,ru", ",", 1),
    Row("us", "intl"),
    Row("us", locked=LOCK),
    Row("de", locked=NUM_LOCK),
    Row("fr", locked=LOCK | NUM_LOCK),
    Row("us,ru", ",", 1, LOCK | NUM_LOCK),
]


class KeyboardState(NamedTuple):
    """All that typing must leave as it was."""

    locks: LockState
    pressed: frozenset[int]
    keymap: str


def state_of(server: XServer) -> KeyboardState:
    return KeyboardState(server.locks(), server.pressed_keys(), server.keymap())


def every_character(server: XServer) -> str:
    """All that the layout types in any group and on any level, each twice, in a shuffled order."""
    coder = KeyCoder(keymap_of(server))
    typeable = {char for group in range(coder.keymap.group_count) for char in coder.table(group)}
    characters = sorted(typeable - {"\b", "\x02", "\x06"})  # BackSpace, Left and Right: keys, not characters
    mixed = characters * 2
    random.Random(1).shuffle(mixed)
    return "".join(mixed)


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__)
def client(request: pytest.FixtureRequest, start_client: Callable[[type[Client]], Client]) -> Client:
    return start_client(request.param)


@pytest.fixture
def typed(xserver: XServer, user_environment: Mapping[str, str]) -> Iterator[Callable[[str], Outcome]]:
    """Types a text; afterwards the keyboard must be as it was before the first of them."""
    before: list[KeyboardState] = []

    def type_it(text: str) -> Outcome:
        if not before:
            before.append(state_of(xserver))
        return type_text(user_environment, text)

    yield type_it
    assert [state_of(xserver)] == before


def each(rows: list[Row], kind: type[Client]) -> list[ParameterSet]:
    return [pytest.param(kind, row, id=f"{kind.__name__}-{row}") for row in rows]


@pytest.mark.parametrize(
    ("kind", "row"), each(ROWS, RawWindow) + each(ROWS[1:6] + ROWS[-1:], Xterm) + each(ROWS[1:6] + ROWS[-1:], TkText)
)
def test_every_character_of_the_layout_arrives(
    xserver: XServer,
    start_client: Callable[[type[Client]], Client],
    typed: Callable[[str], Outcome],
    kind: type[Client],
    row: Row,
) -> None:
    """All levels and groups, whatever is locked; nothing is lost, doubled or in another case."""
    xserver.set_layout(row.layout, row.variant)
    client = start_client(kind)
    xserver.lock_group(row.group)
    xserver.lock(row.locked, row.locked)
    text = every_character(xserver)
    outcome = typed(text)
    assert client.text() == text
    assert (outcome.status, outcome.errors) == (0, "")
    assert outcome.confirmed == outcome.report["total"] == len(text)


def test_all_of_ascii_newlines_and_tabs_arrive_in_every_client(client: Client, typed: Callable[[str], Outcome]) -> None:
    """The plain case, as a shell would use it."""
    text = ASCII + "\n\tindented\n\n" + ASCII[::-1]
    assert typed(text).status == 0
    assert client.text() == text


def test_line_breaks_of_other_systems_are_return(raw_window: RawWindow, typed: Callable[[str], Outcome]) -> None:
    """CR LF is one Return, as is CR alone; a byte order mark is not typed."""
    assert typed("\ufeffone\r\ntwo\rthree\u2028four").status == 0
    assert raw_window.text() == "one\ntwo\nthree\nfour"


@pytest.mark.parametrize("group", [0, 1])
def test_two_alphabets_in_one_text_whichever_is_active(
    xserver: XServer, client: Client, typed: Callable[[str], Outcome], group: int
) -> None:
    """The group is changed where the text needs it, and the user's own is put back."""
    xserver.set_layout("us,ru")
    xserver.lock_group(group)
    text = "Война и мир, War and Peace, Граф №1 (a Russian novel)\nкъ"
    assert typed(text).status == 0
    assert client.text() == text
    assert xserver.locks().group == group


def test_unmapped_characters_arrive_and_keymap_is_restored(client: Client, typed: Callable[[str], Outcome]) -> None:
    """The keymap is restored bit for bit: "typed" compares the whole map."""
    text = "Zoë paid “60 €” – naïve? ¡Olé! ∑ж🙂 ok"
    assert typed(text).status == 0
    assert client.text() == text


@pytest.mark.parametrize("locked", [0, LOCK, NUM_LOCK, LOCK | NUM_LOCK])
def test_locks_change_nothing_and_stay(
    xserver: XServer, xterm: Client, typed: Callable[[str], Outcome], locked: int
) -> None:
    """A person whose CapsLock is on finds it on, and the text in the case that was meant."""
    xserver.lock(locked, locked)
    assert typed(PROSE).status == 0
    assert xterm.text() == PROSE
    assert xserver.locks().locked == locked


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("managed", [False, True], ids=["bare", "openbox"])
def test_two_thousand_characters(
    request: pytest.FixtureRequest,
    xserver: XServer,
    start_client: Callable[[type[Client]], Client],
    typed: Callable[[str], Outcome],
    kind: type[Client],
    managed: bool,
) -> None:
    """A long text into a bare display and under a window manager."""
    if managed:
        request.getfixturevalue("openbox")
    client = start_client(kind)
    text = LONG[:2000]
    outcome = typed(text)
    assert client.text() == text
    assert (outcome.status, outcome.confirmed, outcome.stopped) == (0, 2000, None)


def test_the_report_counts_what_the_window_saw(raw_window: RawWindow, typed: Callable[[str], Outcome]) -> None:
    """Every key event that was confirmed came, in order, each press with its release, none sent by XSendEvent."""
    outcome = typed("aB c\n")
    events = raw_window.events()
    assert outcome.report == {
        "confirmed": 5,
        "total": 5,
        "keys": 12,
        "stopped": None,
        "reason": None,
        "remedy": None,
        "seconds": outcome.report["seconds"],
        "interrupted": False,
    }
    assert len(events) == 12
    assert not any(event["sent"] for event in events)
    assert 0 < outcome.report["seconds"] < 2


def test_an_idle_server_confirms_at_once(xserver: XServer, typed: Callable[[str], Outcome]) -> None:
    """No client reads the keys, so only our request makes the server send what it has recorded."""
    screen = xserver.display.screen()
    window = screen.root.create_window(0, 0, 100, 100, 0, screen.root_depth, X.InputOutput)
    window.map()
    xserver.display.sync()
    xserver.focus(window.id)
    outcome = typed("nobody listens")
    window.destroy()
    assert (outcome.status, outcome.confirmed) == (0, 14)
    assert outcome.report["seconds"] < 1, "the timeout for a single key is 2"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_the_focus_may_follow_the_pointer(
    xserver: XServer,
    start_client: Callable[[type[Client]], Client],
    user_environment: Mapping[str, str],
    kind: type[Client],
) -> None:
    """On a display without a window manager the keys go where the pointer is; over nothing they go nowhere."""
    client = start_client(kind)
    xserver.display.set_input_focus(X.PointerRoot, X.RevertToPointerRoot, X.CurrentTime)
    client_window = xserver.display.create_resource_object("window", client.window)
    client_window.warp_pointer(20, 20)
    xserver.display.sync()
    assert type_text(user_environment, PROSE).status == 0
    xserver.display.screen().root.warp_pointer(1270, 790)
    xserver.display.sync()
    outcome = type_text(user_environment, "lost")
    assert outcome.status == 1
    assert_one_line(outcome.errors, "no window has the keyboard focus")
    client.focus()
    assert client.text() == PROSE


def test_the_text_may_be_an_argument(raw_window: RawWindow, user_environment: Mapping[str, str]) -> None:
    """As people type it in a shell, with characters beyond ASCII and a leading hyphen."""
    raw_window.server.set_layout("de")
    for text in ("Grüße", "-5 °C"):
        done = run_windictator("type", "--", text, env=user_environment)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert raw_window.text() == "Grüße-5 °C"


def test_two_at_once_do_not_mix(raw_window: RawWindow, user_environment: Mapping[str, str]) -> None:
    """Each takes the other for a person who types: at least one stops, and says so; neither claims too much."""
    first, second = "a" * 1500, "b" * 1500
    with TypeRun(user_environment, first) as one, TypeRun(user_environment, second) as other:
        outcomes = one.wait(), other.wait()
    received = raw_window.text()
    for outcome, letter in zip(outcomes, "ab", strict=True):
        count = received.count(letter)
        assert outcome.confirmed <= count <= outcome.confirmed + 1
        assert outcome.status == (0 if count == 1500 else 3)
