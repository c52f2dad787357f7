from pathlib import Path
from zipfile import ZipFile

import pytest
from tests.plankton.sets import drawn, encoded, tables_of, told, write

from napari_fathom.errors import FormatError
from napari_fathom.plankton import sniff


def test_the_folder_of_an_image_is_its_class_and_somebody_put_it_there(shipped_data: Path) -> None:
    tables = tables_of(shipped_data / "plankton" / "phyto")
    assert sniff(shipped_data / "plankton" / "phyto") == "folders"
    assert tables.objects["class_name"].value_counts().to_dict() == {"Tripos": 3, "Ciliophora": 3}
    assert set(tables.objects["status"]) == {"validated"}
    assert tables.objects["object_id"].is_unique
    assert len(tables.images) == 6


def test_what_follows_the_last_two_underscores_is_ecotaxas_number_of_the_class(tmp_path: Path) -> None:
    write(tmp_path / "small__copepod__12846" / "1.png", drawn(1))
    write(tmp_path / "no__number" / "2.png", drawn(2))
    objects = tables_of(tmp_path).objects.set_index("object_id")
    assert objects["class_name"].to_dict() == {"1": "small__copepod", "2": "no__number"}
    assert objects["class_id"].to_dict() == {"1": "12846", "2": ""}


def test_images_in_no_folder_are_unlabelled(tmp_path: Path) -> None:
    write(tmp_path / "1.png", drawn(1))
    write(tmp_path / "2.bmp", drawn(2))
    objects = tables_of(tmp_path).objects
    assert objects["class_name"].tolist() == ["", ""]
    assert objects["status"].tolist() == ["", ""]


def test_folders_in_folders_are_a_hierarchy_and_those_of_all_files_say_nothing(tmp_path: Path) -> None:
    for name in ("Copepoda/Calanus/1.png", "Copepoda/2.png", "detritus/3.png"):
        write(tmp_path / "set" / "images" / name, drawn(1))
    objects = tables_of(tmp_path / "set").objects.set_index("object_id")
    assert objects["class_name"].to_dict() == {"1": "Copepoda>Calanus", "2": "Copepoda", "3": "detritus"}


def test_one_folder_of_one_class_is_a_class(tmp_path: Path) -> None:
    write(tmp_path / "Copepoda" / "1.png", drawn(1))
    assert tables_of(tmp_path).objects["class_name"].tolist() == ["Copepoda"]


def test_names_that_occur_twice_carry_their_folder(tmp_path: Path) -> None:
    for name in ("a/1.png", "b/1.png", "b/2.png", "b/2.jpg"):
        write(tmp_path / name, drawn(1))
    tables = tables_of(tmp_path)
    assert sorted(tables.objects["object_id"]) == ["a/1", "b/1", "b/2.jpg", "b/2.png"]
    assert any("occur more than once" in note for note in tables.notes)


def test_files_that_are_no_images_are_counted_and_the_first_ones_named(tmp_path: Path) -> None:
    write(tmp_path / "set" / "1.png", drawn(1))
    for name in ("d.csv", "a.txt", "b.txt", "c.txt"):
        write(tmp_path / "set" / name, "x")
    (note,) = tables_of(tmp_path / "set").notes
    assert note == "set: files that are no images were passed over (3 .txt, 1 .csv; a.txt, b.txt, c.txt, …)."


def test_classes_that_differ_only_in_case_are_told_and_stay_apart(tmp_path: Path) -> None:
    write(tmp_path / "Aggregates" / "1.png", drawn(1))
    write(tmp_path / "aggregates" / "2.png", drawn(2))
    tables = tables_of(tmp_path)
    assert set(tables.objects["class_name"]) == {"Aggregates", "aggregates"}
    assert told(tables) == [(tmp_path.name, None)]
    assert "only in case" in tables.faults[0].message


def test_a_zip_reads_as_the_folder_it_was_packed_from(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "set.zip", "w") as archive:
        archive.writestr("set/Copepoda/1.png", encoded(drawn(1)))
        archive.writestr("set/detritus/2.png", encoded(drawn(2)))
        archive.writestr("__MACOSX/set/Copepoda/._1.png", b"\0")
    tables = tables_of(tmp_path / "set.zip")
    assert tables.objects["class_name"].tolist() == ["Copepoda", "detritus"]
    assert not list(tmp_path.glob("set/*"))


def test_images_given_one_by_one_are_a_collection(tmp_path: Path) -> None:
    files = [write(tmp_path / f"{number}.png", drawn(number)) for number in range(3)]
    assert tables_of(*files[:2]).objects["object_id"].tolist() == ["0", "1"]


def test_our_own_stores_and_hidden_folders_are_no_images(tmp_path: Path) -> None:
    write(tmp_path / "1.png", drawn(1))
    write(tmp_path / "made.collection" / "2.png", drawn(2))
    write(tmp_path / ".thumbnails" / "3.png", drawn(3))
    assert tables_of(tmp_path).objects["object_id"].tolist() == ["1"]


def test_a_folder_without_images_says_what_is_read(tmp_path: Path) -> None:
    write(tmp_path / "notes.txt", "nothing")
    assert sniff(tmp_path) is None
    with pytest.raises(FormatError, match=r"EcoTaxa exports"):
        tables_of(tmp_path)
