"""Buttons that a key of the canvas presses too."""

from qtpy.QtWidgets import QPushButton

__all__ = ["ButtonKey", "button"]


def button(words: str, tip: str) -> QPushButton:
    """Make a button that tells what it does."""
    made = QPushButton(words)
    made.setToolTip(tip)
    return made


class ButtonKey:
    """A key that presses buttons: the first one that a hand could press now.

    Parameters
    ----------
    *buttons : QPushButton
        In this order.
    """

    def __init__(self, *buttons: QPushButton) -> None:
        self._buttons = buttons

    def press(self) -> None:
        """Press; nothing happens where none is in view and enabled."""
        for one in self._buttons:
            if one.isVisible() and one.isEnabled():
                one.click()
                return
