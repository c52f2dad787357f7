"""Labels of images as other programs write them."""

from pathlib import Path

import pandas as pd
import pytest
from tests.plankton.sets import write

from napari_fathom.errors import FormatError
from napari_fathom.plankton.incoming import IncomingVotes, gather_labels


def incoming(path: Path) -> IncomingVotes:
    steps = gather_labels(path)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            assert isinstance(end.value, IncomingVotes)
            return end.value


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_of_ids_and_classes(tmp_path: Path, delimiter: str) -> None:
    lines = ["object_id,class_name,status,annotator,annotated", "a,krill,Dubious,Ada,2021-05-30T11:22:00"]
    lines += ["b,egg,,,", "c,,,,"]
    found = incoming(write(tmp_path / "t.csv", "\n".join(lines).replace(",", delimiter)))
    assert found.names == ("krill", "egg")  # nothing is said of c
    assert found.objects["status"].tolist() == ["dubious", ""]
    assert found.objects["annotator"].tolist() == ["Ada", ""]
    assert found.objects["annotated"][0] == pd.Timestamp("2021-05-30 11:22")


def test_objects_may_be_called_by_their_images(tmp_path: Path) -> None:
    found = incoming(write(tmp_path / "t.csv", "img_path,label\n/home/me/1.png,krill\nC:\\x\\2.jpg,egg\n"))
    assert found.objects["object_id"].tolist() == ["1", "2"]


def test_a_damaged_line_is_told_and_the_others_count(tmp_path: Path) -> None:
    found = incoming(write(tmp_path / "t.csv", "id,label\na,krill\nb\nc,egg\n"))
    assert found.objects["object_id"].tolist() == ["a", "c"]
    assert found.notes[0].startswith("t.csv, line 3")


@pytest.mark.parametrize("text", ["krill\negg\nkrill\n", "class\nkrill\n\negg\n", "\ufeffkrill\negg"])
def test_a_list_of_classes_has_no_objects(tmp_path: Path, text: str) -> None:
    found = incoming(write(tmp_path / "classes.txt", text))
    assert (found.names, len(found.objects)) == (("krill", "egg"), 0)


def test_tables_of_ecotaxa_are_read_as_a_collection_is(shared_data: Path) -> None:
    found = incoming(shared_data / "plankton" / "ifcb_scores" / "ecotaxa_table_with_classification.tsv")
    assert len(found.objects) == 9 and len(found.names) == 5
    assert set(found.objects["status"]) <= {"predicted", "dubious", "validated"}


def test_folders_named_by_classes_are_labels_too(shipped_data: Path) -> None:
    found = incoming(shipped_data / "plankton" / "phyto")
    assert found.names == ("Ciliophora", "Tripos") and len(found.objects) == 6


@pytest.mark.parametrize("text", ["id,label\na,\n", "id,label\n", "class\n"])
def test_a_file_without_a_label_says_what_was_expected(tmp_path: Path, text: str) -> None:
    with pytest.raises(FormatError, match=r"t\.csv"):
        incoming(write(tmp_path / "t.csv", text))
