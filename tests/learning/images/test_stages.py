"""What has to be learned before what."""

from typing import Any

import numpy as np
import pytest
from tests.learning.images.shapes import NAMES, collection, quick, some

from napari_fathom.errors import TrainingError
from napari_fathom.events import Done
from napari_fathom.learning.images.model import ImageModel
from napari_fathom.learning.images.source import ImageLabels
from napari_fathom.learning.images.stages import stages
from napari_fathom.learning.images.training import ImageTraining


def names(start: ImageModel | None = None, **changes: Any) -> list[str]:
    return [each.method for each in stages(quick(**changes), 0, start)]


def trained(method: str, **changes: Any) -> ImageModel:
    images, truth = collection(5)
    nothing = method != "supervised"
    labels = ImageLabels(np.zeros(20, int)) if nothing else some(truth, 3)
    run = ImageTraining(
        images,
        labels,
        () if nothing else NAMES,
        quick(method=method, steps=1, epochs=1, **changes),
        device="cpu",
    )
    *_, done = run.events()
    assert isinstance(done, Done)
    return done.result


def test_most_methods_begin_at_once() -> None:
    assert names(method="supervised") == ["supervised"]
    assert names(method="simclr") == ["simclr"]
    assert names(method="discriminant") == ["discriminant"]


def test_learning_to_see_first_is_asked_for_or_cannot_be_done_without() -> None:
    assert names(method="supervised", pretrain="moco", pretrain_epochs=3) == ["moco", "supervised"]
    first, second = stages(quick(method="rpsc", pretrain="moco", epochs=7), 0, None)
    assert (first.method, first.epochs, second.method) == ("moco", 7, "rpsc")
    assert stages(quick(method="scan", epochs=7, pretrain_epochs=3), 0, None)[0].epochs == 3
    assert names(method="rpsc-semi") == ["simclr", "rpsc", "rpsc-semi"]


def test_an_encoder_that_sees_already_need_not_learn_to() -> None:
    assert names(method="spice", encoder="pretrained") == ["spice"]
    for method in ("simclr", "supervised"):
        assert names(trained(method), method="spice", pretrain_epochs=3) == ["spice"]


def test_a_model_without_a_network_sees_nothing() -> None:
    images, truth = collection(5)
    settings = quick(method="discriminant", measures=True)
    *_, done = ImageTraining(images, some(truth, 3), NAMES, settings, device="cpu").events()
    assert isinstance(done, Done)
    assert names(done.result, method="rpsc") == ["simclr", "rpsc"]


def test_clusters_are_found_before_they_are_learned_unless_as_many_are_known() -> None:
    model = trained("spice", clusters=3, pretrain_epochs=1, pretrain_batch=8)
    assert names(model, method="rpsc-semi", clusters=3) == ["rpsc-semi"]
    assert names(model, method="rpsc-semi", clusters=4) == ["rpsc", "rpsc-semi"]
    assert names(trained("simclr"), method="rpsc-semi") == ["rpsc", "rpsc-semi"]


@pytest.mark.parametrize("pretrain", ["supervised", "rpsc", "dec"])
def test_what_wants_labels_or_an_encoder_is_no_way_to_learn_to_see_first(pretrain: str) -> None:
    with pytest.raises(
        TrainingError, match=f"'{pretrain}' can't learn to see before all others; simclr, moco"
    ):
        names(method="scan", pretrain=pretrain)
