"""Every loss against a loop that spells its equation out."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_fathom.learning import losses


def logits(rows: int, columns: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(rows, columns, generator=torch.Generator().manual_seed(seed))


def softmax(row: torch.Tensor) -> list[float]:
    raised = [math.exp(value) for value in row.tolist()]
    return [value / sum(raised) for value in raised]


def test_weighted_cross_entropy_is_the_weighted_mean_over_painted_items() -> None:
    x, target, weights = logits(6, 3), [0, -1, 2, 2, -1, 1], [0.2, 0.5, 0.3]
    total = sum(-weights[t] * math.log(softmax(row)[t]) for row, t in zip(x, target, strict=True) if t >= 0)
    expected = total / sum(weights[t] for t in target if t >= 0)
    found = losses.weighted_cross_entropy(x, torch.tensor(target), torch.tensor(weights))
    assert float(found) == pytest.approx(expected, rel=1e-5)


def test_unpainted_items_get_no_gradient() -> None:
    x = logits(4, 3).requires_grad_()
    losses.weighted_cross_entropy(x, torch.tensor([0, -1, 1, -1])).backward()
    assert x.grad is not None
    assert x.grad[[1, 3]].abs().sum() == 0
    assert x.grad[[0, 2]].abs().sum() > 0


def test_nothing_painted_is_no_loss_and_no_gradient() -> None:
    x = logits(4, 3).requires_grad_()
    value = losses.weighted_cross_entropy(x, torch.full((4,), -1))
    value.backward()
    assert value.item() == 0
    assert x.grad is not None
    assert not x.grad.any()


def test_targets_and_rows_must_be_equally_many() -> None:
    with pytest.raises(ValueError, match="4 rows of logits for 3 targets"):
        losses.weighted_cross_entropy(logits(4, 3), torch.zeros(3, dtype=torch.long))


def test_soft_cross_entropy_is_the_weighted_mean_over_what_people_say() -> None:
    x, weights = logits(2, 3), [0.2, 0.5, 0.3]
    shares = [[0.5, 0.0, 0.5], [0.2, 0.8, 0.0]]
    each = [
        -w * q * math.log(p)
        for row, said in zip(x, shares, strict=True)
        for w, q, p in zip(weights, said, softmax(row), strict=True)
    ]
    total = sum(w * q for said in shares for w, q in zip(weights, said, strict=True))
    found = losses.soft_cross_entropy(x, torch.tensor(shares), torch.tensor(weights))
    assert float(found) == pytest.approx(sum(each) / total, rel=1e-5)


@pytest.mark.parametrize("weights", [None, torch.tensor([0.2, 0.5, 0.3])])
def test_where_all_agree_soft_cross_entropy_is_the_hard_one(weights: torch.Tensor | None) -> None:
    target = torch.tensor([0, 2, 2, 1])
    hard, soft = logits(4, 3).requires_grad_(), logits(4, 3).requires_grad_()
    losses.weighted_cross_entropy(hard, target, weights).backward()
    losses.soft_cross_entropy(soft, torch.eye(3)[target], weights).backward()
    assert hard.grad is not None and soft.grad is not None
    torch.testing.assert_close(soft.grad, hard.grad, rtol=1e-6, atol=1e-8)


def test_shares_must_be_of_all_classes() -> None:
    with pytest.raises(ValueError, match=r"\(4, 3\) for shares of shape \(4, 2\)"):
        losses.soft_cross_entropy(logits(4, 3), torch.zeros(4, 2))


def test_cluster_weights_follow_equation_4_and_leave_out_empty_clusters() -> None:
    counts = [10, 0, 30, 60]
    raw = [100 / (4 * n) if n else 0.0 for n in counts]
    expected = [value / sum(raw) for value in raw]
    np.testing.assert_allclose(losses.cluster_weights(torch.tensor(counts)), expected, rtol=1e-6)


def test_no_clusters_at_all_have_finite_weights() -> None:
    assert not losses.cluster_weights(torch.zeros(3, dtype=torch.long)).any()


def test_class_weights_follow_equation_5() -> None:
    shares = [0.7, 0.2, 0.1]
    raw = [1 / (3 * share) for share in shares]
    np.testing.assert_allclose(
        losses.class_weights(torch.tensor(shares), limit=100), [value / sum(raw) for value in raw], rtol=1e-6
    )


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=6).filter(any))
@settings(deadline=None)
def test_class_weights_are_finite_positive_and_sum_to_one(counts: list[int]) -> None:
    shares = torch.tensor(counts, dtype=torch.float32) / sum(counts)
    weights = losses.class_weights(shares, limit=20)
    assert torch.isfinite(weights).all()
    assert (weights > 0).all()
    assert float(weights.sum()) == pytest.approx(1, rel=1e-5)


def test_a_class_that_is_never_predicted_weighs_the_limit_times_an_average_one() -> None:
    weights = losses.class_weights(torch.tensor([0.5, 0.5, 0.0]), limit=20)
    assert float(weights[2] / weights[0]) == pytest.approx(20 / (1 / 1.5), rel=1e-5)


def test_inverse_cross_entropy_is_its_equation() -> None:
    p, q = logits(5, 4).softmax(1), logits(5, 4, seed=1).softmax(1)
    expected = [
        -sum(a * math.log(1 - b) for a, b in zip(x, y, strict=True))
        for x, y in zip(p.tolist(), q.tolist(), strict=True)
    ]
    np.testing.assert_allclose(losses.inverse_cross_entropy(p, q), expected, rtol=1e-5)


def test_inverse_cross_entropy_is_nothing_for_strangers_and_finite_for_twins() -> None:
    here, there = torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 1.0]])
    assert float(losses.inverse_cross_entropy(here, there)) == 0
    assert math.isfinite(float(losses.inverse_cross_entropy(here, here)))
    with pytest.raises(ValueError, match="q"):
        losses.inverse_cross_entropy(here, torch.ones(1, 3))


@pytest.mark.parametrize(
    ("items", "prior", "ambiguous"), [(10, 0.3, 3), (10, 0.0, 0), (3, 0.1, 1), (4, 1.0, 4)]
)
def test_the_prior_share_of_highest_ranks_is_called_ambiguous(
    items: int, prior: float, ambiguous: int
) -> None:
    rank_by = torch.arange(items, dtype=torch.float32)
    targets = losses.ambiguity_targets(rank_by, prior)
    assert targets.tolist() == [0.0] * (items - ambiguous) + [1.0] * ambiguous


def test_ambiguity_loss_is_binary_cross_entropy() -> None:
    x, targets = logits(6, 1)[:, 0], torch.tensor([0.0, 1, 1, 0, 0, 1])
    p = [1 / (1 + math.exp(-value)) for value in x.tolist()]
    each = [-math.log(a if t else 1 - a) for a, t in zip(p, targets.tolist(), strict=True)]
    assert float(losses.ambiguity_loss(x, targets)) == pytest.approx(sum(each) / 6, rel=1e-5)


def test_similarity_is_cross_entropy_weighted_by_ambiguity_through_which_nothing_flows() -> None:
    x, y, a = logits(5, 4), logits(5, 4, seed=1), torch.linspace(0, 1, 5).requires_grad_()
    each = [
        -sum(p * math.log(q) for p, q in zip(softmax(u), softmax(v), strict=True))
        for u, v in zip(x, y, strict=True)
    ]
    expected = sum(w * e for w, e in zip(a.tolist(), each, strict=True)) / 5
    value = losses.similarity_loss(x.requires_grad_(), y.requires_grad_(), a)
    assert value.item() == pytest.approx(expected, rel=1e-5)
    value.backward()
    assert a.grad is None
    assert x.grad is not None
    assert y.grad is not None
