"""A Tk text widget. Arguments: the path of the socket that the tests listen on."""

from __future__ import annotations

import sys
import tkinter

from answers import Answers


def main() -> None:
    root = tkinter.Tk()
    root.title("Tk text")
    text = tkinter.Text(root, width=60, height=20)
    text.pack()
    text.focus_set()
    root.wait_visibility(text)
    answers = Answers(sys.argv[1], root.winfo_id())

    def content() -> str:
        return text.get("1.0", "end-1c")  # Tk adds one newline of its own

    def settle() -> None:
        root.winfo_pointerxy()  # a round trip: all events sent until now have come
        root.update()

    def on_question(_file: object, _mask: int) -> None:
        for question in answers.read():
            settle()
            if question == "received":
                answers.give(received=content())
            elif question == "clear":
                text.delete("1.0", "end")
                answers.give()
        answers.give_due(content())

    def on_change(_event: object) -> None:
        text.edit_modified(False)
        answers.give_due(content())

    text.bind("<<Modified>>", on_change)
    root.createfilehandler(answers, tkinter.READABLE, on_question)
    root.mainloop()


if __name__ == "__main__":
    main()
