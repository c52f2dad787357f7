"""Pseudo-labels from clusters, a new head each epoch, every cluster drawn alike."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA
from tests.learning.images.shapes import collection, quick

from napari_fathom.events import Done
from napari_fathom.learning.cluster_metrics import cluster_scores
from napari_fathom.learning.images.batch import Views
from napari_fathom.learning.images.gallery import Gallery
from napari_fathom.learning.images.predict import ImageAnswers, predict_images
from napari_fathom.learning.images.sampler import views_of
from napari_fathom.learning.images.scaling import fit_scaling
from napari_fathom.learning.images.settings import ImageSettings
from napari_fathom.learning.images.source import ImageLabels
from napari_fathom.learning.images.training import ImageTraining
from napari_fathom.learning.methods import MethodContext
from napari_fathom.learning.methods.dec import CENTROIDS, DEC
from napari_fathom.learning.methods.deepcluster import DeepCluster, whitened
from napari_fathom.learning.nets.image_network import ImageNetwork, build_image_network

IMAGES, TRUTH = collection(30)
NOTHING = ImageLabels(np.zeros(len(TRUTH), int))
CPU = torch.device("cpu")


def context(settings: ImageSettings) -> tuple[MethodContext[ImageSettings], ImageNetwork]:
    scaling = fit_scaling(IMAGES.pixels, None)
    gallery = Gallery(IMAGES, TRUTH * 0, np.arange(len(TRUTH)), scaling, settings, CPU)
    network = build_image_network(settings, IMAGES.side, 0, 0)
    made = MethodContext(settings, 0, CPU, lambda: None, seen=network.seen, side=IMAGES.side, gallery=gallery)
    return made, network


def clusters(settings: ImageSettings) -> ImageAnswers:
    *_, done = ImageTraining(IMAGES, NOTHING, (), settings, device="cpu").events()
    assert isinstance(done, Done)
    *_, answered = predict_images(done.result, IMAGES, device="cpu")
    assert isinstance(answered, Done)
    return answered.result


def test_features_are_whitened_as_by_scikit_learn_and_of_length_one() -> None:
    rows = torch.randn(50, 6, generator=torch.Generator().manual_seed(0)) * torch.arange(1, 7)
    theirs = PCA(whiten=True).fit_transform(rows.numpy())
    theirs /= np.linalg.norm(theirs, axis=1, keepdims=True)
    np.testing.assert_allclose((whitened(rows) @ whitened(rows).T).numpy(), theirs @ theirs.T, atol=1e-4)
    assert whitened(torch.cat([rows, rows[:, :1] * 0], dim=1)).shape == (50, 6)  # a column that says nothing
    assert torch.isfinite(whitened(torch.ones(5, 3))).all()


def test_an_epoch_begins_with_new_pseudo_labels_and_a_new_head() -> None:
    settings = quick(method="deepcluster", clusters=6, steps=3, batch=16)
    made, network = context(settings)
    method = DeepCluster(made)
    head, _ = method.parameters()
    seen = []
    for _ in range(4):
        [loss] = method.objectives(network, None)  # type: ignore[arg-type]
        seen.append(head.detach().clone())
        assert loss.value.requires_grad
    assert torch.equal(seen[0], seen[1]) and torch.equal(seen[0], seen[2])  # nobody took a step
    assert not torch.equal(seen[2], seen[3])


def test_every_cluster_is_drawn_alike_however_large() -> None:
    made, network = context(quick(method="deepcluster", clusters=4, steps=1, batch=16))
    method = DeepCluster(made)
    list(method.objectives(network, None))  # type: ignore[arg-type]
    weights, labels = method._weights, method._labels
    each = [float(weights[labels == number].sum()) for number in labels.unique()]
    np.testing.assert_allclose(each, 1, rtol=1e-5)


@pytest.mark.parametrize("encoder", ["conv5", "vgg16", "resnet"])
def test_it_trains_each_of_the_papers_backbones_and_gives_clusters(encoder: str) -> None:
    settings = quick(
        method="deepcluster", encoder=encoder, norm="batch", clusters=8, steps=3, epochs=1, batch=16
    )
    found = clusters(settings)
    assert found.probabilities.shape == (120, 0)
    assert np.unique(found.cluster).size == 8


@pytest.mark.parametrize(("wanted", "found"), [(1, 10), (4, 12), (20, 20)])
def test_pseudo_labels_are_ten_times_the_clusters_where_images_suffice(wanted: int, found: int) -> None:
    made, _ = context(quick(method="deepcluster", clusters=wanted))  # of 120 images
    head, _ = DeepCluster(made).parameters()
    assert len(head) == found


def test_of_a_large_collection_each_epoch_looks_at_other_images(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("napari_fathom.learning.methods.looking._FEWEST", 0)
    made, network = context(quick(method="deepcluster", clusters=4, steps=1, batch=8))
    method = DeepCluster(made)
    looked_at = []
    for _ in range(2):
        list(method.objectives(network, None))  # type: ignore[arg-type]
        looked_at.append(set(method._places.tolist()))
    assert [len(each) for each in looked_at] == [32, 32]  # of 120: four for each that is learned from
    assert looked_at[0] != looked_at[1]


@pytest.mark.parametrize("method", ["deepcluster", "dec"])
def test_too_little_memory_makes_smaller_mini_batches(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    learned, pooled = [], ImageNetwork.pooled

    def small(network: ImageNetwork, views: Views) -> torch.Tensor:
        if torch.is_grad_enabled():
            if len(views) > 4:
                raise torch.OutOfMemoryError("CUDA out of memory.")
            learned.append(len(views))
        return pooled(network, views)

    monkeypatch.setattr(ImageNetwork, "pooled", small)
    clusters(quick(method=method, pretrain="moco", clusters=4, batch=16, pretrain_batch=4, steps=2, epochs=2))
    assert learned[-4:] == [4, 4, 4, 4]  # two steps of each epoch


def test_dec_sharpens_the_clusters_that_it_began_with() -> None:
    settings = quick(method="dec", clusters=4, steps=10, batch=32)
    made, network = context(settings)
    method = DEC(made)
    optimiser = torch.optim.Adam([*network.parameters(), *method.parameters()], lr=3e-3)
    found = []
    for _ in range(30):
        [loss] = method.objectives(network, None)  # type: ignore[arg-type]
        optimiser.zero_grad()
        loss.value.backward()
        optimiser.step()
        found.append(float(loss.value.detach()))
    method.settle(network)
    centres = method.state()[CENTROIDS]
    assert centres.shape == (4, network.seen)
    assert np.mean(found[20:]) < np.mean(found[:10])  # targets are met ever better


def test_dec_goes_on_from_what_another_has_learned_to_see_and_answers_by_its_centres() -> None:
    settings = quick(
        method="dec", pretrain="autoencoder", pretrain_epochs=1, pretrain_batch=16, clusters=4, answer_turns=4
    )
    *_, done = ImageTraining(IMAGES, NOTHING, (), settings, device="cpu").events()
    assert isinstance(done, Done)
    model = done.result
    assert model.network is not None
    *_, answered = predict_images(model, IMAGES, device="cpu")
    assert isinstance(answered, Done)
    views = views_of(IMAGES, np.arange(len(TRUTH)), model.scaling)
    seen = model.network.pooled(views).numpy()  # centres were learned of images as they are, not turned
    away = np.linalg.norm(seen[:, None] - model.method_state[CENTROIDS].numpy(), axis=2)
    np.testing.assert_array_equal(answered.result.cluster, away.argmin(1))
    again, network = context(settings)
    method = DEC(again)
    method.restore(model.method_state)
    list(method.objectives(network, None))  # type: ignore[arg-type]
    method.settle(network)
    torch.testing.assert_close(method.state()[CENTROIDS], model.method_state[CENTROIDS])


def test_more_clusters_than_images_are_no_trouble() -> None:
    few = replace(IMAGES, pixels=IMAGES.pixels[:5], measures=None)
    for method in ("deepcluster", "dec"):
        settings = quick(method=method, clusters=9, steps=1, epochs=1, batch=4, pretrain_batch=4)
        training = ImageTraining(few, ImageLabels(np.zeros(5, int)), (), settings, device="cpu")
        assert isinstance(list(training.events())[-1], Done)


def test_deepcluster_tells_shapes_apart_better_than_it_did_untrained() -> None:
    settings = quick(
        method="deepcluster", clusters=12, width=8, steps=25, epochs=6, batch=32, weight_average=0.0
    )
    trained = clusters(settings)
    untrained = clusters(settings.model_copy(update={"epochs": 1, "steps": 1, "learning_rate": 1e-9}))
    scores = [cluster_scores(TRUTH, each.cluster).nmi for each in (trained, untrained)]
    assert scores[0] > scores[1] + 0.1, scores
