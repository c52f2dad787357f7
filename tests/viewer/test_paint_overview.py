from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from napari_fathom.echogram.store import level_shapes
from napari_fathom.labels import LabelStore
from napari_fathom.viewer.paint_overview import LabelPyramid, pooled


@given(st.integers(1, 13), st.integers(1, 17), st.sampled_from([1, 2, 4]), st.sampled_from([1, 2, 8]))
def test_each_block_shows_its_largest_label(rows: int, pings: int, down: int, along: int) -> None:
    labels = np.random.default_rng(rows * 100 + pings).integers(0, 4, (rows, pings)).astype(np.uint8)
    small = pooled(labels, down, along)
    for (row, ping), value in np.ndenumerate(small):
        block = labels[row * down : (row + 1) * down, ping * along : (ping + 1) * along]
        assert value == block.max()


def test_the_thinnest_stroke_is_seen_at_every_zoom_also_after_it_moved(tmp_path: Path) -> None:
    shape = (601, 9001)
    shapes = tuple(level_shapes(*shape))
    with LabelStore.create(tmp_path / "labels", shape) as store:
        store.write((300, 301, 100, 8900), 2, origin="paint")
        pyramid = LabelPyramid(store, shapes)
        store.write((300, 301, 100, 4000), 0, origin="paint")
        store.write((599, 601, 8990, 9001), 3, origin="paint")
        pyramid.update((300, 301, 100, 4000))
        pyramid.update((599, 601, 8990, 9001))
        whole = store.read((0, shape[0], 0, shape[1]))
        for level, (rows, pings) in enumerate(shapes):
            down, along = -(-shape[0] // rows), -(-shape[1] // pings)
            np.testing.assert_array_equal(
                pyramid.read(level, (0, rows, 0, pings)), pooled(whole, down, along)
            )


def test_what_was_never_painted_takes_no_memory(tmp_path: Path) -> None:
    with LabelStore.create(tmp_path / "labels", (500, 2_000_000)) as store:
        store.write((10, 20, 1_500_000, 1_500_100), 1, origin="paint")
        pyramid = LabelPyramid(store, tuple(level_shapes(500, 2_000_000)))
        assert pyramid.read(5, (0, 250, 0, 30_000)).max() == 0
        assert pyramid.read(5, (0, 500, 1_500_000 // 32, 1_500_000 // 32 + 4)).max() == 1
