"""A simulated multi-frequency survey with its truth: speckle, noise, seabed, layers, schools.

Each block of `BLOCK` pings has its own random stream, so a survey is the same whether it is made whole or
block by block, and a million pings need one block's memory.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fathom.echogram.simulate_physics import absorption_db_per_m, noise_db, smooth, speckle
from napari_fathom.echogram.simulate_scene import Scene, draw_scene, response_db
from napari_fathom.echogram.simulate_settings import SimulationSettings
from napari_fathom.files import replace_bytes, replace_json

__all__ = [
    "BLOCK",
    "CLASS_NAMES",
    "Simulation",
    "SimulationSettings",
    "simulate",
    "simulate_blocks",
    "write_simulation",
]

BLOCK = 1024
"""Pings made at a time. Part of what a seed means: another value gives other speckle."""
CLASS_NAMES = ("background", "sandeel", "other fish")
_MARGIN = 4  # pings beyond a block that the beam's smoothing looks at
_VISIBLE_DB = -70.0  # a fish fainter than this at its own frequency is no fish an expert would draw

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Simulation:
    """A survey, or one block of it.

    Parameters
    ----------
    sv_db : array of float32, shape (F, R, P)
        dB re 1 m⁻¹; NaN where a ping was lost.
    truth : array of uint8, shape (R, P)
        1 background, 2 sandeel, 3 other fish.
    seabed_range_m : array of float64, shape (P,)
    frequency_hz : array of float64, shape (F,)
    range_m : array of float64, shape (R,)
    ping_time : array of datetime64[ns], shape (P,)
    first_ping : int
        Where in the survey this block begins.
    """

    sv_db: NDArray[np.float32]
    truth: NDArray[np.uint8]
    seabed_range_m: NDArray[np.float64]
    frequency_hz: NDArray[np.float64]
    range_m: NDArray[np.float64]
    ping_time: NDArray[np.datetime64]
    first_ping: int = 0


def simulate(settings: SimulationSettings) -> Simulation:
    """Make the whole survey in memory (about 17 bytes a cell at four frequencies)."""
    blocks = list(simulate_blocks(settings))
    return Simulation(
        sv_db=np.concatenate([b.sv_db for b in blocks], axis=-1),
        truth=np.concatenate([b.truth for b in blocks], axis=-1),
        seabed_range_m=np.concatenate([b.seabed_range_m for b in blocks]),
        frequency_hz=blocks[0].frequency_hz,
        range_m=blocks[0].range_m,
        ping_time=np.concatenate([b.ping_time for b in blocks]),
    )


def simulate_blocks(settings: SimulationSettings) -> Iterator[Simulation]:
    """Make the survey block by block, in order."""
    scene = draw_scene(settings)
    for first in range(0, settings.pings, BLOCK):
        yield _block(settings, scene, first, min(first + BLOCK, settings.pings))


def write_simulation(folder: Path, settings: SimulationSettings) -> Path:
    """Write a survey that any of the readers opens without a question, and its truth beside it.

    Parameters
    ----------
    folder : Path
        Gets `survey.npz` (sv_db, frequency_hz, range_m, ping_time_s, seabed_range_m), `truth.npz` (labels)
        and `settings.json`.

    Returns
    -------
    Path
        The survey's file.
    """
    survey = simulate(settings)
    file = folder / "survey.npz"
    seconds = survey.ping_time.astype("datetime64[ns]").astype(np.int64) / 1e9
    replace_bytes(
        file,
        _npz(
            sv_db=survey.sv_db,
            frequency_hz=survey.frequency_hz,
            range_m=survey.range_m,
            ping_time_s=seconds,
            seabed_range_m=survey.seabed_range_m,
        ),
    )
    values = np.arange(1, len(CLASS_NAMES) + 1, dtype=np.uint8)
    replace_bytes(
        folder / "truth.npz",
        _npz(labels=survey.truth, class_values=values, class_names=np.array(CLASS_NAMES)),
    )
    replace_json(folder / "settings.json", settings.model_dump(mode="json"))
    return file


def _npz(**arrays: NDArray[Any]) -> bytes:
    from io import BytesIO

    stream = BytesIO()
    np.savez_compressed(stream, allow_pickle=False, **arrays)
    return stream.getvalue()


def _block(settings: SimulationSettings, scene: Scene, first: int, stop: int) -> Simulation:
    rng = np.random.default_rng([settings.seed, 1, first // BLOCK])
    ping = np.arange(first - _MARGIN, stop + _MARGIN, dtype=np.float64)
    here = slice(_MARGIN, -_MARGIN)
    frequency_hz, range_m = np.asarray(settings.frequency_hz), settings.range_m
    seabed_m = scene.seabed_m.at(ping)
    fish = {kind: np.zeros((len(frequency_hz), settings.samples, len(ping)), np.float32) for kind in (2, 3)}
    _add_schools(fish, settings, scene, ping, seabed_m)
    rest = _background(settings, scene, ping, seabed_m)
    fish = {kind: _blur(sv, settings)[..., here] for kind, sv in fish.items()}
    rest = _blur(rest, settings)[..., here]
    absorption = absorption_db_per_m(frequency_hz)
    noise = _linear(noise_db(range_m, frequency_hz, scene.noise_at_1m_db, absorption))[..., None]
    truth = _truth(fish, rest + noise, frequency_hz)
    mean = fish[2] + fish[3] + rest
    shape = mean.shape
    weakening = _dropouts(rng, settings, shape[-1])
    sv = mean * weakening * speckle(rng, shape, settings.pulse_samples) + noise * speckle(rng, shape, 1)
    sv += _spikes(rng, settings, shape)
    sv_db = (10 * np.log10(np.maximum(sv, 1e-15)) + scene.gain_db[:, None, None]).astype(np.float32)
    sv_db[..., weakening < 1e-6] = np.nan
    start = np.datetime64("2026-04-26T06:00:00", "ns")
    steps = (np.arange(first, stop) * settings.ping_interval_s * 1e9).astype("timedelta64[ns]")
    return Simulation(
        sv_db, truth, scene.seabed_m.at(ping)[here], frequency_hz, range_m, start + steps, first_ping=first
    )


def _blur(sv: Floats, settings: SimulationSettings) -> NDArray[np.float32]:
    """Smear along range by the pulse and along pings by the beam."""
    return smooth(smooth(sv, settings.pulse_samples, 1), 3, 2)


def _add_schools(
    fish: dict[int, NDArray[np.float32]],
    settings: SimulationSettings,
    scene: Scene,
    ping: Floats,
    seabed_m: Floats,
) -> None:
    """Fill each school's outline with its level times a lumpy density (2 dB)."""
    range_m = settings.range_m
    texture = _linear(2.0 * scene.clouds[3].at(np.arange(settings.samples, dtype=float), ping))
    water = range_m[:, None] < seabed_m[None, :]
    for school in scene.schools_between(int(ping[0]), int(ping[-1]) + 1):
        columns = slice(
            *np.searchsorted(ping, [school.ping - school.reach_pings, school.ping + school.reach_pings])
        )
        inside = school.inside(range_m, ping[columns]) & water[:, columns]
        density = np.where(inside, texture[:, columns], 0)
        fish[school.kind][..., columns] = np.maximum(
            fish[school.kind][..., columns], _linear(school.sv_db)[:, None, None] * density
        )


def _background(
    settings: SimulationSettings, scene: Scene, ping: Floats, seabed_m: Floats
) -> NDArray[np.float32]:
    """Mean sv of all that isn't fish: layers, bubbles, ring-down, seabed and what lies under it."""
    frequency_hz, range_m = np.asarray(settings.frequency_hz), settings.range_m
    sample = np.arange(settings.samples, dtype=np.float64)
    height = settings.range_m[-1]
    r = range_m[:, None]

    def spectrum(kind: str, level_db: float) -> NDArray[np.float64]:
        return _linear(level_db + response_db(kind, frequency_hz))[:, None, None]

    def band(middle_m: Floats, half_m: float) -> NDArray[np.float64]:
        return np.asarray(np.exp(-0.5 * ((r - middle_m[None, :]) / half_m) ** 2))

    wide, patchy, mist, _ = (cloud.at(sample, ping) for cloud in scene.clouds)
    cut = NormalDist().inv_cdf(1 - scene.krill_cover)
    swarm = _linear(2.0 * np.clip(patchy, None, 2.5)) / (1 + np.exp(-8 * (patchy - cut)))
    water = spectrum("plankton", scene.plankton_db) * (
        band(scene.plankton_m.at(ping), 0.12 * height) * _linear(3 * wide)
    )
    water += spectrum("krill", scene.krill_db) * (band(scene.krill_m.at(ping), 0.07 * height) * swarm)
    water += spectrum("gas", scene.gas_db) * (band(scene.gas_m.at(ping), 0.06 * height) * _linear(3 * mist))
    depth_of_bubbles = np.maximum(scene.bubbles_m.at(ping), 0.3)[None, :]
    water += spectrum("bubbles", scene.bubbles_db) * np.exp(-r / depth_of_bubbles)
    water += 10**-9.3
    ring = _linear(-15 - 60 * range_m / 2.0)[None, :, None]
    below = r - seabed_m[None, :]
    loss = 0.8 + 2.2 * (frequency_hz / 200e3)[:, None, None]  # dB per metre of sediment
    hard = spectrum("seabed", scene.seabed_db) * _linear(-loss * np.maximum(below, 0) + 2 * wide)
    return np.asarray(np.where(below >= 0, hard, water) + ring, dtype=np.float32)


def _truth(fish: dict[int, NDArray[np.float32]], rest: Floats, frequency_hz: Floats) -> NDArray[np.uint8]:
    """Call a cell fish where fish, at the frequency that shows them best, outshine all else."""
    truth = np.ones(rest.shape[1:], dtype=np.uint8)
    best = {2: int(np.argmax(frequency_hz)), 3: int(np.argmin(np.abs(frequency_hz - 38e3)))}
    for kind, other in ((2, 3), (3, 2)):
        channel = best[kind]
        sv = fish[kind][channel]
        seen = (
            (sv > rest[channel]) & (sv > 10 ** (_VISIBLE_DB / 10)) & (fish[kind].sum(0) >= fish[other].sum(0))
        )
        truth[seen] = kind
    return truth


def _dropouts(rng: np.random.Generator, settings: SimulationSettings, pings: int) -> NDArray[np.float32]:
    """One factor a ping: 1 mostly, weakened by 3–15 dB in some, 0 where the ping was lost."""
    weak = rng.random(pings) < settings.dropout_share
    factor = np.where(weak, 10 ** (-rng.uniform(0.3, 1.5, pings)), 1.0)
    return np.asarray(np.where(weak & (rng.random(pings) < 0.25), 0.0, factor), dtype=np.float32)


def _spikes(
    rng: np.random.Generator, settings: SimulationSettings, shape: tuple[int, ...]
) -> NDArray[np.float32]:
    """Short bursts of another sounder in the channels above 100 kHz."""
    sv = np.zeros(shape, dtype=np.float32)
    channels = np.flatnonzero(np.asarray(settings.frequency_hz) > 100e3)
    for ping in np.flatnonzero(rng.random(shape[-1]) < settings.spike_share):
        top = int(rng.integers(0, shape[-2]))
        burst = slice(top, top + int(rng.integers(3, 12)))
        sv[channels, burst, ping] = 10 ** (rng.uniform(-6, -4.5))
    return sv


def _linear(db: Any) -> NDArray[np.float64]:
    return np.asarray(10 ** (np.asarray(db, dtype=np.float64) / 10))
