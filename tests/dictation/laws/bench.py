"""What the laws of dictation have in common: phrases, commands, steps."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from twisted.internet.defer import succeed

from tests.dictation.bench import DictationBench
from windictator.dictation.profile import Profile

WORDS = ["hello", "new line", "period", "cap", "cafe\u0301", "i", "twenty three", "quote", "no space", "comma", "🙂"]
phrases = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
words = st.sampled_from(WORDS)
commands = st.one_of(
    st.sampled_from(
        ["scratch that", "undo that", "redo that", "undo scratch", "delete last word", "delete last three words"]
    ),
    st.sampled_from(["correct that", "choose one", "choose two"]),
    st.sampled_from(["backspace", "backspace five", "delete last sentence", "delete last line", "repeat that"]),
    st.sampled_from(["cap that", "title case that", "uppercase that", "lowercase that", "no space that"]),
    st.builds("replace {} with {}".format, words, phrases),
    st.builds("correct {} to {}".format, words, phrases),
    st.builds("insert before {}".format, words),
    st.builds("insert after {}".format, words),
    st.builds("resume with {}".format, words),
    st.builds("scratch that {}".format, phrases),
)


def bench_with(caret_keys: Any = "always", **options: Any) -> DictationBench:
    """Return a bench whose windows have a profile with these caret keys."""
    return DictationBench(profile_of=lambda window: succeed(Profile(caret_keys=caret_keys)), **options)


def perform_step(bench: DictationBench, step: str, argument: Any, user_key_counts: dict[int, int]) -> None:
    """Do one step of a law; count in ``user_key_counts`` what the user types into each window."""
    if step == "hear":
        bench.hear(argument)
        bench.keyboard.before_write = lambda number: None
    elif step == "user types":
        bench.user_types()
        user_key_counts[bench.keyboard.focus] += 1
    elif step == "user clicks":
        bench.keyboard.user_clicks()
    elif step == "focus":
        bench.keyboard.focus = argument
    else:
        bench.before_keystroke(argument, bench.typist.stop)
