"""What a step in bfloat16 must not blur."""

from collections.abc import Callable

import pytest
import torch

from napari_fathom.learning.cluster_losses import soft_contrastive_loss
from napari_fathom.learning.contrastive_losses import contrastive_loss, queue_loss
from napari_fathom.learning.images.parts import finished
from napari_fathom.learning.mutual_information import mutual_information_loss
from napari_fathom.learning.neighbours import nearest_neighbours

ROWS, OTHER = torch.randn(2, 40, 16, generator=torch.Generator().manual_seed(0)).abs() + 1
"""All in nearly one direction, as an encoder's features are."""
NOBODY = torch.zeros(40, 40, dtype=torch.bool)

EXACT: dict[str, Callable[[], torch.Tensor]] = {
    "neighbours": lambda: finished(nearest_neighbours(ROWS, 5, backend="torch")),
    "contrastive": lambda: contrastive_loss(ROWS, OTHER, 0.2),
    "queue": lambda: queue_loss(ROWS, OTHER / 8, OTHER.flip(0) / 8, NOBODY, 0.2),
    "soft contrastive": lambda: soft_contrastive_loss(ROWS, torch.arange(40) % 16, torch.ones(40), 0.5),
    "mutual information": lambda: mutual_information_loss(ROWS.softmax(1), OTHER.softmax(1)),
}


@pytest.mark.parametrize("kind", EXACT)
def test_what_compares_items_is_the_same_in_a_step_of_half_precision(kind: str) -> None:
    expected = EXACT[kind]()
    with torch.autocast("cpu", torch.bfloat16):
        found = EXACT[kind]()
    torch.testing.assert_close(found, expected, rtol=0, atol=0)
