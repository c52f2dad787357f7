"""From a few labelled images to a model: what is learned, what is said on the way, and how it ends early."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from tests.learning.images.shapes import NAMES, collection, quick, some

from napari_fathom.errors import Cancelled, TrainingError
from napari_fathom.events import Done, Epoch, Event, Note, Step
from napari_fathom.learning.calibration import Calibration
from napari_fathom.learning.cluster_metrics import cluster_scores
from napari_fathom.learning.hardware import Hardware
from napari_fathom.learning.images.batch import ImageBatch
from napari_fathom.learning.images.cluster_classes import CLUSTER_CLASSES, class_shares
from napari_fathom.learning.images.model import ImageModel
from napari_fathom.learning.images.predict import ImageAnswers, predict_images
from napari_fathom.learning.images.presets import IMAGE_PRESETS, LAPTOP, WORKSTATION, propose_for_images
from napari_fathom.learning.images.sampler import views_of
from napari_fathom.learning.images.settings import ImageSettings
from napari_fathom.learning.images.source import ArrayImages, ImageLabels
from napari_fathom.learning.images.training import ImageTraining
from napari_fathom.learning.methods import BLIND_METHODS, CLUSTERING_METHODS, IMAGE_METHODS, ROW_METHODS
from napari_fathom.learning.methods.base import Loss
from napari_fathom.learning.methods.rpsc_semi import RPSCSemi
from napari_fathom.learning.nets.image_network import ImageNetwork
from napari_fathom.learning.settings import TrainSettings

IMAGES, TRUTH = collection(40)
LABELS = some(TRUTH, 10)
NOTHING = ImageLabels(np.zeros(len(TRUTH), int))


def run(training: ImageTraining) -> tuple[ImageModel, list[Event[ImageModel]]]:
    events = list(training.events())
    last = events[-1]
    assert isinstance(last, Done)
    return last.result, events


def train(settings: ImageSettings, labels: ImageLabels = LABELS, **more: object) -> tuple[ImageModel, list]:
    return run(ImageTraining(IMAGES, labels, NAMES, settings, device="cpu", **more))  # type: ignore[arg-type]


def answers(model: ImageModel, images: ArrayImages = IMAGES) -> ImageAnswers:
    last = list(predict_images(model, images, device="cpu"))[-1]
    assert isinstance(last, Done)
    return last.result


def accuracy(model: ImageModel) -> float:
    """On images that nobody labelled; chance is 0.25."""
    others = LABELS.target == 0
    return float((answers(model).most_probable == TRUTH)[others].mean())


def clustering(method: str, **changes: object) -> ImageSettings:
    """Settings with which a method that needs no label finds four clusters in a second."""
    values: dict[str, object] = {
        "method": method,
        "measures": True,
        "clusters": 4,
        "steps": 20,
        "epochs": 2,
        "learning_rate": 5e-3,
        "batch": 32,
        "projection_heads": 3,
        "cluster_batch": 160,
        "threshold": 0.6,
        "threshold_memory": 0.9,
    }
    return quick(**(values | changes))


@pytest.fixture(scope="module")
def seeing() -> ImageModel:
    """An encoder that has learned a little without labels."""
    training = ImageTraining(IMAGES, NOTHING, (), clustering("simclr", steps=15, batch=40), device="cpu")
    return run(training)[0]


def notes(events: list[Event[ImageModel]]) -> str:
    return " ".join(event.message for event in events if isinstance(event, Note))


def weights(model: ImageModel) -> torch.Tensor:
    assert model.network is not None
    return torch.cat([parameter.flatten() for parameter in model.network.parameters()])


LABEL_FREE = list(BLIND_METHODS)
NAMING = sorted(name for name, kind in IMAGE_METHODS.items() if kind.needs_labels)


@pytest.mark.parametrize("method", NAMING)
def test_ten_labels_a_class_teach_far_more_than_chance(method: str) -> None:
    settings = quick(
        method=method,
        ambiguity=True,
        steps=25,
        epochs=4,
        learning_rate=1e-2,
        batch=16,
        schedule="cosine",
        keep="last",
        held_out=0.0,
        teacher_memory=0.9,
        threshold_memory=0.9,
        consistency_weight=5.0,
        answer_turns=4,
    )
    trained, _ = train(settings)
    untrained, _ = train(settings.model_copy(update={"steps": 1, "epochs": 1, "learning_rate": 1e-9}))
    # FreeMatch believes any answer at first (its threshold is 1/C): in a hundred steps that costs something.
    assert accuracy(trained) > (0.5 if method == "freematch" else 0.6)
    assert accuracy(trained) > accuracy(untrained) + 0.2


def test_a_forest_learns_from_measures_alone() -> None:
    model, events = train(quick(method="forest", measures=True))
    assert model.network is None
    assert accuracy(model) > 0.6
    found = answers(model)
    assert found.features.shape == (160, 5)
    assert 2 <= np.unique(found.cluster).size <= 20
    np.testing.assert_allclose(found.ambiguity, 1 - found.probabilities.max(1))
    assert [event.kappa for event in events if isinstance(event, Epoch)] == [model.provenance["kappa"]]


def test_a_forest_is_judged_without_the_held_out_labels_and_kept_with_them() -> None:
    training = ImageTraining(IMAGES, LABELS, NAMES, quick(method="forest", measures=True), device="cpu")
    model, _ = run(training)
    judged = training.held_out
    assert judged is not None
    assert judged.labels.size == 8
    own = answers(model).probabilities[judged.strokes]  # a group's number is its row here
    right = judged.labels - 1
    assert own[np.arange(8), right].mean() > judged.probabilities[right, np.arange(8)].mean() + 0.1


@pytest.mark.parametrize(("method", "again"), [("forest", True), ("discriminant", False)])
def test_held_out_labels_calibrate_only_what_has_not_calibrated_itself(method: str, again: bool) -> None:
    model, _ = train(quick(method=method, measures=True, held_out=0.4))
    assert (model.calibration != Calibration.identity(len(NAMES))) == again


def test_a_forest_learns_on_the_features_of_a_network_to_start_from() -> None:
    first, _ = train(quick(measures=True))
    model, _ = train(quick(method="forest", measures=True), start=first)
    assert model.network is not None
    assert answers(model).features.shape == (160, 8 * 4 + 5)
    assert first.network is not None
    theirs, ours = first.network.encoder.state_dict(), model.network.encoder.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)
    assert model.provenance["parent"] == first.provenance["id"]


@pytest.mark.parametrize("method", LABEL_FREE)
def test_a_method_without_labels_learns_to_see_and_says_what_for(method: str) -> None:
    model, events = train(quick(method=method, steps=20, batch=32, learning_rate=3e-3), NOTHING)
    main = IMAGE_METHODS[method].main_loss
    own = [event.losses for event in events if isinstance(event, Epoch) and main in event.losses]
    assert own[1][main] < own[0][main]
    assert "not yet to name them" in notes(events)
    assert all(event.kappa is None for event in events if isinstance(event, Epoch))
    found = answers(model)
    assert found.probabilities.shape == (160, 0)
    assert not found.proposed.any()
    assert np.unique(found.cluster).size > 1


@pytest.mark.parametrize("method", CLUSTERING_METHODS)
def test_clusters_are_learned_without_a_single_label(seeing: ImageModel, method: str) -> None:
    training = ImageTraining(IMAGES, NOTHING, (), clustering(method), device="cpu", start=seeing)
    model, _ = run(training)
    found = answers(model)
    assert cluster_scores(TRUTH, found.cluster).nmi > 0.15  # by chance 0.03
    assert (found.probabilities.shape, model.settings.method) == ((160, 0), method)
    assert not found.proposed.any()


def test_iic_answers_by_its_own_head_which_has_seen_no_measures() -> None:
    model, _ = train(clustering("iic", steps=1), NOTHING)
    assert model.network is not None
    assert model.clusterer is None
    views = views_of(IMAGES, np.arange(len(TRUTH)), model.scaling)
    said = model.network.heads.clusters(model.network.features(views.unmeasured)).argmax(1)
    assert answers(model).cluster.tolist() == said.tolist()
    assert not torch.equal(model.network.features(views.unmeasured), model.network.features(views))


def test_of_iic_another_method_takes_the_encoder_alone_and_itself_goes_on_whole() -> None:
    seeing, _ = train(clustering("iic", head_copies=1), NOTHING)
    still = {"measures": True, "clusters": 4, "steps": 1, "epochs": 1, "learning_rate": 1e-9, "batch": 128}
    same, _ = train(quick(method="iic", head_copies=1, **still), NOTHING, start=seeing)
    assert (answers(same).cluster == answers(seeing).cluster).mean() > 0.8
    other, _ = train(quick(method="supervised", **still), start=seeing)
    assert seeing.network is not None and other.network is not None
    theirs, ours = seeing.network.state_dict(), other.network.state_dict()
    kept = {name for name in ours if torch.allclose(ours[name], theirs[name], atol=1e-6, rtol=0.0)}
    assert {name for name in ours if name.startswith("encoder.")} <= kept
    assert "join.1.weight" not in kept


def test_what_a_method_cannot_begin_without_is_learned_first() -> None:
    settings = clustering("rpsc-semi", steps=1, pretrain="moco", pretrain_batch=8, threshold=0.0)
    model, events = run(ImageTraining(IMAGES, NOTHING, (), settings, device="cpu"))
    told = [list(event.losses) for event in events if isinstance(event, Epoch)]
    assert told == [["contrast"]] * 2 + [["clusters"]] * 4
    assert model.settings.method == "rpsc-semi"
    assert "Learning to see from all images first" in notes(events)
    assert "Learning clusters by rpsc first" in notes(events)


def test_labels_tell_what_learned_clusters_mean_and_judge_them(seeing: ImageModel) -> None:
    model, events = train(clustering("rpsc", clusters=8), start=seeing)
    shares = model.method_state[CLUSTER_CLASSES].numpy()
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-5)
    kappas = [event.kappa for event in events if isinstance(event, Epoch)]
    assert model.provenance["kappa"] == kappas[-1] is not None
    assert accuracy(model) > 0.4


def test_one_labelled_class_tells_nothing_of_clusters(seeing: ImageModel) -> None:
    only = ImageLabels(np.where(LABELS.target == 2, 2, 0))
    model, events = train(clustering("spice", steps=1, epochs=1), only, start=seeing)
    assert "Only ring is labelled, which tells it from nothing" in notes(events)
    assert (model.class_names, answers(model).probabilities.shape) == ((), (160, 0))


@pytest.mark.parametrize("method", CLUSTERING_METHODS)
def test_a_single_image_has_no_clusters(seeing: ImageModel, method: str) -> None:
    one = ArrayImages(IMAGES.pixels[:1], IMAGES.measures[:1])  # type: ignore[index]
    training = ImageTraining(one, ImageLabels(np.zeros(1, int)), (), clustering(method), start=seeing)
    with pytest.raises(TrainingError, match="two or more are needed"):
        list(training.events())


@pytest.mark.parametrize("method", CLUSTERING_METHODS)
def test_there_may_be_more_clusters_than_images(seeing: ImageModel, method: str) -> None:
    few = ArrayImages(IMAGES.pixels[:5], IMAGES.measures[:5])  # type: ignore[index]
    settings = clustering(method, clusters=9, steps=2, epochs=1, threshold=0.0)
    training = ImageTraining(few, ImageLabels(np.zeros(5, int)), (), settings, device="cpu", start=seeing)
    model, _ = run(training)
    assert answers(model, few).cluster.shape == (5,)


def test_a_clustering_that_cannot_go_on_keeps_what_it_has(seeing: ImageModel) -> None:
    model, events = train(clustering("rpsc-semi", threshold=1.0, steps=2), NOTHING, start=seeing)
    assert model.settings.method == "rpsc"
    assert "Neighbours agree on 0 of 4 clusters" in notes(events)
    assert "The model of rpsc is kept." in notes(events)


class Exhausting(RPSCSemi):
    """Fits into memory for two mini-batches."""

    calls = 0

    def objectives(self, network: ImageNetwork, batch: ImageBatch) -> Iterator[Loss]:
        self.calls += 1
        if self.calls > 2:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return super().objectives(network, batch)


def test_a_clustering_that_ends_halfway_keeps_the_furthest_model(
    seeing: ImageModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(IMAGE_METHODS, "rpsc-semi", Exhausting)
    model, events = train(clustering("rpsc-semi", threshold=0.0, steps=2), NOTHING, start=seeing)
    assert (model.settings.method, model.provenance["epoch"]) == ("rpsc-semi", 1)
    assert "The model of rpsc-semi is kept." in notes(events)


def test_a_network_goes_on_from_learned_clusters_with_labels(seeing: ImageModel) -> None:
    first, _ = train(clustering("spice", steps=2), NOTHING, start=seeing)
    model, _ = train(quick(measures=True, steps=1, epochs=1, learning_rate=1e-9), start=first)
    assert first.network is not None
    assert model.network is not None
    torch.testing.assert_close(
        model.network.join[1].weight, first.network.join[1].weight, atol=1e-6, rtol=0.0
    )


def test_labels_tell_what_the_clusters_of_a_method_without_labels_mean() -> None:
    settings = quick(method="autoencoder", clusterer="birch", clusters=12, steps=10, batch=32)
    model, events = train(settings, ImageLabels(TRUTH))
    assert "not yet to name" not in notes(events)
    found = answers(model)
    commonest = {
        number: np.bincount(TRUTH[found.cluster == number]).argmax() for number in np.unique(found.cluster)
    }
    assert found.most_probable.tolist() == [commonest[number] for number in found.cluster]
    assert answers(train(settings)[0]).probabilities.shape == (160, 4)


def test_clusters_are_found_as_wished_and_stay_with_the_model() -> None:
    settings = quick(method="autoencoder", steps=1, clusters=5)
    model, _ = train(settings.model_copy(update={"clusterer": "mixture"}), NOTHING)
    assert model.clusterer is not None
    assert model.clusterer.rule == "mixture"
    whole, part = answers(model), answers(model, ArrayImages(IMAGES.pixels[:50]))
    np.testing.assert_array_equal(part.cluster, whole.cluster[:50])


@pytest.mark.parametrize("method", ["foc", "forest", "supervised"])
def test_another_clusterer_takes_the_place_of_a_methods_own_clusters(method: str) -> None:
    settings = quick(method=method, clusterer="spectral", clusters=3, measures=method == "forest")
    model, _ = train(settings)
    assert set(np.unique(answers(model).cluster)) == {0, 1, 2}
    assert answers(model).probabilities.shape == (160, 4)


@pytest.mark.parametrize("method", ["rpsc", "autoencoder", "dec"])
def test_held_out_labels_judge_the_clusters_that_answer(seeing: ImageModel, method: str) -> None:
    """Also of a method that looks at no label, and where another's took the place of a method's own."""
    clusterer = "own" if method == "dec" else "kmeans"
    settings = clustering(method, steps=2, clusterer=clusterer, held_out=0.5)
    training = ImageTraining(IMAGES, LABELS, NAMES, settings, device="cpu", start=seeing)
    model, events = run(training)
    found, held = answers(model), training.held_out
    assert held is not None
    others = LABELS.target.copy()
    others[held.strokes] = 0  # a group's number is its row here
    shares = class_shares(found.cluster, others, 4, len(NAMES))
    np.testing.assert_array_equal(held.probabilities, shares[found.cluster[held.strokes]].T)
    np.testing.assert_array_equal(held.labels, LABELS.target[held.strokes])
    assert model.provenance["kappa"] == held.kappa is not None
    assert f"What its clusters say of the held-out images: kappa {held.kappa:.2f}." in notes(events)
    np.testing.assert_allclose(found.probabilities.sum(axis=1), 1, atol=1e-5)


def test_stop_while_clusters_are_sought_keeps_the_model() -> None:
    stop = threading.Event()
    settings = quick(clusterer="kmeans")
    training = ImageTraining(IMAGES, LABELS, NAMES, settings, device="cpu", stop=stop)
    events: list[Event[ImageModel]] = []
    for event in training.events():
        events.append(event)
        if isinstance(event, Epoch) and event.epoch == 2:
            stop.set()
    assert isinstance(events[-1], Done)
    assert events[-1].result.clusterer is None
    assert "Stopped before clusters were found" in notes(events)
    assert np.unique(answers(events[-1].result).cluster).size > 1


def test_a_collection_without_a_single_class_can_be_learned_to_see() -> None:
    seeing, _ = run(ImageTraining(IMAGES, NOTHING, (), quick(method="simclr", epochs=1), device="cpu"))
    model, events = train(quick(epochs=1), start=seeing)
    assert answers(model).probabilities.shape == (160, 4)
    assert "doesn't know" not in notes(events)


def test_what_was_learned_without_labels_is_where_others_start() -> None:
    settings = quick(method="simclr", steps=1)
    seeing, _ = train(settings)
    model, _ = train(quick(steps=1, epochs=1, learning_rate=1e-9), start=seeing)
    assert seeing.network is not None
    assert model.network is not None
    theirs, ours = seeing.network.state_dict(), model.network.state_dict()
    kept = [name for name in ours if torch.allclose(ours[name], theirs[name], atol=1e-6)]
    assert all(name in kept for name in ours if name.startswith("encoder."))
    assert "join.1.weight" not in kept  # that was the projection


def test_learning_to_see_first_is_part_of_the_run_where_asked_for() -> None:
    bare = ArrayImages(IMAGES.pixels)
    settings = quick(method="forest", pretrain_epochs=2, pretrain_batch=16, steps=3)
    model, events = run(ImageTraining(bare, LABELS, NAMES, settings, device="cpu"))
    assert [set(event.losses) for event in events if isinstance(event, Epoch)] == [{"contrast"}] * 2 + [set()]
    assert len([event for event in events if isinstance(event, Step)]) == 6
    assert answers(model, bare).features.shape == (160, 32)  # the encoder's own


def test_what_wants_labels_is_no_way_to_learn_to_see() -> None:
    with pytest.raises(TrainingError, match="'fixmatch' can't learn to see before all others; simclr"):
        train(quick(pretrain="fixmatch", pretrain_epochs=1))


def test_a_forest_without_measures_says_what_to_do() -> None:
    bare = ArrayImages(IMAGES.pixels)
    with pytest.raises(TrainingError, match="learns from measures, and this collection has none"):
        ImageTraining(bare, LABELS, NAMES, quick(method="forest", measures=True))


def test_measures_tell_what_resizing_lost() -> None:
    random = np.random.default_rng(0)
    noise = ArrayImages(random.integers(0, 255, IMAGES.pixels.shape).astype(np.uint8), IMAGES.measures)
    settings = quick(measures=True, steps=40, learning_rate=1e-2, keep="last", held_out=0.0)
    model, _ = run(ImageTraining(noise, LABELS, NAMES, settings, device="cpu"))
    found = answers(model, noise)
    assert (found.most_probable == TRUTH)[LABELS.target == 0].mean() > 0.5


def test_tells_every_step_and_epoch_and_ends_with_the_best() -> None:
    training = ImageTraining(IMAGES, LABELS, NAMES, quick(method="mean-teacher"), device="cpu")
    model, events = run(training)
    assert [event.step for event in events if isinstance(event, Step)] == list(range(1, 9))
    epochs = [event for event in events if isinstance(event, Epoch)]
    assert [epoch.epoch for epoch in epochs] == [1, 2]
    best = [epoch for epoch in epochs if epoch.best][-1]
    assert model is training.best
    assert (model.provenance["epoch"], model.provenance["kappa"]) == (best.epoch, best.kappa)
    assert model.provenance["labelled_images"] == dict.fromkeys(NAMES, 8)
    assert model.provenance["held_out_images"] == dict.fromkeys(NAMES, 2)
    assert model.calibration.strokes == 8


@pytest.mark.parametrize("method", ["mean-teacher", "fixmatch"])
def test_same_seed_same_model(method: str) -> None:
    settings = quick(method=method, epochs=1, ambiguity=True, weight_average=0.9)
    one, again = (train(settings)[0] for _ in range(2))
    other, _ = train(settings.model_copy(update={"seed": 1}))
    assert torch.equal(weights(one), weights(again))
    assert not torch.equal(weights(one), weights(other))


def test_goes_on_from_a_model() -> None:
    first, _ = train(quick())
    second, _ = train(quick(steps=1, epochs=1, learning_rate=1e-8), start=first)
    torch.testing.assert_close(weights(second), weights(first), atol=1e-5, rtol=0)
    assert second.provenance["parent"] == first.provenance["id"]
    assert second.scaling == first.scaling


def test_goes_on_for_other_classes_by_their_names() -> None:
    first, _ = train(quick())
    assert first.network is not None
    names = (*NAMES[:0:-1], "star")  # without the first, the others in another order
    target = np.array([0, 0, 3, 2, 1])[LABELS.target]
    nearly_still = quick(steps=1, epochs=1, learning_rate=1e-8)
    training = ImageTraining(IMAGES, ImageLabels(target), names, nearly_still, start=first, device="cpu")
    second, events = run(training)
    assert second.network is not None
    assert "doesn't know star; that is learned from scratch" in notes(events)
    assert f"knows {NAMES[0]}, of which nothing is labelled now" in notes(events)
    assert "No image of star is labelled" in notes(events)
    rows = torch.rand(5, quick().features)
    before, after = (model.network.heads.classes(rows) for model in (first, second))
    torch.testing.assert_close(after[:, [2, 1, 0]], before[:, 1:], atol=1e-5, rtol=0)


def test_stop_keeps_the_best_so_far() -> None:
    stop = threading.Event()
    training = ImageTraining(IMAGES, LABELS, NAMES, quick(epochs=500), device="cpu", stop=stop)
    events: list[Event[ImageModel]] = []
    for event in training.events():
        events.append(event)
        if isinstance(event, Epoch) and event.epoch == 2:
            stop.set()
    assert isinstance(events[-1], Done)
    assert events[-1].result is training.best
    assert "Stopped. The model of epoch" in notes(events)


@pytest.mark.parametrize("method", ["mean-teacher", "forest"])
def test_stop_before_the_first_model_is_a_cancellation(method: str) -> None:
    stop = threading.Event()
    stop.set()
    training = ImageTraining(
        IMAGES, LABELS, NAMES, quick(method=method, measures=True), device="cpu", stop=stop
    )
    with pytest.raises(Cancelled):
        list(training.events())


def test_one_label_a_class_holds_nothing_out_and_says_so() -> None:
    model, events = train(quick(), some(TRUTH, 1))
    assert "Too few labels to hold some out" in notes(events)
    assert model.provenance["kappa"] is None
    assert model.calibration.temperature == 1


def test_holding_nothing_out_by_choice_is_no_warning() -> None:
    _, events = train(quick(held_out=0.0, epochs=1))
    told = next(event for event in events if isinstance(event, Note) and "held out" in event.message)
    assert told.message.startswith("No label is held out, as wished")
    assert told.level == "info"


def test_twins_with_two_labels_and_classes_without_are_named() -> None:
    group = np.arange(len(TRUTH))
    first, second = np.flatnonzero(LABELS.target == 1)[0], np.flatnonzero(LABELS.target == 2)[0]
    group[second] = group[first]
    target = np.where(LABELS.target == 4, 0, LABELS.target)
    _, events = train(quick(epochs=1), ImageLabels(target, group))
    assert "different classes in 1 case" in notes(events)
    assert "No image of cross is labelled" in notes(events)


def test_rare_classes_weigh_more_where_labels_are_drawn_as_they_come() -> None:
    settings = quick(draws="natural", steps=30, learning_rate=1e-2, held_out=0.0, measures=True, keep="last")
    few = LABELS.target.copy()
    few[np.flatnonzero(few == 3)[2:]] = 0
    model, _ = train(settings, ImageLabels(few))
    rods = answers(model).most_probable[(TRUTH == 3) & (few == 0)] == 3
    assert rods.mean() > 0.3


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (np.zeros(160, int), "No image is labelled"),
        (np.where(TRUTH == 1, 1, 0), r"Only disc \(40 images\) is labelled"),
        (np.where(TRUTH == 1, 9, TRUTH), "class value 9, but there are 4 classes"),
        (np.ones(3, int), "labels for 3 images, but 160 images"),
    ],
)
def test_labels_from_which_nothing_can_be_learned_are_refused(target: np.ndarray, message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        ImageTraining(IMAGES, ImageLabels(target), NAMES, quick())


@pytest.mark.parametrize("method", ["discriminant", "supervised"])
def test_soft_targets_are_learned_where_wanted_and_judged_by_the_class_of_most(method: str) -> None:
    images, truth = collection(12)
    labels = some(truth, 8)
    shares = (
        np.full((len(truth), 4), 0.1, np.float32) + 0.6 * np.eye(5, 4, -1, dtype=np.float32)[labels.target]
    )
    unsure = ImageLabels(labels.target, soft=shares)

    def learned(known: ImageLabels, **changes: object) -> tuple[np.ndarray, ImageTraining]:
        run = ImageTraining(
            images, known, NAMES, quick(method=method, measures=True, **changes), device="cpu"
        )
        *_, done = run.events()
        assert isinstance(done, Done)
        *_, answered = predict_images(done.result, images, device="cpu")
        assert isinstance(answered, Done)
        return answered.result.probabilities, run

    plain, _ = learned(labels)
    soft, run = learned(unsure)
    assert run.held_out is not None
    assert set(run.held_out.labels.tolist()) == {1, 2, 3, 4}
    assert np.abs(soft - plain).max() > 1e-3
    np.testing.assert_array_equal(learned(unsure, soft_targets=False)[0], plain)
    agreed = ImageLabels(labels.target, soft=np.eye(5, 4, -1, dtype=np.float32)[labels.target])
    np.testing.assert_array_equal(learned(agreed)[0], plain)


def test_an_unknown_method_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(TrainingError, match=r"No method of images is called 'magic'.*mean-teacher"):
        ImageTraining(IMAGES, LABELS, NAMES, quick(method="magic"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"width": 8}, "width 4, this training 8"), ({"measures": True}, "sees no measures")],
)
def test_a_start_that_does_not_fit_is_refused(changes: dict[str, object], message: str) -> None:
    first, _ = train(quick(epochs=1))
    with pytest.raises(TrainingError, match=message):
        ImageTraining(IMAGES, LABELS, NAMES, quick(**changes), start=first)


def test_images_of_another_side_are_refused() -> None:
    first, _ = train(quick(epochs=1))
    small = ArrayImages(IMAGES.pixels[:, :16, :16])
    with pytest.raises(TrainingError, match="24 × 24 pixels, these have 16 × 16"):
        list(predict_images(first, small, device="cpu"))


def test_pretrained_without_timm_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "timm", None)
    with pytest.raises(TrainingError, match=r"pip install 'napari-fathom\[pretrained\]'"):
        train(quick(encoder="pretrained"))


@pytest.mark.parametrize("name", IMAGE_PRESETS)
def test_presets_are_valid_and_survive_json(name: str) -> None:
    preset = IMAGE_PRESETS[name]
    assert ImageSettings.model_validate_json(preset.model_dump_json()) == preset
    assert preset.method in IMAGE_METHODS.keys() | ROW_METHODS.keys()


def test_every_setting_has_a_sentence_and_none_means_two_things() -> None:
    fields = ImageSettings.model_fields
    assert all((field.description or "").endswith(".") for field in fields.values())


def test_a_preset_is_proposed_from_the_hardware() -> None:
    assert propose_for_images(Hardware("cuda", "A100", 40, True)) == WORKSTATION
    assert propose_for_images(Hardware("cpu", "CPU", 0, False)) == LAPTOP


def test_five_clusters_a_class_unless_told_otherwise() -> None:
    assert ImageSettings().clusters_for(10) == 50
    assert ImageSettings(clusters=7).clusters_for(10) == 7
    assert ImageSettings().ambiguity_prior == 0.6
    assert TrainSettings().ambiguity_prior == 0.1
