"""Algorithm 1: clusters of all pixels and classes of painted ones, in turn, in one lasting network."""

import numpy as np
import pytest
import torch
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from tests.learning.scenes import quick

from napari_fathom.errors import Cancelled, TrainingError
from napari_fathom.learning.batch import Batch, LabelledPatches, UnlabelledPatches
from napari_fathom.learning.methods import METHODS, MethodContext, make_method
from napari_fathom.learning.methods.base import features_of
from napari_fathom.learning.methods.predklus import PredKlus
from napari_fathom.learning.methods.supseg import SupSeg
from napari_fathom.learning.model import network_for
from napari_fathom.learning.nets.network import Network
from napari_fathom.learning.settings import TrainSettings


def context(settings: TrainSettings) -> MethodContext:
    return MethodContext(settings, classes=3, device=torch.device("cpu"), check=lambda: None)


def batch(seed: int = 0, painted: float = 0.1) -> Batch:
    random = torch.Generator().manual_seed(seed)
    image = torch.rand(2, 4, 32, 32, generator=random)
    target = torch.randint(0, 3, (2, 32, 32), generator=random)
    target[torch.rand(2, 32, 32, generator=random) > painted] = -1
    valid = torch.rand(2, 32, 32, generator=random) > 0.2
    everywhere = torch.ones(2, 32, 32, dtype=torch.bool)
    return Batch(LabelledPatches(image, target, everywhere), UnlabelledPatches(image.roll(5, 3), valid))


def blank(given: Batch) -> Batch:
    """The same labels where nothing was measured."""
    nowhere = torch.zeros_like(given.labelled.valid)
    labelled = LabelledPatches(given.labelled.image, given.labelled.target, nowhere)
    return Batch(labelled, UnlabelledPatches(torch.zeros(1, 4, 32, 32), nowhere[:1]))


def network(settings: TrainSettings) -> Network:
    return network_for(settings, channels=4, classes=3).train()


def test_clustering_comes_first_then_segmentation() -> None:
    settings = quick()
    names = [loss.name for loss in PredKlus(context(settings)).objectives(network(settings), batch())]
    assert names == ["clustering", "segmentation"]


@pytest.mark.parametrize("weight", [1.0, 0.1])
def test_both_losses_can_make_one_step(weight: float) -> None:
    settings = quick(cluster_weight=weight)
    clustering, _ = PredKlus(context(settings)).objectives(network(settings), batch())
    [segmentation] = SupSeg(context(settings)).objectives(network(settings), batch())
    joint = settings.model_copy(update={"in_turn": False})
    [both] = PredKlus(context(joint)).objectives(network(joint), batch())
    assert both.value.item() == pytest.approx(clustering.value.item() + segmentation.value.item())
    assert both.painted is not None
    assert both.unlabelled is not None


def test_supervised_only_is_the_same_segmentation() -> None:
    settings = quick()
    [only] = SupSeg(context(settings)).objectives(network(settings), batch())
    *_, last = PredKlus(context(settings)).objectives(network(settings), batch())
    assert only.name == "segmentation"
    assert only.value.item() == pytest.approx(last.value.item())


def test_both_heads_and_the_body_learn() -> None:
    settings = quick()
    net = network(settings)
    clustering, segmentation = PredKlus(context(settings)).objectives(net, batch())
    head = {"clustering": net.heads._clusters, "segmentation": net.heads._classes}
    for loss in (clustering, segmentation):
        net.zero_grad()
        loss.value.backward()
        assert head[loss.name].weight.grad is not None
        assert head[loss.name].weight.grad.any()
        assert all(parameter.grad is not None for parameter in net.body.parameters())


def test_pseudo_labels_are_the_k_means_of_the_principal_components() -> None:
    """Against scikit-learn's PCA and k-means, started from the same pixels' centroids."""
    settings = quick(cluster_pixels=4096, kmeans_iterations=50)
    method, net, given = PredKlus(context(settings)), network(settings), batch()
    assert given.unlabelled is not None
    with torch.no_grad():
        labelled, unlabelled = features_of(net, given)
    rows = torch.cat([labelled, unlabelled[given.unlabelled.valid.reshape(-1)]])
    next(method.objectives(net, given))
    centroids = method.state()["centroids"].numpy()
    pca = PCA(settings.components).fit(rows.numpy())
    theirs = KMeans(settings.clusters, init=pca.transform(centroids), n_init=1, max_iter=1).fit(
        pca.transform(rows.numpy())
    )
    ours = np.linalg.norm(pca.transform(rows.numpy())[:, None] - pca.transform(centroids)[None], axis=2)
    assert (ours.min(1) ** 2).sum() == pytest.approx(theirs.inertia_, rel=0.01)


def test_loss_is_finite_when_pixels_are_fewer_than_clusters() -> None:
    given = blank(batch())
    assert given.unlabelled is not None
    given.unlabelled.valid[0, 0, :5] = True
    settings = quick(clusters=64)
    for loss in PredKlus(context(settings)).objectives(network(settings), given):
        assert torch.isfinite(loss.value)


def test_nothing_measured_leaves_segmentation_alone() -> None:
    settings = quick()
    losses = PredKlus(context(settings)).objectives(network(settings), blank(batch()))
    assert [loss.name for loss in losses] == ["segmentation"]


def test_both_objectives_show_the_network_the_same_patches() -> None:
    """So that batch normalisation means the same to both, and to the prediction later."""
    settings, net, shown = quick(), network(quick()), []
    net.body.register_forward_pre_hook(lambda _module, images: shown.append(images[0]))
    list(PredKlus(context(settings)).objectives(net, batch()))
    assert len(shown) == 2
    assert torch.equal(shown[0], shown[1])


def test_the_weight_of_clustering_is_a_setting() -> None:
    full, tenth = (
        next(PredKlus(context(settings)).objectives(network(settings), batch())).value.item()
        for settings in (quick(), quick(cluster_weight=0.1))
    )
    assert tenth == pytest.approx(full / 10)


def test_state_goes_on_where_it_was() -> None:
    settings = quick()
    first = PredKlus(context(settings))
    list(first.objectives(network(settings), batch()))
    second = PredKlus(context(settings))
    second.restore(first.state())
    assert torch.equal(second.state()["centroids"], first.state()["centroids"])
    other = PredKlus(context(quick(clusters=20)))
    other.restore(first.state())
    assert "centroids" not in other.state()


def test_class_weights_follow_the_predictions_not_the_labels() -> None:
    settings = quick(weight_memory=0.0)
    method, net = SupSeg(context(settings)), network(settings)
    with torch.no_grad():
        net.heads._classes.bias.copy_(torch.tensor([5.0, 0.0, 0.0]))
    next(method.objectives(net, batch()))
    shares = method.state()["shares"]
    assert shares[0] > 0.9
    assert shares.sum().item() == pytest.approx(1, rel=1e-4)


def test_stop_is_heard_inside_k_means() -> None:
    def stop() -> None:
        raise Cancelled("Stopped.")

    settings = quick()
    method = PredKlus(MethodContext(settings, 3, torch.device("cpu"), check=stop))
    with pytest.raises(Cancelled):
        next(method.objectives(network(settings), batch()))


def test_an_unknown_method_is_refused_with_the_known_ones() -> None:
    with pytest.raises(TrainingError, match="'magic'; there are filter-bank, foc-pixels, predklus, semiclf"):
        make_method(context(quick(method="magic")))
    assert {"predklus", "supseg"} <= set(METHODS)
