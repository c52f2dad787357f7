"""Soft assignments and their targets against loops that spell the equations out."""

import torch

from napari_fathom.learning.soft_assignment import sharpened, student_t_assignment

ROWS = torch.randn(7, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
CENTRES = torch.randn(4, 3, generator=torch.Generator().manual_seed(2), dtype=torch.float64)


def test_assignments_are_students_t_around_the_centres() -> None:
    found = student_t_assignment(ROWS, CENTRES)
    for i, row in enumerate(ROWS.tolist()):
        near = [1 / (1 + sum((a - b) ** 2 for a, b in zip(row, c, strict=True))) for c in CENTRES.tolist()]
        for j, one in enumerate(near):
            assert abs(float(found[i, j]) - one / sum(near)) < 1e-12


def test_a_row_on_a_centre_has_a_gradient() -> None:
    centres = CENTRES.clone().requires_grad_()
    student_t_assignment(CENTRES, centres).diagonal().sum().backward()
    assert centres.grad is not None
    assert torch.isfinite(centres.grad).all()


def test_targets_are_squared_over_the_clusters_sizes() -> None:
    q = student_t_assignment(ROWS, CENTRES)
    found = sharpened(q)
    size = [sum(float(q[i, j]) for i in range(7)) for j in range(4)]
    for i in range(7):
        weight = [float(q[i, j]) ** 2 / size[j] for j in range(4)]
        for j in range(4):
            assert abs(float(found[i, j]) - weight[j] / sum(weight)) < 1e-12


def test_targets_are_surer_than_what_they_come_from() -> None:
    q = student_t_assignment(ROWS * 3, CENTRES * 3)
    assert float(sharpened(q).max(1).values.mean()) > float(q.max(1).values.mean())
