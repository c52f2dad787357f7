"""Rows of the same method and budget as one: mean and spread over seeds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, median, stdev

from napari_fathom.evaluation.results import DONE, Row

__all__ = ["Spread", "summarise", "typical"]

_ENOUGH = 3  # seeds from which on a spread is told


@dataclass(frozen=True)
class Spread:
    """A figure over seeds.

    Parameters
    ----------
    mean : float
    deviation : float, optional
        Standard deviation of the sample; None with fewer than three seeds.
    seeds : int
    """

    mean: float
    deviation: float | None
    seeds: int

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Of one value for each seed, at least one."""
        deviation = stdev(values) if len(values) >= _ENOUGH else None
        return cls(fmean(values), deviation, len(values))

    @property
    def low(self) -> float:
        """One standard deviation below the mean."""
        return self.mean - (self.deviation or 0.0)

    @property
    def high(self) -> float:
        """One standard deviation above the mean."""
        return self.mean + (self.deviation or 0.0)


def summarise(rows: Iterable[Row], figure: str) -> dict[tuple[str, float], Spread]:
    """A figure by (row's name, budget), over the seeds that have it."""
    values: dict[tuple[str, float], list[float]] = {}
    for row in rows:
        if row["status"] == DONE and row.get(figure) is not None:
            values.setdefault((called(row), row["budget"]), []).append(row[figure])
    return {group: Spread.of(each) for group, each in values.items()}


def typical(rows: Iterable[Row], figure: str) -> dict[str, float]:
    """Median of a figure over all budgets and seeds, by row's name."""
    values: dict[str, list[float]] = {}
    for row in rows:
        if row["status"] == DONE and row.get(figure) is not None:
            values.setdefault(called(row), []).append(row[figure])
    return {name: median(each) for name, each in values.items()}


def called(row: Row) -> str:
    """Name of a line of a table: the method, and the way where it isn't the plain one."""
    return str(row["name"]) if row["way"] == "plain" else f"{row['name']}, {row['way']}"
