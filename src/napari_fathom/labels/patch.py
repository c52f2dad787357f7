"""What one stroke changed, packed small enough for one line of a journal."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fathom.events import Box
from napari_fathom.labels.columns import pack, pack_column, unpack, unpack_column

__all__ = ["Patch", "tight_box"]


@dataclass(frozen=True)
class Patch:
    """The changed pixels of one box, with what was there before and what is there now.

    Parameters
    ----------
    box : Box
        Tight around the changed pixels.
    mask : ndarray of bool, shape (h, w)
        True where a pixel changed; n of them, in row-major order below.
    values, former_values : ndarray of uint8, shape (n,)
        The labels after and before.
    strokes, former_strokes : ndarray of uint32, shape (n,)
        The strokes that set them.
    """

    box: Box
    mask: NDArray[np.bool_]
    values: NDArray[np.uint8]
    former_values: NDArray[np.uint8]
    strokes: NDArray[np.uint32]
    former_strokes: NDArray[np.uint32]

    @property
    def pixels(self) -> int:
        """How many pixels changed."""
        return len(self.values)

    def encode(self) -> dict[str, Any]:
        """Pack into plain JSON values: the mask as bits, every column in one number if it is constant."""
        return {
            "mask": pack(np.packbits(self.mask)),
            "values": pack_column(self.values),
            "former_values": pack_column(self.former_values),
            "strokes": pack_column(self.strokes),
            "former_strokes": pack_column(self.former_strokes),
        }

    @classmethod
    def decode(cls, box: Box, packed: dict[str, Any]) -> "Patch":
        """Unpack what `encode` gave.

        Raises
        ------
        ValueError
            If the payload is damaged.
        """
        height, width = box[1] - box[0], box[3] - box[2]
        try:
            bits = np.unpackbits(np.frombuffer(unpack(packed["mask"]), np.uint8), count=height * width)
            mask = bits.astype(bool).reshape(height, width)
            size = int(np.count_nonzero(mask))
            return cls(
                box,
                mask,
                unpack_column(packed["values"], np.dtype(np.uint8), size),
                unpack_column(packed["former_values"], np.dtype(np.uint8), size),
                unpack_column(packed["strokes"], np.dtype(np.uint32), size),
                unpack_column(packed["former_strokes"], np.dtype(np.uint32), size),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"the payload is damaged: {error!r}") from error

    def within(self, box: Box) -> "Patch | None":
        """Cut out the part that lies in `box`; None where the two don't meet."""
        top, bottom = max(self.box[0], box[0]), min(self.box[1], box[1])
        left, right = max(self.box[2], box[2]), min(self.box[3], box[3])
        if top >= bottom or left >= right:
            return None
        part = np.zeros_like(self.mask)
        inner = np.s_[top - self.box[0] : bottom - self.box[0], left - self.box[2] : right - self.box[2]]
        part[inner] = self.mask[inner]
        chosen = part[self.mask]
        if not chosen.any():
            return None
        return Patch(
            (top, bottom, left, right),
            self.mask[inner],
            self.values[chosen],
            self.former_values[chosen],
            self.strokes[chosen],
            self.former_strokes[chosen],
        )


def tight_box(mask: NDArray[np.bool_]) -> Box | None:
    """Find the smallest box around the True pixels of a mask; None where there is none."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
