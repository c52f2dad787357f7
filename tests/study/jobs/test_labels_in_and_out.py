"""Labels come in from other tools, answers become labels, and both go out again."""

from pathlib import Path

import numpy as np
import pytest
from tests.study.surveys import WHOLE, finish

from napari_fathom.echogram import set_seabed
from napari_fathom.echogram.evl import read_evl
from napari_fathom.errors import FormatError, LabelError, StudyError
from napari_fathom.events import Note
from napari_fathom.study import Study
from napari_fathom.study.jobs import EXPORT_KINDS, accept_job, export_job, import_labels_job


@pytest.mark.parametrize("kind", ["evr", "crimac", "tiff", "npz"])
def test_exported_labels_come_back_the_same(study: Study, tmp_path: Path, kind: str) -> None:
    values = study.labels.read(WHOLE)
    path, _ = finish(export_job(study, kind, tmp_path / f"labels.{kind}", source="labels"))
    study.labels.write(WHOLE, 0, origin="paint")
    events, _ = finish(import_labels_job(study, path))
    np.testing.assert_array_equal(study.labels.read(WHOLE), values)
    assert all(event.origin == "import" and path.name in event.note for event in events)


def test_each_imported_patch_is_a_stroke_of_its_own(study: Study, tmp_path: Path) -> None:
    values = study.labels.read(WHOLE)
    path, _ = finish(export_job(study, "tiff", tmp_path / "labels.tif", source="labels"))
    study.labels.write(WHOLE, 0, origin="paint")
    finish(import_labels_job(study, path))
    strokes = study.labels.read_strokes(WHOLE)
    assert len(np.unique(strokes[values == 1])) == 6
    assert not strokes[values == 0].any()


def test_import_spares_what_is_painted_unless_told_otherwise(study: Study, tmp_path: Path) -> None:
    np.savez(tmp_path / "all.npz", labels=np.full((96, 600), 2, np.uint8))
    painted = study.labels.read(WHOLE)
    events, _ = finish(import_labels_job(study, tmp_path / "all.npz"))
    np.testing.assert_array_equal(study.labels.read(WHOLE), np.where(painted > 0, painted, 2))
    study.labels.revert(events)
    np.testing.assert_array_equal(study.labels.read(WHOLE), painted)
    finish(import_labels_job(study, tmp_path / "all.npz", overwrite=True))
    assert (study.labels.read(WHOLE) == 2).all()


def named_labels(path: Path, names: dict[int, str]) -> Path:
    labels = np.repeat(np.uint8([list(names)]), 96, 0).repeat(200, 1)
    np.savez(path, labels=labels, class_values=list(names), class_names=list(names.values()))
    return path


def test_classes_that_the_study_lacks_are_left_out_or_adopted(study: Study, tmp_path: Path) -> None:
    path = named_labels(tmp_path / "krill.npz", {7: "krill", 8: "Sandeel", 9: "salp"})
    study.labels.write(WHOLE, 0, origin="paint")
    _, events = finish(import_labels_job(study, path))
    assert any(
        "no such class: class krill, salp" in event.message for event in events if isinstance(event, Note)
    )
    assert set(np.unique(study.labels.read(WHOLE))) == {0, 2}
    _, events = finish(import_labels_job(study, path, adopt=True))
    assert study.classes.names == ("background", "sandeel", "other fish", "krill", "salp")
    assert set(np.unique(study.labels.read(WHOLE))) == {2, 4, 5}
    assert any("New classes" in event.message for event in events if isinstance(event, Note))


def test_an_import_that_is_closed_takes_its_classes_along(study: Study, tmp_path: Path) -> None:
    path = named_labels(tmp_path / "krill.npz", {7: "krill", 8: "Sandeel", 9: "salp"})
    job = import_labels_job(study, path, adopt=True, overwrite=True)
    next(job)
    next(job)
    assert "krill" in study.classes.names
    job.close()
    assert study.classes.names == ("background", "sandeel", "other fish")


def test_an_import_that_is_closed_leaves_nothing(study: Study, tmp_path: Path) -> None:
    np.savez(tmp_path / "all.npz", labels=np.full((96, 600), 2, np.uint8))
    painted = study.labels.read(WHOLE)
    job = import_labels_job(study, tmp_path / "all.npz")
    next(job)
    next(job)
    assert (study.labels.read(WHOLE) == 2).any()
    job.close()
    np.testing.assert_array_equal(study.labels.read(WHOLE), painted)


def test_a_file_that_holds_no_labels_is_named(study: Study, survey_file: Path) -> None:
    with pytest.raises(FormatError, match=r"two schools\.npz"):
        finish(import_labels_job(study, survey_file))


def test_accepting_everything_fills_the_unlabelled_cells(answered: Study) -> None:
    store = answered.prediction()
    assert store is not None
    painted, said = answered.labels.read(WHOLE), store.read("class", WHOLE)
    events, _ = finish(accept_job(answered))
    np.testing.assert_array_equal(answered.labels.read(WHOLE), np.where(painted > 0, painted, said))
    answered.labels.revert(events)
    np.testing.assert_array_equal(answered.labels.read(WHOLE), painted)


def test_accepting_by_class_place_and_certainty(answered: Study) -> None:
    store = answered.prediction()
    assert store is not None
    painted, said = answered.labels.read(WHOLE), store.read("class", WHOLE)
    certainty = store.certainty(WHOLE, said)
    least = float(np.median(certainty[said == 2]))
    mask = np.zeros((96, 100), bool)
    mask[:, ::2] = True
    finish(
        accept_job(
            answered, classes=[2], region=(0, 96, 100, 200), mask=mask, certainty=least, overwrite=True
        )
    )
    expected = painted.copy()
    chosen = mask & (said[:, 100:200] == 2) & (certainty[:, 100:200] >= least)
    expected[:, 100:200][chosen] = 2
    np.testing.assert_array_equal(answered.labels.read(WHOLE), expected)


def test_without_a_whole_answer_there_is_nothing_to_accept_or_export(study: Study, tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="Predict first"):
        finish(accept_job(study))
    with pytest.raises(StudyError, match="Predict first, or export what is painted"):
        finish(export_job(study, "evr", tmp_path / "x.evr"))


@pytest.mark.parametrize("kind", [kind for kind in EXPORT_KINDS if kind != "evl"])
def test_the_answer_goes_out_in_every_format(answered: Study, tmp_path: Path, kind: str) -> None:
    path, _ = finish(export_job(answered, kind, tmp_path / f"answer.{kind}"))
    assert path.exists()
    assert [name.name for name in tmp_path.iterdir()].count(path.name) == 1
    assert not list(tmp_path.glob(".*"))


def test_answers_in_crimacs_layout_hold_the_probabilities(answered: Study, tmp_path: Path) -> None:
    import xarray as xr

    path, _ = finish(export_job(answered, "crimac", tmp_path / "pred.zarr"))
    store = answered.prediction()
    assert store is not None
    with xr.open_zarr(path) as written:
        assert written["category"].values.tolist() == [27, 1]  # sandeel, other fish
        np.testing.assert_allclose(
            written["annotation"].transpose("category", "range", "ping_time").values,
            store.read_answer(WHOLE)[1:],
            atol=1e-3,
        )


def test_a_renamed_class_goes_out_under_its_new_name(answered: Study, tmp_path: Path) -> None:
    answered.labels.set_classes(answered.classes.with_renamed(2, "lesser sandeel"))
    path, _ = finish(export_job(answered, "evr", tmp_path / "answer.evr"))
    text = path.read_text("utf-8-sig")
    assert "lesser sandeel" in text
    assert "background" not in text


def test_the_seabed_goes_out_as_a_line(answered: Study, tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"the survey has no seabed, .*--seabed FILE"):
        finish(export_job(answered, "evl", tmp_path / "bottom.evl"))


def test_a_closed_export_leaves_the_former_file(answered: Study, tmp_path: Path) -> None:
    path = tmp_path / "answer.npz"
    path.write_bytes(b"former")
    job = export_job(answered, "npz", path)
    next(job)
    job.close()
    assert path.read_bytes() == b"former"
    assert not list(tmp_path.glob(".*"))


def test_an_unknown_format_is_refused_with_the_known_ones(answered: Study, tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="crimac, evr, evl, tiff, npz, nasc"):
        finish(export_job(answered, "docx", tmp_path / "x"))


def test_a_sounders_study_exports_its_line_and_takes_it_back(studied_raw: Study, tmp_path: Path) -> None:
    pings = studied_raw.labels.shape[1]
    line = np.linspace(40.0, 60.0, pings)
    set_seabed(studied_raw.echogram.path, line)
    studied_raw.close()
    with Study.open(studied_raw.folder) as study:
        path, _ = finish(export_job(study, "evl", tmp_path / "bottom.evl", source="labels"))
        assert len(read_evl(path).time) > 1
        events, _ = finish(import_labels_job(study, path))
        below = study.echogram.range_m[:, None] >= line + 0.5
        assert (study.labels.read((0, len(below), 0, pings))[below] == 1).all()
        assert events


def test_names_that_differ_are_said_once_and_then_match(study: Study, tmp_path: Path) -> None:
    names = np.array(["Sand eel", "other fish", "plankton"])
    values = np.repeat([1, 2, 3], 200).astype(np.uint8)[None].repeat(96, axis=0)
    np.savez(tmp_path / "theirs.npz", labels=values, class_names=names)
    study.labels.write(WHOLE, 0, origin="paint")
    aliases = {"sand eel": "sandeel", "other fish": "background"}
    _, events = finish(import_labels_job(study, tmp_path / "theirs.npz", aliases=aliases))
    assert (study.labels.read((0, 96, 0, 200)) == 2).all()
    assert (study.labels.read((0, 96, 200, 400)) == 1).all()  # what is said goes before the study's own name
    assert not study.labels.read((0, 96, 400, 600)).any()
    assert any(isinstance(event, Note) and "class plankton. " in event.message for event in events)


def test_values_without_names_are_said_by_number(study: Study, tmp_path: Path) -> None:
    np.savez(tmp_path / "bare.npz", labels=np.full((96, 600), 7, np.uint8))
    study.labels.write(WHOLE, 0, origin="paint")
    finish(import_labels_job(study, tmp_path / "bare.npz", aliases={"7": "sandeel"}))
    assert (study.labels.read(WHOLE) == 2).all()


def test_an_alias_for_no_class_names_those_there_are(study: Study, tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", labels=np.ones((96, 600), np.uint8))
    with pytest.raises(LabelError, match=r"no class named 'krill' .*sandeel"):
        finish(import_labels_job(study, tmp_path / "a.npz", aliases={"Krill": "krill"}))
