"""What a clusterer leaves: a rule that says the cluster of any row, and can be saved."""

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol, Self

import numpy as np
import numpy.typing as npt

__all__ = ["Arrays", "Assignment", "Floats", "Numbers"]

Arrays = Mapping[str, npt.NDArray[Any]]
Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.uint16]


class Assignment(Protocol):
    """Says to which cluster a row of features belongs, also of images that came later."""

    rule: ClassVar[str]
    """Its name in a model's file."""

    @property
    def clusters(self) -> int:
        """K."""
        ...

    def of(self, rows: Floats) -> Numbers:
        """Cluster 0…K−1 of each row (n, D), shape (n,).

        Raises
        ------
        ValueError
            If D is another than the one it was fitted on.
        """
        ...

    def arrays(self) -> Arrays:
        """All that it is, for the model file."""
        ...

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """The same again.

        Raises
        ------
        KeyError, ValueError
            If the arrays aren't what `arrays` gives.
        """
        ...
