"""Class, cluster and ambiguity of every image."""

import threading
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
import torch
from tests.learning.images.shapes import NAMES, collection, quick, some

from napari_fathom.errors import Cancelled
from napari_fathom.events import Done, Progress
from napari_fathom.learning.images.model import ImageModel
from napari_fathom.learning.images.predict import ImageAnswers, predict_images
from napari_fathom.learning.images.source import ArrayImages
from napari_fathom.learning.images.training import ImageTraining

IMAGES, TRUTH = collection(10)


@pytest.fixture(scope="module")
def model() -> ImageModel:
    settings = quick(method="supervised", ambiguity=True, measures=True, steps=10)
    training = ImageTraining(IMAGES, some(TRUTH, 8), NAMES, settings, device="cpu")
    list(training.events())
    assert training.best is not None
    return training.best


def ask(model: ImageModel, images: ArrayImages = IMAGES, batch: int = 256) -> ImageAnswers:
    last = list(predict_images(model, images, device="cpu", batch=batch))[-1]
    assert isinstance(last, Done)
    return last.result


def test_answers_are_calibrated_probabilities_clusters_and_the_ambiguity_head(model: ImageModel) -> None:
    found = ask(model)
    assert model.network is not None
    np.testing.assert_allclose(found.probabilities.sum(1), 1, atol=1e-5)
    assert found.probabilities.shape == (40, 4)
    assert found.cluster.max() < 20
    assert found.features.shape == (40, 16)
    with torch.no_grad():
        features = torch.from_numpy(found.features)
        raw = model.network.heads.classes(features).softmax(1).numpy()
        ambiguity = model.network.heads.ambiguity(features).sigmoid().numpy()
    np.testing.assert_allclose(found.probabilities, model.calibration.apply(raw.T).T, atol=1e-5)
    np.testing.assert_allclose(found.ambiguity, ambiguity, atol=1e-6)


@pytest.mark.parametrize(
    ("rotate", "flip", "as_if"), [(True, True, 8), (True, False, 4), (False, True, 1), (False, False, 1)]
)
def test_no_copy_is_asked_about_that_is_no_view_of_the_image(
    model: ImageModel, rotate: bool, flip: bool, as_if: int
) -> None:
    def features(**changes: object) -> npt.NDArray[np.float32]:
        return ask(replace(model, settings=model.settings.model_copy(update=changes))).features

    found, expected = features(answer_turns=8, rotate=rotate, flip=flip), features(answer_turns=as_if)
    np.testing.assert_allclose(found, expected, atol=1e-5)
    if as_if < 8:
        assert not np.allclose(found, features(answer_turns=8), atol=1e-3)


@pytest.mark.parametrize("anchor", [0.25, 1.0])
def test_ambiguity_is_1_minus_max_p_as_far_as_that_taught_the_head(model: ImageModel, anchor: float) -> None:
    own = ask(model)
    found = ask(replace(model, settings=model.settings.model_copy(update={"ambiguity_anchor": anchor})))
    hesitation = 1 - own.probabilities.max(1)
    np.testing.assert_allclose(found.ambiguity, anchor * hesitation + (1 - anchor) * own.ambiguity, atol=1e-6)


def test_a_class_is_proposed_where_the_image_is_not_ambiguous() -> None:
    answers = ImageAnswers(
        np.array([[0.2, 0.8], [0.9, 0.1]], np.float32),
        np.array([3, 4], np.uint16),
        np.array([0.49, 0.5], np.float32),
        np.zeros((2, 1), np.float32),
    )
    assert answers.most_probable.tolist() == [2, 1]
    assert answers.proposed.tolist() == [2, 0]


def test_batches_make_no_difference(model: ImageModel) -> None:
    whole, parts = ask(model), ask(model, batch=7)
    np.testing.assert_allclose(whole.probabilities, parts.probabilities, atol=1e-5)
    assert np.array_equal(whole.cluster, parts.cluster)


def test_progress_is_told(model: ImageModel) -> None:
    events = list(predict_images(model, IMAGES, device="cpu", batch=16))
    assert [event.done for event in events if isinstance(event, Progress)] == [16, 32, 40]


def test_an_empty_collection_has_empty_answers(model: ImageModel) -> None:
    nothing = ArrayImages(IMAGES.pixels[:0], np.zeros((0, 5), np.float32))
    assert ask(model, nothing).probabilities.shape == (0, 4)


def test_stop_ends_it(model: ImageModel) -> None:
    stop = threading.Event()
    events = predict_images(model, IMAGES, device="cpu", batch=8, stop=stop)
    next(events)
    stop.set()
    with pytest.raises(Cancelled):
        list(events)


def test_too_little_memory_makes_smaller_batches(model: ImageModel, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = ImageModel.answer

    def small(self: ImageModel, views: object, device: torch.device) -> object:
        if len(views) > 10:  # type: ignore[arg-type]
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return answer(self, views, device)  # type: ignore[arg-type]

    monkeypatch.setattr(ImageModel, "answer", small)
    assert len(ask(model, batch=32).cluster) == 40


def test_a_trained_cluster_head_says_the_cluster(model: ImageModel) -> None:
    found = ask(model)
    assert model.network is not None
    with torch.no_grad():
        said = model.network.heads.clusters(torch.from_numpy(found.features)).argmax(1)
    assert np.array_equal(found.cluster, said)


def test_where_nothing_trained_that_head_clusters_are_those_of_the_features(model: ImageModel) -> None:
    plain = replace(model, settings=model.settings.model_copy(update={"ambiguity": False, "clusters": 4}))
    found = ask(plain)
    centres = np.stack([found.features[found.cluster == number].mean(0) for number in range(4)])
    away = np.linalg.norm(found.features[:, None] - centres, axis=2)
    assert (away.argmin(1) == found.cluster).mean() > 0.95
    assert np.array_equal(found.cluster, ask(plain, batch=7).cluster)  # the same seed, whatever the batches
