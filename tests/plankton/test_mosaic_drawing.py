"""What the mosaic's layers show equals tiles pasted one by one, at every level."""

import numpy as np
import pytest

from napari_fathom.events import Done
from napari_fathom.plankton import Collection, convert_collection
from napari_fathom.plankton.mosaic import arrange
from napari_fathom.plankton.mosaic_drawing import (
    FRAME,
    GROUND,
    ClassSource,
    PictureSource,
    Said,
    speck_levels,
)
from napari_fathom.plankton.mosaic_layout import MosaicLayout, TileSize
from napari_fathom.plankton.options import shrink
from napari_fathom.plankton.simulate import PlanktonSettings, write_simulated_plankton


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    folder = tmp_path_factory.mktemp("drawn")
    images = write_simulated_plankton(folder, PlanktonSettings(objects=150, votes=1))
    *_, done = convert_collection(images, folder / "drawn.collection")
    assert isinstance(done, Done)
    return done.result


@pytest.fixture(scope="module")
def layout(collection: Collection) -> MosaicLayout:
    arrangement = arrange(collection.objects, "object_id", ascending=False, group_by="class_name")
    return MosaicLayout(arrangement, 9, TileSize(64, 8, 32))


def pasted(collection: Collection, layout: MosaicLayout) -> np.ndarray:
    """The whole mosaic, one tile after the other."""
    canvas = np.full(layout.shape, GROUND, np.uint8)
    for row in layout.arrangement.order:
        y, x = layout.corners([row])[0]
        canvas[y : y + 64, x : x + 64] = collection.vignettes[int(row)]
    return canvas


def test_the_finest_level_is_the_vignettes_side_by_side(collection: Collection, layout: MosaicLayout) -> None:
    source = PictureSource(collection, layout, speck_levels(np.asarray(collection.specks[:])))
    whole = pasted(collection, layout)
    height, width = layout.shape
    np.testing.assert_array_equal(source.read(0, (0, height, 0, width)), whole)
    np.testing.assert_array_equal(source.read(0, (37, 301, 55, 406)), whole[37:301, 55:406])


@pytest.mark.parametrize("level", [1, 2, 3])
def test_coarser_levels_are_means_while_tiles_lie_on_their_grid(
    collection: Collection, layout: MosaicLayout, level: int
) -> None:
    source = PictureSource(collection, layout, speck_levels(np.asarray(collection.specks[:])))
    step = 2**level
    rows, columns = (side // step for side in layout.shape)
    means = pasted(collection, layout)[: rows * step, : columns * step]
    means = means.reshape(rows, step, columns, step).mean(axis=(1, 3))
    shown = source.read(level, (0, rows, 0, columns))
    assert np.abs(shown - means).max() <= 1.0


def test_specks_shrink_as_vignettes_do(collection: Collection) -> None:
    specks = np.asarray(collection.specks[:])
    whole, *smaller = speck_levels(specks)
    np.testing.assert_array_equal(whole, specks)
    assert [level.shape[1:] for level in smaller] == [(4, 4), (2, 2), (1, 1)]
    for fine, coarse in zip((whole, *smaller), smaller, strict=False):
        np.testing.assert_array_equal(coarse, shrink(fine, fine.shape[1] // 2))


def test_the_coarsest_level_covers_the_canvas_and_is_small(
    collection: Collection, layout: MosaicLayout
) -> None:
    source = PictureSource(collection, layout, speck_levels(np.asarray(collection.specks[:])))
    rows, columns = source.shapes[-1]
    assert max(rows, columns) <= 512
    assert source.read(len(source.shapes) - 1, (0, rows, 0, columns)).shape == (rows, columns)


def test_a_persons_frame_is_whole_and_a_machines_is_dashed(
    collection: Collection, layout: MosaicLayout
) -> None:
    values = np.zeros(len(collection), np.uint16)
    sure = np.zeros(len(collection), bool)
    order = layout.arrangement.order
    values[order[0]], sure[order[0]] = 3, True
    values[order[1]] = 5
    source = ClassSource(layout, Said(values, sure))
    for row, value in ((order[0], 3), (order[1], 5)):
        y, x = layout.corners([row])[0]
        tile = source.read(0, (y, y + 64, x, x + 64))
        inner = np.ones((64, 64), bool)
        inner[:FRAME] = inner[-FRAME:] = False
        inner[:, :FRAME] = inner[:, -FRAME:] = False
        assert (tile[inner] == 0).all()
        framed = tile[~inner] == value
        if sure[row]:
            assert framed.all()
        else:
            assert 0.3 < framed.mean() < 0.7
            assert set(np.unique(tile)) == {0, value}


def test_farther_away_frames_stay_and_farthest_tiles_are_filled(
    collection: Collection, layout: MosaicLayout
) -> None:
    values = np.arange(1, len(collection) + 1, dtype=np.uint16)
    source = ClassSource(layout, Said(values, np.ones(len(collection), bool)))
    rows, columns = (side // 8 for side in layout.shape)
    shown = source.read(3, (0, rows, 0, columns))
    for row in layout.arrangement.order[:40]:
        y, x = layout.corners([row])[0] // 8
        tile = shown[y : y + 8, x : x + 8]
        edge = np.concatenate([tile[0], tile[-1], tile[:, 0], tile[:, -1]])
        assert (edge == values[row]).all() and (tile[1:-1, 1:-1] == 0).all()
    far = source.read(5, (0, layout.shape[0] // 32, 0, layout.shape[1] // 32))
    for row in layout.arrangement.order[:40]:
        y, x = (layout.corners([row])[0] + 32) // 32  # the middle of a tile
        assert far[y, x] == values[row] or far[y - 1, x - 1] == values[row]
