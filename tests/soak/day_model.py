"""What must stand in a window after each step of a day: simple rules that share nothing with the product's ledger.

The user's own letters are in no dictated word, so that they can be told from dictated text wherever they stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.text.spoken import written
from windictator.text.context_adjust import Context

OWN_LETTERS = "zxq"
_OWN = re.compile(f"[{OWN_LETTERS}]", re.IGNORECASE)
_TOKEN = re.compile(r"\w+|[^\w\s]")
CASES = {"cap that", "uppercase that", "lowercase that", "title case that"}


@dataclass(frozen=True)
class Said:
    """Utterance.

    kind: rule by which its effect is judged.
    line: words.
    old, new: words of a replacement, or beside an insertion.
    """

    kind: str
    line: str
    old: str = ""
    new: str = ""

    @property
    def is_correction(self) -> bool:
        """True for all but dictated words and what only cleans up."""
        return self.kind not in ("words", "drop")


@dataclass
class Page:
    """One window.

    text: text that stands there.
    carets: places at which the caret may be; None: anywhere.
    earlier: texts that stood before the product's changes since the user's last own change, oldest first.
    undone: texts that were taken back.
    utterances: for each utterance that can be taken back, the text before it; None where a correction came between.
    done: what the user has done since the last words: "key", "click", "wheel", "menu", "switch", "new".
    dictated: True once words were typed.
    """

    terminal: bool = False
    text: str = ""
    carets: set[int] | None = field(default_factory=lambda: {0})
    earlier: list[str] = field(default_factory=list)
    utterances: list[str | None] = field(default_factory=list)
    done: set[str] = field(default_factory=lambda: {"new"})
    dictated: bool = False

    @property
    def places(self) -> set[int]:
        """Places at which the next text may come."""
        return set(range(len(self.text) + 1)) if self.carets is None else self.carets


def own(text: str) -> str:
    """Return the user's own letters, in their order."""
    return "".join(_OWN.findall(text))


def tokens(text: str) -> list[str]:
    """Return the words and marks, without their case and spaces."""
    return _TOKEN.findall(text.casefold())


def insertions(page: Page, new: str, after: str) -> set[int]:
    """Return the places of the caret after ``new`` was inserted, empty if the text is not that."""
    text = page.text
    return {
        place + len(new)
        for place in page.places
        if after == text[:place] + new + text[place:]
    }


def after_own_typing(line: str, before: str, known: bool) -> set[str]:
    """Return what dictated words may become after the user's own key.

    known: True where the observed keys decide space and capital; else they are written as at the start of a text.
    """
    if not known:
        return {written(line)}
    return {written(line, context=Context.after(before)), written(line)}


def intended(page: Page, line: str, *, own_keys_known: bool) -> set[str] | None:
    """Return the texts that words may become; None where the context is not known."""
    if page.terminal or page.carets is None or len(page.carets) != 1:
        return None
    (place,) = page.carets
    before = page.text[:place]
    if not page.done or page.done == {"switch"}:
        return {written(line, context=Context.after(before)), written(line)}
    return after_own_typing(line, before, own_keys_known)


def judge(page: Page, said: Said, typed: str, after: str, *, own_keys_known: bool) -> str:
    """Return what is wrong after a command that was carried out; "" if nothing is."""
    if own(after) != own(page.text):
        return f"the user's own letters {own(page.text)!r} became {own(after)!r}"
    before = page.text
    match said.kind:
        case "words":
            if not insertions(page, typed, after):
                return f"{typed!r} is not inserted at the caret ({_where(page)})"
            if tokens(typed) != tokens(written(said.line)):
                return f"{said.line!r} became {typed!r}"
            allowed = intended(page, said.line, own_keys_known=own_keys_known)
            if allowed is not None and typed not in allowed:
                return f"{said.line!r} became {typed!r}, not {sorted(allowed)}"
        case "scratch":
            wanted = page.utterances[-1] if page.utterances else None
            if wanted is None and not _removed(before, after):
                return "more or less than one stretch of text was removed"
            if wanted is not None and after != wanted:
                return f"taken back, there should be {wanted!r}"
        case "undo" | "redo":
            if after not in page.earlier and after != before:
                return f"this text never stood there; known are {page.earlier[-4:]}"
        case "case":
            if after.casefold() != before.casefold():
                return "more than the case has changed"
        case "replace":
            old, new, there = tokens(said.old), tokens(written(said.new)), tokens(before)
            if not any(
                there[:n] + new + there[n + len(old) :] == tokens(after)
                for n in range(len(there))
                if there[n : n + len(old)] == old
            ):
                return f"{said.old!r} was not replaced by {said.new!r}"
        case "delete":
            if not _removed(before, after):
                return "more or less than one stretch of text was removed"
            if len(tokens(before)) - len(tokens(after)) < 1:
                return "no word was removed"
        case _:
            if after != before:
                return "the text has changed"
    return ""


def carry_out(page: Page, said: Said, typed: str, after: str) -> None:
    """Take ``after`` as the text, after a command that was rightly carried out."""
    before = page.text
    if said.kind == "words":
        page.carets = insertions(page, typed, after)
        if page.done - {"switch"}:
            page.utterances.clear()
        page.utterances.append(before)
        page.done.clear()
        page.dictated = True
    elif said.kind == "scratch":
        if page.utterances:
            page.utterances.pop()
        page.carets = _ends(before, after)
    elif said.kind in ("before", "after"):
        page.carets = set(_beside(said, before)) | {len(before)}
    elif after != before:
        page.utterances[:] = [None] * len(page.utterances)
        page.carets = None if page.carets is None or len(page.carets) > 1 else {len(after)}
    if after != before:
        page.earlier.append(before)
        page.earlier.append(after)
    page.text = after


def type_own(page: Page, typed: str, after: str) -> str:
    """Take over what the user typed ("\\b": BackSpace); return what is wrong, "" if nothing is."""
    if typed == "\b":
        carets = {n - 1 for n in page.places if n and after == page.text[: n - 1] + page.text[n:]}
        carets |= {0} if 0 in page.places and after == page.text else set()
    else:
        carets = insertions(page, typed, after)
    if not carets:
        return f"the user's own {typed!r} is not where it was typed ({_where(page)})"
    page.carets, page.text = carets, after
    page.done.add("key")
    page.utterances.clear()
    page.earlier.clear()
    return ""


_TRUE: tuple[tuple[str, str, set[str]], ...] = (
    ("key or button", "a key or button was pressed", {"key", "click", "wheel", "menu", "new", "elsewhere"}),
    ("another window was used", "another window was used", {"switch"}),
    ("holds the keyboard", "a menu is open", {"menu"}),
    ("holds the pointer", "a menu is open", {"menu"}),
)


def classify(page: Page, said: Said, reason: str) -> tuple[str, bool]:
    """Return a refusal's kind, and whether the walk has given that reason."""
    for part, kind, causes in _TRUE:
        if part in reason:
            return kind, bool(page.done & causes)
    if "was not found" in reason or "is not in" in reason:
        there = tokens(page.text)
        old = tokens(said.old)
        found = any(there[n : n + len(old)] == old for n in range(len(there)))
        return "words not found", not old or not found or bool(page.done)
    if "that WinDictator typed" in reason or "nothing to" in reason:
        return "nothing there to correct", not page.dictated or not page.utterances or bool(page.done)
    if "terminal" in reason:
        return "not in a terminal", page.terminal
    if "the text before the caret" in reason:
        return "the text does not match", bool(page.done) or page.carets is None
    if "list" in reason or "alternatives" in reason:
        return "no alternatives", True
    if "not a correction" in reason:
        return "no correction to undo", True
    return f"other: {reason}", False


def _removed(before: str, after: str) -> bool:
    """Return True if ``after`` is ``before`` without one stretch."""
    size = len(before) - len(after)
    return size >= 0 and any(before[:n] + before[n + size :] == after for n in range(len(after) + 1))


def _ends(before: str, after: str) -> set[int]:
    size = len(before) - len(after)
    return {n for n in range(len(after) + 1) if before[:n] + before[n + size :] == after} or {len(after)}


def _beside(said: Said, text: str) -> Iterator[int]:
    for found in re.finditer(re.escape(said.old), text, re.IGNORECASE):
        place = found.start() if said.kind == "before" else found.end()
        yield from (n for n in (place - 1, place, place + 1) if 0 <= n <= len(text))


def _where(page: Page) -> str:
    return "anywhere" if page.carets is None else f"at {sorted(page.carets)[:5]}"
