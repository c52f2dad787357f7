"""napari's Save dialog: a layer of a survey keeps its coordinates, any other is saved as it is."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import tifffile
from napari.components import ViewerModel
from napari.layers import Labels
from npe2 import PluginManifest
from pytestqt.qtbot import QtBot
from tests.viewer.studies import PINGS, ROWS, copy_of

from napari_fathom.echogram.evr import read_evr
from napari_fathom.echogram.exchange import open_labels
from napari_fathom.errors import LabelError
from napari_fathom.study import Study
from napari_fathom.viewer.navigate import look_at
from napari_fathom.viewer.paint_window import PaintWindow
from napari_fathom.viewer.prediction_layers import PredictionLayers
from napari_fathom.viewer.survey_view import SurveyView
from napari_fathom.viewer.writers import write_evr_regions, write_npz, write_tiff

WHOLE = (0, ROWS, 0, PINGS)
WRITERS = {".tif": write_tiff, ".npz": write_npz, ".evr": write_evr_regions}


@pytest.fixture
def study(answered: Path, tmp_path: Path) -> Iterator[Study]:
    with copy_of(answered, tmp_path / "copy") as study:
        yield study


@pytest.fixture
def class_layer(study: Study, qtbot: QtBot) -> Iterator[Labels]:
    view = SurveyView(ViewerModel(), study.echogram)
    layers = PredictionLayers(view)
    prediction = study.prediction()
    assert prediction is not None
    layers.show(prediction, study.classes)
    layer = layers.layer("class")
    assert isinstance(layer, Labels)
    yield layer
    view.close()


@pytest.mark.parametrize("suffix", WRITERS)
def test_a_class_layer_is_saved_whole_and_reads_back(
    suffix: str, class_layer: Labels, study: Study, tmp_path: Path
) -> None:
    data, attributes, _ = class_layer.as_layer_data_tuple()
    path = tmp_path / f"saved{suffix}"
    assert WRITERS[suffix](str(path), data, attributes) == [str(path)]
    classes = {item.name: item.value for item in study.classes}
    back = open_labels(path, study.echogram, classes).read(WHOLE)
    store = study.prediction()
    assert store is not None
    np.testing.assert_array_equal(back, store.read("class", WHOLE))


@pytest.mark.parametrize("suffix", WRITERS)
def test_the_painted_layer_is_saved_with_the_strokes_beyond_its_window(
    suffix: str, study: Study, tmp_path: Path, qtbot: QtBot
) -> None:
    study.labels.write((40, 50, PINGS - 30, PINGS - 10), 3, origin="paint")
    viewer = ViewerModel()
    view = SurveyView(viewer, study.echogram)
    look_at(viewer, view.frame, (0, 30, 0, 40))
    painting = PaintWindow(view, study.labels)
    qtbot.waitUntil(lambda: painting.box is not None)
    data, attributes, _ = painting.layer.as_layer_data_tuple()
    assert data.shape != study.labels.shape
    path = tmp_path / f"saved{suffix}"
    WRITERS[suffix](str(path), data, attributes)
    classes = {item.name: item.value for item in study.classes}
    back = open_labels(path, study.echogram, classes).read(WHOLE)
    np.testing.assert_array_equal(back, study.labels.read(WHOLE))
    painting.close()
    view.close()


def test_any_other_labels_layer_is_saved_in_the_smallest_type(tmp_path: Path) -> None:
    values = np.arange(12).reshape(3, 4)
    data, attributes, _ = Labels(values).as_layer_data_tuple()
    write_tiff(str(tmp_path / "a.tif"), data, attributes)
    write_npz(str(tmp_path / "a.npz"), data, attributes)
    image = tifffile.imread(tmp_path / "a.tif")
    assert image.dtype == np.uint8
    np.testing.assert_array_equal(image, values)
    with np.load(tmp_path / "a.npz") as arrays:
        np.testing.assert_array_equal(arrays["labels"], values)


def test_regions_of_a_layer_without_times_are_refused_with_advice(tmp_path: Path) -> None:
    data, attributes, _ = Labels(np.ones((3, 4), int), name="mine").as_layer_data_tuple()
    with pytest.raises(LabelError, match="mine: it has no ping times"):
        write_evr_regions(str(tmp_path / "a.evr"), data, attributes)
    assert not (tmp_path / "a.evr").exists()


def test_exported_regions_carry_the_class_names(class_layer: Labels, tmp_path: Path) -> None:
    data, attributes, _ = class_layer.as_layer_data_tuple()
    write_evr_regions(str(tmp_path / "a.evr"), data, attributes)
    assert {region.class_name for region in read_evr(tmp_path / "a.evr")} <= {"background", "sandeel"}


def test_the_manifest_offers_the_writers_for_labels() -> None:
    manifest = PluginManifest.from_distribution("napari-fathom")
    offered = {
        extension
        for writer in manifest.contributions.writers or []
        for extension in writer.filename_extensions
        if any(str(kind.layer_type.value) == "labels" for kind in writer.layer_type_constraints())
    }
    assert {".npz", ".evr", ".tif"} <= offered
