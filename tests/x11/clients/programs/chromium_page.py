"""A browser with a page of its own: a text area that reports its current text to this program.

Arguments: the path of the socket that the tests listen on, and any of "firefox", in place of Chromium, and "chat", for
a page with a field as chats have it, which sends on Return, in place of the text area; the questions "mail" and "chat"
change what Return does there, and empty it. The page is served on 127.0.0.1 and posts its current text there, when it
has changed and when F9 is pressed: by then all keys before it have been dealt with. The first keys after the start may
be lost, so the tests press F9 until "keys" tells that one has come.
"""

from __future__ import annotations

import http.server
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

from answers import Answers

TITLE = "Chromium text area"
CHAT_TITLE = "general (Channel) - Work - Slack"
SENT = "\u2500"
"""End of each message that was sent."""
PAGE = f"""<!doctype html><meta charset="utf-8"><title>{TITLE}</title>
<textarea autofocus spellcheck="false" autocomplete="off" style="width: 95vw; height: 90vh"></textarea>
<script>
const area = document.querySelector("textarea");
let posting = Promise.resolve(), due = false;
function post(what) {{
    const focused = document.hasFocus() && document.activeElement === area;
    const body = JSON.stringify({{what, focused, text: area.value}});
    posting = posting.then(() => fetch("/", {{method: "POST", body}})).then(answer => answer.json());
    return posting;
}}
area.addEventListener("input", () => {{
    if (due) return;  // one on its way will tell of this change too
    due = true;
    setTimeout(() => {{ due = false; post("changed"); }}, 10);
}});
area.addEventListener("keydown", event => {{
    if (event.key === "Tab") area.setRangeText("\\t", area.selectionStart, area.selectionEnd, "end");
    else if (event.key === "F9") post("asked");
    else return;
    event.preventDefault();
}});
area.addEventListener("focus", () => post("focused"));
area.addEventListener("blur", () => post("blurred"));
async function execute() {{  // the other direction: wait for the next command
    for (;;) {{
        const {{command}} = await (await fetch("/command")).json();
        if (command === "clear") {{ area.value = ""; await post("cleared"); }}
    }}
}}
area.focus();
// Chromium drops keys that come before the first picture of a page.
requestAnimationFrame(() => requestAnimationFrame(() => {{ post("shown"); execute(); }}));
</script>
"""


CHAT = f"""<!doctype html><meta charset="utf-8"><title>{CHAT_TITLE}</title>
<div contenteditable spellcheck="false" style="white-space: pre-wrap; width: 90vw; height: 80vh"></div>
<script>
const field = document.querySelector("div");
let posting = Promise.resolve(), due = false, sent = "", mail = false;
document.execCommand("defaultParagraphSeparator", false, "p");
// As a reader sees it: a paragraph ends in an empty line; a last line break of a block only keeps its place.
function textOf(block) {{
    let text = "";
    for (const child of block.childNodes) {{
        if (child.nodeType === Node.TEXT_NODE) text += child.data;
        else if (child.nodeName === "BR") text += "\\n";
        else if (child.nodeName === "B") text += "*" + textOf(child) + "*";
        else text += (text ? "\\n\\n" : "") + textOf(child);
    }}
    return block.lastElementChild?.nodeName === "P" ? text : text.replace(/\\n$/, "");
}}
function post(what) {{
    const focused = document.hasFocus() && document.activeElement === field;
    const body = JSON.stringify({{what, focused, text: sent + textOf(field)}});
    posting = posting.then(() => fetch("/", {{method: "POST", body}})).then(answer => answer.json());
    return posting;
}}
field.addEventListener("input", () => {{
    if (due) return;
    due = true;
    setTimeout(() => {{ due = false; post("changed"); }}, 10);
}});
field.addEventListener("keydown", event => {{
    if (event.key === "Enter" && !event.shiftKey && !mail) {{
        sent += textOf(field) + "{SENT}";
        field.textContent = "";
        post("changed");
    }} else if (event.key === "F9") post("asked");
    else return;
    event.preventDefault();
}});
field.addEventListener("focus", () => post("focused"));
field.addEventListener("blur", () => post("blurred"));
async function execute() {{
    for (;;) {{
        const {{command}} = await (await fetch("/command")).json();
        if (command !== "clear") mail = command === "mail";
        document.title = mail ? "A mail" : "{CHAT_TITLE}";
        field.innerHTML = mail ? "<p><br></p>" : "";
        if (mail) getSelection().collapse(field.firstChild, 0);
        sent = "";
        await post("cleared");
    }}
}}
field.focus();
requestAnimationFrame(() => requestAnimationFrame(() => {{ post("shown"); execute(); }}));
</script>
"""


class Page(http.server.BaseHTTPRequestHandler):
    """Serves the page and takes what it posts."""

    protocol_version = "HTTP/1.1"
    shared: Shared

    def do_GET(self) -> None:
        if self.path == "/command":
            self._reply(json.dumps({"command": self.shared.next_command()}).encode(), "application/json")
        else:
            self._reply((CHAT if "chat" in sys.argv[2:] else PAGE).encode(), "text/html")

    def do_POST(self) -> None:
        posted = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.shared.take(**posted)
        self._reply(b"{}", "application/json")

    def _reply(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


class Shared:
    """What the threads of the server and the socket have in common."""

    def __init__(self, socket_path: str) -> None:
        self._socket_path = socket_path
        self._answers: Answers | None = None
        self._commands: list[str] = []
        self._changed = threading.Condition()
        self._text = ""
        self._focused = False
        self._focus_due = False
        self._key_due = False
        self._keys = 0

    def next_command(self) -> str:
        with self._changed:
            self._changed.wait_for(lambda: self._commands)
            return self._commands.pop(0)

    def take(self, what: str, focused: bool, text: str) -> None:
        with self._changed:
            self._text, self._focused = text, focused
            if what == "shown":
                self._answers = Answers(self._socket_path, 0)
                threading.Thread(target=self._answer_questions).start()
            if self._answers is None:
                return
            if what == "asked":
                self._keys += 1
                if self._key_due:
                    self._key_due = False
                    self._answers.give(received=text)
            elif what == "cleared":
                self._answers.give()
            self._answers.give_due(text)
            self._tell_focus()

    def _tell_focus(self) -> None:
        if self._focus_due and self._focused and self._answers is not None:
            self._focus_due, self._key_due = False, True
            self._answers.give()

    def _answer_questions(self) -> None:
        assert self._answers is not None
        try:
            while True:
                questions = self._answers.read()
                with self._changed:
                    self._commands += [question for question in questions if question in ("clear", "mail", "chat")]
                    self._changed.notify()
                    if "keys" in questions:
                        self._answers.give(keys=self._keys)
                    self._focus_due = self._focus_due or "focused" in questions
                    self._tell_focus()
                    self._answers.give_due(self._text)
        finally:
            os._exit(0)  # the tests have closed the socket


def chromium(url: str, folder: Path) -> list[str]:
    """How Chromium is started with the page, its user's data in ``folder``."""
    return [
        "chromium",
        f"--app={url}",
        f"--user-data-dir={folder}",
        "--no-sandbox",  # root cannot use it, nor can many a container; the only page is the one above
        *("--no-first-run", "--no-default-browser-check", "--disable-gpu", "--ozone-platform=x11"),
        *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
        *("--disable-crash-reporter", "--password-store=basic", "--window-position=0,0", "--window-size=600,400"),
    ]


def firefox(url: str, folder: Path) -> list[str]:
    """How Firefox is started with the page, without any of its greetings."""
    folder.mkdir()
    wanted = {
        "browser.aboutwelcome.enabled": "false",
        "browser.shell.checkDefaultBrowser": "false",
        "browser.startup.homepage_override.mstone": '"ignore"',
        "datareporting.policy.dataSubmissionEnabled": "false",
        "termsofuse.bypassNotification": "true",
        "trailhead.firstrun.didSeeAboutWelcome": "true",
    }
    (folder / "user.js").write_text("".join(f'user_pref("{name}", {value});\n' for name, value in wanted.items()))
    return ["firefox-esr", "--no-remote", "--profile", str(folder), url]


def main() -> None:
    Page.shared = Shared(sys.argv[1])
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    folder = Path(sys.argv[1]).parent / "profile"
    url = f"http://127.0.0.1:{server.server_port}/"
    command = firefox(url, folder) if "firefox" in sys.argv[2:] else chromium(url, folder)
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
