"""From grey values and measures to what the network sees."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["ImageScaling", "fit_scaling"]

_FAR = 5.0  # standard deviations; what lies farther is an outlier that shall not drown the rest
_SMALLEST = 1e-6


@dataclass(frozen=True)
class ImageScaling:
    """Grey values relative to the image's own border, and measures with mean 0 and spread 1.

    With the border's median at zero, whatever a turn or a shift brings in from beyond the image (zeros, as
    the zeros that a convolution pads with) is more of the same background, be it black, white or grey.

    Parameters
    ----------
    grey : float
        Grey levels in one unit of the network's input.
    logarithmic : tuple of bool, length M
        Measures of which ln(1 + m) is taken.
    mean, spread : tuple of float, length M
        Of the measures so taken.
    """

    grey: float
    logarithmic: tuple[bool, ...] = ()
    mean: tuple[float, ...] = ()
    spread: tuple[float, ...] = ()

    def pixels(self, images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Scale images (n, side, side) to (n, 1, side, side)."""
        relative = images.astype(np.float32) - border_median(images)[:, None, None]
        return (relative / np.float32(self.grey))[:, None]

    def measures(self, values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Scale measures (n, M); what is unknown becomes the mean.

        Raises
        ------
        ValueError
            If M is another than the one this was fitted on.
        """
        if values.ndim != 2 or values.shape[1] != len(self.mean):
            raise ValueError(f"{values.shape[1:]} measures of each image; the model knows {len(self.mean)}")
        taken = _taken(values, np.array(self.logarithmic, bool))
        scaled = (taken - np.array(self.mean)) / np.array(self.spread)
        return np.asarray(np.nan_to_num(np.clip(scaled, -_FAR, _FAR), nan=0.0), np.float32)


def fit_scaling(images: npt.NDArray[np.uint8], measures: npt.NDArray[np.float32] | None) -> ImageScaling:
    """Fit to a sample of a collection.

    A measure that is nowhere negative and less skewed after taking ln(1 + m), as sizes are, is taken so.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, side, side)
        At least one.
    measures : ndarray of float32, shape (N, M), optional
        Of these or of more images.
    """
    relative = images.astype(np.float32) - border_median(images)[:, None, None]
    grey = float(np.sqrt(np.mean(np.square(relative), dtype=np.float64)))
    grey = grey if grey > _SMALLEST else 255.0
    if measures is None:
        return ImageScaling(grey)
    values = np.where(np.isfinite(measures), measures, np.nan).astype(np.float64)
    logarithmic = np.array([_is_size(column) for column in values.T], bool)
    taken = _taken(values, logarithmic)
    known = np.isfinite(taken).any(axis=0)
    mean, spread = np.zeros(taken.shape[1]), np.ones(taken.shape[1])
    mean[known] = np.nanmean(taken[:, known], axis=0)
    spread[known] = np.nanstd(taken[:, known], axis=0)
    spread[spread < _SMALLEST] = 1.0
    return ImageScaling(
        grey,
        tuple(bool(value) for value in logarithmic),
        tuple(float(value) for value in mean),
        tuple(float(value) for value in spread),
    )


def border_median(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Median of the outermost pixels of each image (n, side, side), shape (n,)."""
    edges = (images[:, 0], images[:, -1], images[:, 1:-1, 0], images[:, 1:-1, -1])
    return np.asarray(np.median(np.concatenate(edges, axis=1), axis=1), np.float32)


def _taken(values: npt.NDArray[np.floating], logarithmic: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    finite = np.where(np.isfinite(values), values, np.nan).astype(np.float64)
    finite[:, logarithmic] = np.log1p(np.maximum(finite[:, logarithmic], 0.0))
    return finite


def _is_size(column: npt.NDArray[np.float64]) -> bool:
    known = column[np.isfinite(column)]
    if known.size < 3 or known.min() < 0 or np.ptp(known) < _SMALLEST:
        return False
    return abs(_skewness(np.log1p(known))) < abs(_skewness(known))


def _skewness(values: npt.NDArray[np.float64]) -> float:
    centred = values - values.mean()
    spread = values.std()
    return float(np.mean((centred / spread) ** 3)) if spread > _SMALLEST else 0.0
