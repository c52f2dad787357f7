"""The tabs of a dock: parts that scroll where the window is small, and never decide how wide the dock is."""

from qtpy.QtWidgets import QComboBox, QFrame, QScrollArea, QWidget

__all__ = ["DOCK_WIDTH", "scrolled"]

DOCK_WIDTH = 430
"""Of 1280 pixels this leaves the canvas as much, beside napari's own controls."""


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
