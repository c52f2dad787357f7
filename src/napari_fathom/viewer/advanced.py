"""A form for any pydantic model: an editor a field, its description the tooltip, its bounds the editor's."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QFormLayout, QLabel, QVBoxLayout, QWidget
from superqt import QCollapsible
from superqt.utils import signals_blocked

from napari_fathom.viewer.field_editors import FieldEditor, editor_for

__all__ = ["SettingsForm"]

_UNITS = {"db": "dB", "hz": "Hz", "m": "m", "nmi": "nmi"}
_Model = TypeVar("_Model", bound=BaseModel)


class SettingsForm(QWidget, Generic[_Model]):
    """Edit a frozen pydantic model.

    Parameters
    ----------
    start : BaseModel
        The values to begin with; its type gives the fields.
    skip : frozenset of str
        Fields that are chosen elsewhere in the dock; they keep what `setValue` brought.
    groups : mapping of str to sequence of str, optional
        Heading to fields, each heading a section that opens and closes; fields under none come last.
    """

    valueChanged = Signal(object)
    """The new model, only when it is valid."""

    def __init__(
        self,
        start: _Model,
        *,
        skip: frozenset[str] = frozenset(),
        groups: Mapping[str, Sequence[str]] = MappingProxyType({}),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._value = start
        self._editors: dict[str, FieldEditor] = {}
        self._complaint = QLabel()
        self._complaint.setWordWrap(True)
        self._complaint.hide()
        self.sections: dict[str, QCollapsible] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self._complaint)
        fields = {name: info for name, info in type(start).model_fields.items() if name not in skip}
        for title, names in groups.items():
            mine = {name: fields.pop(name) for name in names if name in fields}
            self.sections[title] = _section(title, self._rows(mine))
            column.addWidget(self.sections[title])
        if fields:
            column.addWidget(self._rows(fields))
        self.setValue(start)
        for editor in self._editors.values():
            editor.valueChanged.connect(self._take)

    def value(self) -> _Model:
        """The last valid model."""
        return self._value

    def setValue(self, value: _Model) -> None:
        """Show `value`."""
        self._value = value
        for name, editor in self._editors.items():
            with signals_blocked(editor):
                editor.setValue(getattr(value, name))
        self._complaint.hide()

    def editor(self, name: str) -> FieldEditor:
        """The editor of one field.

        Raises
        ------
        KeyError
            If the form doesn't show that field.
        """
        return self._editors[name]

    def complaint(self) -> str:
        """Why what is shown is not valid; empty when it is."""
        return "" if self._complaint.isHidden() else str(self._complaint.text())

    def _rows(self, fields: Mapping[str, FieldInfo]) -> QWidget:
        rows = QWidget()
        form = QFormLayout(rows)
        form.setContentsMargins(0, 0, 0, 0)
        for name, info in fields.items():
            self._editors[name] = _titled_row(form, name, info)
        return rows

    def _take(self) -> None:
        shown = {name: editor.value() for name, editor in self._editors.items()}
        try:
            value = type(self._value).model_validate({**self._value.model_dump(), **shown})
        except ValidationError as error:
            self._complaint.setText(_in_words(error))
            self._complaint.show()
            return
        self._complaint.hide()
        if value != self._value:
            self._value = value
            self.valueChanged.emit(value)


def _titled_row(form: QFormLayout, name: str, info: FieldInfo) -> FieldEditor:
    editor = editor_for(info)
    label = QLabel(info.title or _spelled(name))
    for part in (label, editor):
        part.setToolTip(info.description or name)
    form.addRow(label, editor)
    return editor


def _section(title: str, content: QWidget) -> QCollapsible:
    section = QCollapsible(title, expandedIcon="▾", collapsedIcon="▸")
    layout = section.layout()
    if layout is not None:
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
    section.addWidget(content)
    section.collapse(animate=False)
    return section


def _spelled(name: str) -> str:
    """A field's name as a label; a unit at its end is written as one."""
    words, _, last = name.rpartition("_")
    return (
        f"{words.replace('_', ' ')} ({_UNITS[last]})" if words and last in _UNITS else name.replace("_", " ")
    )


def _in_words(error: ValidationError) -> str:
    return "\n".join(
        f"{' '.join(str(part) for part in problem['loc']).replace('_', ' ')}: {problem['msg']} "
        f"(found {problem['input']!r}); the former value stays in force."
        for problem in error.errors()
    )
