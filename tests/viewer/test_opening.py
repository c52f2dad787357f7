import shutil
from pathlib import Path

import numpy as np
import pytest
from tests.viewer.surveys import make_echogram

from napari_fathom.echogram import Echogram
from napari_fathom.errors import FormatError
from napari_fathom.events import Done
from napari_fathom.study import Study
from napari_fathom.viewer.opening import is_ours, is_study, needs_words, open_job, study_folder
from napari_fathom.viewer.readers import get_reader, layer_data
from napari_fathom.viewer.roles import Role, details_of, role_of


@pytest.fixture
def raw(shipped_data: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(shipped_data / "echo" / "DY1801_EK60-D20180211-T164025.raw", tmp_path))


def finish(paths: list[Path], folder: Path) -> Study:
    *_, last = open_job(paths, folder)(None)
    assert isinstance(last, Done)
    return last.result


def test_raw_files_become_a_study_beside_them_and_the_second_time_that_study_is_opened(
    raw: Path, tmp_path: Path
) -> None:
    folder = study_folder([raw], tmp_path / "elsewhere")
    assert folder == raw.with_suffix(".fathom")
    finish([raw], folder).labels.close()
    assert is_study(folder)
    assert study_folder([raw], tmp_path / "elsewhere") == folder
    with finish([raw], folder) as study:
        assert study.echogram.sources == (raw.name,)


def test_other_files_get_another_study_though_the_first_name_is_the_same(raw: Path, tmp_path: Path) -> None:
    finish([raw], study_folder([raw], tmp_path)).labels.close()
    more = Path(shutil.copy(raw, raw.with_name("DY1801_EK60-D20180211-T170000.raw")))
    assert study_folder([raw, more], tmp_path).name == "DY1801_EK60-D20180211-T164025-2.fathom"


def test_a_survey_store_is_referred_to_by_a_study_beside_it(tmp_path: Path) -> None:
    store = make_echogram(tmp_path, 40, 60).path
    folder = study_folder([store], tmp_path / "elsewhere")
    assert folder == tmp_path / "survey.fathom"
    finish([store], folder).labels.close()
    assert study_folder([store], tmp_path / "elsewhere") == folder


def test_files_that_are_not_echograms_are_left_to_other_readers(tmp_path: Path) -> None:
    note = tmp_path / "note.npy"
    note.write_text("not an array")
    assert get_reader(str(note)) is None
    assert get_reader(str(tmp_path / "missing.raw")) is None
    assert get_reader(str(tmp_path)) is None


def test_raw_files_stores_and_studies_are_ours(raw: Path, tmp_path: Path) -> None:
    store = make_echogram(tmp_path, 40, 60).path
    assert is_ours([raw])
    assert is_ours([store])
    assert get_reader([str(raw)]) is not None
    assert not is_ours([raw, store])


def test_bare_arrays_need_words(tmp_path: Path) -> None:
    path = tmp_path / "sv.npy"
    np.save(path, np.zeros((30, 50), np.float32))
    assert is_ours([path])
    assert needs_words([path])


def test_without_a_window_a_store_gives_one_lazy_layer_a_frequency(echogram: Echogram) -> None:
    from napari.layers import Layer

    layers = [Layer.create(*one) for one in layer_data([echogram.path])]
    assert [details_of(layer)["frequency_hz"] for layer in layers] == [38e3, 120e3, 200e3]
    assert all(role_of(layer) is Role.SV and layer.multiscale for layer in layers)
    assert len({tuple(layer.scale) for layer in layers}) == 1


def test_without_a_window_raw_files_are_refused_with_the_way_to_convert_them(raw: Path) -> None:
    with pytest.raises(FormatError, match="fathom convert"):
        layer_data([raw])
