"""Docstrings, comments, messages, configuration and documentation use the words of the field."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
PACKAGES = sorted(path.name for path in (PROJECT / "windictator").iterdir() if (path / "__init__.py").exists())
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")

REPLACEMENTS = {
    r"nobody|somebody|anybody|whoever": "name the actor: the user, the caller, another client, the application",
    r"anew": "again, re-",
    r"be it": "even if",
    r"likewise|see there": "say it",
    r"in the place of": "instead of",
    r"(is|are) waited for": "waiting for",
    r"has not got|have not got": "does not have",
    r"(is|are) (told|told of)": "is reported, is notified",
    r"(is|are) taken for": "is treated as, matches",
    r"what came of it": "the result",
    r"what stands|stands? there|stands? behind": "the current text, appears",
    r"in force": "active, current",
    r"for good": "permanently",
    r"by itself|by themselves": "automatically, alone",
    r"all the same": "anyway",
    r"as far as is known": "if known",
    r"(?<!there )(is|are) no \w+|(is|are) none": "is not a ..., there is none",
    r"deeds?": "action",
    r"lend|lends|lent|loans?|borrow|borrows|borrowed": "map temporarily, override",
    r"bequeath\w*|last will": "recovery record, record",
    r"dead (program|process|client)s?": "crashed program",
    r"obey|obeys|obeyed": "execute",
    r"rooms?": "package",
    r"deaf": "input closed",
    r"hand(s|ed)? (out|back)": "emit, return",
    r"(?<!your )own (commands?|words?|profiles?)": "user command, user words, user profile",
    r"steer|steers|steered|steering": "control",
    r"so many": "N",
}
"""Regular expression of words to avoid -> what to write instead."""

AVOIDED = {re.compile(rf"\b({words})\b", re.IGNORECASE): instead for words, instead in REPLACEMENTS.items()}

ALLOWED = re.compile(r"\b(put|stay|stand|room for|no one|no longer|is no more than|are no more than)\b", re.IGNORECASE)
"""Ordinary uses: "there is room for ten", "is no longer"."""


def faults(text: str, where: str) -> Iterator[str]:
    """Find words to avoid in ``text``; ``where`` names it."""
    for pattern, instead in AVOIDED.items():
        for match in pattern.finditer(text):
            around = text[max(0, match.start() - 25) : match.end() + 25]
            if not ALLOWED.search(text[max(0, match.start() - 2) : match.end() + 8]):
                yield f"{where}: {match.group()!r} in ...{' '.join(around.split())}...: write {instead}"


def sentences(source: str) -> Iterator[tuple[int, str]]:
    """Find docstrings, comments and messages in Python source: strings of more than two words."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.count(" ") > 1:
            yield node.lineno, node.value
    yield from comments(source)


@pytest.mark.parametrize("package", [*PACKAGES, "__init__", "__main__", "deferreds", "errors"])
def test_code_uses_plain_words(package: str) -> None:
    """A newcomer reads the field's words, not private ones."""
    place = PROJECT / "windictator" / package
    files = sorted(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]
    assert files
    found = [
        fault
        for file in files
        for line, text in sentences(file.read_text())
        for fault in faults(text, f"{file.relative_to(PROJECT)}:{line}")
    ]
    assert not found, "\n".join(found)


def explanations(source: str) -> Iterator[tuple[int, str]]:
    """Find docstrings and comments in the source of a test; its other texts are spoken words and old messages."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and (
            docstring := ast.get_docstring(node, clean=False)
        ):
            yield node.body[0].lineno, docstring
    yield from comments(source)


def comments(source: str) -> Iterator[tuple[int, str]]:
    """Find comments in Python source."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def test_tests_use_plain_words() -> None:
    """They are read as documentation, too. This file has to name the words."""
    files = sorted(file for file in (PROJECT / "tests").rglob("*.py") if file != Path(__file__))
    assert files
    found = [
        fault
        for file in files
        for line, text in explanations(file.read_text())
        for fault in faults(text, f"{file.relative_to(PROJECT)}:{line}")
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("file", sorted((PROJECT / "config").glob("*.toml")), ids=lambda file: file.name)
def test_configuration_comments_use_plain_words(file: Path) -> None:
    """The comments of the shipped files are the documentation that users edit beside."""
    lines = enumerate(file.read_text().splitlines(), start=1)
    comments = [(number, line.partition("#")[2]) for number, line in lines if line.lstrip().startswith("#")]
    assert comments
    found = [fault for number, text in comments for fault in faults(text, f"{file.name}:{number}")]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_use_plain_words(name: str) -> None:
    """What users and contributors read first."""
    lines = enumerate((PROJECT / name).read_text().splitlines(), start=1)
    found = [fault for number, text in lines for fault in faults(text, f"{name}:{number}")]
    assert not found, "\n".join(found)


def test_words_to_avoid_are_found() -> None:
    """The check itself can fail."""
    assert len(list(faults("Nobody is told of it; the deed is no command.", "here"))) == 4
    assert not list(faults("There is room for your own words; there is no key; it is no longer pressed.", "here"))
