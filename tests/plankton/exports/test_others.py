"""Class folders, tables, IFCB scores and the soft-label benchmark: what is written is what was said."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from tests.plankton.plates import Plates, objects_table

from napari_fathom.errors import FathomError
from napari_fathom.events import Done, Note
from napari_fathom.plankton.exports import (
    answer_columns,
    write_class_folders,
    write_dcic,
    write_ifcb_scores,
    write_table,
)
from napari_fathom.plankton.exports.names import safe_name, unlike_names

OBJECTS = objects_table(
    object_id=["a", "b", "c", "d"],
    class_name=["Aggregates", "aggregates", "", "Biota>egg"],
    status=["validated", "predicted", "", "dubious"],
)


def files_below(folder: Path) -> list[str]:
    return sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())


def test_each_class_has_a_folder_that_every_system_tells_from_the_others(tmp_path: Path) -> None:
    *_, done = write_class_folders(tmp_path / "out", Plates(OBJECTS, more={0: 1}))
    assert done == Done(tmp_path / "out")
    assert files_below(tmp_path / "out") == [
        "Aggregates/a.png",
        "Aggregates/a_1.png",
        "aggregates~2/b.png",
        "egg/d.png",
        "objects.csv",
    ]


def test_the_whole_names_of_classes_are_listed_beside_the_folders(tmp_path: Path) -> None:
    list(write_class_folders(tmp_path / "out", Plates(OBJECTS)))
    listing = pd.read_csv(tmp_path / "out" / "objects.csv")
    assert listing["class_name"].tolist() == ["Aggregates", "aggregates", "Biota>egg"]
    for path, row in zip(listing["path"], (0, 1, 3), strict=True):
        with Image.open(tmp_path / "out" / path) as picture:
            assert np.asarray(picture)[0, 0] == 10 * row


def test_objects_without_a_class_are_left_out_unless_they_get_a_folder(tmp_path: Path) -> None:
    events = list(write_class_folders(tmp_path / "out", Plates(OBJECTS)))
    assert Note("1 objects without a class are left out.") in events
    list(write_class_folders(tmp_path / "all", Plates(OBJECTS), unlabelled="unlabelled"))
    assert "unlabelled/c.png" in files_below(tmp_path / "all")


def test_a_folder_of_somebodys_own_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.doc").touch()
    for events in (
        write_class_folders(tmp_path / "out", Plates(OBJECTS)),
        write_dcic(tmp_path / "out", Plates(OBJECTS), pd.DataFrame({"row": []}), np.zeros((4, 1)), ["x"]),
    ):
        with pytest.raises(FathomError, match="something in that folder already"):
            list(events)
    assert files_below(tmp_path) == ["out/thesis.doc"]


def test_without_any_class_there_is_nothing_to_sort(tmp_path: Path) -> None:
    with pytest.raises(FathomError, match="no object has a class"):
        list(write_class_folders(tmp_path / "out", Plates(OBJECTS.assign(class_name=""))))
    assert files_below(tmp_path) == []


def test_a_broken_image_costs_itself_alone(tmp_path: Path) -> None:
    events = list(write_class_folders(tmp_path / "out", Plates(OBJECTS, missing=frozenset({1}))))
    assert any(isinstance(event, Note) and "1.png: is missing" in event.message for event in events)
    assert len(files_below(tmp_path / "out")) == 3


@pytest.mark.parametrize(
    ("name", "safe"),
    [("other<Biota", "other_Biota"), ("a/b\\c", "a_b_c"), ("con", "con_"), ("end. ", "end"), ("..", "_")],
)
def test_names_become_such_as_every_system_takes(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_alike_names_are_numbered_also_where_the_number_is_taken() -> None:
    assert unlike_names(["a", "A~2", "A", "a", "b"]) == ["a", "A~2", "A~3", "a~4", "b"]


@pytest.mark.parametrize("name", ["table.csv", "table.parquet"])
def test_a_table_holds_objects_and_answers(tmp_path: Path, name: str) -> None:
    answers = answer_columns(["x", "y"], np.eye(2)[[0, 1, 1, 0]], np.arange(4), np.zeros(4))
    assert list(write_table(tmp_path / name, OBJECTS, answers)) == [Done(tmp_path / name)]
    read = pd.read_csv(tmp_path / name) if name.endswith("csv") else pd.read_parquet(tmp_path / name)
    assert read["row"].tolist() == [0, 1, 2, 3]
    assert read["object_id"].tolist() == ["a", "b", "c", "d"]
    assert read["dc3_class"].tolist() == ["x", "y", "y", "x"]


def test_a_table_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FathomError, match=r"written as \.csv or \.parquet"):
        list(write_table(tmp_path / "table.xlsx", OBJECTS))


def test_answers_of_very_many_classes_tell_the_five_most_likely(tmp_path: Path) -> None:
    names = [f"Biota>taxon {number}" for number in range(300)]
    probabilities = np.zeros((1, 300))
    probabilities[0, [7, 9, 11]] = 0.5, 0.3, 0.2
    table = answer_columns(names, probabilities, np.array([3]), np.array([0.5]))
    assert table.columns.size == 4 + 2 * 4
    assert table.loc[0, ["dc3_class", "dc3_class2", "dc3_class3"]].tolist() == [names[7], names[9], names[11]]
    assert table.loc[0, ["dc3_prob", "dc3_prob2", "dc3_prob3"]].tolist() == [0.5, 0.3, 0.2]


def test_classes_of_one_last_name_get_columns_of_their_own() -> None:
    table = answer_columns(["a>Egg", "b>egg"], np.array([[0.4, 0.6]]), np.array([0]), np.array([0.1]))
    assert table.loc[0, ["dc3_prob_egg", "dc3_prob_egg~2"]].tolist() == [0.4, 0.6]


def test_answers_must_fit_each_other() -> None:
    with pytest.raises(ValueError, match="2 classes"):
        answer_columns(["a", "b"], np.zeros((3, 3)), np.zeros(3, int), np.zeros(3))


BIN = "D20220522T003051_IFCB134"
IFCB = objects_table(
    object_id=[f"{BIN}_00003", f"{BIN}_00002", "IFCB1_2010_235_193524_00001", "x"],
    class_name=["Ciliophora", "", "detritus", ""],
    status=["validated", "", "predicted", ""],
)
SCORES = np.array([[0.3, 0.7], [0.6, 0.4], [0.9, 0.1], [0.5, 0.5]])


def test_ifcb_scores_are_a_file_a_bin_as_the_classifiers_write_them(tmp_path: Path) -> None:
    classes = ["Mesodinium_rubrum", "detritus"]
    events = list(write_ifcb_scores(tmp_path, IFCB, SCORES, classes, threshold=0.65))
    assert Note("1 objects are of no IFCB bin and are left out.", "warning") in events
    assert files_below(tmp_path) == ["D20220522T003051_IFCB134.csv", "IFCB1_2010_235_193524.csv"]
    assert (tmp_path / "D20220522T003051_IFCB134.csv").read_text() == (
        "file_name,class_name,class_name_auto,score\n"
        "D20220522T003051_IFCB134_00002.png,unclassified,Mesodinium_rubrum,0.6\n"
        "D20220522T003051_IFCB134_00003.png,Ciliophora,detritus,0.7\n"
    )
    assert "Mesodinium_rubrum,Mesodinium_rubrum,0.9" in (tmp_path / "IFCB1_2010_235_193524.csv").read_text()


def test_scores_of_what_is_not_ifcbs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FathomError, match="no object is named as IFCB names them"):
        list(write_ifcb_scores(tmp_path, OBJECTS, SCORES, ["a", "b"]))
    with pytest.raises(ValueError, match="2 classes"):
        list(write_ifcb_scores(tmp_path, OBJECTS, SCORES[:3], ["a", "b"]))


def test_votes_become_a_data_set_of_the_benchmark(tmp_path: Path) -> None:
    votes = pd.DataFrame(
        {
            "row": [0, 1, 0, 3],
            "annotator": ["Ada", "Ada", "Ben", "Ben"],
            "class_name": ["x", "y", "y", "y"],
            "time": pd.to_datetime(["2024-05-06T07:08:09"] * 4),
        }
    )
    soft = np.array([[0.5, 0.5], [0, 1], [0, 0], [0, 1]])
    plates = Plates(OBJECTS, missing=frozenset({3}))
    *_, done = write_dcic(tmp_path / "Plankton", plates, votes, soft, ["x", "y"])
    assert done == Done(tmp_path / "Plankton")
    record = json.loads((tmp_path / "Plankton" / "dataset.json").read_text())
    assert record["name"] == "Plankton"
    assert [entry["path"] for entry in record["images"]] == [f"Plankton/fold1/{name}.png" for name in "abc"]
    assert [entry["split"] for entry in record["images"]] == ["train", "train", "unlabeled"]
    assert [entry["gt"] for entry in record["images"]] == [0, 1, -1]
    assert record["images"][2]["soft_gt"] == []
    assert all((tmp_path / entry["path"]).is_file() for entry in record["images"])
    ada, ben = json.loads((tmp_path / "Plankton" / "annotations.json").read_text())
    assert [entry["class_label"] for entry in ada["annotations"]] == ["x", "y"]
    assert ben["annotations"] == [
        {"image_path": "Plankton/fold1/a.png", "class_label": "y", "created_at": "06-05-2024-07-08-09"}
    ]
    assert "Ada" not in (tmp_path / "Plankton" / "annotations.json").read_text()
