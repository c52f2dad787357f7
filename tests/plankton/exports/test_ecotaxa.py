"""An import set for EcoTaxa holds what was said, and nothing its importer would refuse."""

import csv
import io
import zipfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from tests.plankton.plates import Plates, objects_table

from napari_fathom.errors import FathomError
from napari_fathom.events import Done, Note, Progress
from napari_fathom.plankton import Collection, convert_collection
from napari_fathom.plankton.exports import answer_columns, check_ecotaxa, write_ecotaxa
from napari_fathom.plankton.simulate import PlanktonSettings, write_simulated_plankton

OBJECTS = objects_table(
    object_id=["a 1", "b/2", "c", "d"],
    class_name=["Biota>other>egg", "Copepoda", "", "Copepoda"],
    status=["validated", "dubious", "", ""],
    annotator=["Zoé Ærø", "", "", "Ben"],
    annotated=pd.to_datetime(["2024-05-06T07:08:09", None, None, None]),
    sample=["net 1", "net 1", "net 2", "net 2"],
    acquisition=["x", "", "", ""],
    date=pd.to_datetime(["2020-01-02T03:04:05", None, "2020-01-03T00:00:00", None]),
    depth_m=[10, np.nan, 2.5, np.inf],
    latitude=[43.5, -91, 0, np.nan],
    longitude=[7.25, 8, 0, np.nan],
    object_area=[1.5, np.nan, np.inf, 3e-7],
    remark=["tabs\tand\nlines", "ø", None, "x" * 300],
    sample_ship=["Tara", "", "", ""],
)


def written(path: Path, *args, **kwargs) -> tuple[list[dict[str, str]], list[str]]:
    """Write, read the table with the standard library, and return its rows and the notes."""
    events = list(write_ecotaxa(path, *args, **kwargs))
    assert events[-1] == Done(path)
    with zipfile.ZipFile(path) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".tsv")]
        data = archive.read(name)
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter="\t"))
    return rows, [event.message for event in events if isinstance(event, Note)]


def column(rows: Iterable[dict[str, str]], name: str) -> list[str]:
    return [row[name] for row in rows]


def test_the_importers_rules_are_met(tmp_path: Path) -> None:
    written(tmp_path / "set.zip", Plates(OBJECTS))
    assert check_ecotaxa(tmp_path / "set.zip") == ()


def test_every_column_is_written_as_ecotaxa_reads_it(tmp_path: Path) -> None:
    (types, *rows), _ = written(tmp_path / "set.zip", Plates(OBJECTS))
    assert types["object_lat"] == "[f]"
    assert types["object_remark"] == "[t]"
    assert types["object_area"] == "[f]"
    assert column(rows, "object_id") == ["a 1", "b/2", "c", "d"]
    assert column(rows, "object_annotation_category") == ["egg", "Copepoda", "", "Copepoda"]
    assert column(rows, "object_annotation_hierarchy") == ["Biota>other>egg", "Copepoda", "", "Copepoda"]
    assert column(rows, "object_annotation_status") == ["validated", "dubious", "", "predicted"]
    assert column(rows, "object_annotation_person_name") == ["Zoé Ærø", "", "", "Ben"]
    assert column(rows, "object_annotation_date") == ["20240506", "", "", ""]
    assert column(rows, "object_annotation_time") == ["070809", "", "", ""]
    assert column(rows, "object_date") == ["20200102", "", "20200103", ""]
    assert column(rows, "object_time") == ["030405", "", "000000", ""]
    assert column(rows, "object_lat") == ["43.5", "", "0", ""]
    assert column(rows, "object_depth_min") == column(rows, "object_depth_max") == ["10", "", "2.5", ""]
    assert column(rows, "object_area") == ["1.5", "", "", "3e-07"]
    assert column(rows, "object_remark") == ["tabs and lines", "ø", "", "x" * 250]
    assert column(rows, "sample_id") == ["net 1", "net 1", "net 2", "net 2"]
    assert column(rows, "acq_id") == ["x", "", "", ""]
    assert "object_fingerprint" not in rows[0]


def test_images_of_their_own_files_go_in_untouched_and_others_as_png(tmp_path: Path) -> None:
    stream = io.BytesIO()
    Image.new("L", (3, 2), 7).save(stream, "jpeg")
    plates = Plates(OBJECTS, files={1: ("holiday.JPG", stream.getvalue())})
    (_, *rows), _ = written(tmp_path / "set.zip", plates)
    with zipfile.ZipFile(tmp_path / "set.zip") as archive:
        assert rows[1]["img_file_name"] == "images/b_2.jpg"
        assert archive.read("images/b_2.jpg") == stream.getvalue()
        with Image.open(io.BytesIO(archive.read(rows[2]["img_file_name"]))) as picture:
            np.testing.assert_array_equal(np.asarray(picture), plates.read(2))


def test_several_images_of_an_object_are_several_lines_with_their_ranks(tmp_path: Path) -> None:
    (_, *rows), _ = written(tmp_path / "set.zip", Plates(OBJECTS, more={2: 2}))
    assert column(rows, "object_id") == ["a 1", "b/2", "c", "c", "c", "d"]
    assert column(rows, "img_rank") == ["0", "0", "0", "1", "2", "0"]
    assert len(set(column(rows, "img_file_name"))) == 6
    assert check_ecotaxa(tmp_path / "set.zip") == ()


def test_ids_that_differ_in_capitals_alone_get_files_of_their_own(tmp_path: Path) -> None:
    table = objects_table(object_id=["Ab", "aB", "a:b", "a?b"], class_name=["x"] * 4)
    (_, *rows), _ = written(tmp_path / "set.zip", Plates(table))
    assert column(rows, "img_file_name") == [
        "images/Ab.png",
        "images/aB~2.png",
        "images/a_b.png",
        "images/a_b~2.png",
    ]


def test_a_second_image_takes_no_other_objects_name(tmp_path: Path) -> None:
    table = objects_table(object_id=["a", "a_1"], class_name=["x", "x"])
    (_, *rows), _ = written(tmp_path / "set.zip", Plates(table, more={0: 1}))
    assert column(rows, "img_file_name") == ["images/a.png", "images/a_1.png", "images/a_1~2.png"]


def test_of_very_many_broken_images_the_rest_are_counted(tmp_path: Path) -> None:
    table = objects_table(object_id=[str(row) for row in range(60)], class_name=["x"] * 60)
    _, notes = written(tmp_path / "set.zip", Plates(table, missing=frozenset(range(59))))
    assert "39 more images could not be read and were left out." in notes
    assert len(notes) == 22


def test_what_can_not_be_read_is_left_out_and_told(tmp_path: Path) -> None:
    broken = Plates(OBJECTS, missing=frozenset({0}), files={3: ("3.png", b"no picture")})
    (_, *rows), notes = written(tmp_path / "set.zip", broken)
    assert column(rows, "object_id") == ["b/2", "c"]
    assert any("0.png: is missing" in note for note in notes)
    assert any("3.png" in note for note in notes)
    assert any("2 objects without an image" in note for note in notes)
    assert check_ecotaxa(tmp_path / "set.zip") == ()


def test_some_objects_alone_with_labels_of_now(tmp_path: Path) -> None:
    table = OBJECTS.assign(class_name="fiber", status="validated").loc[[3, 1]]
    (_, *rows), _ = written(tmp_path / "set.zip", Plates(OBJECTS), table)
    assert column(rows, "object_id") == ["d", "b/2"]
    assert column(rows, "object_annotation_category") == ["fiber", "fiber"]


def test_classes_that_came_from_ecotaxa_go_back_by_their_names_there(tmp_path: Path) -> None:
    table = OBJECTS.assign(object_annotation_category=["egg<other", "Copepoda", "", ""])
    (_, *rows), _ = written(tmp_path / "set.zip", Plates(table), table.assign(class_name="Biota>other>egg"))
    assert set(column(rows, "object_annotation_category")) == {"egg<other"}


def test_classes_of_one_last_name_are_told_apart_by_their_parents(tmp_path: Path) -> None:
    table = OBJECTS.assign(class_name=["Copepoda>egg", "Pisces>egg", "Copepoda", ""])
    (_, *rows), _ = written(tmp_path / "set.zip", Plates(table))
    assert column(rows, "object_annotation_category") == ["egg<Copepoda", "egg<Pisces", "Copepoda", ""]


def test_answers_are_free_columns(tmp_path: Path) -> None:
    answers = answer_columns(
        ["Biota>egg", "Copepoda", "fiber"],
        np.array([[0.2, 0.5, 0.3]] * 4),
        np.array([4, 1, 1, 2]),
        np.linspace(0, 1, 4),
    )
    (types, *rows), _ = written(tmp_path / "set.zip", Plates(OBJECTS), answers=answers)
    assert column(rows, "object_dc3_class") == ["Copepoda"] * 4
    assert column(rows, "object_dc3_cluster") == ["4", "1", "1", "2"]
    assert column(rows, "object_dc3_prob_fiber") == ["0.3"] * 4
    assert types["object_dc3_ambiguity"] == "[f]"
    assert check_ecotaxa(tmp_path / "set.zip") == ()


def test_of_too_many_columns_the_last_are_left_out_but_never_the_answers(tmp_path: Path) -> None:
    texts = pd.DataFrame({f"text {number}": ["x"] * 4 for number in range(25)})
    numbers = pd.DataFrame({f"sample_{number}": range(4) for number in range(65)})
    table = pd.concat([OBJECTS, texts, numbers], axis=1)
    answers = pd.DataFrame({"dc3_class": ["Copepoda"] * 4})
    (_, *rows), notes = written(tmp_path / "set.zip", Plates(table), answers=answers)
    assert rows[0]["object_dc3_class"] == "Copepoda"
    assert rows[0]["object_remark"] == "tabs and lines"
    assert "object_text_24" not in rows[0]
    assert any("left out: text 18" in note for note in notes)
    assert any("left out: sample_59" in note for note in notes)
    assert check_ecotaxa(tmp_path / "set.zip") == ()


def test_columns_whose_names_become_alike_are_both_kept(tmp_path: Path) -> None:
    table = OBJECTS.assign(**{"Text 1": "a", "text_1": "b", "object_id_of_theirs": "c"})
    (_, *rows), _ = written(tmp_path / "set.zip", Plates(table))
    assert (rows[0]["object_text_1"], rows[0]["object_text_1_2"]) == ("a", "b")
    assert check_ecotaxa(tmp_path / "set.zip") == ()


def test_ids_that_are_too_long_are_cut_and_stay_different(tmp_path: Path) -> None:
    table = objects_table(object_id=["x" * 300, "x" * 301, "x" * 255], class_name=["a"] * 3)
    (_, *rows), notes = written(tmp_path / "set.zip", Plates(table))
    assert len(set(column(rows, "object_id"))) == 3
    assert "2 ids have more than 255 characters and are cut." in notes
    assert check_ecotaxa(tmp_path / "set.zip") == ()


def test_an_unfinished_export_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "set.zip"
    path.write_bytes(b"former")
    events = write_ecotaxa(path, Plates(OBJECTS))
    assert isinstance(next(events), Progress)
    events.close()
    assert [file.name for file in tmp_path.iterdir()] == ["set.zip"]
    assert path.read_bytes() == b"former"


def test_without_an_image_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(FathomError, match="no object has an image"):
        list(write_ecotaxa(tmp_path / "set.zip", Plates(OBJECTS, missing=frozenset(range(4)))))
    assert list(tmp_path.iterdir()) == []


def test_a_collection_comes_back_as_it_went_out(tmp_path: Path) -> None:
    images = write_simulated_plankton(tmp_path / "made", PlanktonSettings(objects=12))
    before = converted([images], tmp_path / "before.collection")
    answers = pd.DataFrame({"dc3_ambiguity": np.linspace(0, 1, 12)})
    list(write_ecotaxa(tmp_path / "set.zip", before, answers=answers))
    assert check_ecotaxa(tmp_path / "set.zip") == ()
    after = converted([tmp_path / "set.zip"], tmp_path / "after.collection")
    assert after.faults == ()
    for name in ("object_id", "class_name", "status"):
        assert after.objects[name].tolist() == before.objects[name].tolist()
    np.testing.assert_allclose(after.objects["object_dc3_ambiguity"], np.linspace(0, 1, 12))
    for row in range(12):
        np.testing.assert_array_equal(after.read(row), before.read(row))


def converted(paths: list[Path], store: Path) -> Collection:
    *_, done = convert_collection(paths, store)
    assert isinstance(done, Done)
    return done.result


@pytest.mark.parametrize(
    "source",
    ["ecotaxa/exports/tsv_by_taxon", "ecotaxa/exports/doi", "ecotaxa/import_test", "ifcb_nodc/bins"],
)
def test_real_sets_come_back_as_they_went_out(shared_data: Path, tmp_path: Path, source: str) -> None:
    before = converted([shared_data / "plankton" / source], tmp_path / "before.collection")
    list(write_ecotaxa(tmp_path / "set.zip", before))
    assert check_ecotaxa(tmp_path / "set.zip") == ()
    after = converted([tmp_path / "set.zip"], tmp_path / "after.collection")
    ours = before.objects.set_index("object_id").loc[after.objects["object_id"]].reset_index()
    ours["date"] = ours["date"].dt.floor("s")  # EcoTaxa's finest
    same = [name for name in before.objects if name in after.objects and name not in ("twin", "objid")]
    assert {"fingerprint", "class_name", "status", "longitude", "sample"} <= set(same)
    pd.testing.assert_frame_equal(after.objects[same], ours[same], check_dtype=False)
