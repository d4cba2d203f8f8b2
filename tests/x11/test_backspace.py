"""What one BackSpace removes in real applications is known without a setting: corrections erase exactly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.program import run_windictator
from tests.x11.clients.client import Client, FirefoxPage, GtkText, QtText, TkText
from tests.x11.dictate_runs import LINES

pytestmark = pytest.mark.slow

WRITTEN = {
    "accent": "e\u0301\u0323",
    "flag": "\U0001f1e9\U0001f1ea",
    "skin": "\U0001f44d\U0001f3fd",
    "keycap": "1\ufe0f\u20e3",
    "heart": "\u2764\ufe0f",
    "jamo": "\u1112\u1161\u11ab",
    "conjunct": "\u0915\u094d\u0937",
    "wales": "\U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f",
}
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
UNSURE = "it is not known how this application removes emoji of several parts"
KINDS = [GtkText, QtText, TkText, pytest.param(FirefoxPage, marks=pytest.mark.whole_matrix)]


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_typed_is_erased_and_no_more(
    kind: type[Client], start_client: Callable[[type[Client]], Client], user_environment: Mapping[str, str]
) -> None:
    """After each of them the word before it stands, neither shorter nor with a rest behind it."""
    folder = Path(user_environment["HOME"], ".config", "windictator")
    folder.mkdir(parents=True, exist_ok=True)
    words = "".join(f'{name} = "{text}"\n' for name, text in {**WRITTEN, "family": FAMILY}.items())
    (folder / "words.toml").write_text(f"[words]\n{words}", encoding="utf-8")
    client = start_client(kind)
    erased = [line for name in WRITTEN for line in (f"here {name}", "scratch that")]
    said = ["kept", *erased, "too", "replace too with two"]
    lines = "".join(f"{line}\n" for line in said)
    done = run_windictator("dictate", *LINES, env=user_environment, input=lines)
    assert (client.text(), done.returncode) == ("Kept two", 0), done.stderr
    done = run_windictator("dictate", *LINES, env=user_environment, input="family\nscratch that\n")
    assert (client.text(), done.returncode) == ("Kept two", 0), done.stderr


@pytest.mark.whole_matrix
def test_emoji_of_parts_are_not_counted_in_firefox(
    start_client: Callable[[type[Client]], Client], user_environment: Mapping[str, str], profiles: Callable[[str], None]
) -> None:
    """Where the text is not read before it is erased, it is not guessed what one BackSpace removes."""
    profiles('[[profile]]\nname = "counted"\nclasses = ["*"]\nerase = "counted"\n')
    (Path(user_environment["HOME"], ".config", "windictator") / "words.toml").write_text(
        f'[words]\nfamily = "{FAMILY}"\n', encoding="utf-8"
    )
    client = start_client(FirefoxPage)
    done = run_windictator("dictate", *LINES, env=user_environment, input="family\nscratch that\n")
    assert client.text() == FAMILY
    assert UNSURE in done.stderr
