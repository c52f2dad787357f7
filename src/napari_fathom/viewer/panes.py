"""The pages of the dock: parts above each other, which scroll and never decide how wide the dock is."""

from qtpy.QtWidgets import QComboBox, QFrame, QGroupBox, QScrollArea, QVBoxLayout, QWidget

__all__ = ["DOCK_WIDTH", "PAGE_MARGIN", "scrolled", "stacked", "titled"]

DOCK_WIDTH = 430
"""Of 1280 pixels this leaves the canvas as much, beside napari's own controls."""

PAGE_MARGIN = 6


def scrolled(part: QWidget) -> QScrollArea:
    """Put a part into an area that scrolls."""
    for box in part.findChildren(QComboBox):  # their longest entry must not decide how wide the dock is
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(2)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidget(part)
    return area


def stacked(*parts: QWidget, margin: int = 0) -> QWidget:
    """Put parts above each other, the free room below them; a whole page has a margin, in pixels."""
    whole = QWidget()
    column = QVBoxLayout(whole)
    column.setContentsMargins(margin, margin, margin, margin)
    for part in parts:
        column.addWidget(part)
    column.addStretch(1)
    return whole


def titled(title: str, *parts: QWidget) -> QGroupBox:
    """Put parts above each other into a frame with a title."""
    box = QGroupBox(title)
    column = QVBoxLayout(box)
    for part in parts:
        column.addWidget(part)
    return box
