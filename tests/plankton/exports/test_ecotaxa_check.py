"""The check of EcoTaxa's rules: each rule broken once, and real sets that EcoTaxa takes."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from napari_fathom.errors import FormatError
from napari_fathom.plankton.exports import check_ecotaxa
from napari_fathom.plankton.exports.pictures import png_bytes

PICTURE = png_bytes(np.zeros((4, 4), np.uint8))
COLUMNS = {
    "object_id": "[t]",
    "img_file_name": "[t]",
    "object_lat": "[f]",
    "object_date": "[t]",
    "object_time": "[t]",
    "object_annotation_status": "[t]",
    "object_annotation_category": "[t]",
    "object_area": "[f]",
    "object_remark": "[t]",
    "sample_id": "[t]",
    "sample_ship": "[t]",
}
GOOD = {
    "object_id": "a",
    "img_file_name": "a.png",
    "object_lat": "43.5",
    "object_date": "20200131",
    "object_time": "90239",
    "object_annotation_status": "Validated",
    "object_annotation_category": "Copepoda",
    "object_area": "12.5",
    "object_remark": "ø",
    "sample_id": "net",
    "sample_ship": "Tara",
}


def import_set(
    path: Path,
    rows: list[dict[str, str]] | None = None,
    columns: dict[str, str] | None = None,
    *,
    name: str = "ecotaxa_a.tsv",
    encoding: str = "utf-8-sig",
    pictures: dict[str, bytes] | None = None,
) -> Path:
    columns = COLUMNS if columns is None else columns
    lines = [columns.keys(), columns.values()]
    lines += [[row.get(field, "") for field in columns] for row in ([GOOD] if rows is None else rows)]
    text = "".join("\t".join(line) + "\n" for line in lines)
    with zipfile.ZipFile(path / "set.zip", "w") as archive:
        archive.writestr(name, text.encode(encoding))
        for file, data in ({"a.png": PICTURE} if pictures is None else pictures).items():
            archive.writestr(file, data)
    return path / "set.zip"


def told(path: Path) -> str:
    return "\n".join(map(str, check_ecotaxa(path)))


def test_a_set_that_keeps_all_rules_is_taken(tmp_path: Path) -> None:
    assert told(import_set(tmp_path)) == ""


def test_ecotaxas_own_import_set_is_taken(shared_data: Path) -> None:
    assert check_ecotaxa(shared_data / "plankton" / "ecotaxa" / "import_test") == ()


def test_ecotaxas_export_without_types_is_no_import_set(shared_data: Path) -> None:
    assert "[f] or [t] is wanted" in told(shared_data / "plankton" / "ecotaxa" / "exports" / "doi")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"object_id": ""}, "line 3: no object_id"),
        ({"object_id": "x" * 256}, "object_id has 256 characters; 255 are taken"),
        ({"img_file_name": ""}, "the image '' is not there"),
        ({"img_file_name": "b.png"}, "the image 'b.png' is not there"),
        ({"object_lat": "90.1"}, "beyond ±90"),
        ({"object_lat": "91°00 00"}, "beyond ±90"),
        ({"object_area": "large"}, "object_area 'large' is no number"),
        ({"object_area": "-inf"}, "object_area is -inf"),
        ({"object_remark": "x" * 251}, "object_remark has 251 characters; 250 are taken"),
        ({"sample_ship": "x" * 251}, "sample_ship has 251 characters"),
        ({"object_date": "2020-01-31"}, "YYYYMMDD is wanted"),
        ({"object_date": "20200231"}, "YYYYMMDD is wanted"),
        ({"object_time": "250000"}, "HHMMSS is wanted"),
        ({"object_annotation_status": "sure"}, "the status 'sure' is none of"),
        ({"object_annotation_status": ""}, "the category 'Copepoda' without a status"),
        ({"object_annotation_category": ""}, "the status 'Validated' without a category"),
    ],
)
def test_each_broken_rule_of_a_row_is_told_with_its_line(
    tmp_path: Path, change: dict[str, str], says: str
) -> None:
    found = told(import_set(tmp_path, [{**GOOD, **change}]))
    assert says in found
    assert "ecotaxa_a.tsv, line 3" in found


@pytest.mark.parametrize(
    "change",
    [
        {"object_lat": "-43°30 15"},
        {"object_area": "nan"},
        {"object_area": "NA"},
        {"object_time": "904"},
        {"object_annotation_status": "", "object_annotation_category": ""},
        {"object_annotation_status": "noid", "object_annotation_category": ""},
    ],
)
def test_what_the_importer_takes_is_not_complained_of(tmp_path: Path, change: dict[str, str]) -> None:
    assert told(import_set(tmp_path, [{**GOOD, **change}])) == ""


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({**COLUMNS, "colour": "[t]"}, "line 1: the column 'colour' begins with none of"),
        ({**COLUMNS, "ship_name": "[t]"}, "line 1: the column 'ship_name' begins with none of"),
        ({**COLUMNS, "object_area": "12"}, "line 2: the column 'object_area' has the type '12'"),
        ({**COLUMNS, "process_date": "[t]"}, "columns process_…, and no process_id"),
        ({**COLUMNS, "Object_Area ": "[f]"}, "the column 'object_area' comes twice"),
        ({k: v for k, v in COLUMNS.items() if k != "img_file_name"}, "there is no column img_file_name"),
        ({**COLUMNS, **{f"object_{i}": "[f]" for i in range(500)}}, "501 free columns object_… of type [f]"),
        ({**COLUMNS, **{f"object_{i}": "[t]" for i in range(20)}}, "21 free columns object_… of type [t]"),
        ({**COLUMNS, **{f"sample_{i}": "[f]" for i in range(60)}}, "61 free columns sample_…"),
    ],
)
def test_each_broken_rule_of_the_header_is_told(tmp_path: Path, columns: dict[str, str], says: str) -> None:
    assert says in told(import_set(tmp_path, columns=columns))


def test_one_object_with_one_image_comes_once(tmp_path: Path) -> None:
    assert "line 4: object 'a' with the image 'a.png' comes twice" in told(import_set(tmp_path, [GOOD, GOOD]))


def test_a_broken_picture_is_told(tmp_path: Path) -> None:
    assert "can't be opened" in told(import_set(tmp_path, pictures={"a.png": b"half a picture"}))


def test_pictures_lie_where_the_table_lies(tmp_path: Path) -> None:
    path = import_set(tmp_path, name="deep/ecotaxa_a.tsv", pictures={"deep/a.png": PICTURE})
    assert told(path) == ""
    path = import_set(tmp_path, name="deep/ecotaxa_a.tsv")
    assert "the image 'a.png' is not there" in told(path)


@pytest.mark.parametrize("name", ["Ecotaxa_a.tsv", "table.tsv"])
def test_a_table_by_another_name_is_not_found(tmp_path: Path, name: str) -> None:
    assert "no table ecotaxa*.tsv" in told(import_set(tmp_path, name=name))


def test_names_that_lead_out_of_the_archive_are_told(tmp_path: Path) -> None:
    path = import_set(tmp_path, pictures={"a.png": PICTURE, "../b.png": PICTURE})
    assert "../b.png: the name leads out" in told(path)


def test_utf8_needs_its_mark_and_latin1_needs_none(tmp_path: Path) -> None:
    assert "without a byte order mark" in told(import_set(tmp_path, encoding="utf-8"))
    assert told(import_set(tmp_path, encoding="latin-1")) == ""


def test_a_table_without_objects_is_told(tmp_path: Path) -> None:
    assert "no row with an object" in told(import_set(tmp_path, []))


def test_a_row_with_too_few_cells_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "ecotaxa_a.tsv").write_text("object_id\timg_file_name\n[t]\t[t]\na\n")
    assert "line 3: 1 cells under 2 columns" in told(folder)


def test_what_is_no_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "set.zip").write_bytes(b"no zip")
    with pytest.raises(FormatError, match="neither a zip nor a folder"):
        check_ecotaxa(tmp_path / "set.zip")
