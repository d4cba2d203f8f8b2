"""Characters that the layout lacks: mapped temporarily, or refused before the first key."""

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.defer import fail

from tests.fake_keyboard import WINDOW
from tests.typist.bench import NEO, US_RU, TypistBench, is_idle
from windictator.keyboard.key_coder import UntypableError
from windictator.typist.result import StopReason


def test_unmappable_character_refuses_text_before_first_key():
    bench = TypistBench(most=0)
    (failure,) = bench.start(bench.typist.insert("abc€"))
    assert failure.check(UntypableError)
    assert bench.keyboard.log == []
    assert is_idle(bench)
    assert bench.type("abc").complete


def test_decomposed_character_refuses_text():
    """No key types this ligature equally in all applications, mapped temporarily or not."""
    bench = TypistBench()
    (failure,) = bench.start(bench.typist.insert("abc\ufefb"))
    assert failure.check(UntypableError) and failure.value.characters == ("\ufefb",)
    assert bench.keyboard.text == ""


def test_missing_characters_are_mapped_at_once():
    bench = TypistBench()
    text = "Zoë: “60 €” – 你好 🙂 ok"
    assert bench.type(text).complete
    assert bench.keyboard.text == text
    assert bench.keyboard.mappings == [tuple("ë“€”–你好🙂")]
    assert is_idle(bench)


@settings(deadline=None)  # on a busy machine it would measure the machine
@given(st.text(st.sampled_from("aZ éß€你🙂я\n"), max_size=20), st.integers(1, 4), st.sampled_from([0, 2, 16, 18]))
def test_text_arrives_with_few_mappable_characters(text, most, locked):
    bench = TypistBench(US_RU, most=most, locked=locked)
    assert bench.type(text).complete
    assert bench.keyboard.text == text
    assert (bench.keyboard.locked, bench.keyboard.group) == (locked, 0)
    assert all(len(loan) <= most for loan in bench.keyboard.mappings)
    assert bench.keyboard.recorded_locks == (0, 0, None)


def test_application_that_ignores_mapping_gets_no_wrong_text():
    bench = TypistBench(responsive=False)
    typed = bench.type("ab€")
    assert (typed.confirmed, typed.stopped_by) == ("", StopReason.UNRESPONSIVE)
    assert bench.keyboard.text == ""


def test_ambiguous_key_is_used_only_without_mappings():
    """On neo the root is on a deeper level of a key with BackSpace, which some applications execute."""
    bench = TypistBench(NEO)
    assert bench.type("v√").complete
    assert (bench.keyboard.text, bench.keyboard.mappings) == ("v√", [("√",)])
    bench = TypistBench(NEO, most=0)
    assert bench.type("v√").complete
    assert (bench.keyboard.text, bench.keyboard.mappings) == ("v√", [])
    (error,) = bench.start(bench.typist.insert("v√ъ"))
    assert error.check(UntypableError) and error.value.characters == ("ъ",)


def limits_requests(text):
    """Return what a window is checked for when ``text`` is typed into one that cannot take it."""
    asked = []

    def limits(window, whole, lent):
        asked.append((window, whole, lent))
        return fail(UntypableError(whole))

    bench = TypistBench(limits=limits)
    (outcome,) = bench.start(bench.typist.edit(2, text))
    assert outcome.check(UntypableError)
    assert not bench.keyboard.writes
    assert not bench.keyboard.mappings
    return asked


def test_limits_are_checked_before_mapping():
    assert limits_requests("aé") == [(WINDOW, "\b\baé", frozenset("é"))]
    assert limits_requests("a🙂") == [(WINDOW, "\b\ba🙂", frozenset("🙂"))]


def test_limits_are_not_checked_for_plain_text():
    assert TypistBench(limits=lambda *_: fail(UntypableError("?"))).type("plain").complete
