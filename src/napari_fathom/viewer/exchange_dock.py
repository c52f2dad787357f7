"""Export: labels and answers out, and labels made elsewhere in."""

from typing import TYPE_CHECKING

from qtpy.QtWidgets import QGroupBox, QVBoxLayout, QWidget

from napari_fathom.viewer.export_panel import ExportPanel
from napari_fathom.viewer.import_panel import ImportPanel

if TYPE_CHECKING:
    from napari_fathom.viewer.session import Session

__all__ = ["ExchangeDock"]


class ExchangeDock(QWidget):
    """The two panels, one above the other.

    Parameters
    ----------
    session : Session
    """

    def __init__(self, session: "Session", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.export = ExportPanel(session)
        self.incoming = ImportPanel(session)
        column = QVBoxLayout(self)
        for title, part in (("Export", self.export), ("Import labels", self.incoming)):
            box = QGroupBox(title)
            inner = QVBoxLayout(box)
            inner.addWidget(part)
            column.addWidget(box)
        column.addStretch(1)

    def disconnect_viewer(self) -> None:
        """Let go of the viewer, when the dock closes."""
        self.incoming.disconnect_viewer()
