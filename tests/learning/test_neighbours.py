"""Nearest neighbours, exact, of many items in little memory."""

import numpy as np
import pytest
import torch
from sklearn.metrics.pairwise import cosine_similarity

from napari_fathom.errors import Cancelled
from napari_fathom.events import Progress
from napari_fathom.learning import neighbours
from napari_fathom.learning.images.parts import finished
from napari_fathom.learning.kmeans import Backend, faiss_available
from napari_fathom.learning.neighbours import nearest_neighbours

ROWS = torch.randn(30, 4, generator=torch.Generator().manual_seed(0))
WITHOUT = pytest.mark.skipif(not faiss_available(), reason="no faiss")
BACKENDS = ["torch", pytest.param("faiss", marks=WITHOUT)]


@pytest.mark.parametrize("backend", BACKENDS)
def test_neighbours_are_the_nearest_others_by_angle(backend: Backend) -> None:
    alike = cosine_similarity(ROWS.numpy())
    np.fill_diagonal(alike, -np.inf)
    found = finished(nearest_neighbours(ROWS, 7, backend=backend))
    np.testing.assert_array_equal(found, np.argsort(-alike, axis=1)[:, :7])
    assert finished(nearest_neighbours(ROWS, 100, backend=backend)).shape == (30, 29)


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_item_is_never_its_own_neighbour_however_many_are_the_same(backend: Backend) -> None:
    same = finished(nearest_neighbours(torch.ones(9, 3), 4, backend=backend))
    assert same.shape == (9, 4)
    assert not (same == torch.arange(9)[:, None]).any()


def test_memory_is_bounded_and_progress_told_and_stop_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "_SCORES", 100)  # three rows of thirty scores
    whole = finished(nearest_neighbours(ROWS, 5, backend="torch"))
    told = list(nearest_neighbours(ROWS, 5, backend="torch"))
    assert told[0] == Progress("neighbours", 3, 30) and told[-1] == Progress("neighbours", 30, 30)
    monkeypatch.undo()
    assert torch.equal(whole, finished(nearest_neighbours(ROWS, 5, backend="torch")))

    def stop() -> None:
        raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        finished(nearest_neighbours(ROWS, 2, stop))
