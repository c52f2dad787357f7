"""Looking at every image of a collection: in one process, and with helpers in processes of their own.

python -m benchmarks.bench_look --objects 4000

Beside what the clock says stands the processors' own time, which others at work here do not lengthen.
"""

import argparse
import os
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from napari_fathom.events import Done
from napari_fathom.plankton import Collection, lay_out_collection, write_simulated_plankton
from napari_fathom.plankton.crew import cores
from napari_fathom.plankton.look import look
from napari_fathom.plankton.simulate import PlanktonSettings


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--images", type=Path, help="a folder of images; default simulated ones")
    arguments.add_argument("--objects", type=int, default=4000, help="how many to simulate")
    arguments.add_argument(
        "--helpers", type=int, nargs="*", default=sorted({1, max(1, cores() - 1), cores()})
    )
    options = arguments.parse_args()
    with TemporaryDirectory() as place:
        images = options.images or write_simulated_plankton(
            Path(place) / "drawn", PlanktonSettings(objects=options.objects)
        )
        print(f"{cores()} cores")
        alone = seconds_to_look(images, Path(place), 0)
        for helpers in options.helpers:
            together = seconds_to_look(images, Path(place), helpers)
            print(f"  {alone / together:.2f} times as fast with {helpers} helpers")


def seconds_to_look(images: Path, place: Path, helpers: int) -> float:
    """Seconds to look at all images anew, helpers' start included."""
    collection = laid_out(images, place / f"{helpers}.collection")
    began, worked = time.perf_counter(), processor_seconds()
    for _ in look(collection, helpers=helpers):
        pass
    took, work = time.perf_counter() - began, processor_seconds() - worked
    who = f"{helpers} helpers" if helpers else "one process"
    print(
        f"{who:12} {len(collection) / took:7.0f} images a second, {len(collection):,} in {took:.1f} s; "
        f"{1000 * work / len(collection):.2f} ms of processor time an image"
    )
    return took


def processor_seconds() -> float:
    """Processor time that this process, and helpers that have ended, took until now."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def laid_out(images: Path, store: Path) -> Collection:
    """A collection of which nothing has been looked at."""
    *_, done = lay_out_collection(images, store)
    assert isinstance(done, Done)
    return done.result


if __name__ == "__main__":
    main()
