"""Surveys whose truth is known: what a suite's echograms can be."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from napari_fathom.echogram.model import Echogram
from napari_fathom.echogram.simulate import CLASS_NAMES, SimulationSettings, simulate
from napari_fathom.errors import FormatError
from napari_fathom.evaluation.images import unpacked_path
from napari_fathom.evaluation.known import KnownSurvey
from napari_fathom.npz import read_npz

__all__ = ["UNSEEN", "SimulatedSurvey", "SurveyFile", "SurveySource"]

UNSEEN = 1000
"""Added to a training survey's seed: the one predicted has another seabed, other layers and schools."""


class SimulatedSurvey(BaseModel):
    """Two simulated surveys for each seed: one to paint, the other to be judged by."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Literal["simulated"]
    pings: int = Field(4096, ge=64, description="Length of the survey that is painted.")
    unseen_pings: int = Field(4096, ge=64, description="Length of the survey that is judged.")
    samples: int = Field(256, ge=64, description="Range cells of each ping.")
    fish_share: float = Field(0.01, gt=0, le=0.2, description="Share of cells that are fish.")

    def read(self, seed: int) -> KnownSurvey:
        """Simulate both."""
        painted = simulate(self._settings(seed, self.pings))
        unseen = simulate(self._settings(seed + UNSEEN, self.unseen_pings))
        return KnownSurvey(painted.sv_db, painted.truth, unseen.sv_db, unseen.truth, CLASS_NAMES)

    def fingerprint(self, seed: int) -> str:
        """Of a short survey: whether the simulation is still the same."""
        few = simulate(self._settings(seed, 64))
        return hashlib.sha256(few.sv_db.tobytes() + few.truth.tobytes()).hexdigest()[:16]

    def _settings(self, seed: int, pings: int) -> SimulationSettings:
        return SimulationSettings(pings=pings, samples=self.samples, fish_share=self.fish_share, seed=seed)


class SurveyFile(BaseModel):
    """A survey of one's own with its truth: a stretch of it is judged, the rest may be painted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Literal["file"]
    survey: str = Field(description="A survey's store, or npz as `fathom simulate echogram` writes it.")
    truth: str = Field(description="Labels of it: npz as `fathom export --npz` writes it.")
    unseen_share: float = Field(0.3, gt=0, lt=1, description="Length of the judged stretch, of all pings.")
    gap_pings: int = Field(
        64, ge=0, description="Pings on both sides of it that are neither learned from nor judged."
    )
    seam_pings: int = Field(
        256, ge=0, description="Missing pings in its place, where most of a training patch has room."
    )

    def read(self, seed: int) -> KnownSurvey:
        """Cut a stretch out, elsewhere for each seed; what lay on both sides of it isn't joined."""
        sv_db, truth = _sv_db(unpacked_path(self.survey)), unpacked_path(self.truth)
        labels, names = _labels(truth)
        if sv_db.ndim != 3 or labels.shape != sv_db.shape[1:]:
            found = f"labels of shape {labels.shape} for Sv of shape {sv_db.shape}"
            raise FormatError(truth, found, "Give both of one survey: Sv (frequency, range, ping).")
        unseen, others = stretch(labels.shape[1], self.unseen_share, self.gap_pings, seed)
        if not others.size:
            found = f"{labels.shape[1]} pings, of which the judged stretch and its gaps leave none"
            raise FormatError(truth, found, "Lower `unseen_share` or `gap_pings`.")
        painted, known = _apart(sv_db, labels, others, self.seam_pings)
        return KnownSurvey(painted, known, sv_db[..., unseen], labels[:, unseen], names)

    def fingerprint(self, seed: int) -> str:
        """Of what lies there."""
        survey, truth = unpacked_path(self.survey), unpacked_path(self.truth)
        told = Echogram.open(survey).fingerprint.encode() if survey.is_dir() else survey.read_bytes()
        return hashlib.sha256(told + truth.read_bytes()).hexdigest()[:16]


SurveySource = Annotated[SimulatedSurvey | SurveyFile, Field(discriminator="source")]
"""Whatever a suite of echograms may have under `data`."""


def stretch(
    pings: int, share: float, gap: int, seed: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Pings of one stretch at a place that the seed draws, and the others without those near it.

    Neighbouring pixels show the same school: beside the place that was painted, any method would shine.

    Parameters
    ----------
    pings : int
        Of the survey.
    share : float
        Length of the stretch, of all pings.
    gap : int
        Pings left out on both sides of it.
    seed : int

    Returns
    -------
    unseen, others : ndarray of int64
    """
    length = max(round(share * pings), 1)
    first = int(np.random.default_rng([seed, 11]).integers(0, pings - length + 1))
    every = np.arange(pings)
    near = (every >= first - gap) & (every < first + length + gap)
    return every[first : first + length], every[~near]


def _apart(
    sv_db: npt.NDArray[np.float32], labels: npt.NDArray[np.uint8], pings: npt.NDArray[np.int64], seam: int
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.uint8]]:
    """These pings, with missing ones where some were left out: a patch must show no false neighbours."""
    first = int(np.argmax(np.diff(pings, append=pings[-1] + 2) > 1)) + 1
    width = seam if first < len(pings) else 0
    nothing = np.full((*sv_db.shape[:2], width), np.nan, np.float32)
    nobody = np.zeros((labels.shape[0], width), labels.dtype)
    before, after = pings[:first], pings[first:]
    return (
        np.concatenate([sv_db[..., before], nothing, sv_db[..., after]], axis=-1),
        np.concatenate([labels[:, before], nobody, labels[:, after]], axis=-1),
    )


def _sv_db(path: Path) -> npt.NDArray[np.float32]:
    if path.is_dir():
        echogram = Echogram.open(path)
        return echogram.read((0, echogram.shape[1], 0, echogram.shape[2]))
    return np.asarray(_arrays(path, "sv_db")["sv_db"], np.float32)


def _labels(path: Path) -> tuple[npt.NDArray[np.uint8], tuple[str, ...]]:
    """Classes 1…C whatever their values in the file, and their names."""
    told = _arrays(path, "labels", "class_values", "class_names")
    place = np.zeros(256, np.uint8)
    place[told["class_values"]] = np.arange(1, len(told["class_values"]) + 1)
    return place[told["labels"]], tuple(map(str, told["class_names"]))


def _arrays(path: Path, *names: str) -> Mapping[str, npt.NDArray[Any]]:
    try:
        found = read_npz(path, names)
    except ValueError as error:
        raise FormatError(path, str(error), f"Expected an npz with {', '.join(names)}.") from error
    if missing := [name for name in names if name not in found]:
        raise FormatError(path, f"no array {missing[0]!r}", f"Expected an npz with {', '.join(names)}.")
    return found
