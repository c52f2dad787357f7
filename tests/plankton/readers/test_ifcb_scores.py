"""What classifiers and people said of IFCB targets, in the files that lie beside the bins."""

import shutil
from pathlib import Path
from zipfile import ZipFile

import h5py
import numpy as np
import pytest
import scipy.io
from tests.plankton.sets import tables_of, told, write

BIN = "IFCB5_2012_028_081515"
SAID = "D20220522T003051_IFCB134"
"""The bin that lies in the archive with its scores in three formats, and labels by hand."""
FILES = {
    "csv": f"class2022_csv/{SAID}.csv",
    "mat": f"class2022_v1/{SAID}_class_v1.mat",
    "h5": f"class2022_h5/{SAID}_class.h5",
}


@pytest.fixture
def scored(shipped_data: Path, tmp_path: Path) -> Path:
    """The bin by itself, with nothing said."""
    with ZipFile(shipped_data / "plankton" / "ifcb_with_scores.zip") as archive:
        archive.extractall(tmp_path)
    folder = Path(shutil.copytree(tmp_path / "test_data", tmp_path / "kept" / "all"))
    for name in folder.glob("data/*"):
        if not name.name.startswith(SAID):
            name.unlink()
    for name in ("png", "png2", "manual"):
        shutil.rmtree(folder / name)
    shutil.rmtree(folder / "class")
    return folder


def put(folder: Path, name: str) -> Path:
    source = folder.parent.parent / "test_data"
    return Path(shutil.copy(source / name, folder))


@pytest.fixture
def old_bin(shipped_data: Path, tmp_path: Path) -> Path:
    """Six targets with an image."""
    return Path(shutil.copytree(shipped_data / "plankton" / "ifcb", tmp_path / "bins"))


@pytest.mark.parametrize("kind", FILES)
def test_scores_in_any_of_the_three_formats_are_predictions(scored: Path, kind: str) -> None:
    put(scored, f"class/{FILES[kind]}")
    objects = tables_of(scored).objects
    assert objects["roi_number"].tolist() == [2, 3]
    assert objects["class_name"].tolist() == objects["class_auto"].tolist() == ["Mesodinium_rubrum"] * 2
    assert objects["status"].tolist() == ["predicted"] * 2
    np.testing.assert_allclose(objects["score"], [0.63, 0.69])


@pytest.mark.parametrize("kind", ["mat", "h5"])
def test_where_a_file_has_every_score_the_next_class_is_told_too(scored: Path, kind: str) -> None:
    put(scored, f"class/{FILES[kind]}")
    objects = tables_of(scored).objects
    assert objects["class_second"].tolist() == ["Prorocentrum_micans", "Lingulodinium_polyedra"]
    np.testing.assert_allclose(objects["score_second"], [0.17, 0.06])


def test_a_prediction_is_of_the_classifier_that_the_file_names(scored: Path) -> None:
    put(scored, f"class/{FILES['csv']}")
    put(scored, f"class/{FILES['h5']}")  # says more, and counts
    assert tables_of(scored).objects["annotator"].eq("SMHI NIVA ResNet50 V5").all()


def test_labels_by_hand_count_more_than_a_classifiers_whose_scores_stay(scored: Path) -> None:
    put(scored, f"class/{FILES['h5']}")
    put(scored, f"manual/{SAID}.mat")
    objects = tables_of(scored).objects
    assert objects["status"].tolist() == ["validated"] * 2
    assert objects["annotator"].tolist() == [""] * 2
    np.testing.assert_allclose(objects["score"], [0.63, 0.69])


def test_one_file_of_a_bin_brings_what_is_said_of_it(scored: Path) -> None:
    shutil.copy(put(scored, f"class/{FILES['h5']}"), scored / "data")
    assert tables_of(scored / "data" / f"{SAID}.adc").objects["status"].tolist() == ["predicted"] * 2


def test_below_the_threshold_there_is_no_class_but_a_score(old_bin: Path) -> None:
    with h5py.File(old_bin / f"{BIN}_class.h5", "w") as file:
        file["output_scores"] = np.array([[0.2, 0.8], [0.6, 0.4]])
        file["class_labels"] = ["Ciliate", "Diatom"]
        file["class_name"] = ["Diatom", "unclassified"]
        file["roi_numbers"] = np.array([1, 3], np.int32)
    objects = tables_of(old_bin).objects
    assert objects["class_name"].tolist() == ["Diatom", "", "", "", "", ""]
    assert objects["class_auto"].tolist() == ["Diatom", "", "Ciliate", "", "", ""]
    np.testing.assert_array_equal(objects["score"], [0.8, np.nan, 0.6, np.nan, np.nan, np.nan])


def test_targets_that_nobody_has_named_by_hand_keep_the_prediction(old_bin: Path) -> None:
    write(old_bin / f"{BIN}.csv", f"file_name,class_name,class_name_auto,score\n{BIN}_00002.png,a,a,0.9\n")
    scipy.io.savemat(
        old_bin / f"{BIN}.mat",
        {
            "class2use_manual": np.array(["unclassified", "Diatom"], object),
            "classlist": np.array([[1.0, 2.0, np.nan], [2.0, 1.0, np.nan], [3.0, np.nan, np.nan]]),
        },
    )
    objects = tables_of(old_bin).objects
    assert objects["class_name"].tolist()[:3] == ["Diatom", "a", ""]
    assert objects["status"].tolist()[:3] == ["validated", "predicted", ""]


def test_scores_of_one_column_a_class_are_read_too(old_bin: Path) -> None:
    rows = "".join(f"{BIN}_{number:05d},0.1,{number / 10},0.2\n" for number in (1, 3))
    write(old_bin / f"{BIN}_class_v1.csv", "pid,Ciliate,Diatom,Other\n" + rows)
    objects = tables_of(old_bin).objects
    assert objects["class_name"].tolist() == ["Other", "", "Diatom", "", "", ""]
    assert objects["score"].tolist()[:1] == [0.2]
    assert objects["status"].tolist() == ["predicted", "", "predicted", "", "", ""]


@pytest.mark.parametrize("suffix", ["h5", "mat"])
def test_a_damaged_file_of_scores_is_told_and_the_bin_loads(old_bin: Path, suffix: str) -> None:
    (old_bin / f"{BIN}_class.{suffix}").write_bytes(b"MATLAB 5.0 MAT-file" + bytes(200))
    tables = tables_of(old_bin)
    assert len(tables.objects) == 6
    assert told(tables) == [(f"{BIN}_class.{suffix}", None)]


def test_scores_that_do_not_fit_their_targets_are_told(old_bin: Path) -> None:
    with h5py.File(old_bin / f"{BIN}_class.h5", "w") as file:
        file["output_scores"] = np.ones((2, 3))
        file["class_labels"] = ["a", "b", "c"]
        file["roi_numbers"] = np.arange(5)
    (fault,) = tables_of(old_bin).faults
    assert "(2, 3) for 5 targets and 3 classes" in fault.message


def test_files_of_other_things_are_passed_over(old_bin: Path) -> None:
    scipy.io.savemat(old_bin / f"{BIN}.mat", {"features": np.ones((2, 2))})
    with h5py.File(old_bin / f"{BIN}_class.h5", "w") as file:
        file["x"] = 1
    tables = tables_of(old_bin)
    assert not tables.faults and tables.objects["class_name"].eq("").all()
