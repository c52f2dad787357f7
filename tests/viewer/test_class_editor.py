from typing import Any

import pytest
from qtpy.QtCore import Qt

from napari_fathom.labels.classes import DEFAULT_CLASSES
from napari_fathom.viewer.class_editor import ERASER, ClassEditor


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


def test_what_is_counted_and_what_keys_do_is_said_as_its_owner_calls_it(qtbot: Any) -> None:
    editor = ClassEditor("labelled images", "Digit that labels")
    qtbot.addWidget(editor)
    editor.setCounts({2: 5})
    row = editor._rows[2]
    assert row.count.toolTip() == "Labelled images"
    assert row.key.toolTip() == "Digit that labels; empty for none"
    assert row.remove.toolTip().startswith("Has labelled images")


def test_removing_the_chosen_class_leaves_the_eraser(qtbot: Any, editor: ClassEditor) -> None:
    editor.setSelected(2)
    qtbot.mouseClick(editor._rows[2].remove, Qt.MouseButton.LeftButton)
    assert editor.selected() == ERASER


def test_setting_a_value_tells_nobody(qtbot: Any, editor: ClassEditor) -> None:
    with qtbot.assertNotEmitted(editor.valueChanged):
        editor.setValue(DEFAULT_CLASSES.with_added("krill"))
    assert editor.value().names[-1] == "krill"
