"""Chromium with a page of two fields: an input that takes 20 characters and has 14 of the user's, and rich text.

Arguments: the path of the tests' socket. The report is a JSON array of the texts of both. F9 is as in
``chromium_page.py``; F8 moves the caret to the end of the rich text.
"""

from __future__ import annotations

import chromium_page

PAGE = f"""<!doctype html><meta charset="utf-8"><title>{chromium_page.TITLE}</title>
<input autofocus autocomplete="off" maxlength="20" value="0123456789abc "><div contenteditable>ab&nbsp;</div>
<script>
const field = document.querySelector("input"), rich = document.querySelector("div");
let posting = Promise.resolve();
function post(what) {{
    const focused = document.hasFocus();
    const body = JSON.stringify({{what, focused, text: JSON.stringify([field.value, rich.innerText])}});
    posting = posting.then(() => fetch("/", {{method: "POST", body}})).then(answer => answer.json());
    return posting;
}}
addEventListener("input", () => post("changed"));
addEventListener("keydown", event => {{
    if (event.key === "F8") {{
        rich.focus();
        getSelection().selectAllChildren(rich);
        getSelection().collapseToEnd();
    }}
    else if (event.key === "F9") post("asked");
    else return;
    event.preventDefault();
}});
addEventListener("focus", () => post("focused"));
field.focus();
field.setSelectionRange(14, 14);
requestAnimationFrame(() => requestAnimationFrame(() => post("shown")));
</script>
"""


if __name__ == "__main__":
    chromium_page.PAGE = PAGE
    chromium_page.main()
