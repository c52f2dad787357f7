"""What swims in a simulated survey and where: drawn once, then asked for any stretch of pings.

Everything here is a function of the ping number and the scene's few parameters, so a million pings need no
more memory than the block in work. Wandering lines and cloudy fields are sums of plane waves (Shinozuka and
Deodatis 1991): cheap, smooth and random access.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fathom.echogram.simulate_settings import SimulationSettings

__all__ = ["Cloud", "Scene", "School", "Wander", "draw_scene", "response_db"]

Floats = NDArray[np.floating[Any]]

_KNOTS_HZ = np.array([18e3, 38e3, 120e3, 200e3])
# Sv relative to 38 kHz at 18, 38, 120, 200 kHz. Sandeel has no swim bladder and rises gently; fish with one
# fall; euphausiids rise steeply (Rayleigh regime); bubbles are near resonance at the low end. After
# Korneliussen and Ona 2003 (ICES J. Mar. Sci. 60, 636–640) and Johnsen, Pedersen and Ona 2009 (ICES J. Mar.
# Sci. 66, 1354–1360).
_RESPONSES = {
    "sandeel": np.array([-0.5, 0.0, 2.5, 5.5]),
    "other fish": np.array([1.5, 0.0, -3.0, -4.0]),
    "krill": np.array([-9.0, 0.0, 11.0, 13.0]),
    "plankton": np.array([-6.0, 0.0, 7.0, 10.0]),
    "gas": np.array([2.5, 0.0, -6.0, -8.0]),
    "bubbles": np.array([1.0, 0.0, -2.0, -3.0]),
    "seabed": np.array([1.0, 0.0, -2.0, -3.0]),
}


def response_db(kind: str, frequency_hz: Floats) -> NDArray[np.float64]:
    """Sv of `kind` relative to 38 kHz: linear in ln frequency, held below 18 and above 200 kHz."""
    return np.asarray(np.interp(np.log(frequency_hz), np.log(_KNOTS_HZ), _RESPONSES[kind]))


@dataclass(frozen=True)
class Wander:
    """A line that wanders: mean plus sinusoids; wavelengths in pings."""

    mean: float
    amplitude: Floats
    wavelength: Floats
    phase: Floats

    def at(self, ping: Floats) -> NDArray[np.float64]:
        """Value at each ping, shape of `ping`."""
        angle = 2 * np.pi * ping[:, None] / self.wavelength + self.phase
        return np.asarray(self.mean + np.sin(angle) @ self.amplitude)


@dataclass(frozen=True)
class Cloud:
    """A patchy field over (range, ping): near-normal, mean 0, variance 1; a sum of plane waves."""

    down: Floats
    along: Floats
    phase: Floats

    def at(self, sample: Floats, ping: Floats) -> NDArray[np.float32]:
        """Values, shape (len(sample), len(ping))."""
        down = np.exp(1j * sample[:, None] * self.down)
        along = np.exp(1j * (ping[:, None] * self.along + self.phase))
        return np.asarray(np.real(down @ along.T) * np.sqrt(2 / len(self.phase)), dtype=np.float32)


@dataclass(frozen=True)
class School:
    """One school: a lobed ellipse with its own density and frequency response.

    Parameters
    ----------
    kind : 2 or 3
        Class value: sandeel or other fish.
    ping, range_m : float
        Centre.
    half_pings, half_m : float
        Half axes.
    lobes, phases : array, shape (4,)
        Relative amplitude and phase of the outline's 2nd to 5th harmonic.
    sv_db : array, shape (F,)
        Mean Sv inside.
    """

    kind: int
    ping: float
    range_m: float
    half_pings: float
    half_m: float
    lobes: Floats
    phases: Floats
    sv_db: Floats

    @property
    def reach_pings(self) -> float:
        """How far from the centre the outline can come."""
        return float(self.half_pings * (1 + np.abs(self.lobes).sum()))

    def inside(self, range_m: Floats, ping: Floats) -> NDArray[np.bool_]:
        """Whether each cell is within the outline, shape (len(range_m), len(ping))."""
        y = (range_m[:, None] - self.range_m) / self.half_m
        x = (ping[None, :] - self.ping) / self.half_pings
        angle = np.arctan2(y, x)
        edge = 1 + sum(
            a * np.cos(k * angle + p)
            for k, (a, p) in enumerate(zip(self.lobes, self.phases, strict=True), start=2)
        )
        return np.asarray(np.hypot(x, y) < edge)


@dataclass(frozen=True)
class Scene:
    """All that is drawn at random once per survey. Levels in dB re 1 m⁻¹ at 38 kHz."""

    seabed_m: Wander
    seabed_db: float
    gain_db: Floats
    noise_at_1m_db: Floats
    plankton_m: Wander
    plankton_db: float
    krill_m: Wander
    krill_db: float
    krill_cover: float
    gas_m: Wander
    gas_db: float
    bubbles_m: Wander
    bubbles_db: float
    clouds: tuple[Cloud, ...]
    schools: tuple[School, ...]

    def schools_between(self, first: int, stop: int) -> list[School]:
        """Schools whose outline may touch pings [first, stop)."""
        return [s for s in self.schools if s.ping + s.reach_pings >= first and s.ping - s.reach_pings < stop]


def draw_scene(settings: SimulationSettings) -> Scene:
    """Draw a survey's scene from its seed."""
    rng = np.random.default_rng([settings.seed, 0])
    bottom = settings.range_m[-1]
    frequency_hz = np.asarray(settings.frequency_hz)
    seabed = _wander(rng, rng.uniform(0.75, 0.85) * bottom, 0.05 * bottom, (80, 3000))
    noise = np.interp(np.log(frequency_hz), np.log(_KNOTS_HZ), [-126.0, -126.0, -119.0, -113.0])
    return Scene(
        seabed_m=seabed,
        seabed_db=rng.uniform(-24, -16),
        gain_db=rng.normal(0, settings.survey_gain_sd_db, len(frequency_hz)),
        noise_at_1m_db=noise + rng.normal(0, 1.5, len(frequency_hz)),
        plankton_m=_wander(rng, rng.uniform(0.2, 0.5) * bottom, 0.05 * bottom, (100, 2500)),
        plankton_db=rng.uniform(-80, -75),
        krill_m=_wander(rng, rng.uniform(0.35, 0.65) * bottom, 0.06 * bottom, (100, 2500)),
        krill_db=rng.uniform(-73, -69),
        krill_cover=rng.uniform(0.15, 0.35),
        gas_m=_wander(rng, rng.uniform(0.3, 0.65) * bottom, 0.06 * bottom, (100, 2500)),
        gas_db=rng.uniform(-71, -65),
        bubbles_m=_wander(rng, 0.03 * bottom, 0.012 * bottom, (10, 200)),
        bubbles_db=rng.uniform(-58, -50),
        clouds=tuple(_cloud(rng, *scale) for scale in ((12, 60), (7, 28), (10, 45), (5, 16))),
        schools=tuple(_schools(rng, settings, seabed)),
    )


def _schools(rng: np.random.Generator, settings: SimulationSettings, seabed: Wander) -> list[School]:
    """Place schools one after another until they cover the wanted share of the survey."""
    step, frequency_hz = settings.range_step_m, np.asarray(settings.frequency_hz)
    survey_response = {k: rng.normal(0, settings.survey_response_sd_db, len(frequency_hz)) for k in (2, 3)}
    wanted = settings.fish_share * settings.pings * settings.samples
    schools: list[School] = []
    covered = {2: 0.0, 3: 0.0}
    goal = {2: wanted * settings.sandeel_fraction, 3: wanted * (1 - settings.sandeel_fraction)}
    for kind, name in ((2, "sandeel"), (3, "other fish")):
        while covered[kind] < goal[kind]:
            size = rng.lognormal(0, 0.45)
            half_pings = float(np.clip(11 * size * rng.lognormal(0, 0.25), 4, 60))
            half_m = float(np.clip(6.5 * step * size**0.6 * rng.lognormal(0, 0.25), 3 * step, 25 * step))
            ping = rng.uniform(0, settings.pings)
            floor = float(seabed.at(np.array([ping]))[0])
            near_bottom = rng.random() < (0.25 if kind == 2 else 0.45)
            gap = rng.uniform(0.3, 3) if near_bottom else rng.uniform(3, max(3.1, floor - 8 - half_m))
            depth = floor - gap - half_m
            level = rng.normal(-58.5, 2.5) if kind == 2 else rng.normal(-54, 3.5)
            response = response_db(name, frequency_hz) + survey_response[kind]
            response += rng.normal(0, settings.school_response_sd_db, len(frequency_hz))
            schools.append(
                School(
                    kind,
                    ping,
                    depth,
                    half_pings,
                    half_m,
                    rng.normal(0, [0.14, 0.1, 0.06, 0.04]),
                    rng.uniform(0, 2 * np.pi, 4),
                    level + response,
                )
            )
            covered[kind] += np.pi * (half_pings + 1) * (half_m / step + 1)  # the blur adds about a cell
    return sorted(schools, key=lambda school: school.ping)


def _wander(
    rng: np.random.Generator, mean: float, spread: float, wavelengths: tuple[float, float], waves: int = 12
) -> Wander:
    """Draw a line with standard deviation near `spread`; long waves carry most of it (red spectrum)."""
    wavelength = np.exp(rng.uniform(np.log(wavelengths[0]), np.log(wavelengths[1]), waves))
    amplitude = np.sqrt(wavelength)
    amplitude *= spread * np.sqrt(2 / (amplitude**2).sum())
    return Wander(mean, amplitude, wavelength, rng.uniform(0, 2 * np.pi, waves))


def _cloud(rng: np.random.Generator, samples: float, pings: float, waves: int = 48) -> Cloud:
    """Draw a patchy field whose patches measure about `samples` × `pings` cells."""
    return Cloud(
        rng.normal(0, 2 / samples, waves), rng.normal(0, 2 / pings, waves), rng.uniform(0, 2 * np.pi, waves)
    )
