from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from napari.layers import Image
from numpy.typing import NDArray

from napari_fathom.echogram.store import level_shapes
from napari_fathom.events import Box
from napari_fathom.viewer.pyramid import LazyPyramid, as_layer_data, display_rows
from napari_fathom.viewer.tiles import TileLoader


class Ramp:
    """Level k holds ping + row / 1000 of the finest cell it begins at."""

    dtype: np.dtype[Any] = np.dtype(np.float64)
    trailing: tuple[int, ...] = ()

    def __init__(self, rows: int = 700, pings: int = 4000) -> None:
        self.shapes = tuple(level_shapes(rows, pings))
        self.offset = 0.0
        self.broken = False

    def read(self, level: int, box: Box) -> NDArray[np.float64]:
        if self.broken:
            raise OSError("the drive is gone")
        rows = np.arange(box[0], box[1]) * (self.shapes[0][0] / self.shapes[level][0])
        pings = np.arange(box[2], box[3]) * (self.shapes[0][1] / self.shapes[level][1])
        return self.offset + pings[None, :] + rows[:, None] / 1000


@pytest.fixture
def loader() -> Any:
    loader = TileLoader()
    yield loader
    loader.close()


def test_a_level_answers_at_once_from_the_coarsest_and_exactly_when_its_tiles_have_come(loader: Any) -> None:
    source = Ramp()
    level = LazyPyramid(source, loader).levels()[0]
    at_once = level[100:200, 1000:1500]
    assert at_once.shape == (100, 500)
    factor = source.shapes[0][1] / source.shapes[-1][1]
    assert np.abs(at_once - source.read(0, (100, 200, 1000, 1500))).max() < factor + 1
    assert loader.wait_idle(5)
    np.testing.assert_array_equal(level[100:200, 1000:1500], source.read(0, (100, 200, 1000, 1500)))


def test_as_an_array_a_level_is_exact_without_waiting_for_tiles(loader: Any) -> None:
    source = Ramp()
    level = LazyPyramid(source, loader).levels()[1]
    rows, pings = source.shapes[1]
    np.testing.assert_array_equal(np.asarray(level), source.read(1, (0, rows, 0, pings)))


@pytest.mark.parametrize(
    "key", [(5, 7), (slice(3, 9, 2), slice(None)), (slice(None), 4), (..., slice(0, 3)), 6]
)
def test_a_level_is_sliced_as_an_array_is(loader: Any, key: Any) -> None:
    source = Ramp(40, 60)
    level = LazyPyramid(source, loader).levels()[0]
    level[:, :]
    assert loader.wait_idle(5)
    np.testing.assert_array_equal(level[key], np.asarray(level)[key])


def test_what_changed_in_the_source_is_read_again(loader: Any) -> None:
    source = Ramp()
    pyramid = LazyPyramid(source, loader)
    level = pyramid.levels()[0]
    level[0:10, 0:10]
    loader.wait_idle(5)
    source.offset = 500.0
    pyramid.forget((0, 5, 0, 5))
    level[0:10, 0:10]
    loader.wait_idle(5)
    assert level[0, 0] == 500.0


def test_a_hole_is_empty_at_every_level(loader: Any) -> None:
    source = Ramp()
    source.offset = 1.0
    pyramid = LazyPyramid(source, loader)
    pyramid.hole = (100, 300, 1000, 2000)
    for level in pyramid.levels():
        down, along = 700 / level.shape[0], 4000 / level.shape[1]
        shown = level[:, :]
        assert (shown[int(110 / down) : int(290 / down), int(1010 / along) : int(1990 / along)] == 0).all()
        assert (shown[: int(90 / down)] > 0).all()


def test_a_tile_that_can_not_be_read_is_told_and_the_guess_stays(loader: Any) -> None:
    source, told = Ramp(), []
    level = LazyPyramid(source, loader, failed=told.append).levels()[0]
    source.broken = True
    assert level[0:10, 0:10].shape == (10, 10)
    assert loader.wait_idle(5)
    assert isinstance(told[0], OSError)


def test_napari_shows_the_levels_as_one_multiscale_image(loader: Any) -> None:
    layer = Image(**as_layer_data(LazyPyramid(Ramp(), loader).levels()))
    assert layer.multiscale
    assert layer.level_shapes.tolist() == [list(shape) for shape in Ramp().shapes]


def test_a_survey_with_one_level_is_no_multiscale_image(loader: Any) -> None:
    assert not Image(**as_layer_data(LazyPyramid(Ramp(50, 60), loader).levels())).multiscale


@given(
    rows=st.integers(2, 40_000),
    pings=st.integers(2000, 2_000_000),
    stretch=st.floats(1e-5, 1e3),
    height=st.integers(200, 2000),
    width=st.integers(300, 4000),
)
def test_whatever_the_aspect_a_whole_survey_is_shown_from_a_level_that_fits_a_screen(
    rows: int, pings: int, stretch: float, height: int, width: int
) -> None:
    """The oracle is napari's rule: the coarsest level that exceeds the canvas along every axis that does."""
    shapes = level_shapes(rows, pings)
    shown = display_rows(shapes, stretch)
    assert all(declared >= stored for declared, (stored, _) in zip(shown, shapes, strict=True))
    zoom = min(height / rows, width / (pings * stretch))  # pixels a row, the whole survey in the canvas
    requested = np.array([height / zoom, width / zoom / stretch])
    factors = np.array([[rows / r, pings / p] for r, (_, p) in zip(shown, shapes, strict=True)])
    canvas = np.array([height, width])
    active = (requested > canvas) & (factors > 1).any(axis=0)
    fits = [k for k, f in enumerate(factors) if (requested / f > canvas)[active].all()]
    level = fits[-1] if active.any() and fits else 0
    across = min(shapes[level][1], requested[1] / factors[level][1])
    assert across <= 2.1 * max(width, 1024)
