"""A Qt 5 text editor. Arguments: the path of the socket that the tests listen on.

Run by the system's Python, which has the bindings (Debian and Ubuntu: python3-pyqt5). The tests press F12 when they
want to know the current text: by then all keys before it have been dealt with.
"""

from __future__ import annotations

import sys

from answers import Answers
from PyQt5.QtCore import QSocketNotifier, Qt
from PyQt5.QtGui import QKeyEvent
from PyQt5.QtWidgets import QApplication, QPlainTextEdit


class Editor(QPlainTextEdit):
    """The window, and what it answers."""

    def __init__(self, socket_path: str) -> None:
        super().__init__()
        self.setWindowTitle("Qt text")
        self.resize(400, 300)
        self.show()
        self.setFocus()
        self._answers = Answers(socket_path, int(self.winId()))
        self._notifier = QSocketNotifier(self._answers.fileno(), QSocketNotifier.Read)
        self._notifier.activated.connect(self._on_question)
        self.textChanged.connect(lambda: self._answers.give_due(self._text()))

    def _text(self) -> str:
        return self.document().toRawText().replace("\u2029", "\n")  # toPlainText makes spaces of no-break spaces

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key_F12:
            self._answers.give(received=self._text())
        else:
            super().keyPressEvent(event)

    def _on_question(self) -> None:
        for question in self._answers.read():
            if question == "clear":
                QApplication.inputMethod().reset()
                self.clear()
                self._answers.give()
        self._answers.give_due(self._text())


def main() -> None:
    application = QApplication(sys.argv[:1])
    editor = Editor(sys.argv[1])
    application.exec_()
    del editor


if __name__ == "__main__":
    main()
