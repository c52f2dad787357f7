"""Whether learning people's shares, not the class that most of them gave, tells the known soft labels better.

    python -m benchmarks.plankton_soft            # a minute or two; prints a table in Markdown

Five simulated collections of 1,200 images whose soft labels are known; of each class some are labelled, each
by several annotators drawn from its soft label. All other images are judged: macro F1 of the most likely
class, how far the probabilities are from the soft label (Kullback-Leibler, bits), and calibration against it:
the mean difference, in fifteen bins, of the highest probability and what the soft label gives that class.
"""

import argparse
from collections.abc import Iterator, Mapping
from itertools import product

import numpy as np
import numpy.typing as npt
from sklearn.metrics import f1_score

from benchmarks.plankton_data import KnownImages, labelled_rows, simulated
from napari_fathom.events import Done
from napari_fathom.labels.tally import soft_labels, tally, winners
from napari_fathom.learning.images.predict import predict_images
from napari_fathom.learning.images.presets import IMAGE_PRESETS
from napari_fathom.learning.images.source import ImageLabels
from napari_fathom.learning.images.training import ImageTraining

Floats = npt.NDArray[np.floating]
_BINS = 15
_FIGURES = ("macro F1", "KL, bits", "calibration")


def voted(known: KnownImages, voices: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """What so many annotators say of each image: the class of most, 1…C, and the shares (N, C)."""
    assert known.soft is not None
    votes = known.soft.votes[:, :voices]
    count, classes = len(votes), len(known.names)
    counted = tally(np.repeat(np.arange(count), voices), votes.ravel().astype(np.uint16), count)
    hard = counted.values[winners(counted)].astype(np.int64)
    return hard, soft_labels(counted, tuple(range(1, classes + 1)))


def answered(known: KnownImages, labels: ImageLabels, **changes: object) -> Floats:
    """Probabilities (N, C) of a model that learned from these labels."""
    settings = IMAGE_PRESETS["Laptop CPU"].model_copy(update={"held_out": 0.0, **changes})
    *_, trained = ImageTraining(known.images, labels, known.names, settings, device="cpu").events()
    assert isinstance(trained, Done)
    *_, found = predict_images(trained.result, known.images, device="cpu")
    assert isinstance(found, Done)
    probabilities: Floats = found.result.probabilities.astype(np.float64)
    return probabilities


def figures(soft: Floats, probabilities: Floats) -> tuple[float, float, float]:
    """Macro F1, Kullback-Leibler divergence and calibration error against soft labels (n, C)."""
    best = probabilities.argmax(axis=1)
    sure, right = probabilities.max(axis=1), soft[np.arange(len(soft)), best]
    place = np.minimum((sure * _BINS).astype(int), _BINS - 1)
    gaps = np.abs(np.bincount(place, sure - right, minlength=_BINS))
    distance = (soft * (np.log2(soft) - np.log2(np.maximum(probabilities, 1e-6)))).sum(axis=1).mean()
    f1 = f1_score(soft.argmax(axis=1), best, average="macro")
    return float(f1), float(distance), float(gaps.sum() / len(soft))


def rows(
    methods: list[str], labels: list[int], voices_asked: list[int], seeds: int, hard: bool
) -> Iterator[str]:
    """The lines of the table."""
    collections = [simulated(1200, seed, hard=hard) for seed in range(seeds)]
    yield f"| method | labels a class | voices | soft targets | {' | '.join(_FIGURES)} |"
    yield "|---|---|---|---|---|---|---|"
    for method, each, voices, soft in product(methods, labels, voices_asked, (False, True)):
        changes = {"method": method, "soft_targets": soft}
        found = np.array(
            [judged(known, each, voices, seed, changes) for seed, known in enumerate(collections)]
        )
        told = [
            f"{mean:.3f} ± {spread:.3f}"
            for mean, spread in zip(found.mean(0), found.std(0, ddof=1), strict=True)
        ]
        yield f"| {method} | {each} | {voices} | {'yes' if soft else 'no'} | {' | '.join(told)} |"


def judged(
    known: KnownImages, each: int, voices: int, seed: int, changes: Mapping[str, object]
) -> tuple[float, float, float]:
    """Figures of one run on the images that nobody labelled."""
    assert known.soft is not None
    most, shares = voted(known, voices)
    chosen = labelled_rows(most, each, seed)
    target = np.zeros_like(most)
    target[chosen] = most[chosen]
    told = answered(known, ImageLabels(target, soft=shares), seed=seed, **changes)
    return figures(known.soft.labels[target == 0], told[target == 0])


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="Soft targets, measured.")
    options.add_argument("--methods", default="discriminant,forest")
    options.add_argument("--labels", default="10,25", help="of each class")
    options.add_argument("--voices", default="3,5", help="on each image, 5 at most")
    options.add_argument("--seeds", type=int, default=5)
    options.add_argument("--hard", action="store_true", help="objects differ more and drown in noise")
    chosen = options.parse_args()
    each, people = ([int(part) for part in given.split(",")] for given in (chosen.labels, chosen.voices))
    for line in rows(chosen.methods.split(","), each, people, chosen.seeds, chosen.hard):
        print(line, flush=True)
