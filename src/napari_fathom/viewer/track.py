"""How far the ship sails from ping to ping."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["along_track_m"]

EARTH_RADIUS_M = 6_371_008.8
STANDING_STILL_M = 0.05
"""Below this a mooring or a ship on station; along-track metres mean nothing then."""


def along_track_m(latitude: NDArray[np.float64], longitude: NDArray[np.float64]) -> float | None:
    """Mean great-circle distance between pings.

    The mean over the whole track, not the median of neighbours: positions often come once for several pings,
    so that most neighbours are 0 m apart.

    Parameters
    ----------
    latitude, longitude : ndarray, shape (P,)
        Degrees, NaN where unknown.

    Returns
    -------
    float or None
        Metres; None where fewer than two positions are known or the ship stands still.
    """
    known = np.flatnonzero(np.isfinite(latitude) & np.isfinite(longitude))
    if len(known) < 2:
        return None
    phi, lam = np.radians(latitude[known]), np.radians(longitude[known])
    # haversine: stable for the small distances between pings
    half = np.sin(np.diff(phi) / 2) ** 2 + np.cos(phi[:-1]) * np.cos(phi[1:]) * np.sin(np.diff(lam) / 2) ** 2
    sailed = float((2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(half))).sum())
    mean = sailed / float(known[-1] - known[0])
    return mean if mean >= STANDING_STILL_M else None
