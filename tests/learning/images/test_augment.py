"""Changes that leave a thing what it is."""

import pytest
import torch
from tests.learning.images.shapes import quick

from napari_fathom.learning.images.augment import ImageAugmentation, turned

SIDE = 33


def blob(row: int = 20, column: int = 12) -> torch.Tensor:
    """A soft spot off the middle."""
    place = torch.arange(SIDE, dtype=torch.float32)
    square = (place[:, None] - row) ** 2 + (place[None, :] - column) ** 2
    return torch.exp(-square / 8)[None, None].repeat(64, 1, 1, 1)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def centres(images: torch.Tensor) -> torch.Tensor:
    """Centres of gravity relative to the middle, (n, 2): row, column."""
    place = torch.arange(SIDE) - (SIDE - 1) / 2
    mass = images.sum((1, 2, 3))
    return (
        torch.stack([(images.sum(3)[:, 0] * place).sum(1), (images.sum(2)[:, 0] * place).sum(1)], 1)
        / mass[:, None]
    )


def test_without_any_change_images_stay() -> None:
    nothing = ImageAugmentation(rotate=False, flip=False)
    torch.testing.assert_close(nothing.apply(blob(), seeded()), blob(), atol=1e-5, rtol=0)


def test_a_turn_keeps_the_distance_from_the_middle_and_reaches_every_angle() -> None:
    found = centres(ImageAugmentation(rotate=True, flip=False).apply(blob(), seeded()))
    torch.testing.assert_close(found.norm(dim=1), torch.full((64,), (4**2 + 4**2) ** 0.5), atol=0.1, rtol=0)
    angles = torch.atan2(found[:, 0], found[:, 1])
    assert angles.min() < -2.5
    assert angles.max() > 2.5


def test_a_mirror_swaps_left_and_right_of_half_of_them() -> None:
    found = centres(ImageAugmentation(rotate=False, flip=True).apply(blob(), seeded()))
    torch.testing.assert_close(found[:, 0], torch.full((64,), 4.0), atol=0.1, rtol=0)
    mirrored = found[:, 1] > 0
    assert 16 < int(mirrored.sum()) < 48
    torch.testing.assert_close(found[:, 1].abs(), torch.full((64,), 4.0), atol=0.1, rtol=0)


def test_a_shift_stays_within_its_share_of_the_side() -> None:
    found = centres(ImageAugmentation(rotate=False, flip=False, shift=0.1).apply(blob(16, 16), seeded()))
    assert 2 < found.abs().max() <= 0.1 * SIDE + 0.1


def test_what_comes_in_from_beyond_is_background() -> None:
    full = torch.ones(64, 1, SIDE, SIDE)
    moved = ImageAugmentation(rotate=False, flip=False, shift=0.3).apply(full, seeded())
    assert moved.min() == 0
    assert moved.max() <= 1 + 1e-5


def test_zoom_changes_the_size() -> None:
    found = ImageAugmentation(rotate=False, flip=False, zoom=0.5).apply(blob(16, 16), seeded()).sum((1, 2, 3))
    relative = found / blob(16, 16).sum((1, 2, 3))
    assert relative.min() < 0.5
    assert relative.max() > 1.6


def test_contrast_leaves_the_background_and_brightness_moves_all() -> None:
    contrast = ImageAugmentation(rotate=False, flip=False, contrast=0.5).apply(blob(16, 16), seeded())
    assert contrast[:, 0, 0, 0].abs().max() < 1e-5
    assert contrast.amax((1, 2, 3)).min() < 0.7
    brightness = ImageAugmentation(rotate=False, flip=False, brightness=0.5).apply(blob(16, 16), seeded())
    torch.testing.assert_close(brightness[:, 0, 16, 16] - 1, brightness[:, 0, 0, 0], atol=1e-4, rtol=0)


def test_a_strong_view_blanks_one_square() -> None:
    strong = ImageAugmentation(rotate=False, flip=False, erase=0.5)
    blank = strong.apply(torch.ones(64, 1, SIDE, SIDE), seeded())[:, 0] == 0
    rows, columns = blank.any(2).sum(1), blank.any(1).sum(1)
    assert torch.equal(blank.sum((1, 2)), rows * columns)
    assert (rows - columns).abs().max() <= 1
    assert 0.3 * SIDE < rows.max() <= 0.5 * SIDE + 1


def test_strong_changes_are_the_weak_ones_enlarged() -> None:
    settings = quick(shift=0.1, contrast=0.2, strong=2.0, erase=0.3)
    weak, strong = ImageAugmentation.weak(settings), ImageAugmentation.strong(settings)
    assert (weak.shift, weak.contrast, weak.erase) == (0.1, 0.2, 0.0)
    assert (strong.shift, strong.contrast, strong.erase) == (0.2, 0.4, 0.3)


def test_same_generator_same_images() -> None:
    settings = quick()
    one, again = (ImageAugmentation.strong(settings).apply(blob(), seeded(3)) for _ in range(2))
    assert torch.equal(one, again)


def test_no_images_no_trouble() -> None:
    assert ImageAugmentation().apply(torch.zeros(0, 1, 8, 8), seeded()).shape == (0, 1, 8, 8)


@pytest.mark.parametrize("turns", [1, 2, 3, 4, 5, 8])
def test_turned_copies_are_exact_and_all_different(turns: int) -> None:
    image = torch.rand(1, 1, 5, 5)
    copies = turned(image, turns)
    assert len(copies) == turns
    assert torch.equal(copies[0], image)
    assert len({tuple(copy.flatten().tolist()) for copy in copies}) == turns
    assert all(torch.equal(copy.flatten().sort()[0], image.flatten().sort()[0]) for copy in copies)
