"""Models of images on disk, and models of the wrong kind."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.learning.images.shapes import NAMES, collection, quick, some
from tests.learning.test_model_file import made

from napari_fathom.errors import FormatError
from napari_fathom.events import Done
from napari_fathom.learning.clusterers import Nearest
from napari_fathom.learning.images.model import ImageModel
from napari_fathom.learning.images.model_file import load_image_model, save_image_model
from napari_fathom.learning.images.predict import predict_images
from napari_fathom.learning.images.training import ImageTraining
from napari_fathom.learning.methods.dec import CENTROIDS
from napari_fathom.learning.model_file import load_model, save_model

IMAGES, TRUTH = collection(10)


def trained(method: str, **changes: object) -> ImageModel:
    settings = quick(method=method, measures=True, ambiguity=True, epochs=1, **changes)
    training = ImageTraining(IMAGES, some(TRUTH, 5), NAMES, settings, device="cpu")
    list(training.events())
    assert training.best is not None
    return training.best


def asked(model: ImageModel) -> np.ndarray:
    last = list(predict_images(model, IMAGES, device="cpu"))[-1]
    assert isinstance(last, Done)
    return np.column_stack([last.result.probabilities, last.result.cluster, last.result.ambiguity])


@pytest.mark.parametrize(
    ("method", "clusterer"),
    [
        ("mean-teacher", "own"),
        ("forest", "own"),
        ("simclr", "spectral"),
        ("autoencoder", "mixture"),
        ("dec", "own"),
    ],
)
def test_a_model_comes_back_as_it_was(method: str, clusterer: str, tmp_path: Path) -> None:
    model = trained(method, clusterer=clusterer)
    save_image_model(model, tmp_path)
    again = load_image_model(tmp_path)
    assert np.array_equal(asked(again), asked(model))
    for name in ("settings", "class_names", "side", "scaling", "calibration", "provenance"):
        assert getattr(again, name) == getattr(model, name) or name == "calibration"
    assert again.calibration.bias == model.calibration.bias


def test_a_forest_on_a_network_of_other_classes_comes_back(tmp_path: Path) -> None:
    settings = quick(method="forest", measures=True)
    names = (*NAMES, "star")
    training = ImageTraining(
        IMAGES, some(TRUTH, 5), names, settings, start=trained("supervised"), device="cpu"
    )
    list(training.events())
    assert training.best is not None
    save_image_model(training.best, tmp_path)
    assert np.array_equal(asked(load_image_model(tmp_path)), asked(training.best))


def test_a_forest_of_an_older_version_knows_its_clusters(tmp_path: Path) -> None:
    model = trained("forest")
    assert isinstance(model.clusterer, Nearest)
    centres = torch.from_numpy(model.clusterer.points)
    save_image_model(replace(model, clusterer=None, method_state={CENTROIDS: centres}), tmp_path)
    path = tmp_path / "model.json"
    described = json.loads(path.read_text())
    del described["clusterer"]
    path.write_text(json.dumps(described))
    assert np.array_equal(asked(load_image_model(tmp_path)), asked(model))


def test_the_wrong_kind_is_refused_by_name(tmp_path: Path) -> None:
    save_image_model(trained("forest"), tmp_path / "images")
    save_model(made(), tmp_path / "pixels")
    with pytest.raises(FormatError, match=r"model\.json: a model for the images of collections.*surveys"):
        load_model(tmp_path / "images")
    with pytest.raises(FormatError, match=r"model\.json: a model for the pixels of surveys.*collections"):
        load_image_model(tmp_path / "pixels")


def test_a_model_from_before_there_were_kinds_is_of_pixels(tmp_path: Path) -> None:
    save_model(made(), tmp_path)
    path = tmp_path / "model.json"
    described = json.loads(path.read_text())
    del described["kind"]
    path.write_text(json.dumps(described))
    assert load_model(tmp_path).channels == 4


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"classifier": "magic"}, "KeyError"),
        ({"clusterer": "magic"}, "KeyError"),
        ({"clusterer": "mixture"}, "KeyError"),
        ({"classifier": None}, "neither a network nor a classifier"),
        ({"class_names": ["a"]}, "the calibration knows 4 classes, the model 1"),
        ({"scaling": {"grey": 1, "nonsense": 2}}, "TypeError"),
    ],
)
def test_a_description_that_does_not_fit_is_refused(
    changes: dict[str, object], message: str, tmp_path: Path
) -> None:
    save_image_model(trained("forest"), tmp_path)
    path = tmp_path / "model.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    with pytest.raises(FormatError, match=message):
        load_image_model(tmp_path)
