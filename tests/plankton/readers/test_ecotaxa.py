from collections.abc import Sequence
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pandas as pd
import pytest
from tests.plankton.sets import drawn, encoded, tables_of, told, write

from napari_fathom.errors import FormatError
from napari_fathom.plankton import sniff
from napari_fathom.plankton.readers.ecotaxa_fields import full_name

HEADER = (
    "object_id",
    "img_file_name",
    "object_annotation_status",
    "object_annotation_category",
    "object_area",
)
TYPES = ("[t]", "[t]", "[t]", "[t]", "[f]")


def table(*rows: Sequence[str], header: Sequence[str] = HEADER, types: Sequence[str] | None = TYPES) -> str:
    lines = [header, *([types] if types else []), *rows]
    return "".join("\t".join(line) + "\n" for line in lines)


def ecotaxa(folder: Path, *rows: Sequence[str], images: int = 4, **more: Sequence[str] | None) -> Path:
    """A table, and the first four pictures as far as it names them."""
    write(folder / "ecotaxa_set.tsv", table(*rows, **more))  # type: ignore[arg-type]
    for number in range(images):
        if any(f"{number}.png" in row for row in rows):
            write(folder / f"{number}.png", drawn(number))
    return folder


def test_a_row_an_image_with_its_class_state_and_free_columns(tmp_path: Path) -> None:
    ecotaxa(tmp_path, ("a", "0.png", "Validated", "Copepoda", "12.5"), ("b", "1.png", "", "", ""))
    tables = tables_of(tmp_path)
    assert sniff(tmp_path) == "ecotaxa"
    assert tables.objects["class_name"].tolist() == ["Copepoda", ""]
    assert tables.objects["status"].tolist() == ["validated", ""]
    np.testing.assert_array_equal(tables.objects["object_area"], [12.5, np.nan])
    assert tables.images["member"].tolist() == ["0.png", "1.png"]
    assert not tables.faults


def test_several_rows_of_one_id_are_images_of_one_object_in_the_order_of_their_ranks(tmp_path: Path) -> None:
    header = ("object_id", "img_file_name", "img_rank")
    rows = [("a", "1.png", "1"), ("b", "2.png", "0"), ("a", "0.png", "0"), ("b", "2.png", "0")]
    tables = tables_of(ecotaxa(tmp_path, *rows, header=header, types=("[t]", "[t]", "[f]")))
    assert tables.objects["object_id"].tolist() == ["a", "b"]
    assert tables.images["member"].tolist() == ["0.png", "1.png", "2.png"]
    assert told(tables) == [("ecotaxa_set.tsv", 6)]  # the row that stands twice


def test_two_objects_with_one_id_are_told_with_both_lines_and_both_load(tmp_path: Path) -> None:
    rows = ("a", "0.png", "predicted", "Copepoda", "1"), ("a", "1.png", "predicted", "detritus", "9")
    tables = tables_of(ecotaxa(tmp_path, *rows))
    assert tables.objects["object_id"].tolist() == ["a", "a~2"]
    assert told(tables) == [("ecotaxa_set.tsv", 4)]
    assert "ecotaxa_set.tsv, line 3" in tables.faults[0].message


def test_an_id_of_another_table_is_another_object(tmp_path: Path) -> None:
    for name in ("one", "two"):
        ecotaxa(tmp_path / name, ("a", "0.png", "", "", ""))
    tables = tables_of(tmp_path)
    assert tables.objects["object_id"].tolist() == ["a", "a~2"]
    assert told(tables) == [("two/ecotaxa_set.tsv", 3)]


def test_a_missing_row_of_types_is_told_and_numbers_are_found(tmp_path: Path) -> None:
    rows = ("a", "0.png", "predicted", "Copepoda", "12.5"), ("b", "1.png", "", "", "3")
    tables = tables_of(ecotaxa(tmp_path, *rows, types=None))
    assert tables.objects["object_area"].tolist() == [12.5, 3.0]
    assert told(tables) == [("ecotaxa_set.tsv", 2)]


def test_an_unknown_prefix_is_told_and_its_column_kept(tmp_path: Path) -> None:
    header = ("object_id", "img_file_name", "my_note")
    tables = tables_of(ecotaxa(tmp_path, ("a", "0.png", "x"), header=header, types=("[t]", "[t]", "[t]")))
    assert told(tables) == [("ecotaxa_set.tsv", 1)]
    assert "'my_note'" in tables.faults[0].message
    assert tables.objects["my_note"].tolist() == ["x"]


def test_a_missing_image_is_told_by_its_line_and_its_object_stays(tmp_path: Path) -> None:
    rows = ("a", "0.png", "", "", ""), ("b", "gone.png", "", "", ""), ("c", "1.png", "", "", "")
    tables = tables_of(ecotaxa(tmp_path, *rows))
    assert told(tables) == [("ecotaxa_set.tsv", 4)]
    assert len(tables.objects) == 3
    assert tables.images["row"].tolist() == [0, 2]


def test_a_table_without_any_of_its_images_is_told_once(tmp_path: Path) -> None:
    rows = ("a", "0.png", "", "", ""), ("b", "1.png", "", "", "")
    tables = tables_of(ecotaxa(tmp_path, *rows, images=0))
    assert told(tables) == [("ecotaxa_set.tsv", None)]
    assert len(tables.objects) == 2


def test_an_image_is_found_whatever_its_case_and_slashes(tmp_path: Path) -> None:
    write(tmp_path / "ecotaxa_set.tsv", table(("a", "IMG\\0.PNG", "", "", "")))
    write(tmp_path / "img" / "0.png", drawn(0))
    assert tables_of(tmp_path).images["member"].tolist() == ["img/0.png"]


def test_a_wrong_number_state_or_position_costs_one_field(tmp_path: Path) -> None:
    header = (
        "object_id",
        "img_file_name",
        "object_annotation_status",
        "object_annotation_category",
        "object_area",
        "object_lat",
        "object_date",
    )
    rows = [
        ("a", "0.png", "maybe", "x", "many", "95", "20203301"),
        ("b", "1.png", "dubious", "x", "2", "45.5", "20200301"),
    ]
    tables = tables_of(
        ecotaxa(tmp_path, *rows, header=header, types=("[t]", "[t]", "[t]", "[t]", "[f]", "[f]", "[t]"))
    )
    assert told(tables) == [("ecotaxa_set.tsv", 3)] * 4
    assert tables.objects["status"].tolist() == ["", "dubious"]
    np.testing.assert_array_equal(tables.objects["object_area"], [np.nan, 2])
    np.testing.assert_array_equal(tables.objects["latitude"], [np.nan, 45.5])


def test_a_state_needs_a_class_and_a_class_without_one_is_predicted(tmp_path: Path) -> None:
    rows = ("a", "0.png", "validated", "", ""), ("b", "1.png", "", "Copepoda", "")
    tables = tables_of(ecotaxa(tmp_path, *rows))
    assert tables.objects["status"].tolist() == ["", "predicted"]
    assert told(tables) == [("ecotaxa_set.tsv", 3)]


def test_times_without_their_leading_zeros_positions_in_minutes_and_depths(tmp_path: Path) -> None:
    header = (
        "object_id", "img_file_name", "object_date", "object_time", "object_lat", "object_depth_min",
        "object_depth_max",
    )  # fmt: skip
    rows = [
        ("a", "0.png", "20140420", "420", "-12°30 00", "600", "1000"),
        ("b", "1.png", "2011-06-28", "09:02:39", "12.25", "5", ""),
        ("c", "2.png", "20110628", "90239", "", "", ""),
        ("d", "3.png", "20110628", "", "", "", ""),
    ]
    types = ("[t]", "[t]", "[t]", "[t]", "[f]", "[f]", "[f]")
    objects = tables_of(ecotaxa(tmp_path, *rows, header=header, types=types)).objects
    assert objects["date"].tolist() == [
        pd.Timestamp("2014-04-20 04:20"),
        *[pd.Timestamp("2011-06-28 09:02:39")] * 2,
        pd.Timestamp("2011-06-28"),
    ]
    np.testing.assert_array_equal(objects["latitude"], [-12.5, 12.25, np.nan, np.nan])
    np.testing.assert_array_equal(objects["depth_m"], [800, 5, np.nan, np.nan])


@pytest.mark.parametrize(
    ("category", "hierarchy", "name"),
    [
        ("egg<other", "Biota>other>egg", "Biota>other>egg"),
        ("egg<other", "", "other>egg"),
        ("Copepoda", "", "Copepoda"),
        ("Amphidinium-like", "Amphidinium", "Amphidinium-like"),
        ("", "", "84963"),
    ],
)
def test_a_class_is_named_from_the_root_down(category: str, hierarchy: str, name: str) -> None:
    assert full_name(category, hierarchy, "84963") == name


def test_a_zip_is_read_in_place_and_names_that_climb_out_are_refused(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "set.zip", "w") as archive:
        archive.writestr(
            "s/ecotaxa_set.tsv", table(("a", "0.png", "", "", ""), ("b", "../../1.png", "", "", ""))
        )
        archive.writestr("s/0.png", encoded(drawn(0)))
        archive.writestr("../1.png", encoded(drawn(1)))
        archive.writestr("/etc/2.png", encoded(drawn(2)))
    tables = tables_of(tmp_path / "set.zip")
    assert tables.images["member"].tolist() == ["s/0.png"]
    assert [fault.file for fault in tables.faults] == [
        "s/ecotaxa_set.tsv", "set.zip: ../1.png", "set.zip: /etc/2.png",
    ]  # fmt: skip
    assert "climbs out" in tables.faults[1].message


def test_archives_in_a_folder_are_one_collection_as_uvp6_projects_are(tmp_path: Path) -> None:
    for name in ("s1", "s2"):
        with ZipFile(tmp_path / f"{name}_Images.zip", "w") as archive:
            archive.writestr(f"ecotaxa_{name}.tsv", table((name, "sub/0.png", "", "", "")))
            archive.writestr("sub/0.png", encoded(drawn(0)))
    tables = tables_of(tmp_path)
    assert tables.objects["object_id"].tolist() == ["s1", "s2"]
    assert tables.images["source"].nunique() == 2


def test_an_archive_in_an_archive_is_told(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "set.zip", "w") as archive:
        archive.writestr("ecotaxa_set.tsv", table(("a", "0.png", "", "", "")))
        archive.writestr("0.png", encoded(drawn(0)))
        archive.writestr("more_Images.zip", b"")
    assert told(tables_of(tmp_path / "set.zip")) == [("more_Images.zip", None)]


def test_a_broken_table_leaves_the_others(tmp_path: Path) -> None:
    ecotaxa(tmp_path, ("a", "0.png", "", "", ""))
    write(tmp_path / "ecotaxa_empty.tsv", "")
    write(tmp_path / "ecotaxa_header.tsv", table())
    tables = tables_of(tmp_path)
    assert len(tables.objects) == 1
    assert told(tables) == [("ecotaxa_empty.tsv", None), ("ecotaxa_header.tsv", None)]


def test_a_damaged_archive_names_itself(tmp_path: Path) -> None:
    write(tmp_path / "cut.zip", b"PK\x03\x04 and no more")
    with pytest.raises(FormatError, match=r"cut\.zip"):
        tables_of(tmp_path / "cut.zip")


def test_a_hundred_thousand_rows_of_numbers(tmp_path: Path) -> None:
    count = 100_000
    header = ("object_id", "img_file_name", *(f"object_f{number}" for number in range(20)))
    values = "\t".join(["0.25"] * 20)
    text = table(header=header, types=("[t]", "[t]", *["[f]"] * 20))
    write(tmp_path / "ecotaxa_large.tsv", text + "".join(f"o{n}\t0.png\t{values}\n" for n in range(count)))
    write(tmp_path / "0.png", drawn(0))
    tables = tables_of(tmp_path)
    assert len(tables.objects) == len(tables.images) == count
    assert tables.objects["object_f19"].eq(0.25).all()
