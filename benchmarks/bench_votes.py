"""SemiClf's map of pixels: every patch one by one, or all in one pass? How much quicker, and how much else?

python -m benchmarks.bench_votes --width 64 --side 128
"""

import argparse
import time
from collections.abc import Callable

import numpy as np
import torch

from napari_fathom.echogram.simulate import SimulationSettings, simulate
from napari_fathom.echogram.simulate_paint import paint
from napari_fathom.learning.field import ArrayField, ArrayLabels
from napari_fathom.learning.nets.network import rows_of
from napari_fathom.learning.nets.patch_network import PatchNetwork
from napari_fathom.learning.nets.patch_votes import Seen, every_patch, strided_patches, votes
from napari_fathom.learning.presets import LAPTOP, PRESETS
from napari_fathom.learning.train import Training

NAMES = ("background", "sandeel", "other fish")
STRIDES = (1, 2, 4, 8)


def worked_ms(work: Callable[[], object]) -> float:
    """Milliseconds that this process worked, best of two."""
    times = []
    for _ in range(2):
        started = time.process_time()
        work()
        times.append(1000 * (time.process_time() - started))
    return min(times)


def fishiest(truth: np.ndarray, side: int) -> tuple[int, int]:
    """Corner of the square with most fish in it, of a few."""
    corners = [(row, column) for row in range(0, truth.shape[0] - side, 16) for column in range(0, 900, 16)]
    return max(corners, key=lambda at: int((truth[at[0] : at[0] + side, at[1] : at[1] + side] > 1).sum()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--width", type=int, default=16)
    parser.add_argument("--side", type=int, default=128)
    parser.add_argument("--epochs", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(1)
    survey = simulate(SimulationSettings(pings=1024, seed=0))
    labels = paint(survey.truth, 0.05, 0).labels.astype(np.uint8)
    settings = PRESETS[LAPTOP].model_copy(
        update={
            "method": "semiclf",
            "width": options.width,
            "epochs": options.epochs,
            "ambiguity": False,
            "held_out": 0.0,
        }
    )
    training = Training(ArrayField(survey.sv_db), ArrayLabels(labels), NAMES, settings, device="cpu")
    list(training.events())
    assert training.best is not None
    network, scaling = training.best.network, training.best.scaling
    assert isinstance(network, PatchNetwork)
    side = options.side
    top, left = fishiest(survey.truth, side)
    image = torch.from_numpy(scaling.apply(survey.sv_db[:, top : top + side, left : left + side]))[None]

    def called(seen: Seen) -> torch.Tensor:
        classes = network.heads.classes(rows_of(seen.features[None])).argmax(1)
        return votes(classes.reshape(seen.features.shape[1:]), len(NAMES), seen.stride, (side, side)).argmax(
            0
        )

    with torch.no_grad():
        exact = {}
        times = {
            stride: worked_ms(lambda s=stride: strided_patches(network.body, image, s)) for stride in STRIDES
        }
        for stride in STRIDES:
            exact[stride] = called(strided_patches(network.body, image, stride))
        dense = called(every_patch(network.body, image))
        dense_ms = worked_ms(lambda: every_patch(network.body, image))
    print(f"width {options.width}, {side} × {side} cells, 4 frequencies, one thread; ms worked")
    for stride in STRIDES:
        other = float((exact[stride] != exact[1]).float().mean())
        print(f"every {stride}   {times[stride]:9.0f} ms   other than every cell's: {100 * other:5.2f} %")
    other = float((dense != exact[1]).float().mean())
    print(f"one pass  {dense_ms:9.0f} ms   other than every cell's: {100 * other:5.2f} %", end="   ")
    print(f"{times[1] / dense_ms:.0f} times as quick")


if __name__ == "__main__":
    main()
