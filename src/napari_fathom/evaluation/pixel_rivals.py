"""The rivals that a network must beat on surveys: forests, and another program."""

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from napari_fathom.errors import FathomError
from napari_fathom.evaluation.answers import NotInstalled, PixelAnswer, PixelQuestion, Rival

__all__ = ["CONVPAINT_PYTHON", "PIXEL_RIVALS", "cell_features", "multiscale_features"]

CONVPAINT_PYTHON = "FATHOM_CONVPAINT_PYTHON"
"""Environment variable: the Python of an environment that has napari-convpaint."""

_TREES = 100
_LEAF = 3
_LEAST = 1e-3  # probability that a forest's unanimous trees leave to the other classes
_LARGEST_SCALE = 16.0
_MARGIN = 64  # pings: four times the largest scale, where a Gaussian is cut
_SLAB = 2048
_WORKER = Path(__file__).with_name("convpaint_worker.py")

Rows = npt.NDArray[np.float32]


def cell_features(sv: npt.NDArray[np.float32]) -> Rows:
    """Each cell's values alone.

    Parameters
    ----------
    sv : ndarray of float32, shape (F, R, P)
        Without NaN.

    Returns
    -------
    ndarray of float32, shape (R, P, features)
    """
    return np.moveaxis(sv, 0, -1)


def multiscale_features(sv: npt.NDArray[np.float32]) -> Rows:
    """What scikit-image makes of a cell and its surroundings: intensity, edges, texture at scales 1 to 16.

    Parameters and return value are those of `cell_features`.
    """
    from skimage import feature

    found = feature.multiscale_basic_features(  # type: ignore[no-untyped-call]
        np.moveaxis(sv, 0, -1), sigma_min=1, sigma_max=_LARGEST_SCALE, channel_axis=-1
    )
    return np.asarray(found, np.float32)


def _forest(features: Callable[[npt.NDArray[np.float32]], Rows]) -> Callable[[PixelQuestion], PixelAnswer]:
    def answer(asked: PixelQuestion) -> PixelAnswer:
        from sklearn.ensemble import RandomForestClassifier

        known, classes = asked.known, len(asked.known.names)
        started = time.perf_counter()
        said = asked.labels > 0
        rows = [part[said[:, pings]] for pings, part in _in_slabs(asked.clipped(known.sv_db), features)]
        targets = [asked.labels[:, pings][said[:, pings]] for pings in _slabs(said.shape[1])]
        forest = RandomForestClassifier(
            _TREES, min_samples_leaf=_LEAF, class_weight="balanced", random_state=asked.settings.seed
        )
        forest.fit(np.concatenate(rows), np.concatenate(targets))
        seconds = time.perf_counter() - started
        found = np.zeros((classes, *known.unseen_truth.shape), np.float32)
        for pings, part in _in_slabs(asked.clipped(known.unseen_db), features):
            told = forest.predict_proba(part.reshape(-1, part.shape[-1]))
            found[forest.classes_ - 1, :, pings] = told.T.reshape(-1, *part.shape[:2])
        return PixelAnswer.plain(_never_sure(found), seconds)

    return answer


def _slabs(pings: int) -> list[slice]:
    return [slice(first, min(first + _SLAB, pings)) for first in range(0, pings, _SLAB)]


def _in_slabs(
    sv: npt.NDArray[np.float32], features: Callable[[npt.NDArray[np.float32]], Rows]
) -> Iterator[tuple[slice, Rows]]:
    """Features of some pings after the other: those of a whole survey are some eighty times its size."""
    for pings in _slabs(sv.shape[-1]):
        first = max(pings.start - _MARGIN, 0)
        part = features(sv[..., first : pings.stop + _MARGIN])
        yield pings, part[:, pings.start - first :][:, : pings.stop - pings.start]


def _never_sure(told: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """What unanimous trees say leaves something to the other classes: a correction can't move a zero."""
    found = np.maximum(told, _LEAST)
    return np.asarray(found / found.sum(0), np.float32)


def _convpaint(asked: PixelQuestion) -> PixelAnswer:
    """Ask napari-convpaint, which can't be installed beside us, by a process of its own and two files."""
    python = os.environ.get(CONVPAINT_PYTHON)
    if not python or not Path(python).is_file():
        raise NotInstalled(
            f"napari-convpaint wants an environment of its own: set {CONVPAINT_PYTHON} to that one's Python."
        )
    known = asked.known
    with tempfile.TemporaryDirectory() as folder:
        question, told = Path(folder, "question.npz"), Path(folder, "answer.npz")
        np.savez(
            question,
            sv=asked.clipped(known.sv_db),
            labels=asked.labels,
            unseen=asked.clipped(known.unseen_db),
        )
        done = subprocess.run(
            [python, str(_WORKER), str(question), str(told)],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        )
        if done.returncode or not told.exists():
            last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise FathomError(f"napari-convpaint ended with {done.returncode}: {last}")
        with np.load(told, allow_pickle=False) as kept:
            found = np.zeros((len(known.names), *known.unseen_truth.shape), np.float32)
            found[kept["classes"] - 1] = kept["probabilities"]
            return PixelAnswer.plain(_never_sure(found), float(kept["seconds"]))


PIXEL_RIVALS: dict[str, Rival[PixelQuestion, PixelAnswer]] = {
    "cell-forest": Rival("A random forest on the Sv of each cell alone.", _forest(cell_features)),
    "multiscale-forest": Rival(
        "A random forest on scikit-image's multiscale_basic_features.", _forest(multiscale_features)
    ),
    "convpaint": Rival("napari-convpaint's Gaussian features and CatBoost, all channels.", _convpaint),
}
"""By the name that a suite uses."""
