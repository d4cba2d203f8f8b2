"""A Qt 5 field that takes digits only and has some of the user's. Arguments: the path of the tests' socket.

Run by the system's Python, as ``qt_text.py``. The tests press F12 when they want to know what its text is.
"""

from __future__ import annotations

import sys

from answers import Answers
from PyQt5.QtCore import QRegularExpression, QSocketNotifier, Qt
from PyQt5.QtGui import QKeyEvent, QRegularExpressionValidator
from PyQt5.QtWidgets import QApplication, QLineEdit


class Field(QLineEdit):
    """The window, and what it answers."""

    def __init__(self, socket_path: str) -> None:
        super().__init__("0123456789")
        self.setValidator(QRegularExpressionValidator(QRegularExpression("[0-9]*")))
        self.setWindowTitle("Qt field")
        self.resize(400, 60)
        self.show()
        self.setFocus()
        self.end(False)
        self._answers = Answers(socket_path, int(self.winId()))
        self._notifier = QSocketNotifier(self._answers.fileno(), QSocketNotifier.Read)
        self._notifier.activated.connect(self._on_question)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key_F12:
            self._answers.give(received=self.text())
        else:
            super().keyPressEvent(event)

    def _on_question(self) -> None:
        self._answers.read()
        self._answers.give_due(self.text())


def main() -> None:
    application = QApplication(sys.argv[:1])
    field = Field(sys.argv[1])
    application.exec_()
    del field


if __name__ == "__main__":
    main()
