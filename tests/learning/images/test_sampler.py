"""Which images a mini-batch holds."""

import numpy as np
import torch
from tests.learning.images.shapes import quick

from napari_fathom.learning.images.sampler import ImageSampler
from napari_fathom.learning.images.scaling import ImageScaling
from napari_fathom.learning.images.source import ArrayImages

# Each image is one grey level, which tells the row; its border median is then that level: put a frame of 0.
PIXELS = np.zeros((60, 8, 8), np.uint8)
PIXELS[:, 1:-1, 1:-1] = np.arange(60, dtype=np.uint8)[:, None, None]
MEASURES = np.arange(60, dtype=np.float32)[:, None]
IMAGES = ArrayImages(PIXELS, MEASURES)
TARGET = np.repeat([0, 1, 2], [30, 28, 2])
SCALING = ImageScaling(1.0, (False,), (0.0,), (20.0,))
PLAIN = {"rotate": False, "flip": False, "shift": 0.0, "zoom": 0.0, "contrast": 0.0, "brightness": 0.0}


def sampler(pool: np.ndarray | None = None, **changes: object) -> ImageSampler:
    settings = quick(**(PLAIN | changes))
    return ImageSampler(IMAGES, TARGET, np.arange(60) if pool is None else pool, SCALING, settings)


def rows(pixels: torch.Tensor) -> list[int]:
    return [round(value) for value in pixels[:, 0, 4, 4].tolist()]


def test_balanced_draws_hold_every_class_alike() -> None:
    batch = sampler(draws="balanced").draw(32, unlabelled=False)
    assert torch.bincount(batch.target).tolist() == [16, 16]
    assert (TARGET[rows(batch.labelled.pixels)] == batch.target.numpy() + 1).all()
    assert batch.unlabelled is None


def test_natural_draws_come_as_labels_do() -> None:
    drawn = sampler(draws="natural")
    target = torch.cat([drawn.draw(100, unlabelled=False).target for _ in range(10)])
    assert 20 < int((target == 1).sum()) < 130  # 2 of 30


def test_unlabelled_images_come_from_the_pool_and_in_their_ratio() -> None:
    pool = np.arange(20, 50)
    batch = sampler(pool, unlabelled_ratio=7).draw(20, unlabelled=True, view=True)
    assert batch.unlabelled is not None
    assert batch.view is not None
    found = rows(batch.unlabelled.pixels)
    assert len(found) == 140
    assert set(found) == set(pool.tolist())
    assert rows(batch.view.pixels) == found  # the same images


def test_measures_go_with_their_images() -> None:
    batch = sampler().draw(10, unlabelled=False)
    expected = np.array(rows(batch.labelled.pixels)) / 20
    np.testing.assert_allclose(batch.labelled.measures[:, 0], expected, rtol=1e-6)


def test_what_people_say_goes_with_its_image() -> None:
    soft = np.eye(2, dtype=np.float32)[np.maximum(TARGET - 1, 0)] * 0.8 + 0.1
    drawn = ImageSampler(IMAGES, TARGET, np.arange(60), SCALING, quick(**PLAIN), soft)
    batch = drawn.draw(10, unlabelled=True)
    np.testing.assert_array_equal(batch.said, soft[rows(batch.labelled.pixels)])
    assert batch.to(torch.device("cpu"), torch.contiguous_format).shares is not None
    agreed = sampler().draw(10, unlabelled=False)
    assert agreed.said is agreed.target


def test_views_differ_and_a_strong_one_differs_more() -> None:
    drawn = sampler(contrast=0.2, strong=4.0, erase=0.0)
    weak = drawn.draw(60, unlabelled=True, view=True)
    strong = drawn.draw(60, unlabelled=True, view=True, strong=True)

    def change(batch: object) -> float:
        first, view = batch.unlabelled.pixels[:, 0, 4, 4], batch.view.pixels[:, 0, 4, 4]  # type: ignore[attr-defined]
        return float(((first - view).abs() / first.abs().clamp_min(1)).mean())

    assert 0 < change(weak) < change(strong)


def test_without_labels_only_the_unlabelled_are_drawn() -> None:
    drawn = ImageSampler(IMAGES, np.zeros(60, int), np.arange(60), SCALING, quick(**PLAIN))
    batch = drawn.draw(5, unlabelled=True)
    assert (len(batch.labelled), len(batch.target)) == (0, 0)
    assert batch.unlabelled is not None
    assert len(batch.unlabelled) == 5
