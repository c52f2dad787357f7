"""DC3's terms join the wrapped method's losses, and its gradients stop where the paper stops them."""

from collections.abc import Callable

import pytest
import torch
from tests.learning.scenes import quick

from napari_fathom.learning.batch import Batch, LabelledPatches, UnlabelledPatches
from napari_fathom.learning.methods import MethodContext, make_method
from napari_fathom.learning.methods.base import Rows
from napari_fathom.learning.methods.dc3 import DC3
from napari_fathom.learning.methods.partners import different_partners
from napari_fathom.learning.methods.supseg import SupSeg
from napari_fathom.learning.model import network_for
from napari_fathom.learning.nets.network import Network
from napari_fathom.learning.settings import TrainSettings

PartOf = Callable[[Network], torch.nn.Module]


def method(settings: TrainSettings) -> DC3:
    made = make_method(MethodContext(settings, 3, torch.device("cpu"), check=lambda: None))
    assert isinstance(made, DC3)
    return made


def batch(classes: int = 3, view: bool = False) -> Batch:
    random = torch.Generator().manual_seed(0)
    image = torch.rand(2, 4, 32, 32, generator=random)
    target = torch.randint(0, classes, (2, 32, 32), generator=random)
    target[:, 8:] = -1
    valid = torch.ones(2, 32, 32, dtype=torch.bool)
    return Batch(
        LabelledPatches(image, target, valid), UnlabelledPatches(image, valid, image + 0.1 if view else None)
    )


def test_every_partner_is_of_another_class_and_all_of_them_get_their_turn() -> None:
    labels = torch.tensor([2, 0, 0, 1, 2, 2, 2])
    random = torch.Generator().manual_seed(0)
    chosen: dict[int, set[int]] = {}
    for _ in range(300):
        partners, found = different_partners(labels, random)
        assert found.all()
        assert (labels[partners] != labels).all()
        for item, partner in enumerate(partners.tolist()):
            chosen.setdefault(item, set()).add(partner)
    assert chosen[0] == {1, 2, 3}
    assert chosen[3] == {0, 1, 2, 4, 5, 6}


@pytest.mark.parametrize("labels", [[1, 1, 1], [4], []])
def test_with_one_class_there_is_no_partner(labels: list[int]) -> None:
    partners, found = different_partners(torch.tensor(labels, dtype=torch.long), torch.Generator())
    assert not found.any()
    assert partners.shape == (len(labels),)


def test_terms_join_the_steps_of_predklus() -> None:
    settings = quick(method="predklus", ambiguity=True)
    losses = list(method(settings).objectives(network_for(settings, 4, 3), batch()))
    assert [loss.name for loss in losses] == ["clustering", "segmentation"]


def test_terms_join_the_one_step_of_supervised_training() -> None:
    settings = quick(ambiguity=True)
    made, network = method(settings), network_for(settings, 4, 3)
    assert made.needs_unlabelled
    [with_terms] = made.objectives(network, batch())
    [without] = SupSeg(MethodContext(settings, 3, torch.device("cpu"), lambda: None)).objectives(
        network, batch()
    )
    assert with_terms.name == without.name == "segmentation"
    assert with_terms.value.item() > without.value.item()


@pytest.mark.parametrize("classes", [1, 3])
def test_every_loss_is_finite_though_a_class_or_a_partner_is_missing(classes: int) -> None:
    settings = quick(method="predklus", ambiguity=True)
    for loss in method(settings).objectives(network_for(settings, 4, 3), batch(classes, view=True)):
        assert torch.isfinite(loss.value)


def test_ambiguity_loss_teaches_its_own_head_and_the_features_but_not_the_class_head() -> None:
    settings = quick(method="predklus", ambiguity=True, inverse_weight=0.0, cluster_weight=0.0)
    network = network_for(settings, 4, 3)
    loss = next(method(settings).objectives(network, batch()))
    loss.value.backward()
    assert network.heads._ambiguity.weight.grad is not None
    assert network.heads._ambiguity.weight.grad.any()
    assert network.heads._classes.weight.grad is None
    assert network.heads._clusters.weight.grad is None or not network.heads._clusters.weight.grad.any()


def test_similarity_and_inverse_terms_leave_the_ambiguity_head_alone() -> None:
    settings = quick(ambiguity=True, ambiguity_weight=0.0)
    network = network_for(settings, 4, 3)
    made = method(settings)
    assert made.needs_view
    [loss] = made.objectives(network, batch(view=True))
    loss.value.backward()
    gradient = network.heads._ambiguity.weight.grad
    assert gradient is None or not gradient.any()
    assert network.heads._clusters.weight.grad is not None
    assert network.heads._clusters.weight.grad.any()


def test_anchored_ambiguity_learns_which_pixels_are_undecided() -> None:
    """Two kinds of pixels, one of which the class head is unsure of: those become ambiguous."""
    settings = quick(
        ambiguity=True, ambiguity_prior=0.5, ambiguity_anchor=1.0, ambiguity_weight=1.0, inverse_weight=0.0
    )
    network = network_for(settings, 4, 3)
    undecided = torch.rand(512, generator=torch.Generator().manual_seed(0)) < 0.5
    features = torch.where(undecided[:, None], torch.zeros(512, 8), torch.ones(512, 8))
    with torch.no_grad():
        network.heads._classes.weight.fill_(0.0)
        network.heads._classes.weight[0] = 2.0
    made, optimiser = method(settings), torch.optim.Adam(network.heads.parameters(), lr=0.05)
    for _ in range(60):
        optimiser.zero_grad()
        made._unlabelled(network, Rows(features)).backward()
        optimiser.step()
    ambiguity = network.heads.ambiguity(features).sigmoid()
    assert ambiguity[undecided].mean() > 0.8
    assert ambiguity[~undecided].mean() < 0.2
