import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import ndimage

from napari_fathom.echogram.rings import simple_pieces, trace


@st.composite
def patches(draw: st.DrawFn) -> np.ndarray:
    """One connected patch with whatever holes chance gives it."""
    shape = draw(st.tuples(st.integers(1, 12), st.integers(1, 12)))
    cells = draw(hnp.arrays(bool, shape, elements=st.integers(0, 9).map(lambda n: n < 7)))
    numbers, count = ndimage.label(cells)
    if not count:
        return np.ones((1, 1), bool)
    sizes = np.bincount(numbers.ravel())[1:]
    box = ndimage.find_objects(numbers)[int(sizes.argmax())]
    return numbers[box] == sizes.argmax() + 1


@given(patches())
def test_pieces_together_are_the_patch_and_never_overlap(patch: np.ndarray) -> None:
    sheet = np.zeros(patch.shape, int)
    for top, left, piece in simple_pieces(patch):
        sheet[top : top + piece.shape[0], left : left + piece.shape[1]] += piece

    assert np.array_equal(sheet, patch.astype(int))


@given(patches())
def test_an_outline_never_meets_itself_and_encloses_its_cells(patch: np.ndarray) -> None:
    for _, _, piece in simple_pieces(patch):
        ring = trace(piece)
        steps = np.roll(ring, -1, axis=0) - ring
        row, column = ring.T
        area = np.sum(column * np.roll(row, -1) - row * np.roll(column, -1)) / 2
        assert len({tuple(corner) for corner in ring.tolist()}) == len(ring)
        assert (np.abs(steps).sum(axis=1) == 1).all()
        assert area == piece.sum()  # shoelace, clockwise on screen


def test_a_patch_without_holes_stays_whole() -> None:
    assert len(list(simple_pieces(np.ones((3, 4), bool)))) == 1


def test_a_ring_becomes_two_pieces_that_share_a_border() -> None:
    ring = np.ones((5, 6), bool)
    ring[2, 2:4] = False

    pieces = list(simple_pieces(ring))

    assert [(left, piece.shape) for _, left, piece in pieces] == [(0, (5, 3)), (3, (5, 3))]


def test_a_pocket_that_opens_only_at_a_corner_counts_as_a_hole() -> None:
    pocket = np.array([[1, 1, 1, 0], [1, 0, 1, 0], [1, 1, 0, 0], [1, 0, 0, 0]], bool)

    assert len(list(simple_pieces(pocket))) == 2
