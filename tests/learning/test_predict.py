"""Tiles together are the whole; the visible part comes first; nothing larger than a tile is held."""

import threading
from dataclasses import replace

import numpy as np
import pytest
import torch

from napari_fathom.errors import Cancelled, FathomError
from napari_fathom.events import Box, Done, Tile
from napari_fathom.learning.calibration import Calibration
from napari_fathom.learning.field import ArrayField
from napari_fathom.learning.geometry import alignment, halo
from napari_fathom.learning.model import Model, network_for
from napari_fathom.learning.nets.network import Network
from napari_fathom.learning.predict import Output, predict
from napari_fathom.learning.settings import TrainSettings


def untrained_model(**changes: object) -> Model:
    """Random weights, and batch-norm statistics that aren't the neutral ones."""
    values: dict[str, object] = {"width": 4, "depth": 3, "clusters": 8, "patch": 64, "ambiguity": False}
    settings = TrainSettings.model_validate(values | changes)
    network = network_for(settings, channels=2, classes=3)
    torch.manual_seed(5)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.uniform_(-0.3, 0.3)
            module.running_var.uniform_(0.5, 2.0)
    for parameter in network.heads.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    network.eval()
    return Model(network, settings, ("a", "b", "c"), 2, settings.scaling, Calibration.identity(3))


def noise(height: int, width: int) -> ArrayField:
    values = np.random.default_rng(0).normal(-60, 10, (2, height, width)).astype(np.float32)
    values[:, 3:5, 10:30] = np.nan
    return ArrayField(values)


def run(model: Model, field: ArrayField, **options: object) -> tuple[Output, list[Box]]:
    height, width = field.shape
    whole = Output(
        np.full((3, height, width), np.nan, np.float32),
        np.zeros((height, width), np.uint16),
        np.full((height, width), np.nan, np.float32),
    )
    boxes: list[Box] = []

    def write(box: Box, output: Output) -> None:
        place = np.s_[..., box[0] : box[1], box[2] : box[3]]
        whole.probabilities[place], whole.cluster[place] = output.probabilities, output.cluster
        whole.ambiguity[place] = output.ambiguity
        boxes.append(box)

    list(predict(model, field, write, device="cpu", **options))
    return whole, boxes


@pytest.mark.parametrize(("depth", "margin"), [(1, 2), (2, 8), (3, 24), (4, 48), (5, 96)])
def test_halo_is_what_the_deepest_path_needs(depth: int, margin: int) -> None:
    assert halo(depth) == margin
    assert halo(depth) % alignment(depth) == 0


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_a_tile_depends_on_its_halo_and_on_nothing_beyond(depth: int) -> None:
    model = untrained_model(depth=depth, width=2)
    for parameter in model.network.body.parameters():
        parameter.data.abs_()  # so that no ReLU hides a change
    step, margin = alignment(depth), halo(depth)
    side = 2 * margin + 3 * step
    image = torch.rand(1, 2, side, side)
    core = np.s_[..., margin + step : margin + 2 * step, margin + step : margin + 2 * step]
    with torch.no_grad():
        plain = model.network.features(image)[core]

        def moved_by(row: int) -> float:
            changed = image.clone()
            changed[..., row, :] += 100
            return float((model.network.features(changed)[core] - plain).abs().max())

        inside = [moved_by(row) for row in range(step, 2 * step)]
        beyond = [moved_by(row) for row in range(step)]
    assert max(inside) > 0
    assert max(beyond) == 0


@pytest.mark.parametrize("shape", [(192, 320), (83, 453), (301, 97)])
def test_tiled_equals_whole(shape: tuple[int, int]) -> None:
    """But for rounding: the libraries below choose by size in which order they add."""
    field = noise(*shape)
    whole, boxes = run(untrained_model(depth=5, width=16, tile=2048), field)
    assert len(boxes) == 1
    tiled, boxes = run(untrained_model(depth=5, width=16, tile=256), field)
    assert len(boxes) > 5
    np.testing.assert_allclose(tiled.probabilities, whole.probabilities, atol=1e-5)
    np.testing.assert_allclose(tiled.ambiguity, whole.ambiguity, atol=1e-5)
    assert (tiled.cluster == whole.cluster).mean() > 0.999


class InDoublePrecision(Network):
    """Any network, computing in float64 whatever it is given."""

    def features(self, image: torch.Tensor) -> torch.Tensor:
        return super().features(image.double())


def exact_logits(model: Model, field: ArrayField) -> np.ndarray:
    """Class logits (C, h, w), put together from those of each tile before they are rounded."""
    settings = model.settings
    network = InDoublePrecision(2, 3, settings.clusters, settings.width, settings.depth)
    network.load_state_dict(model.network.state_dict())
    network.double().eval()
    head = next(module for module in network.heads.children() if getattr(module, "out_features", 0) == 3)
    tiles: list[torch.Tensor] = []
    head.register_forward_hook(lambda module, given, logits: tiles.append(logits))
    _, boxes = run(replace(model, network=network), field)
    whole = np.full((3, *field.shape), np.nan)
    for (top, bottom, left, right), logits in zip(boxes, tiles, strict=True):
        assert logits.dtype == torch.float64
        whole[:, top:bottom, left:right] = logits.T.reshape(3, bottom - top, right - left)
    return whole


@pytest.mark.parametrize(("shape", "depth"), [((83, 453), 5), ((301, 97), 4), ((61, 131), 3)])
def test_in_double_precision_tiled_equals_whole_to_the_last_digits(
    shape: tuple[int, int], depth: int
) -> None:
    field = noise(*shape)
    whole = exact_logits(untrained_model(depth=depth, tile=2048), field)
    tiled = exact_logits(untrained_model(depth=depth, tile=2 * halo(depth) + 64), field)
    assert np.ptp(whole) > 1
    np.testing.assert_allclose(tiled, whole, rtol=0, atol=1e-12)


@pytest.mark.parametrize("shape", [(64, 96), (61, 131), (7, 50), (1, 1)])
@pytest.mark.parametrize("depth", [2, 3])
def test_tiled_equals_whole_at_any_depth_and_size(shape: tuple[int, int], depth: int) -> None:
    field = noise(*shape)
    whole, _ = run(untrained_model(depth=depth, tile=2048), field)
    tiled, boxes = run(untrained_model(depth=depth, tile=2 * halo(depth) + 16), field)
    assert len(boxes) == -(-shape[0] // 16) * -(-shape[1] // 16)
    np.testing.assert_allclose(tiled.probabilities, whole.probabilities, atol=1e-5)


def test_probabilities_are_finite_and_sum_to_one_and_ambiguity_is_their_lack() -> None:
    whole, _ = run(untrained_model(), noise(40, 50))
    np.testing.assert_allclose(whole.probabilities.sum(0), 1, atol=1e-5)
    np.testing.assert_allclose(whole.ambiguity, 1 - whole.probabilities.max(0))


def test_ambiguity_comes_from_the_head_where_it_was_trained() -> None:
    whole, _ = run(untrained_model(ambiguity=True), noise(40, 50))
    assert ((whole.ambiguity >= 0) & (whole.ambiguity <= 1)).all()
    assert not np.allclose(whole.ambiguity, 1 - whole.probabilities.max(0))


def test_visible_part_comes_first_then_outward() -> None:
    _, boxes = run(untrained_model(tile=2 * halo(3) + 16), noise(64, 320), first=(16, 48, 160, 200))
    seen = [box[0] < 48 and box[1] > 16 and box[2] < 200 and box[3] > 160 for box in boxes]
    assert seen[: sum(seen)] == [True] * sum(seen)
    assert 0 < sum(seen) < len(seen)
    gaps = [max(box[2] - 200, 160 - box[3], box[0] - 48, 16 - box[1], 0) for box in boxes]
    assert gaps == sorted(gaps)


def test_a_region_is_predicted_as_in_the_whole() -> None:
    field, model = noise(64, 200), untrained_model()
    whole, _ = run(model, field)
    part, boxes = run(model, field, region=(5, 33, 21, 150))
    inside = np.s_[:, 5:33, 21:150]
    np.testing.assert_allclose(part.probabilities[inside], whole.probabilities[inside], atol=1e-5)
    assert np.isnan(part.probabilities[:, :5]).all()
    assert all(box[0] >= 5 and box[1] <= 33 and box[2] >= 21 and box[3] <= 150 for box in boxes)


def test_never_reads_more_than_a_tile() -> None:
    read: list[tuple[int, ...]] = []

    class Watched(ArrayField):
        def read(self, box: Box) -> np.ndarray:
            values = super().read(box)
            read.append(values.shape)
            return values

    run(untrained_model(tile=64), Watched(noise(130, 500).data))
    assert max(max(shape[1:]) for shape in read) <= 64


def test_counts_tiles_and_ends_with_their_number() -> None:
    events = list(predict(untrained_model(tile=56), noise(32, 48), lambda _box, _output: None, device="cpu"))
    tiles = [event for event in events if isinstance(event, Tile)]
    assert [tile.done for tile in tiles] == list(range(1, len(tiles) + 1))
    assert {tile.total for tile in tiles} == {len(tiles)}
    assert events[-1] == Done(len(tiles))


def test_stop_is_heard_and_written_tiles_stay() -> None:
    stop = threading.Event()
    written: list[Box] = []

    def write(box: Box, _output: Output) -> None:
        written.append(box)
        stop.set()

    with pytest.raises(Cancelled):
        list(predict(untrained_model(tile=56), noise(64, 64), write, device="cpu", stop=stop))
    assert len(written) == 1


def test_stop_is_heard_inside_a_tile() -> None:
    stop = threading.Event()

    class Impatient(ArrayField):
        def read(self, box: Box) -> np.ndarray:
            stop.set()  # pressed while the first tile is being read
            return super().read(box)

    with pytest.raises(Cancelled):
        list(predict(untrained_model(), Impatient(noise(64, 64).data), pytest.fail, device="cpu", stop=stop))


def test_out_of_memory_falls_back_to_smaller_tiles() -> None:
    class Narrow(ArrayField):
        def read(self, box: Box) -> np.ndarray:
            if (box[1] - box[0]) * (box[3] - box[2]) > 60 * 60:
                raise torch.OutOfMemoryError("CUDA out of memory.")
            return super().read(box)

    field = noise(64, 96)
    whole, _ = run(untrained_model(), field)
    smaller, boxes = run(untrained_model(), Narrow(field.data))
    assert len(boxes) > 1
    np.testing.assert_allclose(smaller.probabilities, whole.probabilities, atol=1e-5)


def test_other_channels_are_refused_with_advice() -> None:
    field = ArrayField(np.zeros((4, 32, 32), np.float32))
    with pytest.raises(FathomError, match="trained on 2 channels, this survey has 4"):
        list(predict(untrained_model(), field, lambda _box, _output: None, device="cpu"))
