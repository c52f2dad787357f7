"""The preview while painting: learned from what is painted now, for what is in view, from kept responses."""

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from tests.learning.scenes import strokes, survey, truth_map

from napari_fathom.errors import Cancelled, TrainingError
from napari_fathom.events import Box
from napari_fathom.learning.field import ArrayField, ArrayLabels
from napari_fathom.learning.geometry import FILTER_SCALES, geometry_of
from napari_fathom.learning.metrics import cohen_kappa, confusion
from napari_fathom.learning.nets.filter_bank import responses
from napari_fathom.learning.preview import Preview
from napari_fathom.learning.quick_network import QuickNetwork
from napari_fathom.learning.response_cache import BLOCK, ResponseCache
from napari_fathom.learning.scaling import Scaling

TRUTH = truth_map(96, 700)
FIELD = survey(TRUTH)
VIEW: Box = (0, 96, 30, 290)


class Watched(ArrayField):
    """Tells what was read."""

    def __init__(self, data: np.ndarray) -> None:
        super().__init__(data)
        object.__setattr__(self, "boxes", [])

    def read(self, box: Box) -> np.ndarray:
        self.boxes.append(box)  # type: ignore[attr-defined]
        return super().read(box)


def watched(field: ArrayField = FIELD) -> Watched:
    return Watched(field.data)


def cache_of(field: ArrayField = FIELD, **options: int) -> ResponseCache:
    return ResponseCache(field, Scaling(), **options)


def always() -> None:
    """Nobody presses Stop."""


def in_view(labels: ArrayLabels, box: Box = VIEW) -> ArrayLabels:
    """Only the strokes there."""
    values = np.zeros_like(labels.values)
    here = np.s_[box[0] : box[1], box[2] : box[3]]
    values[here] = labels.values[here]
    return ArrayLabels(values)


def kappa(answer: np.ndarray, box: Box = VIEW) -> float:
    truth = TRUTH[box[0] : box[1], box[2] : box[3]]
    return cohen_kappa(confusion(truth.astype(np.int64).ravel(), answer.astype(np.int64).ravel(), 3))


def test_a_few_strokes_show_what_is_alike_in_the_view() -> None:
    answer = Preview(cache_of(), in_view(strokes(TRUTH, 30)), 3).answer(VIEW, always)
    assert answer.shape == (96, 260)
    assert answer.dtype == np.uint8
    assert kappa(answer) > 0.6


def test_strokes_elsewhere_are_learned_from_too() -> None:
    elsewhere = in_view(strokes(TRUTH, 30), (0, 96, 400, 700))
    assert kappa(Preview(cache_of(), elsewhere, 3).answer(VIEW, always)) > 0.5


def test_one_class_is_enough_where_the_unpainted_is_taken_for_another() -> None:
    fish = in_view(strokes(TRUTH, 30))
    fish.values[fish.values != 2] = 0
    with pytest.raises(TrainingError, match="two classes"):
        Preview(cache_of(), fish, 3).answer(VIEW, always)
    found = Preview(cache_of(), fish, 3, rest=1).answer(VIEW, always)
    assert set(np.unique(found)) == {1, 2}
    assert (found == 2)[TRUTH[:, 30:290] == 2].mean() > 0.8


def test_a_slip_of_the_hand_is_no_class() -> None:
    values = np.zeros_like(TRUTH)
    values[10, 40:50], values[20:30, 100:110] = 2, 1
    with pytest.raises(TrainingError, match="two classes"):
        Preview(cache_of(), ArrayLabels(values), 3).answer(VIEW, always)


def test_strokes_on_what_was_never_measured_say_nothing() -> None:
    values = np.zeros_like(TRUTH)
    values[20:30, 50:80], values[20:30, 100:120] = 1, 2
    data = FIELD.data.copy()
    data[:, :, 90:130] = np.nan
    with pytest.raises(TrainingError, match="two classes"):
        Preview(cache_of(ArrayField(data)), ArrayLabels(values), 3).answer(VIEW, always)


def test_what_was_never_measured_stays_empty() -> None:
    data = FIELD.data.copy()
    data[:, :, 100:120] = np.nan
    answer = Preview(cache_of(ArrayField(data)), in_view(strokes(TRUTH, 30)), 3).answer(VIEW, always)
    assert (answer[:, 70:90] == 0).all()
    assert (answer[:, :70] > 0).all()


def test_a_further_stroke_reads_nothing_of_the_survey() -> None:
    field, labels = watched(), in_view(strokes(TRUTH, 10))
    preview = Preview(cache_of(field), labels, 3)
    preview.answer(VIEW, always)
    read = len(field.boxes)  # type: ignore[attr-defined]
    labels.values[40:50, 60:80] = 2
    preview.answer(VIEW, always)
    assert len(field.boxes) == read > 0  # type: ignore[attr-defined]


def test_who_is_not_wanted_any_more_ends_soon() -> None:
    def pressed() -> None:
        raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        Preview(cache_of(), in_view(strokes(TRUTH, 30)), 3).answer(VIEW, pressed)


def test_kept_responses_are_those_of_the_whole_survey() -> None:
    cache = cache_of()
    field = torch.from_numpy(Scaling().apply(FIELD.data))[None]
    whole = responses(field)[0].permute(1, 2, 0)
    blocks = cache.read([(0, 0), (0, 1), (0, 2)], always)
    joined = torch.cat([blocks[0, place].rows for place in range(3)], dim=1).float()
    torch.testing.assert_close(joined, whole, atol=0.02, rtol=0.01)  # eight bits of bfloat16
    alone = cache_of().read([(0, 1)], always)[0, 1]
    torch.testing.assert_close(alone.rows.float(), whole[:, BLOCK : 2 * BLOCK], atol=0.02, rtol=0.01)
    assert alone.box == (0, 96, 256, 512)


def test_a_block_is_read_with_its_halo_and_no_more() -> None:
    field = watched()
    cache_of(field).read([(0, 1)], always)
    margin = geometry_of("filter-bank", 1).halo
    assert field.boxes == [(0, 96, BLOCK - margin, 2 * BLOCK + margin)]  # type: ignore[attr-defined]


def test_blocks_that_were_not_asked_for_lately_go_first() -> None:
    field = watched()
    cache = cache_of(field, most_bytes=2 * 96 * 256 * 64 * 2)
    for place in ((0, 0), (0, 1), (0, 0), (0, 2), (0, 0)):
        cache.read([place], always)
    assert len(field.boxes) == 3  # type: ignore[attr-defined]
    cache.read([(0, 1)], always)
    assert len(field.boxes) == 4  # type: ignore[attr-defined]


def test_what_was_kept_of_unfinished_looks_goes_too() -> None:
    field = watched(ArrayField(np.concatenate([FIELD.data, FIELD.data], axis=2)))
    cache = cache_of(field, most_bytes=0)
    for column in range(3):  # each ends between its two pieces
        rounds = iter(range(len(FILTER_SCALES)))

        def panned_on(rounds: Iterator[int] = rounds) -> None:
            if next(rounds, None) is None:
                raise Cancelled("Stopped.")

        with pytest.raises(Cancelled):
            cache.read([(0, column), (0, column + 3)], panned_on)
    read = len(field.boxes)  # type: ignore[attr-defined]
    cache.read([(0, 0)], always)
    assert len(field.boxes) > read  # type: ignore[attr-defined]


def test_the_first_learning_is_as_long_where_an_earlier_one_was_ended() -> None:
    rows, target = torch.zeros(4, 2), torch.tensor([0, 0, 0, 1])
    network, whole, further = QuickNetwork(2, 2), [0], [0]

    def ended() -> None:
        raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        network.learn(rows, target, torch.ones(4), ended)
    for count in (whole, further):
        network.learn(rows, target, torch.ones(4), lambda count=count: count.append(0))  # type: ignore[misc]
    assert len(whole) > 2 * len(further)


def test_the_quick_network_learns_what_is_no_line_and_answers_alike_in_both_formats() -> None:
    random = torch.Generator().manual_seed(0)
    rows = 5 + 3 * torch.randn(800, 4, generator=random)
    target = ((rows - 5).norm(dim=1) > 5.5).long()  # a ball and what surrounds it
    network = QuickNetwork(4, 2)
    for _ in range(3):
        loss = network.learn(rows, target, torch.ones(800), always)
    assert loss < 0.2
    found = network.most_probable(rows)
    assert (found == target).float().mean() > 0.93
    assert (network.most_probable(rows.bfloat16()) == found).float().mean() > 0.97


def test_weights_decide_between_rows_that_say_opposite_things() -> None:
    rows, target = torch.zeros(4, 2), torch.tensor([0, 0, 0, 1])
    network = QuickNetwork(2, 2)
    network.learn(rows, target, torch.tensor([0.1, 0.1, 0.1, 1.0]), always)
    assert network.most_probable(rows).tolist() == [1, 1, 1, 1]
