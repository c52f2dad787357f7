"""Partners of the same class and of another."""

import numpy as np
import torch

from napari_fathom.learning.methods.partners import balanced, same_partners


def test_a_partner_is_another_of_its_class_and_any_of_them() -> None:
    labels = torch.tensor([2, 0, 2, 1, 0, 2, 2, 5])
    random = torch.Generator().manual_seed(0)
    met: dict[int, set[int]] = {item: set() for item in range(len(labels))}
    for _ in range(200):
        partners = same_partners(labels, random)
        assert (labels[partners] == labels).all()
        for item, partner in enumerate(partners.tolist()):
            met[item].add(partner)
    for item, partners_met in met.items():
        others = set(torch.nonzero(labels == labels[item]).flatten().tolist()) - {item}
        assert partners_met == (others or {item})


def test_nobody_has_no_partner() -> None:
    assert len(same_partners(torch.zeros(0, dtype=torch.int64), torch.Generator())) == 0


def test_each_label_is_drawn_as_often_however_rare() -> None:
    labels = torch.tensor([0] * 900 + [1] * 90 + [2] * 10 + [-1] * 500)
    chosen = balanced(labels, 3000, torch.Generator().manual_seed(0))
    counts = np.bincount(labels[chosen].numpy(), minlength=3)
    assert (np.abs(counts - 1000) < 120).all()
    assert not len(balanced(torch.full((4,), -1), 5, torch.Generator()))
