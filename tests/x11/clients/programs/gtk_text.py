"""A GTK 3 text view. Arguments: the path of the socket that the tests listen on.

Run by the system's Python, which has the bindings (Debian and Ubuntu: python3-gi, gir1.2-gtk-3.0). The tests press F12
when they want to know the current text: by then all keys before it have been dealt with.
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
    window = Gtk.Window(title="GTK text")
    window.set_default_size(400, 300)
    view = Gtk.TextView()
    window.add(view)
    window.show_all()
    view.grab_focus()
    answers = Answers(sys.argv[1], window.get_window().get_xid())
    buffer = view.get_buffer()

    def content() -> str:
        return buffer.get_text(buffer.get_start_iter(), buffer.get_end_iter(), True)

    def on_key(_view: object, event: Gdk.EventKey) -> bool:
        if event.keyval != Gdk.KEY_F12:
            return False
        answers.give(received=content())
        return True

    def on_question(*_unused: object) -> bool:
        for question in answers.read():
            if question == "clear":
                view.reset_im_context()
                buffer.set_text("")
                answers.give()
        answers.give_due(content())
        return True

    view.connect("key-press-event", on_key)
    buffer.connect("changed", lambda _buffer: answers.give_due(content()))
    GLib.io_add_watch(answers.fileno(), GLib.PRIORITY_DEFAULT, GLib.IOCondition.IN | GLib.IOCondition.HUP, on_question)
    Gtk.main()


if __name__ == "__main__":
    main()
