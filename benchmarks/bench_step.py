"""One mini-batch of each method, and one tile, against the matrix products of the same moment.

OMP_NUM_THREADS=1 python -m benchmarks.bench_step --preset "Laptop CPU" --threads 1
"""

import argparse

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.timing import best_seconds, sgemm_gflops
from napari_fathom.learning.batch import Batch, LabelledPatches, UnlabelledPatches
from napari_fathom.learning.calibration import Calibration
from napari_fathom.learning.field import ArrayField
from napari_fathom.learning.methods import MethodContext, make_method
from napari_fathom.learning.model import Model, network_for
from napari_fathom.learning.predict import predict_box
from napari_fathom.learning.presets import LAPTOP, PRESETS
from napari_fathom.learning.settings import TrainSettings
from napari_fathom.learning.stepper import Stepper

CHANNELS, CLASSES = 4, 3


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--preset", choices=list(PRESETS), default=LAPTOP)
    arguments.add_argument("--device", default="cpu")
    arguments.add_argument("--threads", type=int, default=torch.get_num_threads())
    arguments.add_argument("--precision", choices=["auto", "float32", "bfloat16"], default="float32")
    options = arguments.parse_args()
    torch.set_num_threads(options.threads)
    preset = PRESETS[options.preset].model_copy(update={"precision": options.precision})
    device = torch.device(options.device)
    peak = sgemm_gflops()
    print(
        f"{options.preset}, {options.device}, {options.threads} threads; sgemm on the CPU {peak:.0f} GFLOP/s"
    )
    for method in ("supseg", "predklus"):
        for ambiguity in (False, True):
            settings = preset.model_copy(update={"method": method, "ambiguity": ambiguity})
            seconds, operations = step(settings, device)
            name = method + (" + DC3" if ambiguity else "")
            share = operations / seconds / 1e9 / peak
            print(f"{name:16} {1e3 * seconds:8.0f} ms a mini-batch {100 * share:5.0f} % of sgemm")
    seconds, operations, cells = tile(preset, device)
    share = operations / seconds / 1e9 / peak
    print(f"{'tile':16} {1e6 * seconds / cells:8.2f} µs a cell      {100 * share:5.0f} % of sgemm")


def step(settings: TrainSettings, device: torch.device) -> tuple[float, float]:
    """Seconds and floating-point operations of one mini-batch."""
    context = MethodContext(settings, CLASSES, device, check=lambda: None)
    network = network_for(settings, CHANNELS, CLASSES).to(device, memory_format=torch.channels_last).train()
    stepper = Stepper(network, make_method(context), settings, device)
    batch = random_batch(settings)

    def work() -> None:
        stepper.step(batch, 0)

    seconds = best_seconds(work)
    with FlopCounterMode(display=False) as counter:
        work()
    return seconds, counter.get_total_flops()


def tile(settings: TrainSettings, device: torch.device) -> tuple[float, float, int]:
    """Seconds, operations and cells of one tile's core."""
    network = network_for(settings, CHANNELS, CLASSES).to(device, memory_format=torch.channels_last).eval()
    identity = Calibration.identity(CLASSES)
    model = Model(network, settings, ("a", "b", "c"), CHANNELS, settings.scaling, identity)
    side, margin = settings.tile, 96
    values = np.random.default_rng(0).normal(-60, 10, (CHANNELS, side, side)).astype(np.float32)
    field, box = ArrayField(values), (margin, side - margin, margin, side - margin)
    seconds = best_seconds(lambda: predict_box(model, field, box, device), 1)
    with FlopCounterMode(display=False) as counter:
        predict_box(model, field, box, device)
    return seconds, counter.get_total_flops(), (side - 2 * margin) ** 2


def random_batch(settings: TrainSettings) -> Batch:
    """Patches of noise with a tenth painted."""
    random = torch.Generator().manual_seed(0)
    shape = settings.batch, settings.patch, settings.patch
    image = torch.rand(settings.batch, CHANNELS, *shape[1:], generator=random)
    target = torch.randint(0, CLASSES, shape, generator=random)
    target[torch.rand(shape, generator=random) > 0.1] = -1
    valid = torch.ones(shape, dtype=torch.bool)
    view = image + 0.01 if settings.similarity_weight else None
    return Batch(LabelledPatches(image, target, valid), UnlabelledPatches(image, valid, view))


if __name__ == "__main__":
    main()
