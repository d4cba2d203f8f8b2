"""The page ``docs/messages.md``: it explains each code, and no other."""

import re
from pathlib import Path

import pytest

from windictator.refusals import RefusalCode
from windictator.text.seal_reason import SealReason
from windictator.typist.result import StopReason

PAGE = (Path(__file__).parent.parent / "docs/messages.md").read_text()


def codes_in(heading):
    """Return the codes of the rows under a heading."""
    (section,) = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    return re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)


@pytest.mark.parametrize(
    ("heading", "codes"),
    [("Refusals", RefusalCode), ("Causes", SealReason), ("Reasons why typing stopped", StopReason)],
)
def test_page_explains_each_code_once(heading, codes):
    """A code of a message can be looked up, and the page names none that does not exist."""
    assert sorted(codes_in(heading)) == sorted(each.value for each in codes)


def test_rows_say_what_happened_and_what_to_do():
    """No cell is empty."""
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]
    assert rows and all(all(cell.strip() for cell in row.strip("|").split("|")) for row in rows)


@pytest.mark.parametrize("code", [*RefusalCode, *SealReason, *StopReason])
def test_codes_are_words_with_hyphens(code):
    """They are easy to search for, and can be anchors."""
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code.value)


@pytest.mark.parametrize("stop", StopReason)
def test_stop_reason_reads_as_sentences(stop):
    """It is used alone in notifications, and after a colon on the command line."""
    assert not stop.clause.endswith(".") and stop.sentence.endswith(".")
    assert "--" not in stop.sentence, "options are for the command line"
