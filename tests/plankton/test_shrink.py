"""Means over the parts of square images."""

import numpy as np
import pytest

from napari_fathom.plankton.options import shrink


@pytest.mark.parametrize(("whole", "side"), [(64, 8), (20, 8), (16, 16), (19, 4)])
def test_a_shrunk_square_holds_the_means_of_its_parts(whole: int, side: int) -> None:
    squares = np.random.default_rng(0).integers(0, 256, (3, whole, whole), np.uint8)
    edges = [part * whole // side for part in range(side)] + [whole]
    for picture, small in zip(squares, shrink(squares, side), strict=True):
        for row in range(side):
            for column in range(side):
                part = picture[edges[row] : edges[row + 1], edges[column] : edges[column + 1]]
                assert abs(part.mean() - small[row, column]) <= 0.5
