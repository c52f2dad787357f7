from pathlib import Path
from zipfile import ZipFile

import pytest
from tests.plankton.sets import drawn, encoded, tables_of, told, write

from napari_fathom.plankton import sniff
from napari_fathom.plankton.readers.image_names import ImageNames


def test_a_table_of_paths_and_labels_as_ecotaxas_template_has_it(tmp_path: Path) -> None:
    write(tmp_path / "images" / "1.png", drawn(1))
    write(tmp_path / "images" / "2.png", drawn(2))
    write(
        tmp_path / "labels.csv",
        "id,img_path,label,size\n7,/home/me/images/1.png,Copepoda,3.5\n8,images/2.png,,4\n",
    )
    tables = tables_of(tmp_path)
    assert sniff(tmp_path) == sniff(tmp_path / "labels.csv") or sniff(tmp_path) == "table"
    assert tables.objects["object_id"].tolist() == ["7", "8"]
    assert tables.objects["class_name"].tolist() == ["Copepoda", ""]
    assert tables.objects["status"].tolist() == ["validated", ""]
    assert tables.objects["size"].tolist() == [3.5, 4]
    assert tables.images["member"].tolist() == ["images/1.png", "images/2.png"]
    assert not tables.faults


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_given_by_itself_finds_images_that_lie_elsewhere(tmp_path: Path, delimiter: str) -> None:
    write(tmp_path / "pictures" / "1.png", drawn(1))
    lines = [("path", "class"), (str(tmp_path / "pictures" / "1.png"), "a"), ("../pictures/1.png", "b")]
    table = write(tmp_path / "tables" / "t.csv", "\n".join(delimiter.join(line) for line in lines))
    tables = tables_of(table)
    assert len(tables.images) == 2
    assert told(tables) == [("t.csv", 3)]  # both are called 1
    assert tables.objects["object_id"].tolist() == ["1", "1~2"]


def test_a_line_whose_image_is_missing_is_told(tmp_path: Path) -> None:
    write(tmp_path / "1.png", drawn(1))
    write(tmp_path / "t.csv", "file,label\n1.png,a\n2.png,b\n")
    tables = tables_of(tmp_path)
    assert told(tables) == [("t.csv", 3)]
    assert tables.images["row"].tolist() == [0]


def test_a_morphocluster_archive(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "objects.zip", "w") as archive:
        archive.writestr("index.csv", "object_id,path\nx,a/1.png\ny,a/2.png\n")
        archive.writestr("a/1.png", encoded(drawn(1)))
        archive.writestr("a/2.png", encoded(drawn(2)))
    tables = tables_of(tmp_path / "objects.zip")
    assert sniff(tmp_path / "objects.zip") == "morphocluster"
    assert tables.objects["object_id"].tolist() == ["x", "y"]
    assert tables.images["member"].tolist() == ["a/1.png", "a/2.png"]


def test_tables_in_an_archive_never_reach_out_of_it(tmp_path: Path) -> None:
    write(tmp_path / "secret.png", drawn(1))
    with ZipFile(tmp_path / "objects.zip", "w") as archive:
        archive.writestr("index.csv", f"object_id,path\nx,{tmp_path}/secret.png\ny,../secret.png\nz,1.png\n")
        archive.writestr("1.png", encoded(drawn(2)))
    tables = tables_of(tmp_path / "objects.zip")
    assert tables.images["member"].tolist() == ["1.png"]
    assert told(tables) == [("index.csv", 2), ("index.csv", 3)]


def test_of_several_files_of_one_name_the_one_whose_folders_agree_is_meant() -> None:
    names = ImageNames(["s1/a/1.png", "s2/a/1.png", "s2/b/1.png"])
    assert names.alike("/data/s2/a/1.png") == "s2/a/1.png"
    assert names.alike("/data/other/1.png") is None
    assert names.alike("2.png") is None
