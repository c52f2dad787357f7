"""The images that may be learned from, for a method that chooses among them."""

import numpy as np
import pytest
import torch
from tests.learning.images.shapes import collection, quick

from napari_fathom.errors import Cancelled, FathomError
from napari_fathom.events import Progress
from napari_fathom.learning.images.batch import Views
from napari_fathom.learning.images.gallery import Gallery
from napari_fathom.learning.images.sampler import ImageSampler, views_of
from napari_fathom.learning.images.scaling import fit_scaling

IMAGES, TRUTH = collection(5)
POOL = np.array([2, 3, 5, 8, 13, 17])
SCALING = fit_scaling(IMAGES.pixels, IMAGES.measures)
SETTINGS = quick(measures=True)


def gallery() -> Gallery:
    return Gallery(IMAGES, np.where(TRUTH == 1, 1, 0), POOL, SCALING, SETTINGS, torch.device("cpu"))


def test_images_are_called_by_their_place_in_the_pool() -> None:
    found = gallery()
    plain = found.plain(torch.tensor([1, 4]))
    expected = views_of(IMAGES, np.array([3, 13]), SCALING)
    torch.testing.assert_close(plain.pixels, expected.pixels)
    torch.testing.assert_close(plain.measures, expected.measures)
    assert (len(found), found.measures) == (6, 5)
    assert found.said.tolist() == [0 if TRUTH[row] == 1 else -1 for row in POOL]


def test_views_differ_each_time_and_strong_ones_more() -> None:
    found, places = gallery(), torch.arange(6)
    plain = found.plain(places).pixels

    def change(pixels: torch.Tensor) -> float:
        return float((pixels - plain).square().mean())

    assert not torch.equal(found.weak(places).pixels, found.weak(places).pixels)
    assert change(found.strong(places).pixels) > change(found.weak(places).pixels) > 0
    torch.testing.assert_close(found.strong(places).measures, found.plain(places).measures)


def test_all_are_seen_in_chunks_between_which_one_can_stop() -> None:
    found, asked = gallery(), []
    seen = found.seen(
        lambda views: views.pixels.flatten(1).mean(1, keepdim=True), check=lambda: asked.append(1)
    )
    np.testing.assert_allclose(
        seen[:, 0], found.plain(torch.arange(6)).pixels.mean((1, 2, 3)), rtol=1e-5, atol=1e-6
    )
    assert asked

    def stop() -> None:
        raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        found.seen(lambda views: views.measures, check=stop)


def test_too_little_memory_makes_smaller_chunks_also_the_next_time() -> None:
    found, sizes = gallery(), []

    def small(views: Views) -> torch.Tensor:
        sizes.append(len(views))
        if len(views) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return views.pixels.flatten(1)

    for _ in range(2):
        torch.testing.assert_close(
            found.seen(small, check=lambda: None), found.plain(torch.arange(6)).pixels.flatten(1)
        )
    assert sizes == [6, 3, 1, *[1] * 5, *[1] * 6]


def test_not_even_one_image_is_told_with_what_to_do() -> None:
    def none(views: Views) -> torch.Tensor:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    with pytest.raises(FathomError, match=r"Not even one image fits into the memory of cpu\. Close"):
        gallery().seen(none, check=lambda: None)


def test_how_far_it_is_is_told() -> None:
    work = gallery().seeing(lambda views: views.measures, check=lambda: None)
    assert next(work) == Progress("images", 6, 6)


def test_draws_different_images() -> None:
    assert sorted(gallery().draw(100).tolist()) == list(range(6))
    assert len(set(gallery().draw(4).tolist())) == 4


def test_images_can_be_drawn_by_other_labels_as_they_come() -> None:
    sampler = gallery().labelled(torch.tensor([-1, 0, 0, 0, 2, -1]))
    assert isinstance(sampler, ImageSampler)
    targets = sampler.draw(400, unlabelled=False).target
    assert set(targets.tolist()) == {0, 2}
    assert 0.6 < float((targets == 0).float().mean()) < 0.9  # three of four, though draws are balanced


def test_those_are_other_images_than_the_unlabelled_ones_of_the_same_step() -> None:
    labelled = gallery().labelled(torch.zeros(6, dtype=torch.int64)).draw(6, unlabelled=False).labelled
    own = ImageSampler(IMAGES, np.zeros(20, int), POOL, SCALING, SETTINGS).draw(6, unlabelled=True)
    assert own.unlabelled is not None
    assert not any(torch.equal(one, other) for one in labelled.pixels for other in own.unlabelled.pixels)


def test_the_sampler_tells_where_its_unlabelled_images_are_in_the_gallery() -> None:
    settings = quick(
        rotate=False, flip=False, shift=0.0, zoom=0.0, contrast=0.0, brightness=0.0, measures=True
    )
    sampler = ImageSampler(IMAGES, np.zeros(20, int), POOL, SCALING, settings)
    batch = sampler.draw(7, unlabelled=True)
    assert batch.unlabelled is not None
    assert batch.places is not None
    torch.testing.assert_close(
        batch.unlabelled.pixels, gallery().plain(batch.places).pixels, rtol=0.0, atol=1e-3
    )
