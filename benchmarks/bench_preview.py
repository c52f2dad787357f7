"""How soon after a stroke does its preview stand? Beside what does the same: skimage's filters and a forest.

python -m benchmarks.bench_preview --threads 1
"""

import argparse
import time
from collections.abc import Callable

import numpy as np
import torch
from skimage.feature import multiscale_basic_features
from sklearn.ensemble import RandomForestClassifier

from napari_fathom.echogram.simulate import SimulationSettings, simulate
from napari_fathom.echogram.simulate_paint import paint
from napari_fathom.learning.field import ArrayField, ArrayLabels
from napari_fathom.learning.metrics import cohen_kappa, confusion
from napari_fathom.learning.preview import Preview
from napari_fathom.learning.response_cache import ResponseCache
from napari_fathom.learning.scaling import Scaling

CELLS = 1_000_000
REPEATS = 7


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds on the wall, and those that this process worked: others may hold it up."""
    wall, worked = time.perf_counter(), time.process_time()
    work()
    return 1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - worked)


def best(work: Callable[[], object], repeats: int = REPEATS) -> tuple[float, float]:
    times = [timed(work) for _ in range(repeats)]
    return min(wall for wall, _ in times), min(worked for _, worked in times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=1, help="the window's worker has one less than cores")
    parser.add_argument("--share", type=float, default=0.005)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    survey = simulate(SimulationSettings(pings=4400, seed=0))
    height = survey.truth.shape[0]
    view = 0, height, 200, 200 + CELLS // height
    here = np.s_[..., view[0] : view[1], view[2] : view[3]]
    labels = paint(survey.truth, options.share, 0).labels.astype(np.uint8)
    painted = ArrayLabels(labels)
    preview = Preview(ResponseCache(ArrayField(survey.sv_db), Scaling()), painted, 3)

    def kappa(answer: np.ndarray) -> float:
        truth = survey.truth[here].astype(np.int64)
        return cohen_kappa(confusion(truth.ravel(), np.maximum(answer, 1).astype(np.int64).ravel(), 3))

    first = timed(lambda: preview.answer(view, lambda: None))
    stroke = best(lambda: preview.answer(view, lambda: None))
    ours = kappa(preview.answer(view, lambda: None))

    image = Scaling().apply(survey.sv_db[here])
    said = labels[here]
    features: list[np.ndarray] = []
    answers: list[np.ndarray] = []

    def filters() -> None:
        features.append(
            multiscale_basic_features(
                image, sigma_min=1, sigma_max=8, channel_axis=0, workers=options.threads
            )
        )

    def forest() -> None:
        rows = features[0]
        grown = RandomForestClassifier(
            100, max_depth=10, class_weight="balanced", n_jobs=options.threads, random_state=0
        ).fit(rows[said > 0], said[said > 0])
        answers.append(grown.predict(rows.reshape(-1, rows.shape[-1])).reshape(said.shape))

    theirs_first, theirs_stroke = timed(filters), timed(forest)
    print(f"{len(image)} frequencies, {CELLS:,} cells in view, {options.threads} thread(s)")
    print("milliseconds            wall  worked   kappa")
    print(f"first look           {first[0]:7.0f} {first[1]:7.0f}")
    print(f"a further stroke     {stroke[0]:7.0f} {stroke[1]:7.0f}   {ours:.3f}")
    print(f"skimage's filters    {theirs_first[0]:7.0f} {theirs_first[1]:7.0f}")
    print(f"a forest on them     {theirs_stroke[0]:7.0f} {theirs_stroke[1]:7.0f}   {kappa(answers[0]):.3f}")
    print(f"a stroke is {theirs_stroke[1] / stroke[1]:.0f} times as quick, by work")


if __name__ == "__main__":
    main()
