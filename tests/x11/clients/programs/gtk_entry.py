"""A GTK 3 entry that takes 20 characters and has 14 of the user's. Arguments: the path of the tests' socket.

Run by the system's Python, as ``gtk_text.py``. The tests press F12 when they want to know what its text is.
"""

from __future__ import annotations

import sys

import gi
from answers import Answers

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
gi.require_version("GdkX11", "3.0")
from gi.repository import Gdk, GdkX11, GLib, Gtk  # noqa: E402, F401 (GdkX11 gives windows their get_xid)


def main() -> None:
    window = Gtk.Window(title="GTK entry")
    window.set_default_size(400, 60)
    entry = Gtk.Entry(max_length=20, text="0123456789abc ")
    window.add(entry)
    window.show_all()
    entry.grab_focus()
    entry.set_position(-1)
    answers = Answers(sys.argv[1], window.get_window().get_xid())

    def on_key(_entry: object, event: Gdk.EventKey) -> bool:
        if event.keyval != Gdk.KEY_F12:
            return False
        answers.give(received=entry.get_text())
        return True

    def on_question(*_unused: object) -> bool:
        answers.read()
        answers.give_due(entry.get_text())
        return True

    entry.connect("key-press-event", on_key)
    GLib.io_add_watch(answers.fileno(), GLib.PRIORITY_DEFAULT, GLib.IOCondition.IN | GLib.IOCondition.HUP, on_question)
    Gtk.main()


if __name__ == "__main__":
    main()
