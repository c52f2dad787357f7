"""Editors for single settings: each shows one value, keeps to its bounds, and says when it changes."""

import json
from collections.abc import Sequence
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic.fields import FieldInfo
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QSpinBox, QWidget

__all__ = ["FieldEditor", "editor_for"]

_INT_LIMIT = 2**31 - 1


class FieldEditor(QWidget):
    """What a form needs of an editor: `value()`, `setValue()`, `valueChanged`."""

    valueChanged = Signal()

    def __init__(self, inner: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(inner)

    def value(self) -> Any:
        """What is shown; the model it goes into judges whether it is valid."""
        raise NotImplementedError

    def setValue(self, value: Any) -> None:
        """Show `value`."""
        raise NotImplementedError


class _Switch(FieldEditor):
    def __init__(self) -> None:
        self._box = QCheckBox()
        super().__init__(self._box)
        self._box.toggled.connect(self.valueChanged)

    def value(self) -> bool:
        return bool(self._box.isChecked())

    def setValue(self, value: Any) -> None:
        self._box.setChecked(bool(value))


class _Choice(FieldEditor):
    def __init__(self, choices: Sequence[Any]) -> None:
        self._choices = list(choices)
        self._box = QComboBox()
        self._box.addItems(["automatic" if choice is None else str(choice) for choice in self._choices])
        super().__init__(self._box)
        self._box.currentIndexChanged.connect(self.valueChanged)

    def value(self) -> Any:
        return self._choices[self._box.currentIndex()]

    def setValue(self, value: Any) -> None:
        self._box.setCurrentIndex(self._choices.index(value))


class _Whole(FieldEditor):
    def __init__(self, lowest: int, highest: int) -> None:
        self._box = QSpinBox()
        self._box.setRange(lowest, highest)
        self._box.setKeyboardTracking(False)
        super().__init__(self._box)
        self._box.valueChanged.connect(self.valueChanged)

    def value(self) -> int:
        return int(self._box.value())

    def setValue(self, value: Any) -> None:
        self._box.setValue(int(value))


class _Written(FieldEditor):
    """Numbers such as 3e-5, texts, lists: as JSON, or as the bare text where that is none."""

    def __init__(self, hint: str = "") -> None:
        self._line = QLineEdit()
        self._line.setPlaceholderText(hint)
        super().__init__(self._line)
        self._line.editingFinished.connect(self.valueChanged)

    def value(self) -> Any:
        text = self._line.text().strip()
        if not text:
            return None
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            return text

    def setValue(self, value: Any) -> None:
        if value is None:
            self._line.setText("")
        elif isinstance(value, float):
            self._line.setText(f"{value:.6g}")
        else:
            self._line.setText(value if isinstance(value, str) else json.dumps(value))


def editor_for(info: FieldInfo) -> FieldEditor:
    """The editor that suits a pydantic field: switch, choice, whole number, or a line to write in."""
    kind, optional = _without_none(info.annotation)
    if get_origin(kind) is Literal:
        return _Choice([*([None] if optional else []), *get_args(kind)])
    if kind is bool and not optional:
        return _Switch()
    if kind is int and not optional:
        return _Whole(*_bounds(info))
    return _Written("automatic" if optional else "")


def _without_none(annotation: Any) -> tuple[Any, bool]:
    if get_origin(annotation) in (Union, UnionType):
        rest = [part for part in get_args(annotation) if part is not NoneType]
        if len(rest) < len(get_args(annotation)) and len(rest) == 1:
            return rest[0], True
    return annotation, False


def _bounds(info: FieldInfo) -> tuple[int, int]:
    lowest, highest = -_INT_LIMIT, _INT_LIMIT
    for bound in info.metadata:
        if isinstance(bound, Ge):
            lowest = int(bound.ge)  # type: ignore[call-overload]
        elif isinstance(bound, Gt):
            lowest = int(bound.gt) + 1  # type: ignore[call-overload]
        elif isinstance(bound, Le):
            highest = int(bound.le)  # type: ignore[call-overload]
        elif isinstance(bound, Lt):
            highest = int(bound.lt) - 1  # type: ignore[call-overload]
    return lowest, highest
