"""A mini-batch of patches."""

import pytest
import torch

from napari_fathom.learning.batch import Batch, LabelledPatches, UnlabelledPatches


@pytest.fixture
def batch() -> Batch:
    random = torch.Generator().manual_seed(0)
    image = torch.rand(7, 4, 32, 32, generator=random)
    target = torch.randint(-1, 3, (2, 32, 32), generator=random)
    valid = torch.rand(5, 32, 32, generator=random) > 0.2
    return Batch(
        LabelledPatches(image[:2], target, target > -2, target < 0),
        UnlabelledPatches(
            image[2:], valid, unpainted=valid, target=torch.full((5, 32, 32), -1, dtype=torch.int64)
        ),
    )
