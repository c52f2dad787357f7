import numpy as np
import pandas as pd

from napari_fathom.errors import FormatError
from napari_fathom.plankton.faults import Fault, fault_of, shorten
from napari_fathom.plankton.tables import IMAGE_COLUMNS, OBJECT_COLUMNS, Part, Tables, join_parts


def part(file: str, ids: list[str], **columns: list[object]) -> Part:
    objects = pd.DataFrame({"object_id": ids, **columns})
    images = pd.DataFrame({"row": range(len(ids)), "source": file, "member": ids})
    return Part(objects, images, file)


def test_parts_are_joined_in_order_with_all_columns_in_their_types() -> None:
    tables = join_parts([part("a", ["1", "2"], size=[1.5, 2.5]), part("b", ["3"], net=["WP2"])], "")
    assert list(tables.objects) == [*OBJECT_COLUMNS, "size", "net"]
    assert list(tables.images) == list(IMAGE_COLUMNS)
    assert tables.images["row"].tolist() == [0, 1, 2]
    assert tables.images["source"].tolist() == ["a", "a", "b"]
    assert tables.objects["net"].tolist() == ["", "", "WP2"]
    np.testing.assert_array_equal(tables.objects["size"], [1.5, 2.5, np.nan])
    assert {name: str(tables.objects[name].dtype) for name in OBJECT_COLUMNS} == OBJECT_COLUMNS
    assert {name: str(tables.images[name].dtype) for name in IMAGE_COLUMNS} == IMAGE_COLUMNS


def test_ids_said_again_are_numbered_past_those_that_are_taken() -> None:
    tables = join_parts([part("a", ["1", "1~2"], line=[3, 4]), part("b", ["1", "1"], line=[3, 4])], "")
    assert tables.objects["object_id"].tolist() == ["1", "1~2", "1~3", "1~4"]
    assert [fault.place for fault in tables.faults] == ["b, line 3", "b, line 4"]
    assert "a, line 3" in tables.faults[0].message


def test_classes_that_differ_only_in_case_are_told_at_the_line_of_the_second() -> None:
    tables = join_parts([part("t", ["1", "2", "3"], class_name=["Egg", "egg", "EGG"], line=[2, 3, 4])], "")
    assert [fault.place for fault in tables.faults] == ["t, line 3", "t, line 4"]


def test_a_column_that_parts_read_differently_is_text_and_an_empty_one_goes() -> None:
    parts = [part("a", ["1"], mesh=[200.0], none=[np.nan]), part("b", ["2"], mesh=["fine"], none=[""])]
    objects = join_parts(parts, "").objects
    assert objects["mesh"].tolist() == ["200.0", "fine"]
    assert "none" not in objects


def test_columns_that_looking_adds_are_not_taken_from_a_source() -> None:
    assert "fingerprint" not in join_parts([part("a", ["1"], fingerprint=[7])], "").objects


def test_parts_of_which_nothing_is_left_say_why_and_do_no_harm() -> None:
    fault = Fault("b", 2, "cut off")
    tables = join_parts([Part.empty("b", fault), part("a", ["1"], number=[7])], "")
    assert tables.objects["number"].dtype.kind == "i"
    assert tables.faults == (fault,)
    nothing = join_parts([Part.empty("b", fault)], "")
    assert isinstance(nothing, Tables)
    assert len(nothing.objects) == len(nothing.images) == 0


def test_a_file_with_a_thousand_faults_tells_the_first_and_that_there_are_more() -> None:
    faults = [Fault("a", line, "x") for line in range(1000)] + [Fault("b", 1, "y")]
    kept = shorten(faults, most=3)
    assert [fault.place for fault in kept] == ["a, line 0", "a, line 1", "a, line 2", "b, line 1", "a"]
    assert "more faults than the 3" in kept[-1].message


def test_an_error_is_told_as_a_fault_of_the_file_it_is_of() -> None:
    fault = fault_of(FormatError("/long/way/a.png", "a broken image", "Leave it out."), "set/a.png")
    assert str(fault) == "set/a.png: a broken image. Leave it out."
