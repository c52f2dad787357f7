"""What one survey can tell of another: kappa with every cell labelled, and with few (docs/benchmarks.md).

Trains SupSeg as `accuracy.py` does. Judges it on the unseen survey, and on the cells of its own survey that
carried no label. Resumable: a run whose line is in the results is skipped.
"""

import argparse
import json
import os
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import numpy.typing as npt
import torch

from benchmarks.accuracy_runs import Run, settings_for
from napari_fathom.echogram.simulate import CLASS_NAMES
from napari_fathom.echogram.simulate_paint import paint
from napari_fathom.evaluation.surveys import SimulatedSurvey
from napari_fathom.events import Box, Done
from napari_fathom.files import append_line
from napari_fathom.learning.calibration import Calibration
from napari_fathom.learning.field import ArrayField, ArrayLabels
from napari_fathom.learning.metrics import cohen_kappa, confusion
from napari_fathom.learning.model import Model
from napari_fathom.learning.predict import Output, predict
from napari_fathom.learning.train import Training

RESULTS = Path(__file__).parent / "results" / "ceiling.jsonl"
_BLOCK = 64  # pings that count as one stroke where every cell is labelled


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--labels", default="0.001,0.01,every", help="share of all cells, or every")
    parser.add_argument("--seeds", default="5,6,7,8,9")
    parser.add_argument("--pings", type=int, default=4096, help="of the survey that is painted")
    parser.add_argument("--steps", type=int, default=800, help="mini-batches")
    parser.add_argument("--out", type=Path, default=RESULTS, help="file that gets one JSON line a run")
    options = parser.parse_args()
    torch.set_num_threads(1)
    done = _done(options.out)
    for seed in map(int, options.seeds.split(",")):
        for labels in options.labels.split(","):
            if (labels, seed, options.pings, options.steps) not in done:
                line = run_once(labels, seed, options.pings, options.steps)
                append_line(options.out, json.dumps(line))
                print(line, flush=True)


def run_once(labels: str, seed: int, pings: int, steps: int) -> dict[str, object]:
    """Train once, and judge twice."""
    known = SimulatedSurvey(source="simulated", pings=pings, unseen_pings=4096).read(seed)
    given = _labels(known.truth, labels, seed)
    settings = settings_for(Run("supseg", "rest", 0.0, seed), steps)
    *_, last = Training(ArrayField(known.sv_db), given, CLASS_NAMES, settings, device="cpu").events()
    assert isinstance(last, Done)
    line: dict[str, object] = {"labels": labels, "seed": seed, "pings": pings, "steps": steps}
    model = replace(last.result, calibration=Calibration.identity(len(CLASS_NAMES)))
    line["unseen"] = _kappa(model, known.unseen_db, known.unseen_truth)
    if (rest := given.values == 0).any():
        line["own"] = _kappa(model, known.sv_db, known.truth, rest)
    return line


def _labels(truth: npt.NDArray[np.uint8], labels: str, seed: int) -> ArrayLabels:
    if labels != "every":
        painting = paint(truth, float(labels), seed)
        return ArrayLabels(painting.labels, painting.strokes)
    strokes = np.broadcast_to(np.arange(truth.shape[1]) // _BLOCK + 1, truth.shape)
    return ArrayLabels(truth, strokes.astype(np.uint32))


def _kappa(
    model: Model,
    sv_db: npt.NDArray[np.float32],
    truth: npt.NDArray[np.uint8],
    counted: npt.NDArray[np.bool_] | None = None,
) -> float:
    called = np.zeros(truth.shape, np.uint8)

    def keep(box: Box, block: Output) -> None:
        called[box[0] : box[1], box[2] : box[3]] = block.probabilities.argmax(axis=0) + 1

    for _ in predict(model, ArrayField(sv_db), keep, device="cpu"):
        pass
    counted = truth > 0 if counted is None else counted
    return round(cohen_kappa(confusion(truth[counted], called[counted], len(CLASS_NAMES))), 4)


def _done(results: Path) -> set[tuple[str, int, int, int]]:
    lines = map(json.loads, results.read_text().splitlines()) if results.exists() else ()
    return {(line["labels"], line["seed"], line["pings"], line["steps"]) for line in lines}


if __name__ == "__main__":
    main()
