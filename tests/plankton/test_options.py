import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.plankton.sets import drawn

from napari_fathom.plankton.options import ImageOptions, border_median, prepare, vignette


def test_nothing_is_done_to_8_bits_without_options() -> None:
    np.testing.assert_array_equal(prepare(drawn(1), ImageOptions()), drawn(1))


def test_the_options_crop_then_stretch_then_invert() -> None:
    picture = np.array([[50, 100], [150, 50], [255, 0]], np.uint8)
    options = ImageOptions(crop_bottom_px=1, stretch=True, invert=True)
    np.testing.assert_array_equal(prepare(picture, options), [[255, 128], [0, 255]])


def test_an_image_no_higher_than_the_crop_stays_whole() -> None:
    assert prepare(drawn(1, height=20), ImageOptions(crop_bottom_px=20)).shape == (20, 30)


@pytest.mark.parametrize(
    ("pixels", "full_scale", "expected"),
    [
        (np.array([[0, 65535]], np.uint16), None, [[0, 255]]),
        (np.array([[0, 4095]], np.uint16), 4095, [[0, 255]]),
        (np.array([[0, 70000]], np.int32), None, [[0, 255]]),
        (np.array([[0.0, 0.5, 2, np.nan]], np.float32), None, [[0, 128, 255, 0]]),
        (np.array([[False, True]]), None, [[0, 255]]),
    ],
)
def test_other_types_become_8_bits(
    pixels: np.ndarray, full_scale: float | None, expected: list[list[int]]
) -> None:
    np.testing.assert_array_equal(prepare(pixels, ImageOptions(full_scale=full_scale)), expected)


def test_an_image_of_one_shade_or_of_none_has_nothing_to_stretch() -> None:
    assert np.unique(prepare(np.full((3, 3), 7, np.uint8), ImageOptions(stretch=True))).tolist() == [128]
    assert np.unique(prepare(np.full((3, 3), np.nan), ImageOptions(stretch=True))).tolist() == [0]


@given(st.integers(1, 300), st.integers(1, 300), st.sampled_from([16, 64, 96]))
def test_a_vignette_keeps_the_aspect_and_never_enlarges(height: int, width: int, side: int) -> None:
    picture = np.full((height, width), 200, np.uint8)
    picture[0] = picture[-1] = picture[:, 0] = picture[:, -1] = 90
    square = vignette(picture, side)
    scale = min(1, side / max(height, width))
    rows, columns = max(1, round(height * scale)), max(1, round(width * scale))
    top, left = (side - rows) // 2, (side - columns) // 2
    around = np.ones((side, side), bool)
    around[top : top + rows, left : left + columns] = False
    assert square.shape == (side, side)
    assert (square[around] == 90).all()
    if min(height, width) * scale >= 4:
        assert (square[top + rows // 2 - 1 : top + rows // 2, left + 2 : left + columns - 2] == 200).all()


def test_an_image_that_fits_is_put_in_the_middle_as_it_is() -> None:
    picture = drawn(1, 20, 30)
    square = vignette(picture, 64)
    np.testing.assert_array_equal(square[22:42, 17:47], picture)
    square[22:42, 17:47] = border_median(picture)
    assert (square == 10).all()


def test_the_border_is_every_outermost_pixel_once() -> None:
    assert border_median(np.array([[1, 1, 1], [9, 200, 9], [9, 9, 9]], np.uint8)) == 9
    assert border_median(np.array([[5]], np.uint8)) == 5


@pytest.mark.parametrize("wrong", [{"side": 8}, {"crop_bottom_px": -1}, {"full_scale": 0}, {"colour": True}])
def test_options_out_of_bounds_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ImageOptions.model_validate(wrong)
