"""The figures of one run: their names, what they mean, and which way is better."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

__all__ = ["FIGURES", "LISTS", "Figure", "Figures", "rounded"]

Figures = Mapping[str, float | list[float] | None]
"""By name; None where a figure has no meaning."""


@dataclass(frozen=True)
class Figure:
    """One of them.

    Parameters
    ----------
    title : str
        As tables and plots say it.
    better : str
        'more', 'less', or 'neither'.
    """

    title: str
    better: Literal["more", "less", "neither"] = "more"


FIGURES: dict[str, Figure] = {
    "accuracy": Figure("accuracy"),
    "kappa": Figure("Cohen's kappa"),
    "f1_macro": Figure("macro F1"),
    "f1_weighted": Figure("weighted F1"),
    "auc": Figure("AUC one-vs-rest, mean over classes"),
    "ece": Figure("expected calibration error", "less"),
    "ece_votes": Figure("calibration error against votes", "less"),
    "auc_wrong": Figure("AUC of the ambiguity, wrong against right answers"),
    "auc_ambiguous": Figure("AUC of the ambiguity, known soft labels"),
    "called_ambiguous": Figure("share called ambiguous", "neither"),
    "f1_certain": Figure("weighted F1 of those called certain (DC3)"),
    "d": Figure("inner distance d (DC3, Eq. 4)", "less"),
    "d_minus_f1": Figure("d − F1 (DC3)", "less"),
    "d_classes": Figure("inner distance by class", "less"),
    "d_clusters": Figure("inner distance by cluster", "less"),
    "acc": Figure("clustering accuracy ACC"),
    "nmi": Figure("normalised mutual information"),
    "ari": Figure("adjusted Rand index"),
    "purity": Figure("purity"),
    "consistency": Figure("consistency of clusters (FOC)"),
    "consistency_each": Figure("consistency, mean over clusters (FOC)"),
    "clusters": Figure("clusters that were used", "neither"),
    "seconds": Figure("seconds of learning", "less"),
    "wall_s": Figure("seconds of learning and answering", "less"),
    "cpu_s": Figure("processor seconds", "less"),
    "memory_mb": Figure("peak memory, MB", "less"),
    "device_memory_mb": Figure("peak memory of the GPU, MB", "less"),
}
"""All figures that are one number; a suite's tables show some of them."""

LISTS = ("class_accuracy", "class_f1", "class_auc", "confusion")
"""Figures of each class; `confusion` is the matrix row by row, truth by rows."""


def rounded(values: Mapping[str, object]) -> dict[str, float | list[float] | None]:
    """Numbers for a table: five digits, None for what has no meaning."""
    return {name: _rounded(value) for name, value in values.items()}


def _rounded(value: object) -> float | list[float] | None:
    if value is None:
        return None
    numbers = np.asarray(value, np.float64)
    if numbers.ndim:
        return [float(number) for number in np.round(numbers.ravel(), 5)]
    return None if np.isnan(numbers) else round(float(numbers), 5)
