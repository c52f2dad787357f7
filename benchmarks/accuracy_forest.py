"""The rivals that a network must beat: random forests on single cells, and on cells with their surroundings.

One JSON line a run, like accuracy.py. Nothing is imported from learning but the figures and the correction.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter
from sklearn.ensemble import RandomForestClassifier

from napari_fathom.echogram.simulate import CLASS_NAMES, SimulationSettings, simulate
from napari_fathom.echogram.simulate_paint import paint
from napari_fathom.evaluation.surveys import UNSEEN
from napari_fathom.files import append_line
from napari_fathom.learning.metrics import score
from napari_fathom.learning.shares import correct, em_shares

_SCALES = (1, 2, 4, 8)


def features(sv_db: npt.NDArray[np.float32], surroundings: bool) -> npt.NDArray[np.float32]:
    """Sv of a cell, and if asked Gaussian means and local contrast around it; shape (cells, features)."""
    sv = np.clip(np.nan_to_num(sv_db, nan=-75.0), -75.0, 0.0)
    planes = [sv]
    if surroundings:
        means = [np.stack([gaussian_filter(channel, scale) for channel in sv]) for scale in _SCALES]
        planes += [
            *means,
            np.abs(sv - means[1]),
            np.stack([gaussian_filter(c, 2) for c in np.abs(sv - means[1])]),
        ]
    stacked = np.concatenate(planes)
    return stacked.reshape(len(stacked), -1).T


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shares", default="0.001,0.01,0.05")
    parser.add_argument("--seeds", default="0,1,2,3,4")
    parser.add_argument("--pings", type=int, default=4096)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/accuracy_forest.jsonl"))
    options = parser.parse_args()
    lines = options.out.read_text().splitlines() if options.out.exists() else []
    done = {(one["method"], one["share"], one["seed"]) for one in map(json.loads, lines)}
    for seed in map(int, options.seeds.split(",")):
        survey = simulate(SimulationSettings(pings=options.pings, seed=seed))
        unseen = simulate(SimulationSettings(pings=options.pings, seed=seed + UNSEEN))
        for method, surroundings in (("forest-cell", False), ("forest-surroundings", True)):
            known = features(survey.sv_db, surroundings)
            asked = features(unseen.sv_db, surroundings)
            for share in map(float, options.shares.split(",")):
                if (method, share, seed) in done:
                    continue
                started = time.perf_counter()
                labels = paint(survey.truth, share, seed).labels.ravel()
                said = labels > 0
                forest = RandomForestClassifier(
                    100, min_samples_leaf=3, class_weight="balanced", random_state=seed
                )
                forest.fit(known[said], labels[said])
                seconds = time.perf_counter() - started
                plain = np.maximum(forest.predict_proba(asked).T, 1e-3).astype(np.float32)
                equal = (1 / len(CLASS_NAMES),) * len(CLASS_NAMES)
                corrected = correct(plain, equal, em_shares(plain[:, ::37], equal, floor=1e-4).shares)
                for way, answer in (("plain", plain), ("em-uncalibrated", corrected)):
                    figures = score(unseen.truth.ravel(), answer)
                    line = {
                        "method": method,
                        "recipe": "painted",
                        "share": share,
                        "seed": seed,
                        "way": way,
                        "kappa": round(figures.kappa, 4),
                        "class_accuracy": [round(value, 4) for value in figures.class_accuracy],
                        "auc": [round(value, 5) for value in figures.auc],
                        "seconds": round(seconds, 1),
                    }
                    append_line(options.out, json.dumps(line))


if __name__ == "__main__":
    main()
