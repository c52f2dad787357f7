"""Macro F1, accuracy and calibration on ten UVP6 classes: docs/benchmarks-plankton.md has command and table.

A few images of each class have a label, all others are answered. Resumable: a run whose line is in the
results is skipped. Nothing was chosen on seeds 0 to 4; choices were made on seeds 100 to 109.
"""

import argparse
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import numpy.typing as npt
import torch
from sklearn.ensemble import RandomForestClassifier

from benchmarks.plankton_data import Labelled, labelled_rows, load
from napari_fathom.events import Done
from napari_fathom.files import append_line
from napari_fathom.learning.images.predict import predict_images
from napari_fathom.learning.images.presets import IMAGE_PRESETS
from napari_fathom.learning.images.settings import ImageSettings
from napari_fathom.learning.images.source import ArrayImages, ImageLabels
from napari_fathom.learning.images.training import ImageTraining
from napari_fathom.learning.metrics import confusion, expected_calibration_error, f1_scores
from napari_fathom.plankton.measures import ECOTAXA_LIKE, MEASURE_NAMES

RESULTS = Path(__file__).parent / "results" / "plankton.jsonl"
TREES = 300

Probabilities = npt.NDArray[np.float32]
Answerer = Callable[[Labelled, npt.NDArray[np.int64], int], Probabilities]
"""Images, their labels (0 = none, 1…C) and a seed → probabilities (N, C)."""


def rival(known: Labelled, target: npt.NDArray[np.int64], seed: int) -> Probabilities:
    """What EcoTaxa does: a forest on region measures."""
    return _rival(known, target, seed, ECOTAXA_LIKE)


def rival_and_vignette(known: Labelled, target: npt.NDArray[np.int64], seed: int) -> Probabilities:
    """The same, which is also told the size of the vignette that was cut out."""
    return _rival(known, target, seed, (*ECOTAXA_LIKE, "image_height", "image_width"))


def _rival(
    known: Labelled, target: npt.NDArray[np.int64], seed: int, names: tuple[str, ...]
) -> Probabilities:
    rows = _columns(known, names).measures
    assert rows is not None
    forest = RandomForestClassifier(TREES, random_state=seed)
    forest.fit(rows[target > 0], target[target > 0])
    return np.asarray(forest.predict_proba(rows), np.float32)


def ours(method: str, **changes: object) -> Answerer:
    """One of the product's methods, all labels learned from, the last weights kept."""

    def answer(known: Labelled, target: npt.NDArray[np.int64], seed: int) -> Probabilities:
        preset = IMAGE_PRESETS["Laptop CPU"].model_dump()
        wanted = {"method": method, "seed": seed, "held_out": 0.0, "keep": "last"} | changes
        settings = ImageSettings.model_validate(preset | wanted)
        training = ImageTraining(known.images, ImageLabels(target), known.names, settings, device="cpu")
        *_, done = training.events()
        assert isinstance(done, Done)
        *_, answered = predict_images(done.result, known.images, device="cpu")
        assert isinstance(answered, Done)
        return answered.result.probabilities

    return answer


def on_rivals_measures(known: Labelled, target: npt.NDArray[np.int64], seed: int) -> Probabilities:
    """The discriminant on what the rival sees."""
    return ours("discriminant")(_with(known, _columns(known, ECOTAXA_LIKE)), target, seed)


def on_labelled_alone(known: Labelled, target: npt.NDArray[np.int64], seed: int) -> Probabilities:
    """The discriminant that never sees an unlabelled image before it is asked."""
    from napari_fathom.learning.images.scaling import fit_scaling
    from napari_fathom.learning.methods.discriminant import Discriminant

    measures = known.images.measures
    assert measures is not None
    said = target > 0
    rows = fit_scaling(known.images.pixels[said], measures[said]).measures
    settings = ImageSettings(seed=seed)
    found = Discriminant.fit(rows(measures[said]), target[said], len(known.names), settings, lambda: None)
    return found.probabilities(rows(measures))


_NETWORKS = ("supervised", "mean-teacher", "pi-model", "pseudo-label", "fixmatch")

METHODS: dict[str, Answerer] = {
    "ecotaxa-forest": rival,
    "ecotaxa-forest+vignette": rival_and_vignette,
    "forest": ours("forest"),
    "discriminant": ours("discriminant"),
    "discriminant:ecotaxa-measures": on_rivals_measures,
    "discriminant:labelled-alone": on_labelled_alone,
    "discriminant:fifth-held-out": ours("discriminant", held_out=0.2),
    **{name: ours(name, ambiguity=False) for name in _NETWORKS},
    **{f"{name}+dc3": ours(name, ambiguity=True) for name in _NETWORKS},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--methods", default=",".join(METHODS), help="names, with commas between")
    parser.add_argument("--labels", default="5,10,25", help="of each class")
    parser.add_argument("--seeds", default="0,1,2,3,4")
    parser.add_argument(
        "--folder", type=Path, help="another folder of classes than folders_uvp6_10; give --out, too"
    )
    parser.add_argument("--out", type=Path, default=RESULTS, help="file that gets one JSON line a run")
    options = parser.parse_args()
    torch.set_num_threads(1)
    known = load(options.folder)
    done = _done(options.out)
    for seed in map(int, options.seeds.split(",")):
        for each in map(int, options.labels.split(",")):
            for method in options.methods.split(","):
                if (method, each, seed) not in done:
                    line = run(known, method, each, seed)
                    append_line(options.out, json.dumps(line))
                    print(line, flush=True)


def run(known: Labelled, method: str, each: int, seed: int) -> dict[str, object]:
    """Learn from `each` labels a class, and score the answers for all other images."""
    rows = labelled_rows(known.truth, each, seed)
    target = np.zeros_like(known.truth)
    target[rows] = known.truth[rows]
    started = time.process_time()
    probabilities = METHODS[method](known, target, seed)
    seconds = time.process_time() - started
    asked = target == 0
    truth, answer = known.truth[asked], probabilities[asked].T
    counts = confusion(truth, answer.argmax(axis=0) + 1, len(known.names))
    per_class, _, mean = f1_scores(counts)
    return {
        "method": method,
        "labels": each,
        "seed": seed,
        "f1_macro": round(mean, 4),
        "accuracy": round(float(np.trace(counts) / counts.sum()), 4),
        "ece": round(expected_calibration_error(truth, answer), 4),
        "f1": dict(zip(known.names, np.round(per_class, 3).tolist(), strict=True)),
        "seconds": round(seconds, 1),
    }


def _with(known: Labelled, images: ArrayImages) -> Labelled:
    return Labelled(images, known.truth, known.names)


def _columns(known: Labelled, names: tuple[str, ...]) -> ArrayImages:
    measures = known.images.measures
    assert measures is not None
    return ArrayImages(known.images.pixels, measures[:, [MEASURE_NAMES.index(name) for name in names]])


def _done(results: Path) -> set[tuple[str, int, int]]:
    lines = map(json.loads, results.read_text().splitlines()) if results.exists() else ()
    return {(line["method"], line["labels"], line["seed"]) for line in lines}


if __name__ == "__main__":
    main()
