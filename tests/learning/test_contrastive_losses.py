"""An item's other view among others, against a loop that spells the equation out."""

import math

import pytest
import torch
import torch.nn.functional as F

from napari_fathom.learning.contrastive_losses import queue_loss


def unit_rows(count: int, seed: int) -> torch.Tensor:
    return F.normalize(torch.randn(count, 4, generator=torch.Generator().manual_seed(seed)), dim=1)


def test_the_other_view_is_found_among_a_queue_without_the_item_itself() -> None:
    rows, keys, queue = (unit_rows(count, seed) for count, seed in ((3, 3), (3, 4), (5, 5)))
    itself = torch.zeros(3, 5, dtype=torch.bool)
    itself[1, 2] = itself[1, 4] = True
    total = 0.0
    for i in range(3):
        right = math.exp(float(rows[i] @ keys[i]) / 0.2)
        wrong = sum(math.exp(float(rows[i] @ queue[j]) / 0.2) for j in range(5) if not itself[i, j])
        total -= math.log(right / (right + wrong))
    found = queue_loss(3 * rows, keys, queue, itself, 0.2)
    assert float(found) == pytest.approx(total / 3, rel=1e-5)
