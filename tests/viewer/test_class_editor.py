from typing import Any

import pytest
from qtpy.QtCore import QEvent, Qt
from qtpy.QtGui import QFocusEvent
from qtpy.QtWidgets import QApplication, QWidget

from napari_fathom.labels import LARGEST_VOTE
from napari_fathom.labels.classes import DEFAULT_CLASSES, Classes
from napari_fathom.viewer.class_editor import ERASER, ClassEditor
from napari_fathom.viewer.class_words import IMAGE_WORDS


@pytest.fixture
def editor(qtbot: Any) -> ClassEditor:
    editor = ClassEditor()
    qtbot.addWidget(editor)
    editor.show()
    return editor


def retype(qtbot: Any, field: Any, text: str) -> None:
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def test_it_starts_with_the_papers_three_classes_and_the_first_chosen(editor: ClassEditor) -> None:
    assert editor.value() == DEFAULT_CLASSES
    assert editor.selected() == 1


def test_a_click_chooses_the_class_to_paint_with(qtbot: Any, editor: ClassEditor) -> None:
    with qtbot.waitSignal(editor.selectedChanged, check_params_cb=lambda value: value == 3):
        editor.setSelected(3)
    assert editor.selected() == 3
    editor.setSelected(ERASER)
    assert editor.selected() == ERASER


def test_renaming_keeps_the_value_and_the_choice(qtbot: Any, editor: ClassEditor) -> None:
    editor.setSelected(2)
    with qtbot.waitSignal(editor.valueChanged):
        retype(qtbot, editor._rows[2].name, "herring")
    assert editor.value()[2].name == "herring"
    assert editor.selected() == 2


def test_a_name_that_another_class_has_is_taken_back_and_explained(qtbot: Any, editor: ClassEditor) -> None:
    with qtbot.assertNotEmitted(editor.valueChanged):
        retype(qtbot, editor._rows[2].name, "Background")
    assert editor.value() == DEFAULT_CLASSES
    assert "background" in editor.message()
    assert editor._rows[2].name.text() == "sandeel"


def test_a_key_can_be_changed(qtbot: Any, editor: ClassEditor) -> None:
    retype(qtbot, editor._rows[3].key, "h")
    assert editor.value()[3].key == "h"


def test_a_class_can_be_recoloured(editor: ClassEditor) -> None:
    editor._rows[1].recoloured.emit(1, "#123456")
    assert editor.value()[1].colour == "#123456"


def test_a_class_is_added_with_a_free_value_and_key(qtbot: Any, editor: ClassEditor) -> None:
    qtbot.mouseClick(editor._add, Qt.MouseButton.LeftButton)
    added = editor.value()[4]
    assert (added.name, added.key) == ("class 4", "4")


def test_a_class_with_painted_pixels_can_not_be_removed(qtbot: Any, editor: ClassEditor) -> None:
    editor.setCounts({1: 0, 2: 1234})
    assert editor._rows[2].count.text() == "1,234"
    qtbot.mouseClick(editor._rows[2].remove, Qt.MouseButton.LeftButton)
    assert 2 in editor.value()
    qtbot.mouseClick(editor._rows[1].remove, Qt.MouseButton.LeftButton)
    assert 1 not in editor.value()


def test_of_images_it_speaks_of_images(qtbot: Any) -> None:
    editor = ClassEditor(IMAGE_WORDS)
    qtbot.addWidget(editor)
    editor.setCounts({2: 5})
    row = editor._rows[2]
    assert row.count.toolTip() == "Labelled images"
    assert row.remove.toolTip().startswith("Has labelled images. Give them another class")
    tips = [part.toolTip() for part in editor.findChildren(QWidget)]
    assert not [tip for tip in tips if "pixel" in tip or "region" in tip or "layer" in tip]


def test_a_long_name_is_shown_short_and_edited_whole(qtbot: Any) -> None:
    editor = ClassEditor(IMAGE_WORDS)
    qtbot.addWidget(editor)
    names = ("Crustacea>Copepoda>egg", "Actinopterygii>egg", "A>" + "a very long name, " * 5 + "really")
    editor.setValue(Classes((), LARGEST_VOTE).with_all_added(names))
    editor.resize(400, 300)
    with qtbot.waitExposed(editor):
        editor.show()
    first, second, third = (row.name for row in editor._rows.values())
    first.clearFocus()
    assert (first.text(), second.text()) == ("egg<Copepoda", "egg<Actinopterygii")
    assert third.text().startswith("a very") and third.text().endswith("…")
    assert third.toolTip().startswith(names[2])
    QApplication.sendEvent(first, QFocusEvent(QEvent.Type.FocusIn))
    assert first.text() == names[0]
    QApplication.sendEvent(first, QFocusEvent(QEvent.Type.FocusOut))
    assert editor.value().names == names and first.text() == "egg<Copepoda"


def test_removing_the_chosen_class_leaves_the_eraser(qtbot: Any, editor: ClassEditor) -> None:
    editor.setSelected(2)
    qtbot.mouseClick(editor._rows[2].remove, Qt.MouseButton.LeftButton)
    assert editor.selected() == ERASER


def test_setting_a_value_tells_nobody(qtbot: Any, editor: ClassEditor) -> None:
    with qtbot.assertNotEmitted(editor.valueChanged):
        editor.setValue(DEFAULT_CLASSES.with_added("krill"))
    assert editor.value().names[-1] == "krill"
