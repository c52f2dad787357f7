"""What the network sees of grey values and measures."""

import numpy as np
import pytest
from tests.learning.images.shapes import collection

from napari_fathom.learning.images.scaling import ImageScaling, border_median, fit_scaling

IMAGES, _ = collection(10)


@pytest.mark.parametrize("background", [0, 128, 255])
def test_the_border_is_zero_whatever_its_grey(background: int) -> None:
    image = np.full((1, 9, 9), background, np.uint8)
    image[0, 3:6, 3:6] = 100
    image[0, 0, :3] = 17  # something at the edge doesn't move the median
    assert border_median(image).tolist() == [background]
    scaled = ImageScaling(50.0).pixels(image)
    assert scaled.shape == (1, 1, 9, 9)
    assert scaled[0, 0, 8, 8] == 0
    assert scaled[0, 0, 4, 4] == pytest.approx((100 - background) / 50)


def test_border_median_is_that_of_the_outermost_pixels() -> None:
    images = np.random.default_rng(0).integers(0, 256, (5, 7, 7)).astype(np.uint8)
    frame = np.ones((7, 7), bool)
    frame[1:-1, 1:-1] = False
    assert np.array_equal(border_median(images), [np.median(image[frame]) for image in images])


def test_fitted_pixels_have_mean_square_one() -> None:
    scaling = fit_scaling(IMAGES.pixels, None)
    assert np.square(scaling.pixels(IMAGES.pixels)).mean() == pytest.approx(1, rel=1e-4)
    assert scaling.mean == ()


def test_images_of_nothing_are_scaled_to_nothing() -> None:
    blank = np.full((3, 8, 8), 200, np.uint8)
    assert not fit_scaling(blank, None).pixels(blank).any()


def test_sizes_are_taken_logarithmically_and_all_are_standardised() -> None:
    random = np.random.default_rng(0)
    area, ratio, centred = random.lognormal(5, 1, 500), random.uniform(0, 1, 500), random.normal(0, 3, 500)
    measures = np.column_stack([area, ratio, centred]).astype(np.float32)
    scaling = fit_scaling(IMAGES.pixels, measures)
    assert (scaling.logarithmic[0], scaling.logarithmic[2]) == (True, False)
    found = scaling.measures(measures)
    expected = (np.log1p(area) - np.log1p(area).mean()) / np.log1p(area).std()
    np.testing.assert_allclose(found[:, 0], expected, atol=1e-4)
    np.testing.assert_allclose(found.mean(0), 0, atol=1e-3)
    np.testing.assert_allclose(found.std(0), 1, atol=1e-2)


def test_unknown_constant_and_outlying_measures_do_no_harm() -> None:
    measures = np.array([[1, 7, np.nan], [2, 7, np.nan], [3, 7, np.nan], [np.nan, 7, np.nan]], np.float32)
    scaling = fit_scaling(IMAGES.pixels, measures)
    found = scaling.measures(np.array([[np.nan, 7, 1e9], [1e30, 8, np.inf], [2, 7, -1]], np.float32))
    assert np.isfinite(found).all()
    assert found[0, 0] == 0
    assert np.abs(found).max() <= 5


def test_measures_of_another_number_are_refused() -> None:
    with pytest.raises(ValueError, match="the model knows 5"):
        fit_scaling(IMAGES.pixels, IMAGES.measures).measures(np.zeros((2, 3), np.float32))
