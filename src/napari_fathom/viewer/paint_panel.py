"""Classes, painting and its preview in one panel, wired to the study that is open."""

from typing import TYPE_CHECKING

from qtpy.QtWidgets import QCheckBox, QLabel, QVBoxLayout, QWidget

from napari_fathom.errors import LabelError
from napari_fathom.viewer.class_editor import ClassEditor
from napari_fathom.viewer.paint_keys import bind_class_keys
from napari_fathom.viewer.paint_preview import PaintPreview
from napari_fathom.viewer.paint_tools import PaintTools
from napari_fathom.viewer.session import Session

if TYPE_CHECKING:
    import napari

    from napari_fathom.labels import Classes

__all__ = ["PaintPanel"]

NO_STUDY = "Open a survey first; then choose a class and paint a few strokes over the echogram."
READY = "Drag over the echogram to paint; Ctrl+Z takes a stroke back. Every stroke is saved as you finish it."


class PaintPanel(QWidget):
    """The class editor, the painting tools, and a word on whether painting is possible here.

    Parameters
    ----------
    viewer : napari.Viewer
        Whose session it works on.
    """

    def __init__(self, viewer: "napari.Viewer") -> None:
        super().__init__()
        self._session = Session.of(viewer)
        self._bound: Classes | None = None
        self.classes = ClassEditor()
        self.tools = PaintTools()
        self.tools.chosen.connect(self._set_mode)
        self.brush = self.tools.buttons["paint"]
        self.preview = QCheckBox("Preview while painting")
        self.preview.setToolTip(
            "After each stroke, tint what resembles your strokes so far in the part in view (Shift+P).\n"
            "A quick guess to paint by; Retrain learns properly."
        )
        self.preview_hint, self.hint = QLabel(), QLabel()
        self._previewing: PaintPreview | None = None
        layout = QVBoxLayout(self)
        for part in (self.classes, self.tools, self.preview, self.preview_hint, self.hint):
            layout.addWidget(part)
        for label in (self.preview_hint, self.hint):
            label.setWordWrap(True)
        layout.addStretch()
        self.classes.valueChanged.connect(self._change_classes)
        self.classes.selectedChanged.connect(self._select)
        self.preview.toggled.connect(self._want_preview)
        self._session.studyChanged.connect(self._show_study)
        self._session.labelsChanged.connect(self._count)
        self._session.labelsChanged.connect(self._renew_preview)
        self._session.classesChanged.connect(self._show_classes)
        self._show_study()

    def toggle_preview(self) -> None:
        """Switch the preview on or off."""
        if self.preview.isEnabled():
            self.preview.toggle()

    def leave(self) -> None:
        """Take the preview away; for the end of the dock."""
        self.preview.setChecked(False)

    def _want_preview(self, wanted: bool) -> None:
        """Begin a preview of the study that is open now, or end the former."""
        if self._previewing is not None:
            self._previewing.close()
            self._previewing.deleteLater()
            self._previewing = None
        self._tell_preview("")
        study, painting = self._session.study, self._session.paint
        if wanted and study is not None and painting is not None:
            self._tell_preview("Looking at the part in view…")
            self._previewing = PaintPreview(study, painting, self._session.quick, self)
            self._previewing.told.connect(self._tell_preview)
            self._previewing.failed.connect(self._session.failed)
            self._previewing.renew()

    def _renew_preview(self) -> None:
        if self._previewing is not None:
            self._previewing.renew()

    def _tell_preview(self, words: str) -> None:
        self.preview_hint.setText(words)
        self.preview_hint.setVisible(bool(words))

    def _show_study(self, study: object = None) -> None:
        painting = self._session.paint
        self._bound = None
        for widget in (self.classes, self.tools, self.preview):
            widget.setEnabled(painting is not None)
        self._want_preview(self.preview.isChecked())
        if painting is None:
            self.hint.setText(NO_STUDY)
            return
        painting.hintChanged.connect(self._hint)
        painting.layerMade.connect(self._prepare_layer)
        self.classes.setValue(painting.store.classes)
        self._prepare_layer()
        self._count()
        self._hint(painting.hint)

    def _prepare_layer(self) -> None:
        """Keys and the chosen class, for a layer that is new or was made again."""
        self._bound = None
        self._bind(self.classes.value())
        self._select(self.classes.selected())
        if self._session.paint is not None:
            layer = self._session.paint.layer
            layer.events.selected_label.connect(self._follow_layer)
            layer.events.mode.connect(self._follow_mode)
            self._follow_mode()

    def _bind(self, classes: "Classes") -> None:
        if self._session.paint is not None:
            bind_class_keys(self._session.paint.layer, self._bound, classes, self.classes.setSelected)
            self._bound = classes

    def _select(self, value: int) -> None:
        if self._session.paint is not None:
            self._session.paint.layer.selected_label = value

    def _follow_layer(self, event: object = None) -> None:
        """The label was chosen in napari's own controls, or picked from the canvas."""
        if self._session.paint is not None:
            self.classes.setSelected(int(self._session.paint.layer.selected_label))

    def _follow_mode(self, event: object = None) -> None:
        """The tool was chosen in napari's own controls, or by a key."""
        if self._session.paint is not None:
            self.tools.setValue(str(self._session.paint.layer.mode))

    def _set_mode(self, mode: str) -> None:
        painting, viewer = self._session.paint, self._session.viewer
        if painting is not None and viewer is not None:
            viewer.layers.selection.active = painting.layer
            painting.layer.mode = mode
            self._follow_mode()

    def _change_classes(self, classes: "Classes") -> None:
        if self._session.paint is not None:
            self._session.set_classes(classes, self._tell_refusal)

    def _tell_refusal(self, refusal: LabelError | None) -> None:
        """Show the classes that there are where others are refused: one was painted meanwhile."""
        painting = self._session.paint
        if painting is not None and refusal is not None:
            self.classes.setValue(painting.classes)
            self.hint.setText(str(refusal))

    def _show_classes(self) -> None:
        """They may have been changed here, in another dock, or by an import."""
        if self._session.paint is not None:
            classes = self._session.paint.classes
            self.classes.setValue(classes)
            self._bind(classes)
            if self._previewing is not None:
                self._previewing.recolour()

    def _count(self) -> None:
        if self._session.paint is not None:
            self.classes.setCounts(self._session.paint.store.counts())

    def _hint(self, hint: str) -> None:
        self.hint.setText(hint or READY)
