"""From decibels to what the network sees, and nothing else."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Scaling"]


@dataclass(frozen=True)
class Scaling:
    """Clip to [floor, ceiling], lift the floor to zero, divide by the scale.

    Missing values become the floor, as in the paper (section II.A: "coefficients less than −75 dB or
    missing are imputed to the minimum"). The floor is zero after scaling, so that the zeros with which a
    convolution pads its input mean the same as "nothing measured".

    Parameters
    ----------
    floor_db, ceiling_db : float
        Values outside are clipped, dB re 1 m⁻¹.
    scale_db : float
        How many dB make one unit of the network's input; 1 leaves 0…75 as the paper's code does.
    """

    floor_db: float = -75.0
    ceiling_db: float = 0.0
    scale_db: float = 25.0

    def __post_init__(self) -> None:
        if not self.floor_db < self.ceiling_db:
            raise ValueError(
                f"the floor ({self.floor_db} dB) must lie below the ceiling ({self.ceiling_db} dB)"
            )
        if self.scale_db <= 0:
            raise ValueError(f"the scale must be positive, found {self.scale_db} dB")

    @property
    def top(self) -> float:
        """The ceiling in units of the network's input."""
        return (self.ceiling_db - self.floor_db) / self.scale_db

    def apply(self, decibels: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Scale `decibels` of any shape; NaN and −inf become 0, +inf the ceiling."""
        filled = np.nan_to_num(decibels, nan=self.floor_db, posinf=self.ceiling_db, neginf=self.floor_db)
        clipped = np.clip(filled, self.floor_db, self.ceiling_db)
        return ((clipped - self.floor_db) / self.scale_db).astype(np.float32)
