"""Which words of a widget can't be read whole as it is shown now."""

from qtpy.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QStyle,
    QStyleOptionComboBox,
    QWidget,
)

__all__ = ["cut_words"]


def cut_words(root: QWidget) -> list[str]:
    """Compare what each visible label, button, choice and number needs with the room it has.

    Returns
    -------
    list of str
        The words that are cut, each with the pixels it has and those it needs.
    """
    found = []
    for widget in root.findChildren(QWidget):
        if widget.isVisible():
            words, has, needs = _room(widget)
            if needs > has:
                found.append(f"{words!r} of {type(widget).__name__} has {has} px, needs {needs}")
    return found


def _room(widget: QWidget) -> tuple[str, int, int]:
    """(words, pixels there are, pixels needed); 0 needed for what holds no words."""
    if isinstance(widget, QLabel) and widget.wordWrap():
        return widget.text(), widget.height(), widget.heightForWidth(widget.width()) if widget.text() else 0
    if isinstance(widget, QLabel | QAbstractButton):
        return widget.text(), widget.width(), widget.sizeHint().width() if widget.text() else 0
    if isinstance(widget, QAbstractSpinBox):
        return widget.text(), widget.width(), widget.sizeHint().width()
    if isinstance(widget, QComboBox):
        return _longest_entry(widget)
    return "", 0, 0


def _longest_entry(box: QComboBox) -> tuple[str, int, int]:
    """Not only what is chosen now: whatever can be chosen must be readable then."""
    option = QStyleOptionComboBox()
    box.initStyleOption(option)
    field = box.style().subControlRect(
        QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, box
    )
    entries = [box.itemText(at) for at in range(box.count())] or [""]
    words = max(entries, key=box.fontMetrics().horizontalAdvance)
    return words, field.width(), box.fontMetrics().horizontalAdvance(words)
