"""Strategies for texts that are hard to count, to cut and to space."""

import functools
import operator

from hypothesis import strategies as st

from windictator.text.context_adjust import MAX_CONTEXT_LENGTH, Case, Context
from windictator.text.formatting import FormattedWord, Formatting

CLUSTERS = [
    "e\u0301",  # combining accent
    "👩\u200d👩\u200d👧",  # joined by ZWJ
    "👍🏽",  # skin tone
    "🇩🇪",  # a flag: two regional indicators
    "🇫",  # half a flag
    "\u1112\u1161\u11ab",  # Hangul jamo: one syllable
    "\u1161",
    "\u0915\u094d\u0937\u093f",  # Devanagari conjunct
    "\u0600",  # a mark that joins what follows
    "❤\ufe0f",
    "\u200d",
    "\u0301",
    "\r\n",
    "\n",
    "a",
    "ab ",
]
any_text = st.text(max_size=30)
clustered = st.lists(st.sampled_from(CLUSTERS), max_size=10).map("".join)
hard_text = any_text | clustered

formattings = st.lists(st.sampled_from(list(Formatting)), max_size=4).map(
    lambda flags: functools.reduce(operator.or_, flags, Formatting.NONE)
)
words = st.sampled_from(["", "hello", "world", "i", ".", ",", "(", ")", "\n", "\n\n", '"', '""', "“”", "é", "3d"])
formatted_words = st.lists(st.builds(FormattedWord, words | st.text(max_size=6), formattings), max_size=8)
contexts = st.builds(
    Context,
    before=st.text(max_size=20) | st.sampled_from(["", "Done.", "Done. ", 'say "', "x" * MAX_CONTEXT_LENGTH]),
    case=st.sampled_from(Case),
    no_space_next=st.booleans(),
    case_mode=st.sampled_from(Case),
    no_spaces=st.booleans(),
    after_abbreviation=st.booleans(),
)
