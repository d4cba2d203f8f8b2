"""The recipes of CONTRIBUTING.md work as written: each is applied to a copy of the project, and its test passes."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
_RECIPE = re.compile(r"^### (?P<title>.+?)$(?P<body>.*?)(?=^### |\Z)", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"^```\w+ (?P<file>\S+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_PLACE = re.compile(r"# (?P<how>after|replace): (?P<line>.*)\n")


def recipes():
    """Return title and blocks (file, text) of each recipe."""
    text = (PROJECT / "CONTRIBUTING.md").read_text()
    return [(match["title"], _BLOCK.findall(match["body"])) for match in _RECIPE.finditer(text)]


def apply(folder, file, text):
    """Put one block into its file."""
    path = folder / file
    old = path.read_text() if path.exists() else ""
    place = _PLACE.match(text)
    if place is None:
        path.write_text(f"{old}\n{text}" if old else text)
        return
    lines = old.splitlines(keepends=True)
    index = next(number for number, line in enumerate(lines) if line.lstrip().startswith(place["line"]))
    new = text[place.end() :]
    if place["how"] == "replace":
        lines[index] = new
    else:
        # An import in parentheses, or a docstring of several lines, ends further down.
        while lines[index].count("(") > lines[index].count(")") and ")" not in lines[index]:
            index += 1
        lines.insert(index + 1, new)
    path.write_text("".join(lines))


@pytest.mark.slow
@pytest.mark.parametrize(("title", "blocks"), recipes(), ids=[title for title, _ in recipes()])
def test_recipe_of_the_guide_works(title, blocks, tmp_path):
    """A recipe that fails teaches nothing but distrust."""
    for name in ("windictator", "config", "tests", "pyproject.toml"):
        source = PROJECT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "*.wav", "*.flac"))
        else:
            shutil.copy(source, tmp_path / name)
    for file, text in blocks:
        apply(tmp_path, file, text)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "-p", "no:cacheprovider", blocks[-1][0]]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_guide_has_all_recipes():
    """These are what contributors ask for."""
    titles = [title for title, _ in recipes()]
    assert titles == [
        "Add a symbol",
        "Add a voice command",
        "Add a profile of an application",
        "Add a setting",
        "Add a recognizer",
    ]
