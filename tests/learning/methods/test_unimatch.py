"""A teacher's answers to plain patches teach the student on disturbed ones."""

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from tests.learning.scenes import quick

from napari_fathom.learning.batch import Batch, UnlabelledPatches
from napari_fathom.learning.methods import Loss, MethodContext
from napari_fathom.learning.methods.unimatch import UniMatch, mixed
from napari_fathom.learning.model import network_for
from napari_fathom.learning.nets.network import Network, rows_of

SETTINGS = quick(method="unimatch", ramp=0.0, threshold=0.3, scale_db=25.0, rest_class="background")
"""Without gain and noise: what is left of a strong view is CutMix."""


def method(rest: int | None, **changes: object) -> UniMatch:
    settings = SETTINGS.model_copy(update=changes)
    return UniMatch(MethodContext(settings, 3, torch.device("cpu"), check=lambda: None, rest=rest))


@pytest.fixture
def network() -> Network:
    return network_for(SETTINGS, channels=4, classes=3).train()


def test_a_box_holds_the_next_patch_and_all_that_is_known_of_it() -> None:
    planes = torch.arange(3.0)[:, None, None].expand(3, 4, 4)
    box = torch.zeros(3, 4, 4, dtype=torch.bool)
    box[1, :2, 1:] = True
    found = mixed(planes, box)
    assert found[1].tolist() == [[1, 0, 0, 0], [1, 0, 0, 0], [1, 1, 1, 1], [1, 1, 1, 1]]
    assert (found[0] == 0).all()
    assert (found[2] == 2).all()


def what_the_student_saw(network: Network, learned: UniMatch, batch: Batch) -> tuple[Loss, torch.Tensor]:
    """The only loss, and the unlabelled patches as the student was shown them, one row a pixel."""
    seen: list[torch.Tensor] = []
    hook = network.body.register_forward_pre_hook(lambda _, images: seen.append(images[0]))
    [loss] = learned.objectives(network, batch)
    hook.remove()
    return loss, rows_of(seen[-1][len(batch.labelled.image) :])


@pytest.mark.parametrize("threshold", [0.0, 0.36])
def test_the_student_learns_what_the_teacher_is_sure_of(
    batch: Batch, network: Network, threshold: float
) -> None:
    assert batch.unlabelled is not None
    teacher = network_for(SETTINGS, channels=4, classes=3).eval()
    with torch.no_grad():
        said = rows_of(teacher(batch.unlabelled.image).classes.softmax(1))
    plain = rows_of(batch.unlabelled.image)
    index = {tuple(pixel): row for row, pixel in enumerate(plain.tolist())}
    learned = method(None, pseudo_label_weight=2.0, threshold=threshold)
    loss, shown = what_the_student_saw(network, learned, batch)
    came_from = torch.tensor([index[tuple(pixel)] for pixel in shown.tolist()])
    assert (came_from != torch.arange(len(plain))).any()  # some boxes hold another patch
    kept = came_from[batch.unlabelled.valid.reshape(-1)[came_from]]
    assert loss.unlabelled is not None
    logits = network.heads.classes(loss.unlabelled.features)
    expected = 2 * F.cross_entropy(logits, said[kept].argmax(1), reduction="none")
    expected[said[kept].amax(1) < threshold] = 0
    torch.testing.assert_close(loss.consistency, expected, rtol=1e-4, atol=1e-5)
    assert 0 < (expected > 0).sum() <= len(expected)


def test_what_the_teacher_is_sure_of_is_not_taken_for_the_rest(batch: Batch, network: Network) -> None:
    heads = dict(network.heads.named_parameters())
    heads["_classes.bias"].data = torch.tensor([0.0, 0.0, 20.0])  # calls everything class 2
    nothing = replace(
        batch.labelled, target=torch.full((2, 32, 32), -1), unpainted=torch.zeros(2, 32, 32) > 1
    )
    sea = replace(batch, labelled=nothing)
    [while_learning] = method(0, ramp=0.9).objectives(network, sea)
    [later] = method(0, ramp=0.0).objectives(network, sea)
    assert float(while_learning.value.detach()) > 10
    assert float(later.value.detach()) == 0


def test_a_single_patch_has_nothing_to_mix_with(batch: Batch, network: Network) -> None:
    assert batch.unlabelled is not None
    image = batch.unlabelled.image[:1]
    one = replace(batch, unlabelled=UnlabelledPatches(image, batch.unlabelled.valid[:1]))
    loss, shown = what_the_student_saw(network, method(None), one)
    torch.testing.assert_close(shown, rows_of(image))
    assert torch.isfinite(loss.total)
