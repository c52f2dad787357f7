"""Measures of drawn shapes whose values are known, on every background."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from skimage.measure import label, regionprops

from napari_fathom.plankton.measures import ECOTAXA_LIKE, MEASURE_NAMES, measure

Image = NDArray[np.uint8]


def named(image: Image) -> dict[str, float]:
    return dict(zip(MEASURE_NAMES, measure(image).tolist(), strict=True))


def canvas(background: int = 0, height: int = 120, width: int = 120) -> Image:
    return np.full((height, width), background, np.uint8)


def ellipse(
    centre: tuple[int, int], down: float, across: float, turned: float = 0.0, size: int = 120
) -> NDArray[np.bool_]:
    """Pixels within an ellipse with these half axes, on a square canvas."""
    rows, columns = np.mgrid[:size, :size]
    y, x = rows - centre[0], columns - centre[1]
    cos, sin = np.cos(turned), np.sin(turned)
    inside: NDArray[np.bool_] = ((y * cos + x * sin) / down) ** 2 + ((x * cos - y * sin) / across) ** 2 <= 1
    return inside


def disc(radius: float) -> NDArray[np.bool_]:
    return ellipse((60, 50), radius, radius)


def test_names_are_unique_and_hold_the_rival() -> None:
    assert len(set(MEASURE_NAMES)) == len(MEASURE_NAMES)
    assert set(ECOTAXA_LIKE) <= set(MEASURE_NAMES)


def test_rectangle() -> None:
    image = canvas(width=130)
    image[20:40, 30:70] = 200
    found = named(image)
    assert found["area"] == 800
    assert (found["box_height"], found["box_width"]) == (20, 40)
    assert found["extent"] == found["solidity"] == 1
    assert found["perimeter"] == pytest.approx(2 * (19 + 39) + 2 * np.sqrt(2))
    assert found["major_axis"] == pytest.approx(40 * 2 / np.sqrt(3))
    assert found["minor_axis"] == pytest.approx(20 * 2 / np.sqrt(3))
    assert found["eccentricity"] == pytest.approx(np.sqrt(0.75))
    assert found["feret"] == pytest.approx(np.hypot(20, 40))
    assert (found["parts"], found["holes"], found["main_share"]) == (1, 0, 1)
    assert (found["mean_contrast"], found["std_contrast"], found["total_contrast"]) == (200, 0, 160_000)
    assert (found["image_height"], found["image_width"]) == (120, 130)


def test_disc_is_round() -> None:
    image = canvas()
    image[disc(20)] = 90
    found = named(image)
    assert found["area"] == pytest.approx(np.pi * 400, rel=0.02)
    assert found["equivalent_diameter"] == pytest.approx(40, rel=0.02)
    assert found["eccentricity"] < 0.1
    assert found["circularity"] == pytest.approx(1, abs=0.13)


def test_ellipse_keeps_its_axes_when_turned() -> None:
    image = canvas()
    image[ellipse((60, 60), 10, 30, turned=np.pi / 5)] = 120
    found = named(image)
    assert found["major_axis"] == pytest.approx(60, rel=0.03)
    assert found["minor_axis"] == pytest.approx(20, rel=0.05)


def test_ring_has_a_hole_and_a_fragment_is_counted() -> None:
    image = canvas()
    image[disc(20)] = 90
    image[disc(8)] = 0
    image[2:4, 90:95] = 90
    found = named(image)
    assert (found["holes"], found["parts"]) == (1, 2)
    assert found["main_share"] == pytest.approx(1 - 10 / (found["area"] + 10))


def test_core_and_peak_lie_inside_a_faint_halo() -> None:
    image = canvas()
    image[disc(30)] = 12
    image[disc(15)] = 100
    image[disc(5)] = 250
    found = named(image)
    diameters = [found[level + "equivalent_diameter"] for level in ("", "core_", "peak_")]
    assert diameters == pytest.approx([60, 30, 10], rel=0.07)


def test_shape_of_a_blob_is_what_scikit_image_says() -> None:
    """Where our definition is theirs; holes by their Euler number."""
    random = np.random.default_rng(3)
    blob = gaussian_filter(random.normal(size=(90, 90)), 4) > 0.01
    image = np.zeros((100, 100), np.uint8)
    image[5:-5, 5:-5][blob] = 150
    found = named(image)
    regions = regionprops(label(image > 0))  # type: ignore[no-untyped-call]
    theirs = max(regions, key=lambda region: float(region.area))
    for ours, name in (
        ("area", "area"),
        ("eccentricity", "eccentricity"),
        ("extent", "extent"),
        ("major_axis", "axis_major_length"),
        ("minor_axis", "axis_minor_length"),
        ("equivalent_diameter", "equivalent_diameter_area"),
    ):
        assert found[ours] == pytest.approx(theirs[name], rel=1e-3), (
            ours
        )  # they take pixels as points, we as squares
    assert found["solidity"] == pytest.approx(theirs.solidity, rel=0.03)
    assert found["perimeter"] == pytest.approx(theirs.perimeter, rel=0.06)
    assert found["holes"] == 1 - theirs.euler_number


@pytest.mark.parametrize("background", [0, 128, 255])
def test_background_and_polarity_change_nothing(background: int) -> None:
    random = np.random.default_rng(0)
    shape = np.zeros((80, 100), np.int16)
    shape[20:50, 30:60] = random.integers(20, 100, (30, 30))
    sign = -1 if background == 255 else 1
    image = (background + sign * shape).astype(np.uint8)
    np.testing.assert_array_equal(measure(image), measure(shape.astype(np.uint8)))


def test_noise_of_the_background_is_not_the_object() -> None:
    random = np.random.default_rng(0)
    image = (170 + random.normal(0, 4, (80, 100))).round().astype(np.uint8)
    image[20:50, 30:60] = 60
    found = named(image)
    assert found["area"] == pytest.approx(900, rel=0.01)
    assert found["border_noise"] == pytest.approx(4, rel=0.3)


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1), (2, 2), (30, 40)])
@pytest.mark.parametrize("grey", [0, 77, 255])
def test_image_of_one_grey_has_no_area_and_finite_measures(shape: tuple[int, int], grey: int) -> None:
    found = measure(np.full(shape, grey, np.uint8))
    assert found.dtype == np.float32
    assert np.isfinite(found).all()
    assert found[MEASURE_NAMES.index("area")] == 0


def test_random_images_of_any_size_have_finite_measures() -> None:
    random = np.random.default_rng(1)
    for _ in range(50):
        height, width = random.integers(1, 30, 2)
        image = random.integers(0, 256, (height, width)).astype(np.uint8)
        assert np.isfinite(measure(image)).all()


@pytest.mark.parametrize(
    "image", [np.zeros((3, 3)), np.zeros((2, 3, 3), np.uint8), np.zeros((0, 3), np.uint8)]
)
def test_what_is_not_a_grey_image_is_refused(image: Image) -> None:
    with pytest.raises(ValueError, match="expected a grey image"):
        measure(image)
