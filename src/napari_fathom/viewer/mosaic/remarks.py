"""What was found amiss in a collection's files, or had to be assumed: one line that opens into a list."""

from collections.abc import Sequence

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QPlainTextEdit, QToolButton, QVBoxLayout, QWidget

__all__ = ["Remarks"]

_HEIGHT_PX = 140


class Remarks(QWidget):
    """Seen only where there are any; closed until somebody wants to read them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button = QToolButton()
        self.button.setCheckable(True)
        self.button.setAutoRaise(True)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setToolTip("What was found amiss in the files, or had to be assumed to read them")
        self.texts = QPlainTextEdit()
        self.texts.setReadOnly(True)
        self.texts.setFixedHeight(_HEIGHT_PX)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.button)
        column.addWidget(self.texts)
        self.button.toggled.connect(self._open)
        self.setValue(())

    def setValue(self, remarks: Sequence[str]) -> None:
        """Show other remarks; the list stays open or closed as it is."""
        count = len(remarks)
        self.button.setText(f"{count:,} remark{'' if count == 1 else 's'} on the files")
        self.texts.setPlainText("\n".join(f"• {remark}" for remark in remarks))
        self._open(self.button.isChecked())
        self.setVisible(count > 0)

    def _open(self, wide: bool) -> None:
        self.button.setArrowType(Qt.ArrowType.DownArrow if wide else Qt.ArrowType.RightArrow)
        self.texts.setVisible(wide)
