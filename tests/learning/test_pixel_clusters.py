"""Networks whose method learns no clusters answer with clusters all the same."""

import numpy as np
import numpy.typing as npt
import pytest
import torch
from sklearn.metrics import homogeneity_score
from tests.learning.scenes import NAMES, quick, strokes, survey, truth_map

from napari_fathom.errors import Cancelled
from napari_fathom.events import Box, Done
from napari_fathom.learning.model import Model
from napari_fathom.learning.pixel_clusters import nearest_centroid
from napari_fathom.learning.pixel_task import PixelTask
from napari_fathom.learning.predict import Output, predict
from napari_fathom.learning.train import Training

TRUTH = truth_map()


def trained(**changes: object) -> Model:
    settings = quick(steps=20, **changes)
    for event in Training(survey(TRUTH), strokes(TRUTH), NAMES, settings, device="cpu").events():
        if isinstance(event, Done):
            return event.result
    raise Cancelled


def clusters_of(model: Model, truth: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    found = np.zeros(truth.shape, np.int64)

    def write(box: Box, output: Output) -> None:
        found[box[0] : box[1], box[2] : box[3]] = output.cluster

    list(predict(model, survey(truth, seed=9), write, device="cpu"))
    return found


def test_the_largest_output_is_that_of_the_nearest_centroid() -> None:
    random = torch.Generator().manual_seed(0)
    rows, centroids = torch.randn(500, 6, generator=random), torch.randn(9, 6, generator=random)
    brute = torch.cdist(rows, centroids).argmin(1)
    with torch.no_grad():
        assert torch.equal(nearest_centroid(centroids)(rows).argmax(1), brute)


@pytest.mark.parametrize("method", ["supseg", "filter-bank"])
def test_a_network_of_classes_alone_finds_clusters_that_keep_classes_apart(method: str) -> None:
    unseen = truth_map(seed=9)
    found = clusters_of(trained(method=method), unseen)
    assert len(np.unique(found)) >= 9  # of twelve
    assert homogeneity_score(unseen.ravel(), found.ravel()) > 0.4


def test_clusters_that_a_method_learns_are_left_to_it() -> None:
    def head(**changes: object) -> torch.Tensor:
        return trained(epochs=1, **changes).network.heads.state_dict()["_clusters.bias"]

    assert head(method="supseg").lt(0).all()  # minus half the centroids' squared lengths
    assert not head(method="supseg", ambiguity=True).lt(0).all()
    assert not head(method="predklus").lt(0).all()


@pytest.mark.parametrize(("before", "stays"), [("supseg", False), ("predklus", True)])
def test_a_method_goes_on_from_clusters_that_were_learned_not_from_found_ones(
    before: str, stays: bool
) -> None:
    """Found ones are so sure that PredKlus' first losses were twice chance's, at its classes' cost."""
    start = trained(method=before, epochs=1)
    going_on = PixelTask(survey(TRUTH), strokes(TRUTH), NAMES, quick(method="predklus"), start).network()
    heads = (network.heads.state_dict()["_clusters.weight"] for network in (start.network, going_on))
    assert torch.equal(*heads) == stays
