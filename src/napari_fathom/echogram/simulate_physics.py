"""The sea's physics that a simulated echogram needs: absorption, noise, speckle. NumPy only."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["absorption_db_per_m", "noise_db", "smooth", "speckle"]

Floats = NDArray[np.floating[Any]]


def absorption_db_per_m(
    frequency_hz: Floats,
    *,
    temperature_c: float = 8.0,
    salinity_psu: float = 35.0,
    depth_m: float = 30.0,
    ph: float = 8.0,
) -> NDArray[np.float64]:
    """Absorption of sound in sea water.

    Parameters
    ----------
    frequency_hz : array
    temperature_c, salinity_psu, depth_m, ph : float
        Of the water; −6…35 °C, 5…50, 0…7000 m, 7.7…8.3.

    Returns
    -------
    array of float64, same shape
        One way, dB per metre.

    References
    ----------
    Ainslie and McColm 1998, JASA 103, 1671–1672, Eq. 1–4 (there in dB per km, kHz and km).
    """
    f, z = np.asarray(frequency_hz, dtype=np.float64) / 1e3, depth_m / 1e3
    boron = 0.78 * np.sqrt(salinity_psu / 35) * np.exp(temperature_c / 26)
    magnesium = 42 * np.exp(temperature_c / 17)
    per_km = (
        0.106 * boron * f**2 / (boron**2 + f**2) * np.exp((ph - 8) / 0.56)
        + 0.52
        * (1 + temperature_c / 43)
        * (salinity_psu / 35)
        * magnesium
        * f**2
        / (magnesium**2 + f**2)
        * np.exp(-z / 6)
        + 0.00049 * f**2 * np.exp(-(temperature_c / 27 + z / 17))
    )
    return np.asarray(per_km / 1e3, dtype=np.float64)


def noise_db(
    range_m: Floats, frequency_hz: Floats, noise_at_1m_db: Floats, absorption: Floats
) -> NDArray[np.float64]:
    """Noise as it looks in Sv: constant at the transducer, raised by the spreading and absorption it never
    met.

    Parameters
    ----------
    range_m : array, shape (R,)
    frequency_hz, noise_at_1m_db, absorption : array, shape (F,)
        Hz, dB re 1 m⁻¹ at 1 m, one-way dB per metre.

    Returns
    -------
    array of float64, shape (F, R)
        dB re 1 m⁻¹.

    References
    ----------
    De Robertis and Higginbottom 2007, ICES J. Mar. Sci. 64, 1282–1291, Eq. 3.
    """
    r = np.maximum(np.asarray(range_m, dtype=np.float64), 0.1)[None, :]
    return np.asarray(noise_at_1m_db[:, None] + 20 * np.log10(r) + 2 * np.asarray(absorption)[:, None] * r)


def speckle(rng: np.random.Generator, shape: tuple[int, ...], pulse_samples: int) -> NDArray[np.float32]:
    """Intensity of many scatterers with random phases, in units of its mean.

    Rayleigh amplitude, so exponential intensity; neighbours along range share part of the pulse and so are
    correlated, pings and frequencies are not.

    Parameters
    ----------
    rng : Generator
    shape : tuple of int
        (…, range, ping).
    pulse_samples : int
        Length of the pulse in range samples, at least 1.

    Returns
    -------
    array of float32, `shape`
        Mean 1, variance 1; correlation of intensity at lag k is (1 − k / pulse_samples)².
    """
    longer = (*shape[:-2], shape[-2] + pulse_samples - 1, shape[-1])
    intensity = np.zeros(shape, dtype=np.float32)
    for _ in range(2):  # in phase, and in quadrature
        white = rng.standard_normal(longer, dtype=np.float32)
        total = white[..., : shape[-2], :].copy()
        for lag in range(1, pulse_samples):
            total += white[..., lag : lag + shape[-2], :]
        intensity += total**2
    return intensity / np.float32(2 * pulse_samples)


def smooth(values: Floats, size: int, axis: int) -> NDArray[np.float32]:
    """Running mean of `size` cells along one axis, the edges repeated."""
    from scipy.ndimage import uniform_filter1d

    return np.asarray(uniform_filter1d(values, size=size, axis=axis, mode="nearest"), dtype=np.float32)
