"""LibreOffice Writer with an empty document, which answers questions on standard input.

Run by the distribution's Python, which has the module uno. Arguments: a folder for its files. Says {"ready": true} once
the document is open. {"ask": "text"} is answered with the text of the document, paragraphs separated by U+000A, and
the label of each paragraph, "" for those in no list, and the bold parts; {"ask": "clear"} empties the document.
"""

import json
import subprocess
import sys
import time

import uno

START_TIMEOUT = 120.0


def start(folder):
    """Start Writer, and return its desktop once it has a text document."""
    pipe = f"writer{time.monotonic_ns()}"
    subprocess.Popen(
        [
            "soffice",
            "--norestore",
            "--nologo",
            "--nofirststartwizard",
            "--writer",
            f"-env:UserInstallation=file://{folder}/office",
            f"--accept=pipe,name={pipe};urp;",
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    give_up = time.monotonic() + START_TIMEOUT
    while True:
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
            if hasattr(desktop.getCurrentComponent(), "getText"):
                return desktop
        except Exception:  # the exceptions of UNO, which depend on how far the start has come
            if time.monotonic() > give_up:
                raise
        time.sleep(0.2)


def clear(document):
    """Leave one empty paragraph of ordinary style."""
    document.getText().setString("")
    cursor = document.getCurrentController().getViewCursor()
    cursor.gotoStart(False)
    cursor.ParaStyleName = "Standard"
    cursor.NumberingStyleName = ""
    document.getUndoManager().clear()


def labels(document):
    """Return the label before each paragraph: the number or bullet of a list, "" outside one."""
    return [paragraph.ListLabelString for paragraph in document.getText()]


def bold(document):
    """Return the parts of the text that are bold."""
    portions = (portion for paragraph in document.getText() for portion in paragraph)
    return [portion.getString() for portion in portions if portion.CharWeight > 100]


def main():
    """Answer until the end of standard input."""
    desktop = start(sys.argv[1])
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        document = desktop.getCurrentComponent()
        if json.loads(line)["ask"] == "clear":
            clear(document)
        print(
            json.dumps({"text": document.getText().getString(), "labels": labels(document), "bold": bold(document)}),
            flush=True,
        )


if __name__ == "__main__":
    main()
