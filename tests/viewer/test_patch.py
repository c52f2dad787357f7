"""The patch under the cursor, against scipy's labelling of the whole array."""

import numpy as np
import pytest
from scipy import ndimage

from napari_fathom.events import Box
from napari_fathom.viewer.patch import patch_at


def reader(values: np.ndarray):
    def read(box: Box) -> np.ndarray:
        return values[box[0] : box[1], box[2] : box[3]]

    return read


@pytest.mark.parametrize("seed", range(4))
def test_it_is_the_connected_component_of_the_cells_class(seed: int) -> None:
    rng = np.random.default_rng(seed)
    smooth = ndimage.gaussian_filter(rng.normal(size=(200, 900)), 6)
    values = (1 + (smooth > 0)).astype(np.uint8)
    cell = (int(rng.integers(200)), int(rng.integers(900)))
    found = patch_at(reader(values), values.shape, cell)
    assert found is not None
    box, patch = found
    whole = np.zeros(values.shape, bool)
    whole[box[0] : box[1], box[2] : box[3]] = patch
    parts, _ = ndimage.label(values == values[cell], structure=np.ones((3, 3)))
    np.testing.assert_array_equal(whole, parts == parts[cell])


def test_a_patch_that_never_ends_is_cut_at_the_limit() -> None:
    values = np.ones((10, 10_000), np.uint8)
    found = patch_at(reader(values), values.shape, (5, 5000), limit=1000)
    assert found is not None
    assert found[0] == (0, 10, 4000, 6001)


def test_where_nothing_is_predicted_there_is_no_patch() -> None:
    assert patch_at(reader(np.zeros((4, 4), np.uint8)), (4, 4), (1, 1)) is None
