"""Every loss of clusters against a loop that spells its equation out."""

import math

import pytest
import torch

from napari_fathom.learning.cluster_losses import (
    double_softmax_loss,
    neighbour_loss,
    soft_contrastive_loss,
    spread_loss,
)


def logits(rows: int, columns: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(rows, columns, generator=torch.Generator().manual_seed(seed))


def softmax(row: list[float]) -> list[float]:
    raised = [math.exp(value) for value in row]
    return [value / sum(raised) for value in raised]


def cosine(one: list[float], other: list[float]) -> float:
    product = sum(a * b for a, b in zip(one, other, strict=True))
    return product / math.hypot(*one) / math.hypot(*other)


def test_neighbours_belong_in_one_cluster() -> None:
    p, q = logits(5, 3).softmax(1), logits(5, 3, seed=1).softmax(1)
    each = [
        -math.log(sum(a * b for a, b in zip(x, y, strict=True)))
        for x, y in zip(p.tolist(), q.tolist(), strict=True)
    ]
    assert float(neighbour_loss(p, q)) == pytest.approx(sum(each) / 5, rel=1e-5)
    surely = torch.eye(3)
    assert float(neighbour_loss(surely, surely)) == pytest.approx(0)
    assert math.isfinite(neighbour_loss(surely, surely.flip(0)))


def test_spread_is_least_where_all_clusters_are_as_large() -> None:
    p = logits(6, 4).softmax(1)
    means = [sum(row[k] for row in p.tolist()) / 6 for k in range(4)]
    assert float(spread_loss(p)) == pytest.approx(sum(m * math.log(m) for m in means), rel=1e-5)
    assert float(spread_loss(torch.eye(4))) == pytest.approx(-math.log(4), rel=1e-5)
    assert float(spread_loss(torch.eye(4)[:1])) == pytest.approx(0, abs=1e-5)


def test_double_softmax_is_cross_entropy_of_probabilities_taken_for_logits() -> None:
    z, labels = logits(4, 3), [2, 0, 1, 1]
    each = [-math.log(softmax(softmax(row))[label]) for row, label in zip(z.tolist(), labels, strict=True)]
    assert float(double_softmax_loss(z, torch.tensor(labels))) == pytest.approx(sum(each) / 4, rel=1e-5)
    sure = float(double_softmax_loss(1000 * torch.eye(3), torch.arange(3)))
    assert sure == pytest.approx(-math.log(math.e / (math.e + 2)), rel=1e-5)


def test_the_soft_contrastive_loss_is_the_papers_with_confidence_as_a_factor() -> None:
    p, labels, trust, temperature = logits(6, 3).softmax(1), [0, 0, 1, 2, 2, 1], [1, 0.5, 0, 0.2, 0.7, 1], 0.5
    total = 0.0
    for i, row in enumerate(p.tolist()):
        own = [float(k == labels[i]) for k in range(3)]
        above = math.exp(trust[i] * cosine(row, own) / temperature)
        below = sum(
            math.exp(cosine(row, other) / temperature)
            for k, other in enumerate(p.tolist())
            if labels[k] != labels[i]
        )
        total -= math.log(above / below)
    found = soft_contrastive_loss(p, torch.tensor(labels), torch.tensor(trust), temperature)
    assert float(found) == pytest.approx(total / 6, rel=1e-5)


def test_without_another_label_there_is_nothing_to_keep_away_from() -> None:
    z = logits(3, 2).requires_grad_()
    loss = soft_contrastive_loss(z.softmax(1), torch.zeros(3, dtype=torch.int64), torch.ones(3), 0.5)
    expected = sum(-cosine(softmax(row), [1, 0]) / 0.5 for row in z.tolist()) / 3
    assert float(loss.detach()) == pytest.approx(expected, rel=1e-5)
    loss.backward()
    assert z.grad is not None
    assert torch.isfinite(z.grad).all()


def test_who_is_not_believed_is_only_kept_away_from_others() -> None:
    z = logits(4, 2).requires_grad_()
    labels = torch.tensor([0, 0, 1, 1])
    (none,) = torch.autograd.grad(soft_contrastive_loss(z.softmax(1), labels, torch.zeros(4), 0.5), z)
    swapped = 1 - labels
    (again,) = torch.autograd.grad(soft_contrastive_loss(z.softmax(1), swapped, torch.zeros(4), 0.5), z)
    torch.testing.assert_close(none, again)
